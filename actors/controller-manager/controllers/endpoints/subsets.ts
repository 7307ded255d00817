/** The subsets of an Endpoints object. Source: https://kubernetes.io/docs/reference/kubernetes-api/service-resources/endpoints-v1/ */

import { parseIp } from "../../../../src/api/ip.js";
import type { EndpointAddress, EndpointPort, EndpointSubset, Pod, Service } from "../../../../src/api/types.js";
import { isReady } from "../../engine/pods.js";
import { addressesOf, hostnameUnder, type IpFamily, mayServe, targetPortIn } from "../service-pods/pod-endpoint.js";

/** An Endpoints object shows at most this many addresses. */
export const maxAddresses = 1_000;

/** Endpoints have one address per pod, of the Service's first family. */
const familyOf = ({ spec }: Service): IpFamily => {
  const [first] = spec?.ipFamilies ?? [];
  return first === "IPv6" || (first === undefined && (spec?.clusterIP ?? "").includes(":")) ? "IPv6" : "IPv4";
};

const portsOf = (service: Service, pod: Pod): EndpointPort[] =>
  (service.spec?.ports ?? []).flatMap((servicePort) => {
    const port = targetPortIn(pod, servicePort);
    if (port === undefined) return [];
    const { name, protocol = "TCP", appProtocol } = servicePort;
    return [{ ...(name ? { name } : {}), port, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) }];
  });

function addressOf(service: Service, pod: Pod): EndpointAddress | undefined {
  const [ip] = addressesOf(pod, familyOf(service));
  if (ip === undefined) return undefined;
  const hostname = hostnameUnder(pod, service);
  const { namespace = "", name = "", uid = "" } = pod.metadata;
  return {
    ip,
    ...(hostname === undefined ? {} : { hostname }),
    ...(pod.spec?.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    targetRef: { kind: "Pod", namespace, name, uid },
  };
}

/** IP addresses in the order of their numbers. */
function compareAddresses(one: EndpointAddress, other: EndpointAddress): number {
  const [a, b] = [parseIp(one.ip)?.bytes ?? [], parseIp(other.ip)?.bytes ?? []];
  if (a.length !== b.length) return a.length - b.length;
  const place = a.findIndex((byte, index) => byte !== b[index]);
  if (place !== -1) return a[place]! - b[place]!;
  return (one.targetRef?.uid ?? "") < (other.targetRef?.uid ?? "") ? -1 : 1;
}

const comparePorts = (one: EndpointPort, other: EndpointPort): number => {
  const [a, b] = [one.name ?? "", other.name ?? ""];
  if (a !== b) return a < b ? -1 : 1;
  return one.port - other.port || ((one.protocol ?? "") < (other.protocol ?? "") ? -1 : 1);
};

/** Pods with the same ports share a subset; one that has none of the ports is in none, unless the Service is headless without ports. */
export function subsetsOf(service: Service, pods: readonly Pod[]): EndpointSubset[] {
  const publishNotReady = service.spec?.publishNotReadyAddresses === true;
  const portless = (service.spec?.ports ?? []).length === 0;
  if (portless && service.spec?.clusterIP !== "None") return [];
  const subsets = new Map<string, { ports: EndpointPort[]; ready: EndpointAddress[]; notReady: EndpointAddress[] }>();
  for (const pod of pods) {
    if (!mayServe(pod) || (pod.metadata.deletionTimestamp !== undefined && !publishNotReady)) continue;
    const address = addressOf(service, pod);
    const ports = portsOf(service, pod).sort(comparePorts);
    if (address === undefined || (ports.length === 0 && !portless)) continue;
    const key = JSON.stringify(ports);
    const subset = subsets.get(key) ?? { ports, ready: [], notReady: [] };
    (publishNotReady || isReady(pod) ? subset.ready : subset.notReady).push(address);
    subsets.set(key, subset);
  }
  const keys = [...subsets.keys()].sort();
  return keys.map((key) => {
    const { ports, ready, notReady } = subsets.get(key)!;
    return {
      ...(ready.length === 0 ? {} : { addresses: ready.sort(compareAddresses) }),
      ...(notReady.length === 0 ? {} : { notReadyAddresses: notReady.sort(compareAddresses) }),
      ...(ports.length === 0 ? {} : { ports }),
    };
  });
}

const count = (subsets: readonly EndpointSubset[], of: "addresses" | "notReadyAddresses"): number =>
  subsets.reduce((sum, subset) => sum + (subset[of]?.length ?? 0), 0);

/**
 * Leaves out what is too many: of the addresses that are not ready first, of each subset in proportion.
 * https://kubernetes.io/docs/concepts/services-networking/service/#over-capacity-endpoints
 */
export function withinCapacity(subsets: readonly EndpointSubset[]): {
  readonly subsets: EndpointSubset[];
  readonly truncated: boolean;
} {
  const ready = count(subsets, "addresses");
  const notReady = count(subsets, "notReadyAddresses");
  if (ready + notReady <= maxAddresses) return { subsets: [...subsets], truncated: false };
  const cut = ready > maxAddresses ? "addresses" : "notReadyAddresses";
  const most = cut === "addresses" ? maxAddresses : maxAddresses - ready;
  const total = cut === "addresses" ? ready : notReady;
  let left = most;
  const kept = subsets.map(({ addresses = [], notReadyAddresses = [], ...rest }) => {
    const here = cut === "addresses" ? addresses : notReadyAddresses;
    const share = Math.min(left, Math.ceil((here.length / total) * most));
    left -= share;
    const shown = here.slice(0, share);
    const lists = cut === "addresses" ? { addresses: shown, notReadyAddresses: [] } : { addresses, notReadyAddresses: shown };
    return {
      ...(lists.addresses.length === 0 ? {} : { addresses: lists.addresses }),
      ...(lists.notReadyAddresses.length === 0 ? {} : { notReadyAddresses: lists.notReadyAddresses }),
      ...rest,
    };
  });
  const shown = kept.filter(({ addresses, notReadyAddresses }) => addresses !== undefined || notReadyAddresses !== undefined);
  return { subsets: shown, truncated: true };
}
