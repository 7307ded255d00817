/**
 * Which nodes a pod may run on, and in kube-scheduler's words why not. Filters are asked in this order and the first that
 * rejects a node has the word. Source: https://kubernetes.io/docs/reference/scheduling/config/#scheduling-plugins
 */

import { portsClash } from "../../src/api/host-ports.js";
import { nodeIsAskedFor } from "../../src/api/node-affinity.js";
import { isTolerated, unschedulableTaint, untoleratedTaint } from "../../src/api/taints.js";
import type { NodeInfo } from "./node-info.js";
import type { PodInfo } from "./pod-info.js";

export type FilterName =
  | "NodeUnschedulable"
  | "NodeName"
  | "TaintToleration"
  | "NodeAffinity"
  | "NodePorts"
  | "NodeResourcesFit"
  | "VolumeRestrictions"
  | "VolumeBinding"
  | "VolumeZone"
  | "PodTopologySpread"
  | "InterPodAffinity";

export interface Rejection {
  readonly filter: FilterName;
  readonly reasons: readonly string[];
  /** Removing pods from the node would not help. */
  readonly unresolvable: boolean;
}

export interface Filter {
  readonly name: FilterName;
  /** Undefined when the node will do. */
  readonly rejects: (pod: PodInfo, node: NodeInfo) => { reasons: readonly string[]; unresolvable: boolean } | undefined;
}

const no = (reason: string, unresolvable = true) => ({ reasons: [reason], unresolvable });

const nodeUnschedulable: Filter = {
  name: "NodeUnschedulable",
  rejects: ({ pod }, { node }) => {
    if (!node?.spec?.unschedulable) return undefined;
    const taint = { key: unschedulableTaint, effect: "NoSchedule" };
    return isTolerated(taint, pod.spec?.tolerations ?? []) ? undefined : no("node(s) were unschedulable");
  },
};

const nodeName: Filter = {
  name: "NodeName",
  rejects: ({ pod }, { name }) => {
    const wanted = pod.spec?.nodeName;
    return wanted && wanted !== name ? no("node(s) didn't match the requested node name") : undefined;
  },
};

const taintToleration: Filter = {
  name: "TaintToleration",
  rejects: ({ pod }, { taints }) => {
    const taint = untoleratedTaint(taints, pod.spec?.tolerations ?? []);
    return taint === undefined ? undefined : no(`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ""}}`);
  },
};

const nodeAffinity: Filter = {
  name: "NodeAffinity",
  rejects: ({ pod }, { node }) =>
    pod.spec === undefined || node === undefined || nodeIsAskedFor(pod.spec, node)
      ? undefined
      : no("node(s) didn't match Pod's node affinity/selector"),
};

const nodePorts: Filter = {
  name: "NodePorts",
  rejects: ({ hostPorts }, node) =>
    hostPorts.some((port) => node.hostPorts.some((taken) => portsClash(port, taken)))
      ? no("node(s) didn't have free ports for the requested pod ports", false)
      : undefined,
};

const nodeResourcesFit: Filter = {
  name: "NodeResourcesFit",
  rejects: ({ requests }, { pods, allocatable, requested }) => {
    const reasons: string[] = [];
    let unresolvable = false;
    if (pods.size + 1 > (allocatable.get("pods") ?? 0)) reasons.push("Too many pods");
    for (const [resource, amount] of requests) {
      if (amount === 0) continue;
      const most = allocatable.get(resource) ?? 0;
      if (amount <= most - (requested.get(resource) ?? 0)) continue;
      reasons.push(`Insufficient ${resource}`);
      unresolvable ||= amount > most;
    }
    return reasons.length === 0 ? undefined : { reasons, unresolvable };
  },
};

export const filters: readonly Filter[] = [
  nodeUnschedulable,
  nodeName,
  taintToleration,
  nodeAffinity,
  nodePorts,
  nodeResourcesFit,
];

/** Why a pod may not run on a node; undefined when it may. `more` are filters that depend on all nodes. */
export function rejectionOf(pod: PodInfo, node: NodeInfo, more: readonly Filter[] = []): Rejection | undefined {
  for (const filter of filters) {
    const rejected = filter.rejects(pod, node);
    if (rejected !== undefined) return { filter: filter.name, ...rejected };
  }
  for (const filter of more) {
    const rejected = filter.rejects(pod, node);
    if (rejected !== undefined) return { filter: filter.name, ...rejected };
  }
  return undefined;
}

/** The rejection of nodes that a pod's affinity does not even name. */
export const notNamed: Rejection = {
  filter: "NodeAffinity",
  reasons: ["node(s) didn't satisfy plugin(s) [NodeAffinity]"],
  unresolvable: true,
};
