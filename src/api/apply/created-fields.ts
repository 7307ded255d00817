/**
 * The fields of a new object, which whoever creates it owns, straight as the text of FieldsV1. It says what a comparison with an
 * object that nobody has filled says, without the sets in between: every pod of every controller passes here.
 */
import { deepEqual, type JsonObject, type JsonValue } from "../json-value.js";
import { type Atom, fieldIn, formOf, type ListAtom, listIn, type MapAtom, type MapField, mapIn } from "./atom.js";
import { beneath, type FieldSet, hasElement, noFields } from "./field-set.js";
import { inOrder, itemsByElement } from "./list-items.js";
import { fieldElement, type PathElement } from "./path-element.js";

type Value = JsonValue | undefined;

const leaf = "{}";
const marked = '".":{}';

/** FieldsV1 of a new object, `{}` for nothing. What is in `skipped`, and all beneath it, is left out. */
export const createdFields = (atom: Atom, object: JsonObject, skipped: FieldSet): string =>
  `{${fieldsOf(atom.map!, true, object, skipped)}}`;

/** The node of a field; "" when it is as an object has it that nobody filled. */
function nodeOf(atom: Atom, before: Value, after: Value, skipped: FieldSet): string {
  if (after === undefined || after === before) return "";
  switch (formOf(atom, after)) {
    case "scalar":
      return leaf;
    case "list": {
      const list = atom.list!;
      const items = listIn(after) ?? [];
      if (list.relation === "atomic" || items.length === 0) return leafOf(before, after);
      return nodeWith(before, itemsOf(list, items));
    }
    case "map": {
      const map = atom.map!;
      const fields = mapIn(after) ?? {};
      if (map.relation === "atomic" || isEmpty(fields)) return leafOf(before, after);
      return nodeWith(before, fieldsOf(map, mapIn(before) !== undefined, fields, skipped));
    }
  }
}

function isEmpty(fields: object): boolean {
  for (const _ in fields) return false;
  return true;
}

const leafOf = (before: Value, after: Value): string => (before !== undefined && deepEqual(before, after) ? "" : leaf);

function nodeWith(before: Value, inner: string): string {
  if (before !== undefined) return inner === "" ? "" : `{${inner}}`;
  return inner === "" ? leaf : `{${marked},${inner}}`;
}

function itemsOf(list: ListAtom, items: readonly JsonValue[]): string {
  const found = itemsByElement(list, items);
  let text = "";
  for (const element of inOrder([...found.keys()])) {
    const same = found.get(element)!;
    const node = same.length > 1 ? leaf : nodeOf(list.items, undefined, same[0], noFields);
    text += `${text === "" ? "" : ","}${JSON.stringify(element)}:${node}`;
  }
  return text;
}

/** `isFilled`: an object that nobody filled has the structure too, with the fields that it always has. */
function fieldsOf(map: MapAtom, isFilled: boolean, object: JsonObject, skipped: FieldSet): string {
  const { fields, values } = map;
  if (values !== undefined) return fieldsInOrder(map, values, isFilled, object, skipped);
  let text = "";
  for (const field of fields) {
    const node = nodeOfField(field, isFilled, object, skipped);
    if (node !== "") text += `${text === "" ? "" : ","}${field.key}:${node}`;
  }
  return text;
}

function nodeOfField(field: MapField, isFilled: boolean, object: JsonObject, skipped: FieldSet): string {
  const { element, atom, absent } = field;
  const value = fieldIn(object, field);
  if (value === undefined) return "";
  if (skipped === noFields) return nodeOf(atom, isFilled ? absent : undefined, value, noFields);
  return hasElement(skipped, element) ? "" : nodeOf(atom, isFilled ? absent : undefined, value, beneath(skipped, element));
}

/** The fields of a map whose keys the schema does not name, or not all of them. */
function fieldsInOrder(map: MapAtom, values: Atom, isFilled: boolean, object: JsonObject, skipped: FieldSet): string {
  const nodes = new Map<PathElement, string>();
  for (const field of map.fields) nodes.set(field.element, nodeOfField(field, isFilled, object, skipped));
  for (const [name, value] of Object.entries(object)) {
    const element = fieldElement(name);
    if (map.field(name) === undefined && !hasElement(skipped, element))
      nodes.set(element, nodeOf(values, undefined, value, noFields));
  }
  let text = "";
  for (const element of inOrder([...nodes.keys()])) {
    const node = nodes.get(element)!;
    if (node !== "") text += `${text === "" ? "" : ","}${JSON.stringify(element)}:${node}`;
  }
  return text;
}
