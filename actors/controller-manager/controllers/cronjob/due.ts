/** Which start of a CronJob is due. */
import type { Schedule } from "../../../../src/api/cron.js";
import { secondsInMs } from "../../../../src/api/go-duration.js";
import type { CronJob } from "../../../../src/api/types.js";
import { timeMs } from "../../engine/pods.js";

export interface Due {
  /** The most recent time at which a Job should have been started and was not. */
  readonly scheduledMs: number | undefined;
  /** How many starts were missed, roughly. */
  readonly missed: number;
  /** When to look again. */
  readonly nextMs: number | undefined;
}

/** Later starts make earlier ones obsolete: of those that were missed only the last counts. */
export function startDue(cronJob: CronJob, schedule: Schedule, nowMs: number): Due {
  const { startingDeadlineSeconds } = cronJob.spec ?? {};
  const known = timeMs(cronJob.status?.lastScheduleTime) ?? timeMs(cronJob.metadata.creationTimestamp) ?? nowMs;
  const deadlineMs = startingDeadlineSeconds === undefined ? known : nowMs - secondsInMs(startingDeadlineSeconds);
  const earliestMs = Math.max(known, deadlineMs);
  const nextMs = schedule.nextMs(nowMs);
  const firstMs = schedule.nextMs(earliestMs);
  if (firstMs === undefined || firstMs > nowMs) return { scheduledMs: undefined, missed: 0, nextMs };
  const secondMs = schedule.nextMs(firstMs);
  if (secondMs === undefined || secondMs > nowMs) return { scheduledMs: firstMs, missed: 0, nextMs };
  const betweenMs = secondMs - firstMs;
  const missed = Math.floor((nowMs - firstMs) / betweenMs) + 1;
  let scheduledMs = firstMs;
  let candidateMs = schedule.nextMs(firstMs + (missed - 2) * betweenMs);
  while (candidateMs !== undefined && candidateMs <= nowMs) {
    scheduledMs = candidateMs;
    candidateMs = schedule.nextMs(candidateMs);
  }
  return { scheduledMs, missed, nextMs };
}
