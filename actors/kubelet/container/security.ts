/**
 * As whom a container runs, and what it may do: its own security context, else its pod's.
 * Source: "Configure a Security Context for a Pod or Container" in the Kubernetes documentation.
 */
import type { Container, Pod } from "../../../src/api/types.js";
import type { ContainerSecurity } from "../../runc/messages.js";

export function securityOf(pod: Pod, { securityContext: own = {} }: Container): ContainerSecurity {
  const { securityContext: ofPod = {} } = pod.spec ?? {};
  const runAsUser = own.runAsUser ?? ofPod.runAsUser;
  const runAsGroup = own.runAsGroup ?? ofPod.runAsGroup;
  // What belongs to the group of the pod's volumes is there for every container.
  const groups = [...(ofPod.supplementalGroups ?? []), ...(ofPod.fsGroup === undefined ? [] : [ofPod.fsGroup])];
  return {
    ...(runAsUser === undefined ? {} : { runAsUser: Number(runAsUser) }),
    ...(runAsGroup === undefined ? {} : { runAsGroup: Number(runAsGroup) }),
    supplementalGroups: [...new Set(groups.map(Number))],
    readonlyRootfs: own.readOnlyRootFilesystem ?? false,
    privileged: own.privileged ?? false,
    noNewPrivs: own.allowPrivilegeEscalation === false,
  };
}

/**
 * Why a container that must not run as root is not started; undefined when it may be. `imageUid` is the user that its image names;
 * undefined when that is not known, because nothing of the image really runs.
 */
export function rootRefusal(pod: Pod, container: Container, imageUid: number | undefined): string | undefined {
  const ofPod = pod.spec?.securityContext ?? {};
  const own = container.securityContext ?? {};
  if (!(own.runAsNonRoot ?? ofPod.runAsNonRoot ?? false)) return undefined;
  const { name = "", namespace = "", uid = "" } = pod.metadata;
  const where = `(pod: "${name}_${namespace}(${uid})", container: ${container.name})`;
  const runAsUser = own.runAsUser ?? ofPod.runAsUser;
  if (runAsUser !== undefined) return runAsUser === 0 ? `container's runAsUser breaks non-root policy ${where}` : undefined;
  return imageUid === 0 ? `container has runAsNonRoot and image will run as root ${where}` : undefined;
}

/** What a pod and its container ask of the node's kernel that no runtime here has one for; who relies on it is to know. */
export function unenforced(pod: Pod, { securityContext: own = {}, volumeMounts = [] }: Container): string[] {
  const { securityContext: ofPod = {}, hostUsers = true } = pod.spec ?? {};
  const seccomp = own.seccompProfile ?? ofPod.seccompProfile;
  const appArmor = own.appArmorProfile ?? ofPod.appArmorProfile;
  const asked: Array<readonly [string, boolean]> = [
    [`the seccomp profile ${seccomp?.localhostProfile}`, seccomp?.type === "Localhost"],
    [`the AppArmor profile ${appArmor?.localhostProfile}`, appArmor?.type === "Localhost"],
    ["SELinux options", (own.seLinuxOptions ?? ofPod.seLinuxOptions) !== undefined],
    ["users of its own (hostUsers: false)", !hostUsers],
    ["Bidirectional mount propagation", volumeMounts.some(({ mountPropagation }) => mountPropagation === "Bidirectional")],
  ];
  return asked.flatMap(([what, isAsked]) => (isAsked ? [what] : []));
}
