/** Takes fields and items out of an object. Source: sigs.k8s.io/structured-merge-diff/v4, typed/remove. */
import { type JsonObject, type JsonValue, setField } from "../json-value.js";
import { type Atom, formOf, type ListAtom, type MapAtom, mapIn } from "./atom.js";
import { beneath, type FieldSet, hasBeneath, hasElement } from "./field-set.js";
import { elementOfItem, ItemFault } from "./list-items.js";
import { fieldElement } from "./path-element.js";

/** The object without the fields of the set; the object itself is not changed. What is left empty by it becomes null. */
export const removeFields = (atom: Atom, object: JsonObject, set: FieldSet): JsonObject =>
  mapIn(without(atom, object, set)) ?? {};

function without(atom: Atom, value: JsonValue, set: FieldSet): JsonValue {
  switch (formOf(atom, value)) {
    case "scalar":
      return value;
    case "list":
      return Array.isArray(value) ? withoutItems(atom.list!, value, set) : null;
    case "map":
      return withoutFields(atom.map!, mapIn(value), set);
  }
}

function withoutItems(list: ListAtom, items: readonly JsonValue[], set: FieldSet): JsonValue {
  if (list.relation === "atomic") return null;
  const kept: JsonValue[] = [];
  for (const item of items) {
    const element = elementOfItem(list, item);
    if (element instanceof ItemFault) kept.push(item);
    else if (hasElement(set, element)) continue;
    else kept.push(hasBeneath(set, element) ? without(list.items, item, beneath(set, element)) : item);
  }
  return kept.length === 0 ? null : kept;
}

function withoutFields(map: MapAtom, object: JsonObject | undefined, set: FieldSet): JsonValue {
  if (map.relation === "atomic" || object === undefined) return null;
  const kept: JsonObject = {};
  for (const [name, value] of Object.entries(object)) {
    const field = map.field(name);
    const element = field?.element ?? fieldElement(name);
    if (hasElement(set, element)) continue;
    const atom = field?.atom ?? map.values;
    const touched = atom !== undefined && hasBeneath(set, element);
    setField(kept, name, touched ? without(atom, value, beneath(set, element)) : value);
  }
  return Object.keys(kept).length === 0 ? null : kept;
}
