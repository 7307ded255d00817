/**
 * What a StatefulSet does next with its pods: missing ones come from the lowest ordinal up, superfluous ones go and old
 * ones are replaced from the highest down, each only when the others are well.
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#deployment-and-scaling-guarantees
 */
import type { Pod } from "../../../../src/api/types.js";
import { isFinished } from "../../engine/pods.js";
import { isHealthy, isLeaving, isRunningAndReady, revisionOf, type StatefulView } from "./view.js";

export interface Steps {
  /** Ordinals whose pods are to be created. */
  readonly create: number[];
  /** Ordinals whose pods wait, perhaps for claims that are missing. */
  readonly pending: number[];
  readonly remove: Pod[];
}

export function nextSteps(view: StatefulView): Steps {
  const steps: Steps = { create: [], pending: [], remove: [] };
  if (isLeaving(view.set)) return steps;
  if (complete(view, steps) || shrink(view, steps)) return steps;
  if (view.isRolling && (steps.create.length === 0 || !view.inOrder)) replaceNewest(view, steps);
  return steps;
}

/** True when something must happen to the replicas before anything else may. */
function complete(view: StatefulView, { create, pending, remove }: Steps): boolean {
  for (const { ordinal, pod } of view.replicas) {
    if (pod === undefined) {
      create.push(ordinal);
      if (view.inOrder) return true;
      continue;
    }
    if (isFinished(pod)) {
      if (!isLeaving(pod)) remove.push(pod);
      return true;
    }
    if (pod.status?.phase === "Pending") pending.push(ordinal);
    if (view.inOrder && (!isHealthy(pod) || !view.isAvailable(pod))) return true;
  }
  return false;
}

function shrink(view: StatefulView, { remove }: Steps): boolean {
  const { firstUnhealthy } = view;
  for (const pod of view.condemned) {
    if (isLeaving(pod)) {
      if (view.inOrder) return true;
      continue;
    }
    const isWell = isRunningAndReady(pod) && view.isAvailable(pod);
    if (view.inOrder && !isWell && pod !== firstUnhealthy) return true;
    remove.push(pod);
    if (view.inOrder) return true;
  }
  return false;
}

function replaceNewest(view: StatefulView, { remove }: Steps): void {
  const update = view.update.metadata.name ?? "";
  for (const { pod } of view.replicas.slice(Math.max(0, view.partition)).reverse()) {
    if (pod === undefined) return;
    if (revisionOf(pod) !== update && !isLeaving(pod)) {
      remove.push(pod);
      return;
    }
    if (!isHealthy(pod)) return;
  }
}
