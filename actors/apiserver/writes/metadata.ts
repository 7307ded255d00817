/** What names an object in a request, and which version of it an update is based on. */
import { required } from "../../../src/api/field-errors.js";
import { generatedName } from "../../../src/api/names.js";
import {
  badRequest,
  conflict,
  fail,
  invalid,
  nameMismatch,
  namespaceMismatch,
  type Result,
  succeed,
  uidMismatchOnUpdate,
} from "../../../src/api/status.js";
import { allowsUnconditionalUpdate } from "../../../src/api/strategy/strategy.js";
import type { ObjectMeta, UntypedObject } from "../../../src/api/types.js";
import type { RequestPath } from "../request.js";
import type { Served } from "../served.js";
import type { StoredObject } from "../watch-cache/stored-object.js";

const nameSuffixLength = 5;

/** The namespace of an object is that of its path; what is the cluster's has none, whatever it says. */
export function inNamespaceOf(path: RequestPath, served: Served, object: UntypedObject): Result<UntypedObject> {
  const { namespace = "", ...metadata } = object.metadata ?? {};
  const wanted = served.resource.namespaced ? (path.namespace ?? "") : "";
  if (namespace !== "" && wanted !== "" && namespace !== wanted) return fail(namespaceMismatch());
  return succeed({ ...object, metadata: wanted === "" ? metadata : { ...metadata, namespace: wanted } });
}

/** Gives a new object its name, made from generateName where it has none. */
export function named(served: Served, object: UntypedObject, suffix: (length: number) => string): Result<UntypedObject> {
  const { name = "", generateName = "", resourceVersion = "", ...rest } = object.metadata;
  if (resourceVersion !== "" && resourceVersion !== "0")
    // kube-apiserver lets its storage's refusal out as a 500 of the same words; it is the client's mistake.
    return fail(badRequest("resourceVersion should not be set on objects to be created"));
  if (name !== "") return succeed(object);
  if (generateName === "")
    return fail(invalid(served.groupKind, "", [required("metadata.name", "name or generateName is required")]));
  return succeed({ ...object, metadata: { name: generatedName(generateName, suffix(nameSuffixLength)), generateName, ...rest } });
}

const mustBeSpecified = {
  type: "FieldValueInvalid",
  field: "metadata.resourceVersion",
  body: "Invalid value: 0x0: must be specified for an update",
} as const;

/**
 * Checks that an update is of the object that is stored, and of the version of it that its writer saw. The UID in a whole object
 * says which object is meant; one that a patch sets is a change that validation refuses.
 */
export function checkUpdate(
  path: RequestPath,
  served: Served,
  object: UntypedObject,
  stored: StoredObject,
  how: { readonly uidIsPrecondition?: boolean } = {},
): Result<UntypedObject> {
  const { name = "", resourceVersion = "", uid = "" } = object.metadata;
  const { groupResource, groupKind, resource } = served;
  const wanted = path.name ?? "";
  if (name !== "" && name !== wanted) return fail(nameMismatch(name, wanted));
  const old = stored.object.metadata;
  if (how.uidIsPrecondition === true && uid !== "" && uid !== old.uid)
    return fail(uidMismatchOnUpdate(groupResource, wanted, uid, old.uid ?? ""));
  if (resourceVersion === "" || resourceVersion === "0") {
    if (!allowsUnconditionalUpdate(resource)) return fail(invalid(groupKind, wanted, [mustBeSpecified]));
  } else if (resourceVersion !== String(stored.revision)) return fail(conflict(groupResource, wanted));
  return succeed(name === "" ? { ...object, metadata: { ...object.metadata, name: wanted } } : object);
}

/** True for an object that was only waiting for its last finalizer. */
export function goesWithUpdate(old: ObjectMeta, now: UntypedObject): boolean {
  if (old.deletionTimestamp === undefined || (now.metadata.deletionGracePeriodSeconds ?? 0) !== 0) return false;
  if ((now.metadata.finalizers ?? []).length > 0) return false;
  if (now.kind !== "Namespace" || now.apiVersion !== "v1") return true;
  const spec = now.spec as { finalizers?: string[] } | undefined;
  return (spec?.finalizers ?? []).length === 0;
}
