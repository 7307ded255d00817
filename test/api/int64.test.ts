/** Integers that a number does not hold, through each part of the API machinery that reads, compares or tells of them. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compareElements, elementText, readElement, valueElement } from "../../src/api/apply/path-element.js";
import { type Expected, readBody } from "../../src/api/body.js";
import { safeIntegerOrText, toJson } from "../../src/api/cel/json.js";
import { columnsPrinter } from "../../src/api/custom/columns.js";
import { findAll, parseJsonPath } from "../../src/api/custom/json-path.js";
import { readSchema } from "../../src/api/custom/schema.js";
import { valueErrors } from "../../src/api/custom/values.js";
import { resourcesOf } from "../../src/api/custom/version.js";
import { decodeAs } from "../../src/api/decode.js";
import { fieldErrorText } from "../../src/api/field-errors.js";
import type { JSONSchemaProps } from "../../src/api/generated/types.js";
import { secondsInMs } from "../../src/api/go-duration.js";
import type { JsonObject, JsonValue } from "../../src/api/json-value.js";
import { misfitOfMerged } from "../../src/api/misfit-words.js";
import { mergeTypeOf } from "../../src/api/patch/merge-type.js";
import { applyPatch, type PatchType } from "../../src/api/patch/patch.js";
import { readPatchText } from "../../src/api/patch/patch-text.js";
import { formatQuantity, parseQuantity } from "../../src/api/quantity.js";
import type { UntypedObject } from "../../src/api/types.js";
import { parseYaml } from "../../src/api/yaml-text.js";
import { exactInteger } from "../../src/json/integer.js";
import { establishedWidgets } from "../custom/definitions.js";
import { checkRow, error, type Row } from "./cel/support.js";

const test = suite("integers beyond 2^53");

const most = 9223372036854775807n;
const least = -9223372036854775808n;
const odd = 9007199254740993n;

const yamlIntegers: Array<[what: string, text: string, value: unknown]> = [
  ["plain", "a: 9223372036854775807", most],
  ["negative", "a: -9223372036854775808", least],
  ["with underscores, as YAML 1.1 has it", "a: 9_007_199_254_740_993", odd],
  ["in hexadecimal", "a: 0x7fffffffffffffff", most],
  ["in octal", "a: 0777777777777777777777", most],
  ["in a list and behind an alias", "a: [&x 9007199254740993, *x]", [odd, odd]],
  ["what a number holds stays one", "a: 0x10", 16],
  ["what no int64 holds is a float", "a: 9223372036854775808", 2 ** 63],
  ["text is text", "a: '9223372036854775807'", "9223372036854775807"],
  ["with a fraction it is a float", "a: 9007199254740993.0", 9007199254740992],
];
for (const [what, text, value] of yamlIntegers)
  test(`in YAML: ${what}`, () => assert.equal(parseYaml(text), { ok: true, value: { a: value }, problems: [] }));

test("in YAML: as a key it is text with all its digits", () => {
  assert.equal(parseYaml("9007199254740993: 1"), { ok: true, value: { "9007199254740993": 1 }, problems: [] });
});

test("in YAML: of what no int64 holds, a type hears as far as Go's reader has an integer for it", () => {
  const read = parseYaml("[18446744073709551615, 18446744073709551616]", exactInteger);
  assert.equal(read.ok && read.value, [18446744073709551615n, 2 ** 64]);
});

const pod: Expected = { group: "", version: "v1", kind: "Pod", type: "Pod" };
const widget: Expected = resourcesOf(establishedWidgets).served[0]!;

const bodyOf = (text: string, expected: Expected, mediaType = "application/json"): JsonValue => {
  const read = readBody(new TextEncoder().encode(text), mediaType, expected, "Strict", parseYaml);
  return read.ok ? (read.value.object.spec as JsonValue) : (read.error.status.message ?? "");
};

const unfit = (number: string, type = "int64") =>
  `Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal number ${number} into Go struct field PodSpec.spec.activeDeadlineSeconds of type ${type}`;

const bodies: Array<[what: string, number: string, wanted: JsonValue]> = [
  ["the largest that an int64 can be is one", "9223372036854775807", { activeDeadlineSeconds: most }],
  ["and the smallest", "-9223372036854775808", { activeDeadlineSeconds: least }],
  ["one more is refused, with its digits", "9223372036854775808", unfit("9223372036854775808")],
  ["a float is no int64, however whole", "9007199254740993.0", unfit("9007199254740992")],
];
for (const [what, number, wanted] of bodies) {
  test(`in a body of a built-in kind: ${what}`, () => {
    assert.equal(bodyOf(`{"spec":{"activeDeadlineSeconds":${number}}}`, pod), wanted);
    assert.equal(bodyOf(`spec:\n  activeDeadlineSeconds: ${number}\n`, pod, "application/yaml"), wanted);
  });
}

test("in a body of a built-in kind: one less than the smallest is refused, with its digits", () => {
  assert.equal(bodyOf('{"spec":{"activeDeadlineSeconds":-9223372036854775809}}', pod), unfit("-9223372036854775809"));
});

test("in a body of a custom kind, what no int64 holds is a float", () => {
  const text = (apiVersion: string, free: string) => `{"apiVersion":"${apiVersion}","kind":"Widget","spec":{"free":${free}}}`;
  const spec = bodyOf(text("example.com/v1", '{"a":[9223372036854775807,9223372036854775808]}'), widget);
  assert.equal(spec, { replicas: 1, free: { a: [most, 2 ** 63] } });
});

const decoded: Array<[what: string, type: string, value: object, wanted: object | string]> = [
  [
    "of an int32",
    "DeploymentSpec",
    { replicas: odd },
    "json: cannot unmarshal number 9007199254740993 into Go struct field DeploymentSpec.replicas of type int32",
  ],
  ["of a port", "ServicePort", { targetPort: odd }, "json: cannot unmarshal number 9007199254740993 into Go value of type int32"],
  [
    "of text",
    "ConfigMap",
    { data: { a: odd } },
    "json: cannot unmarshal number into Go struct field ConfigMap.data of type string",
  ],
  ["of a float", "JSONSchemaProps", { maximum: odd }, { maximum: 9007199254740992 }],
  ["of a quantity", "ResourceRequirements", { limits: { memory: odd } }, { limits: { memory: "9007199254740993" } }],
  ["of any JSON", "JSONSchemaProps", { default: [odd, most + 1n] }, { default: [odd, 2 ** 63] }],
  ["of a raw object", "ControllerRevision", { data: { a: most } }, { data: { a: most } }],
];
for (const [what, type, value, wanted] of decoded) {
  test(`where the type is that ${what}`, () => {
    const read = decodeAs(type, value);
    assert.equal(read.ok ? read.value : read.message, wanted);
  });
}

test("after a strategic merge, what is no int64 is told by what it is", () => {
  const float = decodeAs("PodSpec", { activeDeadlineSeconds: 2 ** 63 }, misfitOfMerged);
  assert.equal(float.ok || float.message, "cannot convert float64 to int64");
  assert.equal(decodeAs("PodSpec", { activeDeadlineSeconds: most, containers: [] }, misfitOfMerged).ok, true);
});

test("a quantity counts as far as an int64 does", () => {
  const read = parseQuantity(odd);
  assert.is(read.ok && formatQuantity(read.value), "9007199254740993");
});

const patches: Array<[type: PatchType, patch: string]> = [
  [
    "application/json-patch+json",
    '[{"op":"test","path":"/a","value":9007199254740993},{"op":"add","path":"/b","value":9223372036854775807}]',
  ],
  ["application/merge-patch+json", '{"b":9223372036854775807}'],
  ["application/strategic-merge-patch+json", '{"b":9223372036854775807}'],
];
for (const [type, text] of patches) {
  test(`a patch of type ${type} takes and leaves it`, () => {
    const read = readPatchText(text, type);
    assert.ok(read.ok);
    const patched = applyPatch(type, mergeTypeOf("ConfigMap"), { a: odd }, read.value.patch);
    assert.equal(patched, { ok: true, value: { a: odd, b: most } });
  });
}

test("a test of a JSON patch tells it from its neighbours", () => {
  const read = readPatchText('[{"op":"test","path":"/a","value":9007199254740992}]', "application/json-patch+json");
  assert.not.ok(read.ok && applyPatch("application/json-patch+json", undefined, { a: odd }, read.value.patch).ok);
});

test("the elements of field sets have all digits, and their order", () => {
  const values: JsonValue[] = [least, -1, 2.5, 9007199254740991, 9007199254740992n, odd, most, "a"];
  const elements = values.map(valueElement);
  assert.equal(elements.slice(-2), ["v:9223372036854775807", 'v:"a"']);
  assert.equal([...elements].reverse().sort(compareElements), elements);
  assert.equal(elements.map(readElement), elements);
  assert.is(elementText("v:9007199254740993"), "[=9007199254740993]");
  assert.is(readElement('k:{"id":9007199254740993,"a":1}'), 'k:{"a":1,"id":9007199254740993}');
  assert.is(elementText('k:{"id":9007199254740993}'), "[id=9007199254740993]");
});

const integer: JSONSchemaProps = { type: "integer" };
const validated: Array<[what: string, schema: JSONSchemaProps, value: JsonValue, errors: string[]]> = [
  ["an int64 is an integer", { ...integer, format: "int64" }, most, []],
  ["and a number", { type: "number" }, least, []],
  [
    "a float beyond 2^53 is no integer",
    integer,
    2 ** 53,
    ['spec: Invalid value: "number": spec in body must be of type integer: "number"'],
  ],
  ["it may be int-or-string", { "x-kubernetes-int-or-string": true }, most, []],
  ["it is no text", { type: "string" }, odd, ['spec: Invalid value: "integer": spec in body must be of type string: "integer"']],
  ["a bound is the int64 that its float comes to", { ...integer, maximum: 9007199254740992 }, 9007199254740992n, []],
  [
    "and holds for the next one",
    { ...integer, maximum: 9007199254740992 },
    odd,
    ["spec: Invalid value: 9007199254740993: spec in body should be less than or equal to 9007199254740992"],
  ],
  ["a bound above all of them holds none back", { ...integer, maximum: 2 ** 63 }, most, []],
  [
    "but the one that it is, where it is exclusive",
    { ...integer, maximum: 2 ** 63, exclusiveMaximum: true },
    most,
    ["spec: Invalid value: 9223372036854775807: spec in body should be less than 9223372036854775807"],
  ],
  [
    "a bound below",
    { ...integer, minimum: -9007199254740992 },
    -odd,
    ["spec: Invalid value: -9007199254740993: spec in body should be greater than or equal to -9007199254740992"],
  ],
  ["a multiple", { ...integer, multipleOf: 3 }, 9007199254740993n, []],
  [
    "and none",
    { ...integer, multipleOf: 2 },
    odd,
    ["spec: Invalid value: 9007199254740993: spec in body should be a multiple of 2"],
  ],
  ["one of an enum", { ...integer, enum: [odd] }, odd, []],
  [
    "its neighbour is not",
    { ...integer, enum: [odd] },
    9007199254740994n,
    ['spec: Unsupported value: 9007199254740994: supported values: "9007199254740993"'],
  ],
  ["an enum may have it as a float", { ...integer, enum: [1e18] }, 1000000000000000000n, []],
];
for (const [what, schema, value, errors] of validated) {
  test(`against a schema: ${what}`, () => {
    assert.equal(valueErrors(value, readSchema(schema), "spec").map(fieldErrorText), errors);
  });
}

const expressions: Row[] = [
  ["object.id == 9007199254740993", true],
  ["object.id == 9007199254740992", false],
  ["object.id > 9007199254740992 && object.id < 9007199254740994", true],
  ["object.id + 1", 9007199254740994n],
  ["object.id - 1 == 9007199254740992", true],
  ["object.id * 2", 18014398509481986n],
  ["object.most + 1", error("integer overflow")],
  ["string(object.most)", "9223372036854775807"],
  ["object.most == 9223372036854775807", true],
  ["object.least == -9223372036854775808", true],
  ["double(object.id) == 9007199254740992.0", true],
  ["object.float == 9007199254740992.0", true],
  ["type(object.id) == int && type(object.float) == double", true],
  ["object.id in [9007199254740993]", true],
];
for (const [expression, wanted] of expressions) {
  test(`in an expression: ${expression}`, () => {
    checkRow([expression, wanted, { object: { id: odd, most, least, float: 2 ** 53 } }]);
  });
}

test("what a JSON patch of a policy takes of an expression is text where not every reader would keep the number", () => {
  assert.equal(
    [odd, 5n, -odd].map((value) => toJson(value, safeIntegerOrText)),
    ["9007199254740993", 5, "-9007199254740993"],
  );
});

test("a column shows it as what the column is of", () => {
  const types = ["integer", "string", "number"];
  const { cells } = columnsPrinter(types.map((type) => ({ name: type, type, jsonPath: ".spec.id" })));
  const object = { metadata: { name: "a" }, spec: { id: odd } } as unknown as UntypedObject;
  assert.equal(cells(object as never, 0), ["a", odd, "9007199254740993", 9007199254740992]);
});

test("a filter of a path finds it", () => {
  const path = parseJsonPath(".items[?(@.id==9007199254740993)].name")!;
  const items: JsonObject[] = [
    { id: odd, name: "this" },
    { id: 9007199254740992n, name: "its neighbour" },
  ];
  assert.equal(findAll(path, { items }), ["this"]);
});

test("as many seconds as no duration of Go's holds wrap around", () => {
  assert.equal(
    [1, 9_223_372_036, 9_223_372_037, most].map(secondsInMs),
    [1_000, 9_223_372_036_000, -9_223_372_036_709.553, -1_000],
  );
});

test.run();
