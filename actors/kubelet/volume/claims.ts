/**
 * The volumes that a pod has claimed: paths of the node, by hostPath or local volumes.
 * Source: https://kubernetes.io/docs/concepts/storage/persistent-volumes/#claims-as-volumes
 */
import type { PersistentVolume, PersistentVolumeClaim, Pod } from "../../../src/api/types.js";
import { bindCompletedAnnotation } from "../../../src/api/volumes/names.js";
import { type ClaimUsed, claimsUsed, notMadeFor } from "../../../src/api/volumes/pod-claims.js";
import { type Resolved, resolved, unresolved } from "../pod/downward.js";
import { fsGroupOf, type PlannedVolume } from "./plan.js";

export interface ClaimedObjects {
  claim(name: string): PersistentVolumeClaim | undefined;
  persistentVolume(name: string): PersistentVolume | undefined;
}

/** The claim that a volume of the pod uses; undefined when it is a volume of another kind. */
export const claimUsedBy = (pod: Pod, volume: string): ClaimUsed | undefined =>
  claimsUsed(pod).find((each) => each.volume === volume);

/** Fields of a spec that say nothing of what kind of volume it is. */
const kindOf = ({ spec }: PersistentVolume): string =>
  Object.keys(spec ?? {}).find((field) => /^[a-z]/.test(field) && !plainFields.has(field)) ?? "unknown";

const plainFields = new Set([
  "accessModes",
  "capacity",
  "claimRef",
  "mountOptions",
  "nodeAffinity",
  "persistentVolumeReclaimPolicy",
  "storageClassName",
  "volumeAttributesClassName",
  "volumeMode",
]);

function onNode(volume: PersistentVolume, used: ClaimUsed, fsGroup: number | undefined): Resolved<PlannedVolume> {
  const { metadata, spec } = volume;
  const { volume: name, readOnly } = used;
  if (spec?.volumeMode === "Block") return unresolved(`volume ${name} has volumeMode Block, but is specified in volumeMounts`);
  if (spec?.hostPath !== undefined) {
    const { path, type = "" } = spec.hostPath;
    return resolved({ kind: "hostPath", name, path, type, readOnly });
  }
  if (spec?.local !== undefined) return resolved({ kind: "local", name, path: spec.local.path, readOnly, fsGroup });
  const volumeName = metadata.name ?? "";
  if (spec?.csi !== undefined)
    return unresolved(
      `MountVolume.MountDevice failed for volume "${volumeName}" : kubernetes.io/csi: attacher.MountDevice failed to create newCsiDriverClient: driver name ${spec.csi.driver} not found in the list of registered CSI drivers`,
    );
  const why = `no volume plugin matched: volumes of type ${kindOf(volume)} are not supported on this node`;
  return unresolved(`MountVolume.NewMounter initialization failed for volume "${volumeName}" : ${why}`);
}

/** What the claim's volume is on the node, or the message of its FailedMount. */
export function planClaim(pod: Pod, used: ClaimUsed, objects: ClaimedObjects): Resolved<PlannedVolume> {
  const { name, volume, ephemeral } = used;
  const failed = (why: string) =>
    unresolved(
      `Unable to attach or mount volumes: unmounted volumes=[${volume}], unattached volumes=[], failed to process volumes=[${volume}]: error processing PVC ${pod.metadata.namespace}/${name}: ${why}`,
    );
  const claim = objects.claim(name);
  if (claim === undefined) return failed(`failed to fetch PVC from API server: persistentvolumeclaims "${name}" not found`);
  const stranger = ephemeral ? notMadeFor(claim, pod) : undefined;
  if (stranger !== undefined) return unresolved(stranger);
  if (claim.metadata.deletionTimestamp !== undefined) return failed("PVC is being deleted");
  const volumeName = claim.spec?.volumeName;
  if (!volumeName || claim.metadata.annotations?.[bindCompletedAnnotation] === undefined) return failed("PVC is not bound");
  const persistent = objects.persistentVolume(volumeName);
  if (persistent === undefined)
    return failed(`failed to fetch PV ${volumeName} from API server: persistentvolumes "${volumeName}" not found`);
  if (persistent.spec?.claimRef?.uid !== claim.metadata.uid)
    return failed(`got the wrong claim: PV ${volumeName} is bound to another PVC`);
  return onNode(persistent, used, fsGroupOf(pod));
}
