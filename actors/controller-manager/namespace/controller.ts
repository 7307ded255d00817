import type { KubernetesObject } from "../../../src/api/types.js";
import type { ControllerDefinition } from "../engine/controller.js";
import { CustomKinds } from "../engine/custom-kinds.js";
import type { Informed, Informers } from "../engine/informers.js";
import { keyOf } from "../engine/ownership.js";
import { nothingToDo } from "../engine/plan.js";
import * as resources from "../engine/resources.js";
import { namespacedResources, reconcileNamespace } from "./reconcile.js";

export function namespaceController(informers: Informers): ControllerDefinition {
  const namespaces = informers.of(resources.namespaces);
  const pods = informers.of(resources.pods);
  const builtin = namespacedResources();
  const custom = new CustomKinds(informers);
  return {
    name: "namespace",
    serviceAccount: "namespace-controller",
    workers: 5,
    needs: [namespaces, pods, custom.informed] as ReadonlyArray<Informed<KubernetesObject>>,
    reconcile: (key, circumstances) => {
      const namespace = namespaces.store.get(key);
      if (namespace === undefined) return nothingToDo;
      const kinds = [...builtin, ...custom.all().filter(({ namespaced }) => namespaced)];
      return reconcileNamespace(namespace, kinds, circumstances);
    },
    follow: (enqueue) => {
      namespaces.subscribe((change) => {
        if (change.type !== "deleted" && change.object.metadata.deletionTimestamp !== undefined) enqueue(keyOf(change.object));
      });
      // Pods are what a namespace usually waits for.
      pods.subscribe((change) => {
        const key = change.object.metadata.namespace ?? "";
        if (change.type === "deleted" && namespaces.store.get(key)?.metadata.deletionTimestamp !== undefined) enqueue(key);
      });
    },
  };
}
