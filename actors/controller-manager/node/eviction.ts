/**
 * Pods leave nodes whose NoExecute taints they do not tolerate, or no longer.
 * Source: https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions
 */
import { type EventToRecord, referenceTo } from "../../../src/actor/events.js";
import { rfc3339 } from "../../../src/actor/host.js";
import { secondsInMs } from "../../../src/api/go-duration.js";
import { tolerates } from "../../../src/api/taints.js";
import type { Node, Pod, Taint } from "../../../src/api/types.js";
import { keyOf, pathTo } from "../engine/ownership.js";
import { nothingToDo, type Plan } from "../engine/plan.js";
import { isFinished, timeMs } from "../engine/pods.js";
import { pods } from "../engine/resources.js";

export const expelling = (node: Node | undefined): Taint[] =>
  (node?.spec?.taints ?? []).filter(({ effect }) => effect === "NoExecute");

/** When a pod must leave: at once, at some time, or never (undefined). */
export function leavesAtMs(pod: Pod, taints: readonly Taint[], nowMs: number): number | undefined {
  let leavesMs: number | undefined;
  for (const taint of taints) {
    const tolerations = (pod.spec?.tolerations ?? []).filter((toleration) => tolerates(toleration, taint));
    if (tolerations.length === 0) return Number.NEGATIVE_INFINITY;
    for (const { tolerationSeconds } of tolerations) {
      if (tolerationSeconds === undefined) continue;
      const sinceMs = timeMs(taint.timeAdded) ?? nowMs;
      const untilMs = sinceMs + Math.max(0, secondsInMs(tolerationSeconds));
      leavesMs = Math.min(leavesMs ?? untilMs, untilMs);
    }
  }
  return leavesMs;
}

export function reconcileEviction(pod: Pod, node: Node | undefined, nowMs: number): Plan {
  const { metadata } = pod;
  if (metadata.deletionTimestamp !== undefined || isFinished(pod)) return nothingToDo;
  const atMs = leavesAtMs(pod, expelling(node), nowMs);
  if (atMs === undefined) return nothingToDo;
  if (atMs > nowMs) return { requeueAfterMs: atMs - nowMs };
  const condition = {
    type: "DisruptionTarget",
    status: "True",
    reason: "DeletionByTaintManager",
    message: "Taint manager: deleting due to NoExecute taint",
    lastTransitionTime: rfc3339(nowMs),
  };
  return {
    inOrder: true,
    writes: [
      {
        request: {
          verb: "patch",
          path: pathTo(pods.path, pod, "status"),
          patchType: "application/strategic-merge-patch+json",
          patch: { metadata: { uid: metadata.uid }, status: { conditions: [condition] } },
        },
      },
      {
        request: {
          verb: "delete",
          path: pathTo(pods.path, pod),
          options: metadata.uid === undefined ? {} : { preconditions: { uid: metadata.uid } },
        },
      },
    ],
    events: [event(pod, `Marking for deletion Pod ${keyOf(pod)}`)],
  };
}

/** Pods that would have had to leave later, and may stay now that the node's taints have changed. */
export function calledOff(here: readonly Pod[], before: Node, after: Node, nowMs: number): EventToRecord[] {
  const [taints, left] = [expelling(before), expelling(after)];
  if (taints.length === 0) return [];
  return here.flatMap((pod) => {
    const wasLeaving = (leavesAtMs(pod, taints, nowMs) ?? 0) > nowMs && pod.metadata.deletionTimestamp === undefined;
    const stays = leavesAtMs(pod, left, nowMs) === undefined;
    return wasLeaving && stays ? [event(pod, `Cancelling deletion of Pod ${keyOf(pod)}`)] : [];
  });
}

const event = (pod: Pod, message: string): EventToRecord => ({
  involvedObject: referenceTo(pod, "Pod", "v1"),
  type: "Normal",
  reason: "TaintManagerEviction",
  message,
  component: "taint-eviction-controller",
});
