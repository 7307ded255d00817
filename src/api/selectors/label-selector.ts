import { aggregateText, at, child, type FieldError, fieldErrorText, invalidValue } from "../field-errors.js";
import type { LabelSelector } from "../generated/types.js";
import { labelValue, qualifiedName } from "../names.js";

/**
 * Label selectors: what they are once parsed, and how they match. The text form is parsed in label-parser.ts.
 * Source: "Labels and Selectors" of the Kubernetes documentation.
 */
export type LabelOperator = "=" | "==" | "!=" | "in" | "notin" | "exists" | "!" | "gt" | "lt";

export interface LabelRequirement {
  readonly key: string;
  readonly operator: LabelOperator;
  readonly values: readonly string[];
}

export type Labels = { readonly [key: string]: string } | undefined;

/** A predicate over the labels of an object; undefined labels are none. */
export type LabelPredicate = (labels: Labels) => boolean;

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

/** Checks one requirement as Kubernetes does when it builds one; the text is the message of the first group of errors. */
export const requirementError = (requirement: LabelRequirement): string | undefined => {
  const { key, operator, values } = requirement;
  const errors: FieldError[] = [];
  const keyErrors = qualifiedName(key);
  if (keyErrors.length > 0) errors.push(invalidValue("key", key, keyErrors.join("; ")));
  if ((operator === "in" || operator === "notin") && values.length === 0) {
    errors.push(invalidValue("values", values, "for 'in', 'notin' operators, values set can't be empty"));
  }
  if (operator === "gt" || operator === "lt") {
    for (const [index, value] of values.entries()) {
      if (!integerPattern.test(value)) {
        errors.push(invalidValue(at("values", index), value, "for 'Gt', 'Lt' operators, the value must be an integer"));
      }
    }
  }
  for (const [index, value] of values.entries()) {
    const valueErrors = labelValue(value);
    if (valueErrors.length > 0) errors.push(invalidValue(at(at("values", index), key), value, valueErrors.join("; ")));
  }
  return errors.length === 0 ? undefined : aggregateText(errors);
};

/** The message of a key that is no label key, as the parser of selectors words it. */
export const labelKeyError = (key: string): string | undefined => {
  const errors = qualifiedName(key);
  return errors.length === 0 ? undefined : fieldErrorText(invalidValue("<nil>", key, errors.join("; ")));
};

const integerPattern = /^[+-]?[0-9]+$/;

const compileRequirement = ({ key, operator, values }: LabelRequirement): LabelPredicate => {
  const value = values[0] ?? "";
  const read = (labels: Labels): string | undefined =>
    labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case "=":
    case "==":
      return (labels) => read(labels) === value;
    case "!=":
      return (labels) => read(labels) !== value;
    case "in": {
      const set = new Set(values);
      return (labels) => {
        const found = read(labels);
        return found !== undefined && set.has(found);
      };
    }
    case "notin": {
      const set = new Set(values);
      return (labels) => {
        const found = read(labels);
        return found === undefined || !set.has(found);
      };
    }
    case "exists":
      return (labels) => read(labels) !== undefined;
    case "!":
      return (labels) => read(labels) === undefined;
    case "gt":
    case "lt": {
      const bound = BigInt(value);
      return (labels) => {
        const found = read(labels);
        if (found === undefined || !integerPattern.test(found)) return false;
        return operator === "gt" ? BigInt(found) > bound : BigInt(found) < bound;
      };
    }
  }
};

/** Compiles requirements once, so that matching an object costs a few lookups. All must hold; none at all match everything. */
export const compileRequirements = (requirements: readonly LabelRequirement[]): LabelPredicate => {
  const predicates = requirements.map(compileRequirement);
  if (predicates.length === 0) return () => true;
  if (predicates.length === 1) return predicates[0]!;
  return (labels) => predicates.every((predicate) => predicate(labels));
};

const objectOperators = new Map<string, LabelOperator>([
  ["In", "in"],
  ["NotIn", "notin"],
  ["Exists", "exists"],
  ["DoesNotExist", "!"],
]);

/** The requirements of a LabelSelector object; an operator that does not exist is an error. */
export const requirementsOf = (selector: LabelSelector): Parsed<LabelRequirement[]> => {
  const requirements: LabelRequirement[] = [];
  for (const key of Object.keys(selector.matchLabels ?? {})) {
    requirements.push({ key, operator: "=", values: [selector.matchLabels![key]!] });
  }
  for (const { key, operator, values } of selector.matchExpressions ?? []) {
    const known = objectOperators.get(operator);
    if (known === undefined) return { ok: false, message: `"${operator}" is not a valid label selector operator` };
    requirements.push({ key, operator: known, values: values ?? [] });
  }
  return { ok: true, value: requirements };
};

/**
 * A predicate from a LabelSelector object as controllers and Services use it: no selector at all matches nothing, an
 * empty one everything. A selector with an operator that does not exist matches nothing (validation refuses it).
 */
export const compileLabelSelector = (selector: LabelSelector | undefined): LabelPredicate => {
  if (selector === undefined) return () => false;
  const requirements = requirementsOf(selector);
  return requirements.ok ? compileRequirements(requirements.value) : () => false;
};

/** A predicate from the plain map of a Service or ReplicationController; an empty or missing map matches nothing there. */
export const compileLabelMap = (map: Labels): LabelPredicate => {
  const keys = Object.keys(map ?? {});
  if (keys.length === 0) return () => false;
  return compileRequirements(keys.map((key) => ({ key, operator: "=", values: [map![key]!] })));
};

const compareText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

const requirementText = ({ key, operator, values }: LabelRequirement): string => {
  const sorted = [...values].sort(compareText).join(",");
  switch (operator) {
    case "exists":
      return key;
    case "!":
      return `!${key}`;
    case "in":
    case "notin":
      return `${key} ${operator} (${sorted})`;
    case "gt":
      return `${key}>${sorted}`;
    case "lt":
      return `${key}<${sorted}`;
    default:
      return `${key}${operator}${sorted}`;
  }
};

/** The text of a selector, keys in order; `status.selector` of the scale subresource is this. */
export const labelSelectorText = (selector: LabelSelector | undefined): string => {
  const requirements = requirementsOf(selector ?? {});
  if (!requirements.ok) return "";
  return [...requirements.value]
    .sort((left, right) => compareText(left.key, right.key))
    .map(requirementText)
    .join(",");
};

/** Field errors of a LabelSelector object. */
export const labelSelectorErrors = (selector: LabelSelector | undefined, path: string): FieldError[] => {
  const errors: FieldError[] = [];
  if (selector === undefined) return errors;
  for (const key of Object.keys(selector.matchLabels ?? {})) {
    const labelsPath = child(path, "matchLabels");
    errors.push(...qualifiedName(key).map((message) => invalidValue(labelsPath, key, message)));
    const value = selector.matchLabels![key]!;
    errors.push(...labelValue(value).map((message) => invalidValue(labelsPath, value, message)));
  }
  for (const [index, expression] of (selector.matchExpressions ?? []).entries()) {
    errors.push(...expressionErrors(expression, at(child(path, "matchExpressions"), index)));
  }
  return errors;
};

const expressionErrors = (expression: { key: string; operator: string; values?: string[] }, path: string): FieldError[] => {
  const errors: FieldError[] = [];
  const values = expression.values ?? [];
  const valuesPath = child(path, "values");
  switch (expression.operator) {
    case "In":
    case "NotIn":
      if (values.length === 0) {
        errors.push({
          type: "FieldValueRequired",
          field: valuesPath,
          body: "Required value: must be specified when `operator` is 'In' or 'NotIn'",
        });
      }
      break;
    case "Exists":
    case "DoesNotExist":
      if (values.length > 0) {
        errors.push({
          type: "FieldValueForbidden",
          field: valuesPath,
          body: "Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
        });
      }
      break;
    default:
      errors.push(invalidValue(child(path, "operator"), expression.operator, "not a valid selector operator"));
  }
  const key = expression.key ?? "";
  errors.push(...qualifiedName(key).map((message) => invalidValue(child(path, "key"), key, message)));
  for (const [index, value] of values.entries()) {
    errors.push(...labelValue(value).map((message) => invalidValue(at(valuesPath, index), value, message)));
  }
  return errors;
};
