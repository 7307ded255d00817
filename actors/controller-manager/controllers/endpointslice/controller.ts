import type { KubernetesObject } from "../../../../src/api/types.js";
import type { ControllerDefinition } from "../../engine/controller.js";
import type { Informed, Informers } from "../../engine/informers.js";
import { keyOf } from "../../engine/ownership.js";
import * as resources from "../../engine/resources.js";
import { SelectingServices } from "../service-pods/selecting-services.js";
import { isManaged, reconcileEndpointSlices } from "./reconcile.js";
import { serviceName } from "./slice-writes.js";

const zoneOf = ({ metadata }: KubernetesObject): string | undefined => metadata.labels?.["topology.kubernetes.io/zone"];

export function endpointSliceController(informers: Informers): ControllerDefinition {
  const services = informers.of(resources.services);
  const pods = informers.of(resources.pods);
  const nodes = informers.of(resources.nodes);
  const slices = informers.of(resources.endpointSlices);
  const selecting = new SelectingServices(services);
  const node = (name: string) => nodes.store.get(name);
  return {
    name: "endpointslice",
    serviceAccount: "endpointslice-controller",
    workers: 5,
    // Pods of one Service become ready in bursts; a slice is written once for many of them.
    intervalMs: 50,
    needs: [services, pods, nodes, slices] as ReadonlyArray<Informed<KubernetesObject>>,
    reconcile: (key) => {
      const service = services.store.get(key);
      const existing = slices.store.by("service", key);
      if (service === undefined) return reconcileEndpointSlices({}, existing);
      const matches = selecting.selectorOf(service);
      const selected = pods.store
        .by("namespace", service.metadata.namespace ?? "")
        .filter(({ metadata }) => matches(metadata.labels));
      return reconcileEndpointSlices({ service, pods: selected, node }, existing);
    },
    follow: (enqueue) => {
      services.subscribe(({ object }) => enqueue(keyOf(object)));
      pods.subscribe((change) => {
        for (const key of selecting.concernedBy(change)) enqueue(key);
      });
      nodes.subscribe((change) => {
        if (change.type === "updated" && zoneOf(change.object) === zoneOf(change.previous)) return;
        const here = pods.store.by("node", change.object.metadata.name ?? "");
        for (const key of new Set(here.flatMap((pod) => selecting.selecting(pod)))) enqueue(key);
      });
      slices.subscribe(({ object }) => {
        const { namespace, labels } = object.metadata;
        if (isManaged(object) && labels?.[serviceName] !== undefined) enqueue(`${namespace}/${labels[serviceName]}`);
      });
    },
  };
}
