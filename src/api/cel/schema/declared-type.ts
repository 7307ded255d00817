import type { Integer } from "../../../json/integer.js";
import type { StructuralSchema } from "../../custom/schema.js";
import type { DeclaredSize } from "../language/estimate.js";
import { utf8 } from "../language/string-literal.js";
import type { CelType } from "../language/types.js";
import * as types from "../language/types.js";
import { escapeName } from "./escape.js";

/** What a schema says of its values to expressions: their type, and how large they can be. */
export interface DeclaredType {
  readonly type: CelType;
  readonly size: DeclaredSize;
  /** The least bytes of JSON that a value takes, by which unbounded lists are bounded. */
  readonly minSerializedBytes: number;
  /** Of an object, by the names of properties. */
  readonly properties?: ReadonlyMap<string, DeclaredType>;
  /** Of a list its items, of a map its values. */
  readonly items?: DeclaredType;
}

/** The largest request that Kubernetes reckons with. */
export const maxRequestBytes = 3 * 1024 * 1024;

const maxDateTimeLength = 32;
const dateLength = 12;

const scalar = (type: CelType, minSerializedBytes: number, maxElements = Number.POSITIVE_INFINITY): DeclaredType => ({
  type,
  size: { maxElements },
  minSerializedBytes,
});

const nonNegative = (value: Integer): number => Math.max(0, Number(value));

/** Lengths count code points, of which each can take four bytes. */
const maxLengthOf = ({ checks }: StructuralSchema): number =>
  checks.maxLength === undefined ? maxRequestBytes - 2 : nonNegative(checks.maxLength) * 4;

const declareString = (schema: StructuralSchema): DeclaredType => {
  const { maxLength, format, enum: values } = schema.checks;
  switch (format) {
    case "byte":
      return scalar(types.bytes, 2, maxLength === undefined ? maxRequestBytes - 2 : nonNegative(maxLength));
    case "duration":
      return scalar(types.duration, 3, maxDateTimeLength);
    case "date":
      return scalar(types.timestamp, dateLength, dateLength);
    case "date-time":
      return scalar(types.timestamp, 21, maxDateTimeLength);
  }
  if (maxLength !== undefined || values.length === 0) return scalar(types.string, 2, maxLengthOf(schema));
  return scalar(types.string, 2, Math.max(0, ...values.map((each) => (typeof each === "string" ? utf8(each).length : 0))));
};

const declareArray = (schema: StructuralSchema, name: string): DeclaredType | undefined => {
  const { items, checks } = schema;
  const declared = items === undefined ? undefined : declareType(items, `${name}.@items`, items.isEmbeddedResource);
  if (declared === undefined) return undefined;
  const maxElements =
    checks.maxItems === undefined
      ? Math.floor((maxRequestBytes - 2) / (declared.minSerializedBytes + 1))
      : nonNegative(checks.maxItems);
  return {
    type: types.listOf(declared.type),
    size: { maxElements, items: declared.size },
    minSerializedBytes: 2,
    items: declared,
  };
};

const declareMap = (schema: StructuralSchema, values: StructuralSchema, name: string): DeclaredType | undefined => {
  const declared = declareType(values, `${name}.@values`, values.isEmbeddedResource);
  if (declared === undefined) return undefined;
  const { maxProperties } = schema.checks;
  const maxElements =
    maxProperties === undefined
      ? Math.floor((maxRequestBytes - 2) / (declared.minSerializedBytes + 6))
      : nonNegative(maxProperties);
  const keys = { maxElements: Number.POSITIVE_INFINITY };
  return {
    type: types.mapOf(types.string, declared.type),
    size: { maxElements, items: declared.size, keys },
    minSerializedBytes: 2,
    items: declared,
  };
};

const declareObject = (schema: StructuralSchema, name: string): DeclaredType => {
  const properties = new Map<string, DeclaredType>();
  const fields = new Map<string, CelType>();
  const sizes = new Map<string, DeclaredSize>();
  let minSerializedBytes = 2;
  for (const [property, propertySchema] of schema.properties) {
    const declared = declareType(propertySchema, `${name}.${property}`, propertySchema.isEmbeddedResource);
    if (declared === undefined) continue;
    properties.set(property, declared);
    const field = escapeName(property);
    if (field !== undefined) {
      fields.set(field, declared.type);
      sizes.set(field, declared.size);
    }
    // What has a default is filled in by the server, and takes nothing of the request.
    if (schema.checks.required.includes(property) && propertySchema.default === undefined) {
      minSerializedBytes += property.length + declared.minSerializedBytes + 4;
    }
  }
  return {
    type: types.structType(name, fields),
    size: { maxElements: 0, fields: sizes },
    minSerializedBytes,
    properties,
  };
};

/**
 * Declares a schema to expressions; undefined for one that they cannot see, such as preserved unknown fields without a
 * type. At the root of a resource apiVersion, kind and the object's name can always be seen.
 */
export const declareType = (schema: StructuralSchema, name: string, isResourceRoot: boolean): DeclaredType | undefined => {
  if (schema.isIntOrString) return scalar(types.dyn, 1, maxLengthOf(schema));
  switch (schema.type) {
    case "array":
      return declareArray(schema, name);
    case "object": {
      const seen = isResourceRoot ? asResource(schema) : schema;
      if (typeof seen.additionalProperties === "object") return declareMap(seen, seen.additionalProperties, name);
      return declareObject(seen, name);
    }
    case "string":
      return declareString(schema);
    case "boolean":
      return scalar(types.bool, 4);
    case "number":
      return scalar(types.double, 1);
    case "integer":
      return scalar(types.int, 1);
  }
  return undefined;
};

const plain = (type: "string" | "object", properties: ReadonlyMap<string, StructuralSchema> = new Map()): StructuralSchema => ({
  type,
  title: "",
  description: "",
  nullable: false,
  default: undefined,
  properties,
  additionalProperties: undefined,
  items: undefined,
  preservesUnknownFields: false,
  isEmbeddedResource: false,
  isIntOrString: false,
  listType: undefined,
  listMapKeys: [],
  mapType: undefined,
  rules: [],
  checks: {
    format: "",
    maximum: undefined,
    exclusiveMaximum: false,
    minimum: undefined,
    exclusiveMinimum: false,
    multipleOf: undefined,
    maxLength: undefined,
    minLength: undefined,
    pattern: "",
    maxItems: undefined,
    minItems: undefined,
    maxProperties: undefined,
    minProperties: undefined,
    required: [],
    enum: [],
    allOf: [],
    anyOf: [],
    oneOf: [],
    not: undefined,
  },
});

const text = plain("string");
const objectMeta = plain(
  "object",
  new Map([
    ["name", text],
    ["generateName", text],
  ]),
);

const resources = new WeakMap<StructuralSchema, StructuralSchema>();

/** A schema with what every resource has: apiVersion, kind, metadata.name and metadata.generateName. */
export const asResource = (schema: StructuralSchema): StructuralSchema => {
  const known = resources.get(schema);
  if (known !== undefined) return known;
  const properties = new Map(schema.properties);
  properties.set("apiVersion", text).set("kind", text).set("metadata", objectMeta);
  const resource = { ...schema, properties };
  resources.set(schema, resource);
  return resource;
};
