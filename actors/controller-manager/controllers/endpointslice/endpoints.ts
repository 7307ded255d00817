/** The endpoints that a Service's slices should show, grouped by the ports that they serve. */
import type { DiscoveryV1EndpointPort, Endpoint, Node, Pod, Service } from "../../../../src/api/types.js";
import { isReady } from "../../engine/pods.js";
import { addressesOf, hostnameUnder, type IpFamily, isHeadless, mayServe, targetPortIn } from "../service-pods/pod-endpoint.js";

/** Endpoints that share a list of ports, and so may share a slice. */
export interface PortGroup {
  readonly ports: readonly DiscoveryV1EndpointPort[];
  readonly endpoints: Endpoint[];
}

export interface ServicePods {
  readonly service: Service;
  /** The pods that its selector matches. */
  readonly pods: readonly Pod[];
  readonly node: (name: string) => Node | undefined;
}

/** The ports that one pod serves for a Service; a port that the pod does not have is left out. */
export function portsOf(service: Service, pod: Pod): DiscoveryV1EndpointPort[] {
  return (service.spec?.ports ?? []).flatMap((servicePort) => {
    const port = targetPortIn(pod, servicePort);
    if (port === undefined) return [];
    const { name = "", protocol = "TCP", appProtocol } = servicePort;
    return [{ name, port, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) }];
  });
}

function endpointOf({ service, node }: ServicePods, pod: Pod, addresses: string[]): Endpoint {
  const serving = isReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const ready = service.spec?.publishNotReadyAddresses === true || (serving && !terminating);
  const { namespace = "", name = "", uid = "" } = pod.metadata;
  const nodeName = pod.spec?.nodeName;
  const zone = nodeName === undefined ? undefined : node(nodeName)?.metadata.labels?.["topology.kubernetes.io/zone"];
  const hostname = hostnameUnder(pod, service);
  return {
    addresses,
    conditions: { ready, serving, terminating },
    ...(hostname === undefined ? {} : { hostname }),
    targetRef: { kind: "Pod", namespace, name, uid },
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(zone ? { zone } : {}),
    // KEP-4444: traffic is to stay in the zone of who asks, where it can.
    ...(zone && ready && service.spec?.trafficDistribution === "PreferClose" ? { hints: { forZones: [{ name: zone }] } } : {}),
  };
}

/** Of a pod whose node is gone nothing is known any more; a Service that publishes what is not ready does not mind. */
const nodeIsKnown = ({ service, node }: ServicePods, pod: Pod): boolean =>
  !pod.spec?.nodeName || node(pod.spec.nodeName) !== undefined || service.spec?.publishNotReadyAddresses === true;

/** Lists of ports are the same when they have the same ports, in whatever order. */
export const portKey = (ports: readonly DiscoveryV1EndpointPort[] | undefined): string =>
  (ports ?? [])
    .map(({ name = "", protocol = "", port = 0, appProtocol = "" }) => JSON.stringify([name, protocol, port, appProtocol]))
    .sort()
    .join();

/** Every endpoint of one address family, by `portKey`. A pod without any of the ports serves only a headless Service without ports. */
export function portGroups(of: ServicePods, family: IpFamily): Map<string, PortGroup> {
  const { service } = of;
  const groups = new Map<string, PortGroup>();
  const needsPorts = (service.spec?.ports ?? []).length > 0 || !isHeadless(service);
  for (const pod of of.pods) {
    if (!mayServe(pod) || !nodeIsKnown(of, pod)) continue;
    const addresses = addressesOf(pod, family);
    const ports = portsOf(service, pod);
    if (addresses.length === 0 || (needsPorts && ports.length === 0)) continue;
    const key = portKey(ports);
    const group = groups.get(key) ?? { ports, endpoints: [] };
    group.endpoints.push(endpointOf(of, pod, addresses));
    groups.set(key, group);
  }
  return groups;
}
