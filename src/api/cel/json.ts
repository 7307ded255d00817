import { exactInteger, int64OrFloat } from "../../json/integer.js";
import { encodeBase64 } from "../base64.js";
import { hasField, type JsonObject, type JsonValue, setField } from "../json-value.js";
import {
  CelError,
  Duration,
  ListValue,
  MapValue,
  OptionalValue,
  type Result,
  StructValue,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from "./language/values.js";
import { formatDuration, formatTimestamp } from "./library/time-text.js";

/**
 * JSON as values of CEL, converted where an expression looks. Numbers without a fraction are integers, as in what
 * Kubernetes calls unstructured objects.
 */
export const fromJson = (json: JsonValue): Value => {
  if (typeof json === "number") return Number.isSafeInteger(json) ? BigInt(json) : json;
  if (typeof json !== "object" || json === null) return json;
  return Array.isArray(json) ? new JsonList(json) : new JsonMap(json);
};

export class JsonList extends ListValue {
  constructor(readonly json: readonly JsonValue[]) {
    super();
  }
  get size(): number {
    return this.json.length;
  }
  at(index: number): Result {
    return fromJson(this.json[index]!);
  }
}

export class JsonMap extends MapValue {
  #keys: readonly string[] | undefined;

  constructor(readonly json: JsonObject) {
    super();
  }
  get size(): number {
    return this.#names().length;
  }
  #names(): readonly string[] {
    this.#keys ??= Object.keys(this.json);
    return this.#keys;
  }
  find(key: Value): Result | undefined {
    return typeof key === "string" && hasField(this.json, key) ? fromJson(this.json[key]!) : undefined;
  }
  keys(): Iterable<Value> {
    return this.#names();
  }
}

/** How deeply nested a value may be to become JSON. */
const maxDepth = 1000;

/** What becomes of an integer. */
type IntegerToJson = (integer: bigint) => JsonValue;

/** As CEL says it of JSON: what not every reader of JSON would keep becomes text. */
export const safeIntegerOrText: IntegerToJson = (integer) => {
  const exact = exactInteger(integer);
  return typeof exact === "bigint" ? String(exact) : exact;
};

/**
 * A value as JSON: what configurations to apply and JSON patches need of it. Timestamps and durations become text, bytes
 * base64. Values that JSON cannot hold, such as types or URLs, give an error.
 */
export const toJson = (value: Result, integer: IntegerToJson = int64OrFloat, depth = 0): JsonValue | CelError => {
  if (value instanceof CelError || value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "bigint") return integer(value);
  if (typeof value === "number") return value;
  if (value instanceof Uint) return integer(value.value);
  if (value instanceof Uint8Array) return encodeBase64(value);
  if (value instanceof Timestamp) return formatTimestamp(value.nanos);
  if (value instanceof Duration) return formatDuration(value.nanos);
  if (depth > maxDepth) return new CelError("value nests too deeply");
  if (value instanceof OptionalValue) return toJson(value.value ?? null, integer, depth + 1);
  if (value instanceof ListValue) return listToJson(value, integer, depth);
  if (value instanceof MapValue) return mapToJson(value, integer, depth);
  if (value instanceof TypeValue) return new CelError(`unsupported type conversion: ${value.name}`);
  return new CelError(`unsupported type conversion: ${value.type.name}`);
};

const listToJson = (list: ListValue, integer: IntegerToJson, depth: number): JsonValue | CelError => {
  const items: JsonValue[] = [];
  for (const element of list) {
    const json = toJson(element, integer, depth + 1);
    if (json instanceof CelError) return json;
    items.push(json);
  }
  return items;
};

const mapToJson = (map: MapValue, integer: IntegerToJson, depth: number): JsonValue | CelError => {
  const object: JsonObject = {};
  const entries = map instanceof StructValue ? map.fields.entries() : entriesOf(map);
  for (const [key, value] of entries) {
    if (typeof key !== "string") return new CelError("unsupported type conversion: only maps with string keys can be JSON");
    const json = toJson(value, integer, depth + 1);
    if (json instanceof CelError) return json;
    setField(object, key, json);
  }
  return object;
};

function* entriesOf(map: MapValue): Iterable<readonly [Value, Result]> {
  for (const key of map.keys()) yield [key, map.find(key) ?? null];
}
