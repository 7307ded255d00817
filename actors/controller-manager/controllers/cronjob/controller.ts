import type { KubernetesObject } from "../../../../src/api/types.js";
import type { ControllerDefinition } from "../../engine/controller.js";
import type { Informed, Informers } from "../../engine/informers.js";
import { keyOf } from "../../engine/ownership.js";
import { nothingToDo } from "../../engine/plan.js";
import { controllerOf } from "../../engine/resources.js";
import { cronJobs, jobs as jobsResource } from "../workload/resources.js";
import { reconcileCronJob } from "./reconcile.js";

export function cronJobController(informers: Informers): ControllerDefinition {
  const schedules = informers.of(cronJobs);
  const jobs = informers.of(jobsResource);
  return {
    name: "cronjob",
    serviceAccount: "cronjob-controller",
    workers: 5,
    intervalMs: 50,
    needs: [schedules, jobs] as ReadonlyArray<Informed<KubernetesObject>>,
    reconcile: (key, circumstances) => {
      const cronJob = schedules.store.get(key);
      if (cronJob === undefined) return nothingToDo;
      const owned = jobs.store.by("controller", cronJob.metadata.uid ?? "");
      return reconcileCronJob(cronJob, owned, circumstances);
    },
    follow: (enqueue) => {
      schedules.subscribe(({ object }) => enqueue(keyOf(object)));
      jobs.subscribe(({ object }) => {
        const reference = controllerOf(object);
        if (reference?.kind === "CronJob") enqueue(`${object.metadata.namespace}/${reference.name}`);
      });
    },
  };
}
