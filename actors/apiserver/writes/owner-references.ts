/** Owners that an object names twice: https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/ */
import { semanticEqual } from "../../../src/api/json-value.js";
import type { OwnerReference, UntypedObject } from "../../../src/api/types.js";

const advice =
  "API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests";

/** The object with each of its owners once. `warn` hears of those that were there again; `when` says since when they were. */
export function withOwnersOnce(object: UntypedObject, warn: (text: string) => void, when = ""): UntypedObject {
  const { ownerReferences = [] } = object.metadata;
  if (ownerReferences.length < 2) return object;
  const owners: OwnerReference[] = [];
  const again: string[] = [];
  for (const owner of ownerReferences) {
    if (owners.some((known) => semanticEqual(known, owner))) again.push(owner.uid);
    else owners.push(owner);
  }
  if (again.length === 0) return object;
  warn(`.metadata.ownerReferences contains duplicate entries${when}; ${advice}; duplicate UID(s) observed: ${again.join(", ")}`);
  return { ...object, metadata: { ...object.metadata, ownerReferences: owners } };
}

export const afterAdmission = " after mutating admission happens";
