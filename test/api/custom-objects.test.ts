import { suite } from "uvu";
import * as assert from "uvu/assert";
import { addDefaults, dropNulls } from "../../src/api/custom/defaulting.js";
import { listTypeErrors } from "../../src/api/custom/list-types.js";
import { prune } from "../../src/api/custom/prune.js";
import { readSchema } from "../../src/api/custom/schema.js";
import { valueErrors } from "../../src/api/custom/values.js";
import { fieldErrorText } from "../../src/api/field-errors.js";
import type { JSONSchemaProps } from "../../src/api/generated/types.js";
import type { JsonValue } from "../../src/api/json-value.js";

const objects = suite("custom objects");

const object = (properties: Record<string, JSONSchemaProps>, more: JSONSchemaProps = {}): JSONSchemaProps => ({
  type: "object",
  properties,
  ...more,
});
const text: JSONSchemaProps = { type: "string" };
const keeps: JSONSchemaProps = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

const pruned: Array<[what: string, schema: JSONSchemaProps, value: JsonValue, left: JsonValue, gone: string[]]> = [
  ["unknown fields go", object({ a: text }), { a: "1", b: 2 }, { a: "1" }, ["b"]],
  ["metadata stays", object({}), { kind: "X", metadata: { name: "n" }, z: 1 }, { kind: "X", metadata: { name: "n" } }, ["z"]],
  [
    "deep inside of lists",
    object({ l: { type: "array", items: object({ a: text }) } }),
    { l: [{ a: "1", b: 2 }] },
    { l: [{ a: "1" }] },
    ["l[0].b"],
  ],
  ["of what is kept nothing goes", object({ k: keeps }), { k: { any: { thing: 1 } } }, { k: { any: { thing: 1 } } }, []],
  [
    "but where it says more",
    object({ k: { ...keeps, properties: { a: object({}) } } }),
    { k: { a: { b: 1 }, c: 2 } },
    { k: { a: {}, c: 2 } },
    ["k.a.b"],
  ],
  [
    "maps keep their keys",
    object({ m: { type: "object", additionalProperties: object({ a: text }) } }),
    { m: { x: { a: "1", b: 1 } } },
    { m: { x: { a: "1" } } },
    ["m.x.b"],
  ],
  [
    "embedded resources keep metadata",
    object({ e: object({ spec: keeps }, { "x-kubernetes-embedded-resource": true }) }),
    { e: { kind: "Y", spec: { a: 1 }, b: 1 } },
    { e: { kind: "Y", spec: { a: 1 } } },
    ["e.b"],
  ],
  ["__proto__ is a name like any other", object({}), JSON.parse('{"__proto__":{"a":1}}') as JsonValue, {}, ["__proto__"]],
];
for (const [what, schema, value, left, gone] of pruned) {
  objects(`pruning: ${what}`, () => {
    const paths = prune(value, readSchema(schema), true);
    assert.equal([value, paths], [left, gone]);
  });
}

const defaulted: Array<[what: string, schema: JSONSchemaProps, value: JsonValue, expected: JsonValue]> = [
  ["an absent field", object({ a: { type: "integer", default: 3 } }), {}, { a: 3 }],
  ["a field that is there stays", object({ a: { type: "integer", default: 3 } }), { a: 0 }, { a: 0 }],
  ["inside of a default", object({ a: object({ b: { ...text, default: "x" } }, { default: {} }) }), {}, { a: { b: "x" } }],
  ["not inside of what is absent", object({ a: object({ b: { ...text, default: "x" } }) }), {}, {}],
  [
    "items",
    object({ l: { type: "array", items: object({ b: { ...text, default: "x" } }) } }),
    { l: [{}, { b: "y" }] },
    { l: [{ b: "x" }, { b: "y" }] },
  ],
  ["a null that may not be", object({ a: { ...text, default: "x" } }), { a: null }, { a: "x" }],
  ["a null that may be", object({ a: { ...text, nullable: true, default: "x" } }), { a: null }, { a: null }],
  ["a null without a default goes", object({ a: text }), { a: null }, {}],
  [
    "values of a map",
    object({ m: { type: "object", additionalProperties: object({ b: { ...text, default: "x" } }) } }),
    { m: { k: {} } },
    { m: { k: { b: "x" } } },
  ],
];
for (const [what, schema, value, expected] of defaulted) {
  objects(`defaults: ${what}`, () => {
    const read = readSchema(schema);
    dropNulls(value, read);
    addDefaults(value, read);
    assert.equal(value, expected);
  });
}

objects("a default is a value of each object's own", () => {
  const schema = readSchema(object({ l: { type: "array", items: text, default: ["a"] } }));
  const [one, two] = [{} as { l?: string[] }, {} as { l?: string[] }];
  addDefaults(one as JsonValue, schema);
  one.l!.push("b");
  addDefaults(two as JsonValue, schema);
  assert.equal(two.l, ["a"]);
});

const of = (schema: JSONSchemaProps): JSONSchemaProps => object({ v: schema });
const judged: Array<[what: string, schema: JSONSchemaProps, value: JsonValue, errors: string[]]> = [
  [
    "a wrong type",
    of({ type: "integer" }),
    { v: "1" },
    ['v: Invalid value: "string": v in body must be of type integer: "string"'],
  ],
  [
    "a fraction is no integer",
    of({ type: "integer" }),
    { v: 1.5 },
    ['v: Invalid value: "number": v in body must be of type integer: "number"'],
  ],
  ["an integer is a number", of({ type: "number" }), { v: 1 }, []],
  ["null", of(text), { v: null }, ['v: Invalid value: "null": v in body must be of type string: "null"']],
  ["a null that may be", of({ ...text, nullable: true }), { v: null }, []],
  [
    "int or string",
    of({ "x-kubernetes-int-or-string": true }),
    { v: true },
    ['v: Invalid value: "boolean": v in body must be of type integer,string: "boolean"'],
  ],
  ["required", object({ s: object({}, { required: ["a"] }) }), { s: {} }, ["s.a: Required value"]],
  ["enum", of({ ...text, enum: ["a", "b"] }), { v: "c" }, ['v: Unsupported value: "c": supported values: "a", "b"']],
  ["pattern", of({ ...text, pattern: "^a+$" }), { v: "b" }, ["v: Invalid value: \"b\": v in body should match '^a+$'"]],
  ["too long", of({ ...text, maxLength: 2 }), { v: "abc" }, ["v: Too long: may not be more than 2 bytes"]],
  [
    "too short; one character is one",
    of({ ...text, minLength: 2 }),
    { v: "😀" },
    ['v: Invalid value: "😀": v in body should be at least 2 chars long'],
  ],
  [
    "minimum",
    of({ type: "integer", minimum: 1 }),
    { v: 0 },
    ["v: Invalid value: 0: v in body should be greater than or equal to 1"],
  ],
  [
    "exclusive maximum",
    of({ type: "number", maximum: 1, exclusiveMaximum: true }),
    { v: 1 },
    ["v: Invalid value: 1: v in body should be less than 1"],
  ],
  ["multiple", of({ type: "integer", multipleOf: 3 }), { v: 4 }, ["v: Invalid value: 4: v in body should be a multiple of 3"]],
  [
    "too few items",
    of({ type: "array", items: text, minItems: 1 }),
    { v: [] },
    ["v: Invalid value: 0: v in body should have at least 1 items"],
  ],
  [
    "too many items",
    of({ type: "array", items: text, maxItems: 1 }),
    { v: ["a", "b"] },
    ["v: Too many: 2: must have at most 1 items"],
  ],
  [
    "items",
    of({ type: "array", items: { type: "integer" } }),
    { v: [1, "a"] },
    ['v[1]: Invalid value: "string": v[1] in body must be of type integer: "string"'],
  ],
  [
    "properties of a map",
    of({ type: "object", additionalProperties: { type: "integer" } }),
    { v: { k: "a" } },
    ['v.k: Invalid value: "string": v.k in body must be of type integer: "string"'],
  ],
  [
    "format",
    of({ ...text, format: "date-time" }),
    { v: "yesterday" },
    ['v: Invalid value: "yesterday": v in body must be of type date-time: "yesterday"'],
  ],
  ["a format that nobody knows", of({ ...text, format: "tea-leaves" }), { v: "anything" }, []],
  [
    "oneOf",
    of({ ...object({ a: text, b: text }), oneOf: [{ required: ["a"] }, { required: ["b"] }] }),
    { v: {} },
    ['<nil>: Invalid value: "": "v" must validate one and only one schema (oneOf). Found none valid', "v.a: Required value"],
  ],
  [
    "oneOf, twice",
    of({ ...object({ a: text, b: text }), oneOf: [{ required: ["a"] }, { required: ["b"] }] }),
    { v: { a: "", b: "" } },
    ['<nil>: Invalid value: "": "v" must validate one and only one schema (oneOf). Found 2 valid alternatives'],
  ],
  [
    "anyOf",
    of({ type: "integer", anyOf: [{ minimum: 5 }, { maximum: 1 }] }),
    { v: 3 },
    [
      '<nil>: Invalid value: "": "v" must validate at least one schema (anyOf)',
      "v: Invalid value: 3: v in body should be greater than or equal to 5",
    ],
  ],
  [
    "not",
    of({ ...text, not: { enum: ["a"] } }),
    { v: "a" },
    ['<nil>: Invalid value: "": "v" must not validate the schema (not)'],
  ],
];
for (const [what, schema, value, errors] of judged) {
  objects(`values: ${what}`, () => assert.equal(valueErrors(value, readSchema(schema), "").map(fieldErrorText), errors));
}

const lists: Array<[what: string, list: JSONSchemaProps, value: JsonValue[], errors: string[]]> = [
  [
    "a set",
    { type: "array", items: text, "x-kubernetes-list-type": "set" },
    ["a", "b", "a", "a"],
    ['v[2]: Duplicate value: "a"'],
  ],
  [
    "a set of objects in any order",
    { type: "array", items: keeps, "x-kubernetes-list-type": "set" },
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
    ['v[1]: Duplicate value: {"b":2,"a":1}'],
  ],
  [
    "a map",
    { type: "array", items: object({ k: text }), "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"] },
    [{ k: "a" }, { k: "b" }, { k: "a", x: 1 }],
    ['v[2]: Duplicate value: {"k":"a"}'],
  ],
  ["a plain list", { type: "array", items: text }, ["a", "a"], []],
];
for (const [what, list, value, errors] of lists) {
  objects(`lists: ${what}`, () => assert.equal(listTypeErrors({ v: value }, readSchema(of(list))).map(fieldErrorText), errors));
}

objects.run();
