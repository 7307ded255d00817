/** What a Service costs of a quota: itself, its node ports, its load balancer. */
import type { Service } from "../generated/types.js";
import { type ParsedQuantity, quantityOf } from "../quantity.js";
import type { UntypedObject } from "../types.js";
import { type Evaluator, one } from "./usage.js";

const names = new Set(["services", "services.nodeports", "services.loadbalancers", "count/services"]);

/** What is intended counts, since ports are not allocated yet. */
function nodePorts({ spec }: Service): number {
  const ports = spec?.ports ?? [];
  if (spec?.type === "NodePort") return ports.length;
  if (spec?.type !== "LoadBalancer") return 0;
  return spec.allocateLoadBalancerNodePorts === false ? ports.filter((port) => (port.nodePort ?? 0) > 0).length : ports.length;
}

function usage(object: UntypedObject): Map<string, ParsedQuantity> {
  const service = object as Service;
  return new Map([
    ["count/services", one],
    ["services", one],
    ["services.nodeports", quantityOf(nodePorts(service))],
    ["services.loadbalancers", quantityOf(service.spec?.type === "LoadBalancer" ? 1 : 0)],
  ]);
}

export const serviceEvaluator: Evaluator = { counts: (name) => names.has(name), usage, chargesUpdates: true };
