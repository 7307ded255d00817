/** Admission policies and their bindings: https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/ */
import { bool, type CelType, nullType, string } from "../cel/language/types.js";
import { at, child, duplicate, type FieldError, forbiddenField, invalidValue, notSupported, required } from "../field-errors.js";
import type {
  AuditAnnotation,
  MatchResources,
  ParamKind,
  ParamRef,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingAdmissionPolicySpec,
  Validation,
  Variable,
} from "../generated/types.js";
import { semanticEqual } from "../json-value.js";
import { parseApiVersion } from "../kinds.js";
import { dns1035Label, dns1123Subdomain, pathSegment, qualifiedName } from "../names.js";
import { admissionEnvironment, type Declared } from "../policies/environment.js";
import { compileFor } from "../policies/expressions.js";
import { composed } from "../policies/variables.js";
import { labelSelectorErrors } from "../selectors.js";
import { oneOf } from "./common.js";
import { conditionErrors } from "./conditions.js";
import { matchConditionErrors, namedRuleErrors } from "./match-rules.js";
import { failurePolicies, matchPolicies } from "./webhooks.js";

const reasons = ["Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"];
const validationActions = ["Audit", "Deny", "Warn"];
const notFoundActions = ["Deny", "Allow"];
const auditAnnotationsMost = 20;
const auditExpressionBytesMost = 5 * 1_024;

export const validatingPolicyErrors = (policy: ValidatingAdmissionPolicy): FieldError[] => policyErrors(policy, true);

/** Match conditions that stay as they were are not looked at again. */
export const validatingPolicyUpdateErrors = (policy: ValidatingAdmissionPolicy, old: ValidatingAdmissionPolicy): FieldError[] => {
  const same =
    semanticEqual(policy.spec?.paramKind, old.spec?.paramKind) &&
    semanticEqual(policy.spec?.matchConditions, old.spec?.matchConditions);
  return policyErrors(policy, !same);
};

/** What type checking has found is written by whoever checks. */
export const validatingPolicyStatusErrors = ({ status }: ValidatingAdmissionPolicy): FieldError[] => [
  ...(status?.typeChecking?.expressionWarnings ?? []).flatMap(({ warning = "", fieldRef = "" }, index) => {
    const path = at("status.typeChecking.expressionWarnings", index);
    return [
      ...(warning === "" ? [required(child(path, "warning"))] : []),
      ...(fieldRef.trim() === "" ? [required(child(path, "fieldRef"))] : []),
    ];
  }),
  ...conditionErrors(status?.conditions, "status.conditions"),
];

const policyErrors = ({ metadata, spec = {} }: ValidatingAdmissionPolicy, conditions: boolean): FieldError[] => {
  const params = spec.paramKind !== undefined;
  const { types } = composed(spec.variables ?? [], params);
  const compile =
    (authorizer: boolean): Compile =>
    (expression, path, results, shown = expression) => {
      const compiled = compileFor(expression, admissionEnvironment({ params, authorizer, ...types }), results);
      return compiled.ok ? [] : [invalidValue(path, shown, compiled.message)];
    };
  return [
    ...commonErrors(spec, conditions),
    ...judgesErrors(spec),
    ...(spec.validations ?? []).flatMap((validation, index) =>
      validationErrors(validation, at("spec.validations", index), compile(true), compile(false)),
    ),
    ...auditErrors(spec.auditAnnotations ?? [], metadata.name ?? "", compile(true)),
  ];
};

type PolicySpec = Pick<
  ValidatingAdmissionPolicySpec,
  "failurePolicy" | "paramKind" | "matchConstraints" | "matchConditions" | "variables"
>;

/** What both kinds of policy have; `changing`: of one that changes what it matches, and the types it may make. */
export const commonErrors = (
  spec: PolicySpec,
  conditions: boolean,
  changing?: Required<Declared>["structTypes"],
): FieldError[] => {
  const { failurePolicy, paramKind, matchConstraints } = spec;
  const params = paramKind !== undefined;
  return [
    ...(failurePolicy === undefined
      ? [required("spec.failurePolicy")]
      : oneOf(failurePolicy, failurePolicies, "spec.failurePolicy")),
    ...(paramKind === undefined ? [] : paramKindErrors(paramKind, "spec.paramKind")),
    ...(matchConstraints === undefined
      ? [required("spec.matchConstraints")]
      : [
          ...matchResourcesErrors(matchConstraints, "spec.matchConstraints"),
          ...((matchConstraints.resourceRules ?? []).length === 0 ? [required("spec.matchConstraints.resourceRules")] : []),
          ...(changing === undefined ? [] : unchangeableErrors(matchConstraints, "spec.matchConstraints")),
        ]),
    ...(conditions ? matchConditionErrors(spec.matchConditions ?? [], "spec.matchConditions", params) : []),
    ...variableErrors(spec.variables ?? [], params, changing),
  ];
};

/** What is deleted cannot be changed. */
const changeable = ["*", "CONNECT", "CREATE", "UPDATE"];

/** Kubernetes does not say in which rule, nor at which place. */
export const unchangeableErrors = ({ resourceRules = [] }: MatchResources, path: string): FieldError[] =>
  resourceRules.flatMap(({ operations = [] }) =>
    operations.flatMap((operation) =>
      changeable.includes(operation) ? [] : [notSupported(child(path, "resourceRules.operations"), operation, changeable)],
    ),
  );

const judgesErrors = ({ validations = [], auditAnnotations = [] }: ValidatingAdmissionPolicySpec): FieldError[] => {
  if (validations.length > 0 || auditAnnotations.length > 0) return [];
  const why = "validations or auditAnnotations must contain at least one item";
  return [required("spec.validations", why), required("spec.auditAnnotations", why)];
};

const paramKindErrors = ({ apiVersion = "", kind = "" }: ParamKind, path: string): FieldError[] => {
  const errors: FieldError[] = [];
  const versionPath = child(path, "apiVersion");
  const parsed = parseApiVersion(apiVersion);
  if (apiVersion === "") errors.push(required(versionPath));
  else if (parsed === undefined)
    errors.push(invalidValue(versionPath, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  else {
    const { group, version } = parsed;
    const groupFaults = group === "" ? [] : dns1123Subdomain(group);
    if (groupFaults.length > 0) errors.push(invalidValue(versionPath, group, groupFaults.join(",")));
    const versionFaults = dns1035Label(version);
    if (version === "") errors.push(invalidValue(versionPath, apiVersion, "version must be specified"));
    else if (versionFaults.length > 0) errors.push(invalidValue(versionPath, version, versionFaults.join(",")));
  }
  const kindFaults = dns1035Label(kind.toLowerCase());
  if (kind === "") errors.push(required(child(path, "kind")));
  else if (kindFaults.length > 0) {
    const why = `may have mixed case, but should otherwise match: ${kindFaults.join(",")}`;
    errors.push(invalidValue(child(path, "kind"), kind, why));
  }
  return errors;
};

export const matchResourcesErrors = (match: MatchResources, path: string): FieldError[] => {
  const of = (name: string): string => child(path, name);
  const selector = (name: "namespaceSelector" | "objectSelector"): FieldError[] =>
    match[name] === undefined ? [required(of(name))] : labelSelectorErrors(match[name], of(name));
  return [
    ...(match.matchPolicy === undefined
      ? [required(of("matchPolicy"))]
      : oneOf(match.matchPolicy, matchPolicies, of("matchPolicy"))),
    ...selector("namespaceSelector"),
    ...selector("objectSelector"),
    ...(match.resourceRules ?? []).flatMap((rule, index) => namedRuleErrors(rule, at(of("resourceRules"), index))),
    ...(match.excludeResourceRules ?? []).flatMap((rule, index) => namedRuleErrors(rule, at(of("excludeResourceRules"), index))),
  ];
};

/** Words that no identifier of CEL may be. */
const reserved = new Set(
  "as break const continue else false for function if import in let loop namespace null package return true var void while".split(
    " ",
  ),
);

const isIdentifier = (name: string): boolean => /^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) && !reserved.has(name);

const variableErrors = (variables: readonly Variable[], params: boolean, structTypes: Declared["structTypes"]): FieldError[] =>
  composed(variables, params, structTypes === undefined ? {} : { structTypes }).variables.flatMap(({ name, compiled }, index) => {
    const path = at("spec.variables", index);
    const { expression = "" } = variables[index]!;
    const errors: FieldError[] = [];
    if ((name ?? "").trim() === "") errors.push(required(child(path, "name"), "name is not specified"));
    else if (!isIdentifier(name)) errors.push(invalidValue(child(path, "name"), name, "name is not a valid CEL identifier"));
    if (expression.trim() === "") errors.push(required(child(path, "expression"), "expression is not specified"));
    else if (!compiled.ok) errors.push(invalidValue(child(path, "expression"), expression, compiled.message));
    return errors;
  });

/** `shown`: the expression as it was written, where that is not what is compiled. */
type Compile = (expression: string, path: string, results: readonly CelType[], shown?: string) => FieldError[];

const validationErrors = (validation: Validation, path: string, compile: Compile, compileMessage: Compile): FieldError[] => {
  const { expression = "", message = "", messageExpression = "", reason } = validation;
  const errors: FieldError[] = [];
  if (expression.trim() === "") errors.push(required(child(path, "expression"), "expression is not specified"));
  else errors.push(...compile(expression, child(path, "expression"), [bool]));
  const computedPath = child(path, "messageExpression");
  if (messageExpression !== "" && messageExpression.trim() === "")
    errors.push(invalidValue(computedPath, messageExpression, "must be non-empty if specified"));
  else if (messageExpression !== "") errors.push(...compileMessage(messageExpression, computedPath, [string]));
  const messagePath = child(path, "message");
  if (message !== "" && message.trim() === "")
    errors.push(invalidValue(messagePath, message, "message must be non-empty if specified"));
  else if (/[\n\r]/.test(message.trim())) errors.push(invalidValue(messagePath, message, "message must not contain line breaks"));
  if (reason !== undefined && !reasons.includes(reason)) errors.push(notSupported(child(path, "reason"), reason, reasons));
  return errors;
};

const auditErrors = (annotations: readonly AuditAnnotation[], policy: string, compile: Compile): FieldError[] => {
  const listPath = "spec.auditAnnotations";
  const errors: FieldError[] = [];
  if (annotations.length > auditAnnotationsMost)
    errors.push(invalidValue(listPath, annotations, `must not have more than ${auditAnnotationsMost} auditAnnotations`));
  for (const [index, { key = "", valueExpression = "" }] of annotations.entries()) {
    const path = at(listPath, index);
    const keyPath = child(path, "key");
    const whole = `${policy}/${key}`;
    if (policy === "") errors.push(invalidValue(keyPath, key, "requires metadata.name be non-empty"));
    else errors.push(...qualifiedName(whole).map((message) => invalidValue(keyPath, whole, message)));
    errors.push(...auditExpressionErrors(valueExpression, child(path, "valueExpression"), compile));
    if (annotations.findIndex((other) => other.key === key) < index) errors.push(duplicate(keyPath, key));
  }
  return errors;
};

const auditExpressionErrors = (expression: string, path: string, compile: Compile): FieldError[] => {
  const trimmed = expression.trim();
  if (trimmed === "") return [required(path, "valueExpression is not specified")];
  if (trimmed.length > auditExpressionBytesMost)
    return [required(path, `must not exceed ${auditExpressionBytesMost} bytes in length`)];
  // Columns are told of what is left without the spaces around it.
  return compile(trimmed, path, [string, nullType], expression);
};

export const validatingBindingErrors = ({ spec = {} }: ValidatingAdmissionPolicyBinding): FieldError[] => [
  ...bindingErrors(spec),
  // The path is misspelt in Kubernetes.
  ...(spec.matchResources === undefined ? [] : matchResourcesErrors(spec.matchResources, "spec.matchResouces")),
  ...actionErrors(spec.validationActions ?? [], "spec.validationActions"),
];

/** What bindings of both kinds of policy have. */
export const bindingErrors = ({
  policyName = "",
  paramRef,
}: {
  readonly policyName?: string;
  readonly paramRef?: ParamRef;
}): FieldError[] => {
  const path = "spec.policyName";
  return [
    ...(policyName === "" ? [required(path)] : dns1123Subdomain(policyName).map((why) => invalidValue(path, policyName, why))),
    ...(paramRef === undefined ? [] : paramRefErrors(paramRef, "spec.paramRef")),
  ];
};

const paramRefErrors = ({ name = "", selector, parameterNotFoundAction = "" }: ParamRef, path: string): FieldError[] => {
  const errors = name === "" ? [] : pathSegment(name).map((why) => invalidValue(child(path, "name"), name, why));
  const both = "name and selector are mutually exclusive";
  if (name !== "" && selector !== undefined) errors.push(forbiddenField(child(path, "name"), both));
  errors.push(...labelSelectorErrors(selector, child(path, "selector")));
  if (name !== "" && selector !== undefined) errors.push(forbiddenField(child(path, "selector"), both));
  if (name === "" && selector === undefined) errors.push(required(path, "one of name or selector must be specified"));
  const actionPath = child(path, "parameterNotFoundAction");
  if (parameterNotFoundAction === "") errors.push(required(actionPath));
  else errors.push(...oneOf(parameterNotFoundAction, notFoundActions, actionPath));
  return errors;
};

const actionErrors = (actions: readonly string[], path: string): FieldError[] => {
  const errors = actions.flatMap((action, index) => [
    ...oneOf(action, validationActions, at(path, index)),
    ...(actions.indexOf(action) < index ? [duplicate(at(path, index), action)] : []),
  ]);
  if (actions.includes("Deny") && actions.includes("Warn")) {
    const why =
      "must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)";
    errors.push(invalidValue(path, actions, why));
  }
  if (actions.length === 0) errors.push(required(path, "at least one validation action is required"));
  return errors;
};
