/** Pods that are spread evenly over places. Source: https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/ */
import { nodeIsAskedFor } from "../../src/api/node-affinity.js";
import type { Filter } from "./filter.js";
import { labelOf } from "./inter-pod.js";
import type { NodeInfo } from "./node-info.js";
import type { PodInfo } from "./pod-info.js";
import type { SpreadConstraint } from "./pod-terms.js";
import { mostPoints, type Score } from "./score.js";

/** Matching pods by the value of the constraint's label, over nodes that have all of the labels and that the pod asks for. */
function countsFor(constraint: SpreadConstraint, nodes: readonly NodeInfo[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const node of nodes) {
    const value = labelOf(node, constraint.topologyKey) ?? "";
    let matching = 0;
    for (const { pod } of node.pods.values()) if (constraint.matches(pod)) matching += 1;
    counts.set(value, (counts.get(value) ?? 0) + matching);
  }
  return counts;
}

const eligible = ({ pod }: PodInfo, constraints: readonly SpreadConstraint[], nodes: readonly NodeInfo[]): NodeInfo[] =>
  nodes.filter(
    (info) =>
      constraints.every(({ topologyKey }) => labelOf(info, topologyKey) !== undefined) &&
      (pod.spec === undefined || info.node === undefined || nodeIsAskedFor(pod.spec, info.node)),
  );

/** Filters for one pod, over all nodes as they are now. */
export function spreadFilters(pod: PodInfo, nodes: readonly NodeInfo[]): Filter[] {
  const constraints = pod.terms?.hardSpread ?? [];
  if (constraints.length === 0) return [];
  const counted = constraints.map((constraint) => {
    const counts = countsFor(constraint, eligible(pod, constraints, nodes));
    const least = counts.size < constraint.minDomains ? 0 : Math.min(...counts.values());
    return { constraint, counts, least };
  });
  const reason = "node(s) didn't match pod topology spread constraints";
  const rejects: Filter["rejects"] = (_pod, node) => {
    for (const { constraint, counts, least } of counted) {
      const value = labelOf(node, constraint.topologyKey);
      if (value === undefined) return { reasons: [`${reason} (missing required label)`], unresolvable: true };
      const skew = (counts.get(value) ?? 0) + (constraint.self ? 1 : 0) - (counts.size === 0 ? 0 : least);
      if (skew > constraint.maxSkew) return { reasons: [reason], unresolvable: false };
    }
    return undefined;
  };
  return [{ name: "PodTopologySpread", rejects }];
}

/** Follows a pod's own soft constraints: the fewer matching pods in a place, the better. */
export const spreadScore: Score = (pod, nodes) => {
  const constraints = pod.terms?.softSpread ?? [];
  if (constraints.length === 0) return nodes.map(() => 0);
  const raw = nodes.map(() => 0);
  for (const constraint of constraints) {
    const counts = countsFor(
      constraint,
      nodes.filter((node) => labelOf(node, constraint.topologyKey) !== undefined),
    );
    const weight = Math.log(counts.size + 2);
    nodes.forEach((node, index) => {
      const value = labelOf(node, constraint.topologyKey);
      // A node without the label is as bad as the fullest place.
      const count = value === undefined ? Math.max(0, ...counts.values()) + 1 : (counts.get(value) ?? 0);
      raw[index]! += count * weight + (constraint.maxSkew - 1);
    });
  }
  const [least, most] = [Math.min(...raw), Math.max(...raw)];
  return raw.map((each) => (most === 0 ? mostPoints : Math.floor((mostPoints * (most + least - each)) / most)));
};
