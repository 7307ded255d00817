/**
 * What the schemas of a CustomResourceDefinition may say: the keywords of OpenAPI v3 that Kubernetes takes, its own
 * extensions, and defaults that fit.
 * Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation
 */
import { definitionRuleErrors } from "../cel/schema/definition-rules.js";
import { validateDefault } from "../cel/schema/validate-rules.js";
import { at, child, type FieldError, forbiddenField, invalidValue, notSupported } from "../field-errors.js";
import type { JSONSchemaProps } from "../generated/types.js";
import { deepCopy, deepEqual, isEmptyValue } from "../json-value.js";
import { coerceEmbedded, embeddedErrors } from "./embedded.js";
import { prune, resourceFields } from "./prune.js";
import { readSchema, type StructuralSchema } from "./schema.js";
import { extensionErrors } from "./schema-extensions.js";
import { structuralErrors } from "./structural.js";
import { valueErrors } from "./values.js";

/** Faults of the schema of one version; `path` is that of the schema itself. */
export function definitionSchemaErrors(props: JSONSchemaProps, path: string, hasStatus: boolean): FieldError[] {
  const errors = hasStatus ? rootErrors(props, path) : [];
  if (props.nullable === true) errors.push(forbiddenField(child(path, "nullable"), "nullable cannot be true at the root"));
  const schema = readSchema(props);
  const structure = structuralErrors(schema, path);
  errors.push(...(structure.length > 0 ? structure : defaultErrors(schema, path, true)));
  errors.push(...walk(props, path, { isRoot: true, isMetadata: false }));
  // What rules would say of a schema that is wrong itself would help nobody.
  return errors.length > 0 ? errors : definitionRuleErrors(schema, path);
}

/** Where a status is written apart from the rest, nothing at the root may speak of both. */
const atRoot = [
  "description",
  "type",
  "format",
  "title",
  "maximum",
  "exclusiveMaximum",
  "minimum",
  "exclusiveMinimum",
  "maxLength",
  "minLength",
  "pattern",
  "maxItems",
  "minItems",
  "uniqueItems",
  "multipleOf",
  "required",
  "items",
  "properties",
  "externalDocs",
  "example",
  "x-kubernetes-preserve-unknown-fields",
  "x-kubernetes-validations",
];

/** `XPreserveUnknownFields`: a keyword as Kubernetes names it in this one message. */
const goName = (keyword: string): string =>
  keyword
    .replace("x-kubernetes-", "x-")
    .split("-")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");

function rootErrors(props: JSONSchemaProps, path: string): FieldError[] {
  if (props.type !== undefined && props.type !== "" && props.type !== "object") {
    const why = 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';
    return [invalidValue(child(path, "type"), props.type, why)];
  }
  const other = Object.entries(props).some(([keyword, value]) => !atRoot.includes(keyword) && !isEmptyValue(value));
  if (!other) return [];
  const why = `only [${atRoot.map(goName).join(" ")}] fields are allowed at the root of the schema if the status subresource is enabled`;
  return [invalidValue(path, props, why)];
}

/** Each default must be a value of its schema, and have nothing in it that would be pruned. */
function defaultErrors(schema: StructuralSchema, path: string, isResource: boolean): FieldError[] {
  const errors: FieldError[] = [];
  if (schema.default !== undefined) errors.push(...oneDefaultErrors(schema, child(path, "default"), isResource));
  if (schema.items !== undefined) errors.push(...defaultErrors(schema.items, child(path, "items"), false));
  for (const [name, property] of schema.properties) {
    if ((isResource || schema.isEmbeddedResource) && resourceFields.has(name)) continue;
    errors.push(...defaultErrors(property, at(child(path, "properties"), name), false));
  }
  return errors;
}

function oneDefaultErrors(schema: StructuralSchema, path: string, isResource: boolean): FieldError[] {
  const value = deepCopy(schema.default!);
  const errors: FieldError[] = [];
  prune(value, schema, isResource || schema.isEmbeddedResource);
  if (!deepEqual(value, schema.default)) errors.push(invalidValue(path, schema.default, "must not have unknown fields"));
  const { error: wrong } = coerceEmbedded(value, schema);
  if (wrong !== undefined) return [...errors, below(path, wrong)];
  const embedded = embeddedErrors(value, schema, path);
  if (embedded.length > 0) return [...errors, ...embedded];
  const faults = valueErrors(schema.default!, schema, "");
  if (faults.length === 0) faults.push(...validateDefault(schema, schema.default!));
  return [...errors, ...faults.map((error) => below(path, error))];
}

const below = (path: string, error: FieldError): FieldError => ({
  ...error,
  field: error.field === "<nil>" || error.field === "" ? path : child(path, error.field),
});

const types = ["array", "boolean", "integer", "number", "object", "string"];

interface Place {
  readonly isRoot: boolean;
  /** Inside of apiVersion, kind or metadata of a resource. */
  readonly isMetadata: boolean;
  /** Why no default may be here. */
  readonly noDefaults?: string;
}

const unsupported = ["id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"] as const;

function walk(props: JSONSchemaProps, path: string, place: Place): FieldError[] {
  const errors = keywordErrors(props, path, place);
  const inner: Place = { ...place, isRoot: false };
  const { additionalProperties, properties = {}, items } = props;
  if (additionalProperties !== undefined) {
    if (Object.keys(properties).length > 0 && additionalProperties !== true)
      errors.push(
        forbiddenField(child(path, "additionalProperties"), "additionalProperties and properties are mutual exclusive"),
      );
    const noDefaults = place.isMetadata ? { noDefaults: "inside additionalProperties applying to object metadata" } : {};
    if (typeof additionalProperties === "object")
      errors.push(...walk(additionalProperties, child(path, "additionalProperties"), { ...inner, ...noDefaults }));
  }
  for (const [name, property] of Object.entries(properties)) {
    const isMetadata = (place.isRoot || props["x-kubernetes-embedded-resource"] === true) && resourceFields.has(name);
    const noDefaults = isMetadata && place.isRoot ? { noDefaults: `in top-level ${name}` } : {};
    const of = { ...inner, ...(isMetadata ? { isMetadata } : {}), ...noDefaults };
    errors.push(...walk(property, at(child(path, "properties"), name), of));
  }
  if (props.not !== undefined) errors.push(...walk(props.not, child(path, "not"), inner));
  for (const junctor of ["allOf", "oneOf", "anyOf"] as const) {
    for (const [index, each] of (props[junctor] ?? []).entries())
      errors.push(...walk(each, at(child(path, junctor), index), inner));
  }
  if (items !== undefined && !Array.isArray(items)) errors.push(...walk(items, child(path, "items"), inner));
  return [...errors, ...extensionErrors(props, path)];
}

function keywordErrors(props: JSONSchemaProps, path: string, place: Place): FieldError[] {
  const errors: FieldError[] = [];
  const forbid = (keyword: string, why: string): void => {
    errors.push(forbiddenField(child(path, keyword), why));
  };
  const { type = "" } = props;
  if (type !== "" && !types.includes(type)) errors.push(notSupported(child(path, "type"), type, types));
  if (props.default !== undefined && place.noDefaults !== undefined) forbid("default", `must not be set ${place.noDefaults}`);
  for (const keyword of unsupported) {
    const value = props[keyword];
    if (value !== undefined && value !== "") forbid(keyword, `${keyword} is not supported`);
  }
  if (type === "null") forbid("type", "type cannot be set to null, use nullable as an alternative");
  if (Array.isArray(props.items)) forbid("items", "items must be a schema object and not an array");
  if (place.isMetadata && props["x-kubernetes-embedded-resource"] === true)
    forbid("x-kubernetes-embedded-resource", "must not be used inside of resource meta");
  if (props.uniqueItems === true)
    forbid("uniqueItems", "uniqueItems cannot be set to true since the runtime complexity becomes quadratic");
  if (props["x-kubernetes-preserve-unknown-fields"] === false)
    errors.push(invalidValue(child(path, "x-kubernetes-preserve-unknown-fields"), false, "must be true or undefined"));
  return errors;
}
