import type { KubernetesObject } from "../../../../src/api/types.js";
import type { ControllerDefinition } from "../../engine/controller.js";
import type { Informed, Informers } from "../../engine/informers.js";
import { keyOf } from "../../engine/ownership.js";
import * as resources from "../../engine/resources.js";
import { serviceName } from "../endpointslice/slice-writes.js";
import { isMirrored, reconcileMirror } from "./reconcile.js";

export function endpointSliceMirroringController(informers: Informers): ControllerDefinition {
  const services = informers.of(resources.services);
  const endpoints = informers.of(resources.endpoints);
  const slices = informers.of(resources.endpointSlices);
  return {
    name: "endpointslicemirroring",
    serviceAccount: "endpointslicemirroring-controller",
    workers: 5,
    intervalMs: 50,
    needs: [services, endpoints, slices] as ReadonlyArray<Informed<KubernetesObject>>,
    reconcile: (key) => reconcileMirror(endpoints.store.get(key), services.store.get(key), slices.store.by("service", key)),
    follow: (enqueue) => {
      services.subscribe(({ object }) => {
        if (endpoints.store.get(keyOf(object)) !== undefined) enqueue(keyOf(object));
      });
      endpoints.subscribe(({ object }) => {
        // The endpoints of Services with selectors change with their pods, and are nobody's mirror.
        if (services.store.get(keyOf(object))?.spec?.selector === undefined) enqueue(keyOf(object));
      });
      slices.subscribe(({ object }) => {
        const name = object.metadata.labels?.[serviceName];
        if (isMirrored(object) && name !== undefined) enqueue(`${object.metadata.namespace}/${name}`);
      });
    },
  };
}
