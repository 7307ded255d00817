/** Admission webhooks: https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/ */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { UntypedObject } from "../../src/api/types.js";
import {
  AdmissionWorld,
  allowing,
  answerText,
  denying,
  everything,
  mutating,
  onConfigMaps,
  type Review,
  setting,
  validating,
  webhook,
} from "./admission-world.js";
import { configMap, configMaps, namespacesPath, podOf, podsPath } from "./apiserver-world.js";

const dataOf = (object: UntypedObject): unknown => object.data;
const made = (world: AdmissionWorld, name = "one", labels?: Record<string, string>) =>
  world.create(configMaps, configMap(name, { a: "1" }, labels));

test("a validating webhook is told of the request and may refuse it in its own words", () => {
  const world = new AdmissionWorld();
  world.register(validating, "judge", denying("no more of these"));
  const { error } = made(world);
  assert.is(error?.message, 'admission webhook "judge.example.com" denied the request: no more of these');
  assert.is(error?.code, 400);
  assert.is(world.get(configMaps, "one").error?.code, 404);
  const [request, ...more] = world.asked("judge");
  assert.equal(more, [], "it is asked once");
  const { object, userInfo, uid, ...rest } = request!;
  assert.match(uid, /^[0-9a-f-]{36}$/);
  assert.is(userInfo.username, "kubernetes-admin");
  assert.equal(dataOf(object!), { a: "1" });
  assert.match(object!.metadata.uid!, /^[0-9a-f-]{36}$/);
  const kind = { group: "", version: "v1", kind: "ConfigMap" };
  const resource = { group: "", version: "v1", resource: "configmaps" };
  assert.equal(rest, {
    kind,
    resource,
    requestKind: kind,
    requestResource: resource,
    name: "one",
    namespace: "default",
    operation: "CREATE",
    oldObject: null,
    dryRun: false,
    options: { kind: "CreateOptions", apiVersion: "meta.k8s.io/v1" },
  });
});

test("a refusal without a message says its reason, or that there is none; its code is kept", () => {
  const world = new AdmissionWorld();
  world.register(validating, "judge", () => ({ allowed: false, status: { reason: "Forbidden", code: 403 } }));
  const { error } = made(world);
  assert.is(error?.message, 'admission webhook "judge.example.com" denied the request: Forbidden');
  assert.equal([error?.code, error?.reason], [403, "Forbidden"]);
  world.answer("judge", () => ({ allowed: false }));
  assert.is(made(world).error?.message, 'admission webhook "judge.example.com" denied the request without explanation');
});

test("mutating webhooks are asked in the order of their names, each about what the one before left", () => {
  const world = new AdmissionWorld();
  world.register(mutating, "b", setting("b", "2"));
  world.register(mutating, "a", setting("c", "3"));
  world.register(validating, "judge", allowing);
  const { object } = made(world);
  assert.equal(dataOf(object), { a: "1", c: "3", b: "2" });
  assert.equal(dataOf(world.asked("b")[0]!.object!), { a: "1", c: "3" });
  assert.is(world.asked("b")[0]!.object!.metadata.uid, undefined, "a new object has no uid yet");
  assert.equal(dataOf(world.asked("judge")[0]!.object!), { a: "1", c: "3", b: "2" });
});

test("updates and deletes are told of with what was there before", () => {
  const world = new AdmissionWorld();
  made(world);
  world.register(mutating, "watcher", ({ request }) => (request.operation === "UPDATE" ? setting("seen", "yes")() : {}));
  const { object } = world.get(configMaps, "one");
  const updated = world.update(configMaps, { ...object, data: { a: "2" } });
  assert.equal(dataOf(updated.object), { a: "2", seen: "yes" });
  world.patch(configMaps, "one", { data: { a: "3" } });
  world.delete(configMaps, "one", { gracePeriodSeconds: 5 });
  assert.equal(
    world
      .asked("watcher")
      .map(({ operation, name, object, oldObject, options }) => [
        operation,
        name,
        object === null ? null : dataOf(object),
        dataOf(oldObject!),
        options,
      ]),
    [
      ["UPDATE", "one", { a: "2" }, { a: "1" }, { kind: "UpdateOptions", apiVersion: "meta.k8s.io/v1" }],
      [
        "UPDATE",
        "one",
        { a: "3", seen: "yes" },
        { a: "2", seen: "yes" },
        { kind: "UpdateOptions", apiVersion: "meta.k8s.io/v1" },
      ],
      [
        "DELETE",
        "one",
        null,
        { a: "3", seen: "yes" },
        { kind: "DeleteOptions", apiVersion: "meta.k8s.io/v1", gracePeriodSeconds: 5 },
      ],
    ],
  );
  assert.is(world.get(configMaps, "one").error?.code, 404);
});

test("a delete may be refused, but not changed", () => {
  const world = new AdmissionWorld();
  made(world);
  const onDelete = { rules: [{ ...onConfigMaps, operations: ["DELETE"] }] };
  world.register(validating, "judge", denying("it is kept"), onDelete);
  assert.match(world.delete(configMaps, "one").error?.message ?? "", /denied the request: it is kept$/);
  world.delete(validating, "judge");
  world.register(mutating, "changer", setting("a", "2"), onDelete);
  assert.is(
    world.delete(configMaps, "one").error?.message,
    'Internal error occurred: admission webhook "changer.example.com" attempted to modify the object, which is not supported for this operation',
  );
});

test("a webhook that fails fails the request, unless its policy is to be ignored", () => {
  const world = new AdmissionWorld();
  world.register(validating, "judge", () => undefined, { timeoutSeconds: 3 });
  const failing = (): string => made(world).error?.message ?? "it was let in";
  const beginning = 'Internal error occurred: failed calling webhook "judge.example.com": ';
  const posted = 'failed to call webhook: Post "https://hooks.example.com/judge?timeout=3s": ';
  assert.is(failing(), `${beginning}${posted}context deadline exceeded`);
  const url = "https://hooks.example.com/judge";
  const answering = (code: number, body: string): void =>
    world.webhooks.serve(url, () => ({ afterMs: 1, answer: { ok: true, code, body } }));
  const cases: ReadonlyArray<readonly [number, string, string]> = [
    [500, "oops", 'failed to call webhook: an error on the server ("oops") has prevented the request from succeeding'],
    [404, "", "failed to call webhook: the server could not find the requested resource"],
    [403, '{"kind":"Status","message":"go away"}', "failed to call webhook: go away"],
    [200, "{}", "received invalid webhook response: webhook response was absent"],
    [200, '{"response":{"uid":"x"}}', "received invalid webhook response: expected response.uid="],
  ];
  for (const [code, body, expected] of cases) {
    answering(code, body);
    assert.ok(failing().startsWith(`${beginning}${expected}`), `${code} ${body}: ${failing()}`);
  }
  world.webhooks.serve(url, () => ({
    afterMs: 1,
    answer: { ok: false, problem: "dial tcp 10.0.0.1:443: connect: connection refused" },
  }));
  assert.is(failing(), `${beginning}${posted}dial tcp 10.0.0.1:443: connect: connection refused`);
  world.patch(validating, "judge", { webhooks: [webhook("judge", { failurePolicy: "Ignore" })] });
  assert.is(made(world).error, undefined);
});

test("an answer of another review, or with a patch of a validating webhook, is none", () => {
  const world = new AdmissionWorld();
  world.register(validating, "judge", setting("a", "2"));
  assert.match(
    made(world).error?.message ?? "",
    /received invalid webhook response: validating webhook may not return response\.patch$/,
  );
  world.webhooks.serve("https://hooks.example.com/judge", ({ body }) => {
    const review = JSON.parse(body) as Review;
    const text = answerText({ ...review, apiVersion: "admission.k8s.io/v2" }, {});
    return { afterMs: 1, answer: { ok: true, code: 200, body: text } };
  });
  assert.match(
    made(world).error?.message ?? "",
    /expected webhook response of admission\.k8s\.io\/v1, Kind=AdmissionReview, got admission\.k8s\.io\/v2, Kind=AdmissionReview$/,
  );
});

test("a patch that cannot be applied is an error, whatever the failure policy", () => {
  const world = new AdmissionWorld();
  world.register(mutating, "changer", () => ({ patch: [{ op: "remove", path: "/data/none" }] }), { failurePolicy: "Ignore" });
  assert.is(made(world).error?.code, 500);
  world.answer("changer", () => ({ patch: [{ op: "add", path: "/data", value: "no map" }] }));
  assert.match(made(world).error?.message ?? "", /^Internal error occurred: /);
});

test("v1beta1 is spoken with those who ask for it first", () => {
  const world = new AdmissionWorld();
  world.register(mutating, "changer", setting("b", "2"), { admissionReviewVersions: ["v1alpha1", "v1beta1", "v1"] });
  assert.equal(dataOf(made(world).object), { a: "1", b: "2" });
  assert.is(world.reviews.get("changer")?.[0]?.apiVersion, "admission.k8s.io/v1beta1");
});

test("objects and namespaces are selected by their labels", () => {
  const world = new AdmissionWorld();
  world.register(mutating, "changer", setting("b", "2"), { objectSelector: { matchLabels: { app: "web" } } });
  assert.equal(dataOf(made(world).object), { a: "1" });
  assert.equal(dataOf(made(world, "two", { app: "web" }).object), { a: "1", b: "2" });
  const namespaceSelector = { matchExpressions: [{ key: "team", operator: "In", values: ["red"] }] };
  world.patch(mutating, "changer", { webhooks: [webhook("changer", { namespaceSelector })] });
  assert.equal(dataOf(made(world, "three").object), { a: "1" });
  world.patch(namespacesPath, "default", { metadata: { labels: { team: "red" } } });
  assert.equal(dataOf(made(world, "four").object), { a: "1", b: "2" });
});

test("a namespace is selected by its own labels, and told of as in itself", () => {
  const world = new AdmissionWorld();
  world.register(validating, "judge", denying("no"), {
    rules: [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["namespaces"], scope: "Cluster" }],
    namespaceSelector: { matchLabels: { guarded: "yes" } },
  });
  assert.is(world.create(namespacesPath, { metadata: { name: "open" } }).error, undefined);
  assert.is(world.create(namespacesPath, { metadata: { name: "shut", labels: { guarded: "yes" } } }).error?.code, 400);
  assert.is(world.asked("judge")[0]?.namespace, "shut");
});

test("equivalent versions match, and are told of in the version that the webhook knows", () => {
  const world = new AdmissionWorld();
  const rules = [
    { operations: ["CREATE"], apiGroups: ["autoscaling"], apiVersions: ["v2"], resources: ["horizontalpodautoscalers"] },
  ];
  world.register(mutating, "changer", () => ({ patch: [{ op: "replace", path: "/spec/maxReplicas", value: 7 }] }), { rules });
  const path = { group: "autoscaling", version: "v1", resource: "horizontalpodautoscalers", namespace: "default" };
  const scaler = {
    metadata: { name: "web" },
    spec: {
      maxReplicas: 5,
      targetCPUUtilizationPercentage: 50,
      scaleTargetRef: { kind: "Deployment", name: "web", apiVersion: "apps/v1" },
    },
  };
  const { object, error } = world.create(path, scaler);
  assert.is(error, undefined);
  assert.is((object.spec as { maxReplicas: number }).maxReplicas, 7);
  assert.is((object.spec as { targetCPUUtilizationPercentage: number }).targetCPUUtilizationPercentage, 50);
  const [told] = world.asked("changer");
  assert.equal([told?.kind.version, told?.requestKind.version], ["v2", "v1"]);
  assert.equal([told?.resource.version, told?.requestResource.version], ["v2", "v1"]);
  assert.is(told?.object?.apiVersion, "autoscaling/v2");
  const spec = told?.object?.spec as { metrics?: unknown } | undefined;
  assert.ok(spec?.metrics, "the target is a metric in v2");
  world.patch(mutating, "changer", { webhooks: [webhook("changer", { rules, matchPolicy: "Exact" })] });
  assert.is(
    (world.create(path, { ...scaler, metadata: { name: "other" } }).object.spec as { maxReplicas: number }).maxReplicas,
    5,
  );
});

test("configurations of webhooks and policies are no business of webhooks", () => {
  const world = new AdmissionWorld();
  world.register(validating, "judge", denying("nothing at all"), { rules: [everything] });
  assert.is(made(world).error?.code, 400);
  assert.is(world.create(namespacesPath, { metadata: { name: "other" } }).error?.code, 400);
  assert.is(world.delete(validating, "judge").error, undefined);
  assert.is(made(world).error, undefined);
});

test("a dry run asks only those who say that they have no effects", () => {
  const world = new AdmissionWorld();
  world.register(validating, "judge", allowing, { sideEffects: "NoneOnDryRun" });
  assert.is(world.create(configMaps, configMap("one"), 0, true).error, undefined);
  assert.is(world.asked("judge")[0]?.dryRun, true);
  assert.equal(world.asked("judge")[0]?.options, { kind: "CreateOptions", apiVersion: "meta.k8s.io/v1", dryRun: ["All"] });
  world.keep("/registry/admissionregistration.k8s.io/mutatingwebhookconfigurations/old", {
    kind: "MutatingWebhookConfiguration",
    apiVersion: "admissionregistration.k8s.io/v1",
    metadata: { name: "old", uid: "u" },
    webhooks: [
      webhook("old", { sideEffects: "Some", admissionReviewVersions: ["v1beta1"], failurePolicy: "Fail", timeoutSeconds: 10 }),
    ],
  });
  assert.is(
    world.create(configMaps, configMap("one"), 0, true).error?.message,
    'admission webhook "old.example.com" does not support dry run',
  );
});

test("subresources are matched by name, and told of by their own kind", () => {
  const world = new AdmissionWorld();
  world.account();
  const rules = [
    { operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["pods/binding", "pods/eviction"] },
    { operations: ["UPDATE"], apiGroups: ["apps"], apiVersions: ["v1"], resources: ["deployments/scale"] },
  ];
  world.register(
    mutating,
    "changer",
    ({ request }) => (request.kind.kind === "Scale" ? { patch: [{ op: "replace", path: "/spec/replicas", value: 3 }] } : {}),
    { rules },
  );
  world.create(podsPath, podOf("web"));
  const target = { kind: "Node", apiVersion: "v1", name: "node-1" };
  world.create({ ...podsPath, name: "web", subresource: "binding" }, { metadata: { name: "web" }, target });
  world.create({ ...podsPath, name: "web", subresource: "eviction" }, { metadata: { name: "web" } });
  const deployments = { group: "apps", version: "v1", resource: "deployments", namespace: "default" };
  const spec = {
    selector: { matchLabels: { app: "a" } },
    template: { metadata: { labels: { app: "a" } }, spec: podOf("x").spec },
  };
  world.create(deployments, { metadata: { name: "d" }, spec });
  const scaled = world.patch(deployments, "d", { spec: { replicas: 2 } }, "application/merge-patch+json", "scale");
  assert.is((scaled.object.spec as { replicas: number }).replicas, 3);
  assert.is((world.get(deployments, "d").object.spec as { replicas: number }).replicas, 3);
  assert.equal(
    world.asked("changer").map(({ subResource, kind, operation }) => `${operation} ${subResource} ${kind.group}/${kind.kind}`),
    ["CREATE binding /Binding", "CREATE eviction policy/Eviction", "UPDATE scale autoscaling/Scale"],
  );
});

test("an object has each of its owners once, whoever named one twice", () => {
  const world = new AdmissionWorld();
  const owner = { apiVersion: "v1", kind: "Node", name: "node-1", uid: "u-1" };
  const twice = { ...configMap("one"), metadata: { name: "one", ownerReferences: [owner, owner, { ...owner, name: "other" }] } };
  const created = world.create(configMaps, twice);
  assert.equal(created.object.metadata.ownerReferences, [owner, { ...owner, name: "other" }]);
  world.register(mutating, "adder", () => ({ patch: [{ op: "add", path: "/metadata/ownerReferences/-", value: owner }] }));
  const patched = world.patch(configMaps, "one", { data: { a: "b" } });
  assert.equal(patched.object.metadata.ownerReferences, created.object.metadata.ownerReferences);
});

test("each object of a collection that is deleted is asked about, by no name but its own", () => {
  const world = new AdmissionWorld();
  made(world, "one");
  made(world, "two");
  world.register(validating, "judge", () => ({}), { rules: [{ ...onConfigMaps, operations: ["DELETE"] }] });
  world.deleteCollection(configMaps, {});
  const asked = world.asked("judge").map(({ name, oldObject }) => [name ?? "", oldObject?.metadata.name ?? ""]);
  assert.equal(asked.sort(), [
    ["", "one"],
    ["", "two"],
  ]);
});

test("a pod is asked about once, however much of it is made up by chance", () => {
  const world = new AdmissionWorld();
  world.account();
  const rules = [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["pods"] }];
  world.register(mutating, "changer", () => ({ patch: [{ op: "add", path: "/metadata/labels", value: { seen: "yes" } }] }), {
    rules,
  });
  world.register(validating, "judge", allowing, { rules });
  const { object, error } = world.create(podsPath, { ...podOf("x"), metadata: { generateName: "web-" } });
  assert.is(error, undefined);
  assert.equal(object.metadata.labels, { seen: "yes" });
  assert.is(world.asked("changer").length, 1);
  assert.is(world.asked("changer")[0]?.name, undefined, "its name is not made yet");
  assert.is(world.asked("judge").length, 1);
  assert.is(world.asked("judge")[0]?.name, object.metadata.name);
});

test("an address of a Service is there when validating webhooks are asked", () => {
  const world = new AdmissionWorld();
  const rules = [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["services"] }];
  world.register(validating, "judge", allowing, { rules });
  const services = { group: "", version: "v1", resource: "services", namespace: "default" };
  const { object } = world.create(services, { metadata: { name: "web" }, spec: { type: "NodePort", ports: [{ port: 80 }] } });
  assert.is(world.asked("judge").length, 1);
  const { clusterIP, ports } = object.spec as { clusterIP: string; ports: Array<{ nodePort: number }> };
  const told = world.asked("judge")[0]?.object?.spec as { clusterIP: string; ports: Array<{ nodePort: number }> };
  assert.equal([told.clusterIP, told.ports[0]?.nodePort], [clusterIP, ports[0]?.nodePort]);
});

test.run();
