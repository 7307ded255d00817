/**
 * Indexes that fail each for itself: a pod carries how often its index has failed before it, and a failed pod is kept until the
 * one that takes its place is made. Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/#backoff-limit-per-index
 */
import type { Job, Pod } from "../../../../src/api/types.js";
import { isCounted, meaningOf } from "./failure-policy.js";
import { indexOf, parseIndexes } from "./indexes.js";

const failuresKey = "batch.kubernetes.io/job-index-failure-count";
const ignoredKey = "batch.kubernetes.io/job-index-ignored-failure-count";

export const failsByIndex = ({ spec }: Job): boolean => spec?.backoffLimitPerIndex !== undefined;

function countOf({ metadata }: Pod, key: string): number {
  const text = metadata.annotations?.[key];
  return text !== undefined && /^[0-9]+$/.test(text) ? Number(text) : 0;
}

/** All failures of the pod's index before it, those that were ignored included. */
export const failuresBefore = (pod: Pod): number => countOf(pod, failuresKey) + countOf(pod, ignoredKey);

/** The pod's failure was the last that its index had. */
function failsIndex(job: Job, pod: Pod): boolean {
  const { action } = meaningOf(job, pod);
  if (action === "FailIndex") return true;
  return action !== "Ignore" && countOf(pod, failuresKey) >= (job.spec?.backoffLimitPerIndex ?? 0);
}

/** The indexes that have failed, those that the status has and those of pods that failed since; undefined where they do not fail by index. */
export function failedIndexesOf(job: Job, failed: readonly Pod[]): Set<number> | undefined {
  if (!failsByIndex(job)) return undefined;
  const completions = job.spec?.completions ?? 0;
  const indexes = parseIndexes(job.status?.failedIndexes, completions);
  for (const pod of failed) {
    const index = indexOf(pod);
    if (index !== undefined && index < completions && failsIndex(job, pod)) indexes.add(index);
  }
  return indexes;
}

/** The last failed pod of each index that is to be tried again: the pod that takes its place goes on counting from it. */
export function podsToReplace(
  job: Job,
  failed: readonly Pod[],
  isSettled: (index: number) => boolean,
  finishedAtMs: (pod: Pod) => number,
): Map<number, Pod> {
  const last = new Map<number, Pod>();
  if (!failsByIndex(job)) return last;
  for (const pod of failed) {
    const index = indexOf(pod);
    if (index === undefined || index >= (job.spec?.completions ?? 0) || isSettled(index)) continue;
    const known = last.get(index);
    const isOlder =
      known !== undefined && failuresBefore(pod) <= failuresBefore(known) && finishedAtMs(pod) <= finishedAtMs(known);
    if (!isOlder) last.set(index, pod);
  }
  return last;
}

/** What a new pod says of the failures of its index. */
export function failureCounts(job: Job, replaced: Pod | undefined): Record<string, string> {
  if (!failsByIndex(job)) return {};
  if (replaced === undefined) return { [failuresKey]: "0" };
  const counts = isCounted(job, replaced);
  const failures = countOf(replaced, failuresKey) + (counts ? 1 : 0);
  const ignored = countOf(replaced, ignoredKey) + (counts ? 0 : 1);
  return { [failuresKey]: `${failures}`, ...(ignored === 0 ? {} : { [ignoredKey]: `${ignored}` }) };
}
