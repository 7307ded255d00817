/** The types of built-in kinds as expressions know them, where an expression is checked against what it will meet. */
import * as types from "../cel/language/types.js";
import { typeOf, type ValueType } from "../schema.js";

const known = new Map<string, types.StructType>();

/** The type of a kind by its name in schema.ts; undefined when there is none. */
export function schemaType(name: string): types.StructType | undefined {
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
