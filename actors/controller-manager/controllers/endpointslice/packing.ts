/**
 * Puts endpoints into slices so that few slices change: endpoints stay where they are, slices that change anyway are
 * filled first, then at most one more. Source: https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#distribution-of-endpointslices
 */
import { semanticEqual } from "../../../../src/api/json-value.js";
import type { Endpoint, EndpointSlice } from "../../../../src/api/types.js";

export const maxEndpointsPerSlice = 100;

/** What becomes of the slices of one list of ports. */
export interface Packing {
  /** Endpoints for slices that do not exist yet. */
  readonly create: ReadonlyArray<readonly Endpoint[]>;
  readonly update: ReadonlyArray<{ readonly slice: EndpointSlice; readonly endpoints: readonly Endpoint[] }>;
  readonly delete: readonly EndpointSlice[];
  readonly unchanged: readonly EndpointSlice[];
}

/** Two endpoints of one key are the same endpoint, whatever its conditions. */
const endpointKey = ({ addresses, hostname = "", targetRef }: Endpoint): string =>
  JSON.stringify([[...addresses].sort(), hostname, targetRef?.namespace ?? "", targetRef?.name ?? ""]);

interface Filling {
  readonly slice: EndpointSlice;
  readonly endpoints: Endpoint[];
}

/** The slice that comes closest to full when it takes `count` more. */
function bestFit(slices: readonly Filling[], count: number): Filling | undefined {
  let best: Filling | undefined;
  for (const each of slices) {
    const fits = each.endpoints.length + count <= maxEndpointsPerSlice;
    if (fits && (best === undefined || each.endpoints.length > best.endpoints.length)) best = each;
  }
  return best;
}

/** `stale` says which slices must be written whatever their endpoints, because their labels have changed. */
export function pack(
  wanted: readonly Endpoint[],
  existing: readonly EndpointSlice[],
  stale: (slice: EndpointSlice) => boolean,
): Packing {
  const missing = new Map(wanted.map((endpoint) => [endpointKey(endpoint), endpoint]));
  const changed: Filling[] = [];
  const same: Filling[] = [];
  const emptied: EndpointSlice[] = [];
  for (const slice of existing) {
    const before = slice.endpoints ?? [];
    let differs = stale(slice);
    const endpoints: Endpoint[] = [];
    for (const endpoint of before) {
      const key = endpointKey(endpoint);
      const now = missing.get(key);
      if (now === undefined) continue;
      missing.delete(key);
      differs ||= !semanticEqual(endpoint, now);
      endpoints.push(now);
    }
    differs ||= endpoints.length !== before.length;
    if (endpoints.length === 0) emptied.push(slice);
    else (differs ? changed : same).push({ slice, endpoints });
  }
  const waiting = [...missing.values()];
  const fill = (endpoints: Endpoint[]) => {
    endpoints.push(...waiting.splice(0, Math.max(0, maxEndpointsPerSlice - endpoints.length)));
    return endpoints;
  };
  for (const { endpoints } of [...changed].sort((a, b) => b.endpoints.length - a.endpoints.length)) fill(endpoints);
  const create: Endpoint[][] = [];
  while (waiting.length > 0) {
    const roomy = waiting.length < maxEndpointsPerSlice ? bestFit(same, waiting.length) : undefined;
    if (roomy === undefined) create.push(fill([]));
    else {
      same.splice(same.indexOf(roomy), 1);
      fill(roomy.endpoints);
      changed.push(roomy);
    }
  }
  return { create, update: changed, delete: emptied, unchanged: same.map(({ slice }) => slice) };
}
