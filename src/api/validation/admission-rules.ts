import { at, child, duplicate, type FieldError, invalidValue, required, tooMany } from "../field-errors.js";
import type { MatchCondition, RuleWithOperations } from "../generated/types.js";
import { qualifiedName } from "../names.js";
import { followsRule, oneOf } from "./common.js";

/** Which requests webhooks and policies are about. Source: the admissionregistration.k8s.io kinds in the Kubernetes API reference. */

const maxMatchConditions = 64;

const starAlone = (list: readonly string[] | undefined, path: string, others: string): FieldError[] =>
  (list?.length ?? 0) > 1 && list!.includes("*")
    ? [invalidValue(path, list, `if '*' is present, must not specify other ${others}`)]
    : [];

const filledList = (list: readonly string[] | undefined, path: string, others: string): FieldError[] => {
  if ((list?.length ?? 0) === 0) return [required(path)];
  const empty = list!.flatMap((item, index) => (item === "" ? [required(at(path, index))] : []));
  return [...empty, ...starAlone(list, path, others)];
};

/** Resources with their subresources: what one pattern covers must not be said again by another. */
const resourceErrors = (resources: readonly string[] | undefined, path: string): FieldError[] => {
  if ((resources?.length ?? 0) === 0) return [required(path)];
  const errors: FieldError[] = [];
  const whole = new Set(resources!.filter((each) => each.endsWith("/*")).map((each) => each.slice(0, -2)));
  const anyWith = new Set(resources!.filter((each) => each.startsWith("*/")).map((each) => each.slice(2)));
  for (const [index, each] of resources!.entries()) {
    const place = at(path, index);
    const [resource = "", subresource] = each.split("/");
    if (each === "") errors.push(required(place));
    else if (each === "*/*" && resources!.length > 1)
      errors.push(invalidValue(path, resources, "if '*/*' is present, must not specify other resources"));
    else if (subresource !== undefined && subresource !== "*" && whole.has(resource))
      errors.push(invalidValue(place, each, `if '${resource}/*' is present, must not specify ${each}`));
    else if (subresource !== undefined && resource !== "*" && anyWith.has(subresource))
      errors.push(invalidValue(place, each, `if '*/${subresource}' is present, must not specify ${each}`));
  }
  const plain = resources!.filter((each) => !each.includes("/"));
  if (plain.includes("*") && plain.length > 1)
    errors.push(invalidValue(path, resources, "if '*' is present, must not specify other resources without subresources"));
  return errors;
};

const operations = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];

type Rule = RuleWithOperations & { readonly resourceNames?: readonly string[] };

export const ruleErrors = (rule: Rule, path: string): FieldError[] => {
  const errors: FieldError[] = [];
  const operationsPath = child(path, "operations");
  if ((rule.operations?.length ?? 0) === 0) errors.push(required(operationsPath));
  errors.push(...starAlone(rule.operations, operationsPath, "operations"));
  for (const [index, operation] of (rule.operations ?? []).entries())
    errors.push(...oneOf(operation, operations, at(operationsPath, index)));
  errors.push(
    ...filledList(rule.apiGroups, child(path, "apiGroups"), "API groups").filter(
      ({ type, field }) => type !== "FieldValueRequired" || !field.endsWith("]"),
    ),
    ...filledList(rule.apiVersions, child(path, "apiVersions"), "API versions"),
    ...resourceErrors(rule.resources, child(path, "resources")),
  );
  if (rule.scope !== undefined) errors.push(...oneOf(rule.scope, ["*", "Cluster", "Namespaced"], child(path, "scope")));
  return errors;
};

export const matchConditionErrors = (conditions: readonly MatchCondition[] | undefined, path: string): FieldError[] => {
  const errors: FieldError[] = [];
  if ((conditions?.length ?? 0) > maxMatchConditions) errors.push(tooMany(path, conditions!.length, maxMatchConditions));
  const names = new Set<string>();
  for (const [index, { name, expression }] of (conditions ?? []).entries()) {
    const place = at(path, index);
    if (!expression?.trim()) errors.push(required(child(place, "expression")));
    if (!name) errors.push(required(child(place, "name")));
    else {
      errors.push(...followsRule(qualifiedName, name, child(place, "name")));
      if (names.has(name)) errors.push(duplicate(child(place, "name"), name));
      names.add(name);
    }
  }
  return errors;
};
