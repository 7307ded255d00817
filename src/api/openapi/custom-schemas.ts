/**
 * The schemas of custom resources as OpenAPI publishes them: with all that they say in version 3, and in version 2 without
 * what clients of that would trip over.
 * Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#publish-validation-schema-in-openapi
 */
import type { StructuralSchema } from "../custom/schema.js";
import type { CustomVersion } from "../custom/version.js";
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
    schemas.set(schemaNameOf(resource), kindSchema(resource, resource.custom, dialect));
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

function kindSchema(resource: Resource, { schema, selectableFields }: CustomVersion, dialect: Dialect): OpenApiSchema {
  const fields = selectableFields.map((path) => ({ fieldPath: path.replace(/^\./, "") }));
  const about = {
    ...kindOf(resource, resource.kind),
    ...(fields.length === 0 ? {} : { "x-kubernetes-selectable-fields": fields }),
  };
  // Clients of version 2 take a schema with properties, or with a type that they know, for one that has no others.
  if (dialect === "v2" && schema.preservesUnknownFields) return { type: "object", ...about };
  const { properties = {}, ...own } = schemaOf(schema, dialect) as { properties?: Record<string, OpenApiSchema> } & OpenApiSchema;
  return {
    ...own,
    type: "object",
    properties: { ...objectProperties(dialect), ...without(properties) },
    ...about,
  };
}

/** What every object has, whatever its schema says. */
function objectProperties(dialect: Dialect): Readonly<Record<string, OpenApiSchema>> {
  const metadata = refTo("ObjectMeta", dialect);
  return { ...typeMeta, metadata: dialect === "v3" ? { allOf: [metadata] } : metadata };
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
  // In version 2, what may be null or keeps unknown fields has neither properties nor items, and no type that would tell of them.
  const loose = dialect === "v2" && (schema.nullable || schema.preservesUnknownFields);
  const type = dialect === "v2" ? typeInV2(schema) : schema.type;
  const { description, additionalProperties } = schema;
  const properties = loose ? [] : [...schema.properties].map(([name, property]) => [name, schemaOf(property, dialect)] as const);
  const embedded = schema.isEmbeddedResource && !(dialect === "v2" && schema.preservesUnknownFields);
  const own = Object.fromEntries(properties);
  const required = requiredOf(schema, dialect, embedded);
  return {
    ...(description === "" ? {} : { description }),
    ...(type === "" ? {} : { type }),
    ...(schema.default === undefined ? {} : { default: schema.default }),
    ...(schema.nullable && dialect === "v3" ? { nullable: true } : {}),
    ...(embedded ? { properties: { ...own, ...objectProperties(dialect) } } : properties.length === 0 ? {} : { properties: own }),
    ...(schema.items === undefined || loose ? {} : { items: schemaOf(schema.items, dialect) }),
    ...(additionalProperties === undefined || additionalProperties === false
      ? {}
      : { additionalProperties: additionalProperties === true ? true : schemaOf(additionalProperties, dialect) }),
    ...checksOf(schema.checks, dialect),
    ...(required.length === 0 ? {} : { required }),
    ...extensionsOf(schema),
  };
}

function typeInV2({ type, nullable, preservesUnknownFields, items }: StructuralSchema): string {
  if (nullable || (preservesUnknownFields && (type === "object" || type === "array"))) return "";
  return type === "array" && items === undefined ? "" : type;
}

/** Version 2 cannot say that something must be there and may be null. */
function requiredOf(schema: StructuralSchema, dialect: Dialect, embedded: boolean): string[] {
  const { additionalProperties, checks, properties } = schema;
  const required =
    dialect === "v3"
      ? [...checks.required]
      : typeof additionalProperties === "object" && additionalProperties.nullable
        ? []
        : checks.required.filter(
            (name) => schema.nullable || schema.preservesUnknownFields || properties.get(name)?.nullable !== true,
          );
  return embedded ? [...new Set([...required, "kind", "apiVersion"])] : required;
}

function checksOf(checks: StructuralSchema["checks"], dialect: Dialect): OpenApiSchema {
  const { allOf, anyOf, oneOf, not, required: _required, ...plain } = checks;
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
