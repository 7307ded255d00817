import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseYaml } from "../../src/api/yaml-text.js";

const tooDeep = "error converting YAML to JSON: yaml: exceeded max depth of 300";
const long = 1_000_000;

const deep: Array<[what: string, text: string]> = [
  ["lists in brackets", `a: ${"[".repeat(long)}${"]".repeat(long)}`],
  ["lists that are never closed", `a: ${"[".repeat(long)}`],
  ["mappings in braces", `a: ${"{a: ".repeat(long)}`],
  ["lists in one line", `a:\n- ${"- ".repeat(long)}x`],
  ["keys that are mappings", `${"? ".repeat(long)}x`],
  ["indented mappings", Array.from({ length: 400 }, (_, index) => `${" ".repeat(index)}a:\n`).join("")],
  ["lists where tabs may not be", `\n\ta: b\n\tc: ${"[".repeat(long)}`],
];
for (const [what, text] of deep) {
  test(`${what} that nest too deep are refused before they are read to the end`, () => {
    assert.equal(parseYaml(text), { ok: false, message: tooDeep });
  });
}

test("nothing is read after an error", () => {
  const message = 'error converting YAML to JSON: yaml: line 1: Unexpected flow-seq-end token in YAML stream: "]"';
  assert.equal(parseYaml(`a: ${"]".repeat(long)}`), { ok: false, message });
});

test("what nests as deep as objects do is read", () => {
  const text = `${"{a: ".repeat(200)}1${"}".repeat(200)}`;
  assert.is(parseYaml(text).ok, true);
});

test("the first document of several counts", () => {
  assert.equal(parseYaml("a: 1\n---\nb: 2\n"), { ok: true, value: { a: 1 }, problems: [] });
  assert.equal(parseYaml("a: 1\n---\nb: [\n"), { ok: true, value: { a: 1 }, problems: [] });
  assert.equal(parseYaml(""), { ok: true, value: null, problems: [] });
});

test.run();
