/**
 * Kubernetes' own keywords of a schema: kinds of lists and maps, and the frame of CEL rules.
 * Source: https://kubernetes.io/docs/reference/using-api/server-side-apply/#custom-resources-and-server-side-apply
 */
import { at, child, type FieldError, forbiddenField, invalidValue, notSupported, required } from "../field-errors.js";
import type { JSONSchemaProps, ValidationRule } from "../generated/types.js";

/** Faults of the extensions at one node of a schema. */
export const extensionErrors = (props: JSONSchemaProps, path: string): FieldError[] => [
  ...mapTypeErrors(props, path),
  ...listTypeErrors(props, path),
  ...listMapErrors(props, path),
  ...(props["x-kubernetes-validations"] ?? []).flatMap((rule, index) =>
    ruleErrors(rule, at(child(path, "x-kubernetes-validations"), index)),
  ),
];

const wrongType = (type: string, path: string, why: string): FieldError =>
  type === "" ? required(child(path, "type"), why) : invalidValue(child(path, "type"), type, why);

function mapTypeErrors(props: JSONSchemaProps, path: string): FieldError[] {
  const mapType = props["x-kubernetes-map-type"];
  if (mapType === undefined) return [];
  const { type = "" } = props;
  const errors = type === "object" ? [] : [wrongType(type, path, "must be object if x-kubernetes-map-type is specified")];
  const known = ["atomic", "granular"];
  if (!known.includes(mapType)) errors.push(notSupported(child(path, "x-kubernetes-map-type"), mapType, known));
  return errors;
}

const itemsOf = ({ items }: JSONSchemaProps): JSONSchemaProps | undefined =>
  items === undefined || Array.isArray(items) ? undefined : items;

function listTypeErrors(props: JSONSchemaProps, path: string): FieldError[] {
  const listType = props["x-kubernetes-list-type"];
  const errors: FieldError[] = [];
  const { type = "" } = props;
  const items = itemsOf(props);
  if (listType !== undefined && type !== "array")
    errors.push(wrongType(type, path, "must be array if x-kubernetes-list-type is specified"));
  else if (listType === "set" && items !== undefined) errors.push(...setItemErrors(items, child(path, "items")));
  const known = ["atomic", "set", "map"];
  if (listType !== undefined && !known.includes(listType))
    errors.push(notSupported(child(path, "x-kubernetes-list-type"), listType, known));
  if ((props["x-kubernetes-list-map-keys"] ?? []).length > 0 && listType !== "map") {
    const [at, why] = [child(path, "x-kubernetes-list-type"), "must be map if x-kubernetes-list-map-keys is non-empty"];
    errors.push(listType === undefined ? required(at, why) : invalidValue(at, listType, why));
  }
  if ((listType === "set" || listType === "map") && items?.nullable === true) {
    const why = `cannot be nullable when x-kubernetes-list-type is ${listType}`;
    errors.push(forbiddenField(child(child(path, "items"), "nullable"), why));
  }
  return errors;
}

function setItemErrors(items: JSONSchemaProps, path: string): FieldError[] {
  const why = "must be atomic as item of a list with x-kubernetes-list-type=set";
  const { "x-kubernetes-list-type": listType, "x-kubernetes-map-type": mapType } = items;
  if (items.type === "array" && listType !== undefined && listType !== "atomic")
    return [invalidValue(child(path, "x-kubernetes-list-type"), listType, why)];
  if (items.type === "object" && mapType !== "atomic") return [invalidValue(child(path, "x-kubernetes-map-type"), mapType, why)];
  return [];
}

function listMapErrors(props: JSONSchemaProps, path: string): FieldError[] {
  if (props["x-kubernetes-list-type"] !== "map") return [];
  const keys = props["x-kubernetes-list-map-keys"] ?? [];
  const keysPath = child(path, "x-kubernetes-list-map-keys");
  const itemsPath = child(path, "items");
  const errors: FieldError[] = [];
  if (keys.length === 0) errors.push(required(keysPath, "must not be empty if x-kubernetes-list-type is map"));
  const items = itemsOf(props);
  if (items === undefined) return [...errors, required(itemsPath, "must have a schema if x-kubernetes-list-type is map")];
  if (items.type !== "object") {
    const why = "must be object if parent array's x-kubernetes-list-type is map";
    return [...errors, invalidValue(child(itemsPath, "type"), items.type ?? "", why)];
  }
  for (const [index, key] of keys.entries()) {
    errors.push(...keyErrors(items, key, itemsPath, keysPath, keys));
    if (keys.indexOf(key) !== index) errors.push(invalidValue(keysPath, keys, "must not contain duplicate entries"));
  }
  return errors;
}

function keyErrors(
  items: JSONSchemaProps,
  key: string,
  itemsPath: string,
  keysPath: string,
  keys: readonly string[],
): FieldError[] {
  const { properties = {} } = items;
  const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
  if (property === undefined) return [invalidValue(keysPath, keys, "entries must all be names of item properties")];
  const path = at(child(itemsPath, "properties"), key);
  const errors: FieldError[] = [];
  if (property.type === "array" || property.type === "object") {
    const why = "must be a scalar type if parent array's x-kubernetes-list-type is map";
    errors.push(invalidValue(child(path, "type"), property.type, why));
  }
  const isKey = "this property is in x-kubernetes-list-map-keys, so it";
  if (!(items.required ?? []).includes(key) && property.default === undefined)
    errors.push(required(child(path, "default"), `${isKey} must have a default or be a required property`));
  if (property.nullable === true) errors.push(forbiddenField(child(path, "nullable"), `${isKey} cannot be nullable`));
  return errors;
}

const reasons = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];

/** The frame of a CEL rule; what its expression says is checked where CEL is. */
function ruleErrors(
  { rule = "", message = "", messageExpression = "", reason, fieldPath = "" }: ValidationRule,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  const hasBreak = (text: string): boolean => /[\n\r]/.test(text.trim());
  const blank = (text: string): boolean => text !== "" && text.trim() === "";
  const messagePath = child(path, "message");
  if (rule.trim() === "") errors.push(required(child(path, "rule"), "rule is not specified"));
  else if (blank(message)) errors.push(invalidValue(messagePath, message, "must be non-empty if specified"));
  else if (hasBreak(message)) errors.push(invalidValue(messagePath, message, "must not contain line breaks"));
  else if (hasBreak(rule) && message.trim() === "")
    errors.push(required(messagePath, "message must be specified if rule contains line breaks"));
  if (blank(messageExpression))
    errors.push(required(child(path, "messageExpression"), "messageExpression must be non-empty if specified"));
  if (reason !== undefined && !reasons.includes(reason)) errors.push(notSupported(child(path, "reason"), reason, reasons));
  if (blank(fieldPath)) errors.push(invalidValue(child(path, "fieldPath"), fieldPath, "must be non-empty if specified"));
  if (/[\n\r]/.test(fieldPath)) errors.push(invalidValue(child(path, "fieldPath"), fieldPath, "must not contain line breaks"));
  return errors;
}
