import type { KubernetesObject, Pod } from "../../../../src/api/types.js";
import type { ControllerDefinition } from "../../engine/controller.js";
import type { Informed, Informers } from "../../engine/informers.js";
import { keyOf } from "../../engine/ownership.js";
import * as resources from "../../engine/resources.js";
import { ownersConcerned } from "../workload/owners.js";
import { jobs as jobsResource } from "../workload/resources.js";
import { isTracked } from "./accounting.js";
import { reconcileJob } from "./reconcile.js";
import { release } from "./release.js";

/** The key of the Job that a tracked pod names, whether it is there or not. */
function namedJob(pod: Pod): string | undefined {
  const reference = resources.controllerOf(pod);
  return isTracked(pod) && reference?.kind === "Job" ? `${pod.metadata.namespace}/${reference.name}` : undefined;
}

export function jobController(informers: Informers): ControllerDefinition {
  const jobs = informers.of(jobsResource);
  const pods = informers.of(resources.pods);
  /** Pods that are kept to be counted by a Job that is gone. */
  const left = (key: string, uid: string | undefined): Pod[] =>
    pods.store
      .by("namespace", key.slice(0, key.indexOf("/")))
      .filter((pod) => namedJob(pod) === key && resources.controllerOf(pod)?.uid !== uid);
  return {
    name: "job",
    serviceAccount: "job-controller",
    workers: 5,
    intervalMs: 50,
    needs: [jobs, pods] as ReadonlyArray<Informed<KubernetesObject>>,
    reconcile: (key, circumstances) => {
      const job = jobs.store.get(key);
      if (job === undefined) return { writes: left(key, undefined).map(release) };
      const owned = pods.store.by("controller", job.metadata.uid ?? "");
      const orphans = pods.store.by("orphans", job.metadata.namespace ?? "");
      const plan = reconcileJob({ job, owned, orphans }, circumstances);
      const strangers = left(key, job.metadata.uid).map(release);
      return plan.reads === undefined ? { ...plan, writes: [...(plan.writes ?? []), ...strangers] } : plan;
    },
    follow: (enqueue) => {
      jobs.subscribe(({ object }) => enqueue(keyOf(object)));
      pods.subscribe((change) => {
        for (const key of ownersConcerned(change, "Job", jobs)) enqueue(key);
        const named = change.type === "deleted" ? undefined : namedJob(change.object);
        if (named !== undefined && jobs.synced && jobs.store.get(named) === undefined) enqueue(named);
      });
    },
  };
}
