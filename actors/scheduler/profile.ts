/** The default profile: which scores count, and how much. Source: https://kubernetes.io/docs/reference/scheduling/config/#scheduling-plugins */
import { interPodAffinity } from "./inter-pod.js";
import type { NodeInfo } from "./node-info.js";
import type { PodInfo } from "./pod-info.js";
import { balancedAllocation, defaultTopologySpread, leastAllocated, nodeAffinity, type Score, taintToleration } from "./score.js";
import { spreadScore } from "./topology-spread.js";

const scores: ReadonlyArray<{ readonly weight: number; readonly score: Score }> = [
  { weight: 3, score: taintToleration },
  { weight: 2, score: nodeAffinity },
  { weight: 1, score: leastAllocated },
  { weight: 2, score: defaultTopologySpread },
  { weight: 2, score: spreadScore },
  { weight: 2, score: interPodAffinity },
  { weight: 1, score: balancedAllocation },
];

/** The weighted sum for each node. */
export function totalScores(pod: PodInfo, nodes: readonly NodeInfo[]): number[] {
  const totals = nodes.map(() => 0);
  for (const { weight, score } of scores) {
    score(pod, nodes).forEach((points, index) => {
      totals[index]! += weight * points;
    });
  }
  return totals;
}
