/** What the built-in provisioner made goes with its claim, where the volume's reclaim policy says so: first the directory, then the volume. */
import type { PersistentVolume } from "../../../../src/api/types.js";
import { localPathProvisioner, provisionedByAnnotation } from "../../../../src/api/volumes/names.js";
import { pathTo } from "../../engine/ownership.js";
import { type Circumstances, nothingToDo, type Plan } from "../../engine/plan.js";
import { statusUpdate } from "../../engine/status-update.js";
import { updateOf } from "../binding/bind.js";
import { eventsAbout, volumeKind, withFinalizers } from "../resources.js";
import { provisionerFinalizer } from "./provision.js";

const event = eventsAbout(volumeKind, localPathProvisioner);

const isReleased = ({ status }: PersistentVolume): boolean => status?.phase === "Released" || status?.phase === "Failed";

export function removeVolume(volume: PersistentVolume, { ended }: Circumstances): Plan {
  const { annotations, finalizers = [], deletionTimestamp } = volume.metadata;
  if (annotations?.[provisionedByAnnotation] !== localPathProvisioner) return nothingToDo;
  const isGoing = deletionTimestamp !== undefined;
  const isDue = isGoing ? finalizers.includes(provisionerFinalizer) && volume.status?.phase !== "Bound" : isReleased(volume);
  if (!isDue) return nothingToDo;
  const goes = volume.spec?.persistentVolumeReclaimPolicy === "Delete";
  const path = volume.spec?.hostPath?.path;
  if (goes && path !== undefined) {
    const end = ended?.get("remove");
    if (end === undefined) return { works: [{ name: "remove", work: { what: "remove", path } }] };
    if (end.error !== undefined) return failed(volume, end.error);
  }
  const others = finalizers.filter((each) => each !== provisionerFinalizer);
  if (isGoing) return { writes: [updateOf(volumeKind, withFinalizers(volume, others))] };
  return goes ? { writes: [{ request: { verb: "delete", path: pathTo(volumeKind.path, volume) } }] } : nothingToDo;
}

function failed(volume: PersistentVolume, message: string): Plan {
  return {
    writes: statusUpdate(volumeKind, volume, { ...volume.status, phase: "Failed", message }),
    events: [event(volume, "Warning", "VolumeFailedDelete", message)],
    requeueAfterMs: 15_000,
  };
}
