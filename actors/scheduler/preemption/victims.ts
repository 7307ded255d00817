/**
 * Which pods of lower priority must go so that a pod fits. Source:
 * https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/
 */
import type { PodDisruptionBudget } from "../../../src/api/types.js";
import { type Filter, type Rejection, rejectionOf } from "../filter.js";
import { interPodFilters } from "../inter-pod.js";
import { NodeInfo } from "../node-info.js";
import type { PodInfo } from "../pod-info.js";
import { spreadFilters } from "../topology-spread.js";
import { violating } from "./budgets.js";

export interface Preemption {
  readonly node: string;
  /** Most important last. */
  readonly victims: readonly PodInfo[];
  /** How many of them a disruption budget would keep. */
  readonly violations: number;
}

/** Filters that depend on what runs on all nodes. */
export const filtersOverNodes = (pod: PodInfo, nodes: readonly NodeInfo[]): Filter[] => [
  ...spreadFilters(pod, nodes),
  ...interPodFilters(pod, nodes),
];

const isLeaving = ({ pod }: PodInfo): boolean => pod.metadata.deletionTimestamp !== undefined;
const startedAt = ({ pod }: PodInfo): string => pod.status?.startTime ?? pod.metadata.creationTimestamp ?? "";

/** Less important first: by priority, then the younger. */
const byImportance = (one: PodInfo, other: PodInfo): number =>
  one.priority - other.priority || (startedAt(one) > startedAt(other) ? -1 : startedAt(one) < startedAt(other) ? 1 : 0);

/**
 * The pods of one node that must go; undefined when even without all that may go the pod would not fit. Pods that are on
 * their way out anyway are no victims. As many as possible stay: first those that a disruption budget would keep, the most
 * important first.
 */
function victimsOn(
  pod: PodInfo,
  node: NodeInfo,
  nodes: readonly NodeInfo[],
  budgets: readonly PodDisruptionBudget[],
  more: readonly Filter[],
): Preemption | undefined {
  const lower = [...node.pods.values()].filter(({ priority }) => priority < pod.priority);
  if (lower.length === 0) return undefined;
  const emptied = new NodeInfo(node.name, node.node);
  for (const each of node.pods.values()) if (each.priority >= pod.priority) emptied.add(each);
  const others = nodes.map((each) => (each === node ? emptied : each));
  const fits = () => rejectionOf(pod, emptied, [...more, ...filtersOverNodes(pod, others)]) === undefined;
  if (!fits()) return undefined;
  const victims: PodInfo[] = [];
  const mostImportantFirst = lower.filter((other) => !isLeaving(other)).sort((one, other) => byImportance(other, one));
  const kept = violating(mostImportantFirst, budgets);
  const inOrder = [
    ...mostImportantFirst.filter((each) => kept.has(each)),
    ...mostImportantFirst.filter((each) => !kept.has(each)),
  ];
  for (const each of inOrder) {
    emptied.add(each);
    if (fits()) continue;
    emptied.remove(each.key);
    victims.push(each);
  }
  const violations = victims.filter((each) => kept.has(each)).length;
  return { node: node.name, victims: victims.sort(byImportance), violations };
}

/** Priorities are 32 bits with a sign: moved up by so much they are all positive, so that each pod more adds to a sum. */
const priorityOffset = 2 ** 31;

const highest = (victims: readonly PodInfo[]): number => Math.max(...victims.map(({ priority }) => priority));
const sum = (victims: readonly PodInfo[]): number =>
  victims.reduce((total, { priority }) => total + priority + priorityOffset, 0);

/** Since when the most important of the victims run. */
function importantSince(victims: readonly PodInfo[]): string {
  const most = highest(victims);
  return victims
    .filter(({ priority }) => priority === most)
    .map(startedAt)
    .reduce((earliest, each) => (each < earliest ? each : earliest));
}

/**
 * The lesser harm first: fewer against a budget, then whose most important victim is least important, then less priority in
 * all, then fewer, then whose most important victims have run the shortest.
 */
function byHarm(one: Preemption, other: Preemption): number {
  const harm =
    one.violations - other.violations ||
    highest(one.victims) - highest(other.victims) ||
    sum(one.victims) - sum(other.victims) ||
    one.victims.length - other.victims.length;
  if (harm !== 0) return harm;
  const [since, otherSince] = [importantSince(one.victims), importantSince(other.victims)];
  return since > otherSince ? -1 : since < otherSince ? 1 : 0;
}

/** Whether making room would help at all: none of the pods may go, or some are going already. */
export type Outlook = { readonly preemption: Preemption } | "none" | "waiting";

/** `more` are filters of this pod alone. */
export function preemptionFor(
  pod: PodInfo,
  rejections: ReadonlyMap<NodeInfo, Rejection>,
  nodes: readonly NodeInfo[],
  budgets: readonly PodDisruptionBudget[],
  more: readonly Filter[] = [],
): Outlook {
  if (pod.pod.spec?.preemptionPolicy === "Never") return "none";
  const candidates: Preemption[] = [];
  for (const [node, { unresolvable }] of rejections) {
    const preemption = unresolvable ? undefined : victimsOn(pod, node, nodes, budgets, more);
    if (preemption === undefined) continue;
    // Enough pods are leaving already: nobody else need go.
    if (preemption.victims.length === 0) return "waiting";
    candidates.push(preemption);
  }
  const [best, ...rest] = candidates;
  if (best === undefined) return "none";
  return { preemption: rest.reduce((least, each) => (byHarm(each, least) < 0 ? each : least), best) };
}
