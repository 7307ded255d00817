import { hasField, isJsonObject, type JsonObject, type JsonValue, setField } from "../json-value.js";

/** JSON merge patch (RFC 7386): objects merge, null removes, anything else replaces. The input is not changed. */
export const applyMergePatch = (target: JsonValue | undefined, patch: JsonValue): JsonValue => {
  if (!isJsonObject(patch)) return patch;
  const merged: JsonObject = isJsonObject(target) ? { ...target } : {};
  for (const field of Object.keys(patch)) {
    const value = patch[field]!;
    if (value === null) delete merged[field];
    else setField(merged, field, applyMergePatch(hasField(merged, field) ? merged[field] : undefined, value));
  }
  return merged;
};
