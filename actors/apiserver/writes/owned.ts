/**
 * An object and who owns what of it, which go beside each other through a write. Who is registered to admit it sees them as one.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
import { managedFieldsFault, managedFieldsText, readManagedFields } from "../../../src/api/apply/managed-fields.js";
import type { UntypedObject } from "../../../src/api/types.js";
import { readJson } from "../../../src/json/text.js";
import type { StoredObject } from "../watch-cache/stored-object.js";

/** An object without its managedFields, and these as text; "" for none. */
export interface Owned {
  readonly object: UntypedObject;
  readonly managedFields: string;
}

/** What nobody owns, such as an act on an object. */
export const unowned = (object: UntypedObject): Owned => ({ object, managedFields: "" });

/** What is stored, in the words of the version that was asked for. Few look who owns what of it. */
export class OwnedBefore implements Owned {
  constructor(
    readonly object: UntypedObject,
    private readonly origin: StoredObject,
  ) {}

  get managedFields(): string {
    return this.origin.managedFields;
  }
}

/** The object with its managedFields. */
export function whole({ object, managedFields }: Owned): UntypedObject {
  if (managedFields === "") return object;
  return { ...object, metadata: { ...object.metadata, managedFields: readJson(managedFields) as object[] } };
}

/**
 * The two apart again, after others had the object, who may have changed either. What nobody can read of the managedFields is told to
 * `warn`, and they are as they were before.
 */
export function parted(changed: UntypedObject, before: Owned, warn: (text: string) => void): Owned {
  const { managedFields, ...metadata } = changed.metadata;
  const object = managedFields === undefined ? changed : { ...changed, metadata };
  const entries = readManagedFields(managedFields);
  if (entries !== undefined) return { object, managedFields: managedFieldsText(entries) };
  const cause = "this could be caused by an outdated mutating admission controller; please fix your requests";
  warn(`.metadata.managedFields was in an invalid state after admission; ${cause}: ${managedFieldsFault(managedFields)}`);
  return { object, managedFields: before.managedFields };
}
