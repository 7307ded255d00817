/** What pods ask of a node, and their quality of service. Source: "Resource Management" and "Pod Quality of Service Classes". */
import {
  addQuantities,
  compareQuantities,
  type ParsedQuantity,
  quantityMilliValue,
  quantityOf,
  quantityValue,
  zeroQuantity,
} from "../../../src/api/quantity.js";
import type { Container, Pod } from "../../../src/api/types.js";

export type PodRequests = ReadonlyMap<string, ParsedQuantity>;

const isSidecar = (container: Container): boolean => container.restartPolicy === "Always";

function added(amounts: Map<string, ParsedQuantity>, more: Iterable<readonly [string, ParsedQuantity]>): void {
  for (const [name, quantity] of more) amounts.set(name, addQuantities(amounts.get(name) ?? zeroQuantity, quantity));
}

const requestsOf = (container: Container): Array<[string, ParsedQuantity]> =>
  Object.entries(container.resources?.requests ?? {}).map(([name, amount]) => [name, quantityOf(amount)]);

/**
 * The most that a pod asks for at any time: its containers and sidecars together, or one init container beside the
 * sidecars that were started before it; and its overhead.
 */
export function podRequests(pod: Pod): PodRequests {
  const total = new Map<string, ParsedQuantity>();
  for (const container of pod.spec?.containers ?? []) added(total, requestsOf(container));
  const sidecars = new Map<string, ParsedQuantity>();
  const peaks: Array<Map<string, ParsedQuantity>> = [];
  for (const container of pod.spec?.initContainers ?? []) {
    if (isSidecar(container)) {
      added(sidecars, requestsOf(container));
      added(total, requestsOf(container));
    } else {
      const peak = new Map(sidecars);
      added(peak, requestsOf(container));
      peaks.push(peak);
    }
  }
  for (const peak of [...peaks, sidecars]) {
    for (const [name, quantity] of peak) {
      if (compareQuantities(quantity, total.get(name) ?? zeroQuantity) > 0) total.set(name, quantity);
    }
  }
  added(
    total,
    Object.entries(pod.spec?.overhead ?? {}).map(([name, amount]) => [name, quantityOf(amount)]),
  );
  return total;
}

/** A container's memory limit in bytes; 0 for none. */
export const memoryLimitBytes = (container: Container): number =>
  Number(quantityValue(quantityOf(container.resources?.limits?.memory)));

/** How the kubelet counts an amount in its messages: millicores, and whole units of all else. */
export const countOf = (name: string, quantity: ParsedQuantity): bigint =>
  name === "cpu" ? quantityMilliValue(quantity) : quantityValue(quantity);

const qualityResources = ["cpu", "memory"] as const;

/** Guaranteed, Burstable or BestEffort. */
export function qosClassOf(pod: Pod): string {
  const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
  let asksNothing = true;
  let guaranteed = true;
  for (const { resources } of containers) {
    for (const name of qualityResources) {
      const request = quantityOf(resources?.requests?.[name]);
      const limit = quantityOf(resources?.limits?.[name]);
      if (request.nano > 0n || limit.nano > 0n) asksNothing = false;
      if (limit.nano === 0n || (request.nano !== limit.nano && resources?.requests?.[name] !== undefined)) guaranteed = false;
    }
  }
  if (asksNothing) return "BestEffort";
  return guaranteed ? "Guaranteed" : "Burstable";
}
