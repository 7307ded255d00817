/**
 * The schemas of custom resources as OpenAPI publishes them: with all that they say in version 3, and in version 2 without
 * what clients of that would trip over.
 * Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#publish-validation-schema-in-openapi
 */
import type { StructuralSchema } from "../custom/schema.js";
import type { Resource, ResourceTable } from "../kinds.js";
import { type Dialect, type OpenApiSchema, refTo } from "./schemas.js";

/** `com.example.v1.Widget`: the name of a custom kind's schema. */
const definitionName = ({ group, version }: Resource, kind: string): string =>
  `${group.split(".").reverse().join(".")}.${version}.${kind}`;

/** The name of a kind's schema: its type's, or for a custom resource one that follows from its group. */
export const schemaNameOf = (resource: Resource): string =>
  resource.custom === undefined ? resource.type : definitionName(resource, resource.kind);

export const listSchemaNameOf = (resource: Resource): string =>
  resource.custom === undefined ? resource.listType : definitionName(resource, resource.listKind);

/** The schemas of the table's custom resources and of their lists, by name. */
export function customSchemas(table: ResourceTable, dialect: Dialect): Map<string, OpenApiSchema> {
  const schemas = new Map<string, OpenApiSchema>();
  for (const resource of table.resources) {
    if (resource.custom === undefined) continue;
    schemas.set(schemaNameOf(resource), kindSchema(resource, resource.custom.schema, dialect));
    schemas.set(listSchemaNameOf(resource), listSchema(resource, dialect));
  }
  return schemas;
}

/** What custom schemas refer to. */
export const customRoots = ["ObjectMeta", "ListMeta"] as const;

const text = (description: string): OpenApiSchema => ({ type: "string", description });

const typeMeta: Readonly<Record<string, OpenApiSchema>> = {
  apiVersion: text("The group and version that this object is written in."),
  kind: text("The kind of this object, in CamelCase."),
};

const kindOf = ({ group, version }: Resource, kind: string): OpenApiSchema => ({
  "x-kubernetes-group-version-kind": [{ group, version, kind }],
});

function kindSchema(resource: Resource, schema: StructuralSchema, dialect: Dialect): OpenApiSchema {
  const { properties = {}, ...own } = schemaOf(schema, dialect) as { properties?: Record<string, OpenApiSchema> } & OpenApiSchema;
  const keepsAll = dialect === "v2" && schema.preservesUnknownFields;
  const metadata = refTo("ObjectMeta", dialect);
  return {
    ...own,
    type: "object",
    ...(keepsAll
      ? {}
      : { properties: { ...typeMeta, metadata: dialect === "v3" ? { allOf: [metadata] } : metadata, ...without(properties) } }),
    ...kindOf(resource, resource.kind),
  };
}

/** apiVersion, kind and metadata are said once for all. */
const without = ({ apiVersion: _v, kind: _k, metadata: _m, ...rest }: Record<string, OpenApiSchema>) => rest;

function listSchema(resource: Resource, dialect: Dialect): OpenApiSchema {
  return {
    description: `${resource.listKind} is a list of ${resource.kind}`,
    type: "object",
    required: ["items"],
    properties: {
      ...typeMeta,
      items: { type: "array", items: refTo(schemaNameOf(resource), dialect) },
      metadata: refTo("ListMeta", dialect),
    },
    ...kindOf(resource, resource.listKind),
  };
}

/** A node as OpenAPI has it. */
export function schemaOf(schema: StructuralSchema, dialect: Dialect): OpenApiSchema {
  const extensions = extensionsOf(schema);
  const described = schema.description === "" ? {} : { description: schema.description };
  if (dialect === "v2" && schema.nullable) return { ...described, ...extensions };
  // Clients of version 2 take a schema with properties for one that has no others.
  if (dialect === "v2" && schema.preservesUnknownFields) return { ...described, ...extensions };
  const { type, properties, items, additionalProperties, checks } = schema;
  return {
    ...described,
    ...(type === "" ? {} : { type }),
    ...(schema.default === undefined ? {} : { default: schema.default }),
    ...(schema.nullable ? { nullable: true } : {}),
    ...(properties.size === 0
      ? {}
      : { properties: Object.fromEntries([...properties].map(([name, property]) => [name, schemaOf(property, dialect)])) }),
    ...(items === undefined ? {} : { items: schemaOf(items, dialect) }),
    ...(additionalProperties === undefined || additionalProperties === false
      ? {}
      : { additionalProperties: additionalProperties === true ? true : schemaOf(additionalProperties, dialect) }),
    ...checksOf(checks, dialect),
    ...extensions,
  };
}

function checksOf(checks: StructuralSchema["checks"], dialect: Dialect): OpenApiSchema {
  const { allOf, anyOf, oneOf, not, ...plain } = checks;
  const said = Object.fromEntries(
    Object.entries(plain).filter(
      ([, value]) => value !== undefined && value !== "" && value !== false && !(Array.isArray(value) && value.length === 0),
    ),
  );
  if (dialect === "v2") return said;
  const all = (schemas: readonly StructuralSchema[]): OpenApiSchema[] => schemas.map((each) => schemaOf(each, dialect));
  return {
    ...said,
    ...(allOf.length === 0 ? {} : { allOf: all(allOf) }),
    ...(anyOf.length === 0 ? {} : { anyOf: all(anyOf) }),
    ...(oneOf.length === 0 ? {} : { oneOf: all(oneOf) }),
    ...(not === undefined ? {} : { not: schemaOf(not, dialect) }),
  };
}

const extensionsOf = (schema: StructuralSchema): OpenApiSchema => ({
  ...(schema.preservesUnknownFields ? { "x-kubernetes-preserve-unknown-fields": true } : {}),
  ...(schema.isEmbeddedResource ? { "x-kubernetes-embedded-resource": true } : {}),
  ...(schema.isIntOrString ? { "x-kubernetes-int-or-string": true } : {}),
  ...(schema.listType === undefined ? {} : { "x-kubernetes-list-type": schema.listType }),
  ...(schema.listMapKeys.length === 0 ? {} : { "x-kubernetes-list-map-keys": schema.listMapKeys }),
  ...(schema.mapType === undefined ? {} : { "x-kubernetes-map-type": schema.mapType }),
  ...(schema.rules.length === 0 ? {} : { "x-kubernetes-validations": schema.rules }),
});
