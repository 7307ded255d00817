import { test } from "uvu";
import * as assert from "uvu/assert";
import { compileRegex } from "../../src/api/regex/regex.js";

/** In the order of https://github.com/google/re2/wiki/Syntax: an expression, a text, and the matches in it. */
const matches: ReadonlyArray<readonly [pattern: string, text: string, found: readonly string[]]> = [
  [".", "a\n😀", ["a", "😀"]],
  ["(?s).", "a\n", ["a", "\n"]],
  ["[a-c]+", "abcd xbz", ["abc", "b"]],
  ["[^a-c]+", "abcd xbz", ["d x", "z"]],
  ["[]a]+", "]a[", ["]a"]],
  ["[a-]+", "a-b", ["a-"]],
  ["[[:alpha:]_]+", "ab_1", ["ab_"]],
  ["[[:^digit:]]+", "a1b", ["a", "b"]],
  ["\\d+\\D", "12a", ["12a"]],
  ["[\\d\\s]+", "1 2a", ["1 2"]],
  ["\\p{Greek}+", "abγδ", ["γδ"]],
  ["\\pL+", "é1", ["é"]],
  ["\\P{L}+", "é12", ["12"]],
  ["\\p{^L}+", "é12", ["12"]],
  ["ab|a", "ab", ["ab"]],
  ["a|ab", "ab", ["a"]],
  ["a*", "baac", ["", "aa", ""]],
  ["a+?", "aa", ["a", "a"]],
  ["a??b", "ab", ["ab"]],
  ["a{2}", "aaaaa", ["aa", "aa"]],
  ["a{2,}", "aaaaa", ["aaaaa"]],
  ["a{1,2}?", "aaa", ["a", "a", "a"]],
  ["a{,2}", "a{,2}", ["a{,2}"]],
  ["(ab)+", "ababa", ["abab"]],
  ["(?P<name>a)(?<other>b)(?:c)", "abc", ["abc"]],
  ["(?i)straße|K", "STRAße \u212a", ["STRAße", "\u212a"]],
  ["(?i:a)b", "Ab aB", ["Ab"]],
  ["(?U)a+", "aa", ["a", "a"]],
  ["^a|b$", "ab", ["a", "b"]],
  ["(?m)^.", "a\nb", ["a", "b"]],
  ["\\Aa\\z", "a", ["a"]],
  ["\\bfoo\\b", "foo food", ["foo"]],
  ["\\Boo", "foo", ["oo"]],
  ["\\x41\\x{1F600}\\101\\n", "A😀A\n", ["A😀A\n"]],
  ["\\Qa.b\\E+", "a.bb", ["a.bb"]],
  ["(a*)*b", "aab", ["aab"]],
  ["x*$", "xx", ["xx"]],
];
for (const [pattern, text, found] of matches) {
  test(`${pattern} in ${JSON.stringify(text)}`, () => {
    const compiled = compileRegex(pattern);
    assert.ok(compiled.ok, compiled.ok ? "" : compiled.message);
    if (compiled.ok) {
      assert.equal(compiled.regex.findAll(text), found);
      assert.is(compiled.regex.test(text), true);
    }
  });
}

const refused: ReadonlyArray<readonly [pattern: string, message: string]> = [
  ["(", "missing closing ): `(`"],
  ["a)", "unexpected ): `a)`"],
  ["[a", "missing closing ]: `[a`"],
  ["[b-a]", "invalid character class range: `b-a`"],
  ["[[:nope:]]", "invalid character class range: `[:nope:]`"],
  ["*", "missing argument to repetition operator: `*`"],
  ["a**", "invalid nested repetition operator: `**`"],
  ["a{1001}", "invalid repeat count: `{1001}`"],
  ["(a{100}){100}", "invalid repeat count: `{100}`"],
  ["a{2,1}", "invalid repeat count: `{2,1}`"],
  ["\\", "trailing backslash at end of expression"],
  ["\\y", "invalid escape sequence: `\\y`"],
  ["\\p{Nope}", "invalid character class range: `\\p{Nope}`"],
  ["(?=a)", "invalid or unsupported Perl syntax: `(?=`"],
  ["(?<=a)b", "invalid named capture: `(?<=a)b`"],
  ["(?P<a-b>c)", "invalid named capture: `(?P<a-b>`"],
  [`${"(".repeat(300)}`, `expression nests too deeply: \`${"(".repeat(300)}\``],
  ["(a{1000}|b{1000}){1}".repeat(11), "expression too large"],
];
for (const [pattern, message] of refused) {
  test(`${pattern.slice(0, 40)} is refused`, () => {
    assert.equal(compileRegex(pattern), { ok: false, message: `error parsing regexp: ${message}` });
  });
}

test("what takes a backtracking engine for ever takes a moment", () => {
  for (const pattern of ["(a+)+$", "(a|a)*b", "(a|aa)+$", "(.*)*x"]) {
    const compiled = compileRegex(pattern);
    assert.ok(compiled.ok);
    if (compiled.ok) assert.is(compiled.regex.test(`${"a".repeat(5000)}!`), false);
  }
});

test("a search that would read the text again and again is given up", () => {
  const text = "a".repeat(100_000);
  const steps: ReadonlyArray<readonly [pattern: string, what: "findAll" | "matches"]> = [
    ["a+b|a", "findAll"],
    ["(a{1,100}){1,10}\\bb", "matches"],
  ];
  for (const [pattern, what] of steps) {
    const compiled = compileRegex(pattern);
    assert.ok(compiled.ok);
    if (!compiled.ok) continue;
    const given = what === "matches" ? compiled.regex.matches(text) : compiled.regex.findAll(text);
    assert.is(given, undefined, pattern);
  }
});

test.run();
