import { suite } from "uvu";
import * as assert from "uvu/assert";
import { coerceEmbedded, embeddedErrors, mendEmbedded } from "../../src/api/custom/embedded.js";
import { readSchema } from "../../src/api/custom/schema.js";
import { fieldErrorText } from "../../src/api/field-errors.js";
import type { JsonObject, JsonValue } from "../../src/api/json-value.js";

const embedded = suite("embedded resources");

const schema = readSchema({
  type: "object",
  properties: {
    template: { type: "object", "x-kubernetes-embedded-resource": true, "x-kubernetes-preserve-unknown-fields": true },
  },
});
const config = { apiVersion: "v1", kind: "ConfigMap" };

const judged: Array<[what: string, template: JsonObject, errors: string[]]> = [
  ["of any kind, its name is only a part of a path", { ...config, metadata: { name: "Bar_1" } }, []],
  [
    "a name that is no part of a path",
    { ...config, metadata: { name: "a/b" } },
    [`template.metadata.name: Invalid value: "a/b": may not contain '/'`],
  ],
  [
    "neither apiVersion nor kind",
    {},
    ["template.apiVersion: Required value: must not be empty", "template.kind: Required value: must not be empty"],
  ],
  [
    "an empty apiVersion and kind",
    { apiVersion: "", kind: "" },
    ['template.apiVersion: Invalid value: "": must not be empty', 'template.kind: Invalid value: "": must not be empty'],
  ],
];
for (const [what, template, errors] of judged) {
  embedded(what, () => assert.equal(embeddedErrors({ template }, schema).map(fieldErrorText), errors));
}

embedded("fields that its metadata does not have go, and are told", () => {
  const value: JsonValue = { template: { ...config, metadata: { name: "a", nonsense: 1, labels: { b: "c" } } } };
  assert.equal(coerceEmbedded(value, schema), { error: undefined, unknownFields: ["template.metadata.nonsense"] });
  assert.equal(value, { template: { ...config, metadata: { name: "a", labels: { b: "c" } } } });
});

const mended: Array<[what: string, template: JsonObject, left: JsonObject]> = [
  ["what fits stays", { ...config, metadata: { labels: { a: "x y" } } }, { ...config, metadata: { labels: { a: "x y" } } }],
  ["an apiVersion that is no text goes", { apiVersion: 1, kind: "ConfigMap" }, { kind: "ConfigMap" }],
  ["metadata that is no object goes", { ...config, metadata: "a" }, config],
  [
    "fields of metadata of a wrong type go, and those that it does not have",
    { ...config, metadata: { name: "a", annotations: { foo: 42, bar: "abc" }, unknown: 1 } },
    { ...config, metadata: { name: "a" } },
  ],
];
for (const [what, template, left] of mended) {
  embedded(`stored: ${what}`, () => {
    const value: JsonValue = { template };
    mendEmbedded(value, schema);
    assert.equal(value, { template: left });
  });
}

embedded.run();
