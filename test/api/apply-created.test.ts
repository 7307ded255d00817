/** What a creator owns is what a comparison with an object that nobody filled says, for objects of any kind. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { atomOfType } from "../../src/api/apply/builtin-atoms.js";
import { compare } from "../../src/api/apply/compare.js";
import { createdFields } from "../../src/api/apply/created-fields.js";
import { fieldsText, noFields, parseFields, readFields, setOfPaths } from "../../src/api/apply/field-set.js";
import type { JsonObject } from "../../src/api/json-value.js";
import { builtinResources } from "../../src/api/kinds.js";
import { writeJson } from "../../src/json/text.js";
import { AnyObject } from "./any-object.js";

const types = [...new Set(builtinResources().resources.map(({ type }) => type))].sort();
const status = setOfPaths(["f:status"]);

test("objects of every kind", () => {
  const random = new AnyObject(7);
  for (const type of types) {
    const atom = atomOfType(type)!;
    for (let turn = 0; turn < 5; turn += 1) {
      const object = random.of(type) as JsonObject;
      const skipped = turn === 0 ? status : noFields;
      const text = createdFields(atom, object, skipped);
      assert.is(text, fieldsText(compare(atom, {}, object, skipped).changed), `${type}: ${writeJson(object)}`);
      assert.is(fieldsText(readFields(parseFields(text))!), text, "the text is in the form that it is to have");
    }
  }
});

test.run();
