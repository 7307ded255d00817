/** The checks of the level "restricted". https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted */
import type { Volume } from "../generated/types.js";
import { badSeccompProfile } from "./baseline.js";
import { type Check, containersOf, containersWhere, isWindows, named, plural, quoted, settersOf, sortedSet } from "./check.js";

/** The same check, that does not ask of Windows what Windows does not have. */
export const exceptWindows =
  (check: Check): Check =>
  (pod) =>
    isWindows(pod) ? undefined : check(pod);

export const allowPrivilegeEscalation: Check = (pod) => {
  const bad = containersOf(pod).filter(({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false);
  if (bad.length === 0) return undefined;
  const detail = `${named(bad)} must set securityContext.allowPrivilegeEscalation=false`;
  return { reason: "allowPrivilegeEscalation != false", detail };
};

export const restrictedCapabilities: Check = (pod) => {
  const keeping = containersOf(pod).filter(
    ({ securityContext }) => securityContext?.capabilities?.drop?.includes("ALL") !== true,
  );
  const extra = (added: readonly string[] | undefined): string[] => (added ?? []).filter((name) => name !== "NET_BIND_SERVICE");
  const adding = containersWhere(pod, ({ capabilities }) => extra(capabilities?.add).length > 0);
  const forbidden = sortedSet(adding.flatMap(({ securityContext }) => extra(securityContext?.capabilities?.add)));
  const faults = [
    ...(keeping.length > 0 ? [`${named(keeping)} must set securityContext.capabilities.drop=["ALL"]`] : []),
    ...(adding.length > 0 ? [`${named(adding)} must not include ${quoted(forbidden)} in securityContext.capabilities.add`] : []),
  ];
  return faults.length === 0 ? undefined : { reason: "unrestricted capabilities", detail: faults.join("; ") };
};

const allowedVolumes = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
] as const satisfies ReadonlyArray<keyof Volume>;

/** Volumes that the standard knows by name. */
const otherVolumes = [
  "hostPath",
  "gcePersistentDisk",
  "awsElasticBlockStore",
  "gitRepo",
  "nfs",
  "iscsi",
  "glusterfs",
  "rbd",
  "flexVolume",
  "cinder",
  "cephfs",
  "flocker",
  "fc",
  "azureFile",
  "vsphereVolume",
  "quobyte",
  "azureDisk",
  "portworxVolume",
  "scaleIO",
  "storageos",
] as const satisfies ReadonlyArray<keyof Volume>;

export const restrictedVolumes: Check = ({ spec }) => {
  const bad = (spec.volumes ?? []).filter((volume) => !allowedVolumes.some((type) => volume[type] !== undefined));
  if (bad.length === 0) return undefined;
  const types = sortedSet(bad.map((volume) => otherVolumes.find((type) => volume[type] !== undefined) ?? "unknown"));
  const volumes = `${plural("volume", "volumes", bad.length)} ${quoted(bad.map(({ name }) => name))}`;
  const restricted = plural("restricted volume type", "restricted volume types", types.length);
  return {
    reason: "restricted volume types",
    detail: `${volumes} ${plural("uses", "use", bad.length)} ${restricted} ${quoted(types)}`,
  };
};

export const runAsNonRoot: Check = (pod) => {
  const reason = "runAsNonRoot != true";
  const ofPod = pod.spec.securityContext?.runAsNonRoot;
  const setters = settersOf(
    ofPod === false,
    containersWhere(pod, (context) => context.runAsNonRoot === false),
  );
  if (setters !== "") return { reason, detail: `${setters} must not set securityContext.runAsNonRoot=false` };
  const silent =
    ofPod === true ? [] : containersOf(pod).filter(({ securityContext }) => securityContext?.runAsNonRoot === undefined);
  if (silent.length === 0) return undefined;
  return { reason, detail: `pod or ${named(silent)} must set securityContext.runAsNonRoot=true` };
};

export const runAsUser: Check = (pod) => {
  const setters = settersOf(
    pod.spec.securityContext?.runAsUser === 0,
    containersWhere(pod, (context) => context.runAsUser === 0),
  );
  return setters === "" ? undefined : { reason: "runAsUser=0", detail: `${setters} must not set runAsUser=0` };
};

export const restrictedSeccompProfile: Check = (pod) => {
  const bad = badSeccompProfile(pod);
  if (bad !== undefined) return bad;
  if (pod.spec.securityContext?.seccompProfile !== undefined) return undefined;
  const silent = containersOf(pod).filter(({ securityContext }) => securityContext?.seccompProfile === undefined);
  if (silent.length === 0) return undefined;
  const allowed = '"RuntimeDefault" or "Localhost"';
  return {
    reason: "seccompProfile",
    detail: `pod or ${named(silent)} must set securityContext.seccompProfile.type to ${allowed}`,
  };
};
