/**
 * Custom objects between JSON and what is served: decoded from requests, read from the store in whichever version they are
 * there, and stored again. Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/
 */
import { type Decoded, decodeAs } from "../decode.js";
import { fieldErrorText } from "../field-errors.js";
import type { JsonObject } from "../json-value.js";
import type { UntypedObject } from "../types.js";
import { addDefaults, dropNulls } from "./defaulting.js";
import { coerceEmbedded, mendEmbedded } from "./embedded.js";
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
  addDefaults(value, schema);
  // Defaults may say more of metadata than it has.
  const embedded = coerceEmbedded(value, schema);
  if (embedded.error !== undefined) return { ok: false, message: fieldErrorText(embedded.error) };
  unknownFields.push(...embedded.unknownFields);
  return { ok: true, value, unknownFields };
}

/** Makes an object one of another version: by its apiVersion alone, or as a webhook says. */
export type Converter = (object: UntypedObject, apiVersion: string) => UntypedObject;

const json = (object: UntypedObject): JsonObject => object as JsonObject;

/**
 * A stored object, which is changed, as this version shows it; it says by its apiVersion in which version it is stored. It gets
 * the defaults of that version, not of this one: only a request gets those of the version that it speaks.
 */
export function showCustom(object: UntypedObject, custom: CustomVersion, apiVersion: string, convert: Converter): UntypedObject {
  const storedAs = custom.schemas.get(object.apiVersion ?? "") ?? custom.schema;
  fit(json(object), storedAs);
  addDefaults(json(object), storedAs);
  mendEmbedded(json(object), storedAs);
  const shown = convert(object, apiVersion);
  if (storedAs === custom.schema) return shown;
  fit(json(shown), custom.schema);
  mendEmbedded(json(shown), custom.schema);
  return shown;
}

/** An object of this version, which is changed, as it is stored in another: what that version's schema does not know is lost. */
export function storeCustom(
  object: UntypedObject,
  custom: CustomVersion,
  storageApiVersion: string,
  convert: Converter,
): UntypedObject {
  const schema = custom.schemas.get(storageApiVersion);
  if (object.apiVersion === storageApiVersion || schema === undefined) return object;
  const stored = convert(object, storageApiVersion);
  fit(json(stored), schema);
  return stored;
}
