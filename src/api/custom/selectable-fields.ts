/**
 * Fields of custom resources that clients may select on.
 * Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#crd-selectable-fields
 */
import { at, child, duplicate, type FieldError, invalidValue, required, tooMany } from "../field-errors.js";
import type { JSONSchemaProps, SelectableField } from "../generated/types.js";

const fieldsMost = 8;

export function selectableFieldErrors(
  fields: readonly SelectableField[],
  schema: JSONSchemaProps | undefined,
  path: string,
): FieldError[] {
  if (fields.length === 0) return [];
  if (schema === undefined)
    return [invalidValue(path, "", "may only be set when `version.schema.openAPIV3Schema` is not included")];
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, { jsonPath }] of fields.entries()) {
    const fieldPath = child(at(path, index), "jsonPath");
    if (!jsonPath) {
      errors.push(required(fieldPath));
      continue;
    }
    errors.push(...fieldErrors(jsonPath, schema, fieldPath));
    if (seen.has(jsonPath)) errors.push(duplicate(fieldPath, jsonPath));
    seen.add(jsonPath);
  }
  if (seen.size > fieldsMost) errors.push(tooMany(path, seen.size, fieldsMost));
  return errors;
}

function fieldErrors(jsonPath: string, schema: JSONSchemaProps, path: string): FieldError[] {
  if (!/^(?:\.[A-Za-z_$][\w$-]*)+$/.test(jsonPath))
    return [invalidValue(path, jsonPath, "is an invalid path: must be a simple path of field names, each after a dot")];
  let at: JSONSchemaProps | undefined = schema;
  for (const name of pathOfField(jsonPath)) {
    const { properties = {} }: JSONSchemaProps = at;
    at = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (at === undefined) return [invalidValue(path, jsonPath, "is an invalid path: does not refer to a valid field")];
  }
  const errors: FieldError[] = [];
  if (jsonPath.startsWith(".metadata.")) errors.push(invalidValue(path, jsonPath, "must not point to fields in metadata"));
  if (!["string", "boolean", "integer"].includes(at.type ?? "")) {
    const why =
      "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.";
    errors.push(invalidValue(path, jsonPath, why));
  }
  return errors;
}

/** `.spec.color` as the names in it. */
export const pathOfField = (jsonPath: string): string[] => jsonPath.split(".").slice(1);
