/** Creates, updates and patches, of objects, their status and their scale. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { apiserverMessages, type ResourcePath } from "../../actors/apiserver/messages.js";
import type { UntypedObject } from "../../src/api/types.js";
import { configMap, configMaps, deployment, deployments, servicesPath, serving } from "./apiserver-world.js";

test("generateName makes a name, and another when it is taken", () => {
  const world = serving();
  const made = Array.from({ length: 5 }, () => {
    const { object, error } = world.create(configMaps, { metadata: { generateName: "map-" } });
    assert.is(error, undefined);
    return object.metadata.name ?? "";
  });
  assert.is(new Set(made).size, 5);
  for (const name of made) assert.match(name, /^map-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  assert.is(world.create(configMaps, { metadata: {} }).error?.code, 422);
});

test("an invalid object is 422 and names the field", () => {
  const { error } = serving().create(configMaps, configMap("Upper"));
  assert.is(error?.code, 422);
  assert.match(error?.message ?? "", /ConfigMap "Upper" is invalid: metadata\.name: Invalid value: "Upper"/);
});

test("an object goes nowhere but into the namespace of its path, which must exist", () => {
  const world = serving();
  const misplaced = { ...configMap("a"), metadata: { name: "a", namespace: "other" } };
  assert.is(world.create(configMaps, misplaced).error?.code, 400);
  const nowhere = world.create({ ...configMaps, namespace: "nowhere" }, configMap("a"));
  assert.is(nowhere.error?.message, 'namespaces "nowhere" not found');
});

test("an object of the cluster has no namespace, whatever it says", () => {
  const world = serving();
  const classes: ResourcePath = { group: "scheduling.k8s.io", version: "v1", resource: "priorityclasses" };
  const { object, error } = world.create(classes, { metadata: { name: "low", namespace: "other" }, value: 1 });
  assert.is(error, undefined);
  assert.is(object.metadata.namespace, undefined);
  const changed = { ...object, metadata: { ...object.metadata, namespace: "other" }, description: "rarely" };
  assert.is(world.update(classes, changed).object.metadata.namespace, undefined);
});

test("a dry run says what would be and writes nothing", () => {
  const world = serving();
  const { object } = world.create(configMaps, configMap("one"), 0, true);
  assert.is(object.metadata.name, "one");
  assert.is(object.metadata.resourceVersion, undefined);
  assert.is(world.get(configMaps, "one").error?.code, 404);
});

test("an update of nothing writes nothing", () => {
  const world = serving();
  const { object } = world.create(configMaps, configMap("one", { a: "1", b: "2" }));
  const again = world.update(configMaps, { ...object, data: { b: "2", a: "1" } });
  assert.is(again.object.metadata.resourceVersion, object.metadata.resourceVersion);
});

test("an update without resourceVersion overwrites, save where Kubernetes forbids it", () => {
  const world = serving();
  world.create(configMaps, configMap("one", { a: "1" }));
  assert.equal((world.update(configMaps, configMap("one", { a: "2" }) as UntypedObject).object as { data?: object }).data, {
    a: "2",
  });
  const leases: ResourcePath = { group: "coordination.k8s.io", version: "v1", resource: "leases", namespace: "default" };
  const lease = { kind: "Lease", apiVersion: "coordination.k8s.io/v1", metadata: { name: "one" }, spec: {} };
  world.create(leases, lease);
  assert.match(
    world.update(leases, lease).error?.message ?? "",
    /metadata\.resourceVersion: Invalid value: (0x)?0: must be specified for an update/,
  );
});

test("what belongs to the cluster has no namespace, whatever it says", () => {
  const world = serving();
  const nodes: ResourcePath = { group: "", version: "v1", resource: "nodes" };
  const { object, error } = world.create(nodes, { kind: "Node", apiVersion: "v1", metadata: { name: "one", namespace: "x" } });
  assert.is(error, undefined);
  assert.is(object.metadata.namespace, undefined);
  const { error: again } = world.update(nodes, { ...object, metadata: { ...object.metadata, namespace: "x" } });
  assert.is(again, undefined);
});

test("an update creates only where Kubernetes lets it", () => {
  const world = serving();
  assert.is(world.update(configMaps, configMap("one") as UntypedObject).error?.code, 404);
  const endpoints: ResourcePath = { group: "", version: "v1", resource: "endpoints", namespace: "default" };
  assert.is(world.update(endpoints, { kind: "Endpoints", apiVersion: "v1", metadata: { name: "one" } }).error, undefined);
  assert.is(world.get(endpoints, "one").error, undefined);
});

test("whoever makes an object badly hears of that before hearing that there is one", () => {
  const world = serving();
  world.create(configMaps, configMap("one"));
  assert.is(world.create(configMaps, configMap("one")).error?.code, 409);
  const badly = { ...configMap("one"), data: { "a/b": "c" } };
  assert.is(world.create(configMaps, badly).error?.code, 422);
});

test("an update of another object of the same name is a conflict", () => {
  const world = serving();
  const { object } = world.create(configMaps, configMap("one"));
  const { error } = world.update(configMaps, { ...object, metadata: { ...object.metadata, uid: "another" } });
  assert.is(error?.code, 409);
  assert.match(error?.message ?? "", /Precondition failed: UID in precondition: another/);
});

test("a patch can not give an object another UID", () => {
  const world = serving();
  world.create(configMaps, configMap("one"));
  const { error } = world.patch(configMaps, "one", { metadata: { uid: "another" } });
  assert.is(error?.code, 422);
  assert.match(error?.message ?? "", /metadata\.uid: Invalid value: "another": field is immutable/);
});

test("patches that meet other writers are all applied; those that say a resourceVersion are refused", () => {
  const world = serving({ apiservers: 2 });
  world.create(configMaps, configMap("one"));
  const { wire } = world.simulation.user.component.host;
  let answered = 0;
  for (let index = 0; index < 30; index += 1) {
    const patch = JSON.stringify({ data: { [`key-${index}`]: "x" } });
    const request = { path: { ...configMaps, name: "one" }, patchType: "application/merge-patch+json", patch } as const;
    wire.call(index % 2 === 0 ? "apiserver/0" : "apiserver/1", apiserverMessages.patch, request, {
      onOutcome: (outcome) => {
        assert.ok(outcome.ok);
        answered += 1;
      },
    });
  }
  assert.ok(world.simulation.runUntil(() => answered === 30, 5_000));
  const { object } = world.get(configMaps, "one");
  assert.is(Object.keys((object as { data?: object }).data ?? {}).length, 30);
  const stale = world.patch(configMaps, "one", { metadata: { resourceVersion: "1" }, data: { a: "b" } });
  assert.is(stale.error?.code, 409);
});

test("patches that cannot be applied", () => {
  const world = serving();
  world.create(configMaps, configMap("one"));
  const missing = [{ op: "remove", path: "/data/none" }];
  assert.is(world.patch(configMaps, "one", missing, "application/json-patch+json").error?.code, 422);
  assert.is(world.patch(configMaps, "one", {}, "application/apply-patch+yaml").error?.code, 400);
  assert.is(world.patch(configMaps, "none", {}).error?.code, 404);
  assert.is(world.patch(configMaps, "one", { data: 7 }).error?.code, 422);
});

test("a strategic merge patch merges lists by their keys", () => {
  const world = serving();
  world.create(deployments, deployment("web"));
  const patch = { spec: { template: { spec: { containers: [{ name: "side", image: "busybox" }] } } } };
  const { object } = world.patch(deployments, "web", patch, "application/strategic-merge-patch+json");
  const { containers } = (object.spec as { template: { spec: { containers: Array<{ name: string }> } } }).template.spec;
  assert.equal(containers.map(({ name }) => name).sort(), ["main", "side"]);
});

test("status and the rest are written apart, and the generation counts only the rest", () => {
  const world = serving();
  const { object } = world.create(deployments, deployment("web"));
  assert.is(object.metadata.generation, 1);
  const status = { replicas: 3 };
  const withStatus = world.update(
    deployments,
    { ...object, spec: { ...(object.spec as object), replicas: 9 }, status },
    { subresource: "status" },
  );
  assert.equal((withStatus.object.spec as { replicas: number }).replicas, 1);
  assert.equal((withStatus.object.status as { replicas: number }).replicas, 3);
  assert.is(withStatus.object.metadata.generation, 1);
  const scaled = world.update(deployments, {
    ...withStatus.object,
    spec: { ...(object.spec as object), replicas: 5 },
    status: {},
  });
  assert.is(scaled.object.metadata.generation, 2);
  assert.equal((scaled.object.status as { replicas: number }).replicas, 3);
});

test("scale shows and sets the replicas", () => {
  const world = serving();
  world.create(deployments, deployment("web", 2));
  const { object } = world.get(deployments, "web", { subresource: "scale" });
  assert.is(object.kind, "Scale");
  assert.equal(object.spec, { replicas: 2 });
  assert.equal(object.status, { replicas: 0, selector: "app=web" });
  const set = world.update(deployments, { ...object, spec: { replicas: 4 } }, { subresource: "scale" });
  assert.equal(set.object.spec, { replicas: 4 });
  assert.is(world.update(deployments, { ...object, spec: { replicas: 5 } }, { subresource: "scale" }).error?.code, 409);
  const patched = world.patch(deployments, "web", { spec: { replicas: 6 } }, "application/merge-patch+json", "scale");
  assert.equal(patched.object.spec, { replicas: 6 });
  assert.is((world.get(deployments, "web").object.spec as { replicas: number }).replicas, 6);
  assert.is(
    world.update(deployments, { ...object, metadata: { name: "web" }, spec: { replicas: -1 } }, { subresource: "scale" }).error
      ?.code,
    422,
  );
});

test("who may change but not create is told what is wrong with the object first, and then that he may not", () => {
  const world = serving();
  const access = { group: "rbac.authorization.k8s.io", version: "v1" };
  const leases = { group: "coordination.k8s.io", version: "v1", resource: "leases", namespace: "default" };
  const rules = [
    { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["update", "patch"] },
    { apiGroups: [""], resources: ["services"], verbs: ["update"] },
  ];
  world.create({ ...access, resource: "clusterroles" }, { metadata: { name: "changes" }, rules });
  world.create(
    { ...access, resource: "clusterrolebindings" },
    {
      metadata: { name: "changes" },
      roleRef: { apiGroup: access.group, kind: "ClusterRole", name: "changes" },
      subjects: [{ apiGroup: access.group, kind: "User", name: "jane" }],
    },
  );
  world.run(100);
  const lease = (leaseDurationSeconds: number) => ({
    kind: "Lease",
    apiVersion: "coordination.k8s.io/v1",
    metadata: { name: "mine" },
    spec: { leaseDurationSeconds },
  });
  world.as("jane");
  assert.is(world.update(leases, lease(-1)).error?.code, 422);
  assert.is(world.update(leases, lease(10)).error?.code, 403);
  assert.is(world.apply(leases, lease(-1), "jane").error?.code, 422);
  assert.is(world.apply(leases, lease(10), "jane").error?.code, 403);
  world.as();
  assert.is(world.update(leases, lease(10)).error, undefined);
  const service = { kind: "Service", apiVersion: "v1", metadata: { name: "web" }, spec: { ports: [{ port: 80 }] } };
  const made = world.update(servicesPath, service);
  assert.is(made.error, undefined);
  assert.ok((made.object.spec as { clusterIP?: string }).clusterIP, "a Service that an update makes gets its address");
});

test("the status of a namespace may leave out its phase: it is active", () => {
  const world = serving();
  const namespaces = { group: "", version: "v1", resource: "namespaces" };
  const { object } = world.create(namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
  const written = world.update(namespaces, { ...object, status: {} } as UntypedObject, { subresource: "status" });
  assert.equal([written.error, written.object.status], [undefined, { phase: "Active" }]);
});

test.run();
