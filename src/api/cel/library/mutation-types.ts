import { dyn, type StructType, string, structType } from "../language/types.js";
import { CelError, ListValue, MapValue, type Result, StructValue } from "../language/values.js";

/**
 * What the expressions of a MutatingAdmissionPolicy make: an apply configuration, `Object{spec: Object.spec{replicas: 1}}`,
 * or operations of a JSON patch, `JSONPatch{op: "add", path: "/a", value: 1}`.
 * Source: https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/
 */
export const jsonPatchType: StructType = structType(
  "JSONPatch",
  new Map([
    ["op", string],
    ["path", string],
    ["from", string],
    ["value", dyn],
  ]),
);

/** Which fields an object has is not known when the expression is compiled: it may be of any kind. */
const objectType = (name: string): StructType => ({ kind: "struct", name, field: () => dyn });

/** The types of `Object{…}`, of `Object.spec{…}` and so on, and of JSONPatch: an environment's `structTypes`. */
export const mutationTypes = (name: string): StructType | undefined => {
  if (name === jsonPatchType.name) return jsonPatchType;
  return name === "Object" || name.startsWith("Object.") ? objectType(name) : undefined;
};

const maxDepth = 1000;

/**
 * What is wrong with the types of an object that an expression made: each must have the name of the path to it, so that
 * `spec` is an `Object.spec`. Lists and maps in between have no names.
 */
export const objectTypeError = (value: Result, path = "Object", depth = 0): string | undefined => {
  if (value instanceof CelError) return value.message;
  if (depth > maxDepth) return "object nests too deeply";
  if (value instanceof StructValue) {
    if (value.typeName !== path) {
      return `unexpected type name "${value.typeName}", expected "${path}", which matches field name path from root Object type`;
    }
    for (const [name, field] of value.fields) {
      const error = objectTypeError(field, `${path}.${name}`, depth + 1);
      if (error !== undefined) return error;
    }
    return undefined;
  }
  const inside = value instanceof ListValue ? value : value instanceof MapValue ? valuesOf(value) : [];
  for (const item of inside) {
    const error = objectTypeError(item, path, depth + 1);
    if (error !== undefined) return error;
  }
  return undefined;
};

function* valuesOf(map: MapValue): Iterable<Result> {
  for (const key of map.keys()) yield map.find(key) ?? null;
}
