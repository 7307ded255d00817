import { test } from "uvu";
import * as assert from "uvu/assert";
import { decodeAs } from "../../src/api/decode.js";
import { defaulterFor } from "../../src/api/defaults/defaults.js";
import type { JsonObject } from "../../src/api/json-value.js";
import { builtinResources, type Resource } from "../../src/api/kinds.js";
import { mergeTypeOf } from "../../src/api/patch/merge-type.js";
import { applyPatch } from "../../src/api/patch/patch.js";
import { compileSelector } from "../../src/api/selectors.js";
import { prepareForCreate, prepareForUpdate } from "../../src/api/strategy/strategy.js";
import { columnsOf, rowOf } from "../../src/api/table/table.js";
import type { UntypedObject } from "../../src/api/types.js";
import { validationOptions } from "../../src/api/validation/options.js";
import { validateCreate, validateUpdate } from "../../src/api/validation/validation.js";
import { AnyObject } from "./any-object.js";

const options = validationOptions(["127.16.0.0/16"]);
const objectsPerKind = 20;

const decoded = (resource: Resource, given: object): UntypedObject => {
  const outcome = decodeAs(resource.type, given);
  assert.ok(outcome.ok, outcome.ok ? "" : outcome.message);
  const value = outcome.ok ? outcome.value : {};
  return { ...value, metadata: (value.metadata as UntypedObject["metadata"] | undefined) ?? {} };
};

/** Everything an object goes through on its way into storage and out of it. */
const wholeWay = (resource: Resource, first: object, second: object): void => {
  const { group, version, kind } = resource;
  const fill = defaulterFor(group, version, kind);
  const birth = { creationTimestamp: "2026-01-01T00:00:00Z", uid: "u", requester: { name: "jane", groups: [] } };
  const old = prepareForCreate(resource, fill(decoded(resource, first)), birth);
  validateCreate(resource, old, options);
  const wanted = fill(decoded(resource, second));
  for (const subresource of [undefined, "status"]) {
    validateUpdate(resource, prepareForUpdate(resource, subresource, wanted, old), old, subresource, options);
  }
  assert.is(rowOf(resource, old, { nowMs: 0 }).cells.length, columnsOf(resource).length);
  for (const type of ["application/merge-patch+json", "application/strategic-merge-patch+json"] as const) {
    applyPatch(type, mergeTypeOf(resource.type), old as unknown as JsonObject, second as JsonObject);
  }
  const selected = compileSelector({ labelSelector: "a=b,!c", fieldSelector: "metadata.name=x" }, group, kind);
  if (selected.ok) selected.value?.(old);
};

for (const resource of builtinResources().resources) {
  if (resource.virtual || resource.type === "") continue;
  test(`no ${resource.apiVersion} ${resource.kind}, however odd, makes anything throw`, () => {
    const any = new AnyObject(resource.kind.length * 7919 + resource.version.length);
    for (let index = 0; index < objectsPerKind; index++) {
      const [first, second] = [any.of(resource.type), any.of(resource.type)];
      try {
        wholeWay(resource, first, second);
      } catch (error) {
        if (error instanceof assert.Assertion) throw error;
        assert.unreachable(
          `${String((error as Error).stack)
            .split("\n")
            .slice(0, 4)
            .join("\n")}\n${JSON.stringify(first)}\n${JSON.stringify(second)}`,
        );
      }
    }
  });
}

test.run();
