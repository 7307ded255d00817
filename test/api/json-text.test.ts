import { test } from "uvu";
import * as assert from "uvu/assert";
import { nestsTooDeep, scanJson } from "../../src/api/json-text.js";

const errors: Array<[string, string]> = [
  ["", "unexpected end of JSON input"],
  ["{", "unexpected end of JSON input"],
  ['{"a"}', "invalid character '}' after object key"],
  ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
  ['{"a":1 "b"}', "invalid character '\"' after object key:value pair"],
  ["{a:1}", "invalid character 'a' looking for beginning of object key string"],
  ["[1,]", "invalid character ']' looking for beginning of value"],
  ["[1 2]", "invalid character '2' after array element"],
  ["tru", "unexpected end of JSON input"],
  ["trux", "invalid character 'x' in literal true (expecting 'e')"],
  ["'a'", "invalid character '\\'' looking for beginning of value"],
  ['"a\nb"', "invalid character '\\n' in string literal"],
  ['"\u0001"', "invalid character '\\x01' in string literal"],
  ['"\\x"', "invalid character 'x' in string escape code"],
  ['"\\u00g0"', "invalid character 'g' in \\u hexadecimal character escape"],
  ["-a", "invalid character 'a' in numeric literal"],
  ["1.a", "invalid character 'a' after decimal point in numeric literal"],
  ["1ea", "invalid character 'a' in exponent of numeric literal"],
  ["01", "invalid character '1' after top-level value"],
  ["{} x", "invalid character 'x' after top-level value"],
  ["[".repeat(2000), "exceeded max depth"],
];
for (const [text, error] of errors) {
  test(`${text.slice(0, 20)} is refused`, () => {
    assert.is(scanJson(text).error, error);
    if (!error.includes("depth")) assert.throws(() => JSON.parse(text));
  });
}

const nestings: Array<[text: string, tooDeep: boolean]> = [
  ["[".repeat(1_001), true],
  ["[".repeat(1_000), false],
  [`{"a":`.repeat(1_001), true],
  ["[]".repeat(5_000), false],
  [`"${"[".repeat(5_000)}"`, false],
  [`"\\"${"[".repeat(5_000)}`, false],
  [`"\\\\"${"[".repeat(5_000)}`, true],
];
for (const [index, [text, tooDeep]] of nestings.entries()) {
  test(`text ${index} nests ${tooDeep ? "too deep" : "as objects do"}`, () => assert.is(nestsTooDeep(text), tooDeep));
}

test("what JSON.parse takes is taken", () => {
  for (const text of ['{"a":[1,-0.5e+3,"\\u00e9\\n",true,false,null,{}],"b":[]}', " 1 ", '"é"', "[\t]"]) {
    assert.equal(scanJson(text), { duplicates: [] });
    JSON.parse(text);
  }
});

test("fields given twice are named with their paths, once each", () => {
  const text = '{"a":1,"spec":{"items":[{"b":1},{"b":1,"b":2,"b":3}]},"a":2,"\\u0061":3}';
  assert.equal(scanJson(text).duplicates, ["spec.items[1].b", "a"]);
});

test("at most a hundred problems are collected", () => {
  const text = `{${Array.from({ length: 300 }, (_, index) => `"k${index % 150}":1`).join()}}`;
  assert.is(scanJson(text).duplicates.length, 100);
});

test.run();
