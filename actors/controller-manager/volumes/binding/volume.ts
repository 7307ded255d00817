/**
 * A volume's phase follows from its claim: Available without one, Bound with it, Released when it is gone; what happens then
 * is the volume's reclaim policy. Source: https://kubernetes.io/docs/concepts/storage/persistent-volumes/#reclaiming
 */
import type { PersistentVolume, PersistentVolumeClaim } from "../../../../src/api/types.js";
import { hasModeOf } from "../../../../src/api/volumes/matching.js";
import { boundByControllerAnnotation, provisionedByAnnotation } from "../../../../src/api/volumes/names.js";
import { pathTo } from "../../engine/ownership.js";
import { type Circumstances, nothingToDo, type Plan } from "../../engine/plan.js";
import { statusUpdate } from "../../engine/status-update.js";
import { claimKind, eventsAbout, volumeKind } from "../resources.js";
import { updateOf } from "./bind.js";

export interface VolumeView {
  readonly volume: PersistentVolume;
  /** The claim by the name that the volume has of it. */
  readonly claim: PersistentVolumeClaim | undefined;
}

const component = "persistentvolume-controller";
const event = eventsAbout(volumeKind, component);
const claimEvent = eventsAbout(claimKind, component);

const annotation = ({ metadata }: PersistentVolume, name: string): string | undefined => metadata.annotations?.[name];

/** What others have written into the status stays as long as the phase does. */
function inPhase(volume: PersistentVolume, phase: string, message?: string): Plan {
  if (volume.status?.phase === phase) return nothingToDo;
  const { message: _, reason: __, ...rest } = volume.status ?? {};
  const status = { ...rest, phase, ...(message === undefined ? {} : { message }) };
  return { writes: statusUpdate(volumeKind, volume, status) };
}

export function reconcileVolume({ volume, claim: known }: VolumeView, circumstances: Circumstances): Plan {
  const { claimRef } = volume.spec ?? {};
  if (!claimRef?.uid) return inPhase(volume, "Available");
  const claim = known?.metadata.uid === claimRef.uid ? known : undefined;
  if (claim === undefined) return release(volume, circumstances);
  if (!claim.spec?.volumeName) return hasModeOf(volume, claim) ? nothingToDo : modesDiffer(volume, claim);
  if (claim.spec.volumeName === volume.metadata.name) return inPhase(volume, "Bound");
  // The claim has got another volume.
  const isDispensable = annotation(volume, provisionedByAnnotation) !== undefined;
  if (isDispensable && volume.spec?.persistentVolumeReclaimPolicy === "Delete") return reclaim(volume, circumstances);
  return { writes: [updateOf(volumeKind, unbound(volume))] };
}

function modesDiffer(volume: PersistentVolume, claim: PersistentVolumeClaim): Plan {
  const why = "due to incompatible volumeMode.";
  const [claimName, name] = [claim.metadata.name, volume.metadata.name];
  const ofVolume = `Cannot bind PersistentVolume to requested PersistentVolumeClaim "${claimName}" ${why}`;
  const ofClaim = `Cannot bind PersistentVolume "${name}" to requested PersistentVolumeClaim ${why}`;
  return {
    events: [event(volume, "Warning", "VolumeMismatch", ofVolume), claimEvent(claim, "Warning", "VolumeMismatch", ofClaim)],
  };
}

/** As it was before the controller bound it, or set aside for the claim as its user wants it. */
function unbound(volume: PersistentVolume): PersistentVolume {
  const { claimRef: { uid: _, ...claimRef } = {}, ...spec } = volume.spec ?? {};
  if (annotation(volume, boundByControllerAnnotation) === undefined) return { ...volume, spec: { ...spec, claimRef } };
  const { [boundByControllerAnnotation]: __, ...others } = volume.metadata.annotations ?? {};
  const { annotations: ___, ...metadata } = volume.metadata;
  const kept = Object.keys(others).length === 0 ? {} : { annotations: others };
  return { ...volume, metadata: { ...metadata, ...kept }, spec };
}

const isReleased = ({ status }: PersistentVolume): boolean => status?.phase === "Released" || status?.phase === "Failed";

/** The claim is gone, unless it is only not in the cache yet: the API server itself says so first. */
function release(volume: PersistentVolume, circumstances: Circumstances): Plan {
  if (isReleased(volume)) return reclaim(volume, circumstances);
  const { namespace = "", name = "", uid } = volume.spec?.claimRef ?? {};
  const live = circumstances.answers.get("claim");
  const reference = { metadata: { namespace, name } };
  if (live === undefined)
    return { reads: [{ name: "claim", request: { verb: "get", path: pathTo(claimKind.path, reference) } }] };
  if (live !== "absent" && live.object?.metadata.uid === uid) return nothingToDo;
  return inPhase(volume, "Released");
}

function reclaim(volume: PersistentVolume, { ended }: Circumstances): Plan {
  if (!isReleased(volume)) return inPhase(volume, "Released");
  const { persistentVolumeReclaimPolicy: policy, hostPath } = volume.spec ?? {};
  if (policy !== "Delete" && policy !== "Recycle") return nothingToDo;
  if (volume.metadata.deletionTimestamp !== undefined) return nothingToDo;
  const provisioner = annotation(volume, provisionedByAnnotation);
  // Whoever provisioned it deletes it.
  if (policy === "Delete" && provisioner !== undefined && !provisioner.startsWith("kubernetes.io/")) return nothingToDo;
  const failed = (message: string): Plan => fails(volume, policy, message);
  if (hostPath === undefined) {
    const kind = policy === "Delete" ? "deletable" : "recyclable";
    if (policy === "Recycle") return failed("No recycler plugin found for the volume!");
    return failed(`error getting deleter volume plugin for volume "${volume.metadata.name}": no ${kind} volume plugin matched`);
  }
  const { path } = hostPath;
  if (policy === "Delete" && !/^\/tmp\/.+/.test(path))
    return failed(`host_path deleter only supports /tmp/.+ but received provided ${path}`);
  const end = ended?.get("reclaim");
  if (end === undefined) return { works: [{ name: "reclaim", work: { what: policy === "Delete" ? "remove" : "empty", path } }] };
  if (end.error !== undefined) return failed(end.error);
  if (policy === "Delete") return { writes: [{ request: { verb: "delete", path: pathTo(volumeKind.path, volume) } }] };
  const recycled = event(volume, "Normal", "VolumeRecycled", "Volume recycled");
  return { writes: [updateOf(volumeKind, unbound(volume))], events: [recycled] };
}

/** Told once; what failed is tried again when the volume changes. */
function fails(volume: PersistentVolume, policy: string, message: string): Plan {
  if (volume.status?.phase === "Failed") return nothingToDo;
  const reason = policy === "Delete" ? "VolumeFailedDelete" : "VolumeFailedRecycle";
  return { ...inPhase(volume, "Failed", message), events: [event(volume, "Warning", reason, message)] };
}
