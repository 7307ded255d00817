import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseRange, reconcileRanges } from "../../actors/controller-manager/node/cidr.js";
import { leavesAtMs } from "../../actors/controller-manager/node/eviction.js";
import { Expulsions, paceMs } from "../../actors/controller-manager/node/expulsion.js";
import { wantedTaints } from "../../actors/controller-manager/node/lifecycle.js";
import { reconcilePodGc } from "../../actors/controller-manager/pod-gc/reconcile.js";
import { rfc3339Micro } from "../../src/actor/host.js";
import type { Node, Pod, Taint, Toleration } from "../../src/api/types.js";
import { epochMs } from "../../src/sim/clock.js";
import { aReplicaSet, controllerWorld } from "./world.js";

const now = Date.UTC(2025, 0, 1);
const taint = (key: string, timeAdded = "2024-12-31T23:59:00Z"): Taint => ({ key, effect: "NoExecute", timeAdded });
const tolerating = (...tolerations: Toleration[]): Pod => ({ metadata: { name: "p" }, spec: { containers: [], tolerations } });
const unreachable = "node.kubernetes.io/unreachable";

const leaving: Array<[string, Pod, Taint[], number | undefined]> = [
  ["no taint", tolerating(), [], undefined],
  ["not tolerated", tolerating(), [taint("a")], Number.NEGATIVE_INFINITY],
  ["tolerated for ever", tolerating({ key: "a", operator: "Exists" }), [taint("a")], undefined],
  ["tolerated for a while", tolerating({ key: "a", operator: "Exists", tolerationSeconds: 300 }), [taint("a")], now + 240_000],
  [
    "the shortest toleration counts",
    tolerating({ operator: "Exists", tolerationSeconds: 90 }, { key: "a", operator: "Exists", tolerationSeconds: 300 }),
    [taint("a")],
    now + 30_000,
  ],
  ["one of two not tolerated", tolerating({ key: "a", operator: "Exists" }), [taint("a"), taint("b")], Number.NEGATIVE_INFINITY],
  [
    "another effect is not tolerated",
    tolerating({ key: "a", operator: "Exists", effect: "NoSchedule" }),
    [taint("a")],
    Number.NEGATIVE_INFINITY,
  ],
  [
    "a taint without time counts from now",
    tolerating({ operator: "Exists", tolerationSeconds: 5 }),
    [{ key: "a", effect: "NoExecute" }],
    now + 5_000,
  ],
];
for (const [what, pod, taints, atMs] of leaving) {
  test(`a pod leaves, ${what}: ${atMs}`, () => assert.is(leavesAtMs(pod, taints, now), atMs));
}

const aNode = (name: string, conditions: { [type: string]: string } = { Ready: "True" }, spec: Node["spec"] = {}): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name },
  spec,
  status: {
    conditions: Object.entries(conditions).map(([type, status]) => ({ type, status, lastHeartbeatTime: "2025-01-01T00:00:00Z" })),
  },
});

const taints: Array<[string, Node, string, boolean, string[]]> = [
  ["ready", aNode("n"), "True", false, []],
  ["not ready", aNode("n"), "False", false, ["not-ready:NoSchedule", "not-ready:NoExecute"]],
  ["unknown", aNode("n"), "Unknown", false, ["unreachable:NoSchedule", "unreachable:NoExecute"]],
  ["unknown like all others", aNode("n"), "Unknown", true, ["unreachable:NoSchedule"]],
  ["under pressure", aNode("n", { Ready: "True", DiskPressure: "True" }), "True", false, ["disk-pressure:NoSchedule"]],
  ["cordoned", aNode("n", { Ready: "True" }, { unschedulable: true }), "True", false, ["unschedulable:NoSchedule"]],
];
for (const [what, node, ready, noneIsReady, expected] of taints) {
  test(`taints of a node that is ${what}: ${expected.join(", ") || "none"}`, () => {
    const { taints: wanted } = wantedTaints({ node, pods: [], lastHeardMs: 0, noneIsReady, expelInMs: () => 0 }, ready);
    assert.equal(
      wanted.map(({ key, effect }) => `${key.slice("node.kubernetes.io/".length)}:${effect}`),
      expected,
    );
  });
}

test("nodes are given ranges that nobody has", () => {
  const nodes = [aNode("a"), aNode("b", {}, { podCIDR: "10.244.1.0/24" }), aNode("c")];
  const patches = (reconcileRanges(nodes, "10.244.0.0/16", 24).writes ?? []).map(({ request }) =>
    "patch" in request ? (request.patch as Node).spec?.podCIDR : "",
  );
  assert.equal(patches, ["10.244.0.0/24", "10.244.2.0/24"]);
  const late = reconcileRanges(nodes, "10.244.1.0/24", 24);
  assert.is(late.events?.length, 2, "there is no room for two");
  assert.is(parseRange("nonsense"), undefined);
});

test("pods that nobody else clears away", () => {
  const pod = (name: string, nodeName: string, more: object = {}): Pod => ({
    metadata: { name, namespace: "d", ...more },
    spec: { containers: [], nodeName },
  });
  const deletionTimestamp = "2025-01-01T00:00:00Z";
  const out: Node = {
    ...aNode("out", { Ready: "False" }, { taints: [{ key: "node.kubernetes.io/out-of-service", effect: "NoExecute" }] }),
  };
  const view = {
    pods: [
      pod("fine", "there"),
      pod("lost", "gone"),
      pod("quarantined", "just-gone"),
      pod("unscheduled", "", { deletionTimestamp }),
      pod("pending", ""),
      pod("stuck", "out", { deletionTimestamp }),
      pod("waiting", "out"),
    ],
    node: (name: string) => ({ there: aNode("there"), out })[name],
    missingSinceMs: new Map([
      ["gone", 0],
      ["just-gone", 90_000],
    ]),
  };
  assert.equal(
    reconcilePodGc(view, new Map(), now, 100_000).reads?.map(({ name }) => name),
    ["gone"],
  );
  const answers = new Map([["gone", "absent" as const]]);
  const deleted = (reconcilePodGc(view, answers, now, 100_000).writes ?? []).flatMap(({ request }) =>
    request.verb === "delete" ? [request.path.name] : [],
  );
  assert.equal(deleted, ["lost", "unscheduled", "stuck"]);
  const disrupted = (reconcilePodGc(view, answers, now, 100_000).writes ?? []).flatMap(({ request }) =>
    request.verb === "patch" && (request.patch as Pod).status?.conditions !== undefined ? [request.path.name] : [],
  );
  assert.equal(disrupted, ["lost"], "only the loss of a node is a disruption");
});

function withNodes() {
  const world = controllerWorld();
  const { api, simulation } = world;
  for (const name of ["node-1", "node-2"]) api.put("nodes", aNode(name));
  const beat = (...names: string[]) => {
    for (const name of names) {
      const renewTime = rfc3339Micro(epochMs + simulation.queue.nowMs);
      api.put("leases", { metadata: { name, namespace: "kube-node-lease" }, spec: { renewTime } }, "coordination.k8s.io");
    }
  };
  const runBeating = (forMs: number, ...names: string[]) => {
    for (let passed = 0; passed < forMs; passed += 10_000) {
      beat(...names);
      simulation.run(10_000);
    }
  };
  const node = (name: string) => api.get("nodes", name) as unknown as Node;
  const taintsOf = (name: string) => (node(name).spec?.taints ?? []).map(({ key, effect }) => `${key}:${effect}`);
  const ready = (name: string) => node(name).status!.conditions!.find(({ type }) => type === "Ready")!;
  return { ...world, runBeating, node, taintsOf, ready, beat };
}

test("a node that falls silent becomes Unknown and tainted, its pods not ready, and later they leave", () => {
  const { api, runBeating, taintsOf, ready, messages, podsOf, node } = withNodes();
  api.put("replicasets", aReplicaSet("web", 1), "apps");
  runBeating(10_000, "node-1", "node-2");
  assert.equal(
    [node("node-1"), node("node-2")].map(({ spec }) => spec?.podCIDR),
    ["10.244.0.0/24", "10.244.1.0/24"],
  );
  const [pod] = podsOf("web");
  const tolerations = [{ key: unreachable, operator: "Exists", effect: "NoExecute", tolerationSeconds: 60 }];
  const status = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
  api.put("pods", { ...pod, spec: { ...pod!.spec, nodeName: "node-1", tolerations }, status });
  runBeating(40_000, "node-2");
  assert.is(ready("node-1").status, "True", "it is given its time");
  runBeating(20_000, "node-2");
  assert.equal(
    [ready("node-1").status, ready("node-1").reason, ready("node-1").message],
    ["Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status."],
  );
  assert.equal(taintsOf("node-1"), [`${unreachable}:NoSchedule`, `${unreachable}:NoExecute`]);
  assert.equal(taintsOf("node-2"), []);
  assert.equal(messages("NodeNotReady").sort(), ["Node is not ready", "Node node-1 status is now: NodeNotReady"]);
  assert.is(api.get("pods", `default/${pod!.metadata.name}`) !== undefined, true, "its pod is tolerated for a minute");
  runBeating(60_000, "node-2");
  assert.is(api.get("pods", `default/${pod!.metadata.name}`), undefined);
  assert.equal(messages("TaintManagerEviction"), [`Marking for deletion Pod default/${pod!.metadata.name}`]);
  assert.is(podsOf("web").length, 1, "and replaced");
});

test("a node that comes back is no longer tainted, and its pods may stay", () => {
  const { api, runBeating, taintsOf, node, messages } = withNodes();
  const tolerations = [{ key: unreachable, operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 }];
  api.put("pods", {
    metadata: { name: "calm", namespace: "default" },
    spec: { nodeName: "node-1", containers: [], tolerations },
  });
  runBeating(70_000, "node-2");
  assert.is(taintsOf("node-1").length, 2);
  const back = node("node-1");
  const conditions = back.status!.conditions!.map((each) => ({
    ...each,
    status: each.type === "Ready" ? "True" : "False",
    lastHeartbeatTime: "later",
  }));
  api.put("nodes", { ...back, status: { conditions } });
  runBeating(10_000, "node-1", "node-2");
  assert.equal(taintsOf("node-1"), []);
  assert.equal(messages("TaintManagerEviction"), ["Cancelling deletion of Pod default/calm"]);
});

test("when all nodes fall silent, no pod is expelled", () => {
  const { runBeating, taintsOf } = withNodes();
  runBeating(70_000);
  assert.equal(taintsOf("node-1"), [`${unreachable}:NoSchedule`]);
  assert.equal(taintsOf("node-2"), [`${unreachable}:NoSchedule`]);
});

test("a cordoned node is tainted, and others' taints stay", () => {
  const { api, simulation, taintsOf, node } = withNodes();
  simulation.run(100);
  api.put("nodes", { ...node("node-1"), spec: { unschedulable: true, taints: [{ key: "mine", effect: "NoSchedule" }] } });
  simulation.run(100);
  assert.equal(taintsOf("node-1"), ["mine:NoSchedule", "node.kubernetes.io/unschedulable:NoSchedule"]);
});

test("pods of a node that is deleted go after a while", () => {
  const { api, simulation, runBeating } = withNodes();
  api.put("pods", { metadata: { name: "lost", namespace: "default" }, spec: { nodeName: "node-1", containers: [] } });
  runBeating(20_000, "node-1", "node-2");
  api.remove("nodes", "node-1");
  runBeating(30_000, "node-2");
  assert.ok(api.get("pods", "default/lost"));
  runBeating(60_000, "node-2");
  assert.is(api.get("pods", "default/lost"), undefined);
  assert.ok(simulation.givenUp.length === 0);
});

const paces: Array<[ready: number, notReady: number, everyMs: number | undefined]> = [
  [9, 1, 10_000],
  [0, 5, 10_000],
  [1, 2, 10_000],
  [2, 3, undefined],
  [45, 55, 100_000],
  [60, 40, 10_000],
];
for (const [ready, notReady, everyMs] of paces) {
  test(`of a zone with ${ready} nodes ready and ${notReady} not, ${everyMs === undefined ? "none is expelled" : `one is expelled every ${everyMs / 1000} s`}`, () => {
    assert.is(paceMs(ready, notReady), everyMs);
  });
}

test("nodes of a zone lose their pods one after another, other zones do not wait for them", () => {
  const inZone = (name: string, zone: string): Node => ({
    ...aNode(name, { Ready: "Unknown" }),
    metadata: { name, labels: { "topology.kubernetes.io/zone": zone } },
  });
  const nodes = [inZone("a", "east"), inZone("b", "east"), inZone("c", "west"), aNode("d")];
  const expulsions = new Expulsions();
  const waits = (atMs: number) => nodes.slice(0, 3).map((node) => expulsions.waitMs(node, nodes, atMs));
  assert.equal(waits(0), [0, 10_000, 0]);
  assert.equal(waits(4_000), [0, 6_000, 0]);
  assert.equal(expulsions.waitMs(nodes[1]!, nodes, 10_000), 0);
  assert.equal(expulsions.waitMs(nodes[0]!, nodes, 10_000), 10_000);
});

test("a node that is lost as well waits its turn, and one that is deleted is told", () => {
  const { api, runBeating, taintsOf, messages } = withNodes();
  for (const name of ["node-3", "node-4"]) api.put("nodes", aNode(name));
  runBeating(60_000, "node-3", "node-4");
  const expelled = () => ["node-1", "node-2"].filter((name) => taintsOf(name).includes(`${unreachable}:NoExecute`));
  assert.equal(expelled().length, 1);
  runBeating(10_000, "node-3", "node-4");
  assert.equal(expelled(), ["node-1", "node-2"]);
  api.remove("nodes", "node-1");
  runBeating(10_000, "node-2", "node-3", "node-4");
  assert.equal(messages("RemovingNode"), ["Node node-1 event: Removing Node node-1 from Controller"]);
});

test.run();
