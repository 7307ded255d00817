/**
 * How far and how fast the number of replicas may change: what was recommended lately, the scaling policies, the bounds.
 * Source: "Configurable scaling behavior" of https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
 */
import type { HorizontalPodAutoscalerBehavior, HPAScalingRules } from "../../../../src/api/types.js";

/** What is remembered of an autoscaler from one look to the next, on the monotonic clock. */
export interface Memory {
  readonly recommendations: ReadonlyArray<{ readonly replicas: number; readonly atMs: number }>;
  readonly ups: readonly Change[];
  readonly downs: readonly Change[];
}
interface Change {
  readonly replicas: number;
  readonly atMs: number;
}

export interface Limits {
  readonly current: number;
  readonly desired: number;
  readonly least: number;
  readonly most: number;
  readonly behavior: HorizontalPodAutoscalerBehavior | undefined;
  readonly nowMs: number;
}

export interface Limited {
  readonly replicas: number;
  readonly memory: Memory;
  readonly able: { readonly reason: string; readonly message: string };
  readonly limited: { readonly status: "True" | "False"; readonly reason: string; readonly message: string };
}

/** Where an autoscaler says nothing of it: how long the highest recommendation holds. */
const stabilizationSeconds = 300;
const longestWindowSeconds = 3_600;

const ready = { reason: "ReadyForNewScale", message: "recommended size matches current size" };
const stabilizedDown = {
  reason: "ScaleDownStabilized",
  message: "recent recommendations were higher than current one, applying the highest recent recommendation",
};
const stabilizedUp = {
  reason: "ScaleUpStabilized",
  message: "recent recommendations were lower than current one, applying the lowest recent recommendation",
};
const within = { reason: "DesiredWithinRange", message: "the desired count is within the acceptable range" };
const tooFew = { reason: "TooFewReplicas", message: "the desired replica count is less than the minimum replica count" };
const tooMany = { reason: "TooManyReplicas", message: "the desired replica count is more than the maximum replica count" };
const tooFastUp = {
  reason: "ScaleUpLimit",
  message: "the desired replica count is increasing faster than the maximum scale rate",
};
const tooFastDown = {
  reason: "ScaleDownLimit",
  message: "the desired replica count is decreasing faster than the maximum scale rate",
};

/** What an autoscaler begins with: that it is as it should be. */
export const firstMemory = (replicas: number, nowMs: number): Memory => ({
  recommendations: [{ replicas, atMs: nowMs }],
  ups: [],
  downs: [],
});

/** Policies count what was changed lately. */
export function withChange(memory: Memory, from: number, to: number, nowMs: number): Memory {
  const recent = (changes: readonly Change[]) => changes.filter(({ atMs }) => atMs > nowMs - longestWindowSeconds * 1_000);
  if (to > from) return { ...memory, ups: [...recent(memory.ups), { replicas: to - from, atMs: nowMs }] };
  return { ...memory, downs: [...recent(memory.downs), { replicas: from - to, atMs: nowMs }] };
}

export function limit(limits: Limits, before: Memory): Limited {
  const { behavior, desired, current, nowMs } = limits;
  const upSeconds = behavior?.scaleUp?.stabilizationWindowSeconds ?? 0;
  const downSeconds = behavior?.scaleDown?.stabilizationWindowSeconds ?? stabilizationSeconds;
  const recent = (seconds: number) =>
    before.recommendations.filter(({ atMs }) => atMs > nowMs - seconds * 1_000).map(({ replicas }) => replicas);
  const lowest = Math.min(desired, ...recent(upSeconds));
  const highest = Math.max(desired, ...recent(downSeconds));
  // With a behavior nothing changes as long as it is between what was recommended lately.
  const stabilized = behavior === undefined ? highest : Math.min(Math.max(current, lowest), highest);
  const kept = before.recommendations.filter(({ atMs }) => atMs > nowMs - Math.max(upSeconds, downSeconds) * 1_000);
  const memory = { ...before, recommendations: [...kept, { replicas: desired, atMs: nowMs }] };
  const held = behavior !== undefined && desired >= current ? stabilizedUp : stabilizedDown;
  const able = stabilized === desired ? ready : held;
  const [replicas, why] =
    behavior === undefined ? byRule({ ...limits, desired: stabilized }) : byPolicies({ ...limits, desired: stabilized }, before);
  return { replicas, memory, able, limited: { status: replicas === stabilized ? "False" : "True", ...why } };
}

type Verdict = readonly [replicas: number, why: { readonly reason: string; readonly message: string }];

/** Without a behavior: no more than doubled at once, or 4. */
function byRule({ current, desired, least, most }: Limits): Verdict {
  const fastest = Math.max(2 * current, 4);
  const [highest, why] = most > fastest ? [fastest, tooFastUp] : [most, tooMany];
  if (desired < least) return [least, tooFew];
  return desired > highest ? [highest, why] : [desired, within];
}

function byPolicies({ current, desired, least, most, behavior, nowMs }: Limits, memory: Memory): Verdict {
  if (desired > current) {
    const fastest = Math.max(current, upLimit(current, behavior?.scaleUp ?? {}, memory, nowMs));
    const [highest, why] = most > fastest ? [fastest, tooFastUp] : [most, tooMany];
    if (desired > highest) return [highest, why];
  } else if (desired < current) {
    const fastest = Math.min(current, downLimit(current, behavior?.scaleDown ?? {}, memory, nowMs));
    const [lowest, why] = least < fastest ? [fastest, tooFastDown] : [least, tooFew];
    if (desired < lowest) return [lowest, why];
  }
  return [desired, within];
}

function changed(changes: readonly Change[], periodSeconds: number, nowMs: number): number {
  return changes.reduce((sum, { replicas, atMs }) => (atMs > nowMs - periodSeconds * 1_000 ? sum + replicas : sum), 0);
}

/** How many there were when the period of a policy began. */
const atBeginning = (current: number, { ups, downs }: Memory, periodSeconds: number, nowMs: number): number =>
  current - changed(ups, periodSeconds, nowMs) + changed(downs, periodSeconds, nowMs);

function upLimit(current: number, { policies = [], selectPolicy }: HPAScalingRules, memory: Memory, nowMs: number): number {
  if (selectPolicy === "Disabled") return current;
  const proposals = policies.map(({ type, value, periodSeconds }) => {
    const began = atBeginning(current, memory, periodSeconds, nowMs);
    return type === "Pods" ? began + value : Math.ceil(began * (1 + value / 100));
  });
  return selectPolicy === "Min" ? Math.min(...proposals) : Math.max(...proposals);
}

function downLimit(current: number, { policies = [], selectPolicy }: HPAScalingRules, memory: Memory, nowMs: number): number {
  if (selectPolicy === "Disabled") return current;
  const proposals = policies.map(({ type, value, periodSeconds }) => {
    const began = atBeginning(current, memory, periodSeconds, nowMs);
    return type === "Pods" ? began - value : Math.trunc(began * (1 - value / 100));
  });
  return selectPolicy === "Min" ? Math.max(...proposals) : Math.min(...proposals);
}
