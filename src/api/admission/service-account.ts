import type { Container, Pod, PodSpec, ServiceAccount, Volume, VolumeMount } from "../generated/types.js";
import { fail, forbidden, type Result, succeed } from "../status.js";

/**
 * Every pod runs as a service account and finds a token, the cluster's CA and its namespace in a projected volume.
 * Source: "Managing Service Accounts" of the Kubernetes documentation.
 */
export const tokenMountPath = "/var/run/secrets/kubernetes.io/serviceaccount";
/** A kubelet renews well before the end; the odd seconds tell these tokens from requested ones. */
const tokenSeconds = 3607;
const fileMode = 0o644;
const pods = { group: "", resource: "pods" };

/** The account a pod runs as, so that it can be looked up before `admitServiceAccount`. */
export const serviceAccountNameOf = (pod: Pod): string => pod.spec?.serviceAccountName || pod.spec?.serviceAccount || "default";

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
  const existing = spec.volumes?.find((volume) => volume.name.startsWith("kube-api-access-"))?.name;
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

/**
 * Gives a new pod its account, the account's pull secrets and the token volume. `account` is undefined when it does not
 * exist, which is 403; `suffix` is five random characters for the volume's name. Answers a new pod.
 */
export const admitServiceAccount = (pod: Pod, account: ServiceAccount | undefined, suffix: string): Result<Pod> => {
  if (pod.spec === undefined || pod.metadata.annotations?.["kubernetes.io/config.mirror"] !== undefined) return succeed(pod);
  const name = serviceAccountNameOf(pod);
  if (account === undefined) {
    const why = `error looking up service account ${pod.metadata.namespace ?? ""}/${name}: serviceaccount "${name}" not found`;
    return fail(forbidden(pods, pod.metadata.name ?? "", why));
  }
  let spec: PodSpec = { ...pod.spec, serviceAccountName: name, serviceAccount: name };
  if (spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) spec = mountToken(spec, suffix);
  if ((spec.imagePullSecrets?.length ?? 0) === 0 && (account.imagePullSecrets?.length ?? 0) > 0) {
    spec.imagePullSecrets = account.imagePullSecrets!.map((secret) => ({ ...secret }));
  }
  return succeed({ ...pod, spec });
};
