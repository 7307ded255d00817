import { suite } from "uvu";
import * as assert from "uvu/assert";
import { conversionReview, convertedObjects, withMetadataOf } from "../../src/api/custom/conversion-review.js";
import type { UntypedObject } from "../../src/api/types.js";

const conversion = suite("conversion reviews");

const object = {
  apiVersion: "example.com/v1",
  kind: "Gadget",
  metadata: { name: "one", uid: "u" },
  spec: { a: 1 },
} as UntypedObject;
const of = { uid: "1", apiVersion: "example.com/v2", objects: [object], versions: ["v3", "v1", "v1beta1"] };
const what = "conversion webhook for example.com/v1, Kind=Gadget";

const answered = (response: unknown, code = 200) => ({ ok: true as const, code, body: JSON.stringify({ response }) });
const said = (converted: object[], more: object = {}) =>
  answered({ uid: "1", result: { status: "Success" }, convertedObjects: converted, ...more });
const good = { ...object, apiVersion: "example.com/v2" };

conversion("asks in the first version that is known", () => {
  assert.equal(JSON.parse(conversionReview(of)), {
    kind: "ConversionReview",
    apiVersion: "apiextensions.k8s.io/v1",
    request: { uid: "1", desiredAPIVersion: "example.com/v2", objects: [object] },
  });
  assert.is(JSON.parse(conversionReview({ ...of, versions: ["v1beta1"] })).apiVersion, "apiextensions.k8s.io/v1beta1");
});

const wrong: ReadonlyArray<readonly [string, Parameters<typeof convertedObjects>[1], string]> = [
  ["no answer", { ok: false, problem: "connection refused" }, `${what} failed: connection refused`],
  ["an error", answered({}, 422), `${what} failed: the server rejected our request due to an error in our request`],
  ["no response", answered(undefined), `${what} failed: no response provided`],
  ["another uid", said([good], { uid: "2" }), `${what} failed: expected response.uid="1", got "2"`],
  ["a refusal", said([], { result: { status: "Failure", message: "no" } }), `${what} failed: no`],
  ["too few", said([]), `${what} returned 0 objects, expected 1`],
  [
    "another version",
    said([object]),
    `${what} returned invalid converted object at index 0: invalid groupVersion (expected example.com/v2, received example.com/v1)`,
  ],
  [
    "another kind",
    said([{ ...good, kind: "Widget" }]),
    `${what} returned invalid converted object at index 0: invalid kind (expected Gadget, received Widget)`,
  ],
  [
    "another name",
    said([{ ...good, metadata: { name: "two", uid: "u" } }]),
    `${what} returned invalid converted object at index 0: must have the same name: one != two`,
  ],
];

for (const [name, answer, message] of wrong)
  conversion(`refuses ${name}`, () => assert.equal(convertedObjects(of, answer), { ok: false, message }));

conversion("takes labels and annotations of the answer, and no other metadata", () => {
  const converted = { ...good, metadata: { name: "one", uid: "u", labels: { a: "b" }, finalizers: ["x"] } };
  assert.equal(convertedObjects(of, said([converted])), { ok: true, value: [converted] });
  assert.equal(withMetadataOf(converted, object).metadata, { name: "one", uid: "u", labels: { a: "b" } });
});

conversion.run();
