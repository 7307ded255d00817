/**
 * What is to become of a pod whose containers are asked to have other resources while they run.
 * Source: "Resize CPU and Memory Resources assigned to Containers", KEP-1287.
 */
import { semanticEqual } from "../../../src/api/json-value.js";
import { addQuantities, zeroQuantity } from "../../../src/api/quantity.js";
import type { Pod, ResourceRequirements } from "../../../src/api/types.js";
import type { ContainerRecord } from "../container/record.js";
import type { AdmittingNode } from "../pod/admission.js";
import { countOf, type PodRequests, podRequests } from "../pod/resources.js";

export type ResizeDecision =
  | { readonly what: "nothing" }
  /** It can never be on this node, or not now. */
  | { readonly what: "Infeasible" | "Deferred"; readonly message: string }
  | { readonly what: "possible" };

/** Only what runs on can be resized. */
const isResizable = ({ role }: ContainerRecord): boolean => role === "main" || role === "sidecar";

export const resizing = (records: readonly ContainerRecord[]): ContainerRecord[] =>
  records.filter((record) => isResizable(record) && !semanticEqual(record.spec.resources, record.allocated));

export const isApplied = (records: readonly ContainerRecord[]): boolean =>
  records.every((record) => !isResizable(record) || semanticEqual(record.allocated, record.applied));

const resizable = ["cpu", "memory"] as const;

const changes = (name: string, now: ResourceRequirements, before: ResourceRequirements): boolean =>
  now.requests?.[name] !== before.requests?.[name] || now.limits?.[name] !== before.limits?.[name];

/** Whether a container has to start anew to have the resources that it is asked to have. */
export const mustRestart = ({ spec, allocated }: ContainerRecord): boolean =>
  resizable.some(
    (name) =>
      changes(name, spec.resources ?? {}, allocated) &&
      spec.resizePolicy?.some((policy) => policy.resourceName === name && policy.restartPolicy === "RestartContainer"),
  );

/** The limit of a container's memory is set when it is made. */
const cannotChange = (record: ContainerRecord): boolean =>
  record.spec.resources?.limits?.memory !== record.allocated.limits?.memory && !mustRestart(record);

export function decideResize(
  pod: Pod,
  records: readonly ContainerRecord[],
  node: AdmittingNode,
  others: readonly PodRequests[],
): ResizeDecision {
  const concerned = resizing(records);
  if (concerned.length === 0) return { what: "nothing" };
  const fixed = concerned.find(cannotChange);
  if (fixed !== undefined) {
    const message = `The container runtime cannot change the memory limit of container ${fixed.name} while it runs: its resizePolicy for memory must be RestartContainer`;
    return { what: "Infeasible", message };
  }
  const wanted = [...podRequests(pod)].filter(([, quantity]) => quantity.nano > 0n);
  for (const [name, requested] of wanted) {
    const capacity = node.allocatable.get(name) ?? zeroQuantity;
    if (requested.nano <= capacity.nano) continue;
    const counts = `requested: ${countOf(name, requested)}, capacity: ${countOf(name, capacity)}`;
    return { what: "Infeasible", message: `Node didn't have enough capacity: ${name}, ${counts}` };
  }
  for (const [name, requested] of wanted) {
    const capacity = node.allocatable.get(name) ?? zeroQuantity;
    const used = others.reduce((sum, each) => addQuantities(sum, each.get(name) ?? zeroQuantity), zeroQuantity);
    if (requested.nano + used.nano <= capacity.nano) continue;
    const counts = `requested: ${countOf(name, requested)}, used: ${countOf(name, used)}, capacity: ${countOf(name, capacity)}`;
    return { what: "Deferred", message: `Node didn't have enough resource: ${name}, ${counts}` };
  }
  return { what: "possible" };
}
