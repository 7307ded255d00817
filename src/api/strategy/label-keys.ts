import type { PodAffinity, PodAffinityTerm, PodSpec } from "../generated/types.js";
import type { UntypedObject } from "../types.js";

/**
 * A pod that wants to be near, or far from, pods with the same value of a label as its own has the value put into
 * its selectors when it is created. Source: KEP-3633, "MatchLabelKeys and MismatchLabelKeys".
 */

type Labels = { readonly [key: string]: string };

const selecting = (term: PodAffinityTerm, labels: Labels): PodAffinityTerm => {
  const { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] } = term;
  if (labelSelector === undefined || matchLabelKeys.length + mismatchLabelKeys.length === 0) return term;
  const by = (keys: readonly string[], operator: string) =>
    keys.filter((key) => Object.hasOwn(labels, key)).map((key) => ({ key, operator, values: [labels[key]!] }));
  const added = [...by(matchLabelKeys, "In"), ...by(mismatchLabelKeys, "NotIn")];
  if (added.length === 0) return term;
  const matchExpressions = [...(labelSelector.matchExpressions ?? []), ...added];
  return { ...term, labelSelector: { ...labelSelector, matchExpressions } };
};

const must = "requiredDuringSchedulingIgnoredDuringExecution";
const should = "preferredDuringSchedulingIgnoredDuringExecution";

const selectingAll = (affinity: PodAffinity, labels: Labels): PodAffinity => {
  const chosen = { ...affinity };
  if (affinity[must] !== undefined) chosen[must] = affinity[must].map((term) => selecting(term, labels));
  if (affinity[should] !== undefined)
    chosen[should] = affinity[should].map((weighted) =>
      weighted.podAffinityTerm === undefined
        ? weighted
        : { ...weighted, podAffinityTerm: selecting(weighted.podAffinityTerm, labels) },
    );
  return chosen;
};

/** The spec of a new pod; the same one where there is nothing to add, as for nearly all pods. */
export const withLabelKeys = (pod: UntypedObject): PodSpec | undefined => {
  const spec = pod.spec as PodSpec | undefined;
  const { podAffinity, podAntiAffinity } = spec?.affinity ?? {};
  if (spec === undefined || (podAffinity === undefined && podAntiAffinity === undefined)) return spec;
  const labels = pod.metadata.labels ?? {};
  const affinity = { ...spec.affinity };
  if (podAffinity !== undefined) affinity.podAffinity = selectingAll(podAffinity, labels);
  if (podAntiAffinity !== undefined) affinity.podAntiAffinity = selectingAll(podAntiAffinity, labels);
  return { ...spec, affinity };
};
