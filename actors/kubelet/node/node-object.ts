/** The Node object and the Lease by which a kubelet makes its node known. Source: "Nodes" and "Leases". */
import { rfc3339Micro } from "../../../src/actor/host.js";
import { quantityOf } from "../../../src/api/quantity.js";
import { kubernetesVersion } from "../../../src/api/release.js";
import type { Lease, Node, NodeCondition, NodeRuntimeHandlerFeatures, NodeStatus } from "../../../src/api/types.js";
import { runtimeHandlers } from "../../runc/messages.js";
import { kubeletTimings, type NodeDescription } from "../configuration.js";
import type { AdmittingNode } from "../pod/admission.js";

const amounts = ({ cpu, memory, ephemeralStorage, pods }: NodeDescription): Record<string, string> => ({
  cpu,
  "ephemeral-storage": ephemeralStorage,
  memory,
  pods: String(pods),
});

export function nodeLabels(name: string, node: NodeDescription): Record<string, string> {
  const { architecture, operatingSystem, labels = new Map<string, string>() } = node;
  return Object.fromEntries([
    ["beta.kubernetes.io/arch", architecture],
    ["beta.kubernetes.io/os", operatingSystem],
    ["kubernetes.io/arch", architecture],
    ["kubernetes.io/hostname", name],
    ["kubernetes.io/os", operatingSystem],
    ...labels,
  ]);
}

/**
 * What administrators and device plugins have added to the node's capacity, beside what it has of itself.
 * https://kubernetes.io/docs/tasks/administer-cluster/extended-resource-node/
 */
function extendedResources(node: NodeDescription, known: Node | undefined): Record<string, string> {
  const own = new Set(Object.keys(amounts(node)));
  return Object.fromEntries(Object.entries(known?.status?.capacity ?? {}).filter(([resource]) => !own.has(resource)));
}

/** What is to change of what the node as it is known offers to pods: what was added to its capacity, and `null` for what was taken away from it. */
function changedOffers(node: NodeDescription, known: Node | undefined): Record<string, string | null> {
  const own = amounts(node);
  const extended = extendedResources(node, known);
  const offers = known?.status?.allocatable ?? {};
  const added = Object.entries(extended).filter(([resource, amount]) => offers[resource] !== amount);
  const removed = Object.keys(offers).filter((resource) => !Object.hasOwn(own, resource) && !Object.hasOwn(extended, resource));
  return Object.fromEntries([...added, ...removed.map((resource) => [resource, null] as const)]);
}

export const offersOtherwise = (node: NodeDescription, known: Node | undefined): boolean =>
  Object.keys(changedOffers(node, known)).length > 0;

/** A patch of the node's status. `known` is the node as the API server has it. */
export const statusPatch = (
  name: string,
  node: NodeDescription,
  conditions: NodeCondition[],
  known: Node | undefined,
): object => ({
  status: { ...nodeStatus(name, node, conditions), allocatable: { ...amounts(node), ...changedOffers(node, known) } },
});

/** Mounts are paths that the runtime minds, so a read-only one is that all the way down; no kernel knows a container's users. */
const handlerFeatures: NodeRuntimeHandlerFeatures = { recursiveReadOnlyMounts: true, userNamespaces: false };

function nodeStatus(name: string, node: NodeDescription, conditions: NodeCondition[]): NodeStatus {
  const { architecture, operatingSystem, kernelVersion, machineId, bootId, runtimeVersion } = node;
  return {
    addresses: [
      { type: "InternalIP", address: node.internalIp },
      { type: "Hostname", address: name },
    ],
    capacity: amounts(node),
    allocatable: amounts(node),
    conditions,
    daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    nodeInfo: {
      architecture,
      bootID: bootId,
      containerRuntimeVersion: `runc://${runtimeVersion}`,
      kernelVersion,
      kubeProxyVersion: "",
      kubeletVersion: kubernetesVersion,
      machineID: machineId,
      operatingSystem,
      osImage: "Chartroom",
      systemUUID: machineId,
    },
    runtimeHandlers: runtimeHandlers.map((handler) => ({ name: handler, features: handlerFeatures })),
  };
}

/** The object by which a node registers. */
export const nodeObject = (name: string, node: NodeDescription, conditions: NodeCondition[]): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: {
    name,
    labels: nodeLabels(name, node),
    annotations: { "volumes.kubernetes.io/controller-managed-attach-detach": "true" },
  },
  spec: { podCIDR: node.podCidr, podCIDRs: [node.podCidr] },
  status: nodeStatus(name, node, conditions),
});

/** What a node that registers again changes of its object: the labels that are its own to set. */
export const registrationPatch = (name: string, node: NodeDescription): object => ({
  metadata: { labels: nodeLabels(name, node) },
});

/** Lease of kube-node-lease that says that the node lives. `nodeUid` makes the node its owner once it is known. */
export function leaseObject(name: string, nodeUid: string | undefined, nowMs: number): Lease {
  const owner = { apiVersion: "v1", kind: "Node", name, uid: nodeUid ?? "" };
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name, namespace: "kube-node-lease", ...(nodeUid === undefined ? {} : { ownerReferences: [owner] }) },
    spec: { holderIdentity: name, leaseDurationSeconds: kubeletTimings.leaseDurationSeconds, renewTime: rfc3339Micro(nowMs) },
  };
}

/** What the node offers to pods, as the admission of pods counts it. */
export const allocatableAmounts = (node: NodeDescription, known?: Node): AdmittingNode["allocatable"] =>
  new Map(
    Object.entries({ ...extendedResources(node, known), ...amounts(node) }).map(([resource, amount]) => [
      resource,
      quantityOf(amount),
    ]),
  );
