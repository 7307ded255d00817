import { at, child, duplicate, type FieldError, forbiddenField, invalidValue, required } from "../field-errors.js";
import type {
  Affinity,
  LabelSelector,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodAffinityTerm,
  PodSpec,
  TopologySpreadConstraint,
} from "../generated/types.js";
import { dns1123Label, dns1123Subdomain, labelValue, qualifiedName } from "../names.js";
import { labelSelectorErrors } from "../selectors/label-selector.js";
import { followsRule, oneOf } from "./common.js";

/** Where a pod may and wants to run. Source: "Assigning Pods to Nodes", "Pod Topology Spread Constraints". */

const badOperator = "not a valid selector operator";

const labelRequirementErrors = (of: NodeSelectorRequirement, path: string, valuesChecked: boolean): FieldError[] => {
  const values = of.values ?? [];
  const valuesPath = child(path, "values");
  const errors: FieldError[] = [];
  switch (of.operator) {
    case "In":
    case "NotIn":
      if (values.length === 0) errors.push(required(valuesPath, "must be specified when `operator` is 'In' or 'NotIn'"));
      break;
    case "Exists":
    case "DoesNotExist":
      if (values.length > 0)
        errors.push(forbiddenField(valuesPath, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
      break;
    case "Gt":
    case "Lt":
      if (values.length !== 1)
        errors.push(required(valuesPath, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
      break;
    default:
      errors.push(invalidValue(child(path, "operator"), of.operator, badOperator));
  }
  errors.push(...followsRule(qualifiedName, of.key, child(path, "key")));
  if (valuesChecked) {
    for (const [index, value] of values.entries()) errors.push(...followsRule(labelValue, value, at(valuesPath, index)));
  }
  return errors;
};

const fieldRequirementErrors = (of: NodeSelectorRequirement, path: string): FieldError[] => {
  const values = of.values ?? [];
  const valuesPath = child(path, "values");
  const errors: FieldError[] = [];
  if (of.operator !== "In" && of.operator !== "NotIn")
    errors.push(invalidValue(child(path, "operator"), of.operator, badOperator));
  else if (values.length !== 1) {
    const detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
    errors.push(required(valuesPath, detail));
  }
  if (of.key !== "metadata.name") return [...errors, invalidValue(child(path, "key"), of.key, "not a valid field selector key")];
  for (const [index, value] of values.entries()) errors.push(...followsRule(dns1123Subdomain, value, at(valuesPath, index)));
  return errors;
};

const nodeTermErrors = (term: NodeSelectorTerm | undefined, path: string, valuesChecked: boolean): FieldError[] => [
  ...(term?.matchExpressions ?? []).flatMap((of, index) =>
    labelRequirementErrors(of, at(child(path, "matchExpressions"), index), valuesChecked),
  ),
  ...(term?.matchFields ?? []).flatMap((of, index) => fieldRequirementErrors(of, at(child(path, "matchFields"), index))),
];

export const nodeSelectorTermsErrors = (selector: NodeSelector, path: string): FieldError[] => {
  const termsPath = child(path, "nodeSelectorTerms");
  const terms = selector.nodeSelectorTerms ?? [];
  if (terms.length === 0) return [required(termsPath, "must have at least one node selector term")];
  return terms.flatMap((term, index) => nodeTermErrors(term, at(termsPath, index), true));
};

const weightErrors = (weight = 0, path: string): FieldError[] =>
  weight < 1 || weight > 100 ? [invalidValue(child(path, "weight"), weight, "must be in the range 1-100")] : [];

const selectorKeys = (selector: LabelSelector): Set<string> =>
  new Set([...Object.keys(selector.matchLabels ?? {}), ...(selector.matchExpressions ?? []).map(({ key }) => key)]);

const labelKeysErrors = (
  keys: readonly string[] | undefined,
  selector: LabelSelector | undefined,
  path: string,
): FieldError[] => {
  if (keys === undefined || keys.length === 0) return [];
  if (selector === undefined) return [forbiddenField(path, "must not be specified when labelSelector is not set")];
  return keys.flatMap((key, index) => followsRule(qualifiedName, key, at(path, index)));
};

/**
 * The strategy has put what `matchLabelKeys` select by at the end of the selector; a key that the selector
 * had before as well is there twice.
 */
const repeatedKeysErrors = (term: PodAffinityTerm, path: string): FieldError[] => {
  const errors: FieldError[] = [];
  const keys = term.matchLabelKeys ?? [];
  const seen = new Set(Object.keys(term.labelSelector?.matchLabels ?? {}));
  for (const { key } of term.labelSelector?.matchExpressions ?? []) {
    const index = keys.lastIndexOf(key);
    if (index >= 0 && seen.has(key))
      errors.push(invalidValue(at(path, index), key, "exists in both matchLabelKeys and labelSelector"));
    seen.add(key);
  }
  for (const [index, key] of keys.entries()) {
    if (!term.mismatchLabelKeys?.includes(key)) continue;
    const detail = "exists in both matchLabelKeys and mismatchLabelKeys";
    errors.push(invalidValue(at(child(path, "matchLabelKeys"), index), key, detail));
  }
  return errors;
};

const podTermErrors = (term: PodAffinityTerm | undefined, path: string): FieldError[] => {
  const topologyPath = child(path, "topologyKey");
  if (term === undefined) return [required(topologyPath, "can not be empty")];
  return [
    ...labelSelectorErrors(term.labelSelector, child(path, "labelSelector")),
    ...labelSelectorErrors(term.namespaceSelector, child(path, "namespaceSelector")),
    ...(term.namespaces ?? []).flatMap((name) => followsRule(dns1123Label, name, child(path, "namespace"))),
    ...labelKeysErrors(term.matchLabelKeys, term.labelSelector, child(path, "matchLabelKeys")),
    ...labelKeysErrors(term.mismatchLabelKeys, term.labelSelector, child(path, "mismatchLabelKeys")),
    ...repeatedKeysErrors(term, path),
    ...(term.topologyKey ? [] : [required(topologyPath, "can not be empty")]),
    ...followsRule(qualifiedName, term.topologyKey, topologyPath),
  ];
};

const must = "requiredDuringSchedulingIgnoredDuringExecution";
const should = "preferredDuringSchedulingIgnoredDuringExecution";

export const affinityErrors = (affinity: Affinity | undefined, path: string): FieldError[] => {
  if (affinity === undefined) return [];
  const errors: FieldError[] = [];
  const nodePath = child(path, "nodeAffinity");
  const node = affinity.nodeAffinity;
  if (node?.[must] !== undefined) errors.push(...nodeSelectorTermsErrors(node[must], child(nodePath, must)));
  for (const [index, term] of (node?.[should] ?? []).entries()) {
    const itemPath = at(child(nodePath, should), index);
    errors.push(...weightErrors(term.weight, itemPath), ...nodeTermErrors(term.preference, child(itemPath, "preference"), false));
  }
  for (const kind of ["podAffinity", "podAntiAffinity"] as const) {
    const of = affinity[kind];
    for (const [index, term] of (of?.[must] ?? []).entries())
      errors.push(...podTermErrors(term, at(child(child(path, kind), must), index)));
    for (const [index, weighted] of (of?.[should] ?? []).entries()) {
      const itemPath = at(child(child(path, kind), should), index);
      errors.push(
        ...weightErrors(weighted.weight, itemPath),
        ...podTermErrors(weighted.podAffinityTerm, child(itemPath, "podAffinityTerm")),
      );
    }
  }
  return errors;
};

const spreadKeysErrors = (constraint: TopologySpreadConstraint, path: string): FieldError[] => {
  const keys = constraint.matchLabelKeys ?? [];
  if (keys.length === 0) return [];
  const selector = constraint.labelSelector;
  const errors = selector === undefined ? [forbiddenField(path, "must not be specified when labelSelector is not set")] : [];
  const selected = selectorKeys(selector ?? {});
  for (const [index, key] of keys.entries()) {
    errors.push(...followsRule(qualifiedName, key, at(path, index)));
    if (selected.has(key)) errors.push(invalidValue(at(path, index), key, "exists in both matchLabelKeys and labelSelector"));
  }
  return errors;
};

export const spreadErrors = (spec: PodSpec, path: string): FieldError[] => {
  const constraints = spec.topologySpreadConstraints ?? [];
  return constraints.flatMap((constraint, index) => {
    const itemPath = at(path, index);
    const { maxSkew, minDomains, topologyKey, whenUnsatisfiable } = constraint;
    const errors: FieldError[] = [];
    if (!(maxSkew > 0)) errors.push(invalidValue(child(itemPath, "maxSkew"), maxSkew ?? 0, "must be greater than zero"));
    if (!topologyKey) errors.push(required(child(itemPath, "topologyKey"), "can not be empty"));
    errors.push(...oneOf(whenUnsatisfiable, ["DoNotSchedule", "ScheduleAnyway"], child(itemPath, "whenUnsatisfiable")));
    const repeated = constraints
      .slice(index + 1)
      .some((other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable);
    if (repeated)
      errors.push(duplicate(child(itemPath, "{topologyKey, whenUnsatisfiable}"), `{${topologyKey}, ${whenUnsatisfiable}}`));
    if (minDomains !== undefined) {
      const domainsPath = child(itemPath, "minDomains");
      if (minDomains <= 0) errors.push(invalidValue(domainsPath, minDomains, "must be greater than zero"));
      if (whenUnsatisfiable !== "DoNotSchedule") {
        const detail = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`;
        errors.push(invalidValue(domainsPath, minDomains, detail));
      }
    }
    for (const field of ["nodeAffinityPolicy", "nodeTaintsPolicy"] as const) {
      if (constraint[field] !== undefined) errors.push(...oneOf(constraint[field], ["Honor", "Ignore"], child(itemPath, field)));
    }
    return [
      ...errors,
      ...spreadKeysErrors(constraint, child(itemPath, "matchLabelKeys")),
      ...labelSelectorErrors(constraint.labelSelector, child(itemPath, "labelSelector")),
    ];
  });
};
