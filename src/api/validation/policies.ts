import { at, child, duplicate, type FieldError, forbiddenField, invalidValue, notSupported, required } from "../field-errors.js";
import type {
  MatchResources,
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  ParamKind,
  ParamRef,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  Variable,
} from "../generated/types.js";
import { dns1035Label, dns1123Subdomain, qualifiedName } from "../names.js";
import { labelSelectorErrors } from "../selectors/label-selector.js";
import { matchConditionErrors, ruleErrors } from "./admission-rules.js";
import { followsRule, oneOf } from "./common.js";

/**
 * Admission policies: their frame. Whether their expressions compile is for whoever evaluates them.
 * Source: "Validating Admission Policy" and "Mutating Admission Policy" of the Kubernetes documentation.
 */

const matchErrors = (match: MatchResources, path: string): FieldError[] => [
  ...oneOf(match.matchPolicy, ["Equivalent", "Exact"], child(path, "matchPolicy")),
  ...labelSelectorErrors(match.namespaceSelector, child(path, "namespaceSelector")),
  ...labelSelectorErrors(match.objectSelector, child(path, "objectSelector")),
  ...(["resourceRules", "excludeResourceRules"] as const).flatMap((list) =>
    (match[list] ?? []).flatMap((rule, index) => ruleErrors(rule, at(child(path, list), index))),
  ),
];

const constraintErrors = (match: MatchResources | undefined): FieldError[] => {
  const path = "spec.matchConstraints";
  if (match === undefined) return [required(path)];
  const none = (match.resourceRules?.length ?? 0) === 0 ? [required(child(path, "resourceRules"))] : [];
  return [...none, ...matchErrors(match, path)];
};

const paramKindErrors = (kind: ParamKind | undefined): FieldError[] => {
  if (kind === undefined) return [];
  const errors: FieldError[] = [];
  const { apiVersion = "", kind: name = "" } = kind;
  const parts = apiVersion.split("/");
  if (apiVersion === "") errors.push(required("spec.paramKind.apiVersion"));
  else if (parts.length > 2) {
    const why = `unexpected GroupVersion string: ${apiVersion}`;
    errors.push(invalidValue("spec.paramKind.apiVersion", apiVersion, why));
  } else if (parts.length === 2) errors.push(...followsRule(dns1123Subdomain, parts[0]!, "spec.paramKind.apiVersion"));
  if (name === "") errors.push(required("spec.paramKind.kind"));
  else
    errors.push(
      ...dns1035Label(name.toLowerCase()).map((message) =>
        invalidValue("spec.paramKind.kind", name, `may have mixed case, but should otherwise match: ${message}`),
      ),
    );
  return errors;
};

const variableErrors = (variables: readonly Variable[] | undefined): FieldError[] => {
  const names = new Set<string>();
  return (variables ?? []).flatMap(({ name, expression }, index) => {
    const path = at("spec.variables", index);
    const errors: FieldError[] = [];
    if (!name) errors.push(required(child(path, "name"), "name is not specified"));
    else if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name))
      errors.push(invalidValue(child(path, "name"), name, "name is not a valid CEL identifier"));
    if (names.has(name)) errors.push(duplicate(child(path, "name"), name));
    names.add(name);
    if (!expression?.trim()) errors.push(required(child(path, "expression"), "expression is not specified"));
    return errors;
  });
};

const reasons = ["Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"];

export const validatingAdmissionPolicyErrors = ({ metadata, spec = {} }: ValidatingAdmissionPolicy): FieldError[] => {
  const errors = [
    ...oneOf(spec.failurePolicy, ["Fail", "Ignore"], "spec.failurePolicy"),
    ...paramKindErrors(spec.paramKind),
    ...constraintErrors(spec.matchConstraints),
    ...matchConditionErrors(spec.matchConditions, "spec.matchConditions"),
    ...variableErrors(spec.variables),
  ];
  if ((spec.validations?.length ?? 0) === 0 && (spec.auditAnnotations?.length ?? 0) === 0) {
    const why = "validations or auditAnnotations must contain at least one item";
    errors.push(required("spec.validations", why), required("spec.auditAnnotations", why));
  }
  for (const [index, validation] of (spec.validations ?? []).entries()) {
    const path = at("spec.validations", index);
    if (!validation.expression?.trim()) errors.push(required(child(path, "expression"), "expression is not specified"));
    const { message, messageExpression, reason } = validation;
    if (message !== undefined && message.trim() === "")
      errors.push(invalidValue(child(path, "message"), message, "message must be non-empty if specified"));
    else if (message?.trim().includes("\n"))
      errors.push(invalidValue(child(path, "message"), message, "message must not contain line breaks"));
    if (messageExpression !== undefined && messageExpression.trim() === "")
      errors.push(invalidValue(child(path, "messageExpression"), messageExpression, "must be non-empty if specified"));
    if (reason !== undefined) errors.push(...oneOf(reason, reasons, child(path, "reason")));
  }
  const keys = new Set<string>();
  for (const [index, { key, valueExpression }] of (spec.auditAnnotations ?? []).entries()) {
    const path = at("spec.auditAnnotations", index);
    const whole = `${metadata.name ?? ""}/${key ?? ""}`;
    errors.push(...qualifiedName(whole).map((message) => invalidValue(child(path, "key"), key, message)));
    if (keys.has(key)) errors.push(duplicate(child(path, "key"), key));
    keys.add(key);
    if (!valueExpression?.trim()) errors.push(required(child(path, "valueExpression"), "valueExpression is not specified"));
  }
  return errors;
};

const paramRefErrors = (ref: ParamRef | undefined): FieldError[] => {
  if (ref === undefined) return [];
  const path = "spec.paramRef";
  const errors: FieldError[] = [];
  if (ref.name && ref.selector !== undefined)
    errors.push(forbiddenField(child(path, "name"), "name and selector are mutually exclusive"));
  if (!ref.name && ref.selector === undefined) errors.push(required(path, "one of name or selector must be specified"));
  errors.push(...labelSelectorErrors(ref.selector, child(path, "selector")));
  const action = ref.parameterNotFoundAction ?? "";
  if (action === "") errors.push(required(child(path, "parameterNotFoundAction")));
  else errors.push(...oneOf(action, ["Allow", "Deny"], child(path, "parameterNotFoundAction")));
  return errors;
};

const policyNameErrors = (name: string | undefined): FieldError[] =>
  name ? followsRule(dns1123Subdomain, name, "spec.policyName") : [required("spec.policyName")];

const actionErrors = (actions: readonly string[] | undefined): FieldError[] => {
  const path = "spec.validationActions";
  if ((actions?.length ?? 0) === 0) return [required(path, "at least one validation action is required")];
  const errors = actions!.flatMap((action, index) => {
    if (!["Audit", "Deny", "Warn"].includes(action)) return [notSupported(at(path, index), action, ["Audit", "Deny", "Warn"])];
    return actions!.indexOf(action) < index ? [duplicate(at(path, index), action)] : [];
  });
  if (actions!.includes("Deny") && actions!.includes("Warn")) {
    const why =
      "must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)";
    errors.push(invalidValue(path, actions, why));
  }
  return errors;
};

export const validatingAdmissionPolicyBindingErrors = ({ spec = {} }: ValidatingAdmissionPolicyBinding): FieldError[] => [
  ...policyNameErrors(spec.policyName),
  ...paramRefErrors(spec.paramRef),
  ...(spec.matchResources === undefined ? [] : matchErrors(spec.matchResources, "spec.matchResources")),
  ...actionErrors(spec.validationActions),
];

export const mutatingAdmissionPolicyErrors = ({ spec = {} }: MutatingAdmissionPolicy): FieldError[] => {
  const errors = [
    ...oneOf(spec.failurePolicy, ["Fail", "Ignore"], "spec.failurePolicy"),
    ...paramKindErrors(spec.paramKind),
    ...constraintErrors(spec.matchConstraints),
    ...matchConditionErrors(spec.matchConditions, "spec.matchConditions"),
    ...variableErrors(spec.variables),
  ];
  if ((spec.mutations?.length ?? 0) === 0) errors.push(required("spec.mutations", "mutations must contain at least one item"));
  for (const [index, { patchType, applyConfiguration, jsonPatch }] of (spec.mutations ?? []).entries()) {
    const path = at("spec.mutations", index);
    const pairs = [
      ["ApplyConfiguration", "applyConfiguration", applyConfiguration],
      ["JSONPatch", "jsonPatch", jsonPatch],
    ] as const;
    if (!patchType) errors.push(required(child(path, "patchType")));
    else errors.push(...oneOf(patchType, ["ApplyConfiguration", "JSONPatch"], child(path, "patchType")));
    for (const [type, field, mutation] of pairs) {
      if (type === patchType && mutation === undefined)
        errors.push(required(child(path, field), `must be specified when patchType is ${type}`));
      else if (type !== patchType && mutation !== undefined)
        errors.push(invalidValue(child(path, field), mutation, `must not be specified when patchType is ${patchType}`));
      else if (mutation !== undefined && !mutation.expression?.trim())
        errors.push(required(child(child(path, field), "expression"), "expression is not specified"));
    }
  }
  if (!spec.reinvocationPolicy) errors.push(required("spec.reinvocationPolicy"));
  else errors.push(...oneOf(spec.reinvocationPolicy, ["IfNeeded", "Never"], "spec.reinvocationPolicy"));
  return errors;
};

export const mutatingAdmissionPolicyBindingErrors = ({ spec = {} }: MutatingAdmissionPolicyBinding): FieldError[] => [
  ...policyNameErrors(spec.policyName),
  ...paramRefErrors(spec.paramRef),
  ...(spec.matchResources === undefined ? [] : matchErrors(spec.matchResources, "spec.matchResources")),
];
