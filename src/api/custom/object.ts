/**
 * Custom objects between JSON and what is served: decoded from requests, read from the store in whichever version they are
 * there, and stored again. Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/
 */
import { type Decoded, decodeAs } from "../decode.js";
import { fieldErrorText } from "../field-errors.js";
import type { JsonObject } from "../json-value.js";
import type { UntypedObject } from "../types.js";
import { addDefaults, dropNulls } from "./defaulting.js";
import { coerceEmbedded } from "./embedded.js";
import { prune } from "./prune.js";
import type { StructuralSchema } from "./schema.js";
import type { CustomVersion } from "./version.js";

/** What of an object its schema knows, in place. Answers the paths of the fields that went. */
function fit(object: JsonObject, schema: StructuralSchema): string[] {
  const pruned = prune(object, schema, true);
  dropNulls(object, schema);
  return pruned;
}

/** Decodes the value of a request, in place: metadata by its type, everything else by the schema, and defaults. */
export function decodeCustom(value: JsonObject, { schema }: CustomVersion): Decoded {
  const unknownFields: string[] = [];
  if (value.metadata !== undefined) {
    const metadata = decodeAs("ObjectMeta", value.metadata);
    if (!metadata.ok) return metadata;
    value.metadata = metadata.value as JsonObject;
    unknownFields.push(...metadata.unknownFields.map((field) => `metadata.${field}`));
  }
  unknownFields.push(...fit(value, schema));
  const wrong = coerceEmbedded(value, schema);
  if (wrong !== undefined) return { ok: false, message: fieldErrorText(wrong) };
  addDefaults(value, schema);
  return { ok: true, value, unknownFields };
}

/** A stored object as this version shows it, in place; `object` says by its apiVersion in which version it is stored. */
export function showCustom(object: UntypedObject, custom: CustomVersion, apiVersion: string): UntypedObject {
  const value = object as unknown as JsonObject;
  const storedAs = custom.schemas.get(object.apiVersion ?? "");
  if (storedAs !== undefined && storedAs !== custom.schema) fit(value, storedAs);
  object.apiVersion = apiVersion;
  fit(value, custom.schema);
  addDefaults(value, custom.schema);
  return object;
}

/** An object of this version as it is stored in another, in place: what that version's schema does not know is lost. */
export function storeCustom(object: UntypedObject, custom: CustomVersion, storageApiVersion: string): UntypedObject {
  const schema = custom.schemas.get(storageApiVersion);
  if (object.apiVersion === storageApiVersion || schema === undefined) return object;
  object.apiVersion = storageApiVersion;
  fit(object as unknown as JsonObject, schema);
  return object;
}
