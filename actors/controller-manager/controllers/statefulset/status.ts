import type { StatefulSetStatus } from "../../../../src/api/types.js";
import { isLeaving, isRunningAndReady, revisionOf, type StatefulView } from "./view.js";

export interface Counted {
  readonly status: StatefulSetStatus;
  /** When the next ready pod will have been so for minReadySeconds. */
  readonly nextAvailableAtMs: number | undefined;
}

export function statefulSetStatus(view: StatefulView, collisionCount: number | undefined): Counted {
  const { set, pods, wanted, nowMs } = view;
  const { name: update = "" } = view.update.metadata;
  let { name: current = "" } = view.current.metadata;
  let [replicas, ready, available, ofCurrent, ofUpdate] = [0, 0, 0, 0, 0];
  let nextAvailableAtMs: number | undefined;
  for (const pod of pods) {
    if (!pod.status?.phase) continue;
    replicas += 1;
    if (isRunningAndReady(pod)) {
      ready += 1;
      const atMs = view.availableAtMs(pod);
      if (atMs !== undefined && atMs <= nowMs) available += 1;
      else if (atMs !== undefined) nextAvailableAtMs = Math.min(nextAvailableAtMs ?? atMs, atMs);
    }
    if (isLeaving(pod)) continue;
    if (revisionOf(pod) === current) ofCurrent += 1;
    if (revisionOf(pod) === update) ofUpdate += 1;
  }
  if (view.isRolling && ofUpdate === wanted && ready === wanted && replicas === wanted) {
    ofCurrent = ofUpdate;
    current = update;
  }
  const status: StatefulSetStatus = {
    replicas,
    availableReplicas: available,
    ...(set.metadata.generation === undefined ? {} : { observedGeneration: set.metadata.generation }),
    ...(ready === 0 ? {} : { readyReplicas: ready }),
    ...(ofCurrent === 0 ? {} : { currentReplicas: ofCurrent }),
    ...(ofUpdate === 0 ? {} : { updatedReplicas: ofUpdate }),
    currentRevision: current,
    updateRevision: update,
    ...(collisionCount === undefined ? {} : { collisionCount }),
    ...(set.status?.conditions === undefined ? {} : { conditions: set.status.conditions }),
  };
  return { status, nextAvailableAtMs };
}
