/**
 * Whether a node can take a pod: the kubelet's own check, after the scheduler's. A pod that it cannot take fails and is not tried again.
 * Source: "Pod Lifecycle" and the reasons that kube-scheduler's fit plugins give.
 */
import { type HostPort, hostPortsOf, portsClash } from "../../../src/api/host-ports.js";
import { addQuantities, type ParsedQuantity, zeroQuantity } from "../../../src/api/quantity.js";
import type { NodeSelectorRequirement, NodeSelectorTerm, Pod } from "../../../src/api/types.js";
import { countOf, type PodRequests } from "./resources.js";
import { forbiddenSysctl } from "./sysctls.js";

export interface Rejection {
  /** Status reason: OutOfcpu, OutOfpods, NodeAffinity, NodePorts. */
  readonly reason: string;
  readonly message: string;
}

/** What a node offers to pods, and which pods it already took. */
export interface AdmittingNode {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly allocatable: ReadonlyMap<string, ParsedQuantity>;
}

function matchesRequirement(value: string | undefined, { operator, values = [] }: NodeSelectorRequirement): boolean {
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
      return value !== undefined && Number.parseInt(value, 10) > Number.parseInt(values[0] ?? "", 10);
    case "Lt":
      return value !== undefined && Number.parseInt(value, 10) < Number.parseInt(values[0] ?? "", 10);
    default:
      return false;
  }
}

function matchesTerm(node: AdmittingNode, term: NodeSelectorTerm): boolean {
  const { matchExpressions = [], matchFields = [] } = term;
  if (matchExpressions.length + matchFields.length === 0) return false;
  return (
    matchExpressions.every((requirement) => matchesRequirement(node.labels.get(requirement.key), requirement)) &&
    matchFields.every((requirement) =>
      matchesRequirement(requirement.key === "metadata.name" ? node.name : undefined, requirement),
    )
  );
}

/** True when the pod's node selector and required node affinity allow this node. */
export function selectsNode(pod: Pod, node: AdmittingNode): boolean {
  const selector = Object.entries(pod.spec?.nodeSelector ?? {});
  if (!selector.every(([key, value]) => node.labels.get(key) === value)) return false;
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || required.nodeSelectorTerms.some((term) => matchesTerm(node, term));
}

const isExtended = (resource: string): boolean => resource.includes("/") && !resource.startsWith("kubernetes.io/");

/**
 * Undefined when the node can take the pod, which asks for `requests`, beside those that it has, which ask for `others` and have
 * taken ports of the node.
 */
export function rejectionOf(
  pod: Pod,
  requests: PodRequests,
  node: AdmittingNode,
  others: readonly PodRequests[],
  takenPorts: ReadonlyArray<Omit<HostPort, "containerPort">> = [],
): Rejection | undefined {
  const sysctl = forbiddenSysctl(pod);
  if (sysctl !== undefined) return { reason: "SysctlForbidden", message: sysctl };
  const podsAllocatable = node.allocatable.get("pods") ?? zeroQuantity;
  const podsMost = countOf("pods", podsAllocatable);
  if (BigInt(others.length + 1) > podsMost) {
    const message = `Node didn't have enough resource: pods, requested: 1, used: ${others.length}, capacity: ${podsMost}`;
    return { reason: "OutOfpods", message };
  }
  for (const [name, requested] of requests) {
    // An extended resource that the node does not know of is the scheduler's to mind.
    if (requested.nano === 0n || (isExtended(name) && !node.allocatable.has(name))) continue;
    const used = others.reduce((sum, requests) => addQuantities(sum, requests.get(name) ?? zeroQuantity), zeroQuantity);
    const capacity = node.allocatable.get(name) ?? zeroQuantity;
    if (requested.nano + used.nano <= capacity.nano) continue;
    const counts = `requested: ${countOf(name, requested)}, used: ${countOf(name, used)}, capacity: ${countOf(name, capacity)}`;
    return { reason: `OutOf${name}`, message: `Node didn't have enough resource: ${name}, ${counts}` };
  }
  if (!selectsNode(pod, node)) {
    const message = "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector";
    return { reason: "NodeAffinity", message };
  }
  if (hostPortsOf(pod).some((port) => takenPorts.some((taken) => portsClash(port, taken)))) {
    const message = "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports";
    return { reason: "NodePorts", message };
  }
  return undefined;
}
