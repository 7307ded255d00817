import { typeOf, type ValueType } from "../../src/api/schema.js";

const plain: Readonly<Record<string, unknown>> = {
  string: "text é",
  bytes: "AAEC/w==",
  integer: -7,
  int64: 9223372036854775807n,
  number: 1.5,
  boolean: true,
  quantity: "1500m",
  time: "2024-05-01T10:00:00Z",
  microTime: "2024-05-01T10:00:00.123456Z",
  raw: { a: [1, { b: null, c: 9007199254740993n }] },
  json: { default: [1, "a", -9007199254740993n] },
};

/** A value of a type with every field set, nested types included down to `depth`. */
export function sampleOf(typeName: string, depth = 9): { [field: string]: unknown } {
  const sample: { [field: string]: unknown } = {};
  for (const field of typeOf(typeName)!.fields.values()) {
    const value = sampleValue(field.value, depth, field.name.length);
    if (value !== undefined) sample[field.name] = value;
  }
  return sample;
}

function sampleValue(type: ValueType, depth: number, salt: number): unknown {
  switch (type.type) {
    case "intOrString":
      return salt % 2 === 0 ? "http" : 8080;
    case "array": {
      const item = sampleValue(type.items, depth, salt);
      return item === undefined ? undefined : [item, item];
    }
    case "map": {
      const value = sampleValue(type.values, depth, salt);
      return value === undefined ? undefined : { "10": value, "a.b/c": value };
    }
    case "ref":
      return depth === 0 ? undefined : sampleOf(type.name, type.name === "JSONSchemaProps" ? Math.min(depth - 1, 1) : depth - 1);
    case "oneOf":
      return sampleValue(type.options[(salt + depth) % 2]!, depth, salt);
    default:
      return plain[type.type];
  }
}
