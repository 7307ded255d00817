import { suite } from "uvu";
import * as assert from "uvu/assert";
import { startInformer } from "../../src/actor/informer/start.js";
import { Store } from "../../src/actor/informer/store.js";
import { stateName } from "../../src/actor/trace.js";
import type { Pod } from "../../src/api/types.js";
import { wireError } from "../../src/wire/errors.js";
import { chartWorld } from "../support/chart-world.js";

const informer = suite("informer");

const pod = (name: string, node = "node-1") => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { namespace: "default", name },
  spec: { nodeName: node },
});
const path = { group: "", version: "v1", resource: "pods" };

function follow(before: object[] = [], prepare: (world: ReturnType<typeof chartWorld>) => void = () => undefined) {
  const world = chartWorld("scheduler");
  for (const each of before) world.api.put("pods", each);
  prepare(world);
  const heard: string[] = [];
  const store = new Store<Pod>({ node: ({ spec }) => (spec?.nodeName === undefined ? [] : [spec.nodeName]) });
  const chart = startInformer(world.host, {
    id: "informer pods",
    path,
    store,
    onChange: (change) => heard.push(change.type === "synced" ? "synced" : `${change.type} ${change.object.metadata.name}`),
  });
  const state = () => stateName(chart.getSnapshot().value);
  return { ...world, heard, store, chart, state };
}

informer("lists, then follows every change", () => {
  const { simulation, api, heard, store, state } = follow([pod("a")]);
  assert.is(state(), "listing");
  simulation.run(20);
  assert.is(state(), "watching");
  assert.equal(heard, ["added a", "synced"]);
  api.put("pods", pod("b", "node-2"));
  api.put("pods", pod("a", "node-2"));
  simulation.run(20);
  assert.equal(heard.slice(2), ["added b", "updated a"]);
  assert.equal(
    store
      .by("node", "node-2")
      .map(({ metadata }) => metadata.name)
      .sort(),
    ["a", "b"],
  );
  assert.equal(store.by("node", "node-1"), []);
  api.remove("pods", "default/b");
  simulation.run(20);
  assert.is(heard.at(-1), "deleted b");
  assert.is(store.get("default/b"), undefined);
});

informer("backs off while it cannot list, and lists when it can", () => {
  let refuse = true;
  const { simulation, heard, state } = follow([pod("a")], ({ api }) => {
    api.fault = () => (refuse ? wireError("unavailable", "not yet") : undefined);
  });
  simulation.run(10);
  assert.is(state(), "backingOff");
  refuse = false;
  simulation.run(200);
  assert.equal(heard, ["added a", "synced"]);
});

informer("resumes when its API server comes back, and does not tell again what it knew", () => {
  const { simulation, api, heard, state } = follow([pod("a"), pod("b")]);
  simulation.run(20);
  simulation.kill("apiserver/0");
  simulation.run(2);
  assert.is(state(), "resuming");
  simulation.run(3_000);
  assert.is(state(), "watching");
  api.put("pods", pod("c"));
  simulation.run(20);
  assert.equal(heard, ["added a", "added b", "synced", "added c"]);
});

informer("watches on at once when its API server ends a watch in good order, as it does after a while", () => {
  const { simulation, chart, api, heard, state } = follow([pod("a")]);
  simulation.run(20);
  chart.send({ type: "watch.ended" });
  assert.is(state(), "watching");
  api.put("pods", pod("b"));
  simulation.run(20);
  assert.equal([...new Set(heard)], ["added a", "synced", "added b"]);
});

informer("stops when told to, whatever it does", () => {
  const { simulation, chart, api, heard, state } = follow();
  simulation.run(20);
  chart.send({ type: "stop" });
  assert.is(state(), "stopped");
  api.put("pods", pod("late"));
  simulation.run(100);
  assert.equal(heard, ["synced"]);
});

informer("a store replaced as a whole says what that changed", () => {
  const store = new Store<Pod>();
  const named = (name: string, resourceVersion: string): Pod => ({ metadata: { namespace: "default", name, resourceVersion } });
  store.replace([named("a", "1"), named("b", "1")]);
  const changes = store.replace([named("b", "2"), named("c", "1")]);
  assert.equal(
    changes.map((change) => (change.type === "synced" ? "" : `${change.type} ${change.object.metadata.name}`)),
    ["deleted a", "updated b", "added c"],
  );
  assert.is(store.put(named("c", "1")), undefined, "a version that is known changes nothing");
  assert.throws(() => store.by("node", "x"), /no index "node"/);
});

informer.run();
