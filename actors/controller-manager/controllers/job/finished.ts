/** What is left to do for a Job that has ended. Source: https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/ */
import type { Job, Pod } from "../../../../src/api/types.js";
import { pathTo } from "../../engine/ownership.js";
import type { Circumstances, Plan } from "../../engine/plan.js";
import { timeMs } from "../../engine/pods.js";
import { jobs } from "../workload/resources.js";
import { isTracked } from "./accounting.js";
import { conditionOf } from "./conditions.js";
import { release } from "./release.js";

/** When it must be deleted; undefined when it may stay. */
export function expiresAtMs(job: Job): number | undefined {
  const seconds = job.spec?.ttlSecondsAfterFinished;
  const ended = conditionOf(job, "Complete") ?? conditionOf(job, "Failed");
  const endedMs = timeMs(ended?.lastTransitionTime);
  return seconds === undefined || endedMs === undefined ? undefined : endedMs + seconds * 1000;
}

export function reconcileFinished(job: Job, owned: readonly Pod[], { answers, nowMs }: Circumstances): Plan {
  const writes = owned.filter(isTracked).map(release);
  const expiresMs = expiresAtMs(job);
  if (expiresMs === undefined) return { writes };
  if (expiresMs > nowMs) return { writes, requeueAfterMs: expiresMs - nowMs };
  // The time to live may have been made longer a moment ago, so the API server is asked itself.
  const answer = answers.get("job");
  if (answer === undefined) return { reads: [{ name: "job", request: { verb: "get", path: pathTo(jobs.path, job) } }] };
  const live = answer === "absent" ? undefined : (answer.object as Job | undefined);
  const { uid } = job.metadata;
  if (live === undefined || live.metadata.uid !== uid) return { writes };
  const liveMs = expiresAtMs(live);
  if (liveMs === undefined || liveMs > nowMs) return { writes };
  const options = { propagationPolicy: "Foreground" as const, ...(uid === undefined ? {} : { preconditions: { uid } }) };
  return { writes: [...writes, { request: { verb: "delete", path: pathTo(jobs.path, job), options } }] };
}
