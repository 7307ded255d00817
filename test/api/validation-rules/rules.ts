/** Tables of the rules of built-in kinds, in the words of Kubernetes 1.33: what is created, and what is changed into what. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { defaulterFor } from "../../../src/api/defaults/defaults.js";
import { fieldErrorText } from "../../../src/api/field-errors.js";
import { builtinResources } from "../../../src/api/kinds.js";
import type { UntypedObject } from "../../../src/api/types.js";
import { validationOptions } from "../../../src/api/validation/options.js";
import { validateCreate, validateUpdate } from "../../../src/api/validation/validation.js";

const kinds = builtinResources();
const options = validationOptions();

const object = (kind: string, parts: object): UntypedObject => {
  const [group, version] = kind.includes("/") ? (kind.split("/") as [string, string]) : ["", "v1"];
  const name = kind.split("/").at(-1)!;
  return defaulterFor(group, version, name)({ metadata: { name: "web", namespace: "shop" }, ...parts } as UntypedObject);
};

const resourceOf = (kind: string) => {
  const [group, version, name] = kind.includes("/") ? kind.split("/") : ["", "v1", kind];
  return kinds.byObject(group === "" ? version! : `${group}/${version}`, name!)!;
};

/** `kind` is `Service` of the core, or `apps/v1/Deployment`; the object has its defaults. */
export type Created = [title: string, kind: string, parts: object, errors: string[]];

/** `part` is `status` where that is what is written. */
export type Changed = [title: string, kind: string, old: object, parts: object, errors: string[], part?: string];

export function testCreated(created: readonly Created[]): void {
  for (const [title, kind, parts, errors] of created)
    test(`create ${kind}: ${title}`, () =>
      assert.equal(validateCreate(resourceOf(kind), object(kind, parts), options).map(fieldErrorText), errors));
}

export function testChanged(changed: readonly Changed[]): void {
  for (const [title, kind, old, parts, errors, part] of changed)
    test(`change ${kind}: ${title}`, () => {
      const found = validateUpdate(resourceOf(kind), object(kind, parts), object(kind, old), part, options);
      assert.equal(found.map(fieldErrorText), errors);
    });
}
