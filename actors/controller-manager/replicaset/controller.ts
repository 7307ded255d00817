import { compileLabelSelector } from "../../../src/api/selectors.js";
import type { KubernetesObject, Pod, ReplicaSet } from "../../../src/api/types.js";
import type { ControllerDefinition } from "../engine/controller.js";
import type { Informed, Informers } from "../engine/informers.js";
import { keyOf } from "../engine/ownership.js";
import { nothingToDo } from "../engine/plan.js";
import { isActive } from "../engine/pods.js";
import * as resources from "../engine/resources.js";
import { reconcileReplicaSet } from "./reconcile.js";

export function replicaSetController(informers: Informers): ControllerDefinition {
  const sets = informers.of(resources.replicaSets);
  const pods = informers.of(resources.pods);
  const siblings = (replicaSet: ReplicaSet): readonly Pod[] => {
    const owner = resources.controllerOf(replicaSet)?.uid;
    const all = owner === undefined ? [replicaSet] : sets.store.by("controller", owner);
    return all.flatMap(({ metadata }) => pods.store.by("controller", metadata.uid ?? "")).filter(isActive);
  };
  return {
    name: "replicaset",
    workers: 20,
    intervalMs: 20,
    needs: [sets, pods] as ReadonlyArray<Informed<KubernetesObject>>,
    reconcile: (key, circumstances) => {
      const replicaSet = sets.store.get(key);
      if (replicaSet === undefined) return nothingToDo;
      const owned = pods.store.by("controller", replicaSet.metadata.uid ?? "");
      const orphans = pods.store.by("orphans", replicaSet.metadata.namespace ?? "");
      return reconcileReplicaSet({ replicaSet, owned, orphans, siblings: () => siblings(replicaSet) }, circumstances);
    },
    follow: (enqueue) => {
      sets.subscribe((change) => enqueue(keyOf(change.object)));
      pods.subscribe((change) => {
        for (const key of setsOf(change.object, sets)) enqueue(key);
        if (change.type === "updated") for (const key of setsOf(change.previous, sets)) enqueue(key);
      });
    },
  };
}

/** The set that a pod names as its controller; for an orphan, every set that might adopt it. */
function setsOf(pod: Pod, sets: Informed<ReplicaSet>): string[] {
  const { namespace = "", labels } = pod.metadata;
  const reference = resources.controllerOf(pod);
  if (reference !== undefined) {
    const key = `${namespace}/${reference.name}`;
    return reference.kind === "ReplicaSet" && sets.store.get(key)?.metadata.uid === reference.uid ? [key] : [];
  }
  return sets.store
    .by("namespace", namespace)
    .filter(({ spec }) => compileLabelSelector(spec?.selector)(labels))
    .map(keyOf);
}
