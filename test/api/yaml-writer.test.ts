/** YAML that is written: how it looks, and that it says what was meant to whoever reads YAML 1.1. */
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "yaml";
import { yamlText } from "../../src/api/yaml-writer.js";

test("mappings are sorted, lists stand at their keys, what is empty says so", () => {
  const value = {
    kind: "Pod",
    spec: { containers: [{ name: "a", args: ["-c", "x: y"], env: [] }], volumes: [[1, [2]], {}] },
    metadata: { labels: {}, name: "a" },
  };
  assert.is(
    yamlText(value),
    `kind: Pod
metadata:
  labels: {}
  name: a
spec:
  containers:
  - args:
    - -c
    - 'x: y'
    env: []
    name: a
  volumes:
  - - 1
    - - 2
  - {}
`,
  );
});

const texts: ReadonlyArray<readonly [text: string, written: string]> = [
  ["nginx:1.27", "nginx:1.27"],
  ["10.0.0.1", "10.0.0.1"],
  ["10", '"10"'],
  ["0x1f", '"0x1f"'],
  ["1e3", '"1e3"'],
  ["yes", '"yes"'],
  ["Null", '"Null"'],
  ["", '""'],
  ["12:30:45", '"12:30:45"'],
  ["2026-01-01T00:00:00Z", '"2026-01-01T00:00:00Z"'],
  ["*", "'*'"],
  ["it's: so", "'it''s: so'"],
  ["a #b", "'a #b'"],
  [" a", "' a'"],
  ["a\tb", '"a\\tb"'],
  ["\u0007", '"\\u0007"'],
  ["\u2028", '"\\u2028"'],
  ["a\nb", "|-\n  a\n  b"],
  ["a\n\nb\n", "|\n  a\n\n  b"],
  ["a\n\n", "|+\n  a\n"],
  ["a \nb", '"a \\nb"'],
  ["\na", '"\\na"'],
];
for (const [text, written] of texts)
  test(`${JSON.stringify(text)} is written as ${JSON.stringify(written)}`, () => {
    assert.is(yamlText({ a: text }), `a: ${written}\n`);
    assert.equal(parse(yamlText({ a: text, b: [text], [text]: 1 }), options), { a: text, b: [text], [text]: 1 });
  });

const options = { version: "1.1", uniqueKeys: false } as const;

test("whatever JSON can say is read as it was", () => {
  const leaf = fc.oneof(
    fc.string({ unit: fc.constantFrom(..."aZ09 -:#?,[]{}&*!|>'\"%@`\n\t\\~._+=/é😀") }),
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      leaf,
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie("value"), { maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(fc.dictionary(fc.string(), value, { maxKeys: 4 }), (object) => {
      const plain = JSON.parse(JSON.stringify(object)) as object;
      const read = parse(yamlText(plain), options) as object;
      assert.equal(JSON.parse(JSON.stringify(read ?? {})), plain);
    }),
    { numRuns: 400, seed: 7 },
  );
});

test("a key that is too long to be known by its colon is said to be one", () => {
  const key = "k".repeat(2_000);
  assert.equal(parse(yamlText({ [key]: { a: [1] } }), options), { [key]: { a: [1] } });
});

test.run();
