/** Where a Service of the cluster answers: one of its ready endpoints, as the watch cache has them. */
import { integerBelow, type Random } from "../../../src/actor/random.js";
import { storageKey, storagePrefix } from "../../../src/api/paths.js";
import type { EndpointSlice, Service } from "../../../src/api/types.js";
import type { Backing } from "../backing.js";

export interface Reached {
  readonly host: string;
  readonly port: number;
}

/** Its endpoint for one of its ports, or why there is none in the words of Kubernetes' service resolver. */
export function endpointOf(
  backing: Pick<Backing, "cache" | "catalog" | "host">,
  namespace: string,
  name: string,
  port: number,
): Reached | { readonly problem: string } {
  const { cache, catalog, host } = backing;
  const services = catalog.resources.preferred("", "services")!;
  const service = cache.get(storageKey(services, namespace, name))?.object as Service | undefined;
  if (service === undefined) return { problem: `service "${name}" not found` };
  const { type = "ClusterIP", ports = [], externalName = "" } = service.spec ?? {};
  if (type === "ExternalName") return { host: externalName, port };
  const served = ports.find((each) => each.port === port);
  if (served === undefined) return { problem: `no service port ${port} found for service "${name}"` };
  const ready = slicesOf(backing, namespace, name).flatMap((slice) => readyIn(slice, served.name ?? ""));
  return chosen(ready, host.random) ?? { problem: `no endpoints available for service "${name}"` };
}

/** The EndpointSlices of a Service. */
export function slicesOf(
  { cache, catalog }: Pick<Backing, "cache" | "catalog">,
  namespace: string,
  name: string,
): EndpointSlice[] {
  const slices = catalog.resources.preferred("discovery.k8s.io", "endpointslices")!;
  return Array.from(
    cache.store(storagePrefix(slices)).from(storagePrefix(slices, namespace)),
    (stored) => stored.object as unknown as EndpointSlice,
  ).filter(({ metadata }) => metadata.labels?.["kubernetes.io/service-name"] === name);
}

function readyIn({ endpoints, ports = [] }: EndpointSlice, portName: string): Reached[] {
  const port = ports.find((each) => (each.name ?? "") === portName)?.port;
  if (port === undefined) return [];
  const ready = (endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false);
  return ready.flatMap(({ addresses }) => addresses.slice(0, 1).map((host) => ({ host, port })));
}

const chosen = (ready: readonly Reached[], random: Random): Reached | undefined =>
  ready.length > 1 ? ready[integerBelow(random, ready.length)] : ready[0];
