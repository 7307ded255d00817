/** Which pods a Job starts and stops. */
import type { ContainerStatus, Job, Pod } from "../../../../src/api/types.js";
import { timeMs } from "../../engine/pods.js";
import { inDeletionOrder } from "../../replicaset/deletion-order.js";
import { type Accounts, hasFailed, hasSucceeded, succeededInAll } from "./accounting.js";
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
  const waitMs = backoffMs(job, all, nowMs);
  if (waitMs > 0) return { ...nothing, waitMs };
  if (!isIndexed(job)) return { ...nothing, create: Array.from({ length: missing }, () => undefined) };
  const taken = new Set([...(accounts.completedIndexes ?? []), ...active.flatMap((pod) => indexOf(pod) ?? [])]);
  return { ...nothing, create: pendingIndexes(missing, completions ?? 0, taken) };
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

const endedAtMs = ({ state }: ContainerStatus): number => timeMs(state?.terminated?.finishedAt) ?? 0;

/** When a pod ended: when the last of its containers did. */
export function finishedAtMs({ status, metadata }: Pod): number {
  const atMs = Math.max(0, ...(status?.containerStatuses ?? []).map(endedAtMs));
  return atMs || (timeMs(metadata.deletionTimestamp) ?? timeMs(metadata.creationTimestamp) ?? 0);
}

/** Failures in a row double the wait for the next pod: 10 s, 20 s, … 10 min. */
export function backoffMs(job: Job, pods: readonly Pod[], nowMs: number): number {
  const lastSuccessMs = Math.max(0, ...pods.filter(hasSucceeded).map(finishedAtMs));
  const failures = pods.filter((pod) => hasFailed(pod, job) && finishedAtMs(pod) > lastSuccessMs);
  if (failures.length === 0) return 0;
  const lastMs = Math.max(...failures.map(finishedAtMs));
  const delayMs = Math.min(failureBackoff.mostMs, failureBackoff.firstMs * 2 ** (failures.length - 1));
  return Math.max(0, lastMs + delayMs - nowMs);
}
