/** How many pods of a disruption budget may go now. Source: https://kubernetes.io/docs/tasks/run-application/configure-pdb/ */
import { type EventToRecord, referenceTo } from "../../../../src/actor/events.js";
import { rfc3339 } from "../../../../src/actor/host.js";
import { goLabelSelector } from "../../../../src/api/go-label-selector.js";
import { semanticEqual } from "../../../../src/api/json-value.js";
import { compileLabelSelector } from "../../../../src/api/selectors.js";
import type { Condition, Pod, PodDisruptionBudget, PodDisruptionBudgetStatus } from "../../../../src/api/types.js";
import type { Integer } from "../../../../src/json/integer.js";
import { scaled } from "../../deployment/bounds.js";
import { pathTo } from "../../engine/ownership.js";
import { nothingToDo, type Plan, type PlannedWrite } from "../../engine/plan.js";
import { isReady, timeMs } from "../../engine/pods.js";

export const budgetsPath = { group: "policy", version: "v1", resource: "poddisruptionbudgets" } as const;

/** A pod whose eviction was granted, but that has not begun to go after so long, counts again. */
export const deletionTimeoutMs = 120_000;

export interface BudgetView {
  readonly budget: PodDisruptionBudget;
  /** Pods of its namespace. */
  readonly pods: readonly Pod[];
  readonly scaleOf: (pod: Pod) => Scale;
}

/** How many pods the controller of a pod is to have, and which it is; or that it has none; or why that is not known. */
export type Scale = { readonly owner: string; readonly replicas: number } | "unmanaged" | { readonly problem: string };

interface Wanted {
  readonly expected: number;
  readonly healthy: number;
  /** Some pods have no controller, and are not expected by anybody. */
  readonly unmanaged: boolean;
}

/** How many pods there are to be: what their controllers were asked for. */
function expectedPods(pods: readonly Pod[], scaleOf: BudgetView["scaleOf"]): { expected: number; unmanaged: boolean } | string {
  const scales = new Map<string, number>();
  let unmanaged = false;
  for (const pod of pods) {
    const scale = scaleOf(pod);
    if (scale === "unmanaged") unmanaged = true;
    else if ("problem" in scale) return scale.problem;
    else scales.set(scale.owner, scale.replicas);
  }
  return { expected: [...scales.values()].reduce((sum, replicas) => sum + replicas, 0), unmanaged };
}

/** A text says why it is not known. */
function wanted({ spec }: PodDisruptionBudget, pods: readonly Pod[], scaleOf: BudgetView["scaleOf"]): Wanted | string {
  const { maxUnavailable, minAvailable } = spec ?? {};
  if (maxUnavailable === undefined) {
    if (typeof minAvailable === "number") return { expected: pods.length, healthy: minAvailable, unmanaged: false };
    // A budget that says neither allows nothing.
    if (minAvailable === undefined) return { expected: 0, healthy: 0, unmanaged: false };
  }
  const scale = expectedPods(pods, scaleOf);
  if (typeof scale === "string") return scale;
  const { expected } = scale;
  const healthy =
    maxUnavailable === undefined
      ? scaled(minAvailable ?? 0, expected, true)
      : Math.max(0, expected - scaled(maxUnavailable, expected, true));
  return { ...scale, healthy };
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

function withAllowed(
  budget: PodDisruptionBudget,
  { status, reason, message = "" }: Pick<Condition, "status" | "reason"> & { message?: string },
  observedGeneration: Integer | undefined,
  nowMs: number,
): Condition[] {
  const conditions = budget.status?.conditions ?? [];
  const before = conditions.find(({ type }) => type === "DisruptionAllowed");
  const lastTransitionTime = before?.status === status ? before.lastTransitionTime : rfc3339(nowMs);
  const base = { type: "DisruptionAllowed", status, reason, message, lastTransitionTime };
  const condition = observedGeneration === undefined ? base : { ...base, observedGeneration };
  return [...conditions.filter(({ type }) => type !== "DisruptionAllowed"), condition];
}

const eventOf = (budget: PodDisruptionBudget, type: "Normal" | "Warning", reason: string, message: string): EventToRecord => ({
  involvedObject: referenceTo(budget, "PodDisruptionBudget", "policy/v1"),
  type,
  reason,
  message,
  component: "controllermanager",
});

/** The status as it is to be; evictions write here as well, so the revision must be the one that was read. */
function statusWrite(budget: PodDisruptionBudget, status: PodDisruptionBudgetStatus): PlannedWrite[] {
  if (semanticEqual(budget.status, status)) return [];
  const { managedFields: _, ...metadata } = budget.metadata;
  const object: PodDisruptionBudget = { ...budget, metadata, status };
  return [{ request: { verb: "update", path: pathTo(budgetsPath, budget, "status"), object } }];
}

/** How many pods are expected is not known: to be safe none may go. */
function failSafe(budget: PodDisruptionBudget, problem: string, nowMs: number): Plan {
  const { expectedPods: _, ...before } = budget.status ?? { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };
  const why = { status: "False", reason: "SyncFailed", message: problem };
  const status: PodDisruptionBudgetStatus = {
    ...before,
    expectedPods: budget.status?.expectedPods ?? 0,
    disruptionsAllowed: 0,
    conditions: withAllowed(budget, why, budget.status?.observedGeneration, nowMs),
  };
  const message = `Failed to calculate the number of expected pods: ${problem}`;
  const writes = statusWrite(budget, status);
  // Told once: the budget is looked at again when its pods change.
  return writes.length === 0 ? {} : { writes, events: [eventOf(budget, "Warning", "CalculateExpectedPodCountFailed", message)] };
}

export function reconcileBudget({ budget, pods, scaleOf }: BudgetView, nowMs: number): Plan {
  if (budget.metadata.deletionTimestamp !== undefined) return nothingToDo;
  const matches = compileLabelSelector(budget.spec?.selector);
  const covered = pods.filter(({ metadata }) => matches(metadata.labels));
  const known = wanted(budget, covered, scaleOf);
  if (typeof known === "string") return failSafe(budget, known, nowMs);
  const { expected, healthy: desired } = known;
  const going = stillGoing(budget, covered, nowMs);
  const healthy = covered.filter(
    (pod) => isReady(pod) && pod.metadata.deletionTimestamp === undefined && !going.has(pod.metadata.name ?? ""),
  ).length;
  const allowed = expected <= 0 ? 0 : Math.max(0, healthy - desired);
  const { generation } = budget.metadata;
  const status: PodDisruptionBudgetStatus = {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...(going.size === 0 ? {} : { disruptedPods: Object.fromEntries(going) }),
    disruptionsAllowed: allowed,
    currentHealthy: healthy,
    desiredHealthy: desired,
    expectedPods: expected,
    conditions: withAllowed(
      budget,
      allowed > 0 ? { status: "True", reason: "SufficientPods" } : { status: "False", reason: "InsufficientPods" },
      generation,
      nowMs,
    ),
  };
  const nextMs = [...going.values()].map((time) => (timeMs(time) ?? nowMs) + deletionTimeoutMs - nowMs);
  const requeue = nextMs.length === 0 ? {} : { requeueAfterMs: Math.max(0, Math.min(...nextMs)) };
  const events: EventToRecord[] = [];
  if (covered.length === 0) events.push(eventOf(budget, "Normal", "NoPods", "No matching pods found"));
  if (known.unmanaged) events.push(eventOf(budget, "Warning", "UnmanagedPods", unmanagedText(budget)));
  const writes = statusWrite(budget, status);
  return writes.length === 0 ? requeue : { writes, ...requeue, ...(events.length === 0 ? {} : { events }) };
}

const unmanagedText = (budget: PodDisruptionBudget): string =>
  `Pods selected by this PodDisruptionBudget (selector: ${goLabelSelector(budget.spec?.selector)}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`;
