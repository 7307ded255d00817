/** Whether a configuration fits its type: known fields, the right kind of value, no item twice. */
import { isNumeric } from "../../json/integer.js";
import { writeJson } from "../../json/text.js";
import { quote } from "../go-format.js";
import type { JsonValue } from "../json-value.js";
import { type Atom, formOf, type ListAtom, type MapAtom, type Scalar } from "./atom.js";
import { elementOfItem, ItemFault } from "./list-items.js";
import { elementText } from "./path-element.js";
import type { TypedError } from "./typed-errors.js";

/** Errors that are told of one configuration. */
const errorsMost = 100;

export function typedErrors(atom: Atom, value: JsonValue): TypedError[] {
  const errors: TypedError[] = [];
  check(atom, value, "", errors);
  return errors;
}

function check(atom: Atom, value: JsonValue, path: string, errors: TypedError[]): void {
  if (value === null || errors.length >= errorsMost) return;
  switch (formOf(atom, value)) {
    case "scalar": {
      const message = scalarError(atom.scalar!, value);
      if (message !== undefined) errors.push({ path, message });
      return;
    }
    case "list":
      if (Array.isArray(value)) checkItems(atom.list!, value, path, errors);
      else errors.push({ path, message: `expected list, got ${shown(value)}` });
      return;
    case "map":
      if (typeof value === "object" && !Array.isArray(value)) checkFields(atom.map!, value, path, errors);
      else errors.push({ path, message: `expected map, got ${shown(value)}` });
  }
}

function scalarError(scalar: Scalar, value: JsonValue): string | undefined {
  const type = typeof value;
  switch (scalar) {
    case "numeric":
      return isNumeric(value) ? undefined : `expected numeric (int or float), got ${goTypeOf(value)}`;
    case "string":
      return type === "string" ? undefined : `expected string, got ${shown(value)}`;
    case "boolean":
      return type === "boolean" ? undefined : `expected boolean, got ${shown(value)}`;
    case "untyped":
      return type === "object" ? `expected any scalar, got ${shown(value)}` : undefined;
  }
}

const goTypeOf = (value: JsonValue): string => {
  if (Array.isArray(value)) return "[]interface {}";
  if (typeof value === "boolean") return "bool";
  return typeof value === "string" ? "string" : "map[string]interface {}";
};

/** A value the way that Go's library for typed values prints its own. */
const shown = (value: JsonValue): string => `&value.valueUnstructured{Value:${literal(value)}}`;

const literal = (value: JsonValue): string => (typeof value === "string" ? quote(value) : writeJson(value));

function checkItems(list: ListAtom, items: readonly JsonValue[], path: string, errors: TypedError[]): void {
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    if (list.relation === "atomic") {
      check(list.items, item, `${path}[${index}]`, errors);
      continue;
    }
    const element = elementOfItem(list, item);
    if (element instanceof ItemFault) {
      errors.push({ path, message: `element ${index}: ${element.message}` });
      return;
    }
    if (seen.has(element)) errors.push({ path, message: `duplicate entries for key ${elementText(element)}` });
    seen.add(element);
    check(list.items, item, `${path}${elementText(element)}`, errors);
  }
}

function checkFields(map: MapAtom, object: { readonly [field: string]: JsonValue }, path: string, errors: TypedError[]): void {
  for (const [name, value] of Object.entries(object)) {
    const atom = map.field(name)?.atom ?? map.values;
    if (atom !== undefined) check(atom, value, `${path}.${name}`, errors);
    else if (map.relation === "separable" || map.fields.length > 0)
      errors.push({ path: `${path}.${name}`, message: "field not declared in schema" });
  }
}
