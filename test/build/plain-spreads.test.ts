import { test } from "uvu";
import * as assert from "uvu/assert";
import { withPlainSpreads } from "../../src/build/plain-spreads.js";

const rewritten: ReadonlyArray<readonly [what: string, code: string, expected: string]> = [
  ["a field after a spread", "f({ ...a, b: 1 });", "f({ __proto__: Object.prototype, ...a, b: 1 });"],
  ["two spreads", "x = { ...a, ...b };", "x = { __proto__: Object.prototype, ...a, ...b };"],
  [
    "one in another",
    "x = {...a, b: {...c, d}};",
    "x = { __proto__: Object.prototype,...a, b: { __proto__: Object.prototype,...c, d}};",
  ],
  ["a copy", "x = { ...a };", "x = { ...a };"],
  ["fields before the spread", "x = { b: 1, ...a };", "x = { b: 1, ...a };"],
  ["a pattern", "({ a, ...rest } = b); const { ...all } = b;", "({ a, ...rest } = b); const { ...all } = b;"],
  ["lists and arguments", "f(...a, [...b, 1]);", "f(...a, [...b, 1]);"],
  ["what only looks like one", 'x = "{ ...a, b }"; // { ...a, b }', 'x = "{ ...a, b }"; // { ...a, b }'],
  [
    "a module",
    "import a from 'a';\nexport const x = {\n  ...a,\n  b: 1 };",
    "import a from 'a';\nexport const x = { __proto__: Object.prototype,\n  ...a,\n  b: 1 };",
  ],
];

for (const [what, code, expected] of rewritten) {
  test(`${what}: ${expected === code ? "stays" : "is rewritten"}`, () => assert.is(withPlainSpreads(code), expected));
}

test("what is rewritten makes the same object, whatever the names of its fields", () => {
  const base = JSON.parse('{"z":1,"__proto__":{"polluted":true},"10":2,"a":3}') as object;
  const made = (code: string) => new Function("base", code)(base) as object;
  for (const code of ["return { ...base, a: 4, b: 5 };", "return { ...base, ...{ constructor: 1 } };"]) {
    const [as, is] = [made(code), made(withPlainSpreads(code))];
    assert.is(JSON.stringify(is), JSON.stringify(as), "the same fields in the same order");
    assert.is(Object.getPrototypeOf(is), Object.prototype, "a field named __proto__ is a field");
    assert.is("polluted" in is, false);
  }
});

test.run();
