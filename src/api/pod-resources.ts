/**
 * What a pod asks for and may use, all its containers together, as exact quantities. Containers run beside the sidecars;
 * each init container runs alone, beside the sidecars that started before it; the pod needs the larger of the two.
 * https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers
 */
import type { Container, PodSpec } from "./generated/types.js";
import { addQuantities, compareQuantities, type ParsedQuantity, quantityOf } from "./quantity.js";

export type Quantities = ReadonlyMap<string, ParsedQuantity>;

/** A list of resources as it stands in an object. */
export type ResourceList = { readonly [name: string]: string } | undefined;

export const quantitiesOf = (list: ResourceList): Map<string, ParsedQuantity> =>
  new Map(Object.entries(list ?? {}).map(([name, quantity]) => [name, quantityOf(quantity)]));

const add = (into: Map<string, ParsedQuantity>, more: Quantities): void => {
  for (const [name, quantity] of more) {
    const before = into.get(name);
    into.set(name, before === undefined ? quantity : addQuantities(before, quantity));
  }
};

const raise = (into: Map<string, ParsedQuantity>, other: Quantities): void => {
  for (const [name, quantity] of other) {
    const before = into.get(name);
    if (before === undefined || compareQuantities(before, quantity) < 0) into.set(name, quantity);
  }
};

type Part = "requests" | "limits";

const partOf = (container: Container, part: Part): Map<string, ParsedQuantity> => quantitiesOf(container.resources?.[part]);

/** The sum over a pod's containers, without the pod's overhead. */
export function containersSum(spec: PodSpec, part: Part): Map<string, ParsedQuantity> {
  const running = new Map<string, ParsedQuantity>();
  for (const container of spec.containers ?? []) add(running, partOf(container, part));
  const sidecars = new Map<string, ParsedQuantity>();
  const starting = new Map<string, ParsedQuantity>();
  for (const container of spec.initContainers ?? []) {
    const alone = partOf(container, part);
    if (container.restartPolicy === "Always") {
      add(running, alone);
      add(sidecars, alone);
      raise(starting, sidecars);
    } else {
      add(alone, sidecars);
      raise(starting, alone);
    }
  }
  raise(running, starting);
  return running;
}

/** What a pod reserves, its overhead on top. */
export function podRequestQuantities(spec: PodSpec): Map<string, ParsedQuantity> {
  const sum = containersSum(spec, "requests");
  add(sum, quantitiesOf(spec.overhead));
  return sum;
}

/** What a pod may use; its overhead counts where there is a limit at all. */
export function podLimitQuantities(spec: PodSpec): Map<string, ParsedQuantity> {
  const sum = containersSum(spec, "limits");
  for (const [name, quantity] of quantitiesOf(spec.overhead)) {
    const limit = sum.get(name);
    if (limit !== undefined) sum.set(name, addQuantities(limit, quantity));
  }
  return sum;
}
