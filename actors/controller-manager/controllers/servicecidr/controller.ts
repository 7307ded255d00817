import type { IPAddress, KubernetesObject, ServiceCIDR } from "../../../../src/api/types.js";
import type { ControllerDefinition } from "../../engine/controller.js";
import type { Informed, Informers } from "../../engine/informers.js";
import { keyOf } from "../../engine/ownership.js";
import { nothingToDo } from "../../engine/plan.js";
import { rangesPath, reconcileRange } from "./reconcile.js";

const addressesPath = { group: "networking.k8s.io", version: "v1", resource: "ipaddresses" } as const;

export function serviceCidrController(informers: Informers): ControllerDefinition {
  const ranges = informers.of<ServiceCIDR>({ path: rangesPath });
  const addresses = informers.of<IPAddress>({ path: addressesPath });
  const isGoing = ({ metadata }: ServiceCIDR): boolean => metadata.deletionTimestamp !== undefined;
  return {
    name: "servicecidr",
    serviceAccount: "service-cidrs-controller",
    workers: 1,
    needs: [ranges, addresses] as ReadonlyArray<Informed<KubernetesObject>>,
    reconcile: (key, { nowMs }) => {
      const range = ranges.store.get(key);
      if (range === undefined) return nothingToDo;
      const others = ranges.store.list().filter((other) => other !== range && !isGoing(other));
      return reconcileRange({ range, others, addresses: addresses.store.list() }, nowMs);
    },
    follow: (enqueue) => {
      const enqueueGoing = (): void => {
        for (const range of ranges.store.list()) if (isGoing(range)) enqueue(keyOf(range));
      };
      ranges.subscribe(({ object }) => {
        enqueue(keyOf(object));
        enqueueGoing();
      });
      addresses.subscribe(({ type }) => {
        if (type === "deleted") enqueueGoing();
      });
    },
  };
}
