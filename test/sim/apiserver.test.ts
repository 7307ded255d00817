import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  ApiServerWorld,
  brief,
  configMap,
  configMaps,
  namespacesPath,
  podOf,
  podsPath,
  servicesPath,
} from "./apiserver-world.js";

test("an API server sets up what every cluster has, and serves", () => {
  const world = new ApiServerWorld().untilServing();
  const namespaces = world.list(namespacesPath).items.map((item) => item.metadata.name);
  assert.equal(namespaces, ["default", "kube-node-lease", "kube-public", "kube-system"]);
  const { object } = world.get(servicesPath, "kubernetes");
  assert.is((object.spec as { clusterIP: string }).clusterIP, "10.96.0.1");
});

test("create, get, update, delete", () => {
  const world = new ApiServerWorld().untilServing();
  const created = world.create(configMaps, configMap("settings", { colour: "blue" }));
  assert.is(created.error, undefined);
  assert.match(created.object.metadata.uid ?? "", /^[0-9a-f-]{36}$/);
  assert.is(world.create(configMaps, configMap("settings")).error?.reason, "AlreadyExists");
  const read = world.get(configMaps, "settings").object;
  assert.equal(read, created.object);
  const updated = world.update(configMaps, { ...read, data: { colour: "red" } });
  assert.is(updated.error, undefined);
  assert.ok(updated.object.metadata.resourceVersion !== read.metadata.resourceVersion);
  const stale = world.update(configMaps, { ...read, data: { colour: "green" } });
  assert.is(stale.error?.code, 409);
  assert.match(stale.error?.message ?? "", /the object has been modified/);
  const gone = world.delete(configMaps, "settings");
  assert.is((gone.object as unknown as { status: string }).status, "Success");
  assert.is(world.get(configMaps, "settings").error?.message, 'configmaps "settings" not found');
});

test("a watch tells what happens, and a selector's objects come and go", () => {
  const world = new ApiServerWorld().untilServing();
  const all = world.watch(configMaps);
  const red = world.watch(configMaps, { labelSelector: "colour=red" });
  world.run(10);
  const { object } = world.create(configMaps, configMap("one", {}, { colour: "blue" }));
  world.update(configMaps, { ...object, metadata: { ...object.metadata, labels: { colour: "red" } } });
  world.patch(configMaps, "one", { metadata: { labels: { colour: "green" } } });
  world.delete(configMaps, "one");
  world.run(10);
  assert.equal(brief(all.events), ["ADDED one", "MODIFIED one", "MODIFIED one", "DELETED one"]);
  assert.equal(brief(red.events), ["ADDED one", "DELETED one"]);
});

test("two Services never get the same address, and an address asked for twice is refused", () => {
  const world = new ApiServerWorld({ apiservers: 2 }).untilServing();
  const service = (name: string, more: object = {}) => ({
    kind: "Service",
    apiVersion: "v1",
    metadata: { name },
    spec: { ports: [{ port: 80 }], selector: { app: name }, ...more },
  });
  const first = world.create(servicesPath, service("first", { type: "NodePort" }), 0);
  assert.is(first.error, undefined);
  const { clusterIP } = first.object.spec as { clusterIP: string };
  const second = world.create(servicesPath, service("second", { clusterIP }), 1);
  assert.is(second.error?.code, 422);
  assert.match(second.error?.message ?? "", `failed to allocate IP ${clusterIP}: provided IP is already allocated`);
  world.delete(servicesPath, "first");
  assert.is(world.create(servicesPath, service("second", { clusterIP }), 1).error, undefined);
});

test("a pod is admitted, bound, and goes after its grace", () => {
  const world = new ApiServerWorld().untilServing();
  assert.match(world.create(podsPath, podOf("web")).error?.message ?? "", /serviceaccount "default" not found/);
  world.account();
  const created = world.create(podsPath, podOf("web"));
  assert.is(created.error, undefined);
  const binding = { kind: "Binding", apiVersion: "v1", metadata: { name: "web" }, target: { kind: "Node", name: "node-1" } };
  assert.is(world.create({ ...podsPath, name: "web", subresource: "binding" }, binding).error, undefined);
  const again = world.create({ ...podsPath, name: "web", subresource: "binding" }, binding);
  assert.match(again.error?.message ?? "", 'pod web is already assigned to node "node-1"');
  const going = world.delete(podsPath, "web");
  assert.is(going.object.metadata.deletionGracePeriodSeconds, 30);
  assert.ok(going.object.metadata.deletionTimestamp !== undefined);
  assert.is(world.delete(podsPath, "web", { gracePeriodSeconds: 0 }).error, undefined);
  assert.is(world.get(podsPath, "web").error?.code, 404);
});

test.run();
