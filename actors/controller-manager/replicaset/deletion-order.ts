/**
 * Which pods go first when there are too many. Source:
 * https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#scaling-a-replicaset
 */
import type { Pod } from "../../../src/api/types.js";
import { conditionOf, isReady, timeMs } from "../engine/pods.js";

const phaseOrder = new Map([
  ["Pending", 0],
  ["Unknown", 1],
  ["Running", 2],
]);
const deletionCost = "controller.kubernetes.io/pod-deletion-cost";

function costOf(pod: Pod): number {
  const text = pod.metadata.annotations?.[deletionCost];
  return text !== undefined && /^-?[0-9]+$/.test(text) ? Number(text) : 0;
}

const restartsOf = (pod: Pod): number =>
  Math.max(0, ...(pod.status?.containerStatuses ?? []).map((status) => status.restartCount));

/** How long ago something was, on a logarithmic scale, so that a few seconds' difference in hours does not decide. */
const ageRank = (atMs: number, nowMs: number): number => (nowMs > atMs ? Math.floor(Math.log2((nowMs - atMs) * 1e6)) : -1);

/** Negative when `one` is younger: times that are missing count as youngest. */
function compareAges(one: number | undefined, other: number | undefined, nowMs: number): number {
  if (one === undefined || other === undefined) return (one === undefined ? 0 : 1) - (other === undefined ? 0 : 1);
  return ageRank(one, nowMs) - ageRank(other, nowMs);
}

const compareUids = (one: Pod, other: Pod): number => ((one.metadata.uid ?? "") < (other.metadata.uid ?? "") ? -1 : 1);

/** `related` is how many pods of the same Deployment run on the pod's node. */
function compare(one: Pod, other: Pod, related: ReadonlyMap<string, number>, nowMs: number): number {
  const assigned = (pod: Pod) => (pod.spec?.nodeName ? 1 : 0);
  const phase = (pod: Pod) => phaseOrder.get(pod.status?.phase ?? "") ?? 0;
  const ready = (pod: Pod) => (isReady(pod) ? 1 : 0);
  const crowd = (pod: Pod) => related.get(pod.spec?.nodeName ?? "") ?? 0;
  const first =
    assigned(one) - assigned(other) ||
    phase(one) - phase(other) ||
    ready(one) - ready(other) ||
    costOf(one) - costOf(other) ||
    crowd(other) - crowd(one);
  if (first !== 0) return first;
  if (isReady(one)) {
    const readySince = (pod: Pod) => timeMs(conditionOf(pod, "Ready")?.lastTransitionTime);
    const [a, b] = [readySince(one), readySince(other)];
    if (a !== b) return compareAges(a, b, nowMs) || compareUids(one, other);
  }
  const restarts = restartsOf(other) - restartsOf(one);
  if (restarts !== 0) return restarts;
  const [a, b] = [timeMs(one.metadata.creationTimestamp), timeMs(other.metadata.creationTimestamp)];
  return (a === b ? 0 : compareAges(a, b, nowMs)) || compareUids(one, other);
}

/** The pods in the order in which they are to go. `siblings` are all active pods of the same Deployment. */
export function inDeletionOrder(pods: readonly Pod[], siblings: readonly Pod[], nowMs: number): Pod[] {
  const related = new Map<string, number>();
  for (const { spec } of siblings) {
    const node = spec?.nodeName ?? "";
    if (node !== "") related.set(node, (related.get(node) ?? 0) + 1);
  }
  return [...pods].sort((one, other) => compare(one, other, related, nowMs));
}
