/**
 * What server-side apply needs to know of a type. An atom says what a value may be; of most types it may be only one of a scalar, a
 * list or a map, of a part without a schema any of them. Source: sigs.k8s.io/structured-merge-diff/v4, schema, and
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
 */
import { isJsonObject, type JsonValue } from "../json-value.js";
import { fieldElement, type PathElement } from "./path-element.js";

export type Scalar = "string" | "numeric" | "boolean" | "untyped";

export interface ListAtom {
  /** `atomic`: owned as a whole. Else its items are owned one by one. */
  readonly relation: "atomic" | "associative";
  /** The fields that tell items apart, sorted; none for a set of scalars. */
  readonly keys: readonly string[];
  readonly items: Atom;
}

export interface MapAtom {
  readonly relation: "atomic" | "separable";
  /** Named fields, sorted by name. */
  readonly fields: readonly MapField[];
  field(name: string): MapField | undefined;
  /** What any other field may be; absent where there may be none. */
  readonly values?: Atom;
}

export interface MapField {
  readonly name: string;
  readonly element: PathElement;
  /** The element as a key in JSON text. */
  readonly key: string;
  readonly atom: Atom;
  /** What the field counts as where an object is without it; undefined for nothing. */
  readonly absent?: JsonValue;
  /** What the field is as a key of a list when an item is without it. */
  readonly keyDefault?: JsonValue;
}

export interface Atom {
  readonly scalar?: Scalar;
  readonly list?: ListAtom;
  readonly map?: MapAtom;
}

/** Which of its forms a value of an atom has. */
export type Form = "scalar" | "list" | "map";

/** The form of a value; undefined and null have whichever the atom names first, and so has a value that does not fit. */
export function formOf({ scalar, list, map }: Atom, value: JsonValue | undefined): Form {
  if (value !== undefined && value !== null) {
    if (typeof value !== "object") {
      if (scalar !== undefined) return "scalar";
    } else if (Array.isArray(value)) {
      if (list !== undefined) return "list";
    } else if (map !== undefined) return "map";
  }
  return map !== undefined ? "map" : scalar !== undefined ? "scalar" : "list";
}

/** A map with named fields; `more` is what other fields may be. */
export function structure(
  fields: readonly MapField[],
  relation: MapAtom["relation"] = "separable",
  more: { readonly values?: Atom } = {},
): MapAtom {
  const byName = new Map(fields.map((field) => [field.name, field]));
  return { relation, fields, field: (name) => byName.get(name), ...more };
}

/** A field whose atom is made when first asked for: types refer to themselves. */
export function lazyField(name: string, atom: () => Atom, facts: Pick<MapField, "absent" | "keyDefault"> = {}): MapField {
  let made: Atom | undefined;
  const element = fieldElement(name);
  return {
    name,
    element,
    key: JSON.stringify(element),
    get atom() {
      made ??= atom();
      return made;
    },
    ...facts,
  };
}

/** Anything, owned as a whole. */
export const atomic: Atom = {
  scalar: "untyped",
  get list(): ListAtom {
    return { relation: "atomic", keys: [], items: atomic };
  },
  map: structure([], "atomic"),
};

/** Anything without a schema: lists are owned as a whole, maps field by field. */
export const deduced: Atom = {
  scalar: "untyped",
  list: { relation: "atomic", keys: [], items: atomic },
  get map(): MapAtom {
    return deducedMap;
  },
};

const deducedMap: MapAtom = structure([], "separable", { values: deduced });

const emptyObject = {};

/** The value of a field in an object, or what it counts as where it is absent. */
export function fieldIn(object: { readonly [field: string]: JsonValue } | undefined, field: MapField): JsonValue | undefined {
  if (object === undefined) return undefined;
  const value = object[field.name];
  return value === undefined || !Object.hasOwn(object, field.name) ? field.absent : value;
}

export const mapIn = (value: JsonValue | undefined): { [field: string]: JsonValue } | undefined =>
  isJsonObject(value) ? value : undefined;

export const listIn = (value: JsonValue | undefined): JsonValue[] | undefined => (Array.isArray(value) ? value : undefined);

/** An always present structure that nobody has filled. */
export const emptyStructure: JsonValue = emptyObject;
