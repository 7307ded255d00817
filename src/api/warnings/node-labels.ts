/** Labels of nodes that others have taken the place of. Source: "Well-Known Labels, Annotations and Taints". */
import { at, child } from "../field-errors.js";
import type { LabelSelector, NodeSelectorTerm } from "../generated/types.js";
import { labelValue } from "../names.js";

const since = (version: string, use: string): string => `deprecated since v${version}; use "${use}" instead`;

const deprecatedLabels: ReadonlyMap<string, string> = new Map([
  ["beta.kubernetes.io/arch", since("1.14", "kubernetes.io/arch")],
  ["beta.kubernetes.io/os", since("1.14", "kubernetes.io/os")],
  ["failure-domain.beta.kubernetes.io/region", since("1.17", "topology.kubernetes.io/region")],
  ["failure-domain.beta.kubernetes.io/zone", since("1.17", "topology.kubernetes.io/zone")],
  ["beta.kubernetes.io/instance-type", since("1.17", "node.kubernetes.io/instance-type")],
  ["app.kubernetes.io/created-by", "deprecated since v1.9"],
  ["scheduler.alpha.kubernetes.io/preferAvoidPods", "deprecated since v1.22; use Taints and Tolerations instead"],
  ["node-role.kubernetes.io/master", 'use "node-role.kubernetes.io/control-plane" instead'],
]);

export const nodeLabelDeprecation = (label: string | undefined): string | undefined => deprecatedLabels.get(label ?? "");

/** `checksValues`: where nothing else minds what a label's value may be. */
export const nodeTermWarnings = (
  { matchExpressions = [] }: NodeSelectorTerm,
  path: string,
  { checksValues = false } = {},
): string[] => {
  const warnings: string[] = [];
  for (const [index, { key, values = [] }] of matchExpressions.entries()) {
    const expressionPath = at(child(path, "matchExpressions"), index);
    const deprecation = nodeLabelDeprecation(key);
    if (deprecation !== undefined) warnings.push(`${child(expressionPath, "key")}: ${key} is ${deprecation}`);
    if (!checksValues) continue;
    for (const [place, value] of values.entries())
      for (const fault of labelValue(value))
        warnings.push(`${at(child(expressionPath, "values"), place)}: ${value} is invalid, ${fault}`);
  }
  return warnings;
};

export const nodeSelectorWarnings = (selector: LabelSelector | undefined, path: string): string[] => {
  const warnings = nodeTermWarnings({ matchExpressions: selector?.matchExpressions ?? [] }, path);
  for (const label of Object.keys(selector?.matchLabels ?? {})) {
    const deprecation = nodeLabelDeprecation(label);
    if (deprecation !== undefined) warnings.push(`${path}.matchLabels.${label}: ${deprecation}`);
  }
  return warnings;
};
