/** The PodScheduled condition of a pod that no node will do for. */
import type { Pod, PodCondition } from "../../../src/api/types.js";

/** The patch of the pod's status that says so; undefined when it says so already. */
export function unschedulablePatch(
  pod: Pod,
  message: string,
  now: string,
): { status: { conditions: PodCondition[] } } | undefined {
  const before = pod.status?.conditions?.find(({ type }) => type === "PodScheduled");
  const same = before?.status === "False" && before.reason === "Unschedulable" && before.message === message;
  if (same) return undefined;
  const lastTransitionTime = before?.status === "False" ? (before.lastTransitionTime ?? now) : now;
  return {
    status: { conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message, lastTransitionTime }] },
  };
}
