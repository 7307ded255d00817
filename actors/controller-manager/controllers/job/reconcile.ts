/** A Job runs pods until enough of them have succeeded. Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/ */

import type { EventToRecord } from "../../../../src/actor/events.js";
import { rfc3339 } from "../../../../src/actor/host.js";
import { semanticEqual } from "../../../../src/api/json-value.js";
import { compileLabelSelector } from "../../../../src/api/selectors.js";
import type { Job, JobCondition, JobStatus, Pod } from "../../../../src/api/types.js";
import { claim, pathTo } from "../../engine/ownership.js";
import { type Circumstances, nothingToDo, type Plan, type PlannedWrite } from "../../engine/plan.js";
import { isActive, isFinished as isOver, isReady } from "../../engine/pods.js";
import { pods as podsResource } from "../../engine/resources.js";
import { Keeper } from "../workload/keeper.js";
import { jobs } from "../workload/resources.js";
import { type Accounts, account, completedText, isTracked } from "./accounting.js";
import { conditionOf, isFinished, type Verdict, withCondition } from "./conditions.js";
import { indexesText, isIndexed } from "./indexes.js";
import { type JobPods, type PodChanges, podsToChange } from "./pods-to-change.js";
import { release } from "./release.js";
import { jobPod } from "./template.js";
import { deadlineMs, judge } from "./verdict.js";

/** What is known that concerns one Job. */
export interface JobView {
  readonly job: Job;
  /** Pods that name it as their controller. */
  readonly owned: readonly Pod[];
  /** Pods of the namespace without controller. */
  readonly orphans: readonly Pod[];
}

export const keeperOf = (job: Job): Keeper => new Keeper(job, "batch/v1", "Job", "job-controller");

const noChange: PodChanges = { create: [], stop: [], waitMs: undefined };

export function reconcileJob(view: JobView, circumstances: Circumstances): Plan {
  const { job, owned, orphans } = view;
  const { answers, nowMs } = circumstances;
  const { managedBy } = job.spec ?? {};
  if (managedBy !== undefined && managedBy !== "kubernetes.io/job-controller") return nothingToDo;
  // What will not be counted any more need not be kept.
  if (job.metadata.deletionTimestamp !== undefined || isFinished(job)) return { writes: owned.filter(isTracked).map(release) };
  const keeper = keeperOf(job);
  const claimed = claim<Pod>(
    {
      owner: job,
      reference: keeper.reference,
      matches: compileLabelSelector(job.spec?.selector),
      owned,
      orphans,
      resource: podsResource.path,
      ownerResource: jobs.path,
    },
    answers,
  );
  if (claimed.reads.length > 0) return { reads: claimed.reads };
  const pods: JobPods = {
    all: claimed.mine,
    active: claimed.mine.filter(isActive),
    terminating: claimed.mine.filter((pod) => pod.metadata.deletionTimestamp !== undefined && !isOver(pod)),
  };
  const accounts = account(job, claimed.mine);
  const verdict = judge(job, accounts, pods.active, claimed.mine.filter(isTracked), nowMs);
  const suspended = job.spec?.suspend === true;
  const changes = verdict !== undefined || suspended ? noChange : podsToChange(job, accounts, pods, nowMs);
  const { status, events } = statusOf(job, accounts, pods, verdict, nowMs);
  const endMs = deadlineMs({ ...job, status });
  const waits = [changes.waitMs, endMs === undefined || verdict !== undefined ? undefined : endMs - nowMs].filter(
    (each) => each !== undefined,
  );
  return {
    writes: [
      ...claimed.writes,
      ...statusWrite(job, status, events),
      ...accounts.release.map(release),
      // Pods that are stopped because the Job wants fewer are no failures, so they are not kept to be counted.
      ...(suspended && verdict === undefined ? pods.active : changes.stop).flatMap((pod) => [
        ...(isTracked(pod) ? [release(pod)] : []),
        keeper.delete(pod),
      ]),
      ...(verdict === undefined ? [] : pods.active.map((pod) => keeper.delete(pod))),
      ...changes.create.map((index) => keeper.create(jobPod(job, index, accounts.toReplace))),
    ],
    ...(waits.length === 0 ? {} : { requeueAfterMs: Math.max(0, Math.min(...waits)) }),
  };
}

/** The events are told once the status is written that they speak of. */
function statusWrite(job: Job, status: JobStatus, [event]: readonly EventToRecord[]): PlannedWrite[] {
  if (semanticEqual(job.status, status)) return [];
  const object: Job = { ...job, apiVersion: "batch/v1", kind: "Job", status };
  const request = { verb: "update", path: pathTo(jobs.path, job, "status"), object } as const;
  return [event === undefined ? { request } : { request, onSuccess: () => event }];
}

function statusOf(job: Job, accounts: Accounts, pods: JobPods, verdict: Verdict | undefined, nowMs: number) {
  const { active, terminating } = pods;
  const { uncounted, succeeded, failed } = accounts;
  const keeper = keeperOf(job);
  const events: EventToRecord[] = [];
  let conditions: JobCondition[] = [...(job.status?.conditions ?? [])];
  let { startTime } = job.status ?? {};
  let completionTime: string | undefined;
  const suspended = job.spec?.suspend === true;
  if (verdict !== undefined) {
    const { type, reason, message } = verdict;
    conditions = withCondition(conditions, { type, status: "True", reason, message }, nowMs);
    const settled = active.length + terminating.length + uncounted.succeeded.length + uncounted.failed.length === 0;
    if (settled && type === "SuccessCriteriaMet") {
      conditions = withCondition(conditions, { type: "Complete", status: "True", reason, message }, nowMs);
      completionTime = rfc3339(nowMs);
      events.push(keeper.event("Normal", "Completed", "Job completed"));
    } else if (settled) {
      conditions = withCondition(conditions, { type: "Failed", status: "True", reason, message }, nowMs);
      events.push(keeper.event("Warning", reason, message));
    }
  } else if (suspended !== (conditionOf(job, "Suspended")?.status === "True")) {
    const [reason, message] = suspended ? ["JobSuspended", "Job suspended"] : ["JobResumed", "Job resumed"];
    conditions = withCondition(conditions, { type: "Suspended", status: suspended ? "True" : "False", reason, message }, nowMs);
    events.push(keeper.event("Normal", suspended ? "Suspended" : "Resumed", message ?? ""));
    if (!suspended) startTime = undefined;
  }
  // The deadline does not run while the Job is suspended.
  if (startTime === undefined && !suspended) startTime = rfc3339(nowMs);
  const completed = completedText(accounts);
  const status: JobStatus = {
    ...(conditions.length === 0 ? {} : { conditions }),
    ...(startTime === undefined ? {} : { startTime }),
    ...(completionTime === undefined ? {} : { completionTime }),
    ...(active.length === 0 ? {} : { active: active.length }),
    ...(succeeded === 0 ? {} : { succeeded }),
    ...(failed === 0 ? {} : { failed }),
    terminating: terminating.length,
    ready: active.filter(isReady).length,
    ...(isIndexed(job) && completed !== undefined ? { completedIndexes: completed } : {}),
    ...(accounts.failedIndexes === undefined ? {} : { failedIndexes: indexesText(accounts.failedIndexes) }),
    uncountedTerminatedPods: {
      ...(uncounted.succeeded.length === 0 ? {} : { succeeded: [...uncounted.succeeded] }),
      ...(uncounted.failed.length === 0 ? {} : { failed: [...uncounted.failed] }),
    },
  };
  return { status, events };
}
