/**
 * Lists that are sets or maps: no item, and no item's keys, may be there twice.
 * Source: https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
 */
import { writeJson } from "../../json/text.js";
import { at, child, duplicate, type FieldError, invalidValue } from "../field-errors.js";
import { deepEqual, isJsonObject, type JsonObject, type JsonValue, ownField } from "../json-value.js";
import { type StructuralSchema, schemaOfField } from "./schema.js";

/** Text that is the same for equal values, whatever the order of their fields. */
function identity(value: JsonValue | undefined): string {
  if (value === undefined) return "absent";
  if (Array.isArray(value)) return `[${value.map(identity).join(",")}]`;
  if (!isJsonObject(value)) return writeJson(value);
  const fields = Object.keys(value).sort();
  return `{${fields.map((field) => `${JSON.stringify(field)}:${identity(value[field])}`).join(",")}}`;
}

const keysOf = (item: JsonObject, schema: StructuralSchema): JsonObject =>
  Object.fromEntries(
    schema.listMapKeys.flatMap((key) => {
      const value = ownField(item, key);
      return value === undefined ? [] : [[key, value] as const];
    }),
  );

/** The item of the old list that an item has taken the place of; undefined when nothing tells, as in sets and plain lists. */
export function correlatedItem(item: JsonValue, schema: StructuralSchema, old: JsonValue | undefined): JsonValue | undefined {
  if (!Array.isArray(old) || schema.listType !== "map" || !isJsonObject(item)) return undefined;
  const keys = identity(keysOf(item, schema));
  return old.find((each) => isJsonObject(each) && identity(keysOf(each, schema)) === keys);
}

/**
 * True where nothing of a value is new, in whatever order the items of its maps are. Of fields that no schema tells of, nobody
 * knows what they have taken the place of.
 */
export function isUnchanged(value: JsonValue, old: JsonValue, schema: StructuralSchema): boolean {
  if (Array.isArray(value) && Array.isArray(old)) {
    const { items, listType } = schema;
    if (listType !== "map" || items === undefined) return deepEqual(value, old);
    if (value.length !== old.length) return false;
    return value.every((item) => {
      const before = correlatedItem(item, schema, old);
      return before !== undefined && isUnchanged(item, before, items);
    });
  }
  if (!isJsonObject(value) || !isJsonObject(old)) return deepEqual(value, old);
  const names = Object.keys(value);
  return (
    names.length === Object.keys(old).length &&
    names.every((name) => {
      const [before, field] = [ownField(old, name), schemaOfField(schema, name)];
      return before !== undefined && field !== undefined && isUnchanged(value[name]!, before, field);
    })
  );
}

/** Errors of every set and map in a value: `spec.ports[1]: Duplicate value: {"port":80}`. */
export function listTypeErrors(value: JsonValue, schema: StructuralSchema, path = ""): FieldError[] {
  if (Array.isArray(value)) return arrayErrors(value, schema, path);
  if (!isJsonObject(value)) return [];
  const { properties, additionalProperties } = schema;
  return Object.keys(value).flatMap((name) => {
    const property = properties.get(name);
    if (property !== undefined) return listTypeErrors(value[name]!, property, child(path, name));
    if (typeof additionalProperties !== "object") return [];
    return listTypeErrors(value[name]!, additionalProperties, at(path, name));
  });
}

function arrayErrors(items: readonly JsonValue[], schema: StructuralSchema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (schema.listType === "set") errors.push(...repeated(items, path));
  else if (schema.listType === "map") errors.push(...mapErrors(items, schema, path));
  const { items: itemSchema } = schema;
  if (itemSchema === undefined) return errors;
  return [...errors, ...items.flatMap((item, index) => listTypeErrors(item, itemSchema, at(path, index)))];
}

function mapErrors(items: readonly JsonValue[], schema: StructuralSchema, path: string): FieldError[] {
  const wrong = items.findIndex((item) => item !== null && !isJsonObject(item));
  if (wrong !== -1) return [invalidValue(at(path, wrong), items[wrong], "must be an object for an array of list-type map")];
  const keys = items.map((item) => (isJsonObject(item) ? keysOf(item, schema) : {}));
  return repeated(keys, path);
}

/** The second of each that is there more than once. */
function repeated(values: readonly JsonValue[], path: string): FieldError[] {
  const seen = new Map<string, number>();
  return values.flatMap((each, index) => {
    const key = identity(each);
    const times = (seen.get(key) ?? 0) + 1;
    seen.set(key, times);
    return times === 2 ? [duplicate(at(path, index), each)] : [];
  });
}
