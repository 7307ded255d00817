/** When a Job has succeeded or failed. Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/#handling-pod-and-container-failures */
import { secondsInMs } from "../../../../src/api/go-duration.js";
import type { ContainerStatus, Job, Pod } from "../../../../src/api/types.js";
import { timeMs } from "../../engine/pods.js";
import { type Accounts, failedInAll, succeededInAll } from "./accounting.js";
import { type Verdict, verdictOf } from "./conditions.js";
import { meaningOf } from "./failure-policy.js";
import { metRule } from "./success-policy.js";

const restarts = (statuses: readonly ContainerStatus[] = []): number =>
  statuses.reduce((sum, { restartCount }) => sum + restartCount, 0);

/** Pods that restart their containers themselves fail by the sum of their restarts. */
function restartedTooOften(job: Job, active: readonly Pod[]): boolean {
  if (job.spec?.template.spec?.restartPolicy !== "OnFailure") return false;
  const limit = job.spec.backoffLimit ?? 6;
  const sum = active.reduce(
    (all, { status }) => all + restarts(status?.initContainerStatuses) + restarts(status?.containerStatuses),
    0,
  );
  return limit === 0 ? sum > 0 : sum >= limit;
}

/** When the Job's time is over; undefined when it has no end or its time does not run. */
export function deadlineMs({ spec, status }: Job): number | undefined {
  const startedMs = timeMs(status?.startTime);
  if (spec?.activeDeadlineSeconds === undefined || startedMs === undefined || spec.suspend) return undefined;
  return startedMs + secondsInMs(spec.activeDeadlineSeconds);
}

/** `failed` are the pods that have failed and are not forgotten yet. */
export function judge(
  job: Job,
  accounts: Accounts,
  active: readonly Pod[],
  failed: readonly Pod[],
  nowMs: number,
): Verdict | undefined {
  const decided = verdictOf(job);
  if (decided !== undefined) return decided;
  const failing = failed
    .filter((pod) => pod.status?.phase === "Failed")
    .map((pod) => meaningOf(job, pod))
    .find(({ action }) => action === "FailJob");
  if (failing !== undefined) return failure("PodFailurePolicy", failing.message);
  const isPastLimit = failedInAll(accounts) > (job.spec?.backoffLimit ?? 6);
  if (isPastLimit || restartedTooOften(job, active)) {
    return failure("BackoffLimitExceeded", "Job has reached the specified backoff limit");
  }
  const endMs = deadlineMs(job);
  if (endMs !== undefined && endMs <= nowMs) {
    return failure("DeadlineExceeded", "Job was active longer than specified deadline");
  }
  return byIndexes(job, accounts) ?? byCount(job, accounts, active);
}

const failure = (reason: string, message: string): Verdict => ({ type: "FailureTarget", reason, message });

/** What the indexes of an Indexed Job decide. */
function byIndexes(job: Job, { failedIndexes, completedIndexes }: Accounts): Verdict | undefined {
  if (completedIndexes === undefined) return undefined;
  const { maxFailedIndexes, completions = 0 } = job.spec ?? {};
  const failed = failedIndexes?.size ?? 0;
  if (maxFailedIndexes !== undefined && failed > maxFailedIndexes) {
    return failure("MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes");
  }
  if (failed > 0 && failed + completedIndexes.size >= completions) return failure("FailedIndexes", "Job has failed indexes");
  const rule = metRule(job, completedIndexes);
  if (rule === undefined) return undefined;
  return { type: "SuccessCriteriaMet", reason: "SuccessPolicy", message: `Matched rules at index ${rule}` };
}

function byCount(job: Job, accounts: Accounts, active: readonly Pod[]): Verdict | undefined {
  const { completions } = job.spec ?? {};
  const succeeded = succeededInAll(accounts);
  const enough = completions === undefined ? succeeded > 0 : succeeded >= completions;
  if (!enough || active.length > 0 || job.spec?.suspend) return undefined;
  return { type: "SuccessCriteriaMet", reason: "CompletionsReached", message: "Reached expected number of succeeded pods" };
}
