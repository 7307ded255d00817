/** Deletes: preconditions, finalizers, grace, namespaces, collections, evictions and what goes with time. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { apiserverMessages, type ResourcePath } from "../../actors/apiserver/messages.js";
import type { ApiOutcome } from "../../actors/apiserver/request.js";
import {
  type ApiServerWorld,
  brief,
  configMap,
  configMaps,
  deployment,
  deployments,
  namespacesPath,
  podOf,
  podsPath,
  serving,
} from "./apiserver-world.js";

const budgets: ResourcePath = { group: "policy", version: "v1", resource: "poddisruptionbudgets", namespace: "default" };

test("deletes hold to their preconditions", () => {
  const world = serving();
  const { object } = world.create(configMaps, configMap("one"));
  assert.is(world.delete(configMaps, "one", { preconditions: { uid: "another" } }).error?.code, 409);
  assert.is(world.delete(configMaps, "one", { preconditions: { resourceVersion: "1" } }).error?.code, 409);
  const { uid, resourceVersion } = object.metadata;
  assert.is(world.delete(configMaps, "one", { preconditions: { uid, resourceVersion } }).error, undefined);
  assert.is(world.delete(configMaps, "one").error?.code, 404);
});

test("an object with finalizers stays until the last one has gone", () => {
  const world = serving();
  world.create(configMaps, { ...configMap("one"), metadata: { name: "one", finalizers: ["example.com/a", "example.com/b"] } });
  const going = world.delete(configMaps, "one");
  assert.ok(going.object.metadata.deletionTimestamp !== undefined);
  assert.is(going.object.metadata.deletionGracePeriodSeconds, 0);
  world.patch(configMaps, "one", { metadata: { finalizers: ["example.com/b"] } });
  assert.is(world.get(configMaps, "one").error, undefined);
  world.patch(configMaps, "one", { metadata: { finalizers: null } });
  assert.is(world.get(configMaps, "one").error?.code, 404);
});

test("a deletion is answered with a Status, or with the object that was where its storage shows it", () => {
  const world = serving();
  const classes: ResourcePath = { group: "storage.k8s.io", version: "v1", resource: "storageclasses" };
  world.create(classes, {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: "slow" },
    provisioner: "example.com/slow",
  });
  world.create(configMaps, configMap("one"));
  assert.is(world.delete(classes, "slow").object.kind, "StorageClass");
  assert.is(world.delete(configMaps, "one").object.kind, "Status");
});

test("propagation policies become finalizers", () => {
  const world = serving();
  for (const [policy, finalizer] of [
    ["Orphan", "orphan"],
    ["Foreground", "foregroundDeletion"],
  ] as const) {
    world.create(deployments, deployment(finalizer.toLowerCase()));
    const { object } = world.delete(deployments, finalizer.toLowerCase(), { propagationPolicy: policy });
    assert.equal(object.metadata.finalizers, [finalizer]);
  }
  world.create(deployments, deployment("background"));
  world.delete(deployments, "background", { propagationPolicy: "Background" });
  assert.is(world.get(deployments, "background").error?.code, 404);
});

test("a replication controller and a job leave their pods, unless the request says otherwise", () => {
  const world = serving();
  const controllers: ResourcePath = { group: "", version: "v1", resource: "replicationcontrollers", namespace: "default" };
  const { template } = deployment("x").spec;
  for (const name of ["usual", "said"]) {
    world.create(controllers, { apiVersion: "v1", kind: "ReplicationController", metadata: { name }, spec: { template } });
  }
  assert.equal(world.delete(controllers, "usual").object.metadata.finalizers, ["orphan"]);
  world.delete(controllers, "said", { propagationPolicy: "Background" });
  assert.is(world.get(controllers, "said").error?.code, 404);
});

test("a bound pod is given its grace, which may be shortened but not lengthened", () => {
  const world = serving();
  world.account();
  world.create(podsPath, podOf("a", { nodeName: "node-1" }));
  const grace = (options: object) => world.delete(podsPath, "a", options).object.metadata.deletionGracePeriodSeconds;
  assert.is(grace({}), 30);
  assert.is(grace({ gracePeriodSeconds: 60 }), 30);
  assert.is(grace({ gracePeriodSeconds: 5 }), 5);
  assert.is(grace({}), 5);
  world.delete(podsPath, "a", { gracePeriodSeconds: 0 });
  assert.is(world.get(podsPath, "a").error?.code, 404);
  world.create(podsPath, podOf("b"));
  world.delete(podsPath, "b");
  assert.is(world.get(podsPath, "b").error?.code, 404, "a pod without a node goes at once");
});

test("a namespace goes when it was emptied, and takes nothing in meanwhile", () => {
  const world = serving();
  const { object } = world.create(namespacesPath, { kind: "Namespace", apiVersion: "v1", metadata: { name: "team" } });
  assert.equal(object.spec, { finalizers: ["kubernetes"] });
  const going = world.delete(namespacesPath, "team");
  assert.equal((going.object.status as { phase: string }).phase, "Terminating");
  const refused = world.create({ ...configMaps, namespace: "team" }, configMap("late"));
  assert.match(refused.error?.message ?? "", /unable to create new content in namespace team because it is being terminated/);
  world.update(namespacesPath, { ...going.object, spec: { finalizers: [] } }, { subresource: "finalize" });
  assert.is(world.get(namespacesPath, "team").error?.code, 404);
  assert.is(world.delete(namespacesPath, "kube-system").error?.code, 403);
});

test("deletecollection deletes what is selected and answers with it", () => {
  const world = serving();
  for (let index = 0; index < 40; index += 1)
    world.create(configMaps, configMap(`map-${index}`, {}, { half: index % 2 ? "odd" : "even" }));
  const request = { path: configMaps, selection: { labelSelector: "half=odd" } };
  const outcome = world.simulation.user.call(apiserverMessages.deleteCollection, request, { deadlineMs: 30_000 });
  assert.ok(outcome.ok);
  assert.is(outcome.reply.items.length, 20);
  assert.is(world.list(configMaps).items.length, 20);
  const bad = world.simulation.user.call(apiserverMessages.deleteCollection, {
    path: configMaps,
    selection: { labelSelector: "a=(" },
  });
  assert.not(bad.ok);
});

test("deletecollection stops between two objects when who asked has gone, and when its time is up", () => {
  const many = (): ApiServerWorld => {
    const world = serving();
    for (let index = 0; index < 60; index += 1) world.createUnheard(configMaps, configMap(`map-${index}`));
    world.run(2_000);
    assert.is(world.list(configMaps).items.length, 60);
    return world;
  };
  const user = { name: "jane", groups: ["system:masters"] };
  const request = { verb: "deletecollection", path: configMaps, user, options: {}, selection: {} } as const;
  const left = many();
  let outcome: ApiOutcome | undefined;
  const id = left.server().request(request, (told) => (outcome = told));
  for (let steps = 0; left.list(configMaps).items.length === 60 && steps < 100; steps += 1) left.run(1);
  left.server().abandon(id);
  left.run(5_000);
  const { length } = left.list(configMaps).items;
  assert.ok(length > 0 && length < 60, `${length} of 60 objects are left`);
  assert.is(outcome?.ok, false, "it is over, whoever hears it");
  const late = many();
  late.server().request({ ...request, deadlineMs: 1 }, (told) => (outcome = told));
  late.run(5_000);
  assert.ok(outcome?.ok === false && outcome.error.code === 504, JSON.stringify(outcome));
  assert.is(
    outcome?.ok === false ? outcome.error.status.message : "",
    "Timeout: request did not complete within the allotted timeout",
  );
});

test("a write whose asker has gone before it began is not made; one that has begun is", () => {
  const world = serving();
  const user = { name: "jane", groups: ["system:masters"] };
  const create = (name: string) => ({ verb: "create", path: configMaps, user, options: {}, body: configMap(name) }) as const;
  let code = 0;
  const id = world.server().request(create("begun"), (outcome) => (code = outcome.ok ? outcome.code : outcome.error.code));
  world.server().abandon(id);
  world.run(1_000);
  assert.equal([code, world.get(configMaps, "begun").error], [201, undefined]);
  world.create(configMaps, configMap("there"));
  const update = { verb: "delete", path: { ...configMaps, name: "absent" }, user, options: {} } as const;
  const waiting = world.server().request(update, (outcome) => (code = outcome.ok ? outcome.code : outcome.error.code));
  world.server().abandon(waiting);
  world.run(1_000);
  assert.is(code, 504, "whether it is absent was not even asked");
});

test("an eviction spends the budget, and is 429 when there is none left", () => {
  const world = serving();
  world.account();
  const ready = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
  for (const name of ["a", "b"]) {
    world.create(podsPath, { ...podOf(name, { nodeName: "node-1" }), metadata: { name, labels: { app: "web" } } });
    world.patch(podsPath, name, { status: ready }, "application/merge-patch+json", "status");
  }
  const budget = {
    kind: "PodDisruptionBudget",
    apiVersion: "policy/v1",
    metadata: { name: "web" },
    spec: { minAvailable: 1, selector: { matchLabels: { app: "web" } } },
  };
  const { object } = world.create(budgets, budget);
  const status = { disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2, observedGeneration: 1 };
  assert.is(world.update(budgets, { ...object, status }, { subresource: "status" }).error, undefined);
  const evict = (name: string) =>
    world.create(
      { ...podsPath, name, subresource: "eviction" },
      { kind: "Eviction", apiVersion: "policy/v1", metadata: { name } },
    );
  assert.is(evict("a").error, undefined);
  assert.ok(world.get(podsPath, "a").object.metadata.deletionTimestamp !== undefined);
  assert.is((world.get(budgets, "web").object.status as { disruptionsAllowed: number }).disruptionsAllowed, 0);
  const refused = evict("b").error;
  assert.is(refused?.code, 429);
  assert.is(refused?.message, "Cannot evict pod as it would violate the pod's disruption budget.");
  assert.is(refused?.details?.causes?.[0]?.message, "The disruption budget web needs 1 healthy pods and has 2 currently");
  assert.is(refused?.details?.retryAfterSeconds, undefined, "nobody knows when to ask again");
  const { object: spent } = world.get(budgets, "web");
  const changed = { ...spent, spec: { ...(spent.spec as object), minAvailable: 2 } };
  assert.is(world.update(budgets, changed as typeof spent).error, undefined);
  const unseen = evict("b").error?.details;
  assert.is(unseen?.causes?.[0]?.message, "The disruption budget web is still being processed by the server.");
  assert.is(unseen?.retryAfterSeconds, 10);
});

test("an evicted pod says so until it has gone, also when it was going already", () => {
  const world = serving();
  world.account();
  const disrupted = (name: string) => {
    const { conditions = [] } = world.get(podsPath, name).object.status as { conditions?: Array<Record<string, string>> };
    return conditions.map(({ type, status, reason, message }) => ({ type, status, reason, message }));
  };
  const told = [
    {
      type: "DisruptionTarget",
      status: "True",
      reason: "EvictionByEvictionAPI",
      message: "Eviction API: evicting",
    },
  ];
  for (const name of ["evicted", "going"]) world.create(podsPath, podOf(name, { nodeName: "node-1" }));
  world.delete(podsPath, "going");
  assert.equal(disrupted("going"), [], "a deletion alone is no disruption");
  for (const name of ["evicted", "going"]) {
    const act = { ...podsPath, name, subresource: "eviction" };
    const eviction = { kind: "Eviction", apiVersion: "policy/v1", metadata: { name } };
    assert.is(world.create(act, eviction).error, undefined);
    const { resourceVersion } = world.get(podsPath, name).object.metadata;
    assert.is(world.create(act, eviction).error, undefined);
    assert.equal(disrupted(name), told);
    assert.is(world.get(podsPath, name).object.metadata.resourceVersion, resourceVersion, "it is told once");
  }
});

test("events go after an hour", () => {
  const world = serving();
  const events: ResourcePath = { group: "", version: "v1", resource: "events", namespace: "default" };
  const event = (name: string) => ({
    kind: "Event",
    apiVersion: "v1",
    metadata: { name },
    involvedObject: { namespace: "default" },
  });
  assert.is(world.create(events, event("one")).error, undefined);
  assert.is(world.create(events, event("two")).error, undefined);
  const newer: ResourcePath = { ...events, group: "events.k8s.io" };
  assert.is(world.get(newer, "one").object.apiVersion, "events.k8s.io/v1");
  world.run(3_500_000);
  assert.is(world.list(events).items.length, 2);
  assert.is(world.patch(events, "two", { count: 2 }).error, undefined);
  world.run(300_000);
  assert.equal(
    world.list(events).items.map((item) => item.metadata.name),
    ["two"],
    "what is counted again lives on",
  );
  world.run(3_600_000);
  assert.is(world.list(events).items.length, 0);
});

test("an object that comes back under its name is watched as another", () => {
  const world = serving();
  const told = world.watch(configMaps);
  world.create(configMaps, configMap("one"));
  world.delete(configMaps, "one");
  world.create(configMaps, configMap("one"));
  world.run(10);
  assert.equal(brief(told.events), ["ADDED one", "DELETED one", "ADDED one"]);
});

test.run();
