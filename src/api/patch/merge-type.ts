import { type Field, type ObjectType, referredType, typeOf, type ValueType } from "../schema.js";
import type { FieldMerge, MergeType } from "./strategic-merge-patch.js";

/** What strategic merge patches need of the schema, read from its table when first asked for. */
const known = new Map<string, MergeType>();

/** The merge rules of a type by its name in schema.ts (`Resource.type`); undefined when there is no such type. */
export const mergeTypeOf = (typeName: string): MergeType | undefined => {
  const found = known.get(typeName);
  if (found !== undefined) return found;
  const type = typeOf(typeName);
  if (type === undefined) return undefined;
  const merge = structure(type);
  known.set(typeName, merge);
  return merge;
};

const leaf = (name: string): MergeType => ({ name, field: () => undefined });

/** Any JSON: merges field by field, without list merges. */
const free: MergeType = { name: "map", field: () => ({ mergesLists: false, mergeKey: "", replacesObject: false, type: free }) };

const structure = (type: ObjectType): MergeType => {
  const fields = new Map<string, FieldMerge>();
  return {
    name: type.goName,
    field(name) {
      const found = fields.get(name);
      if (found !== undefined) return found;
      const field = type.fields.get(name);
      if (field === undefined) return undefined;
      const merge = fieldMerge(field);
      fields.set(name, merge);
      return merge;
    },
  };
};

const fieldMerge = (field: Field): FieldMerge => ({
  mergesLists: field.value.type === "array" && (field.patchStrategy?.includes("merge") ?? false),
  mergeKey: field.patchMergeKey ?? "",
  replacesObject: field.value.type !== "array" && (field.patchStrategy?.includes("replace") ?? false),
  type: valueMerge(field.value.type === "array" ? field.value.items : field.value),
});

const valueMerge = (value: ValueType): MergeType => {
  switch (value.type) {
    case "ref": {
      const type = referredType(value);
      return type === undefined ? leaf(value.name) : (mergeTypeOf(type.name) ?? leaf(value.name));
    }
    case "map": {
      const inner = valueMerge(value.values);
      return { name: "map", field: () => ({ mergesLists: false, mergeKey: "", replacesObject: false, type: inner }) };
    }
    case "raw":
    case "json":
    case "oneOf":
      return free;
    default:
      return leaf(value.type);
  }
};
