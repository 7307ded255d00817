import { compileLabelSelector } from "../../../src/api/selectors.js";
import type { KubernetesObject, Pod, ReplicaSet } from "../../../src/api/types.js";
import type { ControllerDefinition } from "../engine/controller.js";
import type { Informed, Informers } from "../engine/informers.js";
import { keyOf } from "../engine/ownership.js";
import { nothingToDo } from "../engine/plan.js";
import { isActive } from "../engine/pods.js";
import * as resources from "../engine/resources.js";
import { asReplicaSet, reconcileReplicaSet, replicaSetKind, replicationControllerKind, type SetKind } from "./reconcile.js";

/** The sets of one kind, whatever they are stored as. */
interface Sets {
  readonly kind: SetKind;
  readonly informed: Informed<KubernetesObject>;
  readonly get: (key: string) => ReplicaSet | undefined;
  readonly inNamespace: (namespace: string) => ReplicaSet[];
  /** Pods of sets that belong together, for the order in which pods go. */
  readonly siblings: (set: ReplicaSet) => readonly Pod[];
}

export function replicaSetController(informers: Informers): ControllerDefinition {
  const informed = informers.of(resources.replicaSets);
  const pods = informers.of(resources.pods);
  return controller("replicaset", pods, {
    kind: replicaSetKind,
    informed: informed as Informed<KubernetesObject>,
    get: (key) => informed.store.get(key),
    inNamespace: (namespace) => informed.store.by("namespace", namespace),
    siblings: (set) => {
      const owner = resources.controllerOf(set)?.uid;
      const all = owner === undefined ? [set] : informed.store.by("controller", owner);
      return all.flatMap(({ metadata }) => pods.store.by("controller", metadata.uid ?? "")).filter(isActive);
    },
  });
}

export function replicationController(informers: Informers): ControllerDefinition {
  const informed = informers.of(resources.replicationControllers);
  const pods = informers.of(resources.pods);
  const read = (key: string) => {
    const found = informed.store.get(key);
    return found === undefined ? undefined : asReplicaSet(found);
  };
  return controller("replicationcontroller", pods, {
    kind: replicationControllerKind,
    informed: informed as Informed<KubernetesObject>,
    get: read,
    inNamespace: (namespace) => informed.store.by("namespace", namespace).map(asReplicaSet),
    siblings: ({ metadata }) => pods.store.by("controller", metadata.uid ?? "").filter(isActive),
  });
}

function controller(name: string, pods: Informed<Pod>, sets: Sets): ControllerDefinition {
  return {
    name,
    // The name of who reports events is that of the account.
    serviceAccount: sets.kind.component,
    workers: 20,
    intervalMs: 20,
    needs: [sets.informed, pods] as ReadonlyArray<Informed<KubernetesObject>>,
    reconcile: (key, circumstances) => {
      const replicaSet = sets.get(key);
      if (replicaSet === undefined) return nothingToDo;
      const owned = pods.store.by("controller", replicaSet.metadata.uid ?? "");
      const orphans = pods.store.by("orphans", replicaSet.metadata.namespace ?? "");
      const view = { kind: sets.kind, replicaSet, owned, orphans, siblings: () => sets.siblings(replicaSet) };
      return reconcileReplicaSet(view, circumstances);
    },
    follow: (enqueue) => {
      sets.informed.subscribe((change) => enqueue(keyOf(change.object)));
      pods.subscribe((change) => {
        for (const key of setsOf(change.object, sets)) enqueue(key);
        if (change.type === "updated") for (const key of setsOf(change.previous, sets)) enqueue(key);
      });
    },
  };
}

/** The set that a pod names as its controller; for an orphan, every set that might adopt it. */
function setsOf(pod: Pod, sets: Sets): string[] {
  const { namespace = "", labels } = pod.metadata;
  const reference = resources.controllerOf(pod);
  if (reference !== undefined) {
    const key = `${namespace}/${reference.name}`;
    return reference.kind === sets.kind.kind && sets.get(key)?.metadata.uid === reference.uid ? [key] : [];
  }
  return sets
    .inNamespace(namespace)
    .filter(({ spec }) => compileLabelSelector(spec?.selector)(labels))
    .map(keyOf);
}
