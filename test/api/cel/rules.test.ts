import { suite } from "uvu";
import * as assert from "uvu/assert";
import { validateRules } from "../../../src/api/cel/schema/validate-rules.js";
import { readSchema } from "../../../src/api/custom/schema.js";
import { fieldErrorText } from "../../../src/api/field-errors.js";
import type { JSONSchemaProps } from "../../../src/api/generated/types.js";
import type { JsonObject, JsonValue } from "../../../src/api/json-value.js";
import { integer, object, replicas, spec, string, withRules } from "./rule-schemas.js";

/** In the order of https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules */
const test = suite("CEL: rules of custom resources");

const errorsOf = (schema: JSONSchemaProps, value: JsonValue, old?: JsonValue): string[] =>
  validateRules(readSchema(schema), value, old).errors.map(fieldErrorText);

interface Case {
  readonly what: string;
  readonly schema: JSONSchemaProps;
  readonly value: JsonObject;
  readonly old?: JsonObject;
  readonly errors: readonly string[];
}

const cases: readonly Case[] = [
  {
    what: "a rule that holds says nothing",
    schema: spec(replicas, "self.minReplicas <= self.replicas && self.replicas <= self.maxReplicas"),
    value: { spec: { minReplicas: 1, replicas: 2, maxReplicas: 3 } },
    errors: [],
  },
  {
    what: "a rule that fails is told with its text",
    schema: spec(replicas, "self.minReplicas <= self.replicas"),
    value: { spec: { minReplicas: 3, replicas: 2 } },
    errors: ['spec: Invalid value: "object": failed rule: self.minReplicas <= self.replicas'],
  },
  {
    what: "at the root there is no field to tell of, and the object's name can be seen",
    schema: object({ spec: object({}) }, "self.metadata.name.startsWith('a') && self.kind == 'Foo'"),
    value: { apiVersion: "v1", kind: "Foo", metadata: { name: "b" }, spec: {} },
    errors: ["<nil>: Invalid value: \"object\": failed rule: self.metadata.name.startsWith('a') && self.kind == 'Foo'"],
  },
  {
    what: "message",
    schema: spec(replicas, { rule: "self.replicas < 1", message: " too many " }),
    value: { spec: { replicas: 2 } },
    errors: ['spec: Invalid value: "object": too many'],
  },
  {
    what: "messageExpression",
    schema: spec(replicas, {
      rule: "self.replicas < 1",
      message: "fallback",
      messageExpression: "'at most 1, not %d'.format([self.replicas])",
    }),
    value: { spec: { replicas: 2 } },
    errors: ['spec: Invalid value: "object": at most 1, not 2'],
  },
  {
    what: "a messageExpression that fails, or has line breaks, gives way to the message",
    schema: spec(
      replicas,
      { rule: "self.replicas < 1", message: "fallback", messageExpression: "string(1 / (self.replicas - 2))" },
      { rule: "self.replicas < 1", messageExpression: "'a\\nb'" },
    ),
    value: { spec: { replicas: 2 } },
    errors: ['spec: Invalid value: "object": fallback', 'spec: Invalid value: "object": failed rule: self.replicas < 1'],
  },
  {
    what: "reason and fieldPath",
    schema: spec(
      { ...replicas, names: { type: "object", additionalProperties: string } },
      { rule: "false", message: "a", reason: "FieldValueForbidden", fieldPath: ".replicas" },
      { rule: "false", message: "b", reason: "FieldValueRequired", fieldPath: ".minReplicas" },
      { rule: "false", message: "c", reason: "FieldValueDuplicate", fieldPath: ".names['x.y']" },
      { rule: "false", message: "d", reason: "FieldValueInvalid", fieldPath: "['names'].z" },
    ),
    value: { spec: { replicas: 2 } },
    errors: [
      "spec.replicas: Forbidden: a",
      "spec.minReplicas: Required value: b",
      'spec.names[x.y]: Duplicate value: "object"',
      'spec.names[z]: Invalid value: "object": d',
    ],
  },
  {
    what: "rules of items and of values, with the field they are at",
    schema: spec({
      ports: { type: "array", items: withRules(integer, "self > 0") },
      limits: { type: "object", additionalProperties: withRules(string, "self.size() < 3") },
    }),
    value: { spec: { ports: [1, 0, 2], limits: { a: "ok", "b.c": "long" } } },
    errors: [
      'spec.ports[1]: Invalid value: "integer": failed rule: self > 0',
      'spec.limits[b.c]: Invalid value: "string": failed rule: self.size() < 3',
    ],
  },
  {
    what: "null is not held against the rules of its own schema",
    schema: spec({ name: { ...withRules(string, "self == 'a'"), nullable: true } }, "!has(self.name)"),
    value: { spec: { name: null } },
    errors: [],
  },
  {
    what: "an error is told with the rule",
    schema: spec(
      { map: { type: "object", additionalProperties: string } },
      "self.map['a'] == 'b'",
      "10 / (self.map.size() - 1) > 0",
    ),
    value: { spec: { map: { x: "y" } } },
    errors: [
      "spec: Invalid value: \"object\": no such key: a evaluating rule: self.map['a'] == 'b'",
      'spec: Invalid value: "object": division by zero evaluating rule: 10 / (self.map.size() - 1) > 0',
    ],
  },
  {
    what: "int-or-string is of any type until the rule runs",
    schema: spec(
      { port: { "x-kubernetes-int-or-string": true } },
      "type(self.port) == string ? self.port == 'a' : self.port == 1",
      "self.port + 1 == 2",
    ),
    value: { spec: { port: "a" } },
    errors: [
      "spec: Invalid value: \"object\": 'no such overload': call arguments did not match a supported operator, function or macro signature for rule: self.port + 1 == 2",
    ],
  },
  {
    what: "formats: durations, dates, bytes",
    schema: spec(
      {
        wait: { type: "string", format: "duration" },
        from: { type: "string", format: "date" },
        at: { type: "string", format: "date-time" },
        data: { type: "string", format: "byte" },
      },
      "self.wait == duration('90s') && self.from == timestamp('2024-01-02T00:00:00Z') && self.at.getHours() == 5 && self.data == b'hi'",
    ),
    value: { spec: { wait: "1m30s", from: "2024-01-02", at: "2024-01-02T05:00:00Z", data: "aGk=" } },
    errors: [],
  },
  {
    what: "numbers are doubles, also whole ones",
    schema: spec({ ratio: { type: "number" } }, "self.ratio * 2.0 == 2.0"),
    value: { spec: { ratio: 1 } },
    errors: [],
  },
  {
    what: "names are escaped",
    schema: spec(
      { "a-b": integer, "x.y/z": integer, namespace: integer, redact__d: integer },
      "self.a__dash__b + self.x__dot__y__slash__z + self.__namespace__ + self.redact__underscores__d == 10",
    ),
    value: { spec: { "a-b": 1, "x.y/z": 2, namespace: 3, redact__d: 4 } },
    errors: [],
  },
  {
    what: "unknown fields cannot be named, but count for equality",
    schema: {
      ...object({
        spec: { ...object({ name: string }, "self == oldSelf"), "x-kubernetes-preserve-unknown-fields": true },
      }),
    },
    value: { spec: { name: "a", more: [1] } },
    old: { spec: { name: "a", more: [2] } },
    errors: ['spec: Invalid value: "object": failed rule: self == oldSelf'],
  },
  {
    what: "sets and maps do not mind the order of their items",
    schema: spec(
      {
        set: { type: "array", "x-kubernetes-list-type": "set", items: string },
        map: {
          type: "array",
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["name"],
          items: object({ name: string, port: integer }),
        },
        plain: { type: "array", items: string },
      },
      "self.set == oldSelf.set",
      "self.map == oldSelf.map",
      "self.plain == oldSelf.plain",
      "(self.set + ['a', 'c']).size() == 3",
      "(self.map + oldSelf.map).size() == 2",
    ),
    value: {
      spec: {
        set: ["a", "b"],
        plain: ["a", "b"],
        map: [
          { name: "x", port: 1 },
          { name: "y", port: 2 },
        ],
      },
    },
    old: {
      spec: {
        set: ["b", "a"],
        plain: ["b", "a"],
        map: [
          { name: "y", port: 2 },
          { name: "x", port: 1 },
        ],
      },
    },
    errors: ['spec: Invalid value: "object": failed rule: self.plain == oldSelf.plain'],
  },
];

for (const { what, schema, value, old, errors } of cases) {
  test(what, () => assert.equal(errorsOf(schema, value, old), errors));
}

const immutable = spec({ name: withRules(string, { rule: "self == oldSelf", message: "immutable" }) });

test("transition rules are held against changes only", () => {
  assert.equal(errorsOf(immutable, { spec: { name: "a" } }), []);
  assert.equal(errorsOf(immutable, { spec: { name: "a" } }, { spec: {} }), []);
  assert.equal(errorsOf(immutable, { spec: { name: "a" } }, { spec: { name: "b" } }), [
    'spec.name: Invalid value: "string": immutable',
  ]);
});

test("transition rules of items go by the keys of a map list", () => {
  const item = object({ name: string, port: withRules(integer, "self >= oldSelf") });
  const keyed = { "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"] };
  const schema = spec({ ports: { type: "array", ...keyed, items: item } });
  const [one, other] = [(port: number) => ({ name: "one", port }), (port: number) => ({ name: "other", port })];
  const old = { spec: { ports: [one(1), other(5)] } };
  assert.equal(errorsOf(schema, { spec: { ports: [other(5), one(2)] } }, old), []);
  assert.equal(errorsOf(schema, { spec: { ports: [other(4), one(2)] } }, old), [
    'spec.ports[0].port: Invalid value: "integer": failed rule: self >= oldSelf',
  ]);
});

test("optionalOldSelf lets a transition rule see that there was nothing", () => {
  const rule = { rule: "oldSelf.hasValue() ? self >= oldSelf.value() : self == 0", optionalOldSelf: true };
  const schema = spec({ count: withRules(integer, rule) });
  assert.equal(errorsOf(schema, { spec: { count: 1 } }).length, 1);
  assert.equal(errorsOf(schema, { spec: { count: 0 } }), []);
  assert.equal(errorsOf(schema, { spec: { count: 1 } }, { spec: { count: 2 } }).length, 1);
  assert.equal(errorsOf(schema, { spec: { count: 3 } }, { spec: { count: 2 } }), []);
});

test("what has not changed gives a warning, and no error", () => {
  const keyed = { "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"] };
  const ports: JSONSchemaProps = {
    type: "array",
    ...keyed,
    items: object({ name: string, port: withRules(integer, "self > 0") }),
  };
  const schema = readSchema(spec({ name: withRules(string, "self == 'right'"), other: integer, ports }));
  const old = { spec: { name: "wrong", other: 1, ports: [{ name: "a", port: 0 }] } };
  const changedBeside = validateRules(schema, { spec: { ...old.spec, other: 2 } }, old);
  assert.equal(changedBeside.errors, []);
  assert.equal(changedBeside.warnings, [
    "spec.name: Invalid value: \"string\": failed rule: self == 'right'",
    'spec.ports[0].port: Invalid value: "integer": failed rule: self > 0',
  ]);
});

test("the budget of an object ends its validation", () => {
  const schema = readSchema(spec({ items: { type: "array", items: withRules(string, "self.matches('^[a-z]*$')") } }));
  const items = Array.from({ length: 3000 }, () => "a".repeat(20_000));
  const { errors } = validateRules(schema, { spec: { items } });
  assert.is(errors.length, 1);
  assert.match(
    fieldErrorText(errors[0]!),
    /^spec\.items\[\d+\]: Invalid value: "string": validation failed due to running out of cost budget, no further validation rules will be run$/,
  );
});

test("a rule that costs too much ends the validation", () => {
  const rule = "self.items.all(a, self.items.all(b, self.items.all(c, a + b + c != '')))";
  const schema = spec({ items: { type: "array", items: string } }, rule, "false");
  const items = Array.from({ length: 200 }, (_, index) => `item-${index}`);
  assert.equal(errorsOf(schema, { spec: { items } }), [
    `spec: Invalid value: "object": 'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: ${rule}`,
  ]);
});

test.run();
