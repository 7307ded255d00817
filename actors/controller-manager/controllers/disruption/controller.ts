import type { Store } from "../../../../src/actor/informer/store.js";
import { compileLabelSelector } from "../../../../src/api/selectors.js";
import type {
  KubernetesObject,
  Pod,
  PodDisruptionBudget,
  ReplicationController,
  StatefulSet,
} from "../../../../src/api/types.js";
import type { ControllerDefinition } from "../../engine/controller.js";
import type { Informed, Informers } from "../../engine/informers.js";
import { keyOf } from "../../engine/ownership.js";
import { nothingToDo } from "../../engine/plan.js";
import * as resources from "../../engine/resources.js";
import { statefulSets } from "../workload/resources.js";
import { type BudgetView, budgetsPath, reconcileBudget } from "./reconcile.js";

/** Controllers of pods that nobody asks for a number of them. */
const withoutScale: ReadonlyMap<string, string> = new Map([
  ["DaemonSet", "daemonsets.apps"],
  ["Job", "jobs.batch"],
]);

export function disruptionController(informers: Informers): ControllerDefinition {
  const budgets = informers.of<PodDisruptionBudget>({
    path: budgetsPath,
    indexers: { namespace: ({ metadata }) => [metadata.namespace ?? ""] },
  });
  const pods = informers.of(resources.pods);
  const replicaSets = informers.of(resources.replicaSets);
  const deployments = informers.of(resources.deployments);
  const sets = informers.of(statefulSets);
  const replicationControllers = informers.of(resources.replicationControllers);
  const scaleOf: BudgetView["scaleOf"] = (pod) => {
    const reference = resources.controllerOf(pod);
    const { namespace = "" } = pod.metadata;
    if (reference === undefined) return "unmanaged";
    const { kind, name, uid } = reference;
    const key = `${namespace}/${name}`;
    const unscalable = withoutScale.get(kind);
    if (unscalable !== undefined) return { problem: `${unscalable} does not implement the scale subresource` };
    const store = new Map<string, Store<StatefulSet> | Store<ReplicationController>>([
      ["StatefulSet", sets.store],
      ["ReplicationController", replicationControllers.store],
    ]).get(kind);
    const set = store?.get(key);
    if (set !== undefined && set.metadata.uid === uid) return { owner: uid, replicas: set.spec?.replicas ?? 1 };
    const replicaSet = kind === "ReplicaSet" ? replicaSets.store.get(key) : undefined;
    if (replicaSet === undefined) return { problem: `found no controllers for pod ${JSON.stringify(pod.metadata.name)}` };
    const above = resources.controllerOf(replicaSet);
    const deployment = above === undefined ? undefined : deployments.store.get(`${namespace}/${above.name}`);
    if (above !== undefined && deployment !== undefined) return { owner: above.uid, replicas: deployment.spec?.replicas ?? 1 };
    return { owner: reference.uid, replicas: replicaSet.spec?.replicas ?? 1 };
  };
  const budgetsOf = (pod: Pod): string[] =>
    budgets.store
      .by("namespace", pod.metadata.namespace ?? "")
      .filter(({ spec }) => compileLabelSelector(spec?.selector)(pod.metadata.labels))
      .map(keyOf);
  return {
    name: "disruption",
    serviceAccount: "disruption-controller",
    workers: 5,
    intervalMs: 50,
    needs: [budgets, pods, replicaSets, deployments, sets, replicationControllers] as ReadonlyArray<Informed<KubernetesObject>>,
    reconcile: (key, { nowMs }) => {
      const budget = budgets.store.get(key);
      if (budget === undefined) return nothingToDo;
      return reconcileBudget({ budget, pods: pods.store.by("namespace", budget.metadata.namespace ?? ""), scaleOf }, nowMs);
    },
    follow: (enqueue) => {
      budgets.subscribe(({ object }) => enqueue(keyOf(object)));
      pods.subscribe((change) => {
        if (budgets.store.size === 0) return;
        for (const key of budgetsOf(change.object)) enqueue(key);
        if (change.type === "updated") for (const key of budgetsOf(change.previous)) enqueue(key);
      });
    },
  };
}
