/** What becomes of a custom object between decoding and storing it, and what is wrong with it. */
import { isInt64, isNumeric } from "../../json/integer.js";
import { writeJson } from "../../json/text.js";
import { hasRules, validateRules } from "../cel/schema/validate-rules.js";
import { type FieldError, type FieldErrorType, invalidValue } from "../field-errors.js";
import type { ObjectMeta } from "../generated/types.js";
import { deepEqual, isJsonObject, type JsonObject, type JsonValue, ownField } from "../json-value.js";
import type { UntypedObject } from "../types.js";
import { embeddedErrors } from "./embedded.js";
import { listTypeErrors } from "./list-types.js";
import { pathOfField } from "./selectable-fields.js";
import { valueErrors } from "./values.js";
import type { CustomVersion } from "./version.js";

/** A new object has no status where that is written apart. */
export function withoutStatus({ hasStatus }: CustomVersion, object: UntypedObject): UntypedObject {
  if (!hasStatus) return object;
  const { status: _status, ...rest } = object;
  return rest as UntypedObject;
}

/** A write to the status takes the status and nothing else, not even metadata. */
export function withStatusOf(object: UntypedObject, old: UntypedObject): UntypedObject {
  const { status: _before, ...rest } = old;
  const { managedFields } = object.metadata;
  const metadata: ObjectMeta = { ...old.metadata, ...(managedFields === undefined ? {} : { managedFields }) };
  return { ...rest, metadata, ...(object.status === undefined ? {} : { status: object.status }) } as UntypedObject;
}

/** A write to the object leaves the status, where that is written apart; the generation follows any other change. */
export function prepareCustomUpdate(
  custom: CustomVersion,
  object: UntypedObject,
  old: UntypedObject,
  metadata: ObjectMeta,
): UntypedObject {
  const kept = { ...withoutStatus(custom, object), metadata };
  const prepared = (custom.hasStatus && old.status !== undefined ? { ...kept, status: old.status } : kept) as UntypedObject;
  const { metadata: _new, ...now } = prepared;
  const { metadata: _old, ...before } = old;
  const generation = old.metadata.generation ?? 1;
  // Without types of Go's, a field that is absent differs from one that says nothing.
  prepared.metadata.generation = deepEqual(now, before) ? generation : Number(generation) + 1;
  return prepared;
}

/** The value at a path such as `.spec.replicas`; undefined where there is none. */
export function valueAt(object: UntypedObject, path: string): JsonValue | undefined {
  let value: JsonValue | undefined = object as JsonObject;
  for (const name of pathOfField(path)) value = value !== undefined && isJsonObject(value) ? ownField(value, name) : undefined;
  return value;
}

const int32Most = 2_147_483_647;

function replicasErrors(object: UntypedObject, path: string): FieldError[] {
  const value = valueAt(object, path) ?? 0;
  if (!isInt64(value)) {
    const shown = writeJson(value);
    return [invalidValue(path, 0, `${path} accessor error: ${shown} is of the type ${goType(value)}, expected int64`)];
  }
  if (value < 0) return [invalidValue(path, value, "should be a non-negative integer")];
  return value > int32Most ? [invalidValue(path, value, `should be less than or equal to ${int32Most}`)] : [];
}

function goType(value: JsonValue): string {
  if (value === null) return "<nil>";
  if (Array.isArray(value)) return "[]interface {}";
  if (typeof value === "object") return "map[string]interface {}";
  return isNumeric(value) ? "float64" : typeof value === "boolean" ? "bool" : "string";
}

/** Faults that leave nothing for CEL rules to look at: the value is not what its schema says. */
const blocking: ReadonlySet<FieldErrorType> = new Set([
  "FieldValueNotSupported",
  "FieldValueRequired",
  "FieldValueTooLong",
  "FieldValueTooMany",
  "FieldValueTypeInvalid",
]);
const notChecked =
  "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation";

/**
 * Faults of a custom object beside those of its metadata. With `old`, what has not changed is not held against it: `warn`
 * hears of what of that breaks a rule.
 */
export function customErrors(
  custom: CustomVersion,
  object: UntypedObject,
  old?: UntypedObject,
  warn?: (text: string) => void,
): FieldError[] {
  const { schema, scale } = custom;
  const value = object as JsonObject;
  const before = old as JsonObject | undefined;
  const errors = valueErrors(value, schema, "", before);
  if (scale !== undefined)
    errors.push(...replicasErrors(object, scale.specReplicasPath), ...replicasErrors(object, scale.statusReplicasPath));
  errors.push(...embeddedErrors(value, schema));
  const wasWrong = before !== undefined && listTypeErrors(before, schema).length > 0;
  if (!wasWrong) errors.push(...listTypeErrors(value, schema));
  if (!hasRules(schema)) return errors;
  if (errors.some(({ type }) => blocking.has(type))) return [...errors, invalidValue("<nil>", null, notChecked)];
  const verdict = validateRules(schema, value, before);
  for (const warning of verdict.warnings) warn?.(warning);
  return [...errors, ...verdict.errors];
}
