/** JSON patch as Kubernetes 1.33 applies it: gopkg.in/evanphx/json-patch.v4, with negative indexes and its bound on copies. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { JsonObject, JsonValue } from "../../src/api/json-value.js";
import { applyPatch } from "../../src/api/patch/patch.js";

const freeze = (value: JsonValue): void => {
  if (typeof value !== "object" || value === null) return;
  Object.freeze(value);
  Object.values(value).forEach(freeze);
};

const apply = (document: JsonValue, patch: JsonValue, checked = true) => {
  freeze(document);
  freeze(patch);
  return applyPatch("application/json-patch+json", undefined, document as JsonObject, patch, checked);
};

type Operation = JsonObject;
const add = (path: string, value: JsonValue): Operation => ({ op: "add", path, value });
const remove = (path: string): Operation => ({ op: "remove", path });
const replace = (path: string, value: JsonValue): Operation => ({ op: "replace", path, value });
const expect = (path: string, value: JsonValue): Operation => ({ op: "test", path, value });
const move = (from: string, path: string): Operation => ({ op: "move", from, path });
const copy = (from: string, path: string): Operation => ({ op: "copy", from, path });

const applied: Array<[title: string, document: JsonValue, patch: Operation[], result: JsonValue]> = [
  [
    "add, replace and remove",
    { a: 1, b: [1, 2] },
    [add("/c", 3), replace("/a", 9), remove("/b/0"), remove("/a")],
    { b: [2], c: 3 },
  ],
  ["add takes the place of what is there", { a: 1 }, [add("/a", { b: 2 })], { a: { b: 2 } }],
  [
    "add inserts into a list, and - is its end",
    { b: [1, 2] },
    [add("/b/-", 3), add("/b/0", 0), add("/b/4", 4)],
    { b: [0, 1, 2, 3, 4] },
  ],
  [
    "a value that is not there is null",
    { a: 1 },
    [
      { op: "add", path: "/b" },
      { op: "replace", path: "/a" },
    ],
    { a: null, b: null },
  ],
  ["replace makes a member that is absent", { a: {} }, [replace("/a/b", 1)], { a: { b: 1 } }],
  ["replace of the whole", { a: 1 }, [replace("", { b: 2 }), add("/c", 3)], { b: 2, c: 3 }],
  ["replace of the whole by a list", { a: 1 }, [replace("", [1]), add("/-", 2)], [1, 2]],
  ["move and copy", { a: { x: 1 } }, [copy("/a/x", "/y"), move("/a/x", "/z")], { a: {}, y: 1, z: 1 }],
  ["move in a list", { l: ["a", "b", "c"] }, [move("/l/0", "/l/2"), move("/l/-1", "/l/0")], { l: ["a", "b", "c"] }],
  ["a copy of what is absent is null", { a: 1 }, [copy("/none", "/b")], { a: 1, b: null }],
  [
    "a copy is another value than the copied one",
    { a: { x: 1 } },
    [copy("/a", "/b"), add("/b/y", 2)],
    { a: { x: 1 }, b: { x: 1, y: 2 } },
  ],
  ["escaped tokens", { "a/b": { "c~d": 1, "~1": 1 } }, [replace("/a~1b/c~0d", 2), remove("/a~1b/~01")], { "a/b": { "c~d": 2 } }],
  ["an empty token is a name", { "": { "": 1 } }, [replace("//", 2)], { "": { "": 2 } }],
  ["what stands before the first slash does not matter", { a: 1 }, [replace("x/a", 2)], { a: 2 }],
  ["a token named __proto__", { a: 1 }, [add("/__proto__", 1), copy("/__proto__", "/b"), remove("/__proto__")], { a: 1, b: 1 }],
  [
    "negative indexes count from the end",
    { l: [1, 2, 3] },
    [remove("/l/-3"), replace("/l/-1", 9), expect("/l/-2", 2)],
    { l: [2, 9] },
  ],
  ["negative indexes of add count from behind the end", { l: [1, 2] }, [add("/l/-1", 3), add("/l/-4", 0)], { l: [0, 1, 2, 3] }],
  ["a path leads through negative indexes", { l: [{ a: 1 }, { a: 2 }] }, [replace("/l/-1/a", 3)], { l: [{ a: 1 }, { a: 3 }] }],
  ["indexes with signs and leading zeros", { l: [1, 2] }, [replace("/l/+1", 9), remove("/l/00")], { l: [9] }],
  [
    "test that holds",
    { a: { b: [1], c: "x" } },
    [expect("/a", { c: "x", b: [1] }), expect("", { a: { b: [1], c: "x" } })],
    { a: { b: [1], c: "x" } },
  ],
  [
    "absent, null and no value are the same to a test",
    { a: null },
    [expect("/a", null), expect("/none", null), { op: "test", path: "/a" }],
    { a: null },
  ],
];
for (const [title, document, patch, result] of applied) {
  test(title, () => {
    const outcome = apply(document, patch);
    assert.equal(outcome.ok ? outcome.value : outcome.error.status.details?.causes, result);
  });
}

const invalidIndex = (index: string) => `Unable to access invalid index: ${index}: invalid index referenced`;
const notANumber = (text: string, why = "invalid syntax") => `strconv.Atoi: parsing "${text}": ${why}`;
const document = (): JsonObject => ({ name: "web", labels: { app: "web", none: null }, list: ["a", { b: 1 }] });

const refused: Array<[title: string, operation: JsonObject, why: string]> = [
  ["add at no path", add("", {}), 'add operation does not apply: doc is missing path: "": missing value'],
  ["add at a path without a slash", add("name", 1), 'add operation does not apply: doc is missing path: "name": missing value'],
  ["add in what is absent", add("/none/x", 1), 'add operation does not apply: doc is missing path: "/none/x": missing value'],
  ["add in null", add("/labels/none/x", 1), 'add operation does not apply: doc is missing path: "/labels/none/x": missing value'],
  ["add in a text", add("/name/x", 1), 'add operation does not apply: doc is missing path: "/name/x": missing value'],
  ["add past the end", add("/list/3", 1), `error in add for path: '/list/3': ${invalidIndex("3")}`],
  ["add before the beginning", add("/list/-4", 1), `error in add for path: '/list/-4': ${invalidIndex("-4")}`],
  [
    "add at no index",
    add("/list/x", 1),
    `error in add for path: '/list/x': value was not a proper array index: 'x': ${notANumber("x")}`,
  ],
  [
    "add at an index without bounds",
    add("/list/99999999999999999999", 1),
    `error in add for path: '/list/99999999999999999999': value was not a proper array index: '99999999999999999999': ${notANumber("99999999999999999999", "value out of range")}`,
  ],
  ["add without a path", { op: "add", value: 1 }, "add operation failed to decode path: missing value"],
  ["remove of the whole", remove(""), 'remove operation does not apply: doc is missing path: "": missing value'],
  [
    "remove in what is absent",
    remove("/none/x"),
    'remove operation does not apply: doc is missing path: "/none/x": missing value',
  ],
  [
    "remove of what is absent",
    remove("/labels/a~1b"),
    "error in remove for path: '/labels/a~1b': Unable to remove nonexistent key: a/b: missing value",
  ],
  ["remove past the end", remove("/list/02"), `error in remove for path: '/list/02': ${invalidIndex("2")}`],
  ["remove before the beginning", remove("/list/-3"), `error in remove for path: '/list/-3': ${invalidIndex("-3")}`],
  ["remove at the end of a list", remove("/list/-"), `error in remove for path: '/list/-': ${notANumber("-")}`],
  ["remove without a path", { op: "remove" }, "remove operation failed to decode path: missing value"],
  [
    "replace in what is absent",
    replace("/none/x", 1),
    "replace operation does not apply: doc is missing path: /none/x: missing value",
  ],
  ["replace past the end", replace("/list/2", 1), "replace operation does not apply: doc is missing key: /list/2: missing value"],
  ["replace at no index", replace("/list/-", 1), "replace operation does not apply: doc is missing key: /list/-: missing value"],
  ["replace of the whole by a text", replace("", "x"), "replace operation value must be object or array: %!w(<nil>)"],
  [
    "replace without a path",
    { op: "replace", value: 1 },
    "replace operation failed to decode path: operation missing path field: missing value",
  ],
  ["test of another value", expect("/name", "db"), "testing value /name failed: test failed"],
  ["test for null of what is there", expect("/name", null), "testing value /name failed: test failed"],
  ["test for what is absent", expect("/none", 1), "testing value /none failed: test failed"],
  ["test of the whole", expect("", {}), "testing value  failed: test failed"],
  ["test in what is absent", expect("/none/x", null), "test operation does not apply: is missing path: /none/x: missing value"],
  ["test past the end", expect("/list/2", null), `error in test for path: '/list/2': ${invalidIndex("2")}`],
  ["test without a path", { op: "test" }, "test operation failed to decode path: operation missing path field: missing value"],
  [
    "move from nowhere",
    { op: "move", path: "/a" },
    "move operation failed to decode from: operation, missing from field: missing value",
  ],
  ["move of the whole", move("", "/a"), "move operation does not apply: doc is missing from path: : missing value"],
  [
    "move from what is absent",
    move("/none/x", "/a"),
    "move operation does not apply: doc is missing from path: /none/x: missing value",
  ],
  [
    "move of what is absent",
    move("/labels/tier", "/a"),
    "error in move for path: 'tier': Unable to remove nonexistent key: tier: missing value",
  ],
  ["move past the end", move("/list/2", "/a"), `error in move for path: '2': ${invalidIndex("2")}`],
  [
    "move into itself",
    move("/labels", "/labels/x"),
    "move operation does not apply: doc is missing destination path: /labels/x: missing value",
  ],
  ["move to no index", move("/name", "/list/3"), `error in move for path: '/list/3': ${invalidIndex("3")}`],
  [
    "move without a path",
    { op: "move", from: "/name" },
    "move operation failed to decode path: operation missing path field: missing value",
  ],
  [
    "copy from nowhere",
    { op: "copy", path: "/a" },
    "copy operation failed to decode from: operation, missing from field: missing value",
  ],
  [
    "copy from what is absent",
    copy("/none/x", "/a"),
    "copy operation does not apply: doc is missing from path: /none/x: missing value",
  ],
  ["copy past the end", copy("/list/2", "/a"), `error in copy for from: '/list/2': ${invalidIndex("2")}`],
  [
    "copy into what is absent",
    copy("/name", "/none/x"),
    "copy operation does not apply: doc is missing destination path: /none/x: missing value",
  ],
  ["copy to no index", copy("/name", "/list/3"), `error while adding value during copy: ${invalidIndex("3")}`],
  ["copy without a path", { op: "copy", from: "/name" }, "copy operation failed to decode path: missing value"],
  ["an unknown operation", { op: "twist", path: "/a" }, "Unexpected kind: twist"],
  ["no operation", { path: "/a" }, "Unexpected kind: unknown"],
];
for (const [title, operation, why] of refused) {
  test(`refused: ${title}`, () => {
    const outcome = apply(document(), [operation]);
    if (outcome.ok) throw new Error(`it was applied: ${JSON.stringify(outcome.value)}`);
    const { code, status } = outcome.error;
    const { reason, message } = status;
    assert.equal([code, reason, message], [422, "Invalid", "the server rejected our request due to an error in our request"]);
    assert.is(status.details?.causes?.[0]?.message, why);
  });
}

test("operations are judged when it is their turn", () => {
  const outcome = apply(document(), [expect("/name", "db"), { op: "add" }, { op: "twist" }]);
  assert.is(outcome.ok ? "" : outcome.error.status.details?.causes?.[0]?.message, "testing value /name failed: test failed");
});

const ofCopies = (count: number, text: string) => [
  add("/text", { a: text }),
  ...Array.from({ length: count }, (_, index) => copy("/text", `/text/${index}`)),
];

test("copies add at most 3 MiB", () => {
  const outcome = apply({}, ofCopies(30, "x".repeat(1024)));
  assert.is(
    outcome.ok ? "" : outcome.error.status.details?.causes?.[0]?.message,
    "Unable to complete the copy, the accumulated size increase of copy is 4246456, exceeding the limit 3145728",
  );
  assert.ok(apply({}, ofCopies(9, "x".repeat(1024))).ok);
});

test("what Go escapes in JSON counts six bytes", () => {
  const third = (character: string) => [
    add("/text", character.repeat(175_000)),
    copy("/text", "/a"),
    copy("/text", "/b"),
    copy("/text", "/c"),
  ];
  assert.ok(apply({}, third("x")).ok);
  assert.not(apply({}, third("<")).ok);
});

test("ten thousand operations are applied, one more is too many", () => {
  const additions = (count: number) => Array.from({ length: count }, (_, index) => add("/list/0", index));
  const outcome = apply({ list: [] }, additions(10_000));
  assert.is(outcome.ok && ((outcome.value as JsonObject).list as JsonValue[]).length, 10_000);
  const more = apply({ list: [] }, additions(10_001));
  assert.equal(more.ok ? [] : [more.error.code, more.error.status.reason, more.error.status.message], [
    413,
    "RequestEntityTooLarge",
    "Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001",
  ]);
});

const noPatches: Array<[title: string, patch: JsonValue, checked: string, unchecked: string]> = [
  ["an object", {}, "object into Go value of type []handlers.jsonPatchOp", "object into Go value of type jsonpatch.Patch"],
  ["a text", "x", "string into Go value of type []handlers.jsonPatchOp", "string into Go value of type jsonpatch.Patch"],
  [
    "a list of numbers",
    [7],
    "number into Go value of type handlers.jsonPatchOp",
    "number into Go value of type jsonpatch.Operation",
  ],
];
for (const [title, patch, checked, unchecked] of noPatches) {
  test(`${title} is no JSON patch`, () => {
    const told = (check: boolean) => {
      const outcome = apply(document(), patch, check);
      return outcome.ok ? [] : [outcome.error.code, outcome.error.status.reason, outcome.error.status.message];
    };
    assert.equal(told(true), [400, "BadRequest", `error decoding patch: json: cannot unmarshal ${checked}`]);
    assert.equal(told(false), [400, "BadRequest", `json: cannot unmarshal ${unchecked}`]);
  });
}

test("an operation whose parts are no texts is no operation where fields are validated", () => {
  const mistyped = (patch: JsonValue) => {
    const outcome = apply(document(), patch);
    return outcome.ok ? "" : `${outcome.error.code} ${outcome.error.status.message}`;
  };
  const told = (what: string) => `400 error decoding patch: json: cannot unmarshal ${what} of type string`;
  assert.is(mistyped([{ op: true, path: "/a" }]), told("bool into Go struct field jsonPatchOp.op"));
  assert.is(mistyped([remove("/none"), { op: "add", path: [] }]), told("array into Go struct field jsonPatchOp.path"));
});

test("where fields are not validated, it is told when it is its turn", () => {
  const why = (operation: JsonObject) => {
    const outcome = apply(document(), [operation], false);
    return outcome.ok ? "" : outcome.error.status.details?.causes?.[0]?.message;
  };
  assert.is(why({ op: 1, path: "/a" }), "Unexpected kind: unknown");
  assert.is(why({ op: "add", path: 1 }), "add operation failed to decode path: missing value");
  assert.is(
    why({ op: "test", path: 1 }),
    "test operation failed to decode path: json: cannot unmarshal number into Go value of type string",
  );
});

test("a patch that is null, or an operation that is, is there", () => {
  assert.equal(apply(document(), null), { ok: true, value: document() });
  const outcome = apply(document(), [null]);
  assert.is(outcome.ok ? "" : outcome.error.status.details?.causes?.[0]?.message, "Unexpected kind: unknown");
});

test.run();
