/** What tells the items of a list apart. https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy */
import { isJsonObject, type JsonValue } from "../json-value.js";
import type { ListAtom } from "./atom.js";
import { compareElements, keyElement, type PathElement, valueElement } from "./path-element.js";

/** Why an item cannot be told from others. */
export class ItemFault {
  constructor(readonly message: string) {}
}

/** The path element of an item of an associative list. */
export function elementOfItem(list: ListAtom, item: JsonValue): PathElement | ItemFault {
  return list.keys.length > 0 ? keyedElement(list, item) : setElement(item);
}

function keyedElement({ keys, items }: ListAtom, item: JsonValue): PathElement | ItemFault {
  if (item === null) return new ItemFault("associative list with keys may not have a null element");
  if (!isJsonObject(item)) return new ItemFault("associative list with keys may not have non-map elements");
  const values: Array<[string, JsonValue]> = [];
  for (const key of keys) {
    const value = Object.hasOwn(item, key) ? item[key] : undefined;
    const known = value ?? (value === null ? null : items.map?.field(key)?.keyDefault);
    if (known === undefined) {
      const omits = `associative list with keys has an element that omits key field ${JSON.stringify(key)} (and doesn't have default value)`;
      return new ItemFault(omits);
    }
    values.push([key, known]);
  }
  return keyElement(values);
}

function setElement(item: JsonValue): PathElement | ItemFault {
  if (item === null) return new ItemFault("associative list without keys has an element that's an explicit null");
  if (isJsonObject(item)) return new ItemFault("associative list without keys has an element that's a map type");
  if (Array.isArray(item)) return new ItemFault("not supported: associative list with lists as elements");
  return valueElement(item);
}

/** The items of a list by their elements, in order of appearance. Items that cannot be told apart are left out. */
export function itemsByElement(list: ListAtom, items: readonly JsonValue[]): Map<PathElement, JsonValue[]> {
  const found = new Map<PathElement, JsonValue[]>();
  for (const item of items) {
    const element = elementOfItem(list, item);
    if (element instanceof ItemFault) continue;
    const same = found.get(element);
    if (same === undefined) found.set(element, [item]);
    else same.push(item);
  }
  return found;
}

/** Elements in the order of a field set; most lists have one item. */
export const inOrder = (elements: PathElement[]): PathElement[] =>
  elements.length < 2 ? elements : elements.sort(compareElements);
