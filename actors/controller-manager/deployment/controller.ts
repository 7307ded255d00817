import { compileLabelSelector } from "../../../src/api/selectors.js";
import type { Deployment, KubernetesObject, Pod, ReplicaSet } from "../../../src/api/types.js";
import type { ControllerDefinition } from "../engine/controller.js";
import type { Informed, Informers } from "../engine/informers.js";
import { keyOf } from "../engine/ownership.js";
import { nothingToDo } from "../engine/plan.js";
import * as resources from "../engine/resources.js";
import { isRolling } from "./bounds.js";
import { reconcileDeployment } from "./reconcile.js";

export function deploymentController(informers: Informers): ControllerDefinition {
  const deployments = informers.of(resources.deployments);
  const sets = informers.of(resources.replicaSets);
  const pods = informers.of(resources.pods);
  return {
    name: "deployment",
    serviceAccount: "deployment-controller",
    workers: 20,
    intervalMs: 20,
    needs: [deployments, sets, pods] as ReadonlyArray<Informed<KubernetesObject>>,
    reconcile: (key, circumstances) => {
      const deployment = deployments.store.get(key);
      if (deployment === undefined) return nothingToDo;
      const { uid = "", namespace = "" } = deployment.metadata;
      return reconcileDeployment(
        {
          deployment,
          owned: sets.store.by("controller", uid),
          orphans: sets.store.by("orphans", namespace),
          podsOf: (set) => pods.store.by("controller", set.metadata.uid ?? ""),
          setNamed: (name) => sets.store.get(`${namespace}/${name}`),
        },
        circumstances,
      );
    },
    follow: (enqueue) => {
      deployments.subscribe((change) => enqueue(keyOf(change.object)));
      sets.subscribe((change) => {
        for (const key of deploymentsOf(change.object, deployments)) enqueue(key);
        if (change.type === "updated") for (const key of deploymentsOf(change.previous, deployments)) enqueue(key);
      });
      // A Recreate waits for the last old pod.
      pods.subscribe((change) => {
        if (change.type !== "added") for (const key of recreating(change.object, sets, deployments)) enqueue(key);
      });
    },
  };
}

/** The Deployment that a set names as its controller; for an orphan, every one that might adopt it. */
function deploymentsOf(set: ReplicaSet, deployments: Informed<Deployment>): string[] {
  const { namespace = "", labels } = set.metadata;
  const reference = resources.controllerOf(set);
  if (reference !== undefined) {
    const key = `${namespace}/${reference.name}`;
    return deployments.store.get(key)?.metadata.uid === reference.uid ? [key] : [];
  }
  return deployments.store
    .by("namespace", namespace)
    .filter(({ spec }) => compileLabelSelector(spec?.selector)(labels))
    .map(keyOf);
}

function recreating(pod: Pod, sets: Informed<ReplicaSet>, deployments: Informed<Deployment>): string[] {
  const reference = resources.controllerOf(pod);
  const set = reference === undefined ? undefined : sets.store.get(`${pod.metadata.namespace}/${reference.name}`);
  if (set === undefined || set.metadata.uid !== reference?.uid) return [];
  return deploymentsOf(set, deployments).filter((key) => {
    const deployment = deployments.store.get(key);
    return deployment !== undefined && !isRolling(deployment);
  });
}
