/**
 * What makes a schema structural: each field has a type outside of the junctors (allOf, anyOf, oneOf, not), and inside of
 * them values are only checked.
 * Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 */
import { writeJson } from "../../json/text.js";
import { at, child, type FieldError, fieldErrorText, forbiddenField, invalidValue, required } from "../field-errors.js";
import { compileRegex } from "../regex/regex.js";
import { readSchema, type StructuralSchema } from "./schema.js";

type Level = "root" | "item" | "field";

/** What a schema must not be, in the order of the messages. */
export function structuralErrors(schema: StructuralSchema, path: string): FieldError[] {
  const errors = [...invariants(schema, "root", path), ...completeness(schema, schema, path, path)];
  const texts = new Map(errors.map((error) => [fieldErrorText(error), error]));
  return [...texts.keys()].sort().map((text) => texts.get(text)!);
}

const untyped: Readonly<Record<Level, string>> = {
  root: "must not be empty at the root",
  item: "must not be empty for specified array items",
  field: "must not be empty for specified object fields",
};

function invariants(schema: StructuralSchema, level: Level, path: string): FieldError[] {
  const { type, items, properties, additionalProperties, isEmbeddedResource, isIntOrString, preservesUnknownFields } = schema;
  const errors: FieldError[] = [];
  const propertiesPath = child(path, "properties");
  if (type === "array" && items === undefined) errors.push(required(child(path, "items"), "must be specified"));
  if (items !== undefined) errors.push(...invariants(items, "item", child(path, "items")));
  for (const [name, property] of properties) errors.push(...invariants(property, "field", at(propertiesPath, name)));
  const additionalPath = child(path, "additionalProperties");
  if (additionalProperties !== undefined && level === "root")
    errors.push(forbiddenField(additionalPath, "must not be used at the root"));
  if (typeof additionalProperties === "object") errors.push(...invariants(additionalProperties, "field", additionalPath));
  if (isIntOrString) errors.push(...intOrStringErrors(schema, path));
  errors.push(...checkErrors(schema, path, isIntOrString));
  const typePath = child(path, "type");
  if (isEmbeddedResource && type !== "object") {
    const why = "must be object if x-kubernetes-embedded-resource is true";
    errors.push(type === "" ? required(typePath, why) : invalidValue(typePath, type, why));
  } else if (type === "" && !isIntOrString && !preservesUnknownFields) errors.push(required(typePath, untyped[level]));
  if (isEmbeddedResource && additionalProperties !== undefined)
    errors.push(forbiddenField(additionalPath, "must not be used if x-kubernetes-embedded-resource is set"));
  if (level === "root" && type !== "" && type !== "object")
    errors.push(invalidValue(typePath, type, "must be object at the root"));
  errors.push(...resourceFieldErrors(schema, level, propertiesPath));
  if (isEmbeddedResource && !preservesUnknownFields && properties.size === 0) {
    const why = "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields";
    errors.push(required(propertiesPath, why));
  }
  return errors;
}

function intOrStringErrors({ preservesUnknownFields, isEmbeddedResource }: StructuralSchema, path: string): FieldError[] {
  const why = "must be false if x-kubernetes-int-or-string is true";
  return [
    ...(preservesUnknownFields ? [invalidValue(child(path, "x-kubernetes-preserve-unknown-fields"), true, why)] : []),
    ...(isEmbeddedResource ? [invalidValue(child(path, "x-kubernetes-embedded-resource"), true, why)] : []),
  ];
}

/** apiVersion, kind and metadata are what they are: a schema may say them, and little more of metadata. */
function resourceFieldErrors({ properties, isEmbeddedResource }: StructuralSchema, level: Level, path: string): FieldError[] {
  if (level !== "root" && !isEmbeddedResource) return [];
  const errors: FieldError[] = [];
  for (const name of ["kind", "apiVersion"]) {
    const type = properties.get(name)?.type;
    if (type !== undefined && type !== "string") errors.push(invalidValue(child(at(path, name), "type"), type, "must be string"));
  }
  const metadata = properties.get("metadata");
  if (metadata === undefined) return errors;
  const metadataPath = at(path, "metadata");
  if (metadata.type !== "object") errors.push(invalidValue(child(metadataPath, "type"), metadata.type, "must be object"));
  if (level === "root" && !onlyNamesMetadata(metadata)) {
    const why = "must not specify anything other than name and generateName, but metadata is implicitly specified";
    errors.push(forbiddenField(metadataPath, why));
  }
  return errors;
}

function onlyNamesMetadata(metadata: StructuralSchema): boolean {
  const { properties, additionalProperties, items, checks, title, description, nullable, rules, listType, mapType } = metadata;
  if ([...properties.keys()].some((name) => name !== "name" && name !== "generateName")) return false;
  const checked = Object.values(checks).some(
    (check) => check !== undefined && check !== "" && check !== false && !(Array.isArray(check) && check.length === 0),
  );
  const said =
    title !== "" || description !== "" || nullable || rules.length > 0 || listType !== undefined || mapType !== undefined;
  const kept = metadata.preservesUnknownFields || metadata.isEmbeddedResource || metadata.isIntOrString;
  return !checked && !said && !kept && additionalProperties === undefined && items === undefined;
}

/** `anyOf: [{type: integer}, {type: string}]`, which int-or-string may say in so many words. */
const saysIntOrString = (schemas: readonly StructuralSchema[]): boolean =>
  schemas.length === 2 && saysOnly(schemas[0]!, "integer") && saysOnly(schemas[1]!, "string");

const saysOnly = (schema: StructuralSchema, type: "integer" | "string"): boolean =>
  schema.properties.size === 0 && writeJson(schema) === writeJson(readSchema({ type }));

/** `mayNameTypes`: the schema is an int-or-string, whose anyOf (its own or that of its first allOf) may name the two. */
function checkErrors({ checks }: StructuralSchema, path: string, mayNameTypes: boolean): FieldError[] {
  const errors: FieldError[] = [];
  const skipsAnyOf = mayNameTypes && saysIntOrString(checks.anyOf);
  if (!skipsAnyOf)
    for (const [index, each] of checks.anyOf.entries())
      errors.push(...nestedErrors(each, at(child(path, "anyOf"), index), false));
  for (const [index, each] of checks.allOf.entries())
    errors.push(...nestedErrors(each, at(child(path, "allOf"), index), mayNameTypes && index === 0));
  for (const [index, each] of checks.oneOf.entries()) errors.push(...nestedErrors(each, at(child(path, "oneOf"), index), false));
  if (checks.not !== undefined) errors.push(...nestedErrors(checks.not, child(path, "not"), false));
  const pattern = checks.pattern === "" ? undefined : compileRegex(checks.pattern);
  if (pattern?.ok === false) {
    const why = `must be a valid regular expression, but isn't: ${pattern.message}`;
    errors.push(invalidValue(child(path, "pattern"), checks.pattern, why));
  }
  return errors;
}

function nestedErrors(schema: StructuralSchema, path: string, mayNameTypes: boolean): FieldError[] {
  const { items, properties, additionalProperties } = schema;
  const errors = checkErrors(schema, path, mayNameTypes);
  if (items !== undefined) errors.push(...nestedErrors(items, child(path, "items"), false));
  for (const [name, property] of properties) errors.push(...nestedErrors(property, at(child(path, "properties"), name), false));
  const forbid = (field: string, how: string): void => {
    errors.push(forbiddenField(child(path, field), `must be ${how} to be structural`));
  };
  if (schema.type !== "") forbid("type", "empty");
  if (additionalProperties !== undefined) forbid("additionalProperties", "undefined");
  if (schema.default !== undefined) forbid("default", "undefined");
  if (schema.title !== "") forbid("title", "empty");
  if (schema.description !== "") forbid("description", "empty");
  if (schema.nullable) forbid("nullable", "false");
  if (schema.preservesUnknownFields) forbid("x-kubernetes-preserve-unknown-fields", "false");
  if (schema.isEmbeddedResource) forbid("x-kubernetes-embedded-resource", "false");
  if (schema.isIntOrString) forbid("x-kubernetes-int-or-string", "false");
  if (schema.listMapKeys.length > 0) forbid("x-kubernetes-list-map-keys", "empty");
  if (schema.listType !== undefined) forbid("x-kubernetes-list-type", "undefined");
  if (schema.mapType !== undefined) forbid("x-kubernetes-map-type", "undefined");
  if (schema.rules.length > 0) forbid("x-kubernetes-validations", "empty");
  // To reason about metadata would be to restrict it.
  if (properties.has("metadata"))
    errors.push(forbiddenField(at(child(path, "properties"), "metadata"), "must not be specified in a nested context"));
  return errors;
}

/** Whatever a junctor speaks of must be there outside of it too. */
function completeness(nested: StructuralSchema, schema: StructuralSchema | undefined, path: string, of: string): FieldError[] {
  if (schema === undefined) return [required(path, `because it is defined in ${of}`)];
  const { not, allOf, anyOf, oneOf } = nested.checks;
  const errors: FieldError[] = [];
  if (not !== undefined) errors.push(...nestedCompleteness(not, schema, path, child(of, "not")));
  for (const [name, each] of [
    ["allOf", allOf],
    ["anyOf", anyOf],
    ["oneOf", oneOf],
  ] as const) {
    for (const [index, junctor] of each.entries())
      errors.push(...nestedCompleteness(junctor, schema, path, at(child(of, name), index)));
  }
  return errors;
}

function nestedCompleteness(nested: StructuralSchema, schema: StructuralSchema, path: string, of: string): FieldError[] {
  const errors = completeness(nested, schema, path, of);
  const { items, properties } = nested;
  if (items !== undefined) {
    const [itemsPath, itemsOf] = [child(path, "items"), child(of, "items")];
    if (schema.items === undefined) errors.push(required(itemsPath, `because it is defined in ${itemsOf}`));
    else errors.push(...nestedCompleteness(items, schema.items, itemsPath, itemsOf));
  }
  for (const [name, property] of properties) {
    const [propertyPath, propertyOf] = [at(child(path, "properties"), name), at(child(of, "properties"), name)];
    const known = schema.properties.get(name);
    if (known === undefined) errors.push(required(propertyPath, `because it is defined in ${propertyOf}`));
    else errors.push(...nestedCompleteness(property, known, propertyPath, propertyOf));
  }
  return errors;
}
