/** One scheduling cycle: filter the nodes, score those that remain, take the best. */
import { integerBelow, type Random } from "../../src/actor/random.js";
import type { PodDisruptionBudget } from "../../src/api/types.js";
import { type Filter, notNamed, type Rejection, rejectionOf } from "./filter.js";
import { type FitError, fitError } from "./fit-error.js";
import type { NodeInfo } from "./node-info.js";
import type { PodInfo } from "./pod-info.js";
import { filtersOverNodes, preemptionFor } from "./preemption/victims.js";
import { totalScores } from "./profile.js";

export type Choice = { readonly ok: true; readonly node: NodeInfo } | { readonly ok: false; readonly error: FitError };

export const samplingLimits = { nodesLeast: 100, percentLeast: 5 } as const;

/**
 * How many nodes that fit are enough to choose from. Small clusters look at all; large ones at 50 % less one for every
 * 125 nodes, at least 5 %. Source: https://kubernetes.io/docs/concepts/scheduling-eviction/scheduler-perf-tuning/
 */
export function enoughNodes(nodes: number): number {
  if (nodes < samplingLimits.nodesLeast) return nodes;
  const percent = Math.max(samplingLimits.percentLeast, 50 - Math.floor(nodes / 125));
  return Math.max(samplingLimits.nodesLeast, Math.floor((nodes * percent) / 100));
}

/** Where the next cycle begins to look, so that in large clusters every node gets its turn. */
export interface Rotation {
  start: number;
}

/** What else a choice depends on. */
export interface Surroundings {
  /** Shows a node as this pod may use it. */
  readonly seen?: (node: NodeInfo) => NodeInfo;
  /** Filters of this pod alone. */
  readonly ofPod?: readonly Filter[];
  /** What preemption is to mind; asked for only when the pod fits nowhere. */
  readonly budgets?: () => readonly PodDisruptionBudget[];
}

export function chooseNode(
  pod: PodInfo,
  nodes: readonly NodeInfo[],
  random: Random,
  rotation: Rotation,
  { seen = (node) => node, budgets = () => [], ofPod = [] }: Surroundings = {},
): Choice {
  // Filters that depend on what runs on all nodes are worked out once for the pod.
  const more = [...ofPod, ...filtersOverNodes(pod, nodes)];
  const enough = enoughNodes(nodes.length);
  const fitting: NodeInfo[] = [];
  const rejections = new Map<NodeInfo, Rejection>();
  let looked = 0;
  for (; looked < nodes.length && fitting.length < enough; looked++) {
    const node = nodes[(rotation.start + looked) % nodes.length]!;
    const rejection = pod.named !== undefined && !pod.named.has(node.name) ? notNamed : rejectionOf(pod, seen(node), more);
    if (rejection === undefined) fitting.push(node);
    else rejections.set(node, rejection);
  }
  if (nodes.length > 0) rotation.start = (rotation.start + looked) % nodes.length;
  if (fitting.length === 0) {
    return { ok: false, error: fitError(pod, rejections, preemptionFor(pod, rejections, nodes, budgets(), ofPod)) };
  }
  return { ok: true, node: best(pod, fitting, random) };
}

/** The node with the highest score; among equals chance decides, each as likely as the other. */
function best(pod: PodInfo, nodes: readonly NodeInfo[], random: Random): NodeInfo {
  if (nodes.length === 1) return nodes[0]!;
  const totals = totalScores(pod, nodes);
  let chosen = 0;
  let equals = 1;
  for (let index = 1; index < nodes.length; index++) {
    if (totals[index]! > totals[chosen]!) {
      chosen = index;
      equals = 1;
    } else if (totals[index] === totals[chosen]) {
      equals += 1;
      if (integerBelow(random, equals) === 0) chosen = index;
    }
  }
  return nodes[chosen]!;
}
