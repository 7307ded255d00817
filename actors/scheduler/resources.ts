/**
 * What pods ask for and nodes have, as plain numbers: CPU in millicores, memory and ephemeral storage in bytes, anything
 * else in its own units. Source: https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/ and, for
 * init containers and sidecars, https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
 */
import { parseQuantity, quantityMilliValue, quantityValue } from "../../src/api/quantity.js";
import type { Container, PodSpec } from "../../src/api/types.js";

/** Amounts by resource name; a resource that is not there is 0. */
export type Amounts = ReadonlyMap<string, number>;

/** What a container that asks for nothing counts as in scores, so that such pods are spread as well. */
export const assumedRequest = { cpuMilli: 100, memoryBytes: 200 * 1024 * 1024 } as const;

const known = new Map<string, number>();
const knownMost = 10_000;

/** The number for one quantity of a resource; 0 for text that is no quantity, which validation has refused before. */
export function amountOf(resource: string, quantity: string): number {
  const unit = resource === "cpu" ? "m" : "";
  const key = `${quantity} ${unit}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const parsed = parseQuantity(quantity);
  const amount = parsed.ok ? Number(unit === "m" ? quantityMilliValue(parsed.value) : quantityValue(parsed.value)) : 0;
  if (known.size < knownMost) known.set(key, amount);
  return amount;
}

export function amountsOf(quantities: { readonly [resource: string]: string } | undefined): Map<string, number> {
  const amounts = new Map<string, number>();
  for (const [resource, quantity] of Object.entries(quantities ?? {})) amounts.set(resource, amountOf(resource, quantity));
  return amounts;
}

const withAssumed = (container: Container): Map<string, number> => {
  const amounts = amountsOf(container.resources?.requests);
  if (!amounts.has("cpu")) amounts.set("cpu", assumedRequest.cpuMilli);
  if (!amounts.has("memory")) amounts.set("memory", assumedRequest.memoryBytes);
  return amounts;
};

const plus = (into: Map<string, number>, more: Amounts): void => {
  for (const [resource, amount] of more) into.set(resource, (into.get(resource) ?? 0) + amount);
};

const atLeast = (into: Map<string, number>, other: Amounts): void => {
  for (const [resource, amount] of other) into.set(resource, Math.max(into.get(resource) ?? 0, amount));
};

/**
 * Containers run together with the sidecars; each init container runs alone, beside the sidecars that started before it.
 * The pod needs the larger of the two, and its overhead on top.
 */
function requestsWith(spec: PodSpec, requestsOf: (container: Container) => Map<string, number>): Map<string, number> {
  const running = new Map<string, number>();
  for (const container of spec.containers) plus(running, requestsOf(container));
  const sidecars = new Map<string, number>();
  const starting = new Map<string, number>();
  for (const container of spec.initContainers ?? []) {
    const alone = requestsOf(container);
    if (container.restartPolicy === "Always") {
      plus(running, alone);
      plus(sidecars, alone);
      atLeast(starting, sidecars);
    } else {
      plus(alone, sidecars);
      atLeast(starting, alone);
    }
  }
  atLeast(running, starting);
  plus(running, amountsOf(spec.overhead));
  return running;
}

/** What a pod reserves on its node. */
export const podRequests = (spec: PodSpec): Map<string, number> =>
  requestsWith(spec, (container) => amountsOf(container.resources?.requests));

/** The same for scores: containers that ask for no CPU or memory count as if they asked for a little. */
export const podRequestsForScores = (spec: PodSpec): Map<string, number> => requestsWith(spec, withAssumed);
