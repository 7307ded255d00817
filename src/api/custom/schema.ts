/**
 * Structural schemas: what a CustomResourceDefinition says of the objects of one version, made ready for use.
 * Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 */
import type { Integer } from "../../json/integer.js";
import type { JSONSchemaProps, ValidationRule } from "../generated/types.js";
import type { JsonValue } from "../json-value.js";

export type SchemaType = "" | "object" | "array" | "string" | "integer" | "number" | "boolean";

/** One node of a schema. Under allOf, anyOf, oneOf and not, a node has value checks and nothing else. */
export interface StructuralSchema {
  /** "" where nothing is said: int-or-string, preserved unknown fields, and under the junctors. */
  readonly type: SchemaType;
  readonly title: string;
  readonly description: string;
  readonly nullable: boolean;
  /** Undefined for none; null is no default either. */
  readonly default: JsonValue | undefined;
  readonly properties: ReadonlyMap<string, StructuralSchema>;
  /** What the fields that `properties` does not name must be; true and false: anything, nothing. */
  readonly additionalProperties: StructuralSchema | boolean | undefined;
  readonly items: StructuralSchema | undefined;
  readonly preservesUnknownFields: boolean;
  readonly isEmbeddedResource: boolean;
  readonly isIntOrString: boolean;
  /** Absent means atomic. */
  readonly listType: string | undefined;
  readonly listMapKeys: readonly string[];
  /** Absent means granular. */
  readonly mapType: string | undefined;
  /** CEL rules, in their order: x-kubernetes-validations. */
  readonly rules: readonly ValidationRule[];
  readonly checks: ValueChecks;
}

/** What is checked of a value beside its type. Absent keywords are undefined, absent lists empty. */
export interface ValueChecks {
  readonly format: string;
  readonly maximum: number | undefined;
  readonly exclusiveMaximum: boolean;
  readonly minimum: number | undefined;
  readonly exclusiveMinimum: boolean;
  readonly multipleOf: number | undefined;
  readonly maxLength: Integer | undefined;
  readonly minLength: Integer | undefined;
  readonly pattern: string;
  readonly maxItems: Integer | undefined;
  readonly minItems: Integer | undefined;
  readonly maxProperties: Integer | undefined;
  readonly minProperties: Integer | undefined;
  readonly required: readonly string[];
  readonly enum: readonly JsonValue[];
  readonly allOf: readonly StructuralSchema[];
  readonly anyOf: readonly StructuralSchema[];
  readonly oneOf: readonly StructuralSchema[];
  readonly not: StructuralSchema | undefined;
}

const readAll = (schemas: readonly JSONSchemaProps[] | undefined): StructuralSchema[] => (schemas ?? []).map(readSchema);

const asFloat = (value: Integer | undefined): number | undefined => (value === undefined ? undefined : Number(value));

const readChecks = (props: JSONSchemaProps): ValueChecks => ({
  format: props.format ?? "",
  maximum: asFloat(props.maximum),
  exclusiveMaximum: props.exclusiveMaximum === true,
  minimum: asFloat(props.minimum),
  exclusiveMinimum: props.exclusiveMinimum === true,
  multipleOf: asFloat(props.multipleOf),
  maxLength: props.maxLength,
  minLength: props.minLength,
  pattern: props.pattern ?? "",
  maxItems: props.maxItems,
  minItems: props.minItems,
  maxProperties: props.maxProperties,
  minProperties: props.minProperties,
  required: props.required ?? [],
  enum: (props.enum ?? []) as JsonValue[],
  allOf: readAll(props.allOf),
  anyOf: readAll(props.anyOf),
  oneOf: readAll(props.oneOf),
  not: props.not === undefined ? undefined : readSchema(props.not),
});

/** The one schema of an array's items; a list of them is refused before a schema is read. */
const itemsOf = ({ items }: JSONSchemaProps): StructuralSchema | undefined =>
  items === undefined || Array.isArray(items) ? undefined : readSchema(items);

/** Reads a schema as a CustomResourceDefinition has it. What validation refuses ($ref, definitions …) is left out. */
export function readSchema(props: JSONSchemaProps): StructuralSchema {
  const { additionalProperties } = props;
  return {
    type: (props.type ?? "") as SchemaType,
    title: props.title ?? "",
    description: props.description ?? "",
    nullable: props.nullable === true,
    default: (props.default ?? undefined) as JsonValue | undefined,
    properties: new Map(Object.entries(props.properties ?? {}).map(([name, each]) => [name, readSchema(each)])),
    additionalProperties: typeof additionalProperties === "object" ? readSchema(additionalProperties) : additionalProperties,
    items: itemsOf(props),
    preservesUnknownFields: props["x-kubernetes-preserve-unknown-fields"] === true,
    isEmbeddedResource: props["x-kubernetes-embedded-resource"] === true,
    isIntOrString: props["x-kubernetes-int-or-string"] === true,
    listType: props["x-kubernetes-list-type"],
    listMapKeys: props["x-kubernetes-list-map-keys"] ?? [],
    mapType: props["x-kubernetes-map-type"],
    rules: props["x-kubernetes-validations"] ?? [],
    checks: readChecks(props),
  };
}

/** The schema of a field by its name: that of the property, else what additional properties must be. */
export function schemaOfField(schema: StructuralSchema, name: string): StructuralSchema | undefined {
  const { additionalProperties } = schema;
  return schema.properties.get(name) ?? (typeof additionalProperties === "object" ? additionalProperties : undefined);
}
