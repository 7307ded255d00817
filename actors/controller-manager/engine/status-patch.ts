/** Writes a status as a merge patch: what the new status does not have is taken out. */
import { deepEqual, type JsonValue, semanticEqual } from "../../../src/api/json-value.js";
import type { ObjectPath } from "../../apiserver/messages.js";
import type { PlannedWrite } from "./plan.js";

/** The write that makes `before` into `after`; none when they say the same, a zero and nothing being the same. */
export function statusPatch(path: ObjectPath, before: object | undefined, after: object): PlannedWrite[] {
  if (semanticEqual(before, after)) return [];
  const old = (before ?? {}) as { readonly [field: string]: JsonValue };
  const changed: Array<[string, JsonValue | null]> = [];
  for (const field of Object.keys(old)) if (!Object.hasOwn(after, field)) changed.push([field, null]);
  for (const [field, value] of Object.entries(after)) {
    if (!Object.hasOwn(old, field) || !deepEqual(old[field] as JsonValue, value)) changed.push([field, value]);
  }
  const patch = { status: Object.fromEntries(changed) };
  const patchType = "application/merge-patch+json";
  return [{ request: { verb: "patch", path: { ...path, subresource: "status" }, patchType, patch } }];
}
