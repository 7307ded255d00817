/** Integers that a number does not hold, through the API server: custom resources and the int64 fields of built-in kinds. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { UntypedObject } from "../../src/api/types.js";
import { readJson, writeJson } from "../../src/json/text.js";
import { definitionOf } from "../custom/definitions.js";
import { AdmissionWorld, mutating, validating } from "./admission-world.js";
import { type ApiServerWorld, podOf, podsPath } from "./apiserver-world.js";

const test = suite("integers beyond 2^53 in the API server");

const most = 9223372036854775807n;
const odd = 9007199254740993n;

const definitionsPath = { group: "apiextensions.k8s.io", version: "v1", resource: "customresourcedefinitions" };
const countersIn = (version: string) => ({ group: "example.com", version, resource: "counters", namespace: "default" });
const counters = countersIn("v1");

const integer = { type: "integer", format: "int64" };
const schema = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      "x-kubernetes-validations": [
        { rule: "!has(self.id) || self.id != 9007199254740995", message: "9007199254740995 is taken" },
        { rule: "!has(self.id) || !has(oldSelf.id) || self.id >= oldSelf.id", message: "it may not shrink" },
      ],
      properties: {
        id: { ...integer, maximum: 2 ** 63 - 1024 },
        limit: { ...integer, default: most },
        kind: { ...integer, enum: [odd, most] },
        set: { type: "array", maxItems: 9, "x-kubernetes-list-type": "set", items: integer },
        parts: {
          type: "array",
          maxItems: 9,
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["id"],
          items: { type: "object", required: ["id"], properties: { id: integer, text: { type: "string", maxLength: 9 } } },
        },
        free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
      },
    },
  },
};
const version = {
  name: "v1",
  served: true,
  storage: true,
  schema: { openAPIV3Schema: schema },
  selectableFields: [{ jsonPath: ".spec.id" }],
};
const definition = definitionOf("counters", "Counter", [version]);

const counter = (name: string, spec: object): UntypedObject => ({
  apiVersion: "example.com/v1",
  kind: "Counter",
  metadata: { name },
  spec,
});

function worldWith(made: object = definition): AdmissionWorld {
  const world = new AdmissionWorld();
  assert.is(world.create(definitionsPath, made).error, undefined);
  world.run(100);
  return world;
}

const specIn = (world: ApiServerWorld, name: string, path = counters): unknown => world.get(path, name).object.spec;

test("an object is stored with all its digits, and a default of the schema has them too", () => {
  const world = worldWith();
  const spec = { id: odd, free: { any: [most, -most, 1.5, 7] } };
  assert.equal(world.create(counters, counter("one", spec)).object.spec, { ...spec, limit: most });
  assert.equal(specIn(world, "one"), { ...spec, limit: most });
  assert.equal(
    world.list(counters).items.map((item) => item.spec),
    [{ ...spec, limit: most }],
  );
});

test("all of it is there again after API server and etcd have started anew, from the log and from a snapshot", () => {
  const world = worldWith();
  const spec = { id: odd, limit: most };
  world.create(counters, counter("one", spec));
  for (let turn = 0; turn < 2; turn++) {
    world.simulation.kill("etcd/0");
    world.simulation.kill("apiserver/0");
    world.run(5_000);
    world.untilServing();
    assert.equal(specIn(world, "one"), spec);
    world.compact();
    world.run(60_000);
  }
});

test("an update that changes nothing writes nothing, and one that changes the last digit does", () => {
  const world = worldWith();
  const { object } = world.create(counters, counter("one", { id: odd }));
  const same = world.update(counters, object);
  assert.is(same.object.metadata.resourceVersion, object.metadata.resourceVersion);
  const other = world.update(counters, { ...object, spec: { ...(object.spec as object), id: odd + 1n } });
  assert.not.equal(other.object.metadata.resourceVersion, object.metadata.resourceVersion);
  assert.is(other.object.metadata.generation, 2);
  assert.equal((specIn(world, "one") as { id: bigint }).id, odd + 1n);
});

test("a dry run tells it and stores nothing", () => {
  const world = worldWith();
  assert.equal(world.create(counters, counter("one", { id: odd }), 0, true).object.spec, { id: odd, limit: most });
  assert.is(world.get(counters, "one").error?.code, 404);
});

test("a watch tells it, and selects by it", () => {
  const world = worldWith();
  const all = world.watch(counters, {});
  const selected = world.watch(counters, { fieldSelector: `spec.id=${odd}` });
  world.create(counters, counter("one", { id: odd }));
  world.create(counters, counter("two", { id: odd - 1n }));
  world.run(100);
  const specs = ({ events }: typeof all) => events.map(({ object }) => (readJson(object) as UntypedObject).spec);
  assert.equal(specs(all), [
    { id: odd, limit: most },
    { id: odd - 1n, limit: most },
  ]);
  assert.equal(specs(selected), [{ id: odd, limit: most }]);
  const { items } = world.list(counters, { fieldSelector: `spec.id=${odd}` });
  assert.equal(
    items.map(({ metadata }) => metadata.name),
    ["one"],
  );
});

const patched: Array<[type: "application/merge-patch+json" | "application/json-patch+json", patch: unknown]> = [
  ["application/merge-patch+json", { spec: { id: odd + 1n } }],
  ["application/json-patch+json", [{ op: "replace", path: "/spec/id", value: odd + 1n }]],
];
for (const [type, patch] of patched) {
  test(`${type} sets it and leaves the others`, () => {
    const world = worldWith();
    world.create(counters, counter("one", { id: odd, free: { a: most } }));
    assert.equal(world.patch(counters, "one", patch, type).object.spec, { id: odd + 1n, free: { a: most }, limit: most });
  });
}

const refused: Array<[what: string, spec: object, message: string]> = [
  [
    "one above a bound",
    { id: most },
    "spec.id: Invalid value: 9223372036854775807: spec.id in body should be less than or equal to 9223372036854774784",
  ],
  [
    "what is not in an enum",
    { kind: odd + 1n },
    'spec.kind: Unsupported value: 9007199254740994: supported values: "9007199254740993", "9223372036854775807"',
  ],
  [
    "what no int64 holds",
    { limit: 2 ** 63 },
    'spec.limit: Invalid value: "number": spec.limit in body must be of type integer: "number"',
  ],
  ["what breaks a rule", { id: odd + 2n }, 'spec: Invalid value: "object": 9007199254740995 is taken'],
  ["one that a set has twice", { set: [odd, odd - 1n, odd] }, "spec.set[2]: Duplicate value: 9007199254740993"],
  [
    "keys that a list has twice",
    { parts: [{ id: odd }, { id: odd }] },
    'spec.parts[1]: Duplicate value: {"id":9007199254740993}',
  ],
];
for (const [what, spec, message] of refused) {
  test(`refused: ${what}`, () => {
    const { error } = worldWith().create(counters, counter("one", spec));
    assert.is(error?.code, 422);
    assert.match(error?.message ?? "", message);
  });
}

test("a rule compares it with what it was", () => {
  const world = worldWith();
  world.create(counters, counter("one", { id: odd }));
  const { error } = world.patch(counters, "one", { spec: { id: odd - 1n } });
  assert.is(error?.message, 'Counter.example.com "one" is invalid: spec: Invalid value: "object": it may not shrink');
});

test("appliers own items of sets and lists by it, and conflict over the last digit", () => {
  const world = worldWith();
  const config = (id: bigint, part: bigint) => counter("one", { id, set: [part], parts: [{ id: part, text: "a" }] });
  const { object } = world.apply(counters, config(odd, odd), "first");
  assert.equal(object.metadata.managedFields?.[0]?.fieldsV1, {
    "f:spec": {
      "f:id": {},
      "f:parts": { 'k:{"id":9007199254740993}': { ".": {}, "f:id": {}, "f:text": {} } },
      "f:set": { "v:9007199254740993": {} },
    },
  });
  const both = world.apply(counters, config(odd, odd + 1n), "second");
  assert.equal((both.object.spec as { set: unknown }).set, [odd, odd + 1n]);
  assert.is(both.error, undefined);
  const { error } = world.apply(counters, config(odd + 1n, odd), "second");
  assert.is(error?.code, 409);
  assert.match(error?.message ?? "", /conflict with "first".*\.spec\.id/s);
  const given = world.apply(counters, counter("one", { id: odd }), "first");
  assert.equal((given.object.spec as { set: unknown; parts: unknown }).set, [odd + 1n], "what nobody owns any more is gone");
  assert.equal((given.object.spec as { parts: unknown }).parts, [{ id: odd + 1n, text: "a" }]);
});

test("a default, a bound and an enum of a definition are told as they were given", () => {
  const world = worldWith();
  const { object } = world.get(definitionsPath, "counters.example.com");
  const text = writeJson(object.spec);
  assert.ok(text.includes('"default":9223372036854775807'), text);
  assert.ok(text.includes('"enum":[9007199254740993,9223372036854775807]'), text);
  assert.ok(text.includes('"maximum":9223372036854775000'), "a bound is a float");
});

test("webhooks are told of it and may change it", () => {
  const world = worldWith();
  const onCounters = { rules: [{ operations: ["*"], apiGroups: ["example.com"], apiVersions: ["*"], resources: ["counters"] }] };
  world.register(mutating, "adder", () => ({ patch: [{ op: "add", path: "/spec/free", value: { a: most } }] }), onCounters);
  world.register(validating, "judge", () => ({}), onCounters);
  world.run(100);
  const wanted = { id: odd, limit: most, free: { a: most } };
  assert.equal(world.create(counters, counter("one", { id: odd })).object.spec, wanted);
  assert.equal(world.asked("adder")[0]!.object?.spec, { id: odd, limit: most });
  assert.equal(world.asked("judge")[0]!.object?.spec, wanted);
});

test("a webhook that converts keeps it", () => {
  const url = "https://hooks.example.com/counters";
  const older = { ...version, name: "v1beta1", storage: false };
  const webhook = { conversionReviewVersions: ["v1"], clientConfig: { url } };
  const conversion = { conversion: { strategy: "Webhook", webhook } };
  const world = worldWith(definitionOf("counters", "Counter", [version, older], conversion));
  world.webhooks.serve(url, ({ body }) => {
    const { request } = readJson(body) as { request: { uid: string; desiredAPIVersion: string; objects: UntypedObject[] } };
    const { uid, desiredAPIVersion: apiVersion, objects } = request;
    const convertedObjects = objects.map((object) => ({ ...object, apiVersion }));
    const response = { uid, result: { status: "Success" }, convertedObjects };
    const review = { kind: "ConversionReview", apiVersion: "apiextensions.k8s.io/v1", response };
    return { afterMs: 1, answer: { ok: true, code: 200, body: writeJson(review) } };
  });
  world.create(counters, counter("one", { id: odd }));
  const { object } = world.get(countersIn("v1beta1"), "one");
  assert.equal([object.apiVersion, object.spec], ["example.com/v1beta1", { id: odd, limit: most }]);
});

const podErrors: Array<[what: string, spec: object, message: string]> = [
  [
    "a deadline",
    { activeDeadlineSeconds: most },
    "spec.activeDeadlineSeconds: Invalid value: 9223372036854775807: must be between 1 and 2147483647, inclusive",
  ],
  [
    "a user",
    { securityContext: { runAsUser: most } },
    "spec.securityContext.runAsUser: Invalid value: 9223372036854775807: must be between 0 and 2147483647, inclusive",
  ],
];
for (const [what, spec, message] of podErrors) {
  test(`${what} that is too large is told with its digits`, () => {
    const world = new AdmissionWorld();
    world.account();
    const { error } = world.create(podsPath, podOf("one", spec));
    assert.match(error?.message ?? "", message);
  });
}

test("a pod may be given as long to end as an int64 goes, and is deleted as Go's durations have it", () => {
  const world = new AdmissionWorld();
  world.account();
  const { error } = world.create(podsPath, podOf("one", { terminationGracePeriodSeconds: most, nodeName: "node-1" }));
  assert.is(error, undefined);
  assert.equal(
    (world.get(podsPath, "one").object.spec as { terminationGracePeriodSeconds: bigint }).terminationGracePeriodSeconds,
    most,
  );
  const { object } = world.delete(podsPath, "one");
  assert.is(object.metadata.deletionGracePeriodSeconds, most);
  const shorter = world.delete(podsPath, "one", { gracePeriodSeconds: odd });
  assert.is(shorter.object.metadata.deletionGracePeriodSeconds, odd);
  world.delete(podsPath, "one", { gracePeriodSeconds: 0 });
  assert.is(world.get(podsPath, "one").error?.code, 404);
});

test.run();
