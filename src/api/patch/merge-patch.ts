import { hasField, isJsonObject, type JsonObject, type JsonValue, setField } from "../json-value.js";

/**
 * JSON merge patch (RFC 7386): objects merge, null removes, anything else replaces. The input is not changed. As in Kubernetes, and other
 * than the RFC has it, objects in a list lose their nulls too, unless the list takes an object's place.
 */
export const applyMergePatch = (target: JsonValue | undefined, patch: JsonValue): JsonValue => {
  if (!isJsonObject(target)) return withoutNulls(patch);
  if (!isJsonObject(patch)) return patch;
  const merged: JsonObject = { ...target };
  for (const field of Object.keys(patch)) {
    const value = patch[field]!;
    if (value === null) delete merged[field];
    else setField(merged, field, applyMergePatch(hasField(merged, field) ? merged[field] : undefined, value));
  }
  return merged;
};

/** A value without the fields that are null. Items of lists that are null stay. */
const withoutNulls = (value: JsonValue): JsonValue => {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isJsonObject(value)) return value;
  const clean: JsonObject = {};
  for (const field of Object.keys(value)) if (value[field] !== null) setField(clean, field, withoutNulls(value[field]!));
  return clean;
};
