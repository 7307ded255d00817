/**
 * Server-side apply and field management, case by case as the documentation tells them.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/
 */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { JsonObject } from "../../src/api/json-value.js";
import type { ApiError } from "../../src/api/status.js";
import { ManagedObject } from "./apply-world.js";

const configMap = () => new ManagedObject("v1", "ConfigMap");
const deployment = () => new ManagedObject("apps/v1", "Deployment");
const pod = () => new ManagedObject("v1", "Pod");

const message = (error: ApiError | undefined): string => error?.status.message ?? "no error";

test("an applier owns exactly what it says", () => {
  const object = configMap();
  assert.is(object.apply("kubectl", { metadata: { labels: { app: "a" } }, data: { key: "1" } }), undefined);
  assert.equal(object.owners, ['kubectl Apply {"f:data":{"f:key":{}},"f:metadata":{"f:labels":{"f:app":{}}}}']);
});

test("a structure goes with all that its only owner applied of it, and stays with what others own", () => {
  const alone = pod();
  alone.apply("one", { spec: { securityContext: { runAsUser: 1 }, containers: [{ name: "main", image: "a" }] } });
  alone.apply("one", {});
  assert.equal(alone.object, alone.whole({}));
  const shared = pod();
  shared.apply("one", { spec: { securityContext: { runAsUser: 1 } } });
  shared.apply("two", { spec: { securityContext: { runAsGroup: 2 } } });
  shared.apply("one", {});
  assert.equal(shared.field("spec"), { securityContext: { runAsGroup: 2 } });
});

test("what nobody owns goes with a structure that nobody owns any more of", () => {
  const object = deployment();
  object.apply("one", { spec: { strategy: { rollingUpdate: { maxSurge: 1 } } } });
  // A default, which belongs to nobody.
  object.object = object.whole({ spec: { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1 } }, replicas: 1 } });
  object.apply("one", { spec: { minReadySeconds: 1 } });
  assert.equal(object.field("spec"), { minReadySeconds: 1, replicas: 1 });
});

test("a list that only changes its order is changed, and stays with who owns it", () => {
  const object = configMap();
  object.apply("one", { metadata: { finalizers: ["x.io/a", "x.io/b"] } });
  object.apply("one", { metadata: { finalizers: ["x.io/b", "x.io/a"] } });
  assert.equal(object.field("metadata"), { name: "x", finalizers: ["x.io/b", "x.io/a"] });
  assert.equal(object.times, ["one 02"]);
});

test("a creator owns what it wrote, and the maps and lists that came with it", () => {
  const object = configMap().update("curl", { metadata: { labels: { app: "a" } }, data: { key: "1" } });
  assert.equal(object.owners, ['curl Update {"f:data":{".":{},"f:key":{}},"f:metadata":{"f:labels":{".":{},"f:app":{}}}}']);
});

test("an updater owns only what it changes", () => {
  const object = configMap().update("curl", { data: { a: "1", b: "2" } });
  object.update("other", { data: { a: "1", b: "3", c: "4" } });
  assert.equal(object.owners, ['curl Update {"f:data":{".":{},"f:a":{}}}', 'other Update {"f:data":{"f:b":{},"f:c":{}}}']);
  object.update("other", { data: { a: "1" } });
  assert.equal(object.owners, ['curl Update {"f:data":{".":{},"f:a":{}}}']);
});

test("changing a field that another applier owns is a conflict that names it", () => {
  const object = configMap();
  object.apply("one", { data: { key: "1" } });
  const error = object.apply("two", { data: { key: "2" } });
  assert.is(error?.code, 409);
  assert.is(error?.status.reason, "Conflict");
  assert.is(message(error), 'Apply failed with 1 conflict: conflict with "one": .data.key');
  assert.equal(error?.status.details, {
    causes: [{ reason: "FieldManagerConflict", message: 'conflict with "one"', field: ".data.key" }],
  });
});

test("conflicts are told manager by manager, updaters with their version", () => {
  const object = deployment().update("kubectl", { spec: { replicas: 3, paused: true } });
  object.apply("one", { spec: { minReadySeconds: 1 } });
  const error = object.apply("two", { spec: { replicas: 1, paused: false, minReadySeconds: 2 } });
  assert.is(
    message(error),
    [
      'Apply failed with 3 conflicts: conflicts with "kubectl" using apps/v1:',
      "- .spec.paused",
      "- .spec.replicas",
      'conflicts with "one":',
      "- .spec.minReadySeconds",
    ].join("\n"),
  );
});

test("one conflict with an updater", () => {
  const object = deployment().update("kubectl", { spec: { replicas: 3 } });
  const error = object.apply("other", { spec: { replicas: 1 } });
  assert.is(message(error), 'Apply failed with 1 conflict: conflict with "kubectl" using apps/v1: .spec.replicas');
});

test("a status conflict names the subresource", () => {
  const object = deployment().update("kubectl", { spec: { replicas: 3 } });
  object.update("ctl", { spec: { replicas: 3 }, status: { replicas: 2 } }, "status");
  const error = object.apply("other", { status: { replicas: 1 } }, false, "status");
  assert.match(message(error), 'conflict with "ctl" with subresource "status" using apps/v1: .status.replicas');
});

test("force takes fields over, the same value shares them", () => {
  const object = configMap();
  object.apply("one", { data: { key: "1", own: "x" } });
  assert.is(object.apply("two", { data: { key: "2" } }, true), undefined);
  assert.equal(object.owners, ['one Apply {"f:data":{"f:own":{}}}', 'two Apply {"f:data":{"f:key":{}}}']);
  assert.is(object.apply("three", { data: { key: "2" } }), undefined);
  assert.equal(object.owners, [
    'three Apply {"f:data":{"f:key":{}}}',
    'one Apply {"f:data":{"f:own":{}}}',
    'two Apply {"f:data":{"f:key":{}}}',
  ]);
});

test("what is no longer applied goes, unless somebody else owns it", () => {
  const object = configMap();
  object.apply("one", { data: { mine: "1", shared: "2" } });
  object.apply("two", { data: { shared: "2" } });
  object.apply("one", { data: {} });
  assert.equal(object.field("data"), { shared: "2" });
  assert.equal(object.owners, ['two Apply {"f:data":{"f:shared":{}}}', 'one Apply {"f:data":{}}']);
  object.apply("two", {});
  assert.equal(object.field("data") ?? null, null);
});

test("an applier that applies nothing any more is none", () => {
  const object = configMap();
  object.apply("one", { data: { key: "1" } });
  object.apply("two", { data: { other: "1" } });
  object.apply("one", {});
  assert.equal(object.owners, ['two Apply {"f:data":{"f:other":{}}}']);
  assert.equal(object.field("data"), { other: "1" });
});

test("list items are owned by their keys, and defaults complete a key", () => {
  const container: JsonObject = {
    name: "web",
    image: "nginx",
    ports: [{ containerPort: 80 }, { containerPort: 53, protocol: "UDP" }],
  };
  const object = pod();
  object.apply("one", { spec: { containers: [container] } });
  const ports = `"f:ports":{"k:{\\"containerPort\\":53,\\"protocol\\":\\"UDP\\"}":{".":{},"f:containerPort":{},"f:protocol":{}},"k:{\\"containerPort\\":80,\\"protocol\\":\\"TCP\\"}":{".":{},"f:containerPort":{}}}`;
  assert.equal(object.owners, [
    `one Apply {"f:spec":{"f:containers":{"k:{\\"name\\":\\"web\\"}":{".":{},"f:image":{},"f:name":{},${ports}}}}}`,
  ]);
});

test("an applier's items are merged with others', in its own order, and removed with it", () => {
  const names = (object: ManagedObject) =>
    ((object.field("spec") as JsonObject).containers as JsonObject[]).map(({ name, image }) => `${name} ${image}`);
  const object = pod();
  object.apply("one", {
    spec: {
      containers: [
        { name: "b", image: "b1" },
        { name: "a", image: "a1" },
      ],
    },
  });
  object.apply("two", {
    spec: {
      containers: [
        { name: "side", image: "s1" },
        { name: "a", image: "a1" },
      ],
    },
  });
  assert.equal(names(object), ["b b1", "side s1", "a a1"]);
  object.apply("one", { spec: { containers: [{ name: "a", image: "a1" }] } });
  assert.equal(names(object), ["side s1", "a a1"]);
  object.apply("two", { spec: { containers: [{ name: "side", image: "s1" }] } });
  assert.equal(names(object), ["side s1", "a a1"]);
});

test("a set is owned value by value", () => {
  const object = configMap();
  object.apply("one", { metadata: { finalizers: ["a.io/x", "b.io/y"] } });
  object.apply("two", { metadata: { finalizers: ["b.io/y", "c.io/z"] } });
  assert.equal((object.field("metadata") as JsonObject).finalizers, ["a.io/x", "b.io/y", "c.io/z"]);
  object.apply("one", {});
  assert.equal((object.field("metadata") as JsonObject).finalizers, ["b.io/y", "c.io/z"]);
});

test("an atomic list and an atomic map belong to one as a whole", () => {
  const object = pod();
  const selector = { kubernetesVersion: "x" };
  object.apply("one", { spec: { tolerations: [{ key: "a", operator: "Exists" }], nodeSelector: selector } });
  assert.equal(object.owners, ['one Apply {"f:spec":{"f:nodeSelector":{},"f:tolerations":{}}}']);
  const error = object.apply("two", { spec: { tolerations: [{ key: "b", operator: "Exists" }] } });
  assert.match(message(error), 'conflict with "one": .spec.tolerations');
});

test("an object that was never managed is managed from the first apply on", () => {
  const object = configMap().update("curl", { data: { a: "1" } });
  object.entries = [];
  object.update("curl", { data: { a: "2" } });
  assert.equal(object.owners, []);
  object.apply("one", { data: { b: "1" } });
  assert.equal(object.owners, ['one Apply {"f:data":{"f:b":{}}}', 'before-first-apply Update {"f:data":{".":{},"f:a":{}}}']);
});

test("times tell of the last change, not of the last write", () => {
  const object = configMap().update("curl", { data: { a: "1" } });
  assert.equal(object.times, ["curl 01"]);
  object.update("curl", { data: { a: "1" } });
  assert.equal(object.times, ["curl 01"]);
  object.update("curl", { data: { a: "2" } });
  assert.equal(object.times, ["curl 03"]);
  object.apply("one", { data: { a: "2" } });
  assert.equal(object.times, ["one never", "curl 03"]);
  object.apply("one", { data: { a: "2", b: "1" } });
  assert.equal(object.times, ["one 05", "curl 03"]);
  object.apply("one", { data: { a: "2", b: "1" } });
  assert.equal(object.times, ["one 05", "curl 03"]);
});

test("at most ten updaters are told apart; the oldest become one", () => {
  const object = configMap().update("m0", { data: { k0: "1" } });
  const data: JsonObject = { k0: "1" };
  for (let index = 1; index < 12; index += 1) {
    data[`k${index}`] = "1";
    object.update(`m${index}`, { data: { ...data } });
  }
  assert.is(object.owners.length, 10);
  assert.is(object.owners[0], 'ancient-changes Update {"f:data":{".":{},"f:k0":{},"f:k1":{},"f:k2":{}}}');
});

test("a status write owns no spec, and a spec write no status", () => {
  const object = deployment().update("kubectl", { spec: { replicas: 1 }, status: { replicas: 9 } });
  object.update("ctl", { spec: { replicas: 2 }, status: { replicas: 1 } }, "status");
  assert.equal(object.owners, [
    'kubectl Update {"f:spec":{"f:replicas":{}}}',
    'ctl Update of status {"f:status":{"f:replicas":{}}}',
  ]);
});

const misfits: ReadonlyArray<readonly [string, JsonObject, string]> = [
  ["an unknown field", { spec: { foo: 1 } }, ".spec.foo: field not declared in schema"],
  ["text for a number", { spec: { replicas: "3" } }, ".spec.replicas: expected numeric (int or float), got string"],
  [
    "an item twice",
    { spec: { template: { spec: { containers: [{ name: "a" }, { name: "a" }] } } } },
    '.spec.template.spec.containers: duplicate entries for key [name="a"]',
  ],
  [
    "two errors",
    { spec: { foo: 1, bar: 2 } },
    "errors:\n  .spec.foo: field not declared in schema\n  .spec.bar: field not declared in schema",
  ],
];

test("a configuration that does not fit its type is told where", () => {
  for (const [name, config, why] of misfits) {
    const error = deployment().apply("one", config);
    assert.is(error?.code, 400, name);
    assert.is(message(error), `failed to create typed patch object (/x; apps/v1, Kind=Deployment): ${why}`, name);
  }
});

test("managedFields cannot be applied", () => {
  const error = configMap().apply("one", { metadata: { managedFields: [] } });
  assert.is(error?.code, 400);
  assert.is(message(error), "metadata.managedFields must be nil");
});

test("kubectl takes over from client-side apply what it says, and keeps its annotation in step", () => {
  const annotation = "kubectl.kubernetes.io/last-applied-configuration";
  const before = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x" }, data: { a: "1", b: "1" } };
  const metadata = { annotations: { [annotation]: JSON.stringify(before) } };
  const object = configMap().update("kubectl-client-side-apply", { metadata, data: { a: "1", b: "1" } });
  object.update("other", { metadata, data: { a: "1", b: "2" } });
  const conflicts = message(object.apply("kubectl", { data: { a: "2", b: "3" } }));
  assert.is(conflicts, 'Apply failed with 1 conflict: conflict with "other" using v1: .data.b');
  assert.is(object.apply("kubectl", { data: { a: "2" } }), undefined);
  assert.equal(object.field("data"), { a: "2", b: "2" });
  const kept = (object.field("metadata") as { annotations: Record<string, string> }).annotations[annotation];
  assert.is(kept, '{"apiVersion":"v1","data":{"a":"2"},"kind":"ConfigMap","metadata":{"name":"x"}}\n');
});

test("a null or an empty map is a value that is owned", () => {
  const object = pod();
  object.apply("one", { spec: { volumes: [{ name: "tmp", emptyDir: {} }], securityContext: null } });
  assert.equal(object.owners, [
    'one Apply {"f:spec":{"f:securityContext":{},"f:volumes":{"k:{\\"name\\":\\"tmp\\"}":{".":{},"f:emptyDir":{},"f:name":{}}}}}',
  ]);
});

test.run();
