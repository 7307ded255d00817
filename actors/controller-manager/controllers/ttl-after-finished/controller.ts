import type { KubernetesObject } from "../../../../src/api/types.js";
import type { ControllerDefinition } from "../../engine/controller.js";
import type { Informed, Informers } from "../../engine/informers.js";
import { keyOf } from "../../engine/ownership.js";
import { nothingToDo } from "../../engine/plan.js";
import { jobs as jobsResource } from "../workload/resources.js";
import { reconcileExpiry } from "./reconcile.js";

/** Apart from the controller of Jobs, which may not delete them. */
export function ttlAfterFinishedController(informers: Informers): ControllerDefinition {
  const jobs = informers.of(jobsResource);
  return {
    name: "ttl-after-finished",
    serviceAccount: "ttl-after-finished-controller",
    workers: 5,
    needs: [jobs] as ReadonlyArray<Informed<KubernetesObject>>,
    reconcile: (key, circumstances) => {
      const job = jobs.store.get(key);
      return job === undefined ? nothingToDo : reconcileExpiry(job, circumstances);
    },
    follow: (enqueue) => {
      jobs.subscribe(({ object }) => {
        if (object.spec?.ttlSecondsAfterFinished !== undefined) enqueue(keyOf(object));
      });
    },
  };
}
