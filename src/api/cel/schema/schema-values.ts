import { isInt64, isNumeric } from "../../../json/integer.js";
import { decodeBase64 } from "../../base64.js";
import type { StructuralSchema } from "../../custom/schema.js";
import { deepEqual, hasField, isJsonObject, type JsonObject, type JsonValue } from "../../json-value.js";
import { CelError, Duration, ListValue, MapValue, type Result, Timestamp, type Value } from "../language/values.js";
import { parseDuration, parseTimestamp } from "../library/time-text.js";
import { AssociativeList } from "./associative-list.js";
import { asResource } from "./declared-type.js";
import { escapeName, unescapeName } from "./escape.js";

/** A list of JSON whose items are of a schema. */
class SchemaList extends ListValue {
  constructor(
    readonly json: readonly JsonValue[],
    readonly items: StructuralSchema,
  ) {
    super();
  }
  get size(): number {
    return this.json.length;
  }
  at(index: number): Result {
    return schemaValue(this.json[index]!, this.items);
  }
}

/** An object of JSON as a map: of declared properties, by their identifiers, or of any keys to values of one schema. */
class SchemaMap extends MapValue {
  constructor(
    readonly json: JsonObject,
    readonly schema: StructuralSchema,
    readonly isObject: boolean,
  ) {
    super();
  }

  get size(): number {
    return Object.keys(this.json).length;
  }

  #schemaOf(name: string): StructuralSchema | undefined {
    if (this.isObject) return this.schema.properties.get(name);
    return typeof this.schema.additionalProperties === "object" ? this.schema.additionalProperties : undefined;
  }

  find(key: Value): Result | undefined {
    if (typeof key !== "string") return new CelError("no such overload");
    const name = this.isObject ? unescapeName(key) : key;
    if (name === undefined || !hasField(this.json, name)) return undefined;
    const value = this.json[name]!;
    // A property that is null counts as absent.
    if (this.isObject && value === null) return undefined;
    const schema = this.#schemaOf(name);
    return schema === undefined ? undefined : schemaValue(value, schema);
  }

  *keys(): Iterable<Value> {
    for (const name of Object.keys(this.json)) {
      if (this.#schemaOf(name) !== undefined) yield this.isObject ? (escapeName(name) ?? name) : name;
    }
  }

  /** Fields that no schema tells of count too. */
  override equals(other: MapValue, same: (left: Value, right: Value) => boolean): boolean {
    if (!super.equals(other, same)) return false;
    if (!(other instanceof SchemaMap)) return true;
    return Object.keys(this.json).every((name) => {
      if (this.#schemaOf(name) !== undefined && this.json[name] !== null) return true;
      return hasField(other.json, name) && deepEqual(this.json[name], other.json[name]);
    });
  }
}

const kindOf = (json: JsonValue): string => {
  if (json === null) return "<nil>";
  if (Array.isArray(json)) return "[]interface {}";
  if (typeof json === "object") return "map[string]interface {}";
  if (isNumeric(json)) return isInt64(json) ? "int64" : "float64";
  return typeof json === "boolean" ? "bool" : "string";
};

const wrongKind = (expected: string, json: JsonValue): CelError =>
  new CelError(`invalid data, expected ${expected}, got ${kindOf(json)}`);

const stringValue = (text: string, format: string): Result => {
  switch (format) {
    case "duration": {
      const nanos = parseDuration(text);
      return nanos === undefined
        ? new CelError(`Invalid duration ${text}: unable to parse ${text} as duration`)
        : new Duration(nanos);
    }
    case "date":
    case "date-time": {
      const nanos = parseTimestamp(format === "date" ? `${text}T00:00:00Z` : text.replace(" ", "T"));
      return nanos === undefined ? new CelError(`Invalid ${format} formatted string ${text}`) : new Timestamp(nanos);
    }
    case "byte":
      return decodeBase64(text) ?? new CelError(`Invalid byte formatted string ${text}`);
  }
  return text;
};

const objectValue = (json: JsonValue, given: StructuralSchema): Result => {
  if (!isJsonObject(json)) return new CelError("invalid data, expected a map for the provided schema with type=object");
  const schema = given.isEmbeddedResource ? asResource(given) : given;
  if (schema.properties.size > 0) return new SchemaMap(json, schema, true);
  if (typeof schema.additionalProperties === "object") return new SchemaMap(json, schema, false);
  if (schema.preservesUnknownFields) return new SchemaMap(json, schema, true);
  const expected = "either Properties or AdditionalProperties with Allows=true and non-empty Schema";
  return new CelError(`invalid object type, expected ${expected}`);
};

const listValue = (json: JsonValue, { items, listType, listMapKeys }: StructuralSchema): Result => {
  if (!Array.isArray(json)) return new CelError("invalid data, expected an array for the provided schema with type=array");
  if (items === undefined) return new CelError("invalid array type, expected Items with a non-empty Schema");
  if (listType !== "map" && listType !== "set") return new SchemaList(json, items);
  const keys = listType === "map" ? listMapKeys.map((key) => escapeName(key) ?? key) : undefined;
  return new AssociativeList(
    json.map((item) => schemaValue(item, items)),
    keys,
  );
};

/** A value of JSON as its schema says to read it; an error when it is not what the schema says. */
export const schemaValue = (json: JsonValue, schema: StructuralSchema): Result => {
  if (json === null) return schema.nullable ? null : new CelError("invalid data, got null for schema with nullable=false");
  if (schema.isIntOrString) {
    if (typeof json === "string") return json;
    if (isInt64(json)) return BigInt(json);
    return new CelError("invalid data, expected XIntOrString value to be either a string or integer");
  }
  switch (schema.type) {
    case "object":
      return objectValue(json, schema);
    case "array":
      return listValue(json, schema);
    case "string":
      return typeof json === "string" ? stringValue(json, schema.checks.format) : wrongKind("string", json);
    case "number":
      return isNumeric(json) ? Number(json) : wrongKind("float", json);
    case "integer":
      return isInt64(json) ? BigInt(json) : wrongKind("int", json);
    case "boolean":
      return typeof json === "boolean" ? json : wrongKind("bool", json);
  }
  return new CelError("no such overload");
};
