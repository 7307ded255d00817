import { test } from "uvu";
import * as assert from "uvu/assert";
import { itemOf, OwnerGraph } from "../../actors/controller-manager/garbage/graph.js";
import { type GarbageView, reconcileItem } from "../../actors/controller-manager/garbage/reconcile.js";
import type { KubernetesObject, ObjectMeta, OwnerReference } from "../../src/api/types.js";
import { wireError } from "../../src/wire/errors.js";
import { aDeployment, aReplicaSet, controllerWorld } from "./world.js";

const path = { group: "", version: "v1", resource: "pods" };
const ref = (uid: string, more: Partial<OwnerReference> = {}): OwnerReference => ({
  apiVersion: "v1",
  kind: "Pod",
  name: uid,
  uid,
  ...more,
});
const object = (uid: string, owners: OwnerReference[] = [], more: ObjectMeta = {}): KubernetesObject => ({
  metadata: { name: uid, namespace: "default", uid, resourceVersion: "7", ownerReferences: owners, ...more },
});

function known(...objects: KubernetesObject[]) {
  const graph = new OwnerGraph();
  for (const each of objects) graph.put(itemOf(each, path));
  const view: GarbageView = {
    get: (uid) => graph.get(uid),
    dependentsOf: (uid) => graph.dependentsOf(uid),
    isKnownGone: (uid) => graph.isKnownGone(uid),
    resourceOf: ({ kind }) => (kind === "Pod" ? { path, namespaced: true } : undefined),
  };
  return { graph, view };
}
const plan = (view: GarbageView, uid: string, answers = new Map()) => {
  const { reads = [], writes = [] } = reconcileItem(view, uid, answers);
  return [...reads.map(({ request }) => `get ${request.path.resource}`), ...writes.map(({ request }) => say(request))];
};
const say = (request: { verb: string; options?: object; patch?: unknown }) =>
  request.verb === "delete"
    ? `delete ${(request.options as { propagationPolicy?: string }).propagationPolicy}`
    : `patch ${JSON.stringify((request.patch as { metadata: object }).metadata)}`;

const deleting = { deletionTimestamp: "2025-01-01T00:00:00Z" };

test("an object without owners stays", () => assert.equal(plan(known(object("a")).view, "a"), []));
test("an object whose owner is there stays", () => assert.equal(plan(known(object("o"), object("a", [ref("o")])).view, "a"), []));
test("an owner that is not known is asked for", () => assert.equal(plan(known(object("a", [ref("o")])).view, "a"), ["get pods"]));
test("an owner of a kind that is not known counts as there", () => {
  assert.equal(plan(known(object("a", [ref("o", { kind: "Widget" })])).view, "a"), []);
});
test("an owner that the API server does not have is gone", () => {
  const answers = new Map([["o", "absent"]]);
  assert.equal(plan(known(object("a", [ref("o")])).view, "a", answers), ["delete Background"]);
});
test("a namesake with another uid is not the owner", () => {
  const answers = new Map([["o", { object: object("another") }]]);
  assert.equal(plan(known(object("a", [ref("o")])).view, "a", answers), ["delete Background"]);
});
test("an owner that is there after all keeps its dependents", () => {
  const answers = new Map([["o", { object: object("o") }]]);
  assert.equal(plan(known(object("a", [ref("o")])).view, "a", answers), []);
});
test("an owner that was seen to go is gone", () => {
  const { graph, view } = known(object("o"), object("a", [ref("o")]));
  assert.equal(graph.delete("o"), ["a"]);
  assert.equal(plan(view, "a"), ["delete Background"]);
});
test("one owner of two is enough; the reference to the other goes", () => {
  const { graph, view } = known(object("o"), object("p"), object("a", [ref("o"), ref("p")]));
  graph.delete("o");
  assert.equal(plan(view, "a"), ['patch {"uid":"a","ownerReferences":[{"$patch":"delete","uid":"o"}]}']);
});
test("an owner that is deleted in the foreground waits for those that block it, and then goes", () => {
  const owner = object("o", [], { ...deleting, finalizers: ["foregroundDeletion"] });
  const { graph, view } = known(owner, object("a", [ref("o", { blockOwnerDeletion: true })]), object("b", [ref("o")]));
  assert.equal(plan(view, "o"), []);
  assert.equal(plan(view, "a"), ["delete Background"]);
  assert.equal(graph.delete("a"), ["o"]);
  assert.equal(plan(view, "o"), ['patch {"uid":"o","resourceVersion":"7","finalizers":[]}']);
});
test("a dependent that has dependents itself is deleted in the foreground as well", () => {
  const owner = object("o", [], { ...deleting, finalizers: ["foregroundDeletion"] });
  const { view } = known(owner, object("a", [ref("o")]), object("b", [ref("a")]));
  assert.equal(plan(view, "a"), ["delete Foreground"]);
});
test("in a circle somebody is no longer waited for", () => {
  const foreground = { ...deleting, finalizers: ["foregroundDeletion"] };
  const { view } = known(object("o", [ref("a")], foreground), object("a", [ref("o", { blockOwnerDeletion: true })]));
  assert.equal(plan(view, "a"), [
    'patch {"uid":"a","ownerReferences":[{"uid":"o","blockOwnerDeletion":false}]}',
    "delete Foreground",
  ]);
});
test("orphans lose the reference before their owner goes", () => {
  const { graph, view } = known(object("o", [], { ...deleting, finalizers: ["orphan"] }), object("a", [ref("o")]));
  assert.equal(plan(view, "o"), ['patch {"uid":"a","ownerReferences":[{"$patch":"delete","uid":"o"}]}']);
  assert.equal(graph.put(itemOf(object("a"), path)), ["o"]);
  assert.equal(plan(view, "o"), ['patch {"uid":"o","resourceVersion":"7","finalizers":[]}']);
});
test("a finalizer of its own says how an object's dependents are treated", () => {
  const { graph, view } = known(object("o"), object("a", [ref("o")], { finalizers: ["orphan"] }));
  graph.delete("o");
  assert.equal(plan(view, "a"), ["delete Orphan"]);
});

const group = "apps";
const remove = (propagationPolicy?: string) => {
  const world = controllerWorld();
  const { api, run, setsOf } = world;
  api.put("deployments", aDeployment("web"), group);
  run(2_000);
  const outcome = api.answer({
    verb: "delete",
    path: { group, version: "v1", resource: "deployments", namespace: "default", name: "web" },
    options: propagationPolicy === undefined ? {} : { propagationPolicy },
  } as never);
  assert.ok(outcome?.ok);
  return { ...world, setsOf };
};

test("a Deployment that is deleted takes its ReplicaSets and pods along", () => {
  const { api, run, deployment } = remove();
  assert.is(deployment(), undefined);
  run(2_000);
  assert.is(api.of("replicasets", group).length, 0);
  assert.is(api.of("pods").length, 0);
});

test("in the foreground it goes last", () => {
  const { api, run, deployment, trace, simulation } = remove("Foreground");
  assert.ok(deployment(), "it waits");
  simulation.runUntil(() => api.of("pods").length === 0, 3_000);
  assert.ok(deployment(), "it still waits for its ReplicaSet");
  run(2_000);
  assert.is(api.of("replicasets", group).length, 0);
  assert.is(deployment(), undefined);
  assert.ok(trace.length > 0);
});

test("orphaned, what it owned stays", () => {
  const { api, run, deployment } = remove("Orphan");
  run(2_000);
  assert.is(deployment(), undefined);
  assert.is(api.of("replicasets", group).length, 1);
  assert.equal(api.of("replicasets", group)[0]!.metadata.ownerReferences ?? [], []);
  assert.is(api.of("pods").length, 3);
});

test("what was created after its owner went is collected", () => {
  const { api, run } = controllerWorld();
  run(2_000);
  const ownerReferences = [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "gone", uid: "gone" }];
  api.put("configmaps", { metadata: { name: "late", namespace: "default", ownerReferences } });
  run(500);
  assert.is(api.get("configmaps", "default/late"), undefined);
});

for (const [what, error] of [
  ["may not be read", wireError("rejected", "forbidden", { code: 403, reason: "Forbidden" })],
  ["cannot be read for now", wireError("rejected", "unavailable", { code: 503, reason: "ServiceUnavailable" })],
  ["is not told of in time", wireError("deadline", "no answer")],
] as const) {
  test(`an owner that ${what} is asked for again later, and nobody loses anything before that`, () => {
    const { api, run } = controllerWorld();
    run(2_000);
    let asked = 0;
    let away = true;
    api.fault = ({ verb, path }) => {
      if (verb !== "get" || path.resource !== "replicasets") return undefined;
      asked += 1;
      return away ? error : undefined;
    };
    const ownerReferences = [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "hidden", uid: "hidden" }];
    api.put("configmaps", { metadata: { name: "owned", namespace: "default", ownerReferences } });
    run(2_000);
    assert.ok(api.get("configmaps", "default/owned"), "its owner may be there");
    assert.ok(asked > 2, `the owner is asked for again, not ${asked} times`);
    const soFar = asked;
    run(2_000);
    assert.ok(asked - soFar < soFar, "and ever less often");
    away = false;
    run(10_000);
    assert.is(api.get("configmaps", "default/owned"), undefined, "the API server has said that there is no such owner");
  });
}

test("what has changed since it was judged is judged again", () => {
  const { api, run, simulation } = controllerWorld();
  api.put("replicasets", aReplicaSet("other", 0), group);
  const uid = api.get("replicasets", "default/other", group)!.metadata.uid!;
  run(2_000);
  const owner = (name: string, of: string) => ({ apiVersion: "apps/v1", kind: "ReplicaSet", name, uid: of });
  let rescued = false;
  api.fault = ({ verb, path: { resource } }) => {
    if (verb === "delete" && resource === "configmaps" && !rescued) {
      rescued = true;
      api.put("configmaps", { metadata: { name: "kept", namespace: "default", ownerReferences: [owner("other", uid)] } });
      return wireError("rejected", "changed");
    }
    return undefined;
  };
  api.put("configmaps", { metadata: { name: "kept", namespace: "default", ownerReferences: [owner("gone", "gone")] } });
  simulation.run(2_000);
  assert.ok(rescued);
  assert.ok(api.get("configmaps", "default/kept"));
});

test.run();
