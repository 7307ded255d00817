import type { Container, Pod, PodSpec, ServiceAccount, Volume, VolumeMount } from "../generated/types.js";
import { fail, type Result, succeed } from "../status.js";
import type { UntypedObject } from "../types.js";
import { ephemeralSecretFault, isTrue, secretFault, secretsOf } from "./mountable-secrets.js";
import {
  type AdmissionPlugin,
  type AdmissionRequest,
  aboutPods,
  type ClusterView,
  forbidden,
  noRemarks,
  type Remarks,
} from "./plugin.js";

/**
 * Every pod runs as a service account and finds a token, the cluster's CA and its namespace in a projected volume.
 * Source: "Managing Service Accounts" of the Kubernetes documentation.
 */
export const tokenMountPath = "/var/run/secrets/kubernetes.io/serviceaccount";
/** A kubelet renews well before the end; the odd seconds tell these tokens from requested ones. */
const tokenSeconds = 3607;
const fileMode = 0o644;
const suffixLength = 5;

const serviceAccountNameOf = (pod: Pod): string => pod.spec?.serviceAccountName || pod.spec?.serviceAccount || "default";

const tokenVolume = (name: string): Volume => ({
  name,
  projected: {
    defaultMode: fileMode,
    sources: [
      { serviceAccountToken: { expirationSeconds: tokenSeconds, path: "token" } },
      { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
      { downwardAPI: { items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }] } },
    ],
  },
});

const mountsToken = (container: Container): boolean =>
  container.volumeMounts?.some((mount) => mount.mountPath === tokenMountPath) ?? false;

const withMount = (container: Container, mount: VolumeMount): Container =>
  mountsToken(container) ? container : { ...container, volumeMounts: [...(container.volumeMounts ?? []), mount] };

const mountToken = (spec: PodSpec, suffix: string): PodSpec => {
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  if (containers.every(mountsToken)) return spec;
  // Volumes have not been validated yet: one may lack its name.
  const existing = spec.volumes?.find(({ name }: Partial<Volume>) => name?.startsWith("kube-api-access-"))?.name;
  const name = existing ?? `kube-api-access-${suffix}`;
  const mount = { name, readOnly: true, mountPath: tokenMountPath };
  return {
    ...spec,
    ...(spec.initContainers === undefined
      ? {}
      : { initContainers: spec.initContainers.map((container) => withMount(container, mount)) }),
    containers: spec.containers.map((container) => withMount(container, mount)),
    volumes: existing === undefined ? [...(spec.volumes ?? []), tokenVolume(name)] : spec.volumes!,
  };
};

/** Gives a new pod its account, the account's pull secrets and the token volume; `suffix` ends the volume's name. */
const withAccount = (pod: Pod, account: ServiceAccount, suffix: string): Pod => {
  const name = serviceAccountNameOf(pod);
  let spec: PodSpec = { ...pod.spec!, serviceAccountName: name, serviceAccount: name };
  if (spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) spec = mountToken(spec, suffix);
  if ((spec.imagePullSecrets?.length ?? 0) === 0 && (account.imagePullSecrets?.length ?? 0) > 0) {
    spec.imagePullSecrets = account.imagePullSecrets!.map((secret) => ({ ...secret }));
  }
  return { ...pod, spec };
};

const isMirror = (pod: Pod): boolean => pod.metadata.annotations?.["kubernetes.io/config.mirror"] !== undefined;

/** What a pod may refer to that a kubelet made from a file of its own: nothing that the API keeps for it. */
const mirrorFault = (pod: Pod): string | undefined => {
  if (pod.spec?.serviceAccountName) return "a mirror pod may not reference service accounts";
  if (secretsOf(pod.spec).length > 0) return "a mirror pod may not reference secrets";
  const projectsToken = (pod.spec?.volumes ?? []).some((volume) =>
    volume.projected?.sources?.some((source) => source.serviceAccountToken !== undefined),
  );
  return projectsToken ? "a mirror pod may not use ServiceAccountToken volume projections" : undefined;
};

/** The account of a pod, or 403 in its request's words. */
const accountOf = (request: AdmissionRequest, cluster: ClusterView, name: string): Result<ServiceAccount> => {
  const account = cluster.get<ServiceAccount>("", "serviceaccounts", request.namespace, name);
  if (account !== undefined) return succeed(account);
  const why = `error looking up service account ${request.namespace}/${name}: serviceaccount "${name}" not found`;
  return fail(forbidden(request, why));
};

const enforcesSecrets = (account: ServiceAccount): boolean =>
  isTrue(account.metadata.annotations?.["kubernetes.io/enforce-mountable-secrets"]);

const validateNew = (request: AdmissionRequest, cluster: ClusterView, pod: Pod): Result<Remarks> => {
  if (isMirror(pod)) {
    const fault = mirrorFault(pod);
    return fault === undefined ? noRemarks() : fail(forbidden(request, fault));
  }
  const name = pod.spec?.serviceAccountName ?? "";
  if (name === "") {
    const why = `no service account specified for pod ${request.namespace}/${pod.metadata.name ?? ""}`;
    return fail(forbidden(request, why));
  }
  const account = accountOf(request, cluster, name);
  if (!account.ok) return account;
  if (!enforcesSecrets(account.value)) return noRemarks();
  const fault = secretFault(account.value, pod);
  return fault === undefined ? noRemarks() : fail(forbidden(request, fault));
};

/** Ephemeral containers come later, and must not bring in what the account would not have let in at first. */
const validateEphemeral = (request: AdmissionRequest, cluster: ClusterView, pod: Pod): Result<Remarks> => {
  const account = accountOf(request, cluster, pod.spec?.serviceAccountName ?? "");
  if (!account.ok || !enforcesSecrets(account.value)) return account.ok ? noRemarks() : account;
  const fault = ephemeralSecretFault(account.value, pod);
  return fault === undefined ? noRemarks() : fail(forbidden(request, fault));
};

export const serviceAccount: AdmissionPlugin = {
  name: "ServiceAccount",
  concerns: (target) =>
    (target.operation === "CREATE" && aboutPods(target)) ||
    (target.operation === "UPDATE" &&
      target.group === "" &&
      target.resource === "pods" &&
      target.subresource === "ephemeralcontainers"),
  mutate: (request, cluster) => {
    const pod = request.object as Pod;
    if (request.operation !== "CREATE" || pod.spec === undefined || isMirror(pod)) return succeed(request.object);
    const account = accountOf(request, cluster, serviceAccountNameOf(pod));
    if (!account.ok) return account;
    return succeed(withAccount(pod, account.value, cluster.suffix(suffixLength)) as UntypedObject);
  },
  validate: (request, cluster) => {
    const pod = request.object as Pod;
    return request.operation === "CREATE" ? validateNew(request, cluster, pod) : validateEphemeral(request, cluster, pod);
  },
};
