/**
 * Endpoints that users write themselves, for Services without selector, are shown as EndpointSlices too, since that is
 * where the network looks. Source: https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#endpointslice-mirroring
 */
import { type EventToRecord, referenceTo } from "../../../../src/actor/events.js";
import { parseIp } from "../../../../src/api/ip.js";
import type { Endpoint, EndpointAddress, EndpointSlice, EndpointSubset, Endpoints, Service } from "../../../../src/api/types.js";
import { controllerReference } from "../../engine/ownership.js";
import { nothingToDo, type Plan } from "../../engine/plan.js";
import { type PortGroup, portKey } from "../endpointslice/endpoints.js";
import { settle } from "../endpointslice/settle.js";
import {
  isManagedBy,
  managedBy,
  type SliceOwner,
  serviceName,
  sliceDeletion,
  sliceWrites,
} from "../endpointslice/slice-writes.js";
import type { IpFamily } from "../service-pods/pod-endpoint.js";

const controllerName = "endpointslicemirroring-controller.k8s.io";
const skipMirror = "endpointslice.kubernetes.io/skip-mirror";
const leaderElection = "control-plane.alpha.kubernetes.io/leader";
const families: readonly IpFamily[] = ["IPv4", "IPv6"];

/** Of a subset so many addresses are mirrored. */
export const maxMirrored = 1_000;

export const isMirrored = (slice: EndpointSlice): boolean => isManagedBy(slice, controllerName);

/** Objects that only hold an election, or say so themselves, are not mirrored. */
const wantsMirror = ({ metadata }: Endpoints): boolean =>
  metadata.labels?.[skipMirror] !== "true" && metadata.annotations?.[leaderElection] === undefined;

const endpointOf = ({ ip, hostname, nodeName, targetRef }: EndpointAddress, ready: boolean): Endpoint => ({
  addresses: [ip],
  conditions: { ready },
  ...(hostname ? { hostname } : {}),
  ...(nodeName === undefined ? {} : { nodeName }),
  ...(targetRef === undefined ? {} : { targetRef }),
});

/** The addresses of a subset that are mirrored: first those that are ready. */
const mirroredOf = ({ addresses = [], notReadyAddresses = [] }: EndpointSubset): Endpoint[] =>
  [
    ...addresses.map((address) => endpointOf(address, true)),
    ...notReadyAddresses.map((address) => endpointOf(address, false)),
  ].slice(0, maxMirrored);

const skippedOf = ({ addresses = [], notReadyAddresses = [] }: EndpointSubset): number =>
  Math.max(0, addresses.length + notReadyAddresses.length - maxMirrored);

function groupsOf(subsets: readonly EndpointSubset[], family: IpFamily): Map<string, PortGroup> {
  const groups = new Map<string, PortGroup>();
  for (const subset of subsets) {
    const shown = mirroredOf(subset).filter(({ addresses: [ip = ""] }) => parseIp(ip)?.family === family);
    if (shown.length === 0) continue;
    const ports = (subset.ports ?? []).map(({ name = "", port, protocol = "TCP", appProtocol }) => ({
      name,
      port,
      protocol,
      ...(appProtocol === undefined ? {} : { appProtocol }),
    }));
    const key = portKey(ports);
    const group = groups.get(key) ?? { ports, endpoints: [] };
    group.endpoints.push(...shown);
    groups.set(key, group);
  }
  return groups;
}

const labelsOf = ({ metadata }: Endpoints): Record<string, string> => ({
  ...metadata.labels,
  [serviceName]: metadata.name ?? "",
  [managedBy]: controllerName,
});

/** `existing` are the slices labelled with the name. A Service with a selector needs no mirror: its pods are shown. */
export function reconcileMirror(
  endpoints: Endpoints | undefined,
  service: Service | undefined,
  existing: readonly EndpointSlice[],
): Plan {
  const mirrored = existing.filter(isMirrored);
  if (endpoints === undefined || service === undefined || service.spec?.selector !== undefined || !wantsMirror(endpoints)) {
    return mirrored.length === 0 ? nothingToDo : { writes: mirrored.map(sliceDeletion) };
  }
  const { subsets = [] } = endpoints;
  const labels = labelsOf(endpoints);
  const warning = (reason: string, message: string): EventToRecord => ({
    involvedObject: referenceTo(endpoints, "Endpoints", "v1"),
    type: "Warning",
    reason,
    message,
    component: "endpoint-slice-mirroring-controller",
  });
  const owner: SliceOwner = {
    metadata: endpoints.metadata,
    reference: controllerReference(endpoints, "v1", "Endpoints"),
    labels,
    failed: (what) => (error) => warning("FailedToUpdateEndpointSlices", `failed to ${what}: ${error.message}`),
  };
  const writes = families.flatMap((addressType) => {
    const ofFamily = mirrored.filter((slice) => slice.addressType === addressType);
    return sliceWrites(
      owner,
      settle({ addressType, groups: groupsOf(subsets, addressType), labels, existing: ofFamily, blank: false }),
    );
  });
  const skipped = subsets.reduce((sum, subset) => sum + skippedOf(subset), 0);
  const message = `A max of ${maxMirrored} addresses can be mirrored to EndpointSlices per Endpoints subset. ${skipped} addresses were skipped`;
  return { writes, ...(skipped === 0 ? {} : { events: [warning("TooManyAddressesToMirror", message)] }) };
}
