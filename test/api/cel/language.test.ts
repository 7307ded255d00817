import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../../src/api/cel/compile.js";
import { checkRow, dynamicEnvironment, error, type Row } from "./support.js";

/** The language, in the order of https://github.com/google/cel-spec/blob/master/doc/langdef.md */
const test = suite("CEL: the language");

const noOverload = (name: string, given: string) => error(`found no matching overload for '${name}' applied to '${given}'`);

const sections: ReadonlyArray<readonly [section: string, rows: readonly Row[]]> = [
  [
    "Syntax",
    [
      ["1 + 2 * 3", 7],
      ["(1 + 2) * 3", 9],
      ["10 - 2 - 3", 5],
      ["-(-3)", 3],
      ["--3", 3],
      ["!!true", true],
      ["true ? 1 : false ? 2 : 3", 1],
      ["1 < 2 == true", true],
      ["2 in [1, 2] && !(3 in [1, 2])", true],
      ["[1, 2, 3,]", [1, 2, 3]],
      ["{'a': 1,}", { a: 1 }],
      ["a.b.c", 1, { a: { b: { c: 1 } } }],
      ["a['b'].c", 1, { a: { b: { c: 1 } } }],
      ["a.`b-c/d`", 1, { a: { "b-c/d": 1 } }],
      ["true // a comment", true],
      ["a.list[1] + a.list[0]", 3, { a: { list: [1, 2] } }],
    ],
  ],
  [
    "Numeric values",
    [
      ["9223372036854775807 == 0x7fffffffffffffff", true],
      ["9223372036854775807 + 1", error("integer overflow")],
      ["-9223372036854775808 - 1", error("integer overflow")],
      ["9223372036854775807 * 2", error("integer overflow")],
      ["-(-9223372036854775808)", error("integer overflow")],
      ["9223372036854775808", error("invalid int literal")],
      ["0xff", 255],
      ["-0x10", -16],
      ["0xffu", 255],
      ["18446744073709551615u + 1u", error("unsigned integer overflow")],
      ["1u - 2u", error("unsigned integer overflow")],
      ["7 / 2", 3],
      ["-7 / 2", -3],
      ["-7 % 3", -1],
      ["1 / 0", error("division by zero")],
      ["1 % 0", error("modulus by zero")],
      ["1.5 + 1.5", 3],
      [".5 * 2.0", 1],
      ["1e3", 1000],
      ["1.0 / 0.0 == double('Infinity')", true],
      ["1 + 1.0", noOverload("_+_", "(int, double)")],
      ["1 + 1u", noOverload("_+_", "(int, uint)")],
    ],
  ],
  [
    "String and bytes values",
    [
      ["'a' + \"b\"", "ab"],
      ["'''it's'''", "it's"],
      ["r'\\d'", "\\d"],
      ["'\\n\\t\\x41\\u00e9\\U0001F600\\101'", "\n\tAé😀A"],
      ["'\\'\\\"\\\\'", "'\"\\"],
      ["'\\q'", error("unable to unescape string")],
      ["size('😀é')", 2],
      ["size(b'é')", 2],
      ["b'\\xff' == b'\\377'", true],
      ["b'abc' + b'd'", "YWJjZA=="],
      ["string(b'\\xff')", error("invalid UTF-8 in bytes, cannot convert to string")],
      ["'a' < 'b' && 'Z' < 'a' && '\u{ffff}' < '\u{10000}'", true],
    ],
  ],
  [
    "Aggregate values",
    [
      ["[1, 2] + [3]", [1, 2, 3]],
      ["[] + [1]", [1]],
      ["[1, 'a']", error("expected type 'int' but found 'string'")],
      ["{'a': 1, 'b': 'x'}", error("expected type 'int' but found 'string'")],
      ["[1, 2][2]", error("index out of bounds: 2")],
      ["[1, 2][-1]", error("index out of bounds: -1")],
      ["{'a': 1}['b']", error("no such key: b")],
      ["{'a': 1}.a", 1],
      ["{1: 'x'}[1]", "x"],
      ["{1: 'x', 1: 'y'}", error("Failed with repeated key")],
      ["size([1, 2]) + size({'a': 1}) + size('abc')", 6],
      ["[1, 2].size()", 2],
      ["'a' in {'a': 1}", true],
    ],
  ],
  [
    "Equality and ordering",
    [
      ["1 == 1 && 1u == 1u && 'a' == 'a' && null == null", true],
      ["dyn(1) == 1.0 && dyn(1u) == 1", true],
      ["dyn(1) == 'a'", false],
      ["dyn(1) != 'a'", true],
      ["[1, 2] == [1, 2] && [1] != [2]", true],
      ["{'a': [1]} == {'a': [1]}", true],
      ["dyn([1]) == [1.0]", true],
      ["double('NaN') == double('NaN')", false],
      ["1 < 1.5 && 1u < 2 && 2.0 > 1u", true],
      ["9223372036854775807 < 9223372036854775808.0", true],
      ["timestamp(0) != null && null != duration('1s')", true],
      ["1 == 'a'", noOverload("_==_", "(int, string)")],
      ["true < 1", noOverload("_<_", "(bool, int)")],
      ["b'a' < b'b' && false < true", true],
      ["timestamp('2024-01-01T00:00:00Z') < timestamp('2024-01-01T01:00:00+00:30')", true],
    ],
  ],
  [
    "Runtime errors and logical operators",
    [
      ["a.x == 1 || true", true, { a: {} }],
      ["true || a.x == 1", true, { a: {} }],
      ["a.x == 1 && false", false, { a: {} }],
      ["a.x == 1 && true", error("no such key: x"), { a: {} }],
      ["a.x == 1 || a.y == 2", error("no such key: x"), { a: {} }],
      ["a.x ? 1 : 2", error("no such key: x"), { a: {} }],
      ["a ? 1 : 2", error("no such overload"), { a: 1 }],
      ["a + 1", error("no such overload"), { a: "x" }],
      ["a.startsWith('b')", error("no such overload: startsWith(int, string)"), { a: 1 }],
      ["true ? 1 : 1 / 0", 1],
    ],
  ],
  [
    "Macros",
    [
      ["has(a.b)", true, { a: { b: null } }],
      ["has(a.b)", false, { a: {} }],
      ["has(a.b.c)", error("no such key: b"), { a: {} }],
      ["has(a)", error("invalid argument to has() macro"), { a: {} }],
      ["[1, 2].all(x, x > 0)", true],
      ["[1, 2].all(x, x > 1)", false],
      ["[0, 2].all(x, 4 / x != 2)", false],
      ["[0, 2].all(x, 4 / x == 2)", error("division by zero")],
      ["[0, 2].exists(x, 4 / x == 2)", true],
      ["[1, 2, 3].exists_one(x, x > 2)", true],
      ["[1, 2, 3].exists_one(x, x > 1)", false],
      ["[1, 2, 3].map(x, x * 2)", [2, 4, 6]],
      ["[1, 2, 3].map(x, x > 1, x * 2)", [4, 6]],
      ["[1, 2, 3].filter(x, x % 2 == 1)", [1, 3]],
      ["{'a': 1, 'b': 2}.all(k, k in ['a', 'b'])", true],
      ["{'a': 1, 'b': 2}.map(k, k + 'x')", ["ax", "bx"]],
      ["[[1, 2], [3]].map(l, l.map(x, x + 1))", [[2, 3], [4]]],
      ["[1].map(x, [2].map(y, x + y))", [[3]]],
      ["[1].map(1, 2)", error("argument is not an identifier")],
      ["[1].all(a.b, true)", error("argument must be a simple name"), { a: 1 }],
      ["(1).all(x, true)", error("expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)")],
      ["a.all(x, true)", error("no such overload"), { a: 1 }],
    ],
  ],
  [
    "Macros over two variables",
    [
      ["[1, 2].all(i, v, v == i + 1)", true],
      ["{'a': 1}.exists(k, v, k == 'a' && v == 1)", true],
      ["{'a': 1, 'b': 1}.existsOne(k, v, v == 1)", false],
      ["[5, 6].transformList(i, v, i * 10 + v)", [5, 16]],
      ["[5, 6].transformList(i, v, v > 5, v)", [6]],
      ["{'a': 1, 'b': 2}.transformMap(k, v, v * 2)", { a: 2, b: 4 }],
      ["{'a': 1, 'b': 2}.transformMap(k, v, v > 1, v)", { b: 2 }],
      ["{'a': 'x'}.transformMapEntry(k, v, {v: k})", { x: "a" }],
      ["{'a': 'x', 'b': 'x'}.transformMapEntry(k, v, {v: k})", error("insert failed: key x already exists")],
    ],
  ],
  [
    "Optional values",
    [
      ["optional.of(1).value()", 1],
      ["optional.none().value()", error("optional.none() dereference")],
      ["optional.of(1).hasValue() && !optional.none().hasValue()", true],
      ["optional.ofNonZeroValue('').hasValue()", false],
      ["a.?b.orValue('x')", "x", { a: {} }],
      ["a.?b.?c.orValue('x')", "y", { a: { b: { c: "y" } } }],
      ["a.?b.c.orValue('x')", "x", { a: {} }],
      ["a[?'b'].orValue(1)", 1, { a: {} }],
      ["[1][?3].orValue(7)", 7],
      ["[1, ?optional.none(), ?optional.of(2)]", [1, 2]],
      ["{'a': 1, ?'b': optional.none()}", { a: 1 }],
      ["optional.none().or(optional.of(2)).value()", 2],
      ["optional.of(1).orValue(1 / 0)", 1],
      ["optional.of(2).optMap(x, x * 2).value()", 4],
      ["optional.none().optMap(x, x * 2).hasValue()", false],
      ["a.?b.optFlatMap(x, x.?c).orValue(3)", 3, { a: { b: {} } }],
    ],
  ],
  [
    "Types",
    [
      ["type(1) == int && type(1u) == uint && type(1.0) == double && type('') == string", true],
      ["type(null) == null_type && type([]) == list && type({}) == map && type(int) == type", true],
      ["type(a) == string", false, { a: 1 }],
      ["type(timestamp(0)) == google.protobuf.Timestamp", true],
    ],
  ],
  [
    "Type conversions",
    [
      ["int('12') + int(3.9) + int(2u) + int(-1.9)", 16],
      ["int('x')", error("type conversion error from 'string' to 'int'")],
      ["int(1e19)", error("integer overflow")],
      ["uint(-1)", error("unsigned integer overflow")],
      ["double('1.5') + double(1)", 2.5],
      ["string(1) + string(1.5) + string(1e21) + string(true) + string(1u)", "11.51e+21true1"],
      ["string(1.0) + string(0.0001) + string(0.00001)", "10.00011e-05"],
      [
        "string(100000.0) + ' ' + string(1000000.0) + ' ' + string(1234567.5) + ' ' + string(-0.5)",
        "100000 1e+06 1.2345675e+06 -0.5",
      ],
      ["bool('true') && !bool('F' == 'F' ? 'false' : '')", true],
      ["bool('yes')", error("type conversion error from 'string' to 'bool'")],
      ["bytes('é')", "w6k="],
      ["string(duration('1h30m'))", "5400s"],
      ["string(timestamp('2024-02-29T12:00:00.5+02:00'))", "2024-02-29T10:00:00.5Z"],
      ["timestamp('2023-02-29T00:00:00Z')", error("invalid timestamp argument")],
      ["timestamp(a)", error("type conversion error from 'string' to 'google.protobuf.Timestamp'"), { a: "x" }],
      ["duration('1d')", error("invalid duration argument")],
    ],
  ],
  [
    "Timestamps and durations",
    [
      ["timestamp('2024-03-01T00:00:00Z') - timestamp('2024-02-28T00:00:00Z') == duration('48h')", true],
      ["timestamp('9999-12-31T23:59:59Z') + duration('1s')", error("timestamp overflow")],
      ["timestamp('2024-03-05T06:07:08.009Z').getFullYear()", 2024],
      ["timestamp('2024-03-05T06:07:08.009Z').getMonth()", 2],
      ["timestamp('2024-03-05T06:07:08.009Z').getDate()", 5],
      ["timestamp('2024-03-05T06:07:08.009Z').getDayOfMonth()", 4],
      ["timestamp('2024-03-05T06:07:08.009Z').getDayOfYear()", 64],
      ["timestamp('2024-03-05T06:07:08.009Z').getDayOfWeek()", 2],
      ["timestamp('2024-03-05T06:07:08.009Z').getHours('+05:00')", 11],
      ["timestamp('2024-03-05T06:07:08.009Z').getMinutes() + timestamp('2024-03-05T06:07:08.009Z').getSeconds()", 15],
      ["timestamp('2024-03-05T06:07:08.009Z').getMilliseconds()", 9],
      ["duration('90m').getHours() + duration('90m').getMinutes()", 91],
      ["duration('1.5s') + duration('500ms') == duration('2s')", true],
      ["duration('1.5s').getMilliseconds()", 1500],
      ["timestamp('2024-03-05T06:07:08Z').getHours('-8:30')", 21],
      ["timestamp('2024-03-05T06:07:08Z').getHours('Europe/Berlin')", 7],
      ["timestamp('2024-07-05T06:07:08Z').getHours('Europe/Berlin')", 8],
      ["timestamp('2024-07-05T06:07:08Z').getMinutes('Asia/Kolkata')", 37],
      ["timestamp('2024-01-01T05:00:00Z').getDate('America/New_York')", 1],
      ["timestamp('2024-01-01T04:59:59.999Z').getFullYear('US/Eastern')", 2023],
      ["timestamp('2024-03-05T06:07:08Z').getHours('UTC')", 6],
      ["timestamp('2024-03-05T06:07:08Z').getHours('Nowhere/Else')", error("unknown time zone Nowhere/Else")],
      ["timestamp('2024-03-05T06:07:08Z').getHours('europe/berlin')", error("unknown time zone europe/berlin")],
      ["timestamp('2024-03-05T06:07:08Z').getHours('x:30')", error('strconv.Atoi: parsing "x": invalid syntax')],
    ],
  ],
  [
    "String functions",
    [
      ["'hello'.contains('ell') && 'hello'.startsWith('he') && 'hello'.endsWith('lo')", true],
      ["'hello'.matches('^h.*o$') && matches('abc', 'b')", true],
      ["'hello'.matches('h(')", error("invalid matches argument")],
      ["'x'.matches(a)", error("error parsing regexp: missing closing ): `h(`"), { a: "h(" }],
    ],
  ],
  [
    "Undeclared",
    [
      ["x", error("undeclared reference to 'x' (in container '')")],
      ["f(1)", error("undeclared reference to 'f' (in container '')")],
      ["'a'.f()", error("undeclared reference to 'f' (in container '')")],
      ["Foo{a: 1}", error("undeclared reference to 'Foo' (in container '')")],
      ["package", error("reserved identifier: package")],
      ["'a'.b", error("type 'string' does not support field selection")],
    ],
  ],
];

for (const [section, rows] of sections) {
  for (const row of rows) test(`${section}: ${row[0]}`, () => checkRow(row));
}

const display: ReadonlyArray<readonly [expression: string, message: string]> = [
  [
    "request.user + x",
    "ERROR: <input>:1:16: undeclared reference to 'x' (in container '')\n | request.user + x\n | ...............^",
  ],
  [
    "request.user = 'test'",
    "ERROR: <input>:1:14: Syntax error: token recognition error at: '= '\n | request.user = 'test'\n | .............^\n" +
      "ERROR: <input>:1:16: Syntax error: extraneous input ''test'' expecting <EOF>\n | request.user = 'test'\n | ...............^",
  ],
  [
    "1 +\n'a' +",
    "ERROR: <input>:2:6: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n | 'a' +\n | .....^",
  ],
  ["'é' + 1", "ERROR: <input>:1:5: found no matching overload for '_+_' applied to '(string, int)'\n | 'é' + 1\n | ....^"],
];
for (const [expression, message] of display) {
  test(`errors show where they are: ${expression}`, () => {
    const compilation = compile(expression, dynamicEnvironment(["request"]));
    assert.is(compilation.ok, false);
    if (!compilation.ok) assert.is(compilation.message, message);
  });
}

test("nesting and length are bounded", () => {
  const message = (expression: string) => {
    const compilation = compile(expression, dynamicEnvironment([]));
    return compilation.ok ? "compiles" : compilation.errors.at(-1)!.message;
  };
  assert.is(message(`${"(".repeat(300)}1${")".repeat(300)}`), "expression recursion limit exceeded: 250");
  assert.is(message(`1${" + 1".repeat(300)} == 1`), "expression recursion limit exceeded: 250");
  assert.is(message(`true${" && true".repeat(5000)}`), "compiles");
  assert.is(message(`'${"a".repeat(100_000)}'`), "expression code point size exceeds limit: size: 100002, limit 100000");
});

test.run();
