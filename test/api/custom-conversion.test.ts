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
    `${what} returned invalid object at index 0: invalid groupVersion (expected example.com/v2, received example.com/v1)`,
  ],
  [
    "another kind",
    said([{ ...good, kind: "Widget" }]),
    `${what} returned invalid object at index 0: invalid kind (expected Gadget, received Widget)`,
  ],
  [
    "another name",
    said([{ ...good, metadata: { name: "two", uid: "u" } }]),
    `${what} returned invalid object: must have the same name: one != two`,
  ],
];

type Answer = Parameters<typeof convertedObjects>[1];
const refusalOf = (answer: Answer) => {
  const converted = convertedObjects(of, answer);
  return converted.ok ? undefined : converted;
};

conversion("what goes wrong is counted by what it is", () => {
  const failures = [answered({}, 500), said([good], { uid: "2" }), said([]), said([object])].map(
    (each) => refusalOf(each)?.failure,
  );
  assert.equal(
    failures,
    ["call", "malformed_response", "partial_response", "invalid_converted_object"].map(
      (each) => `conversion_webhook_${each}_failure`,
    ),
  );
});

const metadata = (more: object) => said([{ ...good, metadata: { name: "one", uid: "u", ...more } }]);
const wrongMetadata: ReadonlyArray<readonly [string, Parameters<typeof convertedObjects>[1], string]> = [
  [
    "a label that is no text",
    metadata({ labels: { a: 1 } }),
    "metadata.labels[a] must be a string, but is int64 in converted object",
  ],
  ["labels that are a list", metadata({ labels: [] }), "invalid metadata.labels of type []interface {} in converted object"],
  [
    "an annotation whose key is none",
    metadata({ annotations: { "-": "x" } }),
    "metadata.annotations: Invalid value: \"-\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
  ],
];
for (const [name, answer, message] of wrongMetadata)
  conversion(`refuses ${name}`, () => assert.is(refusalOf(answer)?.message, `${what} returned invalid metadata: ${message}`));

conversion("of several objects it says which one is wrong", () => {
  const two = { ...of, objects: [object, object] };
  const message = (second: object) => {
    const converted = convertedObjects(two, said([good, second]));
    return converted.ok ? "" : converted.message.slice(what.length);
  };
  const name = { ...good, metadata: { name: "two", uid: "u" } };
  assert.is(message(name), " returned invalid converted object at index 2: must have the same name: one != two");
  const labels = { ...good, metadata: { name: "one", uid: "u", labels: { a: null } } };
  const isNil = "metadata.labels[a] must be a string, but is <nil> in converted object";
  assert.is(message(labels), ` returned invalid metadata in object at index 2: ${isNil}`);
});

for (const [name, answer, message] of wrong) conversion(`refuses ${name}`, () => assert.is(refusalOf(answer)?.message, message));

conversion("takes labels and annotations of the answer, and no other metadata", () => {
  const converted = { ...good, metadata: { name: "one", uid: "u", labels: { a: "b" }, finalizers: ["x"] } };
  assert.equal(convertedObjects(of, said([converted])), { ok: true, value: [converted] });
  assert.equal(withMetadataOf(converted, object).metadata, { name: "one", uid: "u", labels: { a: "b" } });
});

conversion.run();
