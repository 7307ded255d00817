/** Finished Jobs are deleted when their time to live is over. Source: https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/ */
import type { Job } from "../../../../src/api/types.js";
import { pathTo } from "../../engine/ownership.js";
import { type Circumstances, nothingToDo, type Plan } from "../../engine/plan.js";
import { timeMs } from "../../engine/pods.js";
import { conditionOf } from "../job/conditions.js";
import { jobs } from "../workload/resources.js";

/** When it must be deleted; undefined when it may stay. */
function expiresAtMs(job: Job): number | undefined {
  if (job.metadata.deletionTimestamp !== undefined) return undefined;
  const seconds = job.spec?.ttlSecondsAfterFinished;
  const ended = conditionOf(job, "Complete") ?? conditionOf(job, "Failed");
  const endedMs = timeMs(ended?.lastTransitionTime);
  return seconds === undefined || endedMs === undefined ? undefined : endedMs + seconds * 1000;
}

export function reconcileExpiry(job: Job, { answers, nowMs }: Circumstances): Plan {
  const expiresMs = expiresAtMs(job);
  if (expiresMs === undefined) return nothingToDo;
  if (expiresMs > nowMs) return { requeueAfterMs: expiresMs - nowMs };
  // The time to live may have been made longer a moment ago, so the API server is asked itself.
  const answer = answers.get("job");
  if (answer === undefined) return { reads: [{ name: "job", request: { verb: "get", path: pathTo(jobs.path, job) } }] };
  const live = answer === "absent" ? undefined : (answer.object as Job | undefined);
  const { uid } = job.metadata;
  if (live === undefined || live.metadata.uid !== uid) return nothingToDo;
  const liveMs = expiresAtMs(live);
  if (liveMs === undefined || liveMs > nowMs) return nothingToDo;
  const options = { propagationPolicy: "Foreground" as const, ...(uid === undefined ? {} : { preconditions: { uid } }) };
  return { writes: [{ request: { verb: "delete", path: pathTo(jobs.path, job), options } }] };
}
