/** The Node object and the Lease by which a kubelet makes its node known. Source: "Nodes" and "Leases". */
import { rfc3339Micro } from "../../../src/actor/host.js";
import { quantityOf } from "../../../src/api/quantity.js";
import { kubernetesVersion } from "../../../src/api/release.js";
import type { Lease, Node, NodeCondition, NodeStatus } from "../../../src/api/types.js";
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

export function nodeStatus(name: string, node: NodeDescription, conditions: NodeCondition[]): NodeStatus {
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
export const allocatableAmounts = (node: NodeDescription): AdmittingNode["allocatable"] =>
  new Map(Object.entries(amounts(node)).map(([resource, amount]) => [resource, quantityOf(amount)]));
