/**
 * Sets of fields, in the form of FieldsV1: a tree of path elements. `{}` under an element says that it is in the set, `.` that it
 * is as well as what is beneath it. An element's own text is the key, which begins with `f:`, `k:`, `v:` or `i:`, so that no name
 * that a user chose is ever a key by itself. The keys are in the order of `compareElements`, and no set is ever changed: operations
 * answer one of their operands itself when it is the result, so that `===` tells that nothing was added or taken away.
 * Source: sigs.k8s.io/structured-merge-diff/v4, fieldpath.
 */
import { readJson } from "../../json/text.js";
import { isJsonObject } from "../json-value.js";
import { compareElements, elementText, type PathElement, readElement } from "./path-element.js";

export interface FieldSet {
  readonly [element: PathElement]: FieldSet;
}

type Children = { [element: PathElement]: FieldSet };

const mark = ".";

/** An element that is in the set, with nothing beneath it; also the empty set, where it is a whole set. */
const leaf: FieldSet = Object.freeze({});

export const noFields: FieldSet = leaf;
export const onlyMember: FieldSet = leaf;

export function isEmptySet(set: FieldSet): boolean {
  for (const _ in set) return false;
  return true;
}

/** True of a subtree whose own element is in the set. */
const isMember = (node: FieldSet): boolean => isEmptySet(node) || node[mark] !== undefined;

/** A subtree whose own element is in the set too. */
export const withMember = (node: FieldSet | undefined): FieldSet =>
  node === undefined ? leaf : isMember(node) ? node : { [mark]: leaf, ...node };

/** The elements beneath a subtree's own, in order. */
const elementsOf = (set: FieldSet): PathElement[] => {
  const elements = Object.keys(set);
  return elements[0] === mark ? elements.slice(1) : elements;
};

/** A set from elements in any order, and the subtree of each; undefined for none at all. */
export function setOfElements(nodes: ReadonlyArray<readonly [PathElement, FieldSet]>): FieldSet | undefined {
  if (nodes.length === 0) return undefined;
  const set: Children = {};
  for (const [element, node] of [...nodes].sort(([left], [right]) => compareElements(left, right))) {
    set[element] = Object.hasOwn(set, element) ? unite(set[element]!, node, true) : node;
  }
  return set;
}

/** The set of one or more paths. */
export const setOfPaths = (...paths: ReadonlyArray<readonly PathElement[]>): FieldSet =>
  paths.map(setOfPath).reduce((set, one) => union(set, one), noFields);

const setOfPath = (path: readonly PathElement[]): FieldSet =>
  path.reduceRight<FieldSet>((node, element) => ({ [element]: node }), leaf);

/** A node without the elements that came to nothing; undefined when there is neither an element nor the node's own. */
function assembled(member: boolean, children: Children): FieldSet | undefined {
  if (isEmptySet(children)) return member ? leaf : undefined;
  return member ? { [mark]: leaf, ...children } : children;
}

export const union = (left: FieldSet, right: FieldSet): FieldSet =>
  isEmptySet(left) ? right : isEmptySet(right) ? left : unite(left, right, false);

function unite(left: FieldSet, right: FieldSet, inner: boolean): FieldSet {
  if (left === right) return left;
  const member = inner && (isMember(left) || isMember(right));
  const changed = new Map<PathElement, FieldSet>();
  let added = false;
  for (const element of elementsOf(right)) {
    const before = left[element];
    const after = before === undefined ? right[element]! : unite(before, right[element]!, true);
    if (before === after) continue;
    changed.set(element, after);
    added ||= before === undefined;
  }
  if (changed.size === 0 && (!inner || member === isMember(left))) return left;
  const elements = elementsOf(left);
  if (added) {
    for (const element of changed.keys()) if (left[element] === undefined) elements.push(element);
    elements.sort(compareElements);
  }
  const children: Children = {};
  for (const element of elements) children[element] = changed.get(element) ?? left[element]!;
  return assembled(member, children) ?? leaf;
}

export const intersection = (left: FieldSet, right: FieldSet): FieldSet => intersect(left, right, false) ?? noFields;

function intersect(left: FieldSet, right: FieldSet, inner: boolean): FieldSet | undefined {
  const children: Children = {};
  for (const element of elementsOf(left)) {
    const other = right[element];
    const both = other === undefined ? undefined : intersect(left[element]!, other, true);
    if (both !== undefined) children[element] = both;
  }
  return assembled(inner && isMember(left) && isMember(right), children);
}

/** What is in `left` and not in `right`. What is beneath an element of `right` stays, unless it is in `right` by itself. */
export const difference = (left: FieldSet, right: FieldSet): FieldSet => subtract(left, right, false, false) ?? noFields;

/** What is in `left`, without the elements of `right` and all that is beneath them. */
export const recursiveDifference = (left: FieldSet, right: FieldSet): FieldSet => subtract(left, right, false, true) ?? noFields;

function subtract(left: FieldSet, right: FieldSet, inner: boolean, recursive: boolean): FieldSet | undefined {
  if (inner && recursive && isMember(right)) return undefined;
  const children: Children = {};
  let same = true;
  for (const element of elementsOf(left)) {
    const before = left[element]!;
    const other = right[element];
    const after = other === undefined ? before : subtract(before, other, true, recursive);
    same &&= after === before;
    if (after !== undefined) children[element] = after;
  }
  const member = inner && isMember(left) && !isMember(right);
  if (same && (!inner || member === isMember(left))) return left;
  return assembled(member, children);
}

/** The set with another subtree for each of its elements. */
export function mapNodes(set: FieldSet, change: (element: PathElement, node: FieldSet) => FieldSet): FieldSet {
  const changed: Children = {};
  for (const element of Object.keys(set)) changed[element] = element === mark ? leaf : change(element, set[element]!);
  return isEmptySet(changed) ? leaf : changed;
}

/** The set with what is left of each of its elements, undefined for nothing; an element that only led to what is gone goes too. */
export function filterNodes(set: FieldSet, left: (element: PathElement, node: FieldSet) => FieldSet | undefined): FieldSet {
  const kept: Children = {};
  if (set[mark] !== undefined) kept[mark] = leaf;
  for (const element of elementsOf(set)) {
    const node = set[element]!;
    const after = left(element, node);
    if (after !== undefined && (!isEmptySet(after) || isMember(node))) kept[element] = after;
  }
  return isEmptySet(kept) ? leaf : kept;
}

/** What is beneath an element, as a set of its own. */
export const beneath = (set: FieldSet, element: PathElement): FieldSet => set[element] ?? noFields;

export const hasElement = (set: FieldSet, element: PathElement): boolean => {
  const node = set[element];
  return node !== undefined && isMember(node);
};

/** True when there is anything in the set beneath the element. */
export const hasBeneath = (set: FieldSet, element: PathElement): boolean => {
  const node = set[element];
  return node !== undefined && elementsOf(node).length > 0;
};

export function hasPath(set: FieldSet, path: readonly PathElement[]): boolean {
  let node: FieldSet | undefined = set;
  for (const element of path) node = node?.[element];
  return node !== undefined && isMember(node);
}

/** The paths of all members; those of one level before those beneath it. */
export function pathsOf(set: FieldSet, prefix: readonly PathElement[] = []): PathElement[][] {
  const elements = elementsOf(set);
  const members = elements.filter((element) => isMember(set[element]!)).map((element) => [...prefix, element]);
  return [...members, ...elements.flatMap((element) => pathsOf(set[element]!, [...prefix, element]))];
}

/** `.spec.containers[name="web"].image` */
export const pathText = (path: readonly PathElement[]): string => path.map(elementText).join("");

/** A set as FieldsV1 in JSON. */
export const fieldsText = (set: FieldSet): string => JSON.stringify(set);

/** Sets by their text: the objects that a controller makes from one template own the same fields. */
const known = new Map<string, FieldSet>();
const knownMost = 1_000;

/** The set of a text that `fieldsText` wrote. */
export function parseFields(text: string): FieldSet {
  const found = known.get(text);
  if (found !== undefined) return found;
  const set = readJson(text) as FieldSet;
  if (known.size >= knownMost) known.delete(known.keys().next().value!);
  known.set(text, set);
  return set;
}

/** No object has fields deeper than this that anybody could own one by one. */
const depthMost = 200;

/** A set from FieldsV1 that a client wrote, in order and with nothing that says nothing; undefined when it is none. */
export function readFields(value: unknown, depth = 0): FieldSet | undefined {
  if (!isJsonObject(value) || depth > depthMost) return undefined;
  const nodes: Array<[PathElement, FieldSet]> = [];
  for (const [key, inner] of Object.entries(value)) {
    if (key === mark) continue;
    const node = readFields(inner, depth + 1);
    if (node === undefined) return undefined;
    const element = readElement(key);
    if (element !== undefined) nodes.push([element, isJsonObject(inner) && Object.hasOwn(inner, mark) ? withMember(node) : node]);
    // A later version may know elements of other kinds.
    else if (/^[fkvi]:/.test(key)) return undefined;
  }
  return setOfElements(nodes) ?? noFields;
}
