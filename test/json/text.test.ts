import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { exactInteger, isInt64, withFloats } from "../../src/json/integer.js";
import { readJson, writeJson } from "../../src/json/text.js";

const most = 9223372036854775807n;

const read: Array<[what: string, text: string, value: unknown]> = [
  ["the largest int64 is exact", "9223372036854775807", most],
  ["and the smallest", "-9223372036854775808", -most - 1n],
  ["what no int64 holds is a float", "9223372036854775808", 2 ** 63],
  ["below as above", "-9223372036854775809", -(2 ** 63)],
  ["the last integer that a number holds for sure is one", "9007199254740991", Number.MAX_SAFE_INTEGER],
  ["the first one that it does not is exact", "9007199254740992", 9007199254740992n],
  ["and the one after it, which no number holds", "[9007199254740993]", [9007199254740993n]],
  ["a negative one", '{"a":-9007199254740993}', { a: -9007199254740993n }],
  ["a fraction makes a float of it", "9007199254740993.0", 9007199254740992],
  ["so does an exponent", "9007199254740993e0", 9007199254740992],
  ["even before so many digits", "1e0000000000000001", 10],
  ["digits in a string are text", '["9007199254740993","a:9007199254740993,"]', ["9007199254740993", "a:9007199254740993,"]],
  ["and in a field's name", '{"9007199254740993":1}', { "9007199254740993": 1 }],
  ["one after such a string", '["9007199254740993",9007199254740993]', ["9007199254740993", 9007199254740993n]],
  ["after white space", "[ \n\t9007199254740993 ]", [9007199254740993n]],
  ["many more digits than an int64 has", `[${"9".repeat(400)}]`, [Number.POSITIVE_INFINITY]],
  ["a field given twice is what it was last", '{"a":9007199254740993,"a":1,"a":9007199254740995}', { a: 9007199254740995n }],
  ["also where it was exact before", '{"a":9007199254740993,"a":1}', { a: 1 }],
];
for (const [what, text, value] of read) test(`read: ${what}`, () => assert.equal(readJson(text), value));

test("read: wherever in the text such an integer stands, it is seen", () => {
  for (let before = 0; before < 40; before++) {
    const text = `{"${"a".repeat(before)}":9007199254740993}`;
    assert.equal(Object.values(readJson(text) as object), [9007199254740993n], text);
  }
});

test("read: a field named __proto__ is a field like any other", () => {
  const value = readJson('{"__proto__":{"a":9007199254740993}}') as object;
  assert.is(Object.getPrototypeOf(value), Object.prototype);
  assert.is(writeJson(value), '{"__proto__":{"a":9007199254740993}}');
});

test("read: text that is no JSON is refused, with such an integer as without", () => {
  for (const text of [
    "[9007199254740993,]",
    "09007199254740993",
    "+9007199254740993",
    "9007199254740993n",
    '{"a":9007199254740993',
  ])
    assert.throws(() => readJson(text), SyntaxError);
});

test("read: whoever minds what no int64 holds hears of it as it was written", () => {
  assert.equal(readJson("[9223372036854775808,1]", exactInteger), [9223372036854775808n, 1]);
});

const written: Array<[what: string, value: unknown, text: string]> = [
  ["an exact integer", most, "9223372036854775807"],
  ["among others", { a: [1, most, "x", null, true], b: {} }, '{"a":[1,9223372036854775807,"x",null,true],"b":{}}'],
  ["a float prints no more digits than tell it", [2 ** 63, most], "[9223372036854776000,9223372036854775807]"],
  ["what is undefined is left out", { a: undefined, b: most }, '{"b":9223372036854775807}'],
  ["and null in a list", [undefined, most], "[null,9223372036854775807]"],
  ["text is escaped", { 'a"': ["\n\u2028\ud800", most] }, '{"a\\"":["\\n\u2028\\ud800",9223372036854775807]}'],
  [
    "a field that a library would trip over",
    [{ isLosslessNumber: true }, most],
    '[{"isLosslessNumber":true},9223372036854775807]',
  ],
];
for (const [what, value, text] of written) test(`written: ${what}`, () => assert.is(writeJson(value), text));

test("written: what is laid out for people is laid out in the same way", () => {
  const value = (integer: unknown) => ({ a: [integer, { b: [] }, {}, []], c: { d: integer } });
  const plain = JSON.stringify(value(12345), undefined, 2);
  assert.is(writeJson(value(12345), 2), plain);
  assert.is(writeJson(value(most), 2), plain.replaceAll("12345", String(most)));
});

const leaf = fc.oneof(
  fc.bigInt({ min: -most - 1n, max: most }).map(exactInteger),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Number.isInteger(value)),
  fc.string(),
  fc.boolean(),
  fc.constant(null),
);
const anyJson = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    leaf,
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(fc.string(), tie("value"), { maxKeys: 5 }).map((entries) => Object.fromEntries(Object.entries(entries))),
  ),
})).value;

test("any value with any int64 in it comes back as it was, however it is laid out", () => {
  fc.assert(
    fc.property(anyJson, (value) => {
      assert.equal(readJson(writeJson(value)), value);
      assert.equal(readJson(writeJson(value, 2)), value);
      assert.is(writeJson(readJson(writeJson(value, 2))), writeJson(value));
    }),
    { seed: 1, numRuns: 1_000 },
  );
});

test("values that a number holds are read and written as JSON.parse and JSON.stringify do", () => {
  fc.assert(
    fc.property(
      fc.json().filter((text) => !/\d{16}/.test(text)),
      (text) => {
        const value: unknown = JSON.parse(text);
        assert.equal(readJson(text), value);
        assert.is(writeJson(value), JSON.stringify(value));
      },
    ),
    { seed: 1, numRuns: 500 },
  );
});

test("an int64 is told from a float, however whole that is", () => {
  for (const integer of [0, -1, Number.MAX_SAFE_INTEGER, 2n ** 53n, most, -most - 1n])
    assert.ok(isInt64(integer), String(integer));
  for (const other of [0.5, 2 ** 53, 2 ** 63, most + 1n, Number.NaN, "1", null]) assert.not.ok(isInt64(other), String(other));
});

test("where nobody knows the type, only what no int64 holds becomes a float, and what has none stays itself", () => {
  const plain = { a: [1, { b: most }], c: "x" };
  assert.is(withFloats(plain), plain);
  const value = JSON.parse('{"a":[{"b":1}],"__proto__":[2]}') as { a: Array<{ b: unknown }>; __proto__: unknown[] };
  value.a[0]!.b = most + 1n;
  const changed = withFloats(value);
  assert.is(writeJson(changed), '{"a":[{"b":9223372036854776000}],"__proto__":[2]}');
  assert.is(writeJson(value), '{"a":[{"b":9223372036854775808}],"__proto__":[2]}');
});

test.run();
