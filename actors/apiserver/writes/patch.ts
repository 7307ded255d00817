import { type FieldValidation, readValue } from "../../../src/api/body.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../src/api/json-value.js";
import { mergeTypeOf } from "../../../src/api/patch/merge-type.js";
import { applyPatch, isPatchType } from "../../../src/api/patch/patch.js";
import { fail, type Result, succeed, unsupportedMediaType } from "../../../src/api/status.js";
import type { UntypedObject } from "../../../src/api/types.js";
import type { PatchRequest } from "../request.js";
import type { Served } from "../served.js";
import type { Change, Changed } from "./update.js";

const supported = [
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
] as const;

/** A structural schema says nothing of how lists merge strategically. */
const ofCustomResources = [
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/apply-patch+yaml",
] as const;

const isStrategic = (type: string): boolean => type === "application/strategic-merge-patch+json";

/**
 * Applies a patch to what is stored, as the version that was asked for shows it. A patch that says no resourceVersion is
 * applied to whatever is there, again and again until it meets no other writer.
 */
export function patchChange(request: PatchRequest, served: Served): Change {
  const { patchType, patch } = request;
  const { custom } = served.resource;
  return (stored) => {
    if (custom !== undefined && isStrategic(patchType)) return fail(unsupportedMediaType(ofCustomResources));
    if (!isPatchType(patchType)) return fail(unsupportedMediaType(supported));
    const copy = concernsManagedFields(request) ? stored.wholeCopy() : stored.copy();
    const current = served.view?.(copy) ?? copy;
    const patched = applyPatch(
      patchType,
      mergeTypeOf(served.resource.type),
      current as unknown as JsonObject,
      patch as JsonValue,
    );
    if (!patched.ok) return patched;
    if (request.typed === true && custom === undefined) return succeed({ object: patched.value as unknown as UntypedObject });
    return decodePatched(served, patched.value, request.options.fieldValidation ?? "Ignore");
  };
}

/** What a patch leaves must be an object of its kind still. */
function decodePatched(served: Served, value: JsonObject, validation: FieldValidation): Result<Changed> {
  const decoded = readValue(value, [], served.resource, validation);
  return decoded.ok ? succeed({ object: decoded.value.object as unknown as UntypedObject }) : decoded;
}

/** Whether a patch might read or change who owns what. */
function concernsManagedFields({ patch }: PatchRequest): boolean {
  if (!Array.isArray(patch)) return isJsonObject(patch) && isJsonObject(patch.metadata) && "managedFields" in patch.metadata;
  const paths = patch.flatMap((operation) => [operation?.path, operation?.from]);
  return paths.some((path) => path === "" || path === "/metadata" || String(path).startsWith("/metadata/managedFields"));
}
