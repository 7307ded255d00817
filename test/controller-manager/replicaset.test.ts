import { test } from "uvu";
import * as assert from "uvu/assert";
import { inDeletionOrder } from "../../actors/controller-manager/replicaset/deletion-order.js";
import { reconcileReplicaSet, replicaSetKind } from "../../actors/controller-manager/replicaset/reconcile.js";
import { replicaSetStatus } from "../../actors/controller-manager/replicaset/status.js";
import { forbidden } from "../../src/api/status.js";
import type { Pod, ReplicaSet } from "../../src/api/types.js";
import { wireError } from "../../src/wire/errors.js";
import { aReplicaSet, controllerWorld } from "./world.js";

const now = Date.UTC(2025, 0, 1, 12);
const at = (secondsAgo: number) => `${new Date(now - secondsAgo * 1000).toISOString().slice(0, 19)}Z`;

interface PodLike {
  node?: string;
  phase?: string;
  readyFor?: number;
  cost?: string;
  restarts?: number;
  age?: number;
  uid?: string;
}
const aPod = ({ node = "n", phase = "Running", readyFor, cost, restarts = 0, age = 1_000, uid = "u" }: PodLike): Pod => ({
  metadata: {
    name: "p",
    namespace: "default",
    uid,
    labels: { app: "web" },
    creationTimestamp: at(age),
    ...(cost === undefined ? {} : { annotations: { "controller.kubernetes.io/pod-deletion-cost": cost } }),
  },
  spec: { containers: [], ...(node === "" ? {} : { nodeName: node }) },
  status: {
    phase,
    conditions: readyFor === undefined ? [] : [{ type: "Ready", status: "True", lastTransitionTime: at(readyFor) }],
    containerStatuses: [{ name: "c", image: "", imageID: "", ready: true, restartCount: restarts }],
  },
});

const order: Array<[string, PodLike, PodLike]> = [
  ["without node before with", { node: "" }, { phase: "Pending" }],
  ["pending before running", { phase: "Pending" }, {}],
  ["not ready before ready", {}, { readyFor: 10 }],
  ["a low deletion cost before a high one", { readyFor: 10, cost: "-5" }, { readyFor: 10, cost: "5" }],
  ["on a crowded node before on an empty one", { readyFor: 10, node: "crowded" }, { readyFor: 10 }],
  ["ready for a short time before ready for long", { readyFor: 10 }, { readyFor: 1_000 }],
  ["often restarted before seldom", { readyFor: 10, restarts: 3 }, { readyFor: 10 }],
  ["young before old", { readyFor: 10, age: 20 }, { readyFor: 10, age: 5_000 }],
  ["by uid when ages are alike", { readyFor: 1_000, uid: "a" }, { readyFor: 1_001, uid: "b" }],
];
for (const [what, first, second] of order) {
  test(`pods go ${what}`, () => {
    const [one, other] = [aPod(first), aPod(second)];
    const siblings = [aPod({ node: "crowded" }), aPod({ node: "crowded" }), aPod({ node: "n" })];
    assert.is(inDeletionOrder([other, one], siblings, now)[0], one);
    assert.is(inDeletionOrder([one, other], siblings, now)[0], one);
  });
}

const set = (replicas: number, spec: object = {}): ReplicaSet => {
  const object = aReplicaSet("web", replicas, spec) as unknown as ReplicaSet;
  return { ...object, metadata: { ...object.metadata, uid: "rs", generation: 2 } };
};

test("status counts pods as ready and available, and says when the next will be available", () => {
  const pods = [aPod({}), aPod({ readyFor: 5 }), aPod({ readyFor: 50 })];
  const { status, nextAvailableAtMs } = replicaSetStatus(set(3, { minReadySeconds: 30 }), pods, undefined, now);
  assert.equal(status, { replicas: 3, fullyLabeledReplicas: 3, readyReplicas: 2, availableReplicas: 1, observedGeneration: 2 });
  assert.is(nextAvailableAtMs, now + 25_000);
});

const plan = (replicaSet: ReplicaSet, owned: Pod[]) =>
  reconcileReplicaSet(
    { kind: replicaSetKind, replicaSet, owned, orphans: [], siblings: () => owned },
    { nowMs: now, monotonicMs: 0, answers: new Map() },
  );
const verbs = (replicaSet: ReplicaSet, owned: Pod[]) =>
  (plan(replicaSet, owned).writes ?? []).map(({ request }) => `${request.verb} ${request.path.resource}`);

test("missing pods are created, at most 500 in a round", () => {
  assert.equal(verbs(set(2), []), ["update replicasets", "create pods", "create pods"]);
  assert.is(verbs(set(1_000), []).filter((each) => each === "create pods").length, 500);
});
test("finished pods and pods on their way out do not count", () => {
  const leaving = aPod({ readyFor: 1 });
  leaving.metadata.deletionTimestamp = at(1);
  assert.is(verbs(set(1), [leaving, aPod({ phase: "Failed" })]).filter((each) => each === "create pods").length, 1);
});
test("superfluous pods are deleted", () => {
  assert.is(verbs(set(1), [aPod({}), aPod({}), aPod({})]).filter((each) => each === "delete pods").length, 2);
});
test("a set on its way out neither creates nor deletes", () => {
  const leaving = set(3);
  leaving.metadata.deletionTimestamp = at(1);
  assert.equal(verbs(leaving, []), ["update replicasets"]);
});

test("a set has the pods it was asked for, more when scaled up, fewer when scaled down", () => {
  const { api, run, podsOf, messages } = controllerWorld();
  api.put("replicasets", aReplicaSet("web", 3), "apps");
  run(500);
  assert.is(podsOf("web").length, 3);
  assert.match(messages("SuccessfulCreate")[0]!, /^Created pod: web-.....$/);
  api.put(
    "replicasets",
    { ...api.get("replicasets", "default/web", "apps"), ...{ spec: aReplicaSet("web", 6).spec } } as object,
    "apps",
  );
  run(500);
  assert.is(podsOf("web").length, 6);
  api.put(
    "replicasets",
    { ...api.get("replicasets", "default/web", "apps"), ...{ spec: aReplicaSet("web", 1).spec } } as object,
    "apps",
  );
  run(500);
  assert.is(podsOf("web").length, 1);
  assert.match(messages("SuccessfulDelete")[0]!, /^Deleted pod: web-.....$/);
  const { status } = api.get("replicasets", "default/web", "apps") as unknown as ReplicaSet;
  assert.equal([status!.replicas, status!.readyReplicas, status!.availableReplicas], [1, 1, 1]);
});

test("a pod that goes is replaced, and none is made twice", () => {
  const { api, run, podsOf } = controllerWorld();
  api.put("replicasets", aReplicaSet("web", 3), "apps");
  run(500);
  api.remove("pods", `default/${podsOf("web")[0]!.metadata.name}`);
  run(500);
  assert.is(podsOf("web").length, 3);
  assert.is(api.requests.filter(({ verb, path }) => verb === "create" && path.resource === "pods").length, 4);
});

test("an orphan that matches is adopted, a pod that no longer matches is released and replaced", () => {
  const { api, run, podsOf } = controllerWorld();
  api.put("pods", { metadata: { name: "stray", namespace: "default", labels: { app: "web" } }, spec: { containers: [] } });
  api.put("replicasets", aReplicaSet("web", 2), "apps");
  run(500);
  assert.is(api.of("pods").length, 2, "one was adopted, one created");
  assert.ok(podsOf("web").some(({ metadata }) => metadata.name === "stray"));
  const stray = api.get("pods", "default/stray")!;
  api.put("pods", { ...stray, metadata: { ...stray.metadata, labels: { app: "other" } } });
  run(500);
  assert.is(podsOf("web").length, 2);
  assert.equal(api.get("pods", "default/stray")!.metadata.ownerReferences ?? [], []);
});

test("a pod that another controls is left alone", () => {
  const { api, run } = controllerWorld();
  const ownerReferences = [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "other", uid: "other", controller: true }];
  api.put("pods", {
    metadata: { name: "p", namespace: "default", labels: { app: "web" }, ownerReferences },
    spec: { containers: [] },
  });
  api.put("replicasets", aReplicaSet("web", 1), "apps");
  run(500);
  assert.is(api.of("pods").length, 2);
});

test("a pod that may not be created shows as ReplicaFailure, after one try at a time", () => {
  const { api, run, podsOf, messages } = controllerWorld();
  const no = forbidden({ group: "", resource: "pods" }, "", "exceeded quota");
  api.fault = ({ verb, path }) =>
    verb === "create" && path.resource === "pods" ? wireError("rejected", no.status.message!, no.status) : undefined;
  api.put("replicasets", aReplicaSet("web", 50), "apps");
  run(100);
  const tries = api.requests.filter(({ verb, path }) => verb === "create" && path.resource === "pods").length;
  assert.ok(tries < 10, `a doomed batch fails after one: ${tries}`);
  const { status } = api.get("replicasets", "default/web", "apps") as unknown as ReplicaSet;
  const [condition] = status!.conditions!;
  assert.equal([condition!.type, condition!.reason, condition!.message], ["ReplicaFailure", "FailedCreate", no.status.message]);
  assert.is(messages("FailedCreate")[0], `Error creating: ${no.status.message}`);
  api.fault = () => undefined;
  run(70_000);
  assert.is(podsOf("web").length, 50);
  assert.equal((api.get("replicasets", "default/web", "apps") as unknown as ReplicaSet).status!.conditions ?? [], []);
});

test("pods whose creation was answered to nobody are not made again", () => {
  const { api, run, podsOf } = controllerWorld();
  let lost = 0;
  api.fault = ({ verb, path }) => (verb === "create" && path.resource === "pods" && lost++ === 0 ? "lost" : undefined);
  api.put("replicasets", aReplicaSet("web", 3), "apps");
  run(15_000);
  assert.is(podsOf("web").length, 3);
  assert.is(api.requests.filter(({ verb, path }) => verb === "create" && path.resource === "pods").length, 3);
});

test("a thousand pods come quickly", () => {
  const { api, simulation, podsOf } = controllerWorld();
  api.put("replicasets", aReplicaSet("web", 1_000), "apps");
  assert.ok(
    simulation.runUntil(() => api.of("pods").length === 1_000, 1_000),
    `within a second: ${api.of("pods").length}`,
  );
  simulation.run(1_000);
  assert.is(podsOf("web").length, 1_000);
});

test("a ReplicationController does the same, by a selector that is a plain map", () => {
  const { api, run, podsOf, messages } = controllerWorld();
  const { spec } = aReplicaSet("old", 2) as unknown as ReplicaSet;
  const object = {
    ...aReplicaSet("old", 2),
    apiVersion: "v1",
    kind: "ReplicationController",
    spec: { ...spec, selector: { app: "old" } },
  };
  api.put("replicationcontrollers", object);
  run(2_000);
  assert.is(podsOf("old").length, 2);
  assert.equal(
    [podsOf("old")[0]!.metadata.ownerReferences![0]!.kind, podsOf("old")[0]!.metadata.ownerReferences![0]!.apiVersion],
    ["ReplicationController", "v1"],
  );
  assert.is((api.get("replicationcontrollers", "default/old") as unknown as ReplicaSet).status!.availableReplicas, 2);
  assert.is(messages("SuccessfulCreate").length, 2);
  api.remove("replicationcontrollers", "default/old");
  run(500);
  assert.is(api.of("pods").length, 0, "its pods are collected");
});

test.run();
