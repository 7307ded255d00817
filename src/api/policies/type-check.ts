/**
 * What the expressions of a policy say of fields that the kinds which it matches do not have: told in its status, since the
 * policy may be meant for others.
 * https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/#type-checking
 */
import { compile } from "../cel/compile.js";
import type { Resource } from "../kinds.js";
import type { ExpressionWarning, RuleWithOperations, ValidatingAdmissionPolicySpec } from "../types.js";
import { admissionEnvironment, type Declared } from "./environment.js";
import { kindType } from "./schema-types.js";
import { composed } from "./variables.js";

/** More kinds are not looked at. */
const kindsMost = 10;

/** `resources`: all that is served, custom resources too. */
export function expressionWarnings(spec: ValidatingAdmissionPolicySpec, resources: readonly Resource[]): ExpressionWarning[] {
  const kinds = kindsOf(spec, resources);
  const params = paramsOf(spec, resources);
  const check = (expression: string): string =>
    kinds
      .map((kind) => warningFor(spec, kind, params, expression))
      .filter((warning) => warning !== "")
      .join("\n");
  return (spec.validations ?? []).flatMap(({ expression, messageExpression = "" }, index) => {
    const path = `spec.validations[${index}]`;
    const warnings = [{ fieldRef: `${path}.expression`, warning: check(expression) }];
    if (messageExpression !== "") warnings.push({ fieldRef: `${path}.messageExpression`, warning: check(messageExpression) });
    return warnings.filter(({ warning }) => warning !== "");
  });
}

/** The kinds that the rules name in full, in order; a rule with a wildcard may stand for anything. */
function kindsOf({ matchConstraints }: ValidatingAdmissionPolicySpec, resources: readonly Resource[]): Resource[] {
  const found = new Map<string, Resource>();
  for (const rule of matchConstraints?.resourceRules ?? []) {
    const matched = namedBy(rule, resources).slice(0, kindsMost);
    for (const resource of matched) found.set(`${resource.group}/${resource.version}/${resource.kind}`, resource);
    if (matched.length === kindsMost) break;
  }
  return [...found.values()].filter((resource) => kindType(resource) !== undefined).sort(byGroupVersionKind);
}

const byText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
const byGroupVersionKind = (one: Resource, other: Resource): number =>
  byText(one.group, other.group) || byText(one.version, other.version) || byText(one.kind, other.kind);

function namedBy(rule: RuleWithOperations, resources: readonly Resource[]): Resource[] {
  const { apiGroups = [], apiVersions = [] } = rule;
  if ([...apiGroups, ...apiVersions].some((name) => name.includes("*"))) return [];
  const names = (rule.resources ?? []).filter((name) => !/[*/]/.test(name)).sort();
  return [...apiGroups].sort().flatMap((group) =>
    [...apiVersions].sort().flatMap((version) =>
      // Kubernetes' mapper takes the name of the core group for any group.
      names.flatMap((name) =>
        resources.filter(
          (resource) =>
            (group === "" || resource.group === group) &&
            resource.version === version &&
            (resource.plural === name || resource.singular === name),
        ),
      ),
    ),
  );
}

/** The type of the parameters; undefined when there are none, or nobody knows their kind: then expressions cannot speak of them. */
function paramsOf({ paramKind }: ValidatingAdmissionPolicySpec, resources: readonly Resource[]): Declared["params"] {
  const found = resources.find(({ apiVersion, kind }) => apiVersion === paramKind?.apiVersion && kind === paramKind?.kind);
  return found === undefined ? false : (kindType(found) ?? false);
}

function warningFor(spec: ValidatingAdmissionPolicySpec, kind: Resource, params: Declared["params"], expression: string): string {
  const object = kindType(kind);
  if (object === undefined) return "";
  const { types } = composed(spec.variables ?? [], params, { object });
  const declared: Declared = { params, authorizer: true, object, ...types };
  const compiled = compile(expression, admissionEnvironment(declared));
  return compiled.ok ? "" : `${kind.group}/${kind.version}, Kind=${kind.kind}: ${compiled.message}\n`;
}
