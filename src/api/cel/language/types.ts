/**
 * The types that the checker knows. Source: https://github.com/google/cel-spec/blob/master/doc/langdef.md#gradual-type-checking
 */
export type CelType =
  | { readonly kind: "dyn" | "error" | "null" | "bool" | "int" | "uint" | "double" | "string" | "bytes" }
  | { readonly kind: "timestamp" | "duration" }
  | { readonly kind: "list"; readonly item: CelType }
  | { readonly kind: "map"; readonly key: CelType; readonly value: CelType }
  | { readonly kind: "optional"; readonly value: CelType }
  | { readonly kind: "type"; readonly of?: CelType }
  /** A type of a library, such as `net.IP`. */
  | { readonly kind: "opaque"; readonly name: string }
  | StructType
  /** A variable of a function's signature, or one that the checker made for an empty list or map. */
  | { readonly kind: "parameter"; readonly name: string };

/** An object whose fields are declared. Two are the same type when they have the same name. */
export interface StructType {
  readonly kind: "struct";
  readonly name: string;
  /** The type of a field by its name as an expression writes it; undefined when there is no such field. */
  readonly field: (name: string) => CelType | undefined;
}

export const dyn: CelType = { kind: "dyn" };
export const errorType: CelType = { kind: "error" };
export const nullType: CelType = { kind: "null" };
export const bool: CelType = { kind: "bool" };
export const int: CelType = { kind: "int" };
export const uint: CelType = { kind: "uint" };
export const double: CelType = { kind: "double" };
export const string: CelType = { kind: "string" };
export const bytes: CelType = { kind: "bytes" };
export const timestamp: CelType = { kind: "timestamp" };
export const duration: CelType = { kind: "duration" };
export const typeType: CelType = { kind: "type" };
export const listOf = (item: CelType): CelType => ({ kind: "list", item });
export const mapOf = (key: CelType, value: CelType): CelType => ({ kind: "map", key, value });
export const optionalOf = (value: CelType): CelType => ({ kind: "optional", value });
export const parameter = (name: string): CelType => ({ kind: "parameter", name });
export const opaque = (name: string): CelType & { readonly kind: "opaque" } => ({ kind: "opaque", name });

/** An object type of fixed fields. */
export const structType = (name: string, fields: ReadonlyMap<string, CelType>): StructType => ({
  kind: "struct",
  name,
  field: (field) => fields.get(field),
});

/** A type as error messages write it: `list(int)`, `map(string, dyn)`. */
export const formatType = (type: CelType): string => {
  switch (type.kind) {
    case "list":
      return `list(${formatType(type.item)})`;
    case "map":
      return `map(${formatType(type.key)}, ${formatType(type.value)})`;
    case "optional":
      return `optional_type(${formatType(type.value)})`;
    case "type":
      return type.of === undefined ? "type" : `type(${formatType(type.of)})`;
    case "error":
      return "!error!";
    case "opaque":
    case "struct":
    case "parameter":
      return type.name;
    default:
      return type.kind;
  }
};

/** The arguments of a call as error messages write them: `(int, string)`, or `string.(int)` for a method. */
export const formatArguments = (types: readonly CelType[], member: boolean): string => {
  const names = types.map(formatType);
  return member ? `${names[0]}.(${names.slice(1).join(", ")})` : `(${names.join(", ")})`;
};
