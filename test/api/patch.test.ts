import { test } from "uvu";
import * as assert from "uvu/assert";
import type { JsonObject, JsonValue } from "../../src/api/json-value.js";
import { applyPatch, type PatchType } from "../../src/api/patch/patch.js";
import { readPatchText } from "../../src/api/patch/patch-text.js";
import type { FieldMerge, MergeType } from "../../src/api/patch/strategic-merge-patch.js";

const leaf: MergeType = { name: "string", field: () => undefined };
const map: MergeType = { name: "map", field: () => ({ mergesLists: false, mergeKey: "", replacesObject: false, type: leaf }) };
const type = (name: string, fields: Record<string, Partial<FieldMerge>>): MergeType => ({
  name,
  field: (field) => {
    const merge = Object.hasOwn(fields, field) ? fields[field] : undefined;
    return merge && { mergesLists: false, mergeKey: "", replacesObject: false, type: leaf, ...merge };
  },
});
const port = type("ContainerPort", { containerPort: {}, name: {} });
const container = type("Container", {
  name: {},
  image: {},
  args: {},
  ports: { mergesLists: true, mergeKey: "containerPort", type: port },
});
const pod = type("Pod", {
  metadata: { type: type("ObjectMeta", { labels: { type: map }, finalizers: { mergesLists: true } }) },
  spec: {
    type: type("PodSpec", {
      containers: { mergesLists: true, mergeKey: "name", type: container },
      volumes: { mergesLists: true, mergeKey: "name", type: map },
    }),
  },
});

const freeze = (value: JsonValue): void => {
  if (typeof value !== "object" || value === null) return;
  Object.freeze(value);
  Object.values(value).forEach(freeze);
};

const current = (): JsonObject => ({
  metadata: { name: "web", labels: { app: "web", tier: "front" }, finalizers: ["a", "b"] },
  spec: {
    containers: [
      { name: "one", image: "nginx:1", args: ["x"], ports: [{ containerPort: 80 }] },
      { name: "two", image: "redis" },
    ],
  },
});

const apply = (kind: PatchType, document: JsonValue, patch: JsonValue) => {
  freeze(document);
  freeze(patch);
  return applyPatch(kind, pod, document as JsonObject, patch);
};
const json = "application/json-patch+json";
const merge = "application/merge-patch+json";
const strategic = "application/strategic-merge-patch+json";

const ok: Array<[title: string, kind: PatchType, document: JsonValue, patch: JsonValue, result: JsonValue]> = [
  ["merge and null", merge, { a: { b: 1, c: 2 }, l: [1, 2] }, { a: { b: null, d: 3 }, l: [3] }, { a: { c: 2, d: 3 }, l: [3] }],
  ["a new object of a merge patch keeps no null", merge, {}, { a: { b: null, c: 1 } }, { a: { c: 1 } }],
  [
    "a new list keeps its nulls, but the objects in it keep none",
    merge,
    { l: [{ a: 1 }] },
    { l: [null, { a: null, b: 1 }], m: [{ a: null }] },
    { l: [null, { b: 1 }], m: [{}] },
  ],
  ["a list in place of an object stays as it is", merge, { a: { b: 1 } }, { a: [{ b: null }] }, { a: [{ b: null }] }],
  ["a field that is null is as good as absent", merge, { a: null }, { a: { b: null, c: 1 } }, { a: { c: 1 } }],
];
for (const [title, kind, document, patch, result] of ok) {
  test(`${kind}: ${title}`, () => {
    const outcome = apply(kind, document, patch);
    assert.equal(outcome, { ok: true, value: result });
  });
}

const strategicCases: Array<[title: string, patch: JsonValue, path: (result: JsonObject) => unknown, expected: unknown]> = [
  [
    "a label is added beside the others",
    { metadata: { labels: { new: "x" } } },
    (r) => (r.metadata as JsonObject).labels,
    { app: "web", tier: "front", new: "x" },
  ],
  ["null removes a label", { metadata: { labels: { tier: null } } }, (r) => (r.metadata as JsonObject).labels, { app: "web" }],
  [
    "a container merges by name and stands before the server's",
    { spec: { containers: [{ name: "two", image: "redis:7" }] } },
    (r) => (r.spec as JsonObject).containers,
    [
      { name: "one", image: "nginx:1", args: ["x"], ports: [{ containerPort: 80 }] },
      { name: "two", image: "redis:7" },
    ],
  ],
  [
    "lists without merge strategy are replaced",
    { spec: { containers: [{ name: "one", args: ["y"] }] } },
    (r) => ((r.spec as JsonObject).containers as JsonObject[])[0]!.args,
    ["y"],
  ],
  [
    "$patch delete removes an item",
    { spec: { containers: [{ name: "one", $patch: "delete" }] } },
    (r) => (r.spec as JsonObject).containers,
    [{ name: "two", image: "redis" }],
  ],
  [
    "$patch replace in a list",
    { spec: { containers: [{ $patch: "replace" }, { name: "three", image: "c" }] } },
    (r) => (r.spec as JsonObject).containers,
    [{ name: "three", image: "c" }],
  ],
  [
    "$patch replace of an object",
    { metadata: { labels: { $patch: "replace", only: "me" } } },
    (r) => (r.metadata as JsonObject).labels,
    { only: "me" },
  ],
  ["$patch delete of an object", { metadata: { labels: { $patch: "delete" } } }, (r) => (r.metadata as JsonObject).labels, {}],
  [
    "$setElementOrder puts items in order",
    {
      spec: {
        "$setElementOrder/containers": [{ name: "new" }, { name: "two" }, { name: "one" }],
        containers: [{ name: "new", image: "n" }],
      },
    },
    (r) => ((r.spec as JsonObject).containers as JsonObject[]).map((c) => c.name),
    ["new", "two", "one"],
  ],
  [
    "$deleteFromPrimitiveList removes scalars",
    { metadata: { "$deleteFromPrimitiveList/finalizers": ["a"] } },
    (r) => (r.metadata as JsonObject).finalizers,
    ["b"],
  ],
  [
    "$deleteFromPrimitiveList takes nothing where it is no list",
    { metadata: { "$deleteFromPrimitiveList/finalizers": "a" } },
    (r) => (r.metadata as JsonObject).finalizers,
    ["a", "b"],
  ],
  [
    "$deleteFromPrimitiveList takes all where it is null",
    { metadata: { "$deleteFromPrimitiveList/finalizers": null } },
    (r) => (r.metadata as JsonObject).finalizers,
    undefined,
  ],
  [
    "merged scalars are not repeated",
    { metadata: { finalizers: ["b", "c"] } },
    (r) => (r.metadata as JsonObject).finalizers,
    ["a", "b", "c"],
  ],
  [
    "$deleteFromPrimitiveList beside $setElementOrder",
    { metadata: { "$setElementOrder/finalizers": ["c", "b"], "$deleteFromPrimitiveList/finalizers": ["a"], finalizers: ["c"] } },
    (r) => (r.metadata as JsonObject).finalizers,
    ["c", "b"],
  ],
  [
    "$retainKeys drops what it does not name",
    { metadata: { $retainKeys: ["labels"], labels: { app: "db" } } },
    (r) => r.metadata,
    { labels: { app: "db", tier: "front" } },
  ],
  [
    "a new list item loses its directives",
    { spec: { volumes: [{ name: "v", emptyDir: {}, $retainKeys: ["name", "emptyDir"] }] } },
    (r) => (r.spec as JsonObject).volumes,
    [{ name: "v", emptyDir: {} }],
  ],
];
for (const [title, patch, path, expected] of strategicCases) {
  test(`strategic merge: ${title}`, () => {
    const outcome = apply(strategic, current(), patch);
    assert.ok(outcome.ok, outcome.ok ? "" : outcome.error.status.message);
    assert.equal(outcome.ok && path(outcome.value as JsonObject), expected);
  });
}

const refused: Array<[title: string, kind: PatchType, patch: JsonValue, code: number, text: string]> = [
  [
    "a list where a merge patch is due",
    merge,
    [],
    400,
    "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}",
  ],
  ["null where a merge patch is due", merge, null, 400, "Invalid JSON Patch"],
  [
    "a text where a strategic merge patch is due",
    strategic,
    "x",
    400,
    "json: cannot unmarshal string into Go value of type map[string]interface {}",
  ],
  ["lists of lists", strategic, { spec: { containers: [[{ name: "one" }]] } }, 422, "lists of lists are not supported"],
  [
    "no merge key among other fields",
    strategic,
    { spec: { containers: [{ env: [{ name: "A", value: null }], args: ["x", "y"] }] } },
    400,
    "map: map[args:[x y] env:[map[name:A value:<nil>]]] does not contain declared merge key: name",
  ],
  ["$retainKeys that is no list", strategic, { metadata: { $retainKeys: "name" } }, 400, "invalid patch format of retainKeys"],
  [
    "no merge key",
    strategic,
    { spec: { containers: [{ image: "x" }] } },
    400,
    "map: map[image:x] does not contain declared merge key: name",
  ],
  [
    "unknown directive",
    strategic,
    { metadata: { $patch: "shuffle" } },
    400,
    "unknown patch type: shuffle in map: map[$patch:shuffle]",
  ],
  [
    "a directive to merge an object",
    strategic,
    { metadata: { labels: { $patch: "merge", a: "b" } } },
    400,
    "unknown patch type: merge in map: map[$patch:merge a:b]",
  ],
  [
    "a directive to merge a list",
    strategic,
    { spec: { containers: [{ $patch: "merge", name: "one" }] } },
    400,
    "merging lists cannot yet be specified in the patch",
  ],
  [
    "a deletion without the merge key",
    strategic,
    { spec: { containers: [{ $patch: "delete" }] } },
    400,
    "map: map[$patch:delete] does not contain declared merge key: name",
  ],
  [
    "$setElementOrder that is no list",
    strategic,
    { spec: { "$setElementOrder/containers": "one" } },
    400,
    "expected a []interface {}, but received a string",
  ],
  [
    "$setElementOrder of what is no list",
    strategic,
    { spec: { "$setElementOrder/containers": [], containers: 7 } },
    400,
    "expected a []interface {}, but received a int64",
  ],
  [
    "items in another order than $setElementOrder says",
    strategic,
    {
      spec: { "$setElementOrder/containers": [{ name: "two" }, { name: "one" }], containers: [{ name: "one" }, { name: "two" }] },
    },
    400,
    "The order in patch list:\n[map[name:one] map[name:two]]\n doesn't match $setElementOrder list:\n[map[name:two] map[name:one]]\n",
  ],
  [
    "objects among scalars",
    strategic,
    { metadata: { finalizers: ["c", { a: 1 }] } },
    400,
    "list element types are not identical: [[a b] [c map[a:1]]]",
  ],
  [
    "$retainKeys without a key that is set",
    strategic,
    { metadata: { $retainKeys: ["name"], labels: {} } },
    400,
    "invalid patch format of retainKeys",
  ],
];
for (const [title, kind, patch, code, text] of refused) {
  test(`${kind} is refused: ${title}`, () => {
    const outcome = apply(kind, current(), patch);
    assert.is(outcome.ok, false);
    if (outcome.ok) return;
    assert.is(outcome.error.code, code);
    const { message, details } = outcome.error.status;
    assert.is(details?.causes?.[0]?.message ?? message, text);
  });
}

test("an empty patch changes nothing, however it is written", () => {
  for (const [kind, patch] of [
    [json, null],
    [json, []],
    [merge, {}],
    [strategic, null],
  ] as const)
    assert.equal(apply(kind, current(), patch as JsonValue), { ok: true, value: current() });
});

const texts: Array<[title: string, kind: PatchType, text: string, told: readonly string[] | string]> = [
  ["a field given twice", merge, '{"spec":{"a":1,"a":2}}', ['duplicate field "spec.a"']],
  ["a field given twice", strategic, '{"spec":{"a":[{"b":1,"b":2}]}}', ['duplicate field "spec.a[0].b"']],
  [
    "fields that an operation does not have, or has twice",
    json,
    '[{"op":"add","path":"/a","vlaue":1},{"op":"test","op":"add","path":"/b","value":{"any":1}}]',
    ['json patch unknown field "[0].vlaue"', 'json patch duplicate field "[1].op"'],
  ],
  ["nothing to mind", json, '[{"op":"copy","path":"/a","from":"/b"}]', []],
  ["no JSON", json, "[", "error decoding patch: unexpected end of JSON input"],
  ["no JSON", merge, "{x", "error decoding patch: invalid character 'x' looking for beginning of object key string"],
  ["no JSON", strategic, "hello", "invalid character 'h' looking for beginning of value"],
];
for (const [title, kind, text, told] of texts) {
  test(`the text of a ${kind}: ${title}`, () => {
    const read = readPatchText(text, kind);
    assert.equal(read.ok ? read.value.problems : read.error.status.message, told);
    if (!read.ok) assert.is(read.error.code, 400);
  });
}

test("a custom resource has no strategic merge", () => {
  const outcome = applyPatch(strategic, undefined, {}, {});
  assert.is(outcome.ok ? 200 : outcome.error.code, 415);
});

test("a label named __proto__ is a label", () => {
  const patch = JSON.parse('{"metadata":{"labels":{"__proto__":"x"}}}') as JsonValue;
  for (const kind of [merge, strategic] as const) {
    const outcome = apply(kind, current(), patch);
    assert.ok(outcome.ok);
    assert.is(
      JSON.stringify(outcome.ok && ((outcome.value as JsonObject).metadata as JsonObject).labels),
      '{"app":"web","tier":"front","__proto__":"x"}',
    );
  }
});

test.run();
