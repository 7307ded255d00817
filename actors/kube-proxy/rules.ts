/**
 * From Services and EndpointSlices to what kube-proxy serves: which address and port, and what is behind it.
 * https://kubernetes.io/docs/reference/networking/virtual-ips/
 */
import { canonicalIp, cidrContains, parseCidr } from "../../src/api/ip.js";
import type { EndpointSlice, Service, ServicePort } from "../../src/api/types.js";
import { hasClusterAddress } from "./dns/endpoint-names.js";
import { dnsPort } from "./dns/records.js";
import { chooseEndpoints, type EndpointChoice, type PlaceInTopology } from "./endpoint-choice.js";
import type { EndpointAddress } from "./io/io.js";

/** One address and port to serve. */
export interface ListenerRule {
  /** Unique, and the same for the same listener over time: `default/web:http 127.96.0.10:80`. */
  readonly key: string;
  readonly protocol: "TCP" | "UDP";
  readonly address: string;
  readonly port: number;
  readonly serves: ServedEndpoints | ServedHealth | ServedNames;
}

export interface ServiceReference {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** A Service's endpoints. Where there are none, connections are refused. */
export interface ServedEndpoints {
  readonly kind: "endpoints";
  readonly service: ServiceReference;
  /** For clients inside the cluster: pods, and what runs on this node. */
  readonly endpoints: readonly EndpointAddress[];
  readonly endpointsForOutside: readonly EndpointAddress[];
  /** How long a client stays with its endpoint; undefined: no affinity. */
  readonly affinitySeconds: number | undefined;
  /** Whether endpoints see the address of a client outside the cluster, or this node's. */
  readonly keepsOutsideSource: boolean;
  /** Clients that may come at all; undefined: all. */
  readonly allowedSources: readonly string[] | undefined;
}

/** A load balancer's question whether this node has endpoints: healthCheckNodePort. */
export interface ServedHealth {
  readonly kind: "health";
  readonly service: ServiceReference;
  readonly localEndpoints: number;
}

/** The cluster's DNS. */
export interface ServedNames {
  readonly kind: "names";
}

export interface ProxyRules {
  readonly listeners: readonly ListenerRule[];
  /** What was asked for and is not done, in words. */
  readonly problems: readonly string[];
}

export interface ProxyPlace extends PlaceInTopology {
  readonly nodeAddress: string;
  readonly machineAddress: string | undefined;
  readonly dnsAddress: string;
}

export function rulesFor(
  services: readonly Service[],
  slicesOf: (service: string) => readonly EndpointSlice[],
  place: ProxyPlace,
): ProxyRules {
  const listeners: ListenerRule[] = (["UDP", "TCP"] as const).map((protocol) => nameRule(place.dnsAddress, protocol));
  const problems: string[] = [];
  for (const service of services) {
    if (!hasClusterAddress(service) || isLeftToOthers(service)) continue;
    const { namespace = "", name = "" } = service.metadata;
    const slices = slicesOf(`${namespace}/${name}`);
    for (const port of service.spec?.ports ?? []) {
      const { protocol = "TCP" } = port;
      if (protocol === "TCP" || protocol === "UDP") {
        listeners.push(...portRules(service, port, protocol, chooseEndpoints(port, slices, place), place));
      } else problems.push(`${namespace}/${name} port ${port.port}: ${protocol} is not proxied, only TCP and UDP`);
    }
    listeners.push(...healthRules(service, slices, place));
  }
  return { listeners: firstOfEach(listeners), problems };
}

/** Services that say that another proxy serves them, or none: https://kubernetes.io/docs/reference/labels-annotations-taints/ */
const isLeftToOthers = ({ metadata: { labels = {} } }: Service): boolean =>
  labels["service.kubernetes.io/service-proxy-name"] !== undefined || labels["service.kubernetes.io/headless"] !== undefined;

/** One address and port can be given to two Services, as external addresses can: the first has it. */
const firstOfEach = (listeners: readonly ListenerRule[]): ListenerRule[] => {
  const byPlace = new Map<string, ListenerRule>();
  for (const rule of listeners) {
    const at = `${rule.address} ${rule.port} ${rule.protocol}`;
    if (!byPlace.has(at)) byPlace.set(at, rule);
  }
  return [...byPlace.values()];
};

const nameRule = (address: string, protocol: ListenerRule["protocol"]): ListenerRule => ({
  key: keyOf("cluster DNS", address, dnsPort, protocol),
  protocol,
  address,
  port: dnsPort,
  serves: { kind: "names" },
});

const keyOf = (what: string, address: string, port: number, protocol: string): string =>
  `${what} ${address}:${port}${protocol === "TCP" ? "" : `/${protocol}`}`;

const referenceTo = ({ metadata: { namespace = "", name = "", uid = "" } }: Service): ServiceReference => ({
  namespace,
  name,
  uid,
});

function portRules(
  service: Service,
  port: ServicePort,
  protocol: ListenerRule["protocol"],
  { cluster, local }: EndpointChoice,
  place: ProxyPlace,
): ListenerRule[] {
  const { spec, status } = service;
  const reference = referenceTo(service);
  const what = `${reference.namespace}/${reference.name}${port.name ? `:${port.name}` : ""}`;
  const affinitySeconds =
    spec?.sessionAffinity === "ClientIP" ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800) : undefined;
  const rule = (address: string, at: number, serves: Partial<ServedEndpoints>): ListenerRule => ({
    key: keyOf(what, address, at, protocol),
    protocol,
    address,
    port: at,
    serves: {
      kind: "endpoints",
      service: reference,
      endpoints: cluster,
      endpointsForOutside: cluster,
      affinitySeconds,
      keepsOutsideSource: false,
      allowedSources: undefined,
      ...serves,
    },
  });
  const inside = spec?.internalTrafficPolicy === "Local" ? local : cluster;
  const isLocal = spec?.externalTrafficPolicy === "Local";
  const outside = { endpointsForOutside: isLocal ? local : cluster, keepsOutsideSource: isLocal };
  const ranges = spec?.loadBalancerSourceRanges ?? [];
  const balancers = spec?.type === "LoadBalancer" ? (status?.loadBalancer?.ingress ?? []) : [];
  return [
    ...(spec?.clusterIPs ?? [spec?.clusterIP ?? ""])
      .map(canonicalIp)
      .map((address) => rule(address, port.port, { endpoints: inside, endpointsForOutside: inside })),
    ...(spec?.externalIPs ?? []).map(canonicalIp).map((address) => rule(address, port.port, outside)),
    ...balancers
      .filter(({ ip = "", ipMode = "VIP" }) => ip !== "" && ipMode === "VIP")
      .map(({ ip = "" }) => rule(ip, port.port, { ...outside, allowedSources: ranges.length > 0 ? ranges : undefined })),
    ...(port.nodePort ? [rule(place.nodeAddress, port.nodePort, outside)] : []),
    // It stands for every node.
    ...(port.nodePort && place.machineAddress !== undefined ? [rule(place.machineAddress, port.nodePort, {})] : []),
  ];
}

function healthRules(service: Service, slices: readonly EndpointSlice[], place: ProxyPlace): ListenerRule[] {
  const { spec } = service;
  const port = spec?.healthCheckNodePort ?? 0;
  if (port === 0 || spec?.externalTrafficPolicy !== "Local") return [];
  const counts = (spec.ports ?? []).map((each) => chooseEndpoints(each, slices, place).localReady);
  const reference = referenceTo(service);
  return [
    {
      key: keyOf(`${reference.namespace}/${reference.name} health check`, place.nodeAddress, port, "TCP"),
      protocol: "TCP",
      address: place.nodeAddress,
      port,
      serves: { kind: "health", service: reference, localEndpoints: Math.max(0, ...counts) },
    },
  ];
}

/** Whether anybody may connect; otherwise nothing listens, so that connections are refused. */
export const isServed = ({ serves }: ListenerRule): boolean =>
  serves.kind !== "endpoints" || serves.endpoints.length + serves.endpointsForOutside.length > 0;

export const isAllowed = ({ allowedSources }: ServedEndpoints, client: string): boolean =>
  allowedSources === undefined ||
  allowedSources.some((range) => {
    const cidr = parseCidr(range.trim());
    return cidr !== undefined && cidrContains(cidr, client);
  });
