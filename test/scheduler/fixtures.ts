import { NodeInfo } from "../../actors/scheduler/node-info.js";
import { type PodInfo, podInfo } from "../../actors/scheduler/pod-info.js";
import type { Node, ObjectMeta, Pod, PodSpec, Taint } from "../../src/api/types.js";

type Amounts = { [resource: string]: string };

export interface NodeLike {
  labels?: { [key: string]: string };
  allocatable?: Amounts;
  taints?: Taint[];
  unschedulable?: boolean;
}

export const aNode = (name: string, { labels = {}, allocatable, taints, unschedulable }: NodeLike = {}): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name, labels },
  spec: { ...(taints === undefined ? {} : { taints }), ...(unschedulable === undefined ? {} : { unschedulable }) },
  status: { allocatable: { cpu: "4", memory: "8Gi", pods: "110", ...allocatable } },
});

export const aPod = (name: string, spec: Partial<PodSpec> = {}, metadata: ObjectMeta = {}): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "default", uid: `uid-${name}`, ...metadata },
  spec: { containers: [{ name: "c" }], schedulerName: "default-scheduler", ...spec },
});

/** A pod of one container that requests the given amounts. */
export const asking = (name: string, requests: Amounts, metadata: ObjectMeta = {}, spec: Partial<PodSpec> = {}): Pod =>
  aPod(name, { containers: [{ name: "c", resources: { requests } }], ...spec }, metadata);

export const info = (pod: Pod): PodInfo => podInfo(pod);

/** A node on which the given pods run. */
export function nodeWith(name: string, like: NodeLike, ...pods: Pod[]): NodeInfo {
  const node = new NodeInfo(name, aNode(name, like));
  for (const pod of pods) node.add(podInfo(pod));
  return node;
}

export const ownedBy = (uid: string): ObjectMeta => ({
  ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: uid, uid, controller: true }],
});
