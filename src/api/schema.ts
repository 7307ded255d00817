/**
 * The types of the Kubernetes API with what patching, defaulting, decoding and server-side apply need to know of
 * each field. Types go by the names that types.ts gives them.
 */
import { readJson } from "../json/text.js";
import { schemaJson } from "./generated/schema.js";

/**
 * What a value may be in JSON:
 * - `bytes` is base64 text; `quantity` text or a number; `intOrString` either; `time` and `microTime` RFC 3339 text;
 * - `raw` is any object, kept as it is (RawExtension, FieldsV1); `json` any value at all;
 * - `oneOf` is whichever of its options fits the value.
 */
export type ValueType =
  | { readonly type: "string" | "bytes" | "integer" | "int64" | "number" | "boolean" }
  | { readonly type: "quantity" | "intOrString" | "time" | "microTime" | "raw" | "json" }
  | { readonly type: "array"; readonly items: ValueType }
  | { readonly type: "map"; readonly values: ValueType }
  | { readonly type: "ref"; readonly name: string }
  | { readonly type: "oneOf"; readonly options: readonly ValueType[] };

/** Source of the list and map types: https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy */
export interface Field {
  readonly name: string;
  readonly value: ValueType;
  readonly required: boolean;
  /** How server-side apply merges an array; absent means atomic. */
  readonly listType?: "atomic" | "set" | "map";
  /** The fields that tell the items of a `map` list apart. */
  readonly mapKeys?: readonly string[];
  /** Set where an object or a map is replaced as a whole. */
  readonly mapType?: "atomic";
  /** What strategic merge patch does; absent means replace for arrays and merge for objects. */
  readonly patchStrategy?: ReadonlyArray<"merge" | "retainKeys" | "replace">;
  /** The field by which strategic merge patch finds an item of an array; absent in a `merge` array of plain values. */
  readonly patchMergeKey?: string;
}

export interface ObjectType {
  /** `Pod`, `EventsV1Event`. */
  readonly name: string;
  /** `io.k8s.api.core.v1.Pod`. */
  readonly definition: string;
  /** `v1.Pod`, as Kubernetes names it in messages. */
  readonly goName: string;
  /** By name, in alphabetical order. */
  readonly fields: ReadonlyMap<string, Field>;
  readonly mapType?: "atomic";
  /** Group, version and kind of a top-level type; `many` when every group has it (DeleteOptions, WatchEvent). */
  readonly kind?: { readonly group: string; readonly version: string; readonly kind: string } | "many";
}

interface Table {
  readonly packages: readonly string[];
  readonly types: Readonly<Record<string, string>>;
}

const plain: Readonly<Record<string, ValueType>> = {
  s: { type: "string" },
  y: { type: "bytes" },
  i: { type: "integer" },
  l: { type: "int64" },
  n: { type: "number" },
  b: { type: "boolean" },
  q: { type: "quantity" },
  x: { type: "intOrString" },
  t: { type: "time" },
  u: { type: "microTime" },
  r: { type: "raw" },
  j: { type: "json" },
};

const jsonSchema: ValueType = { type: "ref", name: "JSONSchemaProps" };
const schemaOr: Readonly<Record<string, ValueType>> = {
  "1": { type: "oneOf", options: [jsonSchema, { type: "array", items: jsonSchema }] },
  "2": { type: "oneOf", options: [jsonSchema, { type: "boolean" }] },
  "3": { type: "oneOf", options: [jsonSchema, { type: "array", items: { type: "string" } }] },
};

function readValueType(code: string): ValueType {
  switch (code.charAt(0)) {
    case "[":
      return { type: "array", items: readValueType(code.slice(1)) };
    case "{":
      return { type: "map", values: readValueType(code.slice(1)) };
    case "*":
      return { type: "ref", name: code.slice(1) };
    default:
      return plain[code] ?? schemaOr[code]!;
  }
}

const listTypes: Readonly<Record<string, "atomic" | "set" | "map">> = { a: "atomic", s: "set", m: "map" };

function readField(text: string): Field {
  const [name, code, flags] = text.split("|") as [string, string, string?];
  const field: { -readonly [Key in keyof Field]: Field[Key] } = { name, value: readValueType(code), required: false };
  for (const flag of flags === undefined ? [] : flags.split(",")) {
    const detail = flag.slice(1);
    switch (flag.charAt(0)) {
      case "!":
        field.required = true;
        break;
      case "A":
        field.mapType = "atomic";
        break;
      case "p":
        field.patchStrategy = detail.split("+") as Array<"merge" | "retainKeys" | "replace">;
        break;
      case "k":
        field.patchMergeKey = detail;
        break;
      default:
        field.listType = listTypes[flag.charAt(0)]!;
        if (detail !== "") field.mapKeys = detail.split("+");
    }
  }
  return field;
}

function readType(name: string, text: string, packages: readonly string[]): ObjectType {
  const [head, flags, kind, ...fields] = text.split(";") as [string, string, string, ...string[]];
  const dot = head.indexOf(".");
  const packageName = packages[Number(head.slice(0, dot))]!;
  const last = head.slice(dot + 1) || name;
  const [group, version, kindName] = kind.split("/") as [string, string?, string?];
  return {
    name,
    definition: `${packageName}.${last}`,
    goName: `${packageName.slice(packageName.lastIndexOf(".") + 1)}.${last}`,
    fields: new Map(
      fields.map((field) => {
        const read = readField(field);
        return [read.name, read];
      }),
    ),
    ...(flags === "A" ? { mapType: "atomic" as const } : {}),
    ...(kind === "" ? {} : { kind: version === undefined ? ("many" as const) : { group, version, kind: kindName! } }),
  };
}

let table: Table | undefined;
const known = new Map<string, ObjectType>();

const loaded = (): Table => {
  table ??= readJson(schemaJson) as Table;
  return table;
};

/** The names of all types, in alphabetical order. */
export const typeNames = (): string[] => Object.keys(loaded().types);

/** A type by the name that types.ts gives it; undefined when there is none. Each is read when first asked for, and kept. */
export function typeOf(name: string): ObjectType | undefined {
  const found = known.get(name);
  if (found !== undefined) return found;
  const { packages, types } = loaded();
  if (!Object.hasOwn(types, name)) return undefined;
  const type = readType(name, types[name]!, packages);
  known.set(name, type);
  return type;
}

const kindTypes = new Map<string, string>();

/** The name of the type of a kind: `("autoscaling/v1", "Scale")` is `Scale`. Undefined when the API has no such kind. */
export function typeOfKind(apiVersion: string, kind: string): string | undefined {
  if (kindTypes.size === 0) {
    for (const [name, text] of Object.entries(loaded().types)) {
      const [, , of] = text.split(";", 3) as [string, string, string];
      if (of !== "") kindTypes.set(of === "*" ? `* ${name}` : of.replace(/^\//, "").replace(/\/([^/]+)$/, " $1"), name);
    }
  }
  return kindTypes.get(`${apiVersion} ${kind}`) ?? kindTypes.get(`* ${kind}`);
}

/** The type that a value type refers to; undefined for everything but `ref`. */
export const referredType = (value: ValueType): ObjectType | undefined => (value.type === "ref" ? typeOf(value.name) : undefined);

/** The field at a path of field names, looking through arrays and maps: `("Pod", ["spec", "containers", "ports"])`. */
export function fieldAt(typeName: string, path: readonly string[]): Field | undefined {
  let type = typeOf(typeName);
  let field: Field | undefined;
  for (const name of path) {
    field = type?.fields.get(name);
    if (field === undefined) return undefined;
    let value = field.value;
    while (value.type === "array" || value.type === "map") value = value.type === "array" ? value.items : value.values;
    type = referredType(value);
  }
  return field;
}
