/**
 * Which endpoints of a service port get traffic on this node: as kube-proxy of Kubernetes 1.33 chooses them.
 * https://kubernetes.io/docs/reference/networking/virtual-ips/#traffic-policies, KEP-1669 (endpoints that terminate),
 * KEP-4444 (trafficDistribution)
 */
import type { Endpoint, EndpointSlice, ServicePort } from "../../src/api/types.js";
import type { EndpointAddress } from "./io/io.js";

export interface PlaceInTopology {
  readonly nodeName: string;
  /** The node's label topology.kubernetes.io/zone; "" when it has none. */
  readonly zone: string;
}

export interface EndpointChoice {
  /** For a traffic policy of Cluster. */
  readonly cluster: readonly EndpointAddress[];
  /** For a traffic policy of Local: those on this node. */
  readonly local: readonly EndpointAddress[];
  readonly localReady: number;
}

interface Candidate {
  readonly address: EndpointAddress;
  readonly endpoint: Endpoint;
}

const isReady = ({ endpoint }: Candidate): boolean => endpoint.conditions?.ready ?? true;
const endsServing = ({ endpoint }: Candidate): boolean =>
  endpoint.conditions?.serving === true && endpoint.conditions.terminating === true;

export function chooseEndpoints(port: ServicePort, slices: readonly EndpointSlice[], place: PlaceInTopology): EndpointChoice {
  const candidates = slices.flatMap((slice) => candidatesOf(port, slice));
  const ready = candidates.filter(isReady);
  const local = candidates.filter(({ endpoint }) => endpoint.nodeName === place.nodeName);
  const localReady = local.filter(isReady);
  const cluster = ready.length > 0 ? nearby(ready, place.zone) : candidates.filter(endsServing);
  return {
    cluster: addressesOf(cluster),
    local: addressesOf(localReady.length > 0 ? localReady : local.filter(endsServing)),
    localReady: addressesOf(localReady).length,
  };
}

function candidatesOf(port: ServicePort, slice: EndpointSlice): Candidate[] {
  const target = (slice.ports ?? []).find(({ name = "" }) => name === (port.name ?? ""));
  if (target?.port === undefined || slice.addressType === "FQDN") return [];
  const at = target.port;
  return (slice.endpoints ?? []).flatMap((endpoint) =>
    endpoint.addresses.slice(0, 1).map((ip) => ({ address: { ip, port: at }, endpoint })),
  );
}

/** Hints count only where every endpoint has some, and one of them is for this zone. */
function nearby(ready: readonly Candidate[], zone: string): readonly Candidate[] {
  const zonesOf = ({ endpoint }: Candidate): string[] => (endpoint.hints?.forZones ?? []).map(({ name }) => name);
  if (zone === "" || ready.some((each) => zonesOf(each).length === 0)) return ready;
  const here = ready.filter((each) => zonesOf(each).includes(zone));
  return here.length > 0 ? here : ready;
}

/** Each once, in an order that does not depend on how slices divide them. */
function addressesOf(candidates: readonly Candidate[]): EndpointAddress[] {
  const byText = new Map(candidates.map(({ address }) => [`${address.ip}:${address.port}`, address]));
  return [...byText].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, address]) => address);
}
