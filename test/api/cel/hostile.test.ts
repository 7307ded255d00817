import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile, type Environment } from "../../../src/api/cel/compile.js";
import { fromJson, toJson } from "../../../src/api/cel/json.js";
import { dyn, int, listOf, string } from "../../../src/api/cel/language/types.js";
import type { JsonValue } from "../../../src/api/json-value.js";
import { compileRegex } from "../../../src/api/regex/regex.js";

/** Whatever an expression says and whatever it is given: it ends, within its cost, and throws nothing. */
const test = suite("CEL: hostile input");

const environment: Environment = {
  variables: new Map([
    ["any", { type: dyn }],
    ["numbers", { type: listOf(int) }],
    ["text", { type: string }],
  ]),
};

/** How far the last thing that an evaluation does may go over the limit. */
const lastStep = 1_000_000;

const runs = Number(process.env.CEL_RUNS ?? 150);

const survives = (expression: string, any: JsonValue, costLimit: number): void => {
  const compilation = compile(expression, environment);
  if (!compilation.ok) {
    assert.ok(compilation.errors.length > 0 && compilation.message.startsWith("ERROR: "), expression);
    return;
  }
  const { program } = compilation;
  const { min, max } = program.estimate();
  assert.ok(min <= max, `${expression} is estimated to cost from ${min} to ${max}`);
  const bindings = new Map([
    ["any", fromJson(any)],
    ["numbers", fromJson([1, 2, 3])],
    ["text", "text"],
  ]);
  const evaluation = program.evaluate(bindings, costLimit);
  if (evaluation.ok) {
    assert.ok(evaluation.cost <= costLimit, expression);
    toJson(evaluation.value);
  } else {
    assert.type(evaluation.message, "string");
    assert.ok(evaluation.cost <= costLimit + lastStep, `${expression} cost ${evaluation.cost}`);
  }
};

const literal = fc.oneof(
  fc.constantFrom("true", "false", "null", "1", "-1", "9223372036854775807", "0u", "18446744073709551615u", "1.5", "1e308"),
  fc.constantFrom(
    "''",
    "'a'",
    "'\\\\d+'",
    "'(a+)+$'",
    "b'a'",
    "'😀'",
    "[]",
    "{}",
    "[1, 2]",
    "{'a': 1}",
    "'2024-01-01T00:00:00Z'",
  ),
);
const variable = fc.constantFrom("any", "numbers", "text", "x", "any.a", "any.?a", "any['b']", "numbers[0]", "numbers[?9]");
const binary = fc.constantFrom("+", "-", "*", "/", "%", "==", "!=", "<", ">=", "&&", "||", "in");
const functionName = fc.constantFrom(
  ..."int uint double string bytes bool timestamp duration dyn type size quantity ip cidr url semver isIP has optional.of".split(
    " ",
  ),
);
const method = fc.constantFrom(
  ...(
    "size startsWith contains matches find findAll split replace join lowerAscii format indexOf sum min isSorted getHours " +
    "orValue or hasValue value charAt substring add compareTo containsIP getHost"
  ).split(" "),
);
const macro = fc.constantFrom("all", "exists", "exists_one", "map", "filter", "optMap", "transformList", "transformMap");

const expression = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 6, depthSize: "medium" },
    literal,
    variable,
    fc.tuple(tie("expression"), binary, tie("expression")).map(([left, operator, right]) => `(${left} ${operator} ${right})`),
    fc.tuple(tie("expression"), tie("expression"), tie("expression")).map((parts) => `(${parts[0]} ? ${parts[1]} : ${parts[2]})`),
    fc.tuple(functionName, tie("expression")).map(([name, argument]) => `${name}(${argument})`),
    fc
      .tuple(tie("expression"), method, fc.array(tie("expression"), { maxLength: 3 }))
      .map(([on, name, args]) => `(${on}).${name}(${args.join(", ")})`),
    fc.tuple(tie("expression"), macro, tie("expression")).map(([on, name, body]) => {
      const second = name.startsWith("transform") ? ", y" : "";
      return `(${on}).${name}(x${second}, ${body})`;
    }),
    fc.array(tie("expression"), { maxLength: 4 }).map((items) => `[${items.join(", ")}]`),
    fc.tuple(tie("expression"), tie("expression")).map(([key, value]) => `{${key}: ${value}}`),
    fc.tuple(tie("expression"), tie("expression")).map(([on, index]) => `(${on})[${index}]`),
  ),
})).expression;

const costLimit = fc.constantFrom(1, 100, 10_000);

test("expressions made of CEL's own parts", () => {
  fc.assert(
    fc.property(expression, fc.jsonValue(), costLimit, (text, any, limit) => survives(text, any as JsonValue, limit)),
    {
      numRuns: runs,
    },
  );
});

test("expressions made of anything", () => {
  const token = fc.constantFrom(
    ..."( ) [ ] { } . , ? : + - * / % ! == && || in true 1 1u 0x 1e 'a' r'\\' \"\"\" b' any .? [? has( all(x, `a-b` // \n é 😀 \\ | & =".split(
      " ",
    ),
  );
  const soup = fc.array(fc.oneof(token, fc.string({ unit: "binary", maxLength: 3 })), { maxLength: 30 });
  fc.assert(
    fc.property(soup, (tokens) => survives(tokens.join(" "), null, 1000)),
    { numRuns: runs },
  );
});

test("regular expressions made of anything end in time, or are refused in Go's words", () => {
  const part = fc.constantFrom(..."a b . \\d [a-c] [^ ] ( (?: (?i) ) | * + ? {2} {1,3} {1000} ^ $ \\b \\pL \\ -".split(" "));
  fc.assert(
    fc.property(fc.array(part, { maxLength: 20 }), fc.string({ maxLength: 50 }), (parts, text) => {
      const compiled = compileRegex(parts.join(""));
      if (!compiled.ok) assert.match(compiled.message, /^error parsing regexp: /);
      else assert.is(compiled.regex.matches(text), (compiled.regex.findAll(text, 1) ?? []).length > 0);
    }),
    { numRuns: runs },
  );
});

const grown = (seed: string, step: (text: string) => string, times: number): string => {
  let text = seed;
  for (let time = 0; time < times; time++) text = step(text);
  return text;
};

const bombs: ReadonlyArray<readonly [what: string, expression: string]> = [
  ["parentheses", grown("1", (text) => `(${text})`, 5000)],
  ["selections", `any${".a".repeat(5000)}`],
  ["indexes", `any${"[0]".repeat(5000)}`],
  ["negations", `${"!".repeat(50_000)}true`],
  ["signs", `${"-".repeat(50_000)}1`],
  ["sums", `1${" + 1".repeat(20_000)}`],
  ["conditionals", `true${" ? 1 : true".repeat(5000)} ? 1 : 2`],
  ["conjunctions", `true${" && true".repeat(10_000)}`],
  ["lists in lists", grown("1", (text) => `[${text}]`, 2000)],
  ["maps in maps", grown("1", (text) => `{1: ${text}}`, 2000)],
  ["loops in loops", grown("1", (text) => `[1, 2, 3, 4, 5, 6, 7, 8].map(x, ${text})`, 60)],
  ["optional after optional", `optional.of(1)${".optMap(x, x)".repeat(60)}`],
  ["optional in optional", grown("x", (text) => `optional.of(1).optMap(x, ${text})`, 60)],
  ["texts that double", grown("text", (text) => `(${text} + ${text})`, 14)],
  ["texts that grow by replacing", grown("text", (text) => `${text}.replace('', '0123456789')`, 60)],
  ["lists that double", grown("numbers", (text) => `(${text} + ${text})`, 14)],
  ["an argument of many", `[${"1, ".repeat(30_000)}1].size()`],
  ["a long list literal", `[${"any, ".repeat(15_000)}1].all(x, true)`],
  ["many differently typed empty lists", `${"[] == [] && ".repeat(5000)}true`],
];
for (const [what, text] of bombs) {
  test(`bombs: ${what}`, () => survives(text, { a: 1 }, 1_000_000));
}

test("deeply nested data does not overflow the stack", () => {
  const deep = (depth: number): JsonValue => {
    let value: JsonValue = 1;
    for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value };
    return value;
  };
  const pair = [deep(20_000), deep(20_000)];
  for (const text of ["any[0] == any[1]", "any[0] in [any[1]]", "'%s'.format([any])", "any.min()", "sets.contains(any, any)"]) {
    survives(text, pair, 1_000_000);
  }
});

test.run();
