import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readBody } from "../../src/api/body.js";
import { decodeCustom } from "../../src/api/custom/object.js";
import { readSchema } from "../../src/api/custom/schema.js";
import { resourcesOf } from "../../src/api/custom/version.js";
import type { JSONSchemaProps } from "../../src/api/generated/types.js";
import { establishedWidgets } from "../custom/definitions.js";

const bodies = suite("bodies of custom resources");

const expected = resourcesOf(establishedWidgets).served[0]!;
const read = (body: object) => readBody(new TextEncoder().encode(JSON.stringify(body)), "application/json", expected, "Strict");

const refused: Array<[what: string, body: object, code: number, message: string]> = [
  [
    "another version",
    { apiVersion: "example.com/v2", kind: "Widget", metadata: { name: "one" } },
    400,
    "the API version in the data (example.com/v2) does not match the expected API version (example.com/v1)",
  ],
  [
    "another kind",
    { apiVersion: "example.com/v1", kind: "Gadget", metadata: { name: "one" } },
    422,
    'Gadget.example.com "one" is invalid: kind: Invalid value: "Gadget": must be Widget',
  ],
];
for (const [what, body, code, message] of refused) {
  bodies(`${what} is refused`, () => {
    const result = read(body);
    if (result.ok) throw new Error("it was taken");
    assert.equal([result.error.code, result.error.status.message], [code, message]);
  });
}

bodies("of the metadata that a default gives an embedded resource, only what metadata has is left", () => {
  const template = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } };
  const unknown = { ...template, metadata: { ...template.metadata, unknown: "b" } };
  const embedded = { type: "object", "x-kubernetes-embedded-resource": true, "x-kubernetes-preserve-unknown-fields": true };
  const schema = readSchema({ type: "object", properties: { template: { ...embedded, default: unknown } as JSONSchemaProps } });
  const value = { kind: "Widget" };
  assert.is(decodeCustom(value, { ...expected.custom!, schema }).ok, true);
  assert.equal(value, { kind: "Widget", template });
});

bodies.run();
