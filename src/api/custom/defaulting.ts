/**
 * Defaults of a schema: in requests, on reading what was stored before the schema had them, and after admission.
 * Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#defaulting
 */
import { deepCopy, isJsonObject, type JsonValue, ownField, setField } from "../json-value.js";
import { type StructuralSchema, schemaOfField } from "./schema.js";

const isUnwantedNull = (value: JsonValue | undefined, schema: StructuralSchema | undefined): boolean =>
  value === null && schema !== undefined && !schema.nullable;

/** Adds what the schema has defaults for, in place. A null that is not allowed counts as absent. */
export function addDefaults(value: JsonValue, schema: StructuralSchema): void {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return;
    for (const [index, item] of value.entries()) {
      if (isUnwantedNull(item, items) && items.default !== undefined) value[index] = deepCopy(items.default);
      addDefaults(value[index]!, items);
    }
    return;
  }
  if (!isJsonObject(value)) return;
  for (const [name, property] of schema.properties) {
    if (property.default === undefined) continue;
    const given = ownField(value, name);
    if (given === undefined || isUnwantedNull(given, property)) setField(value, name, deepCopy(property.default));
  }
  for (const name of Object.keys(value)) {
    const property = schemaOfField(schema, name);
    if (property === undefined) continue;
    if (isUnwantedNull(value[name], property) && property.default !== undefined) value[name] = deepCopy(property.default);
    addDefaults(value[name]!, property);
  }
}

/** Nulls of fields that may not be null and have no default are dropped, in place, as a built-in kind's decoder does. */
export function dropNulls(value: JsonValue, schema: StructuralSchema): void {
  if (Array.isArray(value)) {
    if (schema.items !== undefined) for (const item of value) dropNulls(item, schema.items);
    return;
  }
  if (!isJsonObject(value)) return;
  for (const name of Object.keys(value)) {
    const property = schemaOfField(schema, name);
    if (property === undefined) continue;
    if (isUnwantedNull(value[name], property) && property.default === undefined) delete value[name];
    else dropNulls(value[name]!, property);
  }
}

/** True when some value of this schema would get something by default. */
export function hasDefaults(schema: StructuralSchema): boolean {
  if (schema.default !== undefined) return true;
  if (schema.items !== undefined && hasDefaults(schema.items)) return true;
  if (typeof schema.additionalProperties === "object" && hasDefaults(schema.additionalProperties)) return true;
  return [...schema.properties.values()].some(hasDefaults);
}
