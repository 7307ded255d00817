import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile, costExceededMessage, type Environment } from "../../../src/api/cel/compile.js";
import { fromJson } from "../../../src/api/cel/json.js";
import type { DeclaredSize } from "../../../src/api/cel/language/estimate.js";
import { int, listOf, string, structType } from "../../../src/api/cel/language/types.js";

const test = suite("CEL: declared variables and costs");

const size: DeclaredSize = {
  maxElements: 3,
  fields: new Map([
    ["name", { maxElements: 40 }],
    ["names", { maxElements: 100, items: { maxElements: 20 } }],
  ]),
};

const environment: Environment = {
  variables: new Map([
    [
      "self",
      {
        type: structType(
          "self",
          new Map([
            ["name", string],
            ["replicas", int],
            ["names", listOf(string)],
          ]),
        ),
        size,
      },
    ],
  ]),
};

const program = (expression: string) => {
  const compilation = compile(expression, environment);
  if (!compilation.ok) throw new Error(compilation.message);
  return compilation.program;
};

/** Costs as cel-go reckons them: what an evaluation costs, and what it was estimated to cost at most. */
const costs: ReadonlyArray<readonly [expression: string, cost: number, estimate: readonly [min: number, max: number]]> = [
  ["true", 0, [0, 0]],
  ["self.replicas == 3", 3, [3, 3]],
  ["has(self.name)", 1, [1, 1]],
  ["self.name == 'abc'", 3, [3, 3]],
  ["self.name + 'abcdefgh' == 'x'", 5, [4, 8]],
  ["self.replicas > 1 || self.replicas < 5", 3, [3, 6]],
  ["self.replicas > 1 ? 1 : 2", 3, [3, 3]],
  ["[self.replicas, 2]", 12, [12, 12]],
  ["{'a': self.replicas}", 32, [32, 32]],
  ["self.names.all(n, n.size() < 5)", 15, [3, 603]],
  ["self.names.exists(n, n == 'b')", 15, [3, 603]],
  ["self.names.map(n, n + 'x')", 31, [13, 1613]],
  ["'a' in self.names", 4, [2, 102]],
  ["self.name.matches('^[a-z]+$')", 4, [4, 12]],
  ["self.name.contains('abcdefghijk')", 4, [2, 10]],
];
for (const [expression, cost, [min, max]] of costs) {
  test(`cost of ${expression}`, () => {
    const compiled = program(expression);
    const evaluation = compiled.evaluate(new Map([["self", fromJson({ name: "abcd", replicas: 3, names: ["a", "b"] })]]));
    assert.equal([evaluation.cost, compiled.estimate()], [cost, { min, max }]);
  });
}

test("a field that is not declared is an error where it is used", () => {
  const compilation = compile("self.nam == ''", environment);
  assert.is(compilation.ok, false);
  if (!compilation.ok) {
    assert.is(compilation.message, "ERROR: <input>:1:5: undefined field 'nam'\n | self.nam == ''\n | ....^");
  }
});

test("an evaluation ends when its cost limit is used up", () => {
  const names = Array.from({ length: 1000 }, (_, index) => `name-${index}`);
  const bindings = new Map([["self", fromJson({ names })]]);
  const compiled = program("self.names.all(a, self.names.all(b, self.names.all(c, a + b + c != '')))");
  const evaluation = compiled.evaluate(bindings);
  assert.equal([evaluation.ok, evaluation.cost <= 1_000_010], [false, true]);
  if (!evaluation.ok) assert.equal([evaluation.message, evaluation.costExceeded], [costExceededMessage, true]);
  assert.is(compiled.evaluate(bindings, 50).cost <= 60, true);
});

test("a variable is worked out when it is first used, and once", () => {
  let asked = 0;
  const bindings = new Map([
    [
      "self",
      () => {
        asked++;
        return fromJson({ replicas: 2 });
      },
    ],
  ]);
  assert.equal(program("true || self.replicas == 2").evaluate(bindings).ok, true);
  assert.is(asked, 0);
  assert.equal(program("self.replicas + self.replicas == 4").evaluate(bindings), { ok: true, value: true, cost: 6 });
  assert.is(asked, 1);
});

test("what an expression uses of its environment is known", () => {
  assert.equal([...program("self.replicas in [1]").variables], ["self"]);
  assert.equal([...program("[1].all(self, self > 0)").variables], []);
});

test("comparing large values again and again counts, whatever it costs", () => {
  const row = Array.from({ length: 2000 }, (_, index) => index);
  const bindings = new Map([["self", fromJson({ names: [row, row], replicas: row })]]);
  const compiled = compile("dyn(self.replicas).all(i, dyn(self.names)[0] == dyn(self.names)[1])", environment);
  assert.ok(compiled.ok);
  if (compiled.ok) assert.is(compiled.program.evaluate(bindings, 10_000).ok, false);
});

test.run();
