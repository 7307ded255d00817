import type { DaemonSetStatus } from "../../../../src/api/types.js";
import { availableAtMs, isReady } from "../../engine/pods.js";
import type { DaemonView } from "./view.js";

export interface Counted {
  readonly status: DaemonSetStatus;
  /** When the next ready pod will have been so for minReadySeconds. */
  readonly nextAvailableAtMs: number | undefined;
}

export function daemonSetStatus(view: DaemonView, collisionCount: number | undefined): Counted {
  const { set, nowMs } = view;
  let [current, misscheduled, ready, updated, available] = [0, 0, 0, 0, 0];
  let nextAvailableAtMs: number | undefined;
  for (const [node, { shouldRun }] of view.fits) {
    const [pod] = view.byNode.get(node) ?? [];
    if (pod === undefined) continue;
    if (!shouldRun) {
      misscheduled += 1;
      continue;
    }
    current += 1;
    if (view.isUpdated(pod)) updated += 1;
    if (!isReady(pod)) continue;
    ready += 1;
    if (view.isAvailable(pod)) available += 1;
    else {
      const atMs = availableAtMs(pod, set.spec?.minReadySeconds ?? 0);
      if (atMs !== undefined && atMs > nowMs) nextAvailableAtMs = Math.min(nextAvailableAtMs ?? atMs, atMs);
    }
  }
  const { desired } = view;
  const unavailable = desired - available;
  const status: DaemonSetStatus = {
    currentNumberScheduled: current,
    numberMisscheduled: misscheduled,
    desiredNumberScheduled: desired,
    numberReady: ready,
    ...(set.metadata.generation === undefined ? {} : { observedGeneration: set.metadata.generation }),
    ...(updated === 0 ? {} : { updatedNumberScheduled: updated }),
    ...(available === 0 ? {} : { numberAvailable: available }),
    ...(unavailable === 0 ? {} : { numberUnavailable: unavailable }),
    ...(set.status?.conditions === undefined ? {} : { conditions: set.status.conditions }),
    ...(collisionCount === undefined ? {} : { collisionCount }),
  };
  return { status, nextAvailableAtMs };
}
