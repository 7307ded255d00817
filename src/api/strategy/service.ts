import type { Service, ServicePort } from "../generated/types.js";

/** A Service keeps what was allocated for it when an update does not say otherwise. */

const needsClusterIp = (service: Service): boolean => service.spec?.type !== "ExternalName";
const needsNodePort = (service: Service): boolean => {
  const spec = service.spec;
  return spec?.type === "NodePort" || (spec?.type === "LoadBalancer" && spec.allocateLoadBalancerNodePorts !== false);
};

/** Keeps `clusterIP` and the first of `clusterIPs` the same; an old client sends only the former. */
const normaliseClusterIps = (service: Service, old: Service | undefined): void => {
  const spec = service.spec!;
  if (old === undefined) {
    if (spec.clusterIP && (spec.clusterIPs?.length ?? 0) === 0) spec.clusterIPs = [spec.clusterIP];
    else if (!spec.clusterIP && spec.clusterIPs?.[0] !== undefined) spec.clusterIP = spec.clusterIPs[0];
    return;
  }
  const changed = spec.clusterIP !== old.spec?.clusterIP;
  if (!changed) return;
  if (!spec.clusterIP) {
    if (JSON.stringify(spec.clusterIPs) === JSON.stringify(old.spec?.clusterIPs)) delete spec.clusterIPs;
  } else if (JSON.stringify(spec.clusterIPs) === JSON.stringify(old.spec?.clusterIPs)) {
    spec.clusterIPs = [spec.clusterIP, ...(spec.clusterIPs?.slice(1) ?? [])];
  }
};

const samePort = (left: ServicePort, right: ServicePort): boolean => left.port === right.port && left.protocol === right.protocol;

const keepNodePorts = (service: Service, old: Service): void => {
  for (const port of service.spec!.ports ?? []) {
    if (port.nodePort) continue;
    const before = old.spec?.ports?.find((candidate) => samePort(candidate, port))?.nodePort;
    if (before !== undefined) port.nodePort = before;
  }
};

/** Prepares a Service in place, on create with `old` undefined. */
export const prepareService = (service: Service, old: Service | undefined): void => {
  service.spec ??= {};
  const spec = service.spec;
  if (old !== undefined && needsClusterIp(old) && needsClusterIp(service)) {
    spec.clusterIP ||= old.spec?.clusterIP ?? "";
    if ((spec.clusterIPs?.length ?? 0) === 0 && spec.clusterIP === old.spec?.clusterIP && old.spec?.clusterIPs) {
      spec.clusterIPs = [...old.spec.clusterIPs];
    }
    if (spec.clusterIP === "") delete spec.clusterIP;
    if (needsNodePort(old) && needsNodePort(service)) keepNodePorts(service, old);
    if (
      spec.healthCheckNodePort === undefined &&
      old.spec?.healthCheckNodePort !== undefined &&
      spec.externalTrafficPolicy === "Local"
    ) {
      spec.healthCheckNodePort = old.spec.healthCheckNodePort;
    }
  }
  normaliseClusterIps(service, old);
  if (old !== undefined && !needsNodePort(service) && needsNodePort(old)) dropNodePorts(service, old);
  if (old !== undefined) dropTrafficPolicy(service, old);
  if (old !== undefined && !needsClusterIp(service) && needsClusterIp(old)) {
    if (spec.clusterIP === old.spec?.clusterIP) {
      delete spec.clusterIP;
      delete spec.clusterIPs;
      delete spec.ipFamilies;
      delete spec.ipFamilyPolicy;
    }
  }
};

const takesOutsideTraffic = ({ spec }: Service): boolean =>
  spec?.type === "NodePort" ||
  spec?.type === "LoadBalancer" ||
  (spec?.type === "ClusterIP" && (spec.externalIPs?.length ?? 0) > 0);

/** A Service that is no longer reached from outside forgets how such traffic was to go. */
const dropTrafficPolicy = (service: Service, old: Service): void => {
  const spec = service.spec!;
  if (takesOutsideTraffic(old) && !takesOutsideTraffic(service) && spec.externalTrafficPolicy === old.spec?.externalTrafficPolicy)
    delete spec.externalTrafficPolicy;
  if (spec.type !== "LoadBalancer" && old.spec?.type === "LoadBalancer") {
    if (spec.allocateLoadBalancerNodePorts === old.spec.allocateLoadBalancerNodePorts) delete spec.allocateLoadBalancerNodePorts;
    if (spec.loadBalancerClass === old.spec.loadBalancerClass) delete spec.loadBalancerClass;
  }
  if (spec.externalTrafficPolicy !== "Local" && spec.healthCheckNodePort === old.spec?.healthCheckNodePort)
    delete spec.healthCheckNodePort;
};

/** A Service that stops needing node ports gives up those it had, unless the client names others. */
const dropNodePorts = (service: Service, old: Service): void => {
  for (const port of service.spec!.ports ?? []) {
    if (old.spec?.ports?.some((before) => before.nodePort === port.nodePort)) delete port.nodePort;
  }
};
