/** How many pods of a disruption budget may go now. Source: https://kubernetes.io/docs/tasks/run-application/configure-pdb/ */
import { referenceTo } from "../../../../src/actor/events.js";
import { rfc3339 } from "../../../../src/actor/host.js";
import { semanticEqual } from "../../../../src/api/json-value.js";
import { compileLabelSelector } from "../../../../src/api/selectors.js";
import type { Condition, Pod, PodDisruptionBudget, PodDisruptionBudgetStatus } from "../../../../src/api/types.js";
import { scaled } from "../../deployment/bounds.js";
import { pathTo } from "../../engine/ownership.js";
import { nothingToDo, type Plan } from "../../engine/plan.js";
import { isReady, timeMs } from "../../engine/pods.js";

export const budgetsPath = { group: "policy", version: "v1", resource: "poddisruptionbudgets" } as const;

/** A pod whose eviction was granted, but that has not begun to go after so long, counts again. */
export const deletionTimeoutMs = 120_000;

export interface BudgetView {
  readonly budget: PodDisruptionBudget;
  /** Pods of its namespace. */
  readonly pods: readonly Pod[];
  /** How many pods the controller of a pod is to have, and which it is; undefined for a pod without a known one. */
  readonly scaleOf: (pod: Pod) => { readonly owner: string; readonly replicas: number } | undefined;
}

/** How many pods there are to be: what their controllers were asked for, and those without a controller. */
function expectedPods(pods: readonly Pod[], scaleOf: BudgetView["scaleOf"]): number {
  const scales = new Map<string, number>();
  let single = 0;
  for (const pod of pods) {
    const scale = scaleOf(pod);
    if (scale === undefined) single += 1;
    else scales.set(scale.owner, scale.replicas);
  }
  return single + [...scales.values()].reduce((sum, replicas) => sum + replicas, 0);
}

function wanted({ spec }: PodDisruptionBudget, pods: readonly Pod[], scaleOf: BudgetView["scaleOf"]) {
  const { maxUnavailable, minAvailable } = spec ?? {};
  if (maxUnavailable !== undefined) {
    const expected = expectedPods(pods, scaleOf);
    return { expected, healthy: Math.max(0, expected - scaled(maxUnavailable, expected, true)) };
  }
  if (typeof minAvailable === "number") return { expected: pods.length, healthy: minAvailable };
  // A budget that says neither allows nothing.
  if (minAvailable === undefined) return { expected: 0, healthy: 0 };
  const expected = expectedPods(pods, scaleOf);
  return { expected, healthy: scaled(minAvailable, expected, true) };
}

/** Pods that were granted an eviction and have yet to go. */
function stillGoing(budget: PodDisruptionBudget, pods: readonly Pod[], nowMs: number): Map<string, string> {
  const present = new Map(pods.map((pod) => [pod.metadata.name ?? "", pod]));
  const going = new Map<string, string>();
  for (const [name, time] of Object.entries(budget.status?.disruptedPods ?? {})) {
    const pod = present.get(name);
    if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) continue;
    if (nowMs < (timeMs(time) ?? 0) + deletionTimeoutMs) going.set(name, time);
  }
  return going;
}

function allowedCondition(budget: PodDisruptionBudget, allowed: number, nowMs: number): Condition {
  const { generation } = budget.metadata;
  const before = budget.status?.conditions?.find(({ type }) => type === "DisruptionAllowed");
  const status = allowed > 0 ? "True" : "False";
  const lastTransitionTime = before?.status === status ? before.lastTransitionTime : rfc3339(nowMs);
  const reason = allowed > 0 ? "SufficientPods" : "InsufficientPods";
  const base = { type: "DisruptionAllowed", status, reason, message: "", lastTransitionTime };
  return generation === undefined ? base : { ...base, observedGeneration: generation };
}

export function reconcileBudget({ budget, pods, scaleOf }: BudgetView, nowMs: number): Plan {
  if (budget.metadata.deletionTimestamp !== undefined) return nothingToDo;
  const matches = compileLabelSelector(budget.spec?.selector);
  const covered = pods.filter(({ metadata }) => matches(metadata.labels));
  const { expected, healthy: desired } = wanted(budget, covered, scaleOf);
  const going = stillGoing(budget, covered, nowMs);
  const healthy = covered.filter(
    (pod) => isReady(pod) && pod.metadata.deletionTimestamp === undefined && !going.has(pod.metadata.name ?? ""),
  ).length;
  const allowed = expected <= 0 ? 0 : Math.max(0, healthy - desired);
  const { generation } = budget.metadata;
  const others = (budget.status?.conditions ?? []).filter(({ type }) => type !== "DisruptionAllowed");
  const status: PodDisruptionBudgetStatus = {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...(going.size === 0 ? {} : { disruptedPods: Object.fromEntries(going) }),
    disruptionsAllowed: allowed,
    currentHealthy: healthy,
    desiredHealthy: desired,
    expectedPods: expected,
    conditions: [...others, allowedCondition(budget, allowed, nowMs)],
  };
  const nextMs = [...going.values()].map((time) => (timeMs(time) ?? nowMs) + deletionTimeoutMs - nowMs);
  const requeue = nextMs.length === 0 ? {} : { requeueAfterMs: Math.max(0, Math.min(...nextMs)) };
  const events =
    covered.length > 0
      ? {}
      : {
          events: [
            {
              involvedObject: referenceTo(budget, "PodDisruptionBudget", "policy/v1"),
              type: "Normal" as const,
              reason: "NoPods",
              message: "No matching pods found",
              component: "controllermanager",
            },
          ],
        };
  if (semanticEqual(budget.status, status)) return requeue;
  // Evictions write here as well, so the revision must be the one that was read.
  const { managedFields: _, ...metadata } = budget.metadata;
  const object: PodDisruptionBudget = { ...budget, metadata, status };
  return {
    writes: [{ request: { verb: "update", path: pathTo(budgetsPath, budget, "status"), object } }],
    ...requeue,
    ...events,
  };
}
