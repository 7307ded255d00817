/** Whether an extension API server can be asked at all, in the words of Kubernetes' conditions of APIServices. */

import { unavailable } from "../../../src/api/aggregation/api-services.js";
import { quote } from "../../../src/api/go-format.js";
import { storageKey } from "../../../src/api/paths.js";
import type { APIService, EndpointSlice, Service } from "../../../src/api/types.js";
import { endpointOf, slicesOf } from "../consult/service-endpoint.js";
import type { Server } from "../server.js";
import type { Place } from "./asking.js";

export type Condition = ReturnType<typeof unavailable>;

/** The port of an APIService's Service where it names none. */
const defaultPort = 443;

/** Where it is asked, or what is the matter with its Service. Only Services with an address of their own have to have endpoints. */
export function placeOf(server: Server, { spec }: APIService): Place | { readonly condition: Condition } {
  const { namespace = "", name = "", port = defaultPort } = spec?.service ?? {};
  const { catalog, cache } = server;
  const services = catalog.resources.preferred("", "services")!;
  const service = cache.get(storageKey(services, namespace, name))?.object as Service | undefined;
  const named = `service/${name} in ${quote(namespace)}`;
  if (service === undefined) return { condition: unavailable("ServiceNotFound", `${named} is not present`) };
  if ((service.spec?.type ?? "ClusterIP") === "ClusterIP") {
    const served = service.spec?.ports?.find((each) => each.port === port);
    if (served === undefined) return { condition: unavailable("ServicePortError", `${named} is not listening on port ${port}`) };
    const slices = slicesOf(server, namespace, name);
    if (slices.length === 0) return { condition: unavailable("EndpointsNotFound", `cannot find endpointslices for ${named}`) };
    const portName = served.name ?? "";
    if (!slices.some((slice) => isReady(slice, portName))) {
      const problem = `endpointslices for ${named} have no addresses with port name ${quote(portName)}`;
      return { condition: unavailable("MissingEndpoints", problem) };
    }
  }
  const connectTo = endpointOf(server, namespace, name, port);
  if ("problem" in connectTo) return { condition: unavailable("FailedDiscoveryCheck", connectTo.problem) };
  return { name: `${name}.${namespace}.svc:${port}`, connectTo };
}

const isReady = ({ endpoints, ports = [] }: EndpointSlice, portName: string): boolean =>
  (endpoints ?? []).some(({ conditions }) => conditions?.ready !== false) &&
  ports.some(({ name = "", port }) => name === portName && port !== undefined);
