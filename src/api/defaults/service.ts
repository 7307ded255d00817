import type { EndpointSlice, Endpoints, NetworkPolicy, Service } from "../generated/types.js";

/** Defaults of the networking kinds, in place. Source: "Service" of the Kubernetes documentation. */

const affinityTimeoutSeconds = 10800;

const isExternal = (service: Service): boolean => {
  const { type, externalIPs } = service.spec!;
  return type === "LoadBalancer" || type === "NodePort" || (type === "ClusterIP" && (externalIPs?.length ?? 0) > 0);
};

/**
 * Also what upstream sets when it allocates addresses in a cluster of IPv4 only: families and their policy. The
 * address itself is allocated by whoever owns the ranges.
 */
export const defaultService = (service: Service): void => {
  service.spec ??= {};
  const spec = service.spec;
  spec.sessionAffinity ||= "None";
  if (spec.sessionAffinity === "None") delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity === "ClientIP") {
    const client = spec.sessionAffinityConfig?.clientIP;
    if (client?.timeoutSeconds === undefined) {
      spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: affinityTimeoutSeconds } };
    }
  }
  spec.type ||= "ClusterIP";
  for (const port of spec.ports ?? []) {
    port.protocol ||= "TCP";
    port.targetPort ||= port.port;
  }
  if (isExternal(service)) spec.externalTrafficPolicy ||= "Cluster";
  if (spec.type !== "ExternalName") {
    spec.internalTrafficPolicy ??= "Cluster";
    defaultFamilies(service);
  }
  if (spec.type === "LoadBalancer") spec.allocateLoadBalancerNodePorts ??= true;
  service.status ??= {};
  service.status.loadBalancer ??= {};
  if (spec.type !== "LoadBalancer") return;
  for (const ingress of service.status.loadBalancer.ingress ?? []) if (ingress.ip) ingress.ipMode ??= "VIP";
};

const defaultFamilies = (service: Service): void => {
  const spec = service.spec!;
  const selectorless = Object.keys(spec.selector ?? {}).length === 0;
  if (spec.clusterIP === "None" && selectorless) {
    spec.ipFamilyPolicy ??= "RequireDualStack";
    spec.ipFamilies ??= ["IPv4"];
    if (spec.ipFamilies.length === 1 && spec.ipFamilyPolicy !== "SingleStack") {
      spec.ipFamilies.push(spec.ipFamilies[0] === "IPv4" ? "IPv6" : "IPv4");
    }
    return;
  }
  spec.ipFamilyPolicy ??= "SingleStack";
  spec.ipFamilies ??= ["IPv4"];
};

export const defaultEndpoints = (endpoints: Endpoints): void => {
  for (const subset of endpoints.subsets ?? []) for (const port of subset.ports ?? []) port.protocol ||= "TCP";
};

export const defaultEndpointSlice = (slice: EndpointSlice): void => {
  slice.endpoints ??= [];
  for (const port of slice.ports ?? []) {
    port.name ??= "";
    port.protocol ??= "TCP";
  }
};

export const defaultNetworkPolicy = (policy: NetworkPolicy): void => {
  const spec = policy.spec;
  if (spec === undefined) return;
  for (const rule of [...(spec.ingress ?? []), ...(spec.egress ?? [])])
    for (const port of rule.ports ?? []) port.protocol ??= "TCP";
  if ((spec.policyTypes?.length ?? 0) === 0) {
    spec.policyTypes = ["Ingress"];
    if ((spec.egress?.length ?? 0) > 0) spec.policyTypes.push("Egress");
  }
};
