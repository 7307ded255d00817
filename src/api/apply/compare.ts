/**
 * How one state of an object differs from another, field by field. Source: sigs.k8s.io/structured-merge-diff/v4, typed/compare.
 */
import { deepEqual, type JsonObject, type JsonValue, ownField } from "../json-value.js";
import { type Atom, type Form, fieldIn, formOf, type ListAtom, listIn, type MapAtom, mapIn } from "./atom.js";
import { beneath, type FieldSet, hasElement, noFields, onlyMember, union, withMember } from "./field-set.js";
import { inOrder, itemsByElement } from "./list-items.js";
import { fieldElement, type PathElement } from "./path-element.js";

export interface Comparison {
  /** Fields that only the new state has, or has with another value. */
  readonly changed: FieldSet;
  /** Fields that only the old state has. */
  readonly removed: FieldSet;
}

/** A comparison of one field: subtrees, or undefined for no difference. */
interface Difference {
  readonly changed: FieldSet | undefined;
  readonly removed: FieldSet | undefined;
}

type Value = JsonValue | undefined;

const added: Difference = { changed: onlyMember, removed: undefined };
const dropped: Difference = { changed: undefined, removed: onlyMember };

/** Compares two objects of one type. What is in `ignored`, and all beneath it, is not looked at. */
export function compare(atom: Atom, before: JsonObject, after: JsonObject, ignored: FieldSet = noFields): Comparison {
  const difference = before === after ? undefined : compareValues(atom, before, after, ignored);
  return { changed: difference?.changed ?? noFields, removed: difference?.removed ?? noFields };
}

const isEmptyList = (value: Value): boolean => (listIn(value)?.length ?? 0) === 0;

function isEmptyMap(value: Value): boolean {
  for (const _ in mapIn(value)) return false;
  return true;
}

function compareValues(atom: Atom, before: Value, after: Value, ignored: FieldSet): Difference | undefined {
  if (before === undefined && after === undefined) return undefined;
  const oldForm = formOf(atom, before);
  const newForm = formOf(atom, after);
  if (after === undefined || oldForm === newForm) return compareAs(oldForm, atom, before, after, ignored);
  const asNew = compareAs(newForm, atom, before, after, ignored);
  // A null takes whichever form the other side has.
  if (before === undefined || before === null) return asNew;
  return both(compareAs(oldForm, atom, before, after, ignored), asNew);
}

function both(one: Difference | undefined, other: Difference | undefined): Difference | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return { changed: together(one.changed, other.changed), removed: together(one.removed, other.removed) };
}

/** Subtrees under one element: united as the only elements of two sets. */
function together(one: FieldSet | undefined, other: FieldSet | undefined): FieldSet | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  const element = fieldElement("");
  return beneath(union({ [element]: one }, { [element]: other }), element);
}

function compareAs(form: Form, atom: Atom, before: Value, after: Value, ignored: FieldSet): Difference | undefined {
  switch (form) {
    case "scalar":
      return compareLeaves(before, after);
    case "list": {
      const list = atom.list!;
      if (list.relation === "atomic" || (isEmptyList(before) && isEmptyList(after))) return compareLeaves(before, after);
      return inner(before, after, compareLists(list, listIn(before) ?? [], listIn(after) ?? []));
    }
    case "map": {
      const map = atom.map!;
      if (map.relation === "atomic" || (isEmptyMap(before) && isEmptyMap(after))) return compareLeaves(before, after);
      return inner(before, after, compareMaps(map, mapIn(before), mapIn(after), ignored));
    }
  }
}

function compareLeaves(before: Value, after: Value): Difference | undefined {
  if (before === undefined) return added;
  if (after === undefined) return dropped;
  return before === after || deepEqual(before, after) ? undefined : added;
}

/** What differs within a field, with the field itself where it came or went as a whole. */
function inner(before: Value, after: Value, within: Difference | undefined): Difference | undefined {
  if (before === undefined) return { changed: withMember(within?.changed), removed: within?.removed };
  if (after === undefined) return { changed: within?.changed, removed: withMember(within?.removed) };
  return within;
}

/** Collects the differences of a value's parts, which come in order. */
class Parts {
  private changed: { [element: PathElement]: FieldSet } | undefined;
  private removed: { [element: PathElement]: FieldSet } | undefined;

  add(element: PathElement, difference: Difference | undefined): void {
    if (difference === undefined) return;
    if (difference.changed !== undefined) {
      this.changed ??= {};
      this.changed[element] = difference.changed;
    }
    if (difference.removed !== undefined) {
      this.removed ??= {};
      this.removed[element] = difference.removed;
    }
  }

  get difference(): Difference | undefined {
    const { changed, removed } = this;
    return changed === undefined && removed === undefined ? undefined : { changed, removed };
  }
}

function compareMaps(
  map: MapAtom,
  before: JsonObject | undefined,
  after: JsonObject | undefined,
  ignored: FieldSet,
): Difference | undefined {
  const parts = new Parts();
  for (const field of map.fields) {
    if (ignored !== noFields && hasElement(ignored, field.element)) continue;
    const [old, now] = [fieldIn(before, field), fieldIn(after, field)];
    if (old === now) continue;
    parts.add(
      field.element,
      compareValues(field.atom, old, now, ignored === noFields ? noFields : beneath(ignored, field.element)),
    );
  }
  const { values } = map;
  if (values === undefined) return parts.difference;
  const others = unnamed(map, before, after);
  if (map.fields.length === 0) {
    for (const name of others)
      parts.add(fieldElement(name), compareValues(values, own(before, name), own(after, name), noFields));
    return parts.difference;
  }
  const more = new Parts();
  for (const name of others) more.add(fieldElement(name), compareValues(values, own(before, name), own(after, name), noFields));
  return both(parts.difference, more.difference);
}

const own = (object: JsonObject | undefined, name: string): Value => (object === undefined ? undefined : ownField(object, name));

/** The names of either map that are no named fields, in order. */
function unnamed(map: MapAtom, before: JsonObject | undefined, after: JsonObject | undefined): string[] {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  for (const field of map.fields) names.delete(field.name);
  const elements = inOrder([...names].map(fieldElement));
  return elements.map((element) => element.slice(2));
}

function compareLists(list: ListAtom, before: readonly JsonValue[], after: readonly JsonValue[]): Difference | undefined {
  const old = itemsByElement(list, before);
  const now = itemsByElement(list, after);
  const elements = inOrder([...new Set([...old.keys(), ...now.keys()])]);
  const parts = new Parts();
  for (const element of elements) {
    parts.add(element, compareItems(list.items, old.get(element) ?? [], now.get(element) ?? []));
  }
  return parts.difference;
}

/** Items that are there more than once are compared as one leaf. */
function compareItems(atom: Atom, before: readonly JsonValue[], after: readonly JsonValue[]): Difference | undefined {
  if (before.length < 2 && after.length < 2) return compareValues(atom, before[0], after[0], noFields);
  if (before.length > 1 && after.length > 1) return deepEqual(before, after) ? undefined : added;
  if (before.length > 1) return both(dropped, compareValues(atom, undefined, after[0], noFields));
  return both(added, compareValues(atom, before[0], undefined, noFields));
}
