/** Types of the API as OpenAPI schemas, in the two dialects that Kubernetes serves. */
import { apiVersionOf, type ResourceTable } from "../kinds.js";
import { type Field, typeOf, type ValueType } from "../schema.js";
import { customRoots, customSchemas } from "./custom-schemas.js";
import { commonFields, descriptionOf } from "./descriptions.js";

export type Dialect = "v2" | "v3";

export interface OpenApiSchema {
  [keyword: string]: unknown;
}

const metaPackage = "io.k8s.apimachinery.pkg.apis.meta.v1";
const extensionsPackage = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1";

interface NamedValue {
  readonly definition: string;
  readonly v2: OpenApiSchema;
  readonly v3: OpenApiSchema;
}

/** Values that have a definition of their own although they are no objects with fields. */
const namedValues: Readonly<Partial<Record<ValueType["type"], NamedValue>>> = {
  quantity: {
    definition: "io.k8s.apimachinery.pkg.api.resource.Quantity",
    v2: { type: "string" },
    v3: { oneOf: [{ type: "string" }, { type: "number" }] },
  },
  intOrString: {
    definition: "io.k8s.apimachinery.pkg.util.intstr.IntOrString",
    v2: { type: "string", format: "int-or-string" },
    v3: { format: "int-or-string", oneOf: [{ type: "integer" }, { type: "string" }] },
  },
  time: {
    definition: `${metaPackage}.Time`,
    v2: { type: "string", format: "date-time" },
    v3: { type: "string", format: "date-time" },
  },
  microTime: {
    definition: `${metaPackage}.MicroTime`,
    v2: { type: "string", format: "date-time" },
    v3: { type: "string", format: "date-time" },
  },
  json: { definition: `${extensionsPackage}.JSON`, v2: {}, v3: {} },
};

function namedValue(value: ValueType): NamedValue | undefined {
  if (value.type !== "oneOf") return namedValues[value.type];
  const other = value.options.find((option) => option.type !== "ref")!;
  const suffix = other.type !== "array" ? "OrBool" : other.items.type === "ref" ? "OrArray" : "OrStringArray";
  return { definition: `${extensionsPackage}.JSONSchemaProps${suffix}`, v2: {}, v3: {} };
}

const plain: Readonly<Partial<Record<ValueType["type"], OpenApiSchema>>> = {
  string: { type: "string" },
  bytes: { type: "string", format: "byte" },
  integer: { type: "integer", format: "int32" },
  int64: { type: "integer", format: "int64" },
  number: { type: "number", format: "double" },
  boolean: { type: "boolean" },
};

const prefixes: Readonly<Record<Dialect, string>> = { v2: "#/definitions/", v3: "#/components/schemas/" };

/** Objects of which no fields are known, by their definitions. */
const plainObjects: ReadonlyMap<string, string> = new Map([
  ["Patch", `${metaPackage}.Patch`],
  ["FieldsV1", `${metaPackage}.FieldsV1`],
  ["RawExtension", "io.k8s.apimachinery.pkg.runtime.RawExtension"],
]);

/** What a field that takes any object is said to be. */
const plainObjectOf = (field: string): string => (field === "fieldsV1" ? "FieldsV1" : "RawExtension");

/** `{ $ref: "#/definitions/io.k8s.api.core.v1.Pod" }` */
export const refTo = (typeName: string, dialect: Dialect): OpenApiSchema => ({
  $ref: prefixes[dialect] + (typeOf(typeName)?.definition ?? plainObjects.get(typeName) ?? typeName),
});

function valueSchema(value: ValueType, dialect: Dialect): OpenApiSchema {
  switch (value.type) {
    case "array":
      return { type: "array", items: valueSchema(value.items, dialect) };
    case "map":
      return { type: "object", additionalProperties: valueSchema(value.values, dialect) };
    case "ref":
      return refTo(value.name, dialect);
    default: {
      const named = namedValue(value);
      return named === undefined ? plain[value.type]! : { $ref: prefixes[dialect] + named.definition };
    }
  }
}

function fieldSchema(field: Field, dialect: Dialect, description: string | undefined): OpenApiSchema {
  const schema = field.value.type === "raw" ? refTo(plainObjectOf(field.name), dialect) : valueSchema(field.value, dialect);
  const extensions: OpenApiSchema = {
    ...(description === undefined ? {} : { description }),
    ...(field.listType === undefined ? {} : { "x-kubernetes-list-type": field.listType }),
    ...(field.mapKeys === undefined ? {} : { "x-kubernetes-list-map-keys": field.mapKeys }),
    ...(field.mapType === undefined ? {} : { "x-kubernetes-map-type": field.mapType }),
    ...(field.patchMergeKey === undefined ? {} : { "x-kubernetes-patch-merge-key": field.patchMergeKey }),
    ...(field.patchStrategy === undefined ? {} : { "x-kubernetes-patch-strategy": field.patchStrategy.join(",") }),
  };
  // OpenAPI 3 allows nothing beside a reference.
  const base = dialect === "v3" && schema.$ref !== undefined && Object.keys(extensions).length > 0 ? { allOf: [schema] } : schema;
  return { ...base, ...extensions };
}

function kindsOf(typeName: string, table: ResourceTable): object[] {
  const kind = typeOf(typeName)?.kind;
  if (kind === undefined) return [];
  if (kind !== "many") return [kind];
  const own = { group: "", version: "v1", kind: typeName };
  const served = table.groups.flatMap(({ name, versions }) =>
    versions.map((version) => ({ group: name, version, kind: typeName })),
  );
  return [own, ...served.filter(({ group, version }) => apiVersionOf(group, version) !== "v1")];
}

/** The schema of a type under its full name; the table says in which groups the options of every group are. */
export function typeSchema(typeName: string, dialect: Dialect, table: ResourceTable): readonly [string, OpenApiSchema] {
  const type = typeOf(typeName)!;
  const fields = [...type.fields.values()];
  const required = fields.filter((field) => field.required).map((field) => field.name);
  const kinds = kindsOf(typeName, table);
  const described = descriptionOf(typeName);
  const said = (name: string): string | undefined =>
    described?.fields.get(name) ?? (kinds.length === 1 ? commonFields.get(name) : undefined);
  return [
    type.definition,
    {
      ...(described === undefined ? {} : { description: described.type }),
      type: "object",
      ...(required.length === 0 ? {} : { required }),
      ...(fields.length === 0
        ? {}
        : { properties: Object.fromEntries(fields.map((field) => [field.name, fieldSchema(field, dialect, said(field.name))])) }),
      ...(kinds.length === 0 ? {} : { "x-kubernetes-group-version-kind": kinds }),
      ...(type.mapType === undefined ? {} : { "x-kubernetes-map-type": type.mapType }),
    },
  ];
}

/** The schemas of these types and of all that they refer to, by full name, in the order of their names. */
export function schemasFrom(roots: Iterable<string>, dialect: Dialect, table: ResourceTable): Record<string, OpenApiSchema> {
  const found = new Map<string, OpenApiSchema>();
  const seen = new Set<string>();
  const visitValue = (value: ValueType): void => {
    if (value.type === "array") visitValue(value.items);
    else if (value.type === "map") visitValue(value.values);
    else if (value.type === "ref") visit(value.name);
    else {
      const named = namedValue(value);
      if (named !== undefined) found.set(named.definition, named[dialect]);
      if (value.type === "oneOf") for (const option of value.options) visitValue(option);
    }
  };
  const visit = (typeName: string): void => {
    if (seen.has(typeName)) return;
    seen.add(typeName);
    const plainObject = plainObjects.get(typeName);
    if (plainObject !== undefined) found.set(plainObject, { type: "object" });
    const type = typeOf(typeName);
    if (type === undefined) return;
    found.set(...typeSchema(typeName, dialect, table));
    for (const { name, value } of type.fields.values()) {
      if (value.type === "raw") visit(plainObjectOf(name));
      else visitValue(value);
    }
  };
  const custom = customSchemas(table, dialect);
  for (const root of roots) {
    const schema = custom.get(root);
    if (schema === undefined) visit(root);
    else {
      found.set(root, schema);
      for (const name of customRoots) visit(name);
    }
  }
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}
