import type { KubernetesObject } from "../../../../src/api/types.js";
import type { ControllerDefinition } from "../../engine/controller.js";
import type { Informed, Informers } from "../../engine/informers.js";
import { keyOf } from "../../engine/ownership.js";
import * as resources from "../../engine/resources.js";
import { SelectingServices } from "../service-pods/selecting-services.js";
import { isManaged, reconcileEndpoints } from "./reconcile.js";

export function endpointsController(informers: Informers): ControllerDefinition {
  const services = informers.of(resources.services);
  const pods = informers.of(resources.pods);
  const endpoints = informers.of(resources.endpoints);
  const selecting = new SelectingServices(services);
  return {
    name: "endpoint",
    serviceAccount: "endpoint-controller",
    workers: 5,
    // Pods become ready in bursts, and the one object of a large Service is large; nothing in the cluster waits for it.
    intervalMs: 500,
    needs: [services, pods, endpoints] as ReadonlyArray<Informed<KubernetesObject>>,
    reconcile: (key) => {
      const service = services.store.get(key);
      const existing = endpoints.store.get(key);
      if (service === undefined) return reconcileEndpoints({ service, pods: [], endpoints: existing });
      const matches = selecting.selectorOf(service);
      const selected = pods.store
        .by("namespace", service.metadata.namespace ?? "")
        .filter(({ metadata }) => matches(metadata.labels));
      return reconcileEndpoints({ service, pods: selected, endpoints: existing });
    },
    follow: (enqueue) => {
      services.subscribe(({ object }) => enqueue(keyOf(object)));
      pods.subscribe((change) => {
        for (const key of selecting.concernedBy(change)) enqueue(key);
      });
      endpoints.subscribe((change) => {
        if (change.type === "deleted" || isManaged(change.object)) enqueue(keyOf(change.object));
      });
    },
  };
}
