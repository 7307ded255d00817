/** From the endpoints that are to be shown and the slices that there are: which slices to make, to write and to delete. */
import { semanticEqual } from "../../../../src/api/json-value.js";
import type { DiscoveryV1EndpointPort, Endpoint, EndpointSlice } from "../../../../src/api/types.js";
import type { IpFamily } from "../service-pods/pod-endpoint.js";
import { type PortGroup, portKey } from "./endpoints.js";
import { pack } from "./packing.js";

/** What a slice is to say, but for its name. */
export interface WantedSlice {
  readonly addressType: IpFamily;
  readonly ports: readonly DiscoveryV1EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

export interface Wanted {
  readonly create: readonly WantedSlice[];
  readonly update: ReadonlyArray<WantedSlice & { readonly slice: EndpointSlice }>;
  readonly delete: readonly EndpointSlice[];
}

export interface Shown {
  readonly addressType: IpFamily;
  /** By `portKey`. */
  readonly groups: ReadonlyMap<string, PortGroup>;
  readonly labels: { readonly [key: string]: string };
  /** Slices of the address family. */
  readonly existing: readonly EndpointSlice[];
  /** When there is nothing to show, one empty slice says so. */
  readonly blank: boolean;
}

function byPorts(slices: readonly EndpointSlice[]): Map<string, EndpointSlice[]> {
  const sorted = new Map<string, EndpointSlice[]>();
  for (const slice of slices) {
    const key = portKey(slice.ports);
    sorted.set(key, [...(sorted.get(key) ?? []), slice]);
  }
  return sorted;
}

export function settle({ addressType, groups, labels, existing, blank }: Shown): Wanted {
  const known = byPorts(existing);
  const stale = ({ metadata }: EndpointSlice) => !semanticEqual(metadata.labels, labels);
  const create: WantedSlice[] = [];
  const update: Array<WantedSlice & { slice: EndpointSlice }> = [];
  const doomed: EndpointSlice[] = [];
  let shown = 0;
  for (const [key, { ports, endpoints }] of groups) {
    const packing = pack(endpoints, known.get(key) ?? [], stale);
    create.push(...packing.create.map((each) => ({ addressType, ports, endpoints: each })));
    update.push(...packing.update.map(({ slice, endpoints: each }) => ({ slice, addressType, ports, endpoints: each })));
    doomed.push(...packing.delete);
    shown += packing.create.length + packing.update.length + packing.unchanged.length;
  }
  const leftovers = [...known].flatMap(([key, slices]) => (groups.has(key) ? [] : slices));
  const empty = shown > 0 || !blank ? undefined : leftovers.find(isBlank);
  doomed.push(...leftovers.filter((slice) => slice !== empty));
  if (shown === 0 && blank) {
    const nothing: WantedSlice = { addressType, ports: [], endpoints: [] };
    if (empty === undefined) create.push(nothing);
    else if (stale(empty)) update.push({ ...nothing, slice: empty });
  }
  return reuse({ create, update, delete: doomed });
}

const isBlank = ({ endpoints, ports }: EndpointSlice): boolean => (endpoints ?? []).length === 0 && (ports ?? []).length === 0;

/** Slices that would go are used for those that would come. */
function reuse(wanted: Wanted): Wanted {
  const doomed = [...wanted.delete];
  const create: WantedSlice[] = [];
  const update = [...wanted.update];
  for (const each of wanted.create) {
    const slice = doomed.shift();
    if (slice === undefined) create.push(each);
    else update.push({ ...each, slice });
  }
  return { create, update, delete: doomed };
}
