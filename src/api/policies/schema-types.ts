/** The types of kinds as expressions know them, where an expression is checked against what it will meet. */
import * as types from "../cel/language/types.js";
import { declareType } from "../cel/schema/declared-type.js";
import type { Resource } from "../kinds.js";
import { typeOf, type ValueType } from "../schema.js";

const known = new Map<string, types.StructType>();

/** The type of a kind by its name in schema.ts; undefined when there is none. */
function schemaType(name: string): types.StructType | undefined {
  const made = known.get(name);
  if (made !== undefined) return made;
  const type = typeOf(name);
  if (type === undefined) return undefined;
  // Fields are looked up when they are asked for: types refer to themselves.
  const field = (of: string): types.CelType | undefined => {
    const declared = type.fields.get(of);
    return declared === undefined ? undefined : celTypeOf(declared.value);
  };
  const struct: types.StructType = { kind: "struct", name: type.definition, field };
  known.set(name, struct);
  return struct;
}

const custom = new WeakMap<Resource, types.StructType>();

/** The type of a kind, custom or built in; undefined when it has none. */
export function kindType(resource: Resource): types.StructType | undefined {
  if (resource.custom === undefined) return schemaType(resource.type);
  const known = custom.get(resource);
  if (known !== undefined) return known;
  const { apiVersion, kind } = resource;
  const declared = declareType(resource.custom.schema, `${apiVersion}.${kind}`, false)?.type;
  const field = (name: string): types.CelType | undefined => {
    // What every object has is as in any kind, whatever the schema says of it.
    if (name === "apiVersion" || name === "kind") return types.string;
    if (name === "metadata") return metadataType();
    return declared?.kind === "struct" ? declared.field(name) : undefined;
  };
  const struct: types.StructType = { kind: "struct", name: `${apiVersion}.${kind}`, field };
  custom.set(resource, struct);
  return struct;
}

/** That of any built-in kind. */
const metadataType = (): types.CelType => schemaType("ConfigMap")?.field("metadata") ?? types.dyn;

function celTypeOf(value: ValueType): types.CelType {
  switch (value.type) {
    case "string":
    case "quantity":
      return types.string;
    case "bytes":
      return types.bytes;
    case "integer":
    case "int64":
      return types.int;
    case "number":
      return types.double;
    case "boolean":
      return types.bool;
    case "time":
    case "microTime":
      return types.timestamp;
    case "array":
      return types.listOf(celTypeOf(value.items));
    case "map":
      return types.mapOf(types.string, celTypeOf(value.values));
    case "ref":
      return schemaType(value.name) ?? types.dyn;
    default:
      return types.dyn;
  }
}
