/** Creates, updates, patches, deletes and subresources. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { apiserverMessages, type ResourcePath } from "../../actors/apiserver/messages.js";
import type { UntypedObject } from "../../src/api/types.js";
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

const serving = (options: ConstructorParameters<typeof ApiServerWorld>[0] = {}) => new ApiServerWorld(options).untilServing();

const deployments: ResourcePath = { group: "apps", version: "v1", resource: "deployments", namespace: "default" };
const budgets: ResourcePath = { group: "policy", version: "v1", resource: "poddisruptionbudgets", namespace: "default" };

const deployment = (name: string, replicas = 1) => ({
  kind: "Deployment",
  apiVersion: "apps/v1",
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: podOf("x").spec },
  },
});

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

test("an update creates only where Kubernetes lets it", () => {
  const world = serving();
  assert.is(world.update(configMaps, configMap("one") as UntypedObject).error?.code, 404);
  const endpoints: ResourcePath = { group: "", version: "v1", resource: "endpoints", namespace: "default" };
  assert.is(world.update(endpoints, { kind: "Endpoints", apiVersion: "v1", metadata: { name: "one" } }).error, undefined);
  assert.is(world.get(endpoints, "one").error, undefined);
});

test("an update of another object of the same name is a conflict", () => {
  const world = serving();
  const { object } = world.create(configMaps, configMap("one"));
  const { error } = world.update(configMaps, { ...object, metadata: { ...object.metadata, uid: "another" } });
  assert.is(error?.code, 409);
  assert.match(error?.message ?? "", /Precondition failed: UID in precondition: another/);
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

test("a Service's addresses and ports are claimed, kept, and released", () => {
  const world = serving();
  const service = (name: string, spec: object = {}) => ({
    kind: "Service",
    apiVersion: "v1",
    metadata: { name },
    spec: { ports: [{ port: 80 }], ...spec },
  });
  const { object } = world.create(servicesPath, service("web", { type: "NodePort" }));
  const { clusterIP, ports } = object.spec as { clusterIP: string; ports: Array<{ nodePort: number }> };
  const nodePort = ports[0]!.nodePort;
  assert.ok(nodePort >= 30_000 && nodePort <= 32_767);
  const addresses: ResourcePath = { group: "networking.k8s.io", version: "v1", resource: "ipaddresses" };
  assert.is(world.get(addresses, clusterIP).error, undefined);
  const taken = world.create(servicesPath, service("other", { type: "NodePort", ports: [{ port: 80, nodePort }] }));
  assert.match(
    taken.error?.message ?? "",
    `spec.ports[0].nodePort: Invalid value: ${nodePort}: provided port is already allocated`,
  );
  const outside = world.create(servicesPath, service("other", { type: "NodePort", ports: [{ port: 80, nodePort: 80 }] }));
  assert.match(outside.error?.message ?? "", /provided port is not in the valid range\. The range of valid ports is 30000-32767/);
  const far = world.create(servicesPath, service("other", { clusterIP: "1.2.3.4" }));
  assert.match(
    far.error?.message ?? "",
    /failed to allocate IP 1\.2\.3\.4: the provided IP \(1\.2\.3\.4\) is not in the valid range/,
  );
  const plain = world.patch(servicesPath, "web", { spec: { type: "ClusterIP" } });
  assert.is(plain.error, undefined);
  assert.is((plain.object.spec as { clusterIP: string }).clusterIP, clusterIP);
  assert.is(world.create(servicesPath, service("other", { type: "NodePort", ports: [{ port: 80, nodePort }] })).error, undefined);
  world.delete(servicesPath, "web");
  assert.is(world.get(addresses, clusterIP).error?.code, 404);
  const headless = world.create(servicesPath, service("headless", { clusterIP: "None" }));
  assert.equal((headless.object.spec as { clusterIPs: string[] }).clusterIPs, ["None"]);
});

test("two API servers that give out addresses at once never give one twice", () => {
  const world = serving({ apiservers: 2, config: { serviceCidr: "10.96.0.0/27" } });
  const made: Array<string> = [];
  let refused = 0;
  const { wire } = world.simulation.user.component.host;
  for (let index = 0; index < 40; index += 1) {
    const object = JSON.stringify({
      kind: "Service",
      apiVersion: "v1",
      metadata: { name: `web-${index}` },
      spec: { ports: [{ port: 80 }] },
    });
    wire.call(
      index % 2 === 0 ? "apiserver/0" : "apiserver/1",
      apiserverMessages.create,
      { path: servicesPath, object },
      {
        onOutcome: (outcome) => {
          if (outcome.ok) made.push((JSON.parse(outcome.reply.object) as { spec: { clusterIP: string } }).spec.clusterIP);
          else refused += 1;
        },
      },
    );
  }
  assert.ok(world.simulation.runUntil(() => made.length + refused === 40, 20_000));
  assert.is(new Set(made).size, made.length, "an address was given twice");
  assert.is(made.length, 29, "the range has 30 addresses, and kubernetes has one");
});

test("a binding of a pod that is bound, gone or going is refused", () => {
  const world = serving();
  world.account();
  world.create(podsPath, { ...podOf("a", { nodeName: "node-1" }) });
  const bind = (name: string, node = "node-1", uid?: string) =>
    world.create(
      { ...podsPath, name, subresource: "binding" },
      {
        kind: "Binding",
        apiVersion: "v1",
        metadata: { name, ...(uid === undefined ? {} : { uid }) },
        target: { kind: "Node", name: node },
      },
    ).error;
  assert.is(bind("a")?.code, 409);
  assert.is(bind("none")?.code, 404);
  world.delete(podsPath, "a");
  assert.match(bind("a")?.message ?? "", /is being deleted, cannot be assigned to a host/);
  world.create(podsPath, podOf("b"));
  assert.is(bind("b", "")?.code, 422);
  assert.is(bind("b", "node-1", "another")?.code, 409);
  assert.is(bind("b"), undefined);
  const { conditions } = world.get(podsPath, "b").object.status as { conditions: Array<{ type: string; status: string }> };
  assert.equal(
    conditions.map(({ type, status }) => [type, status]),
    [["PodScheduled", "True"]],
  );
});

test("a token is signed for an account that exists", () => {
  const world = serving();
  world.account();
  const accounts: ResourcePath = { group: "", version: "v1", resource: "serviceaccounts", namespace: "default" };
  const request = {
    kind: "TokenRequest",
    apiVersion: "authentication.k8s.io/v1",
    metadata: {},
    spec: { expirationSeconds: 600 },
  };
  const { object, error } = world.create({ ...accounts, name: "default", subresource: "token" }, request);
  assert.is(error, undefined);
  const { token } = object.status as { token: string };
  const reviews: ResourcePath = { group: "authentication.k8s.io", version: "v1", resource: "tokenreviews" };
  const review = world.create(reviews, {
    kind: "TokenReview",
    apiVersion: "authentication.k8s.io/v1",
    metadata: {},
    spec: { token },
  });
  assert.is((review.object.status as { user: { username: string } }).user.username, "system:serviceaccount:default:default");
  assert.is(world.create({ ...accounts, name: "none", subresource: "token" }, request).error?.code, 404);
  const short = { ...request, spec: { expirationSeconds: 5 } };
  assert.is(world.create({ ...accounts, name: "default", subresource: "token" }, short).error?.code, 422);
});

test("reviews: who one is, and that one may", () => {
  const world = serving();
  const path = (resource: string, group: string): ResourcePath => ({ group, version: "v1", resource });
  const who = world.create(path("selfsubjectreviews", "authentication.k8s.io"), { metadata: {} });
  assert.is((who.object.status as { userInfo: { username: string } }).userInfo.username, "kubernetes-admin");
  const spec = { resourceAttributes: { verb: "get", resource: "pods" } };
  const may = world.create(path("selfsubjectaccessreviews", "authorization.k8s.io"), { metadata: {}, spec });
  assert.is((may.object.status as { allowed: boolean }).allowed, true);
  const false_ = world.create(path("tokenreviews", "authentication.k8s.io"), { metadata: {}, spec: { token: "x" } });
  assert.is((false_.object.status as { authenticated?: boolean }).authenticated, undefined);
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
