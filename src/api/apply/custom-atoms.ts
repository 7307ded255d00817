/**
 * The atoms of custom resources, from their structural schemas.
 * Source: https://kubernetes.io/docs/reference/using-api/server-side-apply/#custom-resources-and-server-side-apply
 */
import type { StructuralSchema } from "../custom/schema.js";
import { type Atom, deduced, emptyStructure, lazyField, type MapField, structure } from "./atom.js";
import { atomOfType } from "./builtin-atoms.js";
import { compareTexts } from "./path-element.js";

/** The atom of a whole object of a schema. */
export const atomOfCustom = (schema: StructuralSchema): Atom => atomOf(schema, true);

function atomOf(schema: StructuralSchema, isResource: boolean): Atom {
  switch (schema.type) {
    case "object":
      return { map: mapOf(schema, isResource) };
    case "array": {
      const { items, listType, listMapKeys } = schema;
      const relation = listType === "set" || listType === "map" ? "associative" : "atomic";
      const keys = [...listMapKeys].sort(compareTexts);
      return { list: { relation, keys, items: items === undefined ? deduced : atomOf(items, false) } };
    }
    case "string":
      return { scalar: "string" };
    case "integer":
    case "number":
      return { scalar: "numeric" };
    case "boolean":
      return { scalar: "boolean" };
    default:
      return schema.isIntOrString ? { scalar: "untyped" } : deduced;
  }
}

function mapOf(schema: StructuralSchema, isResource: boolean): NonNullable<Atom["map"]> {
  const { properties, additionalProperties, preservesUnknownFields, isEmbeddedResource, mapType } = schema;
  const fields = new Map<string, MapField>();
  for (const [name, property] of properties) {
    const facts = property.default === undefined ? {} : { keyDefault: property.default };
    fields.set(
      name,
      lazyField(name, () => atomOf(property, false), facts),
    );
  }
  if (isResource || isEmbeddedResource) {
    for (const name of ["apiVersion", "kind"])
      fields.set(
        name,
        lazyField(name, () => ({ scalar: "string" })),
      );
    const facts = isResource ? { absent: emptyStructure } : {};
    fields.set(
      "metadata",
      lazyField("metadata", () => atomOfType("ObjectMeta") ?? deduced, facts),
    );
  }
  const values =
    typeof additionalProperties === "object"
      ? atomOf(additionalProperties, false)
      : preservesUnknownFields || additionalProperties === true
        ? deduced
        : undefined;
  const sorted = [...fields.values()].sort((left, right) => compareTexts(left.name, right.name));
  return structure(sorted, mapType === "atomic" ? "atomic" : "separable", values === undefined ? {} : { values });
}
