import { writeJson } from "../../json/text.js";
import { at, child, duplicate, type FieldError, forbiddenField, invalidValue, required, tooLong } from "../field-errors.js";
import type { StorageClass, TopologySelectorLabelRequirement, TopologySelectorTerm } from "../generated/types.js";
import { semanticEqual } from "../json-value.js";
import { byteLength, qualifiedName } from "../names.js";
import { followsRule, immutable, oneOf, requiredOneOf } from "./common.js";

/** Classes of storage. Source: "Storage Classes" of the Kubernetes documentation. */

const maxParameters = 512;
const maxParameterBytes = 256 * 1024;

/** Who provisions the volumes of a class. */
export const provisionerErrors = (provisioner: string | undefined, path: string): FieldError[] =>
  provisioner ? followsRule(qualifiedName, provisioner.toLowerCase(), path) : [required(path)];

/** What a class tells its provisioner. */
export const parameterErrors = (given: Readonly<Record<string, string>> = {}): FieldError[] => {
  const parameters = Object.entries(given);
  const errors: FieldError[] = parameters.length > maxParameters ? [tooLong("parameters", maxParameters)] : [];
  const bytes = parameters.reduce((sum, [key, value]) => sum + byteLength(key) + byteLength(value), 0);
  if (parameters.some(([key]) => key === "")) errors.push(invalidValue("parameters", "", "field can not be empty."));
  return bytes > maxParameterBytes ? [...errors, tooLong("parameters", maxParameterBytes)] : errors;
};

const keyErrors = ({ key = "", values = [] }: TopologySelectorLabelRequirement, path: string): FieldError[] => {
  const valuesPath = child(path, "values");
  const errors = values.length === 0 ? [required(valuesPath)] : [];
  for (const [index, value] of values.entries())
    if (values.indexOf(value) < index) errors.push(duplicate(at(valuesPath, index), value));
  return [...errors, ...followsRule(qualifiedName, key, child(path, "key"))];
};

/** Which values of which labels a term names, in whatever order. */
const meaningOf = (term: TopologySelectorTerm): string =>
  writeJson((term.matchLabelExpressions ?? []).map(({ key, values = [] }) => [key, [...values].sort()] as const).sort(byKey));
const byKey = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
  one === other ? 0 : one < other ? -1 : 1;

/** No term may say nothing, or the same as another. */
const topologyErrors = (terms: readonly TopologySelectorTerm[], path: string): FieldError[] => {
  const meanings = new Set(["[]"]);
  return terms.flatMap((term, index) => {
    const expressionsPath = child(path, "matchLabelExpressions");
    const expressions = term.matchLabelExpressions ?? [];
    const errors = expressions.flatMap((expression, position) => {
      const expressionPath = at(expressionsPath, position);
      const first = expressions.findIndex(({ key }) => key === expression.key) === position;
      const wrong = keyErrors(expression, expressionPath);
      return first ? wrong : [...wrong, duplicate(child(expressionPath, "key"), expression.key)];
    });
    const meaning = meaningOf(term);
    if (meanings.has(meaning)) errors.push(duplicate(child(at(path, index), "matchLabelExpressions"), ""));
    meanings.add(meaning);
    return errors;
  });
};

export const storageClassErrors = (storageClass: StorageClass): FieldError[] => [
  ...provisionerErrors(storageClass.provisioner, "provisioner"),
  ...parameterErrors(storageClass.parameters),
  ...oneOf(storageClass.reclaimPolicy, ["Delete", "Retain"], "reclaimPolicy"),
  ...requiredOneOf(storageClass.volumeBindingMode, ["Immediate", "WaitForFirstConsumer"], "volumeBindingMode"),
  ...topologyErrors(storageClass.allowedTopologies ?? [], "allowedTopologies"),
];

export const storageClassUpdateErrors = (storageClass: StorageClass, old: StorageClass): FieldError[] => {
  const errors: FieldError[] = [];
  for (const field of ["parameters", "provisioner", "reclaimPolicy"] as const) {
    if (!semanticEqual(storageClass[field], old[field])) errors.push(forbiddenField(field, `updates to ${field} are forbidden.`));
  }
  return [...errors, ...immutable(storageClass.volumeBindingMode, old.volumeBindingMode, "volumeBindingMode")];
};
