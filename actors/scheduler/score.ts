/**
 * How good each node that fits would be. Every score is 0 to 100 and counts with its weight, as in the default profile.
 * Source: https://kubernetes.io/docs/reference/scheduling/config/#scheduling-plugins
 */
import { preferenceWeight } from "../../src/api/node-affinity.js";
import { discouragingTaints } from "../../src/api/taints.js";
import type { NodeInfo } from "./node-info.js";
import type { PodInfo } from "./pod-info.js";

export const mostPoints = 100;

/** Scores of one pod on each of several nodes, in the same order. */
export type Score = (pod: PodInfo, nodes: readonly NodeInfo[]) => number[];

const scoredResources = ["cpu", "memory"] as const;

const takenWith = (pod: PodInfo, node: NodeInfo, resource: string): number =>
  (node.requestedForScores.get(resource) ?? 0) + (pod.requestsForScores.get(resource) ?? 0);

/** Prefers nodes with much left: the mean of the free shares of CPU and memory. */
export const leastAllocated: Score = (pod, nodes) =>
  nodes.map((node) => {
    let points = 0;
    let counted = 0;
    for (const resource of scoredResources) {
      const most = node.allocatable.get(resource) ?? 0;
      if (most === 0) continue;
      const taken = takenWith(pod, node, resource);
      points += taken > most ? 0 : Math.floor(((most - taken) * mostPoints) / most);
      counted += 1;
    }
    return counted === 0 ? 0 : Math.floor(points / counted);
  });

/** Prefers nodes whose CPU and memory would be taken in the same proportion. */
export const balancedAllocation: Score = (pod, nodes) =>
  nodes.map((node) => {
    const fractions: number[] = [];
    for (const resource of scoredResources) {
      const most = node.allocatable.get(resource) ?? 0;
      if (most > 0) fractions.push(Math.min(1, ((node.requested.get(resource) ?? 0) + (pod.requests.get(resource) ?? 0)) / most));
    }
    // Of two values the standard deviation is half their distance.
    const deviation = fractions.length < 2 ? 0 : Math.abs(fractions[0]! - fractions[1]!) / 2;
    return Math.floor((1 - deviation) * mostPoints);
  });

/** Stretches raw counts so that the highest becomes 100, or with `fewerIsBetter` 0. */
export function normalized(raw: readonly number[], fewerIsBetter: boolean): number[] {
  const highest = Math.max(0, ...raw);
  if (highest === 0) return raw.map(() => (fewerIsBetter ? mostPoints : 0));
  return raw.map((count) => {
    const points = Math.floor((count * mostPoints) / highest);
    return fewerIsBetter ? mostPoints - points : points;
  });
}

/** Avoids nodes with PreferNoSchedule taints that the pod does not tolerate. */
export const taintToleration: Score = ({ pod }, nodes) => {
  if (!nodes.some((node) => node.taints.length > 0)) return nodes.map(() => mostPoints);
  return normalized(
    nodes.map((node) => discouragingTaints(node.taints, pod.spec?.tolerations ?? [])),
    true,
  );
};

/** Follows preferredDuringSchedulingIgnoredDuringExecution of the node affinity. */
export const nodeAffinity: Score = ({ pod }, nodes) => {
  const { spec } = pod;
  if (spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution === undefined) return nodes.map(() => 0);
  return normalized(
    nodes.map(({ node }) => (node === undefined ? 0 : preferenceWeight(spec, node))),
    false,
  );
};

/** Constraints of the cluster's default spreading: how uneven hosts and zones may be before it shows. */
const defaultSpread = [
  { label: "kubernetes.io/hostname", maxSkew: 3 },
  { label: "topology.kubernetes.io/zone", maxSkew: 5 },
] as const;

const domainOf = (node: NodeInfo, label: string): string | undefined =>
  label === "kubernetes.io/hostname" ? (node.node?.metadata.labels?.[label] ?? node.name) : node.node?.metadata.labels?.[label];

/** Spreads the pods of one controller over hosts and zones, unless they say themselves how they are to be spread. */
export const defaultTopologySpread: Score = (pod, nodes) => {
  if (pod.owner === "" || (pod.terms !== undefined && pod.terms.hardSpread.length + pod.terms.softSpread.length > 0)) {
    return nodes.map(() => 0);
  }
  const raw = nodes.map(() => 0);
  for (const { label, maxSkew } of defaultSpread) {
    const counts = new Map<string, number>();
    for (const node of nodes) {
      const domain = domainOf(node, label);
      if (domain !== undefined) counts.set(domain, (counts.get(domain) ?? 0) + (node.podsOfOwner.get(pod.owner) ?? 0));
    }
    // The more domains, the more one pod in one of them weighs.
    const weight = Math.log((label === "kubernetes.io/hostname" ? nodes.length : counts.size) + 2);
    nodes.forEach((node, index) => {
      const count = counts.get(domainOf(node, label) ?? "");
      if (count !== undefined) raw[index]! += count * weight + (maxSkew - 1);
    });
  }
  const points = raw.map(Math.round);
  const [least, highest] = [Math.min(...points), Math.max(...points)];
  return points.map((each) => (highest === 0 ? mostPoints : Math.floor((mostPoints * (highest + least - each)) / highest)));
};
