import { suite } from "uvu";
import * as assert from "uvu/assert";
import { allocatableAmounts, offersOtherwise, statusPatch } from "../../actors/kubelet/node/node-object.js";
import { rejectionOf, selectsNode } from "../../actors/kubelet/pod/admission.js";
import { podRequests, qosClassOf } from "../../actors/kubelet/pod/resources.js";
import { formatQuantity, quantityOf } from "../../src/api/quantity.js";
import type { Container, Node, NodeSelectorRequirement } from "../../src/api/types.js";
import { podWith } from "./pods.js";

const test = suite("kubelet: what a node takes");

const container = (requests: Record<string, string>, more: object = {}): Container => ({
  name: "c",
  resources: { requests },
  ...more,
});

for (const [name, spec, cpu] of [
  ["the sum of its containers", { containers: [container({ cpu: "1" }), container({ cpu: "500m" })] }, "1500m"],
  [
    "an init container that asks for more",
    { containers: [container({ cpu: "1" })], initContainers: [container({ cpu: "3" })] },
    "3",
  ],
  [
    "sidecars on top",
    { containers: [container({ cpu: "1" })], initContainers: [container({ cpu: "1" }, { restartPolicy: "Always" })] },
    "2",
  ],
  [
    "an init container beside the sidecars before it",
    {
      containers: [container({ cpu: "1" })],
      initContainers: [container({ cpu: "1" }, { restartPolicy: "Always" }), container({ cpu: "2" })],
    },
    "3",
  ],
  ["its overhead", { containers: [container({ cpu: "1" })], overhead: { cpu: "100m" } }, "1100m"],
] as const) {
  test(`a pod asks for ${name}`, () => assert.is(formatQuantity(podRequests(podWith(spec)).get("cpu")!), cpu));
}

for (const [name, resources, expected] of [
  ["nothing", {}, "BestEffort"],
  ["requests below limits", { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "2", memory: "1Gi" } }, "Burstable"],
  ["only a request", { requests: { cpu: "1" } }, "Burstable"],
  ["requests as its limits", { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "1", memory: "1Gi" } }, "Guaranteed"],
  ["limits alone", { limits: { cpu: "1", memory: "1Gi" } }, "Guaranteed"],
] as const) {
  test(`quality of service with ${name}: ${expected}`, () =>
    assert.is(qosClassOf(podWith({ containers: [{ name: "c", resources }] })), expected));
}

const node = {
  name: "node-1",
  labels: new Map([
    ["disk", "ssd"],
    ["size", "5"],
  ]),
  allocatable: new Map([
    ["cpu", quantityOf("2")],
    ["pods", quantityOf("3")],
  ]),
};

const asks = (cpu: string) => podWith({ containers: [container({ cpu })] });

test("admission: what a node cannot take", () => {
  assert.is(rejectionOf(asks("1"), podRequests(asks("1")), node, [podRequests(asks("1"))]), undefined);
  assert.equal(rejectionOf(asks("1500m"), podRequests(asks("1500m")), node, [podRequests(asks("1"))]), {
    reason: "OutOfcpu",
    message: "Node didn't have enough resource: cpu, requested: 1500, used: 1000, capacity: 2000",
  });
  assert.equal(rejectionOf(podWith({}), new Map(), node, [new Map(), new Map(), new Map()]), {
    reason: "OutOfpods",
    message: "Node didn't have enough resource: pods, requested: 1, used: 3, capacity: 3",
  });
  assert.is(rejectionOf(podWith({ nodeSelector: { disk: "hdd" } }), new Map(), node, [])?.reason, "NodeAffinity");
});

test("kernel parameters are taken when they are safe, and the pod has a kernel namespace of its own for them", () => {
  const said = (names: string[], more: object = {}) => {
    const securityContext = { sysctls: names.map((name) => ({ name, value: "1" })) };
    return rejectionOf(podWith({ securityContext, ...more }), new Map(), node, []);
  };
  assert.is(said(["kernel.shm_rmid_forced", "net/ipv4/ip_unprivileged_port_start"]), undefined);
  assert.equal(said(["kernel.shm_rmid_forced", "kernel.msgmax"]), {
    reason: "SysctlForbidden",
    message: 'forbidden sysctl: "kernel.msgmax" not allowlisted',
  });
  assert.is(
    said(["net.ipv4.tcp_syncookies"], { hostNetwork: true })?.message,
    'forbidden sysctl: "net.ipv4.tcp_syncookies" not allowed with host net enabled',
  );
  assert.is(
    said(["kernel.shm_rmid_forced"], { hostIPC: true })?.message,
    'forbidden sysctl: "kernel.shm_rmid_forced" not allowed with host ipc enabled',
  );
});

test("admission: a port of the node that another pod has taken", () => {
  const port = { containerPort: 80, hostPort: 8080 };
  const wants = podWith({ containers: [{ name: "c", ports: [port] }] });
  const taken = (hostIP: string, protocol = "TCP") => [{ hostIP, protocol, port: 8080 }];
  assert.equal(rejectionOf(wants, new Map(), node, [], taken("127.0.0.1")), {
    reason: "NodePorts",
    message: "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
  });
  assert.is(rejectionOf(wants, new Map(), node, [], taken("0.0.0.0", "UDP")), undefined);
  const one = podWith({ containers: [{ name: "c", ports: [{ ...port, hostIP: "127.0.0.1" }] }] });
  assert.is(rejectionOf(one, new Map(), node, [], taken("127.0.0.2")), undefined);
});

const affinity = (...matchExpressions: NodeSelectorRequirement[]) =>
  podWith({
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } } },
  });

for (const [key, operator, values, expected] of [
  ["disk", "In", ["ssd"], true],
  ["disk", "NotIn", ["ssd"], false],
  ["none", "NotIn", ["ssd"], true],
  ["disk", "Exists", [], true],
  ["disk", "DoesNotExist", [], false],
  ["size", "Gt", ["4"], true],
  ["size", "Lt", ["4"], false],
  ["size", "Near", ["4"], false],
] as const) {
  test(`node affinity ${key} ${operator} ${values}: ${expected}`, () =>
    assert.is(selectsNode(affinity({ key, operator, values: [...values] }), node), expected));
}

test("an empty term selects nothing, matchFields select by name", () => {
  const term = (nodeSelectorTerms: object[]) =>
    podWith({ affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } } });
  assert.not(selectsNode(term([{}]), node));
  assert.ok(selectsNode(term([{ matchFields: [{ key: "metadata.name", operator: "In", values: ["node-1"] }] }]), node));
  assert.not(selectsNode(term([{ matchFields: [{ key: "metadata.uid", operator: "In", values: ["node-1"] }] }]), node));
});

const described = {
  internalIp: "10.0.0.1",
  clusterDns: "10.96.0.10",
  podCidr: "10.244.1.0/24",
  cpu: "4",
  memory: "8Gi",
  ephemeralStorage: "10Gi",
  pods: 110,
  architecture: "amd64",
  operatingSystem: "linux",
  kernelVersion: "6",
  machineId: "m",
  bootId: "b",
  runtimeVersion: "1",
};
const own = { cpu: "4", memory: "8Gi", "ephemeral-storage": "10Gi", pods: "110" };
const known = (capacity: Record<string, string>, allocatable: Record<string, string>): Node => ({
  metadata: { name: "node-1" },
  status: { capacity, allocatable },
});
const offersIn = (of: Node): Record<string, string | null> =>
  (statusPatch("node-1", described, [], of) as { status: { allocatable: Record<string, string | null> } }).status.allocatable;

test("what is added to a node's capacity is offered to pods, and taken back when it is taken away", () => {
  const dongles = { "example.com/dongle": "4" };
  assert.not(offersOtherwise(described, known(own, own)), "nothing was added");
  const added = known({ ...own, ...dongles }, own);
  assert.ok(offersOtherwise(described, added));
  assert.is(offersIn(added)["example.com/dongle"], "4");
  assert.is(formatQuantity(allocatableAmounts(described, added).get("example.com/dongle")!), "4");
  const removed = known(own, { ...own, ...dongles });
  assert.ok(offersOtherwise(described, removed));
  assert.is(offersIn(removed)["example.com/dongle"], null);
});

test("admission: an extended resource that the node has too little of, and one that it does not know", () => {
  const asked = podWith({ containers: [container({ "example.com/dongle": "3" })] });
  const withDongles = { ...node, allocatable: new Map([...node.allocatable, ["example.com/dongle", quantityOf("2")] as const]) };
  assert.is(rejectionOf(asked, podRequests(asked), withDongles, [])?.reason, "OutOfexample.com/dongle");
  assert.is(rejectionOf(asked, podRequests(asked), node, []), undefined);
});

test.run();
