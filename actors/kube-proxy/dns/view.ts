/** What kube-proxy knows, as the zone of the cluster's DNS looks it up. */
import type { Store } from "../../../src/actor/informer/store.js";
import type { EndpointSlice, Service } from "../../../src/api/types.js";
import { canonicalAddress } from "./addresses.js";
import { hasClusterAddress } from "./endpoint-names.js";
import type { ZoneView } from "./zone.js";

/** Indexes that the stores of Services and EndpointSlices need for it. */
export const serviceIndexes = {
  namespace: ({ metadata }: Service): string[] => [metadata.namespace ?? ""],
  address: (service: Service): string[] =>
    hasClusterAddress(service) ? (service.spec?.clusterIPs ?? [service.spec?.clusterIP ?? ""]).map(canonicalAddress) : [],
};

export const sliceIndexes = {
  service: ({ metadata }: EndpointSlice): string[] => {
    const service = metadata.labels?.["kubernetes.io/service-name"];
    return service === undefined ? [] : [`${metadata.namespace}/${service}`];
  },
  address: (slice: EndpointSlice): string[] => [
    ...new Set((slice.endpoints ?? []).flatMap(({ addresses }) => addresses.map(canonicalAddress))),
  ],
};

export const storeView = (
  services: Store<Service>,
  slices: Store<EndpointSlice>,
  dnsAddress: string,
  nowMs: () => number,
): ZoneView => ({
  service: (key) => services.get(key),
  slices: (key) => slices.by("service", key),
  servicesAt: (address) => services.by("address", address),
  slicesAt: (address) => slices.by("address", address),
  hasServicesIn: (namespace) => services.by("namespace", namespace).length > 0,
  dnsAddress,
  serial: () => Math.floor(nowMs() / 1000),
});
