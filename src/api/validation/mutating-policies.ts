/** Mutating policies and their bindings: https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/ */
import { mutationTypes } from "../cel/library/mutation-types.js";
import { at, child, type FieldError, invalidValue, required } from "../field-errors.js";
import type { MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding, Mutation } from "../generated/types.js";
import { semanticEqual } from "../json-value.js";
import { admissionEnvironment } from "../policies/environment.js";
import { compileFor } from "../policies/expressions.js";
import { mutationResult } from "../policies/mutating-policy.js";
import { composed } from "../policies/variables.js";
import { bindingErrors, commonErrors, matchResourcesErrors, unchangeableErrors } from "./admission-policies.js";
import { requiredOneOf } from "./common.js";
import { reinvocationPolicies } from "./webhooks.js";

const patchTypes = ["ApplyConfiguration", "JSONPatch"];

export const mutatingPolicyErrors = (policy: MutatingAdmissionPolicy): FieldError[] => policyErrors(policy, true);

export const mutatingPolicyUpdateErrors = (policy: MutatingAdmissionPolicy, old: MutatingAdmissionPolicy): FieldError[] => {
  const same =
    semanticEqual(policy.spec?.paramKind, old.spec?.paramKind) &&
    semanticEqual(policy.spec?.matchConditions, old.spec?.matchConditions);
  return policyErrors(policy, !same);
};

export const mutatingBindingErrors = ({ spec = {} }: MutatingAdmissionPolicyBinding): FieldError[] => {
  const { matchResources } = spec;
  const path = "spec.matchResources";
  const matching =
    matchResources === undefined
      ? []
      : [...matchResourcesErrors(matchResources, path), ...unchangeableErrors(matchResources, path)];
  return [...bindingErrors(spec), ...matching];
};

const policyErrors = ({ spec = {} }: MutatingAdmissionPolicy, conditions: boolean): FieldError[] => {
  const { mutations = [], reinvocationPolicy } = spec;
  const params = spec.paramKind !== undefined;
  const { types } = composed(spec.variables ?? [], params, { structTypes: mutationTypes });
  const environment = admissionEnvironment({ params, authorizer: true, structTypes: mutationTypes, ...types });
  const compile = (mutation: Mutation, expression: string, path: string): FieldError[] => {
    const compiled = compileFor(expression, environment, [mutationResult(mutation.patchType)]);
    return compiled.ok ? [] : [invalidValue(path, expression, compiled.message)];
  };
  return [
    ...commonErrors(spec, conditions, mutationTypes),
    ...(mutations.length === 0 ? [required("spec.mutations", "mutations must contain at least one item")] : []),
    ...mutations.flatMap((mutation, index) => mutationErrors(mutation, at("spec.mutations", index), compile)),
    ...requiredOneOf(reinvocationPolicy, reinvocationPolicies, "spec.reinvocationPolicy"),
  ];
};

type Compile = (mutation: Mutation, expression: string, path: string) => FieldError[];

const mutationErrors = (mutation: Mutation, path: string, compile: Compile): FieldError[] => {
  const wrong = requiredOneOf(mutation.patchType, patchTypes, child(path, "patchType"));
  if (wrong.length > 0) return wrong;
  const [used, unused] =
    mutation.patchType === "JSONPatch"
      ? (["jsonPatch", "applyConfiguration"] as const)
      : (["applyConfiguration", "jsonPatch"] as const);
  const errors: FieldError[] = [];
  const place = child(path, used);
  const expression = mutation[used]?.expression?.trim() ?? "";
  if (mutation[used] === undefined) errors.push(required(place, `must be specified when patchType is ${mutation.patchType}`));
  else if (expression === "") errors.push(required(child(place, "expression")));
  else errors.push(...compile(mutation, expression, child(place, "expression")));
  const other = `must not be specified when patchType is ${mutation.patchType}`;
  if (mutation[unused] !== undefined) errors.push(invalidValue(child(path, unused), `{${unused}}`, other));
  return errors;
};
