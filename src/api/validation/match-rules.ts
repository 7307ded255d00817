/** Rules, selectors and conditions by which webhooks and policies choose requests. */
import { bool } from "../cel/language/types.js";
import { at, child, duplicate, type FieldError, invalidValue, notSupported, required, tooMany } from "../field-errors.js";
import type { MatchCondition, NamedRuleWithOperations, RuleWithOperations } from "../generated/types.js";
import { pathSegment, qualifiedName } from "../names.js";
import { admissionEnvironment } from "../policies/environment.js";
import { compileFor } from "../policies/expressions.js";

const operations = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];
const scopes = ["*", "Cluster", "Namespaced"];
const conditionsMost = 64;

const aloneIfWild = (values: readonly string[], path: string, what: string): FieldError[] =>
  values.length > 1 && values.includes("*")
    ? [invalidValue(path, values, `if '*' is present, must not specify other ${what}`)]
    : [];

export const ruleErrors = (rule: RuleWithOperations, path: string): FieldError[] => {
  const { operations: asked = [], apiGroups = [], apiVersions = [], scope } = rule;
  const of = (name: string): string => child(path, name);
  return [
    ...(asked.length === 0 ? [required(of("operations"))] : []),
    ...aloneIfWild(asked, of("operations"), "operations"),
    ...asked.flatMap((operation, index) =>
      operations.includes(operation) ? [] : [notSupported(at(of("operations"), index), operation, operations)],
    ),
    ...(apiGroups.length === 0 ? [required(of("apiGroups"))] : []),
    ...aloneIfWild(apiGroups, of("apiGroups"), "API groups"),
    ...(apiVersions.length === 0 ? [required(of("apiVersions"))] : []),
    ...aloneIfWild(apiVersions, of("apiVersions"), "API versions"),
    ...apiVersions.flatMap((version, index) => (version === "" ? [required(at(of("apiVersions"), index))] : [])),
    ...resourcesErrors(rule.resources ?? [], of("resources")),
    ...(scope === undefined || scopes.includes(scope) ? [] : [notSupported(of("scope"), scope, scopes)]),
  ];
};

/** `pods`, `pods/log`, `*`, `pods/*`, `scale` of any resource: what is contained in another is a mistake. */
const resourcesErrors = (resources: readonly string[], path: string): FieldError[] => {
  const errors: FieldError[] = resources.length === 0 ? [required(path)] : [];
  const allOf = new Set<string>();
  const ofAll = new Set<string>();
  let plain = false;
  for (const [index, text] of resources.entries()) {
    if (text === "") {
      errors.push(required(at(path, index)));
      continue;
    }
    const slash = text.indexOf("/");
    if (slash < 0) {
      plain = text !== "*";
      continue;
    }
    const [resource, part] = [text.slice(0, slash), text.slice(slash + 1)];
    if (allOf.has(resource))
      errors.push(invalidValue(at(path, index), text, `if '${resource}/*' is present, must not specify ${text}`));
    if (ofAll.has(part)) errors.push(invalidValue(at(path, index), text, `if '*/${part}' is present, must not specify ${text}`));
    if (part === "*") allOf.add(resource);
    if (resource === "*") ofAll.add(part);
  }
  if (resources.length > 1 && resources.includes("*/*"))
    errors.push(invalidValue(path, resources, "if '*/*' is present, must not specify other resources"));
  if (resources.includes("*") && plain)
    errors.push(invalidValue(path, resources, "if '*' is present, must not specify other resources without subresources"));
  return errors;
};

export const namedRuleErrors = (rule: NamedRuleWithOperations, path: string): FieldError[] => {
  const names = rule.resourceNames ?? [];
  const errors = names.flatMap((name, index) => {
    const place = at(child(path, "resourceNames"), index);
    const wrong = pathSegment(name).map((message) => invalidValue(place, name, message));
    return names.indexOf(name) < index ? [...wrong, duplicate(place, name)] : wrong;
  });
  return [...errors, ...ruleErrors(rule, path)];
};

/** `params`: the conditions may speak of a policy's parameters. */
export const matchConditionErrors = (conditions: readonly MatchCondition[], path: string, params: boolean): FieldError[] => {
  const errors: FieldError[] = conditions.length > conditionsMost ? [tooMany(path, conditions.length, conditionsMost)] : [];
  for (const [index, { name = "", expression = "" }] of conditions.entries()) {
    const place = at(path, index);
    errors.push(...conditionErrors(expression.trim(), child(place, "expression"), params));
    if (name === "") errors.push(required(child(place, "name")));
    else errors.push(...qualifiedName(name).map((message) => invalidValue(child(place, "name"), name, message)));
    if (name !== "" && conditions.findIndex((other) => other.name === name) < index)
      errors.push(duplicate(child(place, "name"), name));
  }
  return errors;
};

const conditionErrors = (expression: string, path: string, params: boolean): FieldError[] => {
  if (expression === "") return [required(path)];
  const compiled = compileFor(expression, admissionEnvironment({ params, authorizer: true }), [bool]);
  return compiled.ok ? [] : [invalidValue(path, expression, compiled.message)];
};
