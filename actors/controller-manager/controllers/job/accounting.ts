/**
 * Counts each finished pod exactly once, even when it is deleted at once: a finalizer keeps the pod until its uid is in
 * the Job's status, then the finalizer goes, and then the uid becomes one in the count.
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-tracking-with-finalizers
 */
import type { Job, Pod } from "../../../../src/api/types.js";
import { isActive } from "../../engine/pods.js";
import { verdictOf } from "./conditions.js";
import { failedIndexesOf, podsToReplace } from "./failed-indexes.js";
import { isCounted } from "./failure-policy.js";
import { finishedAtMs } from "./finish-time.js";
import { indexesText, indexOf, isIndexed, parseIndexes } from "./indexes.js";
import { trackingFinalizer } from "./template.js";

/** Uids in one status are limited, as the status must fit into an object. */
const maxUncounted = 500;

export interface Accounts {
  /** Counted for good. */
  readonly succeeded: number;
  readonly failed: number;
  /** To be counted once their finalizer is gone. */
  readonly uncounted: { readonly succeeded: readonly string[]; readonly failed: readonly string[] };
  readonly completedIndexes: ReadonlySet<number> | undefined;
  /** Where indexes fail each for itself. */
  readonly failedIndexes: ReadonlySet<number> | undefined;
  /** By index, the failed pod whose place the next pod takes; it is kept until then. */
  readonly toReplace: ReadonlyMap<number, Pod>;
  /** Pods whose finalizer may go now: the status that is stored knows of them. */
  readonly release: readonly Pod[];
}

export const isTracked = ({ metadata }: Pod): boolean => metadata.finalizers?.includes(trackingFinalizer) === true;

export const hasSucceeded = ({ status }: Pod): boolean => status?.phase === "Succeeded";

/** A pod on its way out will not succeed any more, unless only pods that really failed are to be replaced. */
export const hasFailed = (pod: Pod, job: Job): boolean =>
  pod.status?.phase === "Failed" ||
  (!replacesOnlyFailed(job) && pod.metadata.deletionTimestamp !== undefined && !hasSucceeded(pod));

/** A policy for failures must see how a pod has ended. */
const replacesOnlyFailed = ({ spec }: Job): boolean =>
  spec?.podReplacementPolicy === "Failed" || spec?.podFailurePolicy !== undefined;

export const succeededInAll = ({ succeeded, uncounted }: Accounts): number => succeeded + uncounted.succeeded.length;
export const failedInAll = ({ failed, uncounted }: Accounts): number => failed + uncounted.failed.length;

export function account(job: Job, pods: readonly Pod[]): Accounts {
  const { status } = job;
  const before = status?.uncountedTerminatedPods ?? {};
  const tracked = new Map(pods.filter(isTracked).map((pod) => [pod.metadata.uid ?? "", pod]));
  const known = new Set([...(before.succeeded ?? []), ...(before.failed ?? [])]);
  const still = (uids: readonly string[] = []) => uids.filter((uid) => tracked.has(uid));
  const uncounted = { succeeded: still(before.succeeded), failed: still(before.failed) };
  const completions = job.spec?.completions ?? 0;
  const stored = isIndexed(job) ? parseIndexes(status?.completedIndexes, completions) : undefined;
  const completedIndexes = stored === undefined ? undefined : new Set(stored);
  const failedPods = [...tracked.values()].filter((pod) => hasFailed(pod, job));
  const failedIndexes = failedIndexesOf(job, failedPods);
  const succeededNow = new Set([...tracked.values()].filter(hasSucceeded).map(indexOf));
  const activeIndexes = new Set(pods.filter(isActive).map(indexOf));
  const isSettled = (index: number) =>
    stored?.has(index) === true || succeededNow.has(index) || failedIndexes?.has(index) === true || activeIndexes.has(index);
  const toReplace =
    verdictOf(job) === undefined ? podsToReplace(job, failedPods, isSettled, finishedAtMs) : new Map<number, Pod>();
  const kept = new Set([...toReplace.values()].map(({ metadata }) => metadata.uid));
  const release: Pod[] = [...uncounted.succeeded, ...uncounted.failed]
    .filter((uid) => !kept.has(uid))
    .map((uid) => tracked.get(uid)!);
  for (const [uid, pod] of tracked) {
    if (known.has(uid)) continue;
    const index = indexOf(pod);
    const room = uncounted.succeeded.length + uncounted.failed.length < maxUncounted;
    if (hasSucceeded(pod) && completedIndexes !== undefined) {
      if (index === undefined || index >= completions || stored?.has(index)) release.push(pod);
      else completedIndexes.add(index);
    } else if (hasSucceeded(pod) && room) uncounted.succeeded.push(uid);
    else if (hasFailed(pod, job)) {
      const counts = isCounted(job, pod) && (completedIndexes === undefined || (index !== undefined && index < completions));
      if (!counts && !kept.has(uid)) release.push(pod);
      else if (counts && room) uncounted.failed.push(uid);
    }
  }
  const cleared = (uids: readonly string[] = []) => uids.filter((uid) => !tracked.has(uid)).length;
  return {
    succeeded: completedIndexes === undefined ? (status?.succeeded ?? 0) + cleared(before.succeeded) : completedIndexes.size,
    failed: (status?.failed ?? 0) + cleared(before.failed),
    uncounted,
    completedIndexes,
    failedIndexes,
    toReplace,
    release,
  };
}

/** `completedIndexes` of the status. */
export const completedText = ({ completedIndexes }: Accounts): string | undefined =>
  completedIndexes === undefined || completedIndexes.size === 0 ? undefined : indexesText(completedIndexes);
