/** What of a pod matters to the Services that select it. Source: https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/ */
import { parseIp } from "../../../../src/api/ip.js";
import { semanticEqual } from "../../../../src/api/json-value.js";
import type { Pod, Service, ServicePort } from "../../../../src/api/types.js";
import { isFinished, isReady } from "../../engine/pods.js";

export type IpFamily = "IPv4" | "IPv6";

/** The addresses of a pod in one family. */
export function addressesOf(pod: Pod, family: IpFamily): string[] {
  const { podIP, podIPs = [] } = pod.status ?? {};
  const known = podIPs.length > 0 ? podIPs.map(({ ip }) => ip) : podIP ? [podIP] : [];
  return known.filter((ip) => parseIp(ip)?.family === family);
}

/** Finished pods and those that have no address yet serve nobody. Pods on their way out may serve what they have begun. */
export const mayServe = (pod: Pod): boolean =>
  !isFinished(pod) && ((pod.status?.podIP ?? "") !== "" || (pod.status?.podIPs ?? []).length > 0);

/** A pod has a name of its own under a Service that its subdomain names. */
export const hostnameUnder = (pod: Pod, service: Service): string | undefined =>
  pod.spec?.hostname && pod.spec.subdomain === service.metadata.name && pod.metadata.namespace === service.metadata.namespace
    ? pod.spec.hostname
    : undefined;

export const isHeadless = ({ spec }: Service): boolean => (spec?.clusterIP ?? "") === "" || spec?.clusterIP === "None";

/** The number of the port that a Service's port leads to in a pod; undefined when the pod has no port of that name. */
export function targetPortIn(pod: Pod, { port, targetPort, protocol = "TCP" }: ServicePort): number | undefined {
  if (targetPort === undefined || targetPort === 0 || targetPort === "") return port;
  if (typeof targetPort === "number") return targetPort;
  const sidecars = (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always");
  for (const { ports = [] } of [...(pod.spec?.containers ?? []), ...sidecars]) {
    const named = ports.find((each) => each.name === targetPort && (each.protocol ?? "TCP") === protocol);
    if (named !== undefined) return named.containerPort;
  }
  return undefined;
}

const served = ({ metadata, spec, status }: Pod) => ({
  uid: metadata.uid,
  leaving: metadata.deletionTimestamp !== undefined,
  node: spec?.nodeName,
  hostname: spec?.hostname,
  subdomain: spec?.subdomain,
  ip: status?.podIP,
  ips: status?.podIPs,
});

/** Does what a Service says of this pod change with it? Labels are not looked at. */
export const servesOtherwise = (before: Pod, after: Pod): boolean =>
  isReady(before) !== isReady(after) || isFinished(before) !== isFinished(after) || !semanticEqual(served(before), served(after));
