/** When a Job has succeeded or failed. Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/#handling-pod-and-container-failures */
import type { ContainerStatus, Job, Pod } from "../../../../src/api/types.js";
import { timeMs } from "../../engine/pods.js";
import { type Accounts, failedInAll, succeededInAll } from "./accounting.js";
import { type Verdict, verdictOf } from "./conditions.js";

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
  return startedMs + spec.activeDeadlineSeconds * 1000;
}

export function judge(job: Job, accounts: Accounts, active: readonly Pod[], nowMs: number): Verdict | undefined {
  const decided = verdictOf(job);
  if (decided !== undefined) return decided;
  const failure = (reason: string, message: string): Verdict => ({ type: "FailureTarget", reason, message });
  const isPastLimit = failedInAll(accounts) > (job.spec?.backoffLimit ?? 6);
  if (isPastLimit || restartedTooOften(job, active)) {
    return failure("BackoffLimitExceeded", "Job has reached the specified backoff limit");
  }
  const endMs = deadlineMs(job);
  if (endMs !== undefined && endMs <= nowMs) {
    return failure("DeadlineExceeded", "Job was active longer than specified deadline");
  }
  const { completions } = job.spec ?? {};
  const succeeded = succeededInAll(accounts);
  const enough = completions === undefined ? succeeded > 0 : succeeded >= completions;
  if (!enough || active.length > 0 || job.spec?.suspend) return undefined;
  return { type: "SuccessCriteriaMet", reason: "CompletionsReached", message: "Reached expected number of succeeded pods" };
}
