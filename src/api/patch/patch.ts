import { isJsonObject, type JsonObject, type JsonValue, jsonKind } from "../json-value.js";
import {
  type ApiError,
  badRequest,
  fail,
  genericFailure,
  type Result,
  requestEntityTooLarge,
  succeed,
  unsupportedMediaType,
} from "../status.js";
import { applyJsonPatch } from "./json-patch.js";
import { readJsonPatch } from "./json-patch-document.js";
import { applyMergePatch } from "./merge-patch.js";
import { applyStrategicMergePatch, type MergeType } from "./strategic-merge-patch.js";

export const patchTypes = [
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
] as const;

export type PatchType = (typeof patchTypes)[number];

const maxJsonPatchOperations = 10000;

const rejected = "the server rejected our request due to an error in our request";

/** 422 of a patch that does not apply. The message is Kubernetes'; the cause says which operation failed. */
const notApplicable = (why: string): ApiError => genericFailure(422, "Invalid", rejected, why, "patch");

export const isPatchType = (text: string): text is PatchType => (patchTypes as readonly string[]).includes(text);

/**
 * Applies a patch to an object and answers what comes of it, which is no object where a JSON patch puts a list in its place; neither
 * input is changed. `type` is the media type of the request, `schema` the object's type for strategic merges (undefined for custom
 * resources, which have none: 415). `checked`: fields are validated, which finds more wrong with a JSON patch.
 * Errors: 400 for a body that is no patch, 413 for too many operations, 422 for one that does not apply.
 */
export const applyPatch = (
  type: PatchType,
  schema: MergeType | undefined,
  current: JsonObject,
  patch: JsonValue,
  checked = true,
): Result<JsonValue> => {
  switch (type) {
    case "application/json-patch+json":
      return jsonPatch(current, patch, checked);
    case "application/merge-patch+json":
      return isJsonObject(patch)
        ? succeed(applyMergePatch(current, patch))
        : fail(badRequest(patch === null ? "Invalid JSON Patch" : `error decoding patch: ${notMap(patch)}`));
    case "application/strategic-merge-patch+json":
      return strategicMergePatch(schema, current, patch);
  }
};

const notMap = (patch: JsonValue): string =>
  `json: cannot unmarshal ${jsonKind(patch)} into Go value of type map[string]interface {}`;

const jsonPatch = (current: JsonObject, patch: JsonValue, checked: boolean): Result<JsonValue> => {
  const operations = readJsonPatch(patch, checked);
  if (!operations.ok) return fail(badRequest(`${checked ? "error decoding patch: " : ""}${operations.message}`));
  if (operations.value.length > maxJsonPatchOperations) {
    const message = `The allowed maximum operations in a JSON patch is ${maxJsonPatchOperations}, got ${operations.value.length}`;
    return fail(requestEntityTooLarge(message));
  }
  const outcome = applyJsonPatch(current, operations.value);
  return outcome.ok ? succeed(outcome.value) : fail(notApplicable(outcome.message));
};

const strategicMergePatch = (schema: MergeType | undefined, current: JsonObject, patch: JsonValue): Result<JsonObject> => {
  if (schema === undefined) return fail(unsupportedMediaType(patchTypes.slice(0, 2)));
  if (patch === null) return succeed(current);
  if (!isJsonObject(patch)) return fail(badRequest(notMap(patch)));
  const outcome = applyStrategicMergePatch(current, patch, schema);
  if (outcome.ok) return succeed(outcome.value);
  if (outcome.invalid === true) return fail(notApplicable(outcome.message));
  // kube-apiserver answers some of these with 500, in the same words; they are the client's mistakes all the same.
  return fail(badRequest(outcome.message));
};
