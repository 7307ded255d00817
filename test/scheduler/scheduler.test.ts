import { test } from "uvu";
import * as assert from "uvu/assert";
import { schedulingLimits } from "../../actors/scheduler/scheduling.js";
import { badRequest, notFound, tooManyRequests } from "../../src/api/status.js";
import type { Pod } from "../../src/api/types.js";
import { wireError } from "../../src/wire/errors.js";
import type { StubApi, StubRequest } from "../support/stub-apiserver.js";
import { aNode, aPod, asking, ownedBy } from "./fixtures.js";
import { schedulerWorld } from "./world.js";

const twoNodes = (api: StubApi) => {
  api.put("nodes", aNode("node-1"));
  api.put("nodes", aNode("node-2"));
};
const isBinding = ({ path }: StubRequest) => path.subresource === "binding";

test("a pod is bound, and an event says so", () => {
  const { api, simulation, nodeOf, messages, statesOf } = schedulerWorld(twoNodes);
  api.put("pods", aPod("web"));
  simulation.run(100);
  assert.match(nodeOf("web") ?? "", /^node-[12]$/);
  assert.equal(messages("Scheduled"), [`Successfully assigned default/web to ${nodeOf("web")}`]);
  assert.equal(statesOf("scheduler").slice(0, 4), ["syncing", "standingBy", "scheduling.idle", "scheduling.deciding"]);
});

test("a pod that another scheduler is asked for, is gated or is on its way out is left alone", () => {
  const { simulation, nodeOf } = schedulerWorld((api) => {
    twoNodes(api);
    api.put("pods", aPod("other", { schedulerName: "mine" }));
    api.put("pods", aPod("gated", { schedulingGates: [{ name: "wait" }] }));
    api.put("pods", aPod("leaving", {}, { deletionTimestamp: "2025-01-01T00:00:00Z", finalizers: ["x/y"] }));
  });
  simulation.run(500);
  assert.equal(["other", "gated", "leaving"].map(nodeOf), [undefined, undefined, undefined]);
});

test("a gate that is lifted lets the pod through", () => {
  const { api, simulation, nodeOf } = schedulerWorld((api) => {
    twoNodes(api);
    api.put("pods", aPod("gated", { schedulingGates: [{ name: "wait" }] }));
  });
  simulation.run(100);
  api.put("pods", aPod("gated"));
  simulation.run(100);
  assert.ok(nodeOf("gated"));
});

test("a pod that fits nowhere says why, in its condition and an event, and is bound once there is room", () => {
  const { api, simulation, nodeOf, messages } = schedulerWorld(twoNodes);
  api.put("pods", asking("big", { cpu: "6" }));
  simulation.run(200);
  const message =
    "0/2 nodes are available: 2 Insufficient cpu. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.";
  assert.equal(messages("FailedScheduling"), [message]);
  const [condition] = (api.get("pods", "default/big") as unknown as Pod).status!.conditions!;
  assert.equal(
    { ...condition, lastTransitionTime: "" },
    { type: "PodScheduled", status: "False", reason: "Unschedulable", message, lastTransitionTime: "" },
  );
  api.put("nodes", aNode("node-3", { allocatable: { cpu: "8" } }));
  simulation.run(1_500);
  assert.is(nodeOf("big"), "node-3");
});

test("without any node there is nothing to count", () => {
  const { api, simulation, messages, nodeOf } = schedulerWorld();
  api.put("pods", aPod("early"));
  simulation.run(100);
  assert.equal(messages("FailedScheduling"), ["no nodes available to schedule pods"]);
  api.put("nodes", aNode("node-1"));
  simulation.run(1_500);
  assert.is(nodeOf("early"), "node-1");
});

test("a pod that leaves makes room", () => {
  const { api, simulation, nodeOf } = schedulerWorld((api) => api.put("nodes", aNode("node-1")));
  api.put("pods", asking("first", { cpu: "3" }));
  simulation.run(50);
  api.put("pods", asking("second", { cpu: "3" }));
  simulation.run(100);
  assert.is(nodeOf("second"), undefined);
  api.remove("pods", "default/first");
  simulation.run(2_000);
  assert.is(nodeOf("second"), "node-1");
});

test("a node that is tainted or relabelled is looked at anew", () => {
  const taint = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" };
  const { api, simulation, nodeOf } = schedulerWorld((api) => api.put("nodes", aNode("node-1", { taints: [taint] })));
  api.put("pods", aPod("plain"));
  api.put("pods", aPod("picky", { nodeSelector: { disk: "ssd" } }));
  simulation.run(2_000);
  assert.equal([nodeOf("plain"), nodeOf("picky")], [undefined, undefined]);
  api.put("nodes", aNode("node-1", {}));
  simulation.run(100);
  assert.equal([nodeOf("plain"), nodeOf("picky")], ["node-1", undefined]);
  api.put("nodes", aNode("node-1", { labels: { disk: "ssd" } }));
  simulation.run(2_500);
  assert.is(nodeOf("picky"), "node-1");
});

test("a node that is gone is not chosen", () => {
  const { api, simulation, nodeOf } = schedulerWorld(twoNodes);
  simulation.run(50);
  api.remove("nodes", "node-1");
  for (const name of ["a", "b", "c", "d"]) api.put("pods", aPod(name));
  simulation.run(100);
  assert.equal(["a", "b", "c", "d"].map(nodeOf), ["node-2", "node-2", "node-2", "node-2"]);
});

test("an assumed pod counts before its binding is known", () => {
  const { api, simulation, nodeOf } = schedulerWorld((api) => api.put("nodes", aNode("node-1")));
  api.fault = (request) => (isBinding(request) ? "ignored" : undefined);
  api.put("pods", asking("first", { cpu: "3" }));
  api.put("pods", asking("second", { cpu: "3" }));
  simulation.run(500);
  assert.is(api.requests.filter(isBinding).length, 1, "only one was decided about");
  assert.is(nodeOf("second"), undefined);
});

test("a binding that is refused is forgotten and tried again after a backoff", () => {
  const { api, simulation, nodeOf, messages, statesOf } = schedulerWorld(twoNodes);
  let refusals = 0;
  api.fault = (request) =>
    isBinding(request) && refusals++ === 0 ? wireError("rejected", "not now", badRequest("not now").status) : undefined;
  api.put("pods", aPod("web"));
  simulation.run(500);
  assert.is(nodeOf("web"), undefined);
  assert.equal(messages("FailedScheduling"), ["binding rejected: not now"]);
  assert.equal(statesOf("binding default/web"), ["failed"]);
  simulation.run(1_000);
  assert.ok(nodeOf("web"));
});

test("an API server that is busy is asked again soon, and given up after a while", () => {
  const { api, simulation, nodeOf, statesOf, messages } = schedulerWorld(twoNodes);
  api.fault = (request) => (isBinding(request) ? wireError("rejected", "busy", tooManyRequests("busy").status) : undefined);
  api.put("pods", aPod("web"));
  simulation.run(500);
  assert.is(statesOf("binding default/web").at(-1), "waitingToBind");
  simulation.run(3_000);
  assert.ok(statesOf("binding default/web").includes("failed"));
  assert.equal(messages("FailedScheduling"), ["binding rejected: busy"]);
  api.fault = () => undefined;
  simulation.run(3_000);
  assert.ok(nodeOf("web"));
});

test("a binding whose answer was lost is looked up", () => {
  const { api, simulation, nodeOf, messages, statesOf } = schedulerWorld(twoNodes);
  api.fault = (request) => (isBinding(request) ? "lost" : undefined);
  api.put("pods", aPod("web"));
  simulation.run(11_000);
  assert.ok(nodeOf("web"));
  assert.equal(statesOf("binding default/web"), ["looking", "bound"]);
  assert.is(messages("Scheduled").length, 1);
});

const looks: Array<[string, (api: StubApi) => void, string]> = [
  ["was not done is tried again", () => undefined, "failed"],
  ["was done by another", (api) => api.put("pods", aPod("web", { nodeName: "node-9" })), "elsewhere"],
  ["met a pod that is gone", (api) => api.remove("pods", "default/web"), "gone"],
  [
    "met a namesake",
    (api) => {
      api.remove("pods", "default/web");
      api.put("pods", aPod("web", { schedulerName: "mine" }, { uid: "another" }));
    },
    "gone",
  ],
];
for (const [what, happens, end] of looks) {
  test(`a binding without answer that ${what} ends ${end}`, () => {
    const { api, simulation, statesOf } = schedulerWorld(twoNodes);
    api.put("pods", aPod("web"));
    let seen = false;
    api.fault = (request) => {
      if (!isBinding(request) || seen) return undefined;
      seen = true;
      return wireError("linkLost", "gone");
    };
    simulation.runUntil(() => seen, 1_000);
    happens(api);
    simulation.run(300);
    assert.equal(statesOf("binding default/web").slice(0, 2), ["looking", end]);
  });
}

test("a pod that is deleted before it is bound is gone", () => {
  const { api, simulation, statesOf } = schedulerWorld(twoNodes);
  api.fault = (request) =>
    isBinding(request) ? wireError("rejected", "gone", notFound({ group: "", resource: "pods" }, "web").status) : undefined;
  api.put("pods", aPod("web"));
  simulation.run(200);
  assert.equal(statesOf("binding default/web"), ["gone"]);
});

test("looks are bounded", () => {
  const { api, simulation, statesOf } = schedulerWorld(twoNodes);
  simulation.run(20);
  api.fault = ({ verb, path }) =>
    path.resource !== "pods"
      ? undefined
      : verb === "create"
        ? wireError("linkLost", "gone")
        : verb === "get"
          ? wireError("unavailable", "away")
          : undefined;
  api.put("pods", aPod("web"));
  simulation.run(6_000);
  const states = statesOf("binding default/web");
  const first = states.slice(0, states.indexOf("failed"));
  assert.is(first.filter((state) => state === "looking").length, 10);
});

test("a condition that cannot be written now is written later; one that is refused is noted", () => {
  const { api, simulation, statesOf, trace } = schedulerWorld();
  const isStatus = ({ path }: StubRequest) => path.subresource === "status";
  api.fault = (request) => (isStatus(request) ? wireError("unavailable", "away") : undefined);
  api.put("pods", aPod("one"));
  simulation.run(500);
  assert.is(statesOf("condition default/one").at(-1), "waiting");
  simulation.run(5_000);
  assert.is(statesOf("condition default/one").at(-1), "givenUp");
  api.fault = (request) => (isStatus(request) ? wireError("rejected", "no") : undefined);
  api.put("pods", aPod("two"));
  simulation.run(500);
  assert.is(statesOf("condition default/two").at(-1), "givenUp");
  assert.ok(trace.some((record) => record.kind === "note" && record.text === "a pod's condition was not written: no"));
  let busy = true;
  api.fault = (request) =>
    isStatus(request) && busy ? wireError("rejected", "busy", tooManyRequests("busy").status) : undefined;
  api.put("pods", aPod("three"));
  simulation.run(500);
  assert.is(statesOf("condition default/three").at(-1), "waiting", "a server that is busy says nothing of the pod");
  busy = false;
  simulation.run(1_000);
  assert.is(statesOf("condition default/three").at(-1), "written");
});

test("a thousand pods are spread evenly over ten nodes", () => {
  const { api, simulation, scheduled, statesOf } = schedulerWorld((api) => {
    for (let index = 0; index < 10; index++) api.put("nodes", aNode(`node-${index}`));
    for (let index = 0; index < 1_000; index++) api.put("pods", aPod(`web-${index}`, {}, ownedBy("rs")));
  });
  simulation.runUntil(() => scheduled() === 1_000, 5_000);
  const counts = new Map<string, number>();
  for (const pod of api.of("pods") as unknown as Pod[])
    counts.set(pod.spec!.nodeName!, (counts.get(pod.spec!.nodeName!) ?? 0) + 1);
  assert.equal(
    [...counts.values()],
    Array.from({ length: 10 }, () => 100),
  );
  assert.ok(statesOf("scheduler").includes("scheduling.yielding"));
});

test("no more bindings are under way than may be; the others follow", () => {
  const { api, simulation, scheduled, statesOf } = schedulerWorld(twoNodes);
  simulation.run(50);
  api.fault = (request) => (isBinding(request) ? "ignored" : undefined);
  for (let index = 0; index < 300; index++) api.put("pods", aPod(`web-${index}`, { containers: [] }));
  api.put("nodes", aNode("node-3", { allocatable: { pods: "500" } }));
  simulation.run(3_000);
  assert.is(api.requests.filter(isBinding).length, schedulingLimits.bindingsAtOnce);
  assert.is(statesOf("scheduler").at(-1), "scheduling.saturated");
  api.fault = () => undefined;
  simulation.run(20_000);
  assert.is(scheduled(), 300);
});

test("a scheduler that loses its lease decides nothing until it has it again", () => {
  const { api, simulation, nodeOf, statesOf } = schedulerWorld(twoNodes);
  simulation.run(50);
  api.fault = ({ path }) => (path.resource === "leases" ? wireError("unavailable", "away") : undefined);
  simulation.run(13_000);
  assert.is(statesOf("scheduler").at(-1), "standingBy");
  api.put("pods", aPod("web"));
  simulation.run(500);
  assert.is(nodeOf("web"), undefined);
  api.fault = () => undefined;
  simulation.run(500);
  assert.ok(nodeOf("web"));
});

test("it stops in order from every state", () => {
  const stopped = (afterMs: number, prepare: (api: StubApi) => void = twoNodes, silent = false) => {
    const { api, simulation, statesOf } = schedulerWorld(prepare);
    simulation.run(afterMs);
    if (silent) api.fault = () => "ignored";
    simulation.component("scheduler/0")!.stop();
    const reached = () => statesOf("scheduler").includes("stopped");
    simulation.runUntil(reached, 1_500);
    return reached();
  };
  assert.ok(stopped(100), "from scheduling");
  assert.ok(stopped(100, twoNodes, true), "from scheduling, while the API server is silent");
  const anothers = (api: StubApi) =>
    api.put(
      "leases",
      { metadata: { name: "kube-scheduler", namespace: "kube-system" }, spec: { holderIdentity: "x", renewTime: "t" } },
      "coordination.k8s.io",
    );
  assert.ok(stopped(100, anothers), "from standing by");
  assert.ok(
    stopped(100, (api) => {
      api.fault = () => wireError("unavailable", "away");
    }),
    "from syncing",
  );
});

test.run();
