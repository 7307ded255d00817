import { test } from "uvu";
import * as assert from "uvu/assert";
import { chooseNode, enoughNodes } from "../../actors/scheduler/choose-node.js";
import { type Rejection, rejectionOf } from "../../actors/scheduler/filter.js";
import { fitError } from "../../actors/scheduler/fit-error.js";
import type { NodeInfo } from "../../actors/scheduler/node-info.js";
import { podRequests, podRequestsForScores } from "../../actors/scheduler/resources.js";
import { seededRandom } from "../../src/actor/random.js";
import type { NodeSelectorRequirement, Pod, Toleration } from "../../src/api/types.js";
import { aPod, asking, info, type NodeLike, nodeWith } from "./fixtures.js";

const notReady = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" };
const gpu = { key: "dedicated", value: "gpu", effect: "NoSchedule" };
const tolerating = (...tolerations: Toleration[]) => aPod("p", { tolerations });
const required = (...matchExpressions: NodeSelectorRequirement[]) =>
  aPod("p", {
    affinity: {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } },
    },
  });
const onPort = (hostPort: number, hostIP = "", protocol = "TCP") =>
  aPod(`port-${hostPort}-${hostIP}-${protocol}`, {
    containers: [{ name: "c", ports: [{ containerPort: 80, hostPort, hostIP, protocol }] }],
  });

const selectorReason = ["node(s) didn't match Pod's node affinity/selector"];
const portReason = ["node(s) didn't have free ports for the requested pod ports"];
const taintReason = (what: string) => [`node(s) had untolerated taint {${what}}`];

const table: Array<[string, Pod, NodeLike, Pod[], readonly string[] | undefined]> = [
  ["an empty node takes a pod", aPod("p"), {}, [], undefined],
  ["a cordoned node", aPod("p"), { unschedulable: true }, [], ["node(s) were unschedulable"]],
  [
    "a cordoned node that is tolerated",
    tolerating({ key: "node.kubernetes.io/unschedulable", operator: "Exists" }),
    { unschedulable: true },
    [],
    undefined,
  ],
  [
    "another node is asked for by name",
    aPod("p", { nodeName: "other" }),
    {},
    [],
    ["node(s) didn't match the requested node name"],
  ],
  ["a node that is not ready", aPod("p"), { taints: [notReady] }, [], taintReason("node.kubernetes.io/not-ready: ")],
  ["a taint with a value", aPod("p"), { taints: [gpu] }, [], taintReason("dedicated: gpu")],
  ["NoExecute keeps away as well", aPod("p"), { taints: [{ ...gpu, effect: "NoExecute" }] }, [], taintReason("dedicated: gpu")],
  ["PreferNoSchedule does not", aPod("p"), { taints: [{ ...gpu, effect: "PreferNoSchedule" }] }, [], undefined],
  ["a toleration of the value", tolerating({ key: "dedicated", value: "gpu" }), { taints: [gpu] }, [], undefined],
  [
    "a toleration of another value",
    tolerating({ key: "dedicated", value: "cpu" }),
    { taints: [gpu] },
    [],
    taintReason("dedicated: gpu"),
  ],
  ["a toleration of any value", tolerating({ key: "dedicated", operator: "Exists" }), { taints: [gpu] }, [], undefined],
  [
    "a toleration of another effect",
    tolerating({ key: "dedicated", operator: "Exists", effect: "NoExecute" }),
    { taints: [gpu] },
    [],
    taintReason("dedicated: gpu"),
  ],
  ["a toleration of everything", tolerating({ operator: "Exists" }), { taints: [gpu, notReady] }, [], undefined],
  [
    "the first taint that is not tolerated is named",
    tolerating({ key: "dedicated", operator: "Exists" }),
    { taints: [gpu, notReady] },
    [],
    taintReason("node.kubernetes.io/not-ready: "),
  ],
  ["a nodeSelector that matches", aPod("p", { nodeSelector: { disk: "ssd" } }), { labels: { disk: "ssd" } }, [], undefined],
  ["a nodeSelector that does not", aPod("p", { nodeSelector: { disk: "ssd" } }), { labels: { disk: "hdd" } }, [], selectorReason],
  [
    "a nodeSelector named like something every object has",
    aPod("p", { nodeSelector: { constructor: "x" } }),
    {},
    [],
    selectorReason,
  ],
  ["affinity In", required({ key: "zone", operator: "In", values: ["a", "b"] }), { labels: { zone: "b" } }, [], undefined],
  ["affinity In, label absent", required({ key: "zone", operator: "In", values: ["a"] }), {}, [], selectorReason],
  ["affinity NotIn, label absent", required({ key: "zone", operator: "NotIn", values: ["a"] }), {}, [], undefined],
  ["affinity NotIn", required({ key: "zone", operator: "NotIn", values: ["a"] }), { labels: { zone: "a" } }, [], selectorReason],
  ["affinity Exists", required({ key: "zone", operator: "Exists" }), {}, [], selectorReason],
  ["affinity DoesNotExist", required({ key: "zone", operator: "DoesNotExist" }), {}, [], undefined],
  ["affinity Gt", required({ key: "cores", operator: "Gt", values: ["4"] }), { labels: { cores: "8" } }, [], undefined],
  [
    "affinity Gt, equal",
    required({ key: "cores", operator: "Gt", values: ["8"] }),
    { labels: { cores: "8" } },
    [],
    selectorReason,
  ],
  [
    "affinity Lt, no number",
    required({ key: "cores", operator: "Lt", values: ["8"] }),
    { labels: { cores: "few" } },
    [],
    selectorReason,
  ],
  ["an empty term matches nothing", required(), {}, [], selectorReason],
  ["a host port that is taken", onPort(80), {}, [onPort(80)], portReason],
  ["another host port", onPort(81), {}, [onPort(80)], undefined],
  ["the same host port of another protocol", onPort(80, "", "UDP"), {}, [onPort(80)], undefined],
  ["the same host port of another address", onPort(80, "127.0.0.2"), {}, [onPort(80, "127.0.0.1")], undefined],
  ["the same host port of all addresses", onPort(80, "0.0.0.0"), {}, [onPort(80, "127.0.0.1")], portReason],
  ["too little cpu", asking("p", { cpu: "3" }), {}, [asking("q", { cpu: "1500m" })], ["Insufficient cpu"]],
  ["exactly enough cpu", asking("p", { cpu: "2500m" }), {}, [asking("q", { cpu: "1500m" })], undefined],
  ["too little of several", asking("p", { cpu: "5", memory: "9Gi" }), {}, [], ["Insufficient cpu", "Insufficient memory"]],
  ["a resource that the node does not have", asking("p", { "example.com/gpu": "1" }), {}, [], ["Insufficient example.com/gpu"]],
  [
    "a resource that the node has",
    asking("p", { "example.com/gpu": "1" }),
    { allocatable: { "example.com/gpu": "1" } },
    [],
    undefined,
  ],
  [
    "too little ephemeral storage",
    asking("p", { "ephemeral-storage": "2Gi" }),
    { allocatable: { "ephemeral-storage": "1Gi" } },
    [],
    ["Insufficient ephemeral-storage"],
  ],
  ["too many pods", aPod("p"), { allocatable: { pods: "1" } }, [aPod("q")], ["Too many pods"]],
  ["only the first filter has the word", asking("p", { cpu: "99" }), { taints: [gpu] }, [], taintReason("dedicated: gpu")],
];

for (const [what, pod, like, running, reasons] of table) {
  test(`${what}: ${reasons?.join(", ") ?? "fits"}`, () => {
    assert.equal(rejectionOf(info(pod), nodeWith("node-1", like, ...running))?.reasons, reasons);
  });
}

test("removing pods helps only where the pod would fit an empty node", () => {
  const node = nodeWith("node-1", {}, asking("q", { cpu: "4" }));
  assert.is(rejectionOf(info(asking("p", { cpu: "2" })), node)?.unresolvable, false);
  assert.is(rejectionOf(info(asking("p", { cpu: "5" })), node)?.unresolvable, true);
});

const mi = 1024 * 1024;
const requests: Array<[string, Pod, object, object]> = [
  ["one container without requests", aPod("p"), {}, { cpu: 100, memory: 200 * mi }],
  [
    "containers add up",
    aPod("p", {
      containers: [
        { name: "a", resources: { requests: { cpu: "1" } } },
        { name: "b", resources: { requests: { cpu: "250m", memory: "1Mi" } } },
      ],
    }),
    { cpu: 1250, memory: mi },
    { cpu: 1250, memory: 201 * mi },
  ],
  [
    "a large init container decides",
    aPod("p", {
      containers: [{ name: "a", resources: { requests: { cpu: "1" } } }],
      initContainers: [{ name: "i", resources: { requests: { cpu: "2" } } }],
    }),
    { cpu: 2000 },
    { cpu: 2000, memory: 200 * mi },
  ],
  [
    "sidecars run beside the containers and the later init containers",
    aPod("p", {
      containers: [{ name: "a", resources: { requests: { cpu: "1" } } }],
      initContainers: [
        { name: "s", restartPolicy: "Always", resources: { requests: { cpu: "500m" } } },
        { name: "i", resources: { requests: { cpu: "2" } } },
      ],
    }),
    { cpu: 2500 },
    { cpu: 2500, memory: 400 * mi },
  ],
  ["overhead comes on top", aPod("p", { overhead: { cpu: "100m" } }), { cpu: 100 }, { cpu: 200, memory: 200 * mi }],
];
for (const [what, pod, plain, forScores] of requests) {
  test(`requests: ${what}`, () => {
    assert.equal(Object.fromEntries(podRequests(pod.spec!)), plain);
    assert.equal(Object.fromEntries(podRequestsForScores(pod.spec!)), forScores);
  });
}

function messageFor(pod: Pod, ...nodes: NodeInfo[]): string {
  const rejections = nodes.map((node): [NodeInfo, Rejection] => [node, rejectionOf(info(pod), node)!]);
  return fitError(info(pod), new Map(rejections), "none").message;
}

test("reasons are counted and sorted, and preemption says why it does not help", () => {
  const full = nodeWith("node-1", {}, asking("q", { cpu: "4" }));
  const tainted = ["node-2", "node-3"].map((name) => nodeWith(name, { taints: [notReady] }));
  assert.is(
    messageFor(asking("p", { cpu: "1" }), full, ...tainted),
    "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {node.kubernetes.io/not-ready: }. " +
      "preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.",
  );
});

test("a pod that may not preempt says so", () => {
  const full = nodeWith("node-1", {}, asking("q", { cpu: "4" }));
  assert.is(
    messageFor(asking("p", { cpu: "1" }, {}, { preemptionPolicy: "Never" }), full),
    "0/1 nodes are available: 1 Insufficient cpu. preemption: not eligible due to preemptionPolicy=Never.",
  );
});

test("without nodes there is nothing to count", () => {
  const choice = chooseNode(info(aPod("p")), [], seededRandom("1"), { start: 0 });
  assert.is(choice.ok ? "chosen" : choice.error.message, "no nodes available to schedule pods");
});

test("nodes that the affinity does not name are not looked at", () => {
  const nodeSelectorTerms = [{ matchFields: [{ key: "metadata.name", operator: "In", values: ["node-2"] }] }];
  const pod = aPod("p", {
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
  });
  const two = nodeWith("node-2", {});
  const choice = chooseNode(info(pod), [nodeWith("node-1", {}), two], seededRandom("1"), { start: 0 });
  assert.is(choice.ok && choice.node, two);
  const none = chooseNode(info(pod), [nodeWith("node-1", {})], seededRandom("1"), { start: 0 });
  assert.match(none.ok ? "" : none.error.message, "1 node(s) didn't satisfy plugin(s) [NodeAffinity].");
});

test("how many nodes are enough", () => {
  for (const [nodes, enough] of [
    [10, 10],
    [99, 99],
    [100, 100],
    [1000, 420],
    [5000, 500],
    [6000, 300],
    [20000, 1000],
  ] as const) {
    assert.is(enoughNodes(nodes), enough, `${nodes} nodes`);
  }
});

test.run();
