/** A CronJob starts a Job at each time of its schedule. Source: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ */
import type { EventToRecord } from "../../../../src/actor/events.js";
import { rfc3339 } from "../../../../src/actor/host.js";
import { parseSchedule } from "../../../../src/api/cron.js";
import { secondsInMs } from "../../../../src/api/go-duration.js";
import { timeZone } from "../../../../src/api/time-zones/zone.js";
import type { CronJob, CronJobStatus, Job, ObjectReference } from "../../../../src/api/types.js";
import { inZone } from "../../../../src/api/zoned-schedule.js";
import { pathTo } from "../../engine/ownership.js";
import { type Circumstances, nothingToDo, type Plan, type PlannedWrite } from "../../engine/plan.js";
import { timeMs } from "../../engine/pods.js";
import { statusUpdate } from "../../engine/status-update.js";
import { conditionOf, isFinished } from "../job/conditions.js";
import { Keeper } from "../workload/keeper.js";
import { cronJobs, jobs as jobsResource } from "../workload/resources.js";
import { startDue } from "./due.js";

const scheduledAt = "batch.kubernetes.io/cronjob-scheduled-timestamp";
/** More missed starts than this are told: perhaps a clock is wrong. */
const manyMissed = 100;
/** A little later than due, so that the time has really come. */
const dueSlackMs = 100;

const hasSucceeded = (job: Job): boolean => conditionOf(job, "Complete")?.status === "True";
const nameOf = ({ metadata }: Job): string => metadata.name ?? "";

/** `jobs` name the CronJob as their controller. Without a zone of its own its times are UTC, the controller manager's local time. */
export function reconcileCronJob(cronJob: CronJob, jobs: readonly Job[], { nowMs }: Circumstances): Plan {
  const { metadata, spec } = cronJob;
  if (metadata.deletionTimestamp !== undefined || spec === undefined) return nothingToDo;
  const keeper = new Keeper(cronJob, "batch/v1", "CronJob", "cronjob-controller");
  const active = jobs.filter((job) => !isFinished(job));
  const status = statusOf(cronJob, jobs, active);
  const kept: Plan = {
    writes: [...statusWrite(cronJob, status), ...pastHistory(cronJob, jobs).map((job) => deletion(job, keeper))],
    events: whatEnded(cronJob, jobs, keeper),
  };
  const warn = (reason: string, message: string): Plan => ({
    ...kept,
    events: [...(kept.events ?? []), keeper.event("Warning", reason, message)],
  });
  const zone = timeZone(spec.timeZone ?? "UTC");
  if (zone === undefined) {
    return warn("UnknownTimeZone", `invalid timeZone: ${JSON.stringify(spec.timeZone)}: unknown time zone ${spec.timeZone}`);
  }
  if (spec.suspend) return kept;
  const parsed = parseSchedule(spec.schedule);
  if (!parsed.ok)
    return warn("UnparseableSchedule", `unparseable schedule: ${JSON.stringify(spec.schedule)} : ${parsed.message}`);
  const due = startDue({ ...cronJob, status }, inZone(parsed.schedule, zone), nowMs);
  const later: Plan = due.nextMs === undefined ? kept : { ...kept, requeueAfterMs: due.nextMs - nowMs + dueSlackMs };
  if (due.scheduledMs === undefined) return later;
  const told = (...events: EventToRecord[]): Plan => ({ ...later, events: [...(kept.events ?? []), ...events] });
  const missed =
    due.missed > manyMissed
      ? [
          keeper.event(
            "Warning",
            "TooManyMissedTimes",
            `too many missed start times: ${due.missed}. Set or decrease .spec.startingDeadlineSeconds or check clock skew`,
          ),
        ]
      : [];
  if (spec.startingDeadlineSeconds !== undefined && due.scheduledMs + secondsInMs(spec.startingDeadlineSeconds) < nowMs) {
    return told(
      ...missed,
      keeper.event("Warning", "MissSchedule", `Missed scheduled time to start a job: ${rfc1123(due.scheduledMs)}`),
    );
  }
  if (spec.concurrencyPolicy === "Forbid" && active.length > 0) {
    const message = "Not starting job because prior execution is running and concurrency policy is Forbid";
    return told(...missed, keeper.event("Normal", "JobAlreadyActive", message));
  }
  const replaced = spec.concurrencyPolicy === "Replace" ? active : [];
  const started = { ...status, lastScheduleTime: rfc3339(due.scheduledMs) };
  const outdated = [...replaced, ...pastHistory(cronJob, jobs)].map((job) => deletion(job, keeper));
  return {
    ...told(...missed),
    // That it was started is written down only when it was.
    inOrder: true,
    writes: [...outdated, ...creation(cronJob, due.scheduledMs, jobs, keeper), ...statusWrite(cronJob, started)],
  };
}

const statusWrite = (cronJob: CronJob, status: CronJobStatus): PlannedWrite[] =>
  statusUpdate({ apiVersion: "batch/v1", kind: "CronJob", path: cronJobs.path }, cronJob, status);

function statusOf({ status }: CronJob, jobs: readonly Job[], active: readonly Job[]): CronJobStatus {
  const references = active.map((job): ObjectReference => {
    const { namespace = "", uid = "", resourceVersion = "" } = job.metadata;
    const before = status?.active?.find((each) => each.uid === uid);
    return before ?? { apiVersion: "batch/v1", kind: "Job", namespace, name: nameOf(job), uid, resourceVersion };
  });
  const succeeded = jobs.filter(hasSucceeded).flatMap(({ status: of }) => timeMs(of?.completionTime) ?? []);
  const lastMs = Math.max(timeMs(status?.lastSuccessfulTime) ?? Number.NEGATIVE_INFINITY, ...succeeded);
  return {
    ...(references.length === 0 ? {} : { active: references }),
    ...(status?.lastScheduleTime === undefined ? {} : { lastScheduleTime: status.lastScheduleTime }),
    ...(lastMs === Number.NEGATIVE_INFINITY ? {} : { lastSuccessfulTime: rfc3339(lastMs) }),
  };
}

/** Jobs that were active when last looked at, and are not any more. */
function whatEnded({ status }: CronJob, jobs: readonly Job[], keeper: Keeper): EventToRecord[] {
  return (status?.active ?? []).flatMap(({ uid, name }) => {
    const job = jobs.find(({ metadata }) => metadata.uid === uid);
    if (job === undefined) return [keeper.event("Normal", "MissingJob", `Active job went missing: ${name}`)];
    const how = hasSucceeded(job) ? "Complete" : "Failed";
    return isFinished(job) ? [keeper.event("Normal", "SawCompletedJob", `Saw completed job: ${name}, condition: ${how}`)] : [];
  });
}

/** Finished Jobs beyond what is to be kept, the oldest first. */
export function pastHistory({ spec }: CronJob, jobs: readonly Job[]): Job[] {
  const startedMs = (job: Job) => timeMs(job.status?.startTime) ?? 0;
  const finished = jobs.filter((job) => isFinished(job) && job.metadata.deletionTimestamp === undefined);
  const beyond = (of: readonly Job[], limit: number | undefined) => {
    const oldestFirst = [...of].sort((one, other) => startedMs(one) - startedMs(other) || (nameOf(one) < nameOf(other) ? -1 : 1));
    return limit === undefined ? [] : oldestFirst.slice(0, Math.max(0, of.length - limit));
  };
  return [
    ...beyond(finished.filter(hasSucceeded), spec?.successfulJobsHistoryLimit),
    ...beyond(
      finished.filter((job) => !hasSucceeded(job)),
      spec?.failedJobsHistoryLimit,
    ),
  ];
}

function deletion(job: Job, keeper: Keeper): PlannedWrite {
  const { uid } = job.metadata;
  const options = { propagationPolicy: "Background" as const, ...(uid === undefined ? {} : { preconditions: { uid } }) };
  return {
    request: { verb: "delete", path: pathTo(jobsResource.path, job), options },
    onSuccess: () => keeper.event("Normal", "SuccessfulDelete", `Deleted job ${nameOf(job)}`),
    onFailure: ({ message }) => keeper.event("Warning", "FailedDelete", `Deleted job: ${message}`),
  };
}

/** The name says when the Job was due, so that a start is never made twice. */
function creation(cronJob: CronJob, scheduledMs: number, jobs: readonly Job[], keeper: Keeper): PlannedWrite[] {
  const { namespace = "", name: owner } = cronJob.metadata;
  const name = `${owner}-${Math.floor(scheduledMs / 60_000)}`;
  if (jobs.some((job) => nameOf(job) === name)) return [];
  const { metadata, spec } = cronJob.spec?.jobTemplate ?? {};
  const object: Job = {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name,
      namespace,
      ...(metadata?.labels === undefined ? {} : { labels: metadata.labels }),
      annotations: { ...metadata?.annotations, [scheduledAt]: rfc3339(scheduledMs) },
      ownerReferences: [keeper.reference],
    },
    ...(spec === undefined ? {} : { spec }),
  };
  return [
    {
      request: { verb: "create", path: { ...jobsResource.path, namespace }, object },
      onSuccess: () => keeper.event("Normal", "SuccessfulCreate", `Created job ${name}`),
      onFailure: ({ message }) => keeper.event("Warning", "FailedCreate", `Error creating job: ${message}`),
    },
  ];
}

const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `Wed, 01 Jan 2025 00:05:00 +0000` */
function rfc1123(ms: number): string {
  const date = new Date(ms);
  const day = String(date.getUTCDate()).padStart(2, "0");
  const month = months[date.getUTCMonth()];
  return `${weekdays[date.getUTCDay()]}, ${day} ${month} ${date.getUTCFullYear()} ${date.toISOString().slice(11, 19)} +0000`;
}
