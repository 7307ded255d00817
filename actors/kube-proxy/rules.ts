/**
 * From Services and EndpointSlices to what kube-proxy serves: which address and port, and the endpoints behind it.
 * https://kubernetes.io/docs/reference/networking/virtual-ips/
 */
import type { Endpoint, EndpointSlice, Service, ServicePort } from "../../src/api/types.js";
import type { EndpointAddress, ServiceNames } from "./io/io.js";

/** One address and port to serve. */
export interface ListenerRule {
  /** Unique, and the same for the same listener over time: `default/web:http 127.96.0.10:80`. */
  readonly key: string;
  readonly namespace: string;
  readonly service: string;
  readonly serviceUid: string;
  readonly protocol: "TCP" | "UDP";
  readonly address: string;
  readonly port: number;
  readonly endpoints: readonly EndpointAddress[];
  /** How long a client stays with its endpoint; undefined: no affinity. */
  readonly affinitySeconds: number | undefined;
}

export interface ProxyRules {
  readonly listeners: readonly ListenerRule[];
  readonly names: ServiceNames;
  /** What was asked for and is not done, in words. */
  readonly problems: readonly string[];
}

export interface ProxyPlace {
  readonly nodeName: string;
  readonly nodeAddress: string;
  readonly machineAddress: string | undefined;
}

export const clusterDomain = "cluster.local";

export function rulesFor(
  services: readonly Service[],
  slicesOf: (service: string) => readonly EndpointSlice[],
  place: ProxyPlace,
): ProxyRules {
  const listeners: ListenerRule[] = [];
  const names = new Map<string, readonly string[]>();
  const problems: string[] = [];
  for (const service of services) {
    const { namespace = "", name = "" } = service.metadata;
    const slices = slicesOf(`${namespace}/${name}`);
    nameEntries(service, slices, names);
    if (!hasClusterAddress(service)) continue;
    for (const port of service.spec?.ports ?? []) {
      const { protocol = "TCP" } = port;
      if (protocol === "TCP" || protocol === "UDP") listeners.push(...listenersFor(service, port, protocol, slices, place));
      else problems.push(`${namespace}/${name} port ${port.port}: ${protocol} is not proxied, only TCP and UDP`);
    }
  }
  return { listeners, names, problems };
}

const hasClusterAddress = (service: Service): boolean => {
  const clusterIP = service.spec?.clusterIP ?? "";
  return clusterIP !== "" && clusterIP !== "None" && service.spec?.type !== "ExternalName";
};

function listenersFor(
  service: Service,
  port: ServicePort,
  protocol: ListenerRule["protocol"],
  slices: readonly EndpointSlice[],
  place: ProxyPlace,
): ListenerRule[] {
  const { namespace = "", name = "", uid = "" } = service.metadata;
  const spec = service.spec;
  const local = (policy: string | undefined) => (policy === "Local" ? place.nodeName : undefined);
  const rule = (address: string, listenPort: number, onNode: string | undefined): ListenerRule => ({
    key: `${namespace}/${name}${port.name ? `:${port.name}` : ""} ${address}:${listenPort}${protocol === "TCP" ? "" : `/${protocol}`}`,
    protocol,
    namespace,
    service: name,
    serviceUid: uid,
    address,
    port: listenPort,
    endpoints: endpointsOf(port, slices, onNode),
    affinitySeconds:
      spec?.sessionAffinity === "ClientIP" ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800) : undefined,
  });
  const rules = (spec?.clusterIPs ?? [spec?.clusterIP ?? ""]).map((address) =>
    rule(address, port.port, local(spec?.internalTrafficPolicy)),
  );
  if (port.nodePort) {
    rules.push(rule(place.nodeAddress, port.nodePort, local(spec?.externalTrafficPolicy)));
    if (place.machineAddress !== undefined) rules.push(rule(place.machineAddress, port.nodePort, undefined));
  }
  return rules;
}

/** The ready endpoints of a service port; when none is ready, those that still serve while they terminate (KEP-1669). */
function endpointsOf(port: ServicePort, slices: readonly EndpointSlice[], onNode: string | undefined): EndpointAddress[] {
  const candidates = slices.flatMap((slice) => {
    const target = (slice.ports ?? []).find((each) => (each.name ?? "") === (port.name ?? ""));
    if (target?.port === undefined) return [];
    const at = target.port;
    return (slice.endpoints ?? [])
      .filter((endpoint) => onNode === undefined || endpoint.nodeName === onNode)
      .flatMap((endpoint) => endpoint.addresses.slice(0, 1).map((ip) => ({ ip, port: at, endpoint })));
  });
  const ready = candidates.filter(({ endpoint }) => isReady(endpoint));
  const chosen =
    ready.length > 0
      ? ready
      : candidates.filter(({ endpoint }) => endpoint.conditions?.serving && endpoint.conditions.terminating);
  const byAddress = new Map(chosen.map(({ ip, port: at }) => [`${ip}:${at}`, { ip, port: at }]));
  return [...byAddress.keys()].sort().map((key) => byAddress.get(key) as EndpointAddress);
}

const isReady = (endpoint: Endpoint): boolean => endpoint.conditions?.ready ?? true;

/** DNS for Services and Pods: https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/ */
function nameEntries(service: Service, slices: readonly EndpointSlice[], names: Map<string, readonly string[]>): void {
  const { namespace = "", name = "" } = service.metadata;
  const domain = `${name}.${namespace}.svc.${clusterDomain}`;
  if (service.spec?.type === "ExternalName") {
    names.set(domain, service.spec.externalName === undefined ? [] : [service.spec.externalName]);
    return;
  }
  if (hasClusterAddress(service)) {
    names.set(domain, service.spec?.clusterIPs ?? [service.spec?.clusterIP ?? ""]);
    return;
  }
  const ready = slices.flatMap((slice) => slice.endpoints ?? []).filter((endpoint) => isReady(endpoint));
  names.set(domain, [...new Set(ready.flatMap((endpoint) => endpoint.addresses))].sort());
  for (const endpoint of ready) {
    if (endpoint.hostname) names.set(`${endpoint.hostname}.${domain}`, endpoint.addresses);
  }
}
