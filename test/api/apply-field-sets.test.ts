/** Sets of fields and the text that Kubernetes has for them. */
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  difference,
  type FieldSet,
  fieldsText,
  hasPath,
  intersection,
  pathsOf,
  pathText,
  readFields,
  recursiveDifference,
  setOfPaths,
  union,
} from "../../src/api/apply/field-set.js";
import { compareElements, elementText, readElement } from "../../src/api/apply/path-element.js";

const set = (value: object): FieldSet => readFields(value)!;

test("elements stand in the order of their kinds, then of what they say", () => {
  const sorted = [
    "f:a",
    "f:b",
    "f:\uffff",
    "f:\u{1f600}",
    'k:{"containerPort":80,"protocol":"TCP"}',
    'k:{"containerPort":443,"protocol":"TCP"}',
    'k:{"containerPort":443,"protocol":"UDP"}',
    'k:{"name":"a"}',
    "v:9",
    "v:10",
    'v:"a"',
    "v:false",
    "v:true",
    "i:2",
    "i:10",
  ];
  assert.equal([...sorted].reverse().sort(compareElements), sorted);
});

test("elements from clients get their one form, and what is none is refused", () => {
  assert.is(readElement('k:{"protocol":"TCP", "containerPort":80}'), 'k:{"containerPort":80,"protocol":"TCP"}');
  assert.is(readElement('v: "a"'), 'v:"a"');
  assert.is(readElement("f:"), "f:");
  for (const text of ["k:[]", "k:{", "v:", "i:x", "x:1", ""]) assert.is(readElement(text), undefined, text);
});

test("paths are shown as Kubernetes shows them", () => {
  const path = ["f:spec", 'k:{"containerPort":80,"protocol":"TCP"}', 'v:"a\\"b"', "v:true", "i:3"];
  assert.is(pathText(path), '.spec[containerPort=80,protocol="TCP"][="a\\"b"][=true][3]');
  assert.is(elementText("f:app.kubernetes.io/name"), ".app.kubernetes.io/name");
});

test("FieldsV1 is read in any order and written in one", () => {
  const read = set({ "f:spec": { "f:b": {}, "f:a": { "f:x": {}, ".": {} } }, "f:data": { ".": {} } });
  assert.is(fieldsText(read), '{"f:data":{},"f:spec":{"f:a":{".":{},"f:x":{}},"f:b":{}}}');
  assert.is(readFields({ "k:{": {} }), undefined);
  assert.is(readFields({ "f:a": 7 }), undefined);
  assert.equal(readFields({ "x:later": {} }), {});
});

test("a set deeper than any object is refused", () => {
  let deep = {};
  for (let depth = 0; depth < 5_000; depth += 1) deep = { "f:a": deep };
  assert.is(readFields(deep), undefined);
});

const cases: ReadonlyArray<readonly [string, object, object, object]> = [
  ["union", { "f:a": {} }, { "f:b": {} }, { "f:a": {}, "f:b": {} }],
  ["union", { "f:a": {} }, { "f:a": { "f:b": {} } }, { "f:a": { ".": {}, "f:b": {} } }],
  ["union", { "f:a": { "f:c": {} } }, { "f:a": { "f:b": {} } }, { "f:a": { "f:b": {}, "f:c": {} } }],
  ["intersection", { "f:a": { ".": {}, "f:b": {} } }, { "f:a": { "f:b": {}, "f:c": {} } }, { "f:a": { "f:b": {} } }],
  ["intersection", { "f:a": {} }, { "f:a": { "f:b": {} } }, {}],
  ["difference", { "f:a": { ".": {}, "f:b": {} } }, { "f:a": {} }, { "f:a": { "f:b": {} } }],
  ["difference", { "f:a": { ".": {}, "f:b": {} } }, { "f:a": { "f:b": {} } }, { "f:a": {} }],
  ["recursive", { "f:a": { ".": {}, "f:b": {} }, "f:c": {} }, { "f:a": {} }, { "f:c": {} }],
  ["recursive", { "f:a": { "f:b": { "f:c": {} } } }, { "f:a": { "f:b": {} } }, {}],
];

const operations = new Map([
  ["union", union],
  ["intersection", intersection],
  ["difference", difference],
  ["recursive", recursiveDifference],
]);

test("operations on sets", () => {
  for (const [name, left, right, result] of cases) {
    const text = `${name} of ${JSON.stringify(left)} and ${JSON.stringify(right)}`;
    assert.is(fieldsText(operations.get(name)!(set(left), set(right))), JSON.stringify(result), text);
  }
});

/** Sets as plain sets of paths: what the operations mean, by definition. */
const paths = fc.array(fc.array(fc.constantFrom("f:a", "f:b", 'k:{"n":1}', "v:2"), { minLength: 1, maxLength: 4 }), {
  maxLength: 8,
});
const members = (of: FieldSet): Set<string> => new Set(pathsOf(of).map((path) => path.join(" ")));

test("operations on sets are those on their paths", () => {
  fc.assert(
    fc.property(paths, paths, (one, other) => {
      const [left, right] = [setOfPaths(...one), setOfPaths(...other)];
      const [ofLeft, ofRight] = [members(left), members(right)];
      assert.equal(ofLeft, new Set(one.map((path) => path.join(" "))));
      assert.equal(members(union(left, right)), new Set([...ofLeft, ...ofRight]));
      assert.equal(members(intersection(left, right)), new Set([...ofLeft].filter((path) => ofRight.has(path))));
      assert.equal(members(difference(left, right)), new Set([...ofLeft].filter((path) => !ofRight.has(path))));
      const beneath = (path: string): boolean => [...ofRight].some((above) => path === above || path.startsWith(`${above} `));
      assert.equal(members(recursiveDifference(left, right)), new Set([...ofLeft].filter((path) => !beneath(path))));
      assert.is(union(left, left), left);
      assert.is(union(left, intersection(left, right)), left);
      for (const path of one) assert.ok(hasPath(left, path));
      assert.is(fieldsText(readFields(JSON.parse(fieldsText(union(left, right))))!), fieldsText(union(left, right)));
    }),
    { seed: 7, numRuns: 300 },
  );
});

test.run();
