import { test } from "uvu";
import * as assert from "uvu/assert";
import { chooseNode } from "../../actors/scheduler/choose-node.js";
import type { NodeInfo } from "../../actors/scheduler/node-info.js";
import { Nominations } from "../../actors/scheduler/nominations.js";
import { seededRandom } from "../../src/actor/random.js";
import { badRequest } from "../../src/api/status.js";
import type { Pod, PodDisruptionBudget } from "../../src/api/types.js";
import { wireError } from "../../src/wire/errors.js";
import { aNode, asking, info, nodeWith } from "./fixtures.js";
import { schedulerWorld } from "./world.js";

const of = (name: string, priority: number, cpu: string, more: object = {}): Pod =>
  asking(name, { cpu }, {}, { priority, ...more });
const outlook = (pod: Pod, ...nodes: NodeInfo[]) => outlookWith([], pod, ...nodes);
const outlookWith = (budgets: readonly PodDisruptionBudget[], pod: Pod, ...nodes: NodeInfo[]) => {
  const choice = chooseNode(info(pod), nodes, seededRandom("1"), { start: 0 }, { budgets: () => budgets });
  if (choice.ok) return "fits";
  const { outlook: ahead } = choice.error;
  if (typeof ahead === "string") return ahead;
  return `${ahead.preemption.node}: ${ahead.preemption.victims.map(({ pod: victim }) => victim.metadata.name).join(", ")}`;
};
const leaving = (pod: Pod): Pod => ({ ...pod, metadata: { ...pod.metadata, deletionTimestamp: "2025-01-01T00:00:00Z" } });

const table: Array<[string, Pod, NodeInfo[], string]> = [
  ["a less important pod goes", of("p", 10, "3"), [nodeWith("a", {}, of("low", 0, "3"))], "a: low"],
  ["an equal does not", of("p", 10, "3"), [nodeWith("a", {}, of("equal", 10, "3"))], "none"],
  ["only as many as must", of("p", 10, "2"), [nodeWith("a", {}, of("x", 1, "2"), of("y", 2, "1"), of("z", 3, "1"))], "a: x"],
  ["the more important stay", of("p", 10, "2"), [nodeWith("a", {}, of("x", 5, "2"), of("y", 2, "2"))], "a: y"],
  [
    "where the lesser harm is done",
    of("p", 10, "3"),
    [nodeWith("a", {}, of("five", 5, "3")), nodeWith("b", {}, of("two", 2, "3"))],
    "b: two",
  ],
  [
    "where fewer go",
    of("p", 10, "4"),
    [nodeWith("a", {}, of("a1", 2, "2"), of("a2", 2, "2")), nodeWith("b", {}, of("b1", 4, "4"))],
    "a: a1, a2",
  ],
  ["a node that is too small does not help", of("p", 10, "5"), [nodeWith("a", {}, of("low", 0, "3"))], "none"],
  ["pods that leave already are waited for", of("p", 10, "3"), [nodeWith("a", {}, leaving(of("low", 0, "3")))], "waiting"],
  ["a pod that never preempts", of("p", 10, "3", { preemptionPolicy: "Never" }), [nodeWith("a", {}, of("low", 0, "3"))], "none"],
  ["nobody goes where there is room", of("p", 10, "3"), [nodeWith("a", {}, of("low", 0, "3")), nodeWith("b", {})], "fits"],
];
for (const [what, pod, nodes, expected] of table) test(`${what}: ${expected}`, () => assert.is(outlook(pod, ...nodes), expected));

const budget = (app: string, disruptionsAllowed: number, disruptedPods: Record<string, string> = {}): PodDisruptionBudget => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name: app, namespace: "default" },
  spec: { selector: { matchLabels: { app } } },
  status: { disruptionsAllowed, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2, disruptedPods },
});
const labelled = (name: string, app: string, priority: number, cpu: string): Pod =>
  asking(name, { cpu }, { labels: { app } }, { priority });

const guarded: Array<[string, readonly PodDisruptionBudget[], NodeInfo[], string]> = [
  [
    "a pod that a budget keeps stays, though it is less important",
    [budget("kept", 0)],
    [nodeWith("a", {}, labelled("kept", "kept", 1, "2"), labelled("free", "free", 5, "2"))],
    "a: free",
  ],
  [
    "a node where no budget is broken is better",
    [budget("kept", 0)],
    [nodeWith("a", {}, labelled("kept", "kept", 1, "4")), nodeWith("b", {}, labelled("free", "free", 5, "4"))],
    "b: free",
  ],
  [
    "what a budget allows counts for one pod only",
    [budget("kept", 1)],
    [
      nodeWith("a", {}, labelled("a1", "kept", 1, "2"), labelled("a2", "kept", 1, "2")),
      nodeWith("b", {}, labelled("b1", "free", 5, "4")),
    ],
    "a: a1",
  ],
  [
    "a pod that the budget has counted already is no violation",
    [budget("kept", 0, { gone: "2025-01-01T00:00:00Z" })],
    [nodeWith("a", {}, labelled("gone", "kept", 1, "4")), nodeWith("b", {}, labelled("free", "free", 5, "4"))],
    "a: gone",
  ],
  [
    "where it cannot be otherwise, a budget is broken",
    [budget("kept", 0)],
    [nodeWith("a", {}, labelled("kept", "kept", 1, "4"))],
    "a: kept",
  ],
];
for (const [what, budgets, nodes, expected] of guarded)
  test(`${what}: ${expected}`, () => assert.is(outlookWith(budgets, of("p", 10, "2"), ...nodes), expected));

test("between equals goes the one who came last", () => {
  const since = (name: string, startTime: string): Pod => ({ ...of(name, 1, "4"), status: { startTime } });
  const nodes = [
    nodeWith("a", {}, since("early", "2025-01-01T00:00:00Z")),
    nodeWith("b", {}, since("late", "2025-01-01T01:00:00Z")),
  ];
  assert.is(outlook(of("p", 10, "4"), ...nodes), "b: late");
});

test("room that was being made goes to the more important pod", () => {
  const nominations = new Nominations();
  nominations.put(info(of("lesser", 5, "2")), "a");
  nominations.put(info(of("elsewhere", 5, "2")), "b");
  assert.equal(
    nominations.displace(info(of("p", 10, "2")), "a").map(({ key }) => key),
    ["default/lesser"],
  );
  const { requested } = nominations.seenBy(info(of("other", 0, "1")), nodeWith("a", {}));
  assert.is(requested.get("cpu") ?? 0, 0);
});

test("room that is made for a pod is not for less important ones", () => {
  const nominations = new Nominations();
  const node = nodeWith("a", {});
  nominations.put(info(of("p", 10, "3")), "a");
  const seen = (pod: Pod) => nominations.seenBy(info(pod), node).requested.get("cpu") ?? 0;
  assert.is(seen(of("low", 0, "2")), 3_000);
  assert.is(seen(of("high", 20, "2")), 0);
  assert.is(seen(of("p", 10, "3")), 0, "nor is it in its own way");
  nominations.delete("default/p");
  assert.is(seen(of("low", 0, "2")), 0);
});

const fullNode = () =>
  schedulerWorld((api) => {
    api.put("nodes", aNode("node-1"));
    api.put("pods", of("low", 0, "3"));
  });

test("a victim is told why and deleted, and the important pod takes its place", () => {
  const { api, simulation, nodeOf, messages } = fullNode();
  api.gracefulPods = true;
  simulation.run(100);
  api.put("pods", of("high", 100, "3"));
  simulation.run(100);
  const high = () => api.get("pods", "default/high") as unknown as Pod;
  const low = api.get("pods", "default/low") as unknown as Pod;
  assert.is(high().status!.nominatedNodeName, "node-1");
  assert.ok(low.metadata.deletionTimestamp);
  assert.is(low.status!.conditions!.find(({ type }) => type === "DisruptionTarget")!.reason, "PreemptionByScheduler");
  assert.equal(messages("Preempted"), [`Preempted by pod ${high().metadata.uid} on node node-1`]);
  assert.equal(messages("FailedScheduling")[0], "0/1 nodes are available: 1 Insufficient cpu.");
  api.put("pods", of("middle", 50, "2"));
  api.remove("pods", "default/low");
  simulation.run(2_500);
  assert.is(nodeOf("high"), "node-1");
  assert.is(nodeOf("middle"), undefined);
});

test("a preemption that fails is tried again", () => {
  const { api, simulation, nodeOf, statesOf } = fullNode();
  simulation.run(100);
  let refused = 0;
  api.fault = ({ verb, path }) =>
    verb === "delete" && path.resource === "pods" && refused++ === 0
      ? wireError("rejected", "no", badRequest("no").status)
      : undefined;
  api.put("pods", of("high", 100, "3"));
  simulation.run(5_000);
  assert.ok(statesOf("preemption default/high").includes("failed"));
  assert.is(nodeOf("high"), "node-1");
});

test("a victim that is gone already is no obstacle", () => {
  const { api, simulation, nodeOf, statesOf } = fullNode();
  simulation.run(100);
  let once = true;
  api.fault = ({ verb, path }) => {
    if (verb === "patch" && path.name === "low" && once) {
      once = false;
      api.remove("pods", "default/low");
    }
    return undefined;
  };
  api.put("pods", of("high", 100, "3"));
  simulation.run(3_000);
  assert.is(statesOf("preemption default/high").at(-1), "done");
  assert.is(nodeOf("high"), "node-1");
});

test.run();
