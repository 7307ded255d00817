import { semanticEqual } from "../../../../src/api/json-value.js";
import type { KubernetesObject, Node } from "../../../../src/api/types.js";
import type { ControllerDefinition } from "../../engine/controller.js";
import type { Informed, Informers } from "../../engine/informers.js";
import { keyOf } from "../../engine/ownership.js";
import { nothingToDo } from "../../engine/plan.js";
import * as resources from "../../engine/resources.js";
import { ownersConcerned } from "../workload/owners.js";
import { controllerRevisions, daemonSets } from "../workload/resources.js";
import { FailedPods } from "./failed-pods.js";
import { reconcileDaemonSet } from "./reconcile.js";

/** What of a node decides which daemons it has. */
const decisive = ({ metadata, spec }: Node) => ({
  labels: metadata.labels,
  taints: spec?.taints,
  unschedulable: spec?.unschedulable,
});

export function daemonSetController(informers: Informers): ControllerDefinition {
  const sets = informers.of(daemonSets);
  const pods = informers.of(resources.pods);
  const nodes = informers.of(resources.nodes);
  const revisions = informers.of(controllerRevisions);
  const failed = new FailedPods();
  return {
    name: "daemonset",
    serviceAccount: "daemon-set-controller",
    workers: 2,
    intervalMs: 20,
    needs: [sets, pods, nodes, revisions] as ReadonlyArray<Informed<KubernetesObject>>,
    reconcile: (key, circumstances) => {
      const set = sets.store.get(key);
      if (set === undefined) return nothingToDo;
      const { uid = "", namespace = "" } = set.metadata;
      const view = {
        set,
        nodes: nodes.store.list(),
        owned: pods.store.by("controller", uid),
        orphans: pods.store.by("orphans", namespace),
        revisions: revisions.store.by("controller", uid),
        revisionNamed: (name: string) => revisions.store.get(`${namespace}/${name}`),
        failed,
      };
      return reconcileDaemonSet(view, circumstances);
    },
    follow: (enqueue) => {
      sets.subscribe(({ object }) => enqueue(keyOf(object)));
      pods.subscribe((change) => {
        for (const key of ownersConcerned(change, "DaemonSet", sets)) enqueue(key);
      });
      revisions.subscribe((change) => {
        for (const key of ownersConcerned(change, "DaemonSet", sets)) enqueue(key);
      });
      nodes.subscribe((change) => {
        if (change.type === "updated" && semanticEqual(decisive(change.previous), decisive(change.object))) return;
        for (const set of sets.store.list()) enqueue(keyOf(set));
      });
    },
  };
}
