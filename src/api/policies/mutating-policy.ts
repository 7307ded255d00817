/**
 * MutatingAdmissionPolicy: what its expressions make of an object.
 * https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/
 */
import type { Atom } from "../apply/atom.js";
import { safeIntegerOrText, toJson } from "../cel/json.js";
import { type CelType, listOf } from "../cel/language/types.js";
import { CelError, ListValue, StructValue, type Value } from "../cel/language/values.js";
import { jsonPatchType, mutationTypes, objectTypeError } from "../cel/library/mutation-types.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../json-value.js";
import { applyJsonPatch } from "../patch/json-patch.js";
import { readJsonPatch } from "../patch/json-patch-document.js";
import type { MutatingAdmissionPolicySpec, Mutation } from "../types.js";
import { applyConfiguration } from "./apply-configuration.js";
import { admissionEnvironment } from "./environment.js";
import { Budget, bindingsOf, evaluate, type Subject, type Variable, Variables } from "./evaluation.js";
import { type Compiled, compileFor } from "./expressions.js";
import { MatchConditions } from "./match-conditions.js";
import { composed } from "./variables.js";

export type Mutated = { readonly ok: true; readonly object: JsonObject } | { readonly ok: false; readonly message: string };

interface CompiledMutation {
  readonly mutation: Mutation;
  readonly compiled: Compiled;
}

const failed = (message: string): Mutated => ({ ok: false, message });

/** What the expression of a mutation must give. */
export const mutationResult = (patchType: string): CelType =>
  patchType === "JSONPatch" ? listOf(jsonPatchType) : mutationTypes("Object")!;

/** The expression of a mutation, whichever kind it is. */
export const expressionOf = ({ patchType, applyConfiguration: apply, jsonPatch }: Mutation): string =>
  (patchType === "JSONPatch" ? jsonPatch?.expression : apply?.expression) ?? "";

export class MutatingPolicy {
  readonly conditions: MatchConditions;
  private readonly variables: readonly Variable[];
  private readonly mutations: readonly CompiledMutation[];

  constructor(spec: MutatingAdmissionPolicySpec) {
    const params = spec.paramKind !== undefined;
    const { variables, types } = composed(spec.variables ?? [], params, { structTypes: mutationTypes });
    const environment = admissionEnvironment({ params, authorizer: true, structTypes: mutationTypes, ...types });
    // Failures of conditions are told, and forgiven with all others of the policy.
    this.conditions = new MatchConditions(spec.matchConditions ?? [], params, spec.failurePolicy);
    this.variables = variables;
    this.mutations = (spec.mutations ?? []).map((mutation) => ({
      mutation,
      compiled: compileFor(expressionOf(mutation), environment, [mutationResult(mutation.patchType)]),
    }));
  }

  get size(): number {
    return this.mutations.length;
  }

  /** The object of the subject with one of the mutations in it. */
  mutate(index: number, subject: Subject, atom: Atom): Mutated {
    const { mutation, compiled } = this.mutations[index]!;
    const budget = new Budget();
    const evaluated = evaluate(compiled, Variables.over(this.variables, bindingsOf(subject), budget), budget);
    if (!evaluated.ok) return failed(evaluated.message);
    const object = subject.object as JsonObject;
    return mutation.patchType === "JSONPatch" ? patched(object, evaluated.value) : applied(object, evaluated.value, atom);
  }
}

function applied(object: JsonObject, value: Value, atom: Atom): Mutated {
  if (!(value instanceof StructValue)) return failed("unsupported return type from ApplyConfiguration expression");
  const mismatch = objectTypeError(value);
  if (mismatch !== undefined) return failed(`type mismatch: ${mismatch}`);
  const json = toJson(value);
  if (json instanceof CelError) return failed(json.message);
  const merged = applyConfiguration(atom, object, json as JsonObject);
  return merged.ok ? merged : failed(`error applying patch: ${merged.message}`);
}

function patched(object: JsonObject, value: Value): Mutated {
  if (!(value instanceof ListValue)) return failed("type mismatch: JSONPatchType.expression should evaluate to array");
  const operations: JsonValue[] = [];
  for (const each of value) {
    if (!(each instanceof StructValue))
      return failed("type mismatch: JSONPatchType.expression should evaluate to array of JSONPatch");
    const mismatch = mismatchIn(each);
    if (mismatch !== undefined) return failed(`type mismatch: ${mismatch}`);
    const operation = toJson(each, safeIntegerOrText);
    if (operation instanceof CelError)
      return failed(`JSONPath valueExpression evaluated to a type that could not marshal to JSON: ${operation.message}`);
    operations.push(operation);
  }
  const read = readJsonPatch(operations);
  if (!read.ok) return failed(`JSONPath: ${read.message}`);
  const outcome = applyJsonPatch(object, read.value);
  if (outcome.ok)
    return isJsonObject(outcome.value)
      ? { ok: true, object: outcome.value }
      : failed("JSONPath: the patch does not leave an object");
  // A test that does not hold is how a patch says that it does not apply.
  return outcome.testFailed === true ? { ok: true, object } : failed(`JSONPath: ${outcome.message}`);
}

function mismatchIn(operation: StructValue): string | undefined {
  const value = operation.fields.get("value");
  return value instanceof StructValue ? objectTypeError(value, value.typeName) : undefined;
}
