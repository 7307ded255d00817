/**
 * The atoms of custom resources, from their structural schemas.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#custom-resources-and-server-side-apply
 */
import type { StructuralSchema } from "../custom/schema.js";
import { type Atom, deduced, emptyStructure, type ListAtom, lazyField, type MapField, structure } from "./atom.js";
import { atomOfType } from "./builtin-atoms.js";
import { compareTexts } from "./path-element.js";

const known = new WeakMap<StructuralSchema, Atom>();

/** The atom of the objects of a version. */
export function atomOfCustom(schema: StructuralSchema): Atom {
  const found = known.get(schema);
  if (found !== undefined) return found;
  const atom = objectAtom(schema, true);
  known.set(schema, atom);
  return atom;
}

function atomOfSchema(schema: StructuralSchema): Atom {
  if (schema.isIntOrString) return { scalar: "untyped" };
  switch (schema.type) {
    case "string":
      return { scalar: "string" };
    case "integer":
    case "number":
      return { scalar: "numeric" };
    case "boolean":
      return { scalar: "boolean" };
    case "array":
      return { list: listAtom(schema) };
    case "object":
      return objectAtom(schema, schema.isEmbeddedResource);
    case "":
      return deduced;
  }
}

function listAtom({ listType, listMapKeys, items }: StructuralSchema): ListAtom {
  const relation = listType === "map" || listType === "set" ? "associative" : "atomic";
  const keys = listType === "map" ? [...listMapKeys].sort(compareTexts) : [];
  return { relation, keys, items: items === undefined ? deduced : atomOfSchema(items) };
}

/** `isWhole`: an object with apiVersion, kind and metadata, whatever the schema says of them. */
function objectAtom(schema: StructuralSchema, isWhole: boolean): Atom {
  const own = [...schema.properties].map(([name, property]) => fieldOf(name, property));
  const whole = isWhole ? [...own.filter(({ name }) => !ofEveryObject.has(name)), ...everyObject()] : own;
  const fields = whole.sort((left, right) => compareTexts(left.name, right.name));
  const relation = schema.mapType === "atomic" ? "atomic" : "separable";
  const values = othersOf(schema);
  return { map: structure(fields, relation, values === undefined ? {} : { values }) };
}

const fieldOf = (name: string, schema: StructuralSchema): MapField =>
  lazyField(name, () => atomOfSchema(schema), schema.default === undefined ? {} : { keyDefault: schema.default });

/** What fields may be that the schema does not name; undefined for none. */
function othersOf({ additionalProperties, preservesUnknownFields, properties }: StructuralSchema): Atom | undefined {
  if (typeof additionalProperties === "object") return atomOfSchema(additionalProperties);
  return additionalProperties === true || preservesUnknownFields || properties.size === 0 ? deduced : undefined;
}

const ofEveryObject: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata"]);

const everyObject = (): MapField[] => [
  lazyField("apiVersion", () => ({ scalar: "string" })),
  lazyField("kind", () => ({ scalar: "string" })),
  lazyField("metadata", () => atomOfType("ObjectMeta")!, { absent: emptyStructure }),
];
