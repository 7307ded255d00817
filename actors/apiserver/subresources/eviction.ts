/** pods/eviction: a delete that disruption budgets may forbid for now. https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/ */
import { compileLabelSelector } from "../../../src/api/selectors.js";
import { genericFailure, type Result, succeed, success, tooManyRequests } from "../../../src/api/status.js";
import { formatTime } from "../../../src/api/time.js";
import type { Pod, PodDisruptionBudget, UntypedObject } from "../../../src/api/types.js";
import { writeJson } from "../../../src/json/text.js";
import type { Json } from "../../../src/wire/json.js";
import type { Backing } from "../backing.js";
import type { StoredObject } from "../watch-cache/stored-object.js";
import { type Alongside, answerWith } from "../writes/plan.js";

export const evictedAnswer = () => answerWith(writeJson({ ...success(), code: 201 }) as Json<UntypedObject>, 201);

const budgetPrefix = (namespace: string): string => `/registry/policy/poddisruptionbudgets/${namespace}/`;

const isReady = (pod: Pod): boolean =>
  pod.status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True") ?? false;

/** Pods that are over, or never began, are no disruption. */
const goesFreely = (pod: Pod): boolean =>
  pod.status?.phase === "Succeeded" ||
  pod.status?.phase === "Failed" ||
  pod.status?.phase === "Pending" ||
  pod.metadata.deletionTimestamp !== undefined;

/** The budget as it is to be written when the pod goes, or why it may not go: 429. */
export function spendBudget(backing: Backing, stored: StoredObject): Result<readonly Alongside[]> {
  const pod = stored.object as Pod;
  if (goesFreely(pod)) return succeed([]);
  const prefix = budgetPrefix(stored.namespace);
  const budgets = [...backing.cache.store("/registry/policy/poddisruptionbudgets/").from(prefix)].filter((budget) => {
    const { spec } = budget.object as PodDisruptionBudget;
    return spec?.selector !== undefined && compileLabelSelector(spec.selector)(pod.metadata.labels);
  });
  if (budgets.length > 1) {
    const message = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";
    return { ok: false, error: genericFailure(500, "InternalError", message) };
  }
  const [budget] = budgets;
  if (budget === undefined) return succeed([]);
  const { metadata, spec, status } = budget.object as PodDisruptionBudget;
  const healthy = status?.currentHealthy ?? 0;
  const desired = status?.desiredHealthy ?? 0;
  if (!isReady(pod) && (spec?.unhealthyPodEvictionPolicy === "AlwaysAllow" || (desired > 0 && healthy >= desired)))
    return succeed([]);
  const name = budget.name;
  if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 0)) return { ok: false, error: notYetSeen(name) };
  if ((status?.disruptionsAllowed ?? 0) <= 0) return { ok: false, error: wouldViolate(name, desired, healthy) };
  const object = budget.copy() as PodDisruptionBudget;
  const disruptedPods = { ...status?.disruptedPods, [stored.name]: formatTime(backing.host.clock.nowMs()) };
  const spent = {
    ...object,
    status: { ...object.status, disruptionsAllowed: (status?.disruptionsAllowed ?? 0) - 1, disruptedPods },
  };
  return succeed([{ previous: budget, object: spent as UntypedObject }]);
}

const disruption = "DisruptionTarget";

/**
 * The pod with the condition that says by whom its end was asked for, which a Job's pod failure policy may look for.
 * https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-conditions
 */
export function markEvicted(backing: Backing, object: UntypedObject): UntypedObject {
  const pod = object as Pod;
  const conditions = pod.status?.conditions ?? [];
  const before = conditions.find(({ type }) => type === disruption);
  const reason = "EvictionByEvictionAPI";
  if (before?.status === "True" && before.reason === reason) return object;
  const lastTransitionTime = before?.status === "True" ? before.lastTransitionTime : formatTime(backing.host.clock.nowMs());
  const condition = { type: disruption, status: "True", reason, message: "Eviction API: evicting", lastTransitionTime };
  const others = conditions.filter(({ type }) => type !== disruption);
  return { ...pod, status: { ...pod.status, conditions: [...others, condition] } } as UntypedObject;
}

const refusal = "Cannot evict pod as it would violate the pod's disruption budget.";

/** Nobody knows when a budget will allow more: clients choose themselves when they ask again. */
function wouldViolate(budget: string, desired: number, healthy: number) {
  return refused(`The disruption budget ${budget} needs ${desired} healthy pods and has ${healthy} currently`);
}

/** The disruption controller will soon have counted its pods. */
const notYetSeen = (budget: string) =>
  refused(`The disruption budget ${budget} is still being processed by the server.`, { retryAfterSeconds: 10 });

function refused(message: string, after: { retryAfterSeconds?: number } = {}) {
  const error = tooManyRequests(refusal, after.retryAfterSeconds ?? 0);
  return { ...error, status: { ...error.status, details: { ...after, causes: [{ reason: "DisruptionBudget", message }] } } };
}
