import type { KubernetesObject } from "../../../../src/api/types.js";
import type { ControllerDefinition } from "../../engine/controller.js";
import type { Informed, Informers } from "../../engine/informers.js";
import { keyOf } from "../../engine/ownership.js";
import { nothingToDo } from "../../engine/plan.js";
import * as resources from "../../engine/resources.js";
import { ownersConcerned } from "../workload/owners.js";
import { claims, controllerRevisions, statefulSets } from "../workload/resources.js";
import { reconcileStatefulSet } from "./reconcile.js";

export function statefulSetController(informers: Informers): ControllerDefinition {
  const sets = informers.of(statefulSets);
  const pods = informers.of(resources.pods);
  const revisions = informers.of(controllerRevisions);
  const volumeClaims = informers.of(claims);
  return {
    name: "statefulset",
    serviceAccount: "statefulset-controller",
    workers: 5,
    intervalMs: 20,
    needs: [sets, pods, revisions, volumeClaims] as ReadonlyArray<Informed<KubernetesObject>>,
    reconcile: (key, circumstances) => {
      const set = sets.store.get(key);
      if (set === undefined) return nothingToDo;
      const { uid = "", namespace = "" } = set.metadata;
      const view = {
        set,
        owned: pods.store.by("controller", uid),
        orphans: pods.store.by("orphans", namespace),
        revisions: revisions.store.by("controller", uid),
        revisionNamed: (name: string) => revisions.store.get(`${namespace}/${name}`),
        claimNamed: (name: string) => volumeClaims.store.get(`${namespace}/${name}`),
      };
      return reconcileStatefulSet(view, circumstances);
    },
    follow: (enqueue) => {
      sets.subscribe(({ object }) => enqueue(keyOf(object)));
      pods.subscribe((change) => {
        for (const key of ownersConcerned(change, "StatefulSet", sets)) enqueue(key);
      });
      revisions.subscribe((change) => {
        for (const key of ownersConcerned(change, "StatefulSet", sets)) enqueue(key);
      });
      // A pod may have to wait until the claims that went with its namesake are gone.
      volumeClaims.subscribe(({ type, object }) => {
        if (type !== "deleted") return;
        for (const { kind, name } of object.metadata.ownerReferences ?? [])
          if (kind === "Pod") enqueue(`${object.metadata.namespace}/${name.replace(/-[0-9]+$/, "")}`);
      });
    },
  };
}
