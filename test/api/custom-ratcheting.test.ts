import { suite } from "uvu";
import * as assert from "uvu/assert";
import { validateRules } from "../../src/api/cel/schema/validate-rules.js";
import { readSchema } from "../../src/api/custom/schema.js";
import { valueErrors } from "../../src/api/custom/values.js";
import type { JSONSchemaProps } from "../../src/api/generated/types.js";
import type { JsonObject, JsonValue } from "../../src/api/json-value.js";

/** https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-ratcheting */
const ratcheting = suite("ratcheting of custom objects");

const object = (properties: Record<string, JSONSchemaProps>, more: JSONSchemaProps = {}): JSONSchemaProps => ({
  type: "object",
  properties,
  ...more,
});
const text: JSONSchemaProps = { type: "string" };
const keeps: JSONSchemaProps = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

ratcheting("what was wrong before is not held against an update that leaves it", () => {
  const schema = readSchema(object({ a: { type: "integer", maximum: 1 }, b: { type: "integer", maximum: 1 } }));
  assert.equal(valueErrors({ a: 5, b: 0 }, schema, "", { a: 5, b: 1 }), []);
  assert.equal(
    valueErrors({ a: 5, b: 7 }, schema, "", { a: 5, b: 1 }).map(({ field }) => field),
    ["b"],
  );
});

ratcheting("of the type of an object, nothing counts as left", () => {
  const schema = readSchema(object({ apiVersion: { ...text, pattern: "v1$" } }));
  const value = { apiVersion: "example.com/v2", kind: "Widget" };
  assert.equal(
    valueErrors(value, schema, "", value).map(({ field }) => field),
    ["apiVersion"],
  );
});

const portSchema = object({ name: text, port: { type: "integer", multipleOf: 2 }, note: text });
const mapOf = (items: JSONSchemaProps, more: JSONSchemaProps = {}): JSONSchemaProps => ({
  type: "array",
  items,
  "x-kubernetes-list-type": "map",
  "x-kubernetes-list-map-keys": ["name"],
  ...more,
});
const [web, tls]: [JsonValue, JsonValue] = [
  { name: "web", port: 81 },
  { name: "tls", port: 443 },
];

/** What an update leaves as it was is not held against it; only what it is known to have taken the place of tells. */
const ratcheted: Array<[what: string, schema: JSONSchemaProps, value: JsonValue, old: JsonValue, wrong: string[]]> = [
  ["items of a map in another order", mapOf(portSchema, { maxItems: 1 }), [tls, web], [web, tls], []],
  ["a map with another item", mapOf(portSchema, { maxItems: 1 }), [tls, web, { name: "c" }], [web, tls], ["v"]],
  ["a field of an item that stays", mapOf(portSchema), [{ name: "web", port: 81, note: "new" }], [web], []],
  ["a field of an item that changes", mapOf(portSchema), [{ name: "web", port: 83 }], [web], ["v[0].port"]],
  ["an item of a plain list", { type: "array", items: { ...text, maxLength: 1 } }, ["ab", "c"], ["ab"], ["v[0]"]],
  [
    "an item of a set",
    { type: "array", items: { ...text, maxLength: 1 }, "x-kubernetes-list-type": "set" },
    ["ab", "c"],
    ["ab"],
    ["v[0]"],
  ],
  ["a plain list that stays", { type: "array", items: { ...text, maxLength: 1 } }, ["ab"], ["ab"], []],
  ["an object whose fields no schema tells of", { ...keeps, maxProperties: 1 }, { a: 1, b: 2 }, { a: 1, b: 2 }, ["v"]],
  [
    "a field that a junctor speaks of",
    { ...object({ a: { type: "integer" }, b: text }), allOf: [{ properties: { a: { maximum: 1 } } }] },
    { a: 5, b: "new" },
    { a: 5 },
    [],
  ],
];
for (const [what, schema, value, old, wrong] of ratcheted) {
  ratcheting(`an update: ${what}`, () => {
    const errors = valueErrors({ v: value, other: 1 }, readSchema(object({ v: schema, other: { type: "integer" } })), "", {
      v: old,
    });
    assert.equal(
      errors.map(({ field }) => field),
      wrong,
    );
  });
}

const never = { "x-kubernetes-validations": [{ rule: "false", message: "never" }] };
const ruled: Array<[what: string, schema: JSONSchemaProps, value: JsonValue, old: JsonValue, wrong: string[]]> = [
  ["a map in another order", { ...mapOf(portSchema), maxItems: 5, ...never }, [tls, web], [web, tls], []],
  ["a map with another item", { ...mapOf(portSchema), maxItems: 5, ...never }, [tls], [web, tls], ["v"]],
  ["an item of a map", mapOf({ ...portSchema, ...never }), [tls, web], [web], ["v[0]"]],
  ["an item of a plain list", { type: "array", items: { ...text, ...never } }, ["a", "b"], ["a"], ["v[0]", "v[1]"]],
  ["a plain list that stays", { type: "array", items: { ...text, ...never } }, ["a"], ["a"], []],
];
for (const [what, schema, value, old, wrong] of ruled) {
  ratcheting(`a rule about ${what}`, () => {
    const { errors } = validateRules(readSchema(object({ v: schema })), { v: value } as JsonObject, { v: old } as JsonObject);
    assert.equal(
      errors.map(({ field }) => field),
      wrong,
    );
  });
}

ratcheting.run();
