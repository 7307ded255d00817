import type { Integer } from "../../json/integer.js";
import type { Container, Pod, PodSpec } from "../generated/types.js";
import { compareQuantities, quantityOf } from "../quantity.js";

/** What the server makes of a pod beside its defaults: quality of service, grace. */
export type QosClass = "Guaranteed" | "Burstable" | "BestEffort";

const qosResources = ["cpu", "memory"] as const;

const amounts = (map: { [key: string]: string } | undefined): string[] =>
  qosResources.filter((name) => map !== undefined && Object.hasOwn(map, name) && quantityOf(map[name]).nano > 0n);

const isGuaranteed = (container: Container): boolean => {
  const { limits, requests } = container.resources ?? {};
  if (amounts(limits).length !== qosResources.length) return false;
  return qosResources.every((name) => {
    const request = requests?.[name];
    return request === undefined || compareQuantities(quantityOf(request), quantityOf(limits![name])) === 0;
  });
};

/**
 * Guaranteed when every container limits both CPU and memory and requests as much; BestEffort when none asks for either.
 * Source: "Pod Quality of Service Classes" of the Kubernetes documentation.
 */
export const qosClassOf = (spec: PodSpec): QosClass => {
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  const asksNothing = containers.every(
    ({ resources }) => amounts(resources?.limits).length === 0 && amounts(resources?.requests).length === 0,
  );
  if (asksNothing) return "BestEffort";
  return containers.every(isGuaranteed) ? "Guaranteed" : "Burstable";
};

/** Seconds a pod is given to end when it is deleted; 0 removes it at once. `requested` is the delete option. */
export const deletionGraceSeconds = (pod: Pod, requested: Integer | undefined): Integer => {
  const period = requested ?? pod.spec?.terminationGracePeriodSeconds ?? 30;
  const unassigned = (pod.spec?.nodeName ?? "") === "";
  const finished = pod.status?.phase === "Failed" || pod.status?.phase === "Succeeded";
  if (unassigned || finished) return 0;
  return period < 0 ? 1 : period;
};
