/**
 * The fields that a configuration mentions: every leaf, and each list item and map entry by itself. This is what an applier owns.
 * Source: sigs.k8s.io/structured-merge-diff/v4, typed/tofieldset.
 */
import { isJsonObject, type JsonValue } from "../json-value.js";
import { type Atom, formOf, type ListAtom, listIn, type MapAtom, mapIn } from "./atom.js";
import { type FieldSet, noFields, onlyMember, setOfElements, withMember } from "./field-set.js";
import { itemsByElement } from "./list-items.js";
import { fieldElement, type PathElement } from "./path-element.js";

/** The set of an object of a type. */
export const ownedFields = (atom: Atom, object: JsonValue): FieldSet => fieldsOf(atom, object) ?? noFields;

function fieldsOf(atom: Atom, value: JsonValue): FieldSet | undefined {
  switch (formOf(atom, value)) {
    case "scalar":
      return onlyMember;
    case "list":
      return fieldsOfList(atom.list!, value);
    case "map":
      return fieldsOfMap(atom.map!, value);
  }
}

function fieldsOfList(list: ListAtom, value: JsonValue): FieldSet | undefined {
  if (list.relation === "atomic") return onlyMember;
  const nodes: Array<[PathElement, FieldSet]> = [];
  for (const [element, items] of itemsByElement(list, listIn(value) ?? [])) {
    // Nobody owns what is in an item that is there twice.
    nodes.push([element, items.length > 1 ? onlyMember : withMember(fieldsOf(list.items, items[0]!))]);
  }
  return setOfElements(nodes);
}

/** Null, and a map with nothing in it, are values of a field like any other. */
const saysNothing = (value: JsonValue): boolean => value === null || (isJsonObject(value) && Object.keys(value).length === 0);

function fieldsOfMap(map: MapAtom, value: JsonValue): FieldSet | undefined {
  if (map.relation === "atomic") return onlyMember;
  const nodes: Array<[PathElement, FieldSet]> = [];
  for (const [name, inner] of Object.entries(mapIn(value) ?? {})) {
    const field = map.field(name);
    const atom = field?.atom ?? map.values;
    const node = atom === undefined ? undefined : fieldsOf(atom, inner);
    if (field === undefined || saysNothing(inner)) nodes.push([fieldElement(name), withMember(node)]);
    else if (node !== undefined) nodes.push([field.element, node]);
  }
  return setOfElements(nodes);
}
