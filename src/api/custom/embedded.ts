/**
 * Objects inside of objects: where a schema says x-kubernetes-embedded-resource, apiVersion, kind and metadata are what
 * they are in every object.
 * Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#rawextension
 */
import { decodeAs } from "../decode.js";
import { at, child, type FieldError, invalidValue, required } from "../field-errors.js";
import type { ObjectMeta } from "../generated/types.js";
import { isJsonObject, type JsonObject, type JsonValue, ownField } from "../json-value.js";
import { parseApiVersion } from "../kinds.js";
import { dns1035Label } from "../names.js";
import { metadataErrors } from "../validation/metadata.js";
import { embeddedKind } from "../validation/name-rules.js";
import { type StructuralSchema, schemaOfField } from "./schema.js";

/** Calls back for every embedded resource in a value, with its path. */
function eachEmbedded(
  value: JsonValue,
  schema: StructuralSchema,
  path: string,
  onFound: (object: JsonObject, path: string) => void,
): void {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items !== undefined) for (const [index, item] of value.entries()) eachEmbedded(item, items, at(path, index), onFound);
    return;
  }
  if (!isJsonObject(value)) return;
  if (schema.isEmbeddedResource) onFound(value, path);
  for (const name of Object.keys(value)) {
    const field = schemaOfField(schema, name);
    if (field === undefined) continue;
    eachEmbedded(value[name]!, field, schema.properties.has(name) ? child(path, name) : at(path, name), onFound);
  }
}

export interface Coerced {
  /** The first of what is no apiVersion, kind or metadata by its type. */
  readonly error: FieldError | undefined;
  /** `spec.template.metadata.nonsense` */
  readonly unknownFields: readonly string[];
}

/** Makes the metadata of embedded resources what a decoder would, in place: unknown fields of it go. */
export function coerceEmbedded(value: JsonValue, schema: StructuralSchema): Coerced {
  let error: FieldError | undefined;
  const unknownFields: string[] = [];
  eachEmbedded(value, schema, "", (object, path) => {
    for (const name of ["apiVersion", "kind"]) {
      const given = ownField(object, name);
      if (given !== undefined && typeof given !== "string") error ??= invalidValue(child(path, name), given, "must be a string");
    }
    const metadata = ownField(object, "metadata");
    if (metadata === undefined) return;
    const decoded = decodeAs("ObjectMeta", metadata);
    const metadataPath = child(path, "metadata");
    if (decoded.ok) {
      object.metadata = decoded.value as JsonObject;
      unknownFields.push(...decoded.unknownFields.map((field) => child(metadataPath, field)));
    } else error ??= invalidValue(metadataPath, metadata, decoded.message);
  });
  return { error, unknownFields };
}

/** Takes out of embedded resources what is none of their apiVersion, kind or metadata by its type, in place: it is stored already. */
export function mendEmbedded(value: JsonValue, schema: StructuralSchema): void {
  eachEmbedded(value, schema, "", (object) => {
    for (const name of ["apiVersion", "kind"]) {
      const given = ownField(object, name);
      if (given !== undefined && typeof given !== "string") delete object[name];
    }
    const metadata = ownField(object, "metadata");
    if (metadata === undefined) return;
    if (isJsonObject(metadata)) object.metadata = readable(metadata);
    else delete object.metadata;
  });
}

/** The fields of metadata that can be decoded. */
function readable(metadata: JsonObject): JsonObject {
  const whole = decodeAs("ObjectMeta", metadata);
  if (whole.ok) return whole.value as JsonObject;
  const fields = Object.entries(metadata).map(([name, value]) => decodeAs("ObjectMeta", { [name]: value }));
  return Object.assign({}, ...fields.map((field) => (field.ok ? field.value : {}))) as JsonObject;
}

/** Errors of the apiVersion, kind and metadata of every embedded resource. */
export function embeddedErrors(value: JsonValue, schema: StructuralSchema, path = ""): FieldError[] {
  const errors: FieldError[] = [];
  eachEmbedded(value, schema, path, (object, at) => errors.push(...resourceErrors(object, at)));
  return errors;
}

function resourceErrors(object: JsonObject, path: string): FieldError[] {
  const { apiVersion, kind, metadata } = object;
  const errors: FieldError[] = [];
  const versionPath = child(path, "apiVersion");
  if (apiVersion === undefined) errors.push(required(versionPath, "must not be empty"));
  else if (apiVersion === "") errors.push(invalidValue(versionPath, apiVersion, "must not be empty"));
  else if (typeof apiVersion === "string" && parseApiVersion(apiVersion) === undefined)
    errors.push(invalidValue(versionPath, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  const kindPath = child(path, "kind");
  if (kind === undefined) errors.push(required(kindPath, "must not be empty"));
  else if (kind === "") errors.push(invalidValue(kindPath, kind, "must not be empty"));
  else if (typeof kind === "string") {
    const wrong = dns1035Label(kind.toLowerCase());
    if (wrong.length > 0)
      errors.push(invalidValue(kindPath, kind, `may have mixed case, but should otherwise match: ${wrong.join(",")}`));
  }
  if (isJsonObject(metadata)) {
    const named = { ...metadata, name: metadata.name || "fakename" } as ObjectMeta;
    const of = { group: "apiextensions.k8s.io", kind: embeddedKind, namespaced: (named.namespace ?? "") !== "" };
    errors.push(...metadataErrors(of, named, child(path, "metadata")));
  }
  return errors;
}
