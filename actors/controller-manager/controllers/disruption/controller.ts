import { compileLabelSelector } from "../../../../src/api/selectors.js";
import type { KubernetesObject, Pod, PodDisruptionBudget } from "../../../../src/api/types.js";
import type { ControllerDefinition } from "../../engine/controller.js";
import type { Informed, Informers } from "../../engine/informers.js";
import { keyOf } from "../../engine/ownership.js";
import { nothingToDo } from "../../engine/plan.js";
import * as resources from "../../engine/resources.js";
import { statefulSets } from "../workload/resources.js";
import { type BudgetView, budgetsPath, reconcileBudget } from "./reconcile.js";

export function disruptionController(informers: Informers): ControllerDefinition {
  const budgets = informers.of<PodDisruptionBudget>({
    path: budgetsPath,
    indexers: { namespace: ({ metadata }) => [metadata.namespace ?? ""] },
  });
  const pods = informers.of(resources.pods);
  const replicaSets = informers.of(resources.replicaSets);
  const deployments = informers.of(resources.deployments);
  const sets = informers.of(statefulSets);
  const scaleOf: BudgetView["scaleOf"] = (pod) => {
    const reference = resources.controllerOf(pod);
    const { namespace = "" } = pod.metadata;
    if (reference === undefined) return undefined;
    const key = `${namespace}/${reference.name}`;
    if (reference.kind === "StatefulSet") {
      const set = sets.store.get(key);
      return set === undefined ? undefined : { owner: reference.uid, replicas: set.spec?.replicas ?? 1 };
    }
    const replicaSet = reference.kind === "ReplicaSet" ? replicaSets.store.get(key) : undefined;
    if (replicaSet === undefined) return undefined;
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
    needs: [budgets, pods, replicaSets, deployments, sets] as ReadonlyArray<Informed<KubernetesObject>>,
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
