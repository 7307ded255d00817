/** Mutating policies and their bindings: https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/ */
import { mutationTypes } from "../cel/library/mutation-types.js";
import { at, child, type FieldError, invalidValue, notSupported, required } from "../field-errors.js";
import type { MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding, Mutation } from "../generated/types.js";
import { semanticEqual } from "../json-value.js";
import { admissionEnvironment } from "../policies/environment.js";
import { compileFor } from "../policies/expressions.js";
import { mutationResult } from "../policies/mutating-policy.js";
import { composed } from "../policies/variables.js";
import { bindingErrors, commonErrors } from "./admission-policies.js";
import { requiredOneOf } from "./common.js";
import { reinvocationPolicies } from "./webhooks.js";

const patchTypes = ["ApplyConfiguration", "JSONPatch"];
/** What is deleted cannot be changed. */
const operations = ["*", "CONNECT", "CREATE", "UPDATE"];

export const mutatingPolicyErrors = (policy: MutatingAdmissionPolicy): FieldError[] => policyErrors(policy, true);

export const mutatingPolicyUpdateErrors = (policy: MutatingAdmissionPolicy, old: MutatingAdmissionPolicy): FieldError[] => {
  const same =
    semanticEqual(policy.spec?.paramKind, old.spec?.paramKind) &&
    semanticEqual(policy.spec?.matchConditions, old.spec?.matchConditions);
  return policyErrors(policy, !same);
};

export const mutatingBindingErrors = ({ spec = {} }: MutatingAdmissionPolicyBinding): FieldError[] => bindingErrors(spec);

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
    ...operationErrors(spec),
    ...(mutations.length === 0 ? [required("spec.mutations", "mutations must contain at least one item")] : []),
    ...mutations.flatMap((mutation, index) => mutationErrors(mutation, at("spec.mutations", index), compile)),
    ...requiredOneOf(reinvocationPolicy, reinvocationPolicies, "spec.reinvocationPolicy"),
  ];
};

const operationErrors = ({ matchConstraints }: NonNullable<MutatingAdmissionPolicy["spec"]>): FieldError[] =>
  (matchConstraints?.resourceRules ?? []).flatMap((rule, index) =>
    (rule.operations ?? []).flatMap((operation, position) =>
      operation === "DELETE"
        ? [notSupported(at(`spec.matchConstraints.resourceRules[${index}].operations`, position), operation, operations)]
        : [],
    ),
  );

type Compile = (mutation: Mutation, expression: string, path: string) => FieldError[];

const mutationErrors = (mutation: Mutation, path: string, compile: Compile): FieldError[] => {
  const wrong = requiredOneOf(mutation.patchType, patchTypes, child(path, "patchType"));
  if (wrong.length > 0) return wrong;
  const byPatch = mutation.patchType === "JSONPatch";
  const [used, unused] = byPatch
    ? (["jsonPatch", "applyConfiguration"] as const)
    : (["applyConfiguration", "jsonPatch"] as const);
  const other = `must not be specified when patchType is ${mutation.patchType}`;
  const errors = mutation[unused] === undefined ? [] : [invalidValue(child(path, unused), mutation[unused], other)];
  const place = child(path, used);
  const expression = mutation[used]?.expression ?? "";
  if (mutation[used] === undefined) errors.push(required(place, `must be specified when patchType is ${mutation.patchType}`));
  else if (expression.trim() === "") errors.push(required(child(place, "expression"), "expression is not specified"));
  else errors.push(...compile(mutation, expression, child(place, "expression")));
  return errors;
};
