import { suite } from "uvu";
import * as assert from "uvu/assert";
import { escapeName, unescapeName } from "../../../src/api/cel/schema/escape.js";

const test = suite("CEL: names of fields");

test("names and their escapes", () => {
  const escapes: ReadonlyArray<readonly [name: string, escaped: string | undefined]> = [
    ["a", "a"],
    ["a_b", "a_b"],
    ["a__b", "a__underscores__b"],
    ["a.b-c/d", "a__dot__b__dash__c__slash__d"],
    ["if", "__if__"],
    ["self", "self"],
    ["1a", undefined],
    ["a b", undefined],
    ["", undefined],
  ];
  for (const [name, escaped] of escapes) {
    assert.is(escapeName(name), escaped, name);
    if (escaped !== undefined) assert.is(unescapeName(escaped), name, escaped);
  }
  assert.is(unescapeName("a__nope__b"), undefined);
  assert.is(unescapeName("a__if__b"), undefined);
});

test.run();
