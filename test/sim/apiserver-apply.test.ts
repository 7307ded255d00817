/** Field management and server-side apply through the API server. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ManagedFieldsEntry, UntypedObject } from "../../src/api/types.js";
import { decodeJson } from "../../src/wire/json.js";
import { widget, widgets } from "../custom/definitions.js";
import { configMap, configMaps, deployments, podOf, serving } from "./apiserver-world.js";

const deployment = (name: string, spec: object = {}) => ({
  kind: "Deployment",
  apiVersion: "apps/v1",
  metadata: { name },
  spec: {
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: "web", image: "nginx" }] } },
    ...spec,
  },
});

/** `kubectl Update of status {…}`, one line for each manager. */
const ownersOf = ({ metadata }: UntypedObject): string[] =>
  (metadata.managedFields ?? []).map(({ manager, operation, subresource, fieldsV1 }: ManagedFieldsEntry) => {
    const of = subresource === undefined ? "" : ` of ${subresource}`;
    return `${manager} ${operation}${of} ${JSON.stringify(fieldsV1)}`;
  });

const managersOf = (object: UntypedObject): string[] => ownersOf(object).map((owner) => owner.slice(0, owner.indexOf(" {")));

test("every write is somebody's: a create, an update, a patch", () => {
  const world = serving();
  const { object } = world.create(configMaps, configMap("one", { a: "1" }));
  assert.equal(ownersOf(object), ['chartroom Update {"f:data":{".":{},"f:a":{}}}']);
  const [entry] = object.metadata.managedFields ?? [];
  assert.is(entry?.apiVersion, "v1");
  assert.is(entry?.fieldsType, "FieldsV1");
  assert.match(entry?.time ?? "", /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  const type = "application/merge-patch+json";
  const patched = world.patch(configMaps, "one", { data: { b: "2" } }, type, undefined, { fieldManager: "other" });
  assert.equal(ownersOf(patched.object), ['chartroom Update {"f:data":{".":{},"f:a":{}}}', 'other Update {"f:data":{"f:b":{}}}']);
  assert.equal(ownersOf(world.get(configMaps, "one").object), ownersOf(patched.object));
});

test("apply creates what is not there and merges into what is", () => {
  const world = serving();
  const config = { ...configMap("one", { a: "1" }) };
  const { object, error } = world.apply(configMaps, config, "one");
  assert.is(error, undefined);
  assert.equal(ownersOf(object), ['one Apply {"f:data":{"f:a":{}}}']);
  assert.ok(object.metadata.uid);
  const again = world.apply(configMaps, configMap("one", { b: "2" }), "two");
  assert.equal(again.object.data, { a: "1", b: "2" });
  const same = world.apply(configMaps, configMap("one", { b: "2" }), "two");
  assert.is(same.object.metadata.resourceVersion, again.object.metadata.resourceVersion, "nothing was written");
});

test("conflicts are refused, and force wins", () => {
  const world = serving();
  world.create(deployments, deployment("web", { replicas: 3 }));
  const { error } = world.apply(deployments, { ...deployment("web", { replicas: 1 }) }, "other");
  assert.is(error?.code, 409);
  assert.is(error?.message, 'Apply failed with 1 conflict: conflict with "chartroom" using apps/v1: .spec.replicas');
  const { object } = world.apply(deployments, deployment("web", { replicas: 1 }), "other", { force: true });
  assert.is((object.spec as { replicas: number }).replicas, 1);
  assert.equal(managersOf(object), ["other Apply", "chartroom Update"]);
});

test("a dry run of an apply says what would be", () => {
  const world = serving();
  const { object } = world.apply(configMaps, configMap("one", { a: "1" }), "one", { dryRun: true });
  assert.equal(managersOf(object), ["one Apply"]);
  assert.is(world.get(configMaps, "one").error?.code, 404);
});

test("an apply that says a resourceVersion or a UID applies to that one only", () => {
  const world = serving();
  world.create(configMaps, configMap("one", { a: "1" }));
  const stale = { ...configMap("one", { b: "1" }), metadata: { name: "one", resourceVersion: "1" } };
  assert.is(world.apply(configMaps, stale, "one").error?.code, 409);
  const other = { ...configMap("one", { b: "1" }), metadata: { name: "one", uid: "x" } };
  assert.is(world.apply(configMaps, other, "one").error?.code, 422);
  const gone = { ...configMap("none"), metadata: { name: "none", uid: "x" } };
  assert.match(
    world.apply(configMaps, gone, "one").error?.message ?? "",
    "uid mismatch: the provided object specified uid x, and no existing object was found",
  );
});

test("an apply must be of the path's kind and name, and complete what it creates", () => {
  const world = serving();
  const { error } = world.apply(configMaps, { ...configMap("one"), kind: "Secret" }, "one");
  assert.is(error?.message, "invalid object type: /v1, Kind=Secret");
  const type = "application/apply-patch+yaml";
  assert.match(world.patch(configMaps, "two", configMap("one"), type).error?.message ?? "", "does not match the name on the URL");
  assert.is(world.apply(deployments, { ...deployment("web"), spec: {} }, "one").error?.code, 422);
});

test("status is applied apart, and only to what is there", () => {
  const world = serving();
  const status = { ...deployment("web"), spec: undefined, status: { replicas: 2 } };
  assert.is(world.apply(deployments, status, "ctl", { subresource: "status" }).error?.code, 404);
  world.apply(deployments, deployment("web"), "kubectl");
  const { object } = world.apply(deployments, status, "ctl", { subresource: "status" });
  assert.equal(object.status, { replicas: 2 });
  assert.equal(managersOf(object), ["ctl Apply of status", "kubectl Apply"]);
});

test("a scale owns the replicas of what it scales, whichever way it is written", () => {
  const world = serving();
  world.apply(deployments, deployment("web", { replicas: 1 }), "kubectl");
  const type = "application/merge-patch+json";
  const scaled = world.patch(deployments, "web", { spec: { replicas: 2 } }, type, "scale", { fieldManager: "autoscaler" });
  assert.is(scaled.error, undefined);
  const owner = 'autoscaler Update of scale {"f:spec":{"f:replicas":{}}}';
  assert.ok(ownersOf(world.get(deployments, "web").object).includes(owner));
  const conflict = world.apply(deployments, deployment("web", { replicas: 1 }), "kubectl");
  assert.match(conflict.error?.message ?? "", 'conflict with "autoscaler" with subresource "scale"');
  const scale = { apiVersion: "autoscaling/v1", kind: "Scale", metadata: { name: "web" }, spec: { replicas: 3 } };
  assert.is(world.apply(deployments, scale, "one", { subresource: "scale" }).error?.code, 409);
  const forced = world.apply(deployments, scale, "one", { subresource: "scale", force: true });
  assert.is((forced.object.spec as { replicas: number }).replicas, 3);
  assert.ok(managersOf(world.get(deployments, "web").object).includes("one Apply of scale"));
  const kind = world.apply(deployments, { ...scale, kind: "Deployment" }, "one", { subresource: "scale" });
  assert.is(kind.error?.message, "invalid object type: autoscaling/v1, Kind=Deployment");
});

test("a client may take managers away, and one that knows none does not", () => {
  const world = serving();
  const { object } = world.create(configMaps, configMap("one", { a: "1" }));
  const { managedFields: _, ...metadata } = object.metadata;
  const without = world.update(configMaps, { ...object, metadata });
  assert.equal(managersOf(without.object), ["chartroom Update"]);
  const emptied = world.patch(configMaps, "one", { metadata: { managedFields: [{}] } });
  assert.equal(emptied.object.metadata.managedFields, undefined);
  const untracked = world.patch(configMaps, "one", { data: { a: "2" } });
  assert.equal(untracked.object.metadata.managedFields, undefined);
  const applied = world.apply(configMaps, configMap("one", { b: "1" }), "one");
  assert.equal(managersOf(applied.object).sort(), ["before-first-apply Update", "one Apply"]);
  const removal = [{ op: "remove", path: "/metadata/managedFields/0" }];
  const left = world.patch(configMaps, "one", removal, "application/json-patch+json");
  assert.is(left.object.metadata.managedFields?.length, 1);
});

test("a write that changes nothing changes no time and no resourceVersion", () => {
  const world = serving();
  const { object } = world.create(configMaps, configMap("one", { a: "1" }));
  world.run(5_000);
  const { object: same } = world.update(configMaps, object);
  assert.equal(same.metadata, object.metadata);
});

test("names with quotes and brackets in them do not end the list of managers", () => {
  const world = serving();
  world.create(configMaps, { ...configMap("odd", { k: '}],"' }), metadata: { name: "odd", annotations: { "a.io/b": '}],"x' } } });
  const fieldManager = 'm"}],"x[';
  const type = "application/merge-patch+json";
  const patch = { data: { j: "1" } };
  const { object } = world.patch(configMaps, "odd", patch, type, undefined, { fieldManager });
  assert.equal(object.metadata.managedFields?.map(({ manager }) => manager).sort(), ["chartroom", fieldManager]);
  const again = world.patch(configMaps, "odd", { data: { j: "2" } }, type, undefined, { fieldManager });
  assert.equal(again.object.data, { k: '}],"', j: "2" });
  assert.is(again.object.metadata.managedFields?.length, 2);
});

test("watchers outside are told who owns what", () => {
  const world = serving();
  const told = world.watch(configMaps);
  world.run(100);
  world.create(configMaps, configMap("one", { a: "1" }));
  world.run(100);
  const { object } = told.events.find(({ type }) => type === "ADDED")!;
  assert.equal(managersOf(decodeJson(object) as UntypedObject), ["chartroom Update"]);
});

test("a finalizer that goes and a deletion that begins leave the owners as they are", () => {
  const world = serving();
  world.apply(configMaps, { ...configMap("one"), metadata: { name: "one", finalizers: ["a.io/x"] } }, "one");
  const going = world.delete(configMaps, "one").object;
  assert.ok(going.metadata.deletionTimestamp);
  assert.equal(managersOf(going), ["one Apply"]);
});

test("custom resources are applied by their schemas: lists by their keys, sets by their values, defaults owned by nobody", () => {
  const world = serving();
  const definitionsPath = { group: "apiextensions.k8s.io", version: "v1", resource: "customresourcedefinitions" };
  assert.is(world.create(definitionsPath, widgets).error, undefined);
  world.run(200);
  const path = { group: "example.com", version: "v1", resource: "widgets", namespace: "default" };
  const made = world.apply(path, widget("one", { color: "red", parts: [{ name: "a" }] }), "one");
  assert.is(made.error, undefined);
  assert.equal(made.object.spec, { color: "red", parts: [{ name: "a", count: 1 }], replicas: 1 });
  const parts = '"f:parts":{"k:{\\"name\\":\\"a\\"}":{".":{},"f:name":{}}}';
  assert.equal(ownersOf(made.object), [`one Apply {"f:spec":{"f:color":{},${parts}}}`]);
  const other = world.apply(path, widget("one", { color: "green", parts: [{ name: "b" }] }), "two");
  assert.is(other.error?.message, 'Apply failed with 1 conflict: conflict with "one": .spec.color');
  const joined = world.apply(path, widget("one", { parts: [{ name: "b" }] }), "two");
  const { parts: both } = joined.object.spec as { parts: Array<{ name: string }> };
  assert.equal(
    both.map(({ name }) => name),
    ["a", "b"],
  );
  const unknown = world.apply(path, widget("one", { nonsense: 1 }), "two");
  assert.match(unknown.error?.message ?? "", ".spec.nonsense: field not declared in schema");
  const scale = { apiVersion: "autoscaling/v1", kind: "Scale", metadata: { name: "one" }, spec: { replicas: 3 } };
  const scaled = world.apply(path, scale, "hpa", { subresource: "scale" });
  assert.is(scaled.error, undefined);
  assert.is((world.get(path, "one").object.spec as { replicas: number }).replicas, 3);
});

test("parts of a pod are applied, and owned as far as they can be changed", () => {
  const world = serving();
  world.account();
  const podsPath = { group: "", version: "v1", resource: "pods", namespace: "default" };
  const small = { name: "main", image: "nginx", resources: { requests: { cpu: "100m" } } };
  world.create(podsPath, podOf("web", { containers: [small] }), 0, false, "ann");
  const pod = (spec: object) => ({ apiVersion: "v1", kind: "Pod", metadata: { name: "web" }, spec });
  const debug = pod({ ephemeralContainers: [{ name: "debug", image: "busybox" }] });
  assert.is(world.apply(podsPath, debug, "bob", { subresource: "ephemeralcontainers" }).error, undefined);
  const larger = pod({ containers: [{ name: "main", image: "other", resources: { requests: { cpu: "200m" } } }] });
  const { error, object } = world.apply(podsPath, larger, "eve", { subresource: "resize", force: true });
  assert.is(error, undefined);
  const [main] = (object.spec as { containers: Array<{ image: string; resources: object }> }).containers;
  assert.equal([main?.image, main?.resources], ["nginx", { requests: { cpu: "200m" } }]);
  const owned = ownersOf(object).filter((each) => !each.startsWith("ann"));
  assert.equal(owned, [
    'bob Apply of ephemeralcontainers {"f:spec":{"f:ephemeralContainers":{"k:{\\"name\\":\\"debug\\"}":{".":{},"f:image":{},"f:name":{}}}}}',
    'eve Apply of resize {"f:spec":{"f:containers":{"k:{\\"name\\":\\"main\\"}":{".":{},"f:resources":{"f:requests":{"f:cpu":{}}}}}}}',
  ]);
});

test("an object that is too large with its managedFields is written without them, unless they are what is asked for", () => {
  const world = serving();
  // Of 1.7 MB, a third is who owns what: the names of all fields are in it once more.
  const keys = Array.from({ length: 2_200 }, (_, index) => String(index).padStart(250, "k"));
  const data = Object.fromEntries(keys.map((key) => [key, "x".repeat(260)]));
  const large = { ...configMap("large"), data };
  const created = world.create(configMaps, large, 0, false, "ann");
  assert.is(created.error, undefined);
  assert.is(created.object.metadata.managedFields, undefined);
  assert.is(world.patch(configMaps, "large", { metadata: { labels: { app: "a" } } }).error, undefined);
  const { metadata } = world.get(configMaps, "large").object;
  assert.equal([metadata.labels, metadata.managedFields], [{ app: "a" }, undefined]);
  const refused = world.apply(configMaps, large, "bob", { force: true }).error;
  assert.equal(
    [refused?.code, refused?.reason, refused?.message],
    [413, "RequestEntityTooLarge", "Request entity too large: etcdserver: request is too large"],
  );
});

test.run();
