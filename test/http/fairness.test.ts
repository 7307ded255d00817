import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Attributes } from "../../actors/apiserver/access/attributes.js";
import { levels, schemas } from "../../actors/apiserver/fairness/bootstrap.js";
import { hand, Queues } from "../../actors/apiserver/fairness/queues.js";
import { distinguisherOf, inOrder, matches } from "../../actors/apiserver/fairness/schema.js";
import { allocateSeats, Demand, seatBounds } from "../../actors/apiserver/fairness/seats.js";
import type { ApiUser } from "../../actors/apiserver/request.js";

const test = suite("priority and fairness");

const on = (verb: string, resource: string, namespace = "", group = "", subresource = ""): Attributes => ({
  verb,
  group,
  resource,
  subresource,
  namespace,
  name: "",
  fieldSelector: "",
});
const users: Readonly<Record<string, ApiUser>> = {
  admin: { name: "kubernetes-admin", groups: ["system:masters", "system:authenticated"] },
  jane: { name: "jane", groups: ["system:authenticated"] },
  nobody: { name: "system:anonymous", groups: ["system:unauthenticated"] },
  node: { name: "system:node:node-1", groups: ["system:nodes", "system:authenticated"] },
  scheduler: { name: "system:kube-scheduler", groups: ["system:authenticated"] },
  builder: {
    name: "system:serviceaccount:default:builder",
    groups: ["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"],
  },
  deployer: {
    name: "system:serviceaccount:kube-system:deployment-controller",
    groups: ["system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"],
  },
};

const cases: ReadonlyArray<readonly [user: string, asked: Attributes, schema: string, flow: string]> = [
  ["admin", on("list", "pods"), "exempt", ""],
  ["nobody", { verb: "get", path: "/readyz" }, "probes", ""],
  ["nobody", { verb: "get", path: "/version" }, "global-default", "system:anonymous"],
  ["jane", { verb: "get", path: "/livez" }, "probes", ""],
  ["jane", on("list", "pods", "default"), "global-default", "jane"],
  ["node", on("update", "nodes", "", "", "status"), "system-node-high", "system:node:node-1"],
  ["node", on("update", "leases", "kube-node-lease", "coordination.k8s.io"), "system-node-high", "system:node:node-1"],
  ["node", on("get", "secrets", "default"), "system-nodes", "system:node:node-1"],
  ["scheduler", on("update", "leases", "kube-system", "coordination.k8s.io"), "system-leader-election", "system:kube-scheduler"],
  ["scheduler", on("watch", "pods"), "kube-scheduler", ""],
  ["builder", on("create", "pods", "default"), "service-accounts", "system:serviceaccount:default:builder"],
  ["deployer", on("create", "replicasets", "web", "apps"), "kube-system-service-accounts", "web"],
  [
    "deployer",
    on("get", "leases", "kube-system", "coordination.k8s.io"),
    "system-leader-election",
    "system:serviceaccount:kube-system:deployment-controller",
  ],
];
for (const [name, asked, schema, flow] of cases) {
  test(`${name}: ${JSON.stringify(Object.values(asked).filter((value) => value !== ""))} is of ${schema}`, () => {
    const user = users[name]!;
    const found = inOrder(schemas).find((each) => matches(each, user, asked))!;
    assert.is(found.metadata.name, schema);
    assert.is(distinguisherOf(found, user, asked), flow);
  });
}

test("every schema has its priority level", () => {
  const names = new Set(levels.map(({ metadata }) => metadata.name));
  for (const { metadata, spec } of schemas) assert.ok(names.has(spec?.priorityLevelConfiguration.name), metadata.name);
});

test("seats are shared out by shares, and lent and borrowed within bounds", () => {
  const bounds = seatBounds(levels, 600);
  assert.equal(bounds.get("exempt"), { nominal: 0, least: 0, most: 600 });
  assert.equal(bounds.get("workload-low"), { nominal: 245, least: 24, most: 600 });
  assert.equal(bounds.get("leader-election"), { nominal: 25, least: 25, most: 600 });
});

const bound = (nominal: number, least: number, most: number) => ({ nominal, least, most });

test("what nobody wants is lent to those who want more than they have", () => {
  const idle = { bounds: bound(50, 10, 100), high: 0, smooth: 0 };
  const busy = { bounds: bound(50, 10, 100), high: 90, smooth: 90 };
  assert.equal(allocateSeats([busy, idle], 100), [90, 10]);
  const [first = 0, second = 0] = allocateSeats([busy, { ...busy, smooth: 45, high: 45 }], 100);
  assert.ok(first > second && first + second === 100 && second >= 45, `${first} and ${second}`);
});

test("who may borrow nothing gets no more than is his", () => {
  const [seats] = allocateSeats(
    [
      { bounds: bound(20, 20, 20), high: 90, smooth: 90 },
      { bounds: bound(80, 0, 100), high: 0, smooth: 0 },
    ],
    100,
  );
  assert.is(seats, 20);
});

test("what was wanted is remembered for a while", () => {
  const demand = new Demand(0);
  demand.change(10, 0);
  demand.change(0, 5_000);
  const first = demand.settle(10_000);
  assert.is(first.high, 10);
  assert.is(first.smooth, 10, "the average of 5 and its deviation of 5");
  const later = demand.settle(20_000);
  assert.is(later.high, 0);
  assert.ok(later.smooth > 9 && later.smooth < 10, `${later.smooth}`);
});

test("a hand has different queues, and the same flow always the same", () => {
  const deck = { queues: 16, handSize: 8 };
  for (const flow of ["a", "b", "default jane", "x".repeat(50)]) {
    const dealt = hand(flow, deck);
    assert.is(new Set(dealt).size, 8, `${dealt}`);
    assert.ok(dealt.every((queue) => queue >= 0 && queue < 16));
    assert.equal(hand(flow, deck), dealt);
  }
  assert.equal(hand("all", { queues: 3, handSize: 5 }).sort(), [0, 1, 2]);
});

interface Waiting {
  readonly of: string;
  readonly seats: number;
}
const taken = (queues: Queues<Waiting>): string[] => {
  const order: string[] = [];
  for (let next = queues.first(); next !== undefined; next = queues.first()) {
    order.push(next.of);
    queues.take();
  }
  return order;
};

test("a flow that floods does not keep another one waiting", () => {
  const queues = new Queues<Waiting>({ queues: 64, handSize: 1, queueLengthLimit: 50 });
  for (let count = 0; count < 20; count += 1) queues.join("flood", { of: "flood", seats: 1 });
  queues.join("quiet", { of: "quiet", seats: 1 });
  assert.ok(taken(queues).indexOf("quiet") <= 1, "the quiet flow's turn is not after the flood's");
});

test("requests that take many seats count for more", () => {
  const queues = new Queues<Waiting>({ queues: 64, handSize: 1, queueLengthLimit: 50 });
  for (let count = 0; count < 3; count += 1) {
    queues.join("lists", { of: "list", seats: 5 });
    for (let small = 0; small < 3; small += 1) queues.join("gets", { of: "get", seats: 1 });
  }
  const order = taken(queues);
  assert.ok(order.lastIndexOf("get") < order.lastIndexOf("list"), `${order}`);
  assert.equal(order.slice(0, 6).filter((of) => of === "list").length, 1);
});

test("a queue that is full takes no more; who leaves makes room", () => {
  const queues = new Queues<Waiting>({ queues: 1, handSize: 1, queueLengthLimit: 2 });
  const first = { of: "first", seats: 1 };
  assert.ok(queues.join("a", first));
  assert.ok(queues.join("b", { of: "second", seats: 1 }));
  assert.not(queues.join("c", { of: "third", seats: 1 }));
  assert.ok(queues.leave(first));
  assert.not(queues.leave(first));
  assert.ok(queues.join("c", { of: "third", seats: 1 }));
  queues.reconfigure({ queues: 2, handSize: 1, queueLengthLimit: 2 });
  queues.reconfigure({ queues: 1, handSize: 1, queueLengthLimit: 2 });
  assert.equal(taken(queues), ["second", "third"]);
});

test.run();
