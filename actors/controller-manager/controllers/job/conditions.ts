import { rfc3339 } from "../../../../src/actor/host.js";
import type { Job, JobCondition } from "../../../../src/api/types.js";

/** Why a Job ends, or is about to. */
export interface Verdict {
  readonly type: "SuccessCriteriaMet" | "FailureTarget";
  readonly reason: string;
  readonly message: string;
}

export const conditionOf = (job: Job, type: string): JobCondition | undefined =>
  job.status?.conditions?.find((condition) => condition.type === type);

const holds = (job: Job, type: string): boolean => conditionOf(job, type)?.status === "True";

export const isFinished = (job: Job): boolean => holds(job, "Complete") || holds(job, "Failed");

/** The list with the condition as given; its time changes only with its status. */
export function withCondition(
  conditions: readonly JobCondition[],
  { type, status, reason, message }: Pick<JobCondition, "type" | "status" | "reason" | "message">,
  nowMs: number,
): JobCondition[] {
  const before = conditions.find((each) => each.type === type);
  if (before?.status === status && before.reason === reason && before.message === message) return [...conditions];
  const now = rfc3339(nowMs);
  const lastTransitionTime = before?.status === status ? (before.lastTransitionTime ?? now) : now;
  const condition: JobCondition = {
    type,
    status,
    lastProbeTime: now,
    lastTransitionTime,
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
  };
  return before === undefined ? [...conditions, condition] : conditions.map((each) => (each === before ? condition : each));
}

/** What was decided before about how the Job ends. */
export function verdictOf(job: Job): Verdict | undefined {
  for (const type of ["FailureTarget", "SuccessCriteriaMet"] as const) {
    const condition = conditionOf(job, type);
    if (condition?.status === "True") return { type, reason: condition.reason ?? "", message: condition.message ?? "" };
  }
  return undefined;
}
