/** Binding a claim and a volume: each is made to name the other, one write a round, the volume first. */
import type { PersistentVolume, PersistentVolumeClaim } from "../../../../src/api/types.js";
import { isBoundTo } from "../../../../src/api/volumes/matching.js";
import { bindCompletedAnnotation, boundByControllerAnnotation } from "../../../../src/api/volumes/names.js";
import { pathTo } from "../../engine/ownership.js";
import type { Plan, PlannedWrite } from "../../engine/plan.js";
import { statusUpdate } from "../../engine/status-update.js";
import { annotated, claimKind, volumeKind } from "../resources.js";

const byController = { [boundByControllerAnnotation]: "yes" };

export const updateOf = (
  { path, apiVersion, kind }: typeof claimKind,
  object: PersistentVolume | PersistentVolumeClaim,
): PlannedWrite => ({ request: { verb: "update", path: pathTo(path, object), object: { ...object, apiVersion, kind } } });

/** The volume naming the claim; undefined when it does already, by name and uid. */
function boundVolume(volume: PersistentVolume, { metadata }: PersistentVolumeClaim): PersistentVolume | undefined {
  const { name = "", namespace = "", uid = "", resourceVersion = "" } = metadata;
  const isReserved = isBoundTo(volume, { metadata });
  if (isReserved && volume.spec?.claimRef?.uid === uid) return undefined;
  const claimRef = { kind: "PersistentVolumeClaim", apiVersion: "v1", namespace, name, uid, resourceVersion };
  const naming = { ...volume, spec: { ...volume.spec, claimRef } };
  return isReserved ? naming : annotated(naming, byController);
}

/** The claim naming the volume, its binding complete; undefined when that is so already. */
function boundClaim(
  claim: PersistentVolumeClaim,
  { metadata: { name = "" } }: PersistentVolume,
): PersistentVolumeClaim | undefined {
  const completed = { [bindCompletedAnnotation]: "yes" };
  if (claim.spec?.volumeName !== name)
    return annotated({ ...claim, spec: { ...claim.spec, volumeName: name } }, { ...byController, ...completed });
  return claim.metadata.annotations?.[bindCompletedAnnotation] === undefined ? annotated(claim, completed) : undefined;
}

/** A claim without volume has neither kinds of access nor capacity. A bound one keeps the capacity that it was told first. */
export function claimStatus(claim: PersistentVolumeClaim, phase: string, volume?: PersistentVolume): PlannedWrite[] {
  const { accessModes: _, capacity: before, ...rest } = claim.status ?? {};
  if (volume === undefined) return statusUpdate(claimKind, claim, { ...rest, phase });
  const capacity = claim.status?.phase === phase && before !== undefined ? before : volume.spec?.capacity;
  const { accessModes } = volume.spec ?? {};
  return statusUpdate(claimKind, claim, { ...rest, phase, accessModes, capacity });
}

export function bind(claim: PersistentVolumeClaim, volume: PersistentVolume): Plan {
  const nextVolume = boundVolume(volume, claim);
  if (nextVolume !== undefined) return { writes: [updateOf(volumeKind, nextVolume)] };
  const nextClaim = boundClaim(claim, volume);
  if (nextClaim !== undefined) return { writes: [updateOf(claimKind, nextClaim)] };
  return { writes: claimStatus(claim, "Bound", volume) };
}
