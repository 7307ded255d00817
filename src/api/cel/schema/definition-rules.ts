import type { StructuralSchema } from "../../custom/schema.js";
import { at, child, type FieldError, forbiddenField, internalFieldError, invalidValue } from "../../field-errors.js";
import type { ValidationRule } from "../../generated/types.js";
import { GoSyntax, quote } from "../../go-format.js";
import { type CompiledRule, type RuleNode, rulesOf } from "./compile-rules.js";
import { maxRequestBytes } from "./declared-type.js";
import { normalizeFieldPath } from "./field-path.js";

/**
 * Whether the rules of a CustomResourceDefinition compile, and whether they can be evaluated within Kubernetes' budget
 * however large the objects are that the schema allows.
 * Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#resource-use-by-validation-functions
 */
const maxRuleCost = 10_000_000;
const maxSchemaCost = 100_000_000;
/** How many of the dearest rules are told of when all together cost too much. */
const toldOf = 4;

const goPointer = (type: string, value: unknown): string => `(*${type})(${value === undefined ? "nil" : "0xc000000000"})`;

/** A rule as Go prints the structure. */
const goRule = (rule: ValidationRule): GoSyntax => {
  const fields = [
    `Rule:${quote(rule.rule)}`,
    `Message:${quote(rule.message)}`,
    `MessageExpression:${quote(rule.messageExpression)}`,
    `Reason:${goPointer("apiextensions.FieldValueErrorReason", rule.reason)}`,
    `FieldPath:${quote(rule.fieldPath)}`,
    `OptionalOldSelf:${goPointer("bool", rule.optionalOldSelf)}`,
  ];
  return new GoSyntax(`apiextensions.ValidationRule{${fields.join(", ")}}`);
};

const budgetMessage = (what: string, cost: number, limit: number): string => {
  const factor = cost / limit;
  const shown = factor > 100 ? "more than 100x" : `${factor.toFixed(factor < 1.5 ? 6 : 1)}x`;
  const hint =
    "(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)";
  return `${what} exceeds budget by factor of ${shown} ${hint}`;
};

interface RuleCost {
  readonly path: string;
  readonly cost: number;
}

/** Where a node is: how often it can be in an object, and which list above it keeps old values from being found. */
interface Place {
  readonly path: string;
  /** Infinity when a list or a map above has no limit of its own. */
  readonly cardinality: number;
  readonly uncorrelatable: string | undefined;
}

class DefinitionCheck {
  readonly errors: FieldError[] = [];
  readonly costs: RuleCost[] = [];

  node(node: RuleNode, place: Place): void {
    const { schema, items, values, properties } = node;
    if (values !== undefined) {
      const cardinality = place.cardinality * Number(schema.checks.maxProperties ?? Number.POSITIVE_INFINITY);
      this.node(values, { ...place, path: child(place.path, "additionalProperties"), cardinality });
    }
    for (const [name, property] of properties) {
      this.node(property, { ...place, path: at(child(place.path, "properties"), name) });
    }
    if (items !== undefined) {
      this.node(items, {
        path: child(place.path, "items"),
        cardinality: place.cardinality * Number(schema.checks.maxItems ?? Number.POSITIVE_INFINITY),
        uncorrelatable: place.uncorrelatable ?? (schema.listType === "map" ? undefined : place.path),
      });
    }
    this.#rules(node, place);
  }

  #rules({ schema, declared, rules }: RuleNode, place: Place): void {
    const path = child(place.path, "x-kubernetes-validations");
    if (schema.rules.length > 0 && declared === undefined) {
      const why = "unable to convert structural schema to CEL declarations";
      const what = `internal error: failed to construct type information for x-kubernetes-validations rules: ${why}`;
      this.errors.push(internalFieldError(path, what));
      return;
    }
    const bounded = Number.isFinite(place.cardinality);
    const fitting = Math.floor(maxRequestBytes / ((declared?.minSerializedBytes ?? 0) + 1));
    for (const [index, compiled] of rules.entries()) {
      const { rule } = compiled;
      if (rule.fieldPath !== undefined && rule.fieldPath !== "" && normalizeFieldPath(rule.fieldPath, schema) === undefined) {
        const fieldPath = child(at(path, index), "fieldPath");
        this.errors.push(invalidValue(fieldPath, rule.fieldPath, "fieldPath must be a valid path"));
      }
      this.#rule(compiled, at(path, index), bounded ? place.cardinality : fitting, place.uncorrelatable);
    }
  }

  #rule(compiled: CompiledRule, path: string, cardinality: number, uncorrelatable: string | undefined): void {
    const { rule, program, error, messageProgram, messageError, usesOldSelf } = compiled;
    const rulePath = child(path, "rule");
    if (program !== undefined) {
      const { max } = program.estimate();
      this.#cost("estimated rule cost", rulePath, max === 0 || cardinality === 0 ? 0 : max * cardinality);
    }
    if (error !== undefined) this.errors.push(invalidValue(rulePath, goRule(rule), error));
    const messagePath = child(path, "messageExpression");
    if (messageError !== undefined) this.errors.push(invalidValue(messagePath, goRule(rule), messageError));
    if (messageProgram !== undefined) this.#cost("estimated messageExpression cost", messagePath, messageProgram.estimate().max);
    if (usesOldSelf && uncorrelatable !== undefined) {
      const why = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelatable}`;
      this.errors.push(invalidValue(rulePath, rule.rule, why));
    }
    if (!usesOldSelf && rule.optionalOldSelf !== undefined) {
      const optionalPath = child(path, "optionalOldSelf");
      this.errors.push(invalidValue(optionalPath, rule.optionalOldSelf, "may not be set if oldSelf is not used in rule"));
    }
  }

  #cost(what: string, path: string, cost: number): void {
    if (cost > maxRuleCost) this.errors.push(forbiddenField(path, budgetMessage(what, cost, maxRuleCost)));
    this.costs.push({ path, cost });
  }

  /** What all rules together cost, told at the schema and at the dearest of them. */
  total(path: string): void {
    const total = this.costs.reduce((sum, { cost }) => sum + cost, 0);
    if (total <= maxSchemaCost) return;
    const dearest = this.costs.filter(({ cost }) => cost >= maxSchemaCost / 100).sort((one, other) => compareCosts(one, other));
    for (const { path: rulePath } of dearest.slice(0, toldOf)) {
      const why = "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema";
      this.errors.push(forbiddenField(rulePath, why));
    }
    const what = "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema";
    this.errors.push(forbiddenField(path, budgetMessage(what, total, maxSchemaCost)));
  }
}

const compareCosts = (one: RuleCost, other: RuleCost): number => (one.cost === other.cost ? 0 : other.cost > one.cost ? 1 : -1);

/**
 * What is wrong with the rules of a version's schema, at `path` (`spec.versions[0].schema.openAPIV3Schema`). The schema
 * itself must be valid, as in Kubernetes, where rules of a wrong schema are not looked at.
 */
export const definitionRuleErrors = (schema: StructuralSchema, path: string): FieldError[] => {
  const node = rulesOf(schema, true);
  if (node === undefined) return [];
  const check = new DefinitionCheck();
  check.node(node, { path, cardinality: 1, uncorrelatable: undefined });
  check.total(path);
  return check.errors;
};
