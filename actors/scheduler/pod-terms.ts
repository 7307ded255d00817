/** Terms that speak of other pods: affinity, anti-affinity and topology spread, compiled once for each pod. */
import { compileLabelSelector, type LabelPredicate } from "../../src/api/selectors.js";
import type { LabelSelector, Pod, PodAffinityTerm, TopologySpreadConstraint } from "../../src/api/types.js";

/** Pods of some namespaces whose labels match, in the same place by some label of their node. */
export interface PodTerm {
  readonly topologyKey: string;
  readonly matches: (pod: Pod) => boolean;
}

export interface WeightedPodTerm extends PodTerm {
  /** Negative for anti-affinity. */
  readonly weight: number;
}

export interface SpreadConstraint {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly minDomains: number;
  readonly matches: (pod: Pod) => boolean;
  /** Whether the pod counts among those it is spread from. */
  readonly self: boolean;
}

export interface PodTerms {
  readonly near: readonly PodTerm[];
  readonly apart: readonly PodTerm[];
  readonly preferred: readonly WeightedPodTerm[];
  readonly hardSpread: readonly SpreadConstraint[];
  readonly softSpread: readonly SpreadConstraint[];
}

/** The label that every namespace has; a namespaceSelector can be asked about no other here. */
const namespaceLabel = "kubernetes.io/metadata.name";

/** `matchLabelKeys` ask for the pod's own value of a label, `mismatchLabelKeys` for any other. */
function withOwnLabels(
  selector: LabelSelector | undefined,
  pod: Pod,
  same: readonly string[],
  other: readonly string[],
): LabelSelector | undefined {
  const labels = pod.metadata.labels ?? {};
  const known = (keys: readonly string[]) => keys.filter((key) => Object.hasOwn(labels, key));
  const expressions = [
    ...known(same).map((key) => ({ key, operator: "In", values: [labels[key]!] })),
    ...known(other).map((key) => ({ key, operator: "NotIn", values: [labels[key]!] })),
  ];
  if (selector === undefined || expressions.length === 0) return selector;
  return { ...selector, matchExpressions: [...(selector.matchExpressions ?? []), ...expressions] };
}

function namespacesOf({ namespaces = [], namespaceSelector }: PodAffinityTerm, own: string): (namespace: string) => boolean {
  if (namespaces.length === 0 && namespaceSelector === undefined) return (namespace) => namespace === own;
  const selects: LabelPredicate = compileLabelSelector(namespaceSelector);
  return (namespace) => namespaces.includes(namespace) || selects({ [namespaceLabel]: namespace });
}

function podTerm(term: PodAffinityTerm, pod: Pod): PodTerm {
  const { topologyKey, labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] } = term;
  const inNamespace = namespacesOf(term, pod.metadata.namespace ?? "");
  const matchesLabels = compileLabelSelector(withOwnLabels(labelSelector, pod, matchLabelKeys, mismatchLabelKeys));
  return { topologyKey, matches: ({ metadata }) => inNamespace(metadata.namespace ?? "") && matchesLabels(metadata.labels) };
}

function spreadConstraint(constraint: TopologySpreadConstraint, pod: Pod): SpreadConstraint {
  const { topologyKey, maxSkew, minDomains = 1, labelSelector, matchLabelKeys = [] } = constraint;
  const matchesLabels = compileLabelSelector(withOwnLabels(labelSelector, pod, matchLabelKeys, []));
  const matches = ({ metadata }: Pod) =>
    metadata.namespace === pod.metadata.namespace && metadata.deletionTimestamp === undefined && matchesLabels(metadata.labels);
  return { topologyKey, maxSkew, minDomains, matches, self: matchesLabels(pod.metadata.labels) };
}

/** Undefined for the many pods that say nothing of others. */
export function podTerms(pod: Pod): PodTerms | undefined {
  const { affinity, topologySpreadConstraints = [] } = pod.spec ?? {};
  const { podAffinity, podAntiAffinity } = affinity ?? {};
  if (podAffinity === undefined && podAntiAffinity === undefined && topologySpreadConstraints.length === 0) return undefined;
  const required = (terms: readonly PodAffinityTerm[] = []) => terms.map((term) => podTerm(term, pod));
  const weighted = (of: typeof podAffinity, sign: 1 | -1) =>
    (of?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ weight, podAffinityTerm }) => ({
      ...podTerm(podAffinityTerm, pod),
      weight: sign * weight,
    }));
  const spread = (how: string) =>
    topologySpreadConstraints
      .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === how)
      .map((constraint) => spreadConstraint(constraint, pod));
  return {
    near: required(podAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    apart: required(podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    preferred: [...weighted(podAffinity, 1), ...weighted(podAntiAffinity, -1)],
    hardSpread: spread("DoNotSchedule"),
    softSpread: spread("ScheduleAnyway"),
  };
}
