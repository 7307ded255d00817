/** Which pods a Job starts and stops. */
import type { Job, Pod } from "../../../../src/api/types.js";
import { inDeletionOrder } from "../../replicaset/deletion-order.js";
import { type Accounts, hasFailed, hasSucceeded, succeededInAll } from "./accounting.js";
import { failsByIndex, failuresBefore } from "./failed-indexes.js";
import { isCounted } from "./failure-policy.js";
import { finishedAtMs } from "./finish-time.js";
import { indexOf, isIndexed, pendingIndexes } from "./indexes.js";

/** Pods created or deleted in one round. */
export const burst = 500;
export const failureBackoff = { firstMs: 10_000, mostMs: 600_000 } as const;

export interface PodChanges {
  /** An index each, or undefined for Jobs without. */
  readonly create: ReadonlyArray<number | undefined>;
  readonly stop: readonly Pod[];
  /** New pods must wait this long, because the last ones failed. */
  readonly waitMs: number | undefined;
}

const nothing: PodChanges = { create: [], stop: [], waitMs: undefined };

export interface JobPods {
  readonly active: readonly Pod[];
  /** On their way out, but not finished. */
  readonly terminating: readonly Pod[];
  readonly all: readonly Pod[];
}

export function podsToChange(job: Job, accounts: Accounts, { active, terminating, all }: JobPods, nowMs: number): PodChanges {
  const { completions, parallelism = 1, podReplacementPolicy } = job.spec ?? {};
  const succeeded = succeededInAll(accounts);
  const remaining = completions === undefined ? (succeeded > 0 ? active.length : parallelism) : completions - succeeded;
  const wanted = Math.max(0, Math.min(remaining, parallelism));
  const stop = surplus(job, accounts, active, active.length - wanted, nowMs);
  if (stop.length > 0) return { ...nothing, stop: stop.slice(0, burst) };
  const leaving = podReplacementPolicy === "Failed" ? terminating.length : 0;
  const missing = Math.min(burst, wanted - active.length - leaving);
  if (missing <= 0) return nothing;
  const waitMs = failsByIndex(job) ? 0 : backoffMs(job, all, nowMs);
  if (waitMs > 0) return { ...nothing, waitMs };
  if (!isIndexed(job)) return { ...nothing, create: Array.from({ length: missing }, () => undefined) };
  const beingWorkedOn = podReplacementPolicy === "Failed" ? [...active, ...terminating] : active;
  const taken = new Set([
    ...(accounts.completedIndexes ?? []),
    ...(accounts.failedIndexes ?? []),
    ...beingWorkedOn.flatMap((pod) => indexOf(pod) ?? []),
  ]);
  return dueNow(pendingIndexes(missing, completions ?? 0, taken), accounts, nowMs);
}

/** Indexes that fail each for itself wait each for itself: those whose wait is over, or how long the first has to wait. */
function dueNow(indexes: readonly number[], { toReplace }: Accounts, nowMs: number): PodChanges {
  const waits = indexes.map((index) => {
    const failed = toReplace.get(index);
    return failed === undefined ? 0 : finishedAtMs(failed) + delayMs(failuresBefore(failed) + 1) - nowMs;
  });
  const create = indexes.filter((_, at) => waits[at]! <= 0);
  return create.length > 0 || waits.length === 0 ? { ...nothing, create } : { ...nothing, waitMs: Math.min(...waits) };
}

/** Of an index there is one pod; and no more pods than wanted. */
function surplus(job: Job, accounts: Accounts, active: readonly Pod[], atLeast: number, nowMs: number): Pod[] {
  const needless: Pod[] = [];
  const left: Pod[] = [];
  const seen = new Set<number>(accounts.completedIndexes ?? []);
  for (const pod of active) {
    const index = indexOf(pod);
    const isNeedless = isIndexed(job) && (index === undefined || index >= (job.spec?.completions ?? 0) || seen.has(index));
    (isNeedless ? needless : left).push(pod);
    if (index !== undefined) seen.add(index);
  }
  const more = atLeast - needless.length;
  return more > 0 ? [...needless, ...inDeletionOrder(left, [], nowMs).slice(0, more)] : needless;
}

/** Failures in a row double the wait for the next pod: 10 s, 20 s, … 10 min. */
const delayMs = (failures: number): number =>
  Math.min(failureBackoff.mostMs, failureBackoff.firstMs * 2 ** Math.max(0, failures - 1));

export function backoffMs(job: Job, pods: readonly Pod[], nowMs: number): number {
  const lastSuccessMs = Math.max(0, ...pods.filter(hasSucceeded).map(finishedAtMs));
  const failures = pods.filter((pod) => hasFailed(pod, job) && isCounted(job, pod) && finishedAtMs(pod) > lastSuccessMs);
  if (failures.length === 0) return 0;
  const lastMs = Math.max(...failures.map(finishedAtMs));
  return Math.max(0, lastMs + delayMs(failures.length) - nowMs);
}
