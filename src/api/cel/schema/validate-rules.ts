import type { StructuralSchema } from "../../custom/schema.js";
import {
  at,
  child,
  duplicate,
  type FieldError,
  fieldErrorText,
  forbiddenField,
  invalidValue,
  required,
} from "../../field-errors.js";
import type { ValidationRule } from "../../generated/types.js";
import { quote } from "../../go-format.js";
import { hasField, isJsonObject, type JsonObject, type JsonValue } from "../../json-value.js";
import { byteLength } from "../../names.js";
import { costLimits, type Evaluation, type Program } from "../compile.js";
import type { Binding } from "../language/frame.js";
import { CelError, OptionalValue } from "../language/values.js";
import { type CompiledRule, type RuleNode, rulesOf } from "./compile-rules.js";
import { Correlation, isRatcheted, noRatchet, OldItems, type Ratchet, ratchetOfField, ratchetOfItem } from "./correlation.js";
import { asResource } from "./declared-type.js";
import { schemaValue } from "./schema-values.js";

/**
 * Holds an object against the rules of its schema, x-kubernetes-validations.
 * Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules
 */
export interface RuleVerdict {
  readonly errors: readonly FieldError[];
  /** What would be errors, had the value not been so before. */
  readonly warnings: readonly string[];
}

const maxMessageBytes = 5 * 1024;
const outOfBudget = "validation failed due to running out of cost budget, no further validation rules will be run";

/** Thrown when there is no budget for another rule; the verdict is what was found until then. */
class BudgetSpent extends Error {}

const shownPath = (path: string): string => (path === "" ? "<nil>" : path);
const shownRule = ({ message = "", rule }: ValidationRule): string => (message === "" ? rule : message).trim();

const errorForReason = (reason: string | undefined, path: string, type: string, detail: string): FieldError => {
  switch (reason) {
    case "FieldValueForbidden":
      return forbiddenField(path, detail);
    case "FieldValueRequired":
      return required(path, detail);
    case "FieldValueDuplicate":
      return duplicate(path, type);
    default:
      return invalidValue(path, type, detail);
  }
};

const failureDetail = ({ message }: Evaluation & { readonly ok: false }, rule: ValidationRule): string =>
  message.startsWith("no such overload")
    ? `'${message}': call arguments did not match a supported operator, function or macro signature for rule: ${shownRule(rule)}`
    : `${message} evaluating rule: ${shownRule(rule)}`;

class RuleValidation {
  readonly errors: FieldError[] = [];
  readonly warnings: string[] = [];
  #budget: number = costLimits.perRequest;

  node(node: RuleNode, path: string, value: JsonValue, old: JsonValue | undefined, ratchet: Ratchet): void {
    if (value === null) return;
    if (node.rules.length > 0) this.#rules(node, path, value, old ?? undefined, ratchet);
    if (Array.isArray(value)) this.#items(node, path, value, old, ratchet);
    else if (isJsonObject(value)) this.#fields(node, path, value, old, ratchet);
  }

  #fields(node: RuleNode, path: string, value: JsonObject, old: JsonValue | undefined, ratchet: Ratchet): void {
    const { mapType } = node.schema;
    const correlatable = mapType === undefined || mapType === "granular" || mapType === "atomic";
    const before = correlatable && old !== undefined && old !== null && isJsonObject(old) ? old : undefined;
    for (const name of Object.keys(value)) {
      const oldField = before !== undefined && hasField(before, name) ? before[name] : undefined;
      const property = node.properties.get(name);
      if (property !== undefined) {
        this.node(property, child(path, name), value[name]!, oldField, ratchetOfField(ratchet, name));
      } else if (node.values !== undefined) {
        this.node(node.values, at(path, name), value[name]!, oldField, ratchetOfField(ratchet, name));
      }
    }
  }

  #items(node: RuleNode, path: string, items: readonly JsonValue[], old: JsonValue | undefined, ratchet: Ratchet): void {
    if (node.items === undefined) return;
    const oldItems = new OldItems(node.schema, old);
    for (const [index, item] of items.entries()) {
      this.node(node.items, at(path, index), item, oldItems.of(item), ratchetOfItem(ratchet, index));
    }
  }

  #rules(node: RuleNode, path: string, value: JsonValue, old: JsonValue | undefined, ratchet: Ratchet): void {
    const schema = node.isResourceRoot ? asResource(node.schema) : node.schema;
    const self = schemaValue(value, schema);
    const oldSelf = old === undefined || old === null ? undefined : schemaValue(old, schema);
    const bindings = new Map<string, Binding>([["self", self]]);
    if (oldSelf !== undefined) bindings.set("oldSelf", oldSelf);
    const optional = oldSelf === undefined || oldSelf instanceof CelError ? OptionalValue.none : new OptionalValue(oldSelf);
    const optionalBindings = new Map<string, Binding>([
      ["self", self],
      ["oldSelf", optional],
    ]);
    for (const compiled of node.rules) {
      const isOptional = compiled.rule.optionalOldSelf === true;
      if (compiled.usesOldSelf && oldSelf === undefined && !isOptional) continue;
      this.#rule(compiled, path, schema, isOptional ? optionalBindings : bindings, ratchet);
    }
  }

  #rule(
    compiled: CompiledRule,
    path: string,
    schema: StructuralSchema,
    bindings: ReadonlyMap<string, Binding>,
    ratchet: Ratchet,
  ): void {
    const { rule, program, error } = compiled;
    const here = shownPath(path);
    if (program === undefined) {
      this.errors.push(invalidValue(here, schema.type, `rule compile error: ${error}`));
      return;
    }
    const evaluation = this.#evaluate(program, bindings, here, schema.type);
    if (!evaluation.ok) {
      if (evaluation.costExceeded) {
        const why = `no further validation rules will be run due to call cost exceeds limit for rule: ${shownRule(rule)}`;
        this.#stop(invalidValue(here, schema.type, `'${evaluation.message}': ${why}`));
      }
      this.errors.push(invalidValue(here, schema.type, failureDetail(evaluation, rule)));
      return;
    }
    if (evaluation.value === true) return;
    const field = compiled.fieldPath === "" ? here : child(path, compiled.fieldPath);
    const fallback = (rule.message ?? "") === "" ? `failed rule: ${shownRule(rule)}` : rule.message!.trim();
    const detail = this.#message(compiled, bindings, field, schema.type) ?? fallback;
    const found = errorForReason(rule.reason, field, schema.type, detail);
    if (!compiled.usesOldSelf && isRatcheted(ratchet)) this.warnings.push(fieldErrorText(found));
    else this.errors.push(found);
  }

  #evaluate(program: Program, bindings: ReadonlyMap<string, Binding>, path: string, type: string): Evaluation {
    if (this.#budget <= 0) this.#stop(invalidValue(path, type, outOfBudget));
    const evaluation = program.evaluate(bindings, costLimits.perCall);
    if (evaluation.cost > this.#budget) this.#stop(invalidValue(path, type, outOfBudget));
    this.#budget -= evaluation.cost;
    return evaluation;
  }

  #stop(error: FieldError): never {
    this.errors.push(error);
    throw new BudgetSpent();
  }

  /** What the rule's messageExpression gives; undefined when it has none, or it gives no message that can be shown. */
  #message(
    { messageProgram, rule }: CompiledRule,
    bindings: ReadonlyMap<string, Binding>,
    path: string,
    type: string,
  ): string | undefined {
    if (messageProgram === undefined) return undefined;
    const evaluation = messageProgram.evaluate(bindings, costLimits.perCall);
    if (evaluation.cost > this.#budget) {
      const why = "messageExpression evaluation failed due to running out of cost budget";
      this.#stop(invalidValue(path, type, `${why}, no further validation rules will be run`));
    }
    this.#budget -= evaluation.cost;
    if (!evaluation.ok) {
      if (!evaluation.costExceeded) return undefined;
      const why = "no further validation rules will be run due to call cost exceeds limit for messageExpression";
      this.#stop(invalidValue(path, type, `${why}: ${quote(rule.messageExpression)}`));
    }
    if (typeof evaluation.value !== "string") return undefined;
    const message = evaluation.value.trim();
    return message === "" || message.includes("\n") || byteLength(message) > maxMessageBytes ? undefined : message;
  }
}

/** Whether a resource's schema has any rules. */
export const hasRules = (schema: StructuralSchema): boolean => rulesOf(schema, true) !== undefined;

/**
 * What the rules of a schema say of a value that is a default of it.
 * Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#defaulting
 */
export const validateDefault = (schema: StructuralSchema, value: JsonValue): readonly FieldError[] =>
  verdictOf(rulesOf(schema, schema.isEmbeddedResource), value, undefined, noRatchet).errors;

/**
 * What the rules of a resource's schema say of an object. With `old`, transition rules are held against the change, and
 * what has not changed gives warnings instead of errors.
 */
export const validateRules = (schema: StructuralSchema, object: JsonValue, old?: JsonValue): RuleVerdict => {
  const ratchet = old === undefined ? noRatchet : { own: new Correlation(object, old, schema), nearest: undefined };
  return verdictOf(rulesOf(schema, true), object, old, ratchet);
};

const noFaults: RuleVerdict = { errors: [], warnings: [] };

const verdictOf = (node: RuleNode | undefined, value: JsonValue, old: JsonValue | undefined, ratchet: Ratchet): RuleVerdict => {
  if (node === undefined) return noFaults;
  const validation = new RuleValidation();
  try {
    validation.node(node, "", value, old, ratchet);
  } catch (error) {
    if (!(error instanceof BudgetSpent)) throw error;
  }
  return validation;
};
