/** Patches of what is stored. https://kubernetes.io/docs/reference/using-api/api-concepts/#patch-and-apply */
import { type Expected, interpretMerged, interpretValue } from "../../../src/api/body.js";
import { invalidValue } from "../../../src/api/field-errors.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../src/api/json-value.js";
import { mapText } from "../../../src/api/patch/merge-lists.js";
import { mergeTypeOf } from "../../../src/api/patch/merge-type.js";
import { applyPatch, isPatchType } from "../../../src/api/patch/patch.js";
import { type ApiError, fail, invalid, type Result, succeed, unsupportedMediaType } from "../../../src/api/status.js";
import type { UntypedObject } from "../../../src/api/types.js";
import { withFloats } from "../../../src/json/integer.js";
import { writeJson } from "../../../src/json/text.js";
import type { PatchRequest } from "../request.js";
import { expectedAt, type Served } from "../served.js";
import type { RemarkBook } from "./remarks.js";
import type { Change } from "./update.js";

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
  return (stored, { remarks }) => {
    const copy = concernsManagedFields(request) ? stored.wholeCopy() : stored.copy();
    const patched = patchedObject(request, served, served.view?.(copy) ?? copy, remarks);
    return patched.ok ? succeed({ object: patched.value }) : patched;
  };
}

/** What a patch makes of an object, or of the part of one that the path names. */
export function patchedObject(
  request: PatchRequest,
  served: Served,
  current: UntypedObject,
  remarks: RemarkBook,
): Result<UntypedObject> {
  const { patchType } = request;
  const { custom } = served.resource;
  // Types tell what no int64 holds from what one does; without one, and to a strategic merge, it is a float.
  const patch = custom !== undefined || isStrategic(patchType) ? withFloats(request.patch) : request.patch;
  if (custom !== undefined && isStrategic(patchType)) return fail(unsupportedMediaType(ofCustomResources));
  if (!isPatchType(patchType)) return fail(unsupportedMediaType(supported));
  const expected = expectedAt(served, request.path);
  const checked = request.options.fieldValidation !== undefined && request.options.fieldValidation !== "Ignore";
  const schema = mergeTypeOf(expected.type);
  const patched = applyPatch(patchType, schema, current as unknown as JsonObject, patch as JsonValue, checked);
  if (!patched.ok) return patched;
  if (request.typed === true && custom === undefined && isJsonObject(patched.value))
    return succeed(withoutEmptyLists(patched.value as unknown as UntypedObject));
  return decodePatched(request, expected, patched.value, remarks);
}

/** Components send no empty lists, but what they take away may be the last of one: that is none, as whoever decodes it would say. */
function withoutEmptyLists(object: UntypedObject): UntypedObject {
  const { finalizers, ownerReferences, ...metadata } = object.metadata;
  if (finalizers?.length !== 0 && ownerReferences?.length !== 0) return object;
  const left = {
    ...((finalizers?.length ?? 0) === 0 ? {} : { finalizers }),
    ...((ownerReferences?.length ?? 0) === 0 ? {} : { ownerReferences }),
  };
  return { ...object, metadata: { ...metadata, ...left } as UntypedObject["metadata"] };
}

/** What a patch leaves must be an object of its kind still, without fields that the kind does not have where the request minds. */
function decodePatched(
  { patchType, patch, problems = [], options }: PatchRequest,
  expected: Expected,
  patched: JsonValue,
  remarks: RemarkBook,
): Result<UntypedObject> {
  const shown = () => (isStrategic(patchType) && isJsonObject(patch) ? mapText(patch) : writeJson(patched));
  const decoded = isStrategic(patchType) ? interpretMerged(patched, expected) : interpretValue(patched, expected);
  if (!decoded.ok) return fail(decoded.otherKind ?? unfit(shown(), decoded.message));
  const { fieldValidation = "Ignore" } = options;
  const minded = fieldValidation === "Ignore" ? [] : [...problems, ...decoded.unknown];
  if (fieldValidation === "Strict" && minded.length > 0)
    return fail(unfit(shown(), `strict decoding error: ${minded.join(", ")}`));
  for (const problem of minded) remarks.warn(problem);
  return succeed(decoded.object as unknown as UntypedObject);
}

/** 422 of a patch after which an object cannot be decoded; Kubernetes names no kind here. */
const unfit = (shown: string, why: string): ApiError => invalid({ group: "", kind: "" }, "", [invalidValue("patch", shown, why)]);

/** Whether a patch might read or change who owns what. */
function concernsManagedFields({ patch }: PatchRequest): boolean {
  if (!Array.isArray(patch)) return isJsonObject(patch) && isJsonObject(patch.metadata) && "managedFields" in patch.metadata;
  const paths = patch.flatMap((operation) => [operation?.path, operation?.from]).filter((path) => typeof path === "string");
  return paths.some((path) => path === "" || /^[^/]*\/metadata($|\/managedFields)/.test(path));
}
