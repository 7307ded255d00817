import { test } from "uvu";
import * as assert from "uvu/assert";
import { Controller } from "../../actors/controller-manager/engine/controller.js";
import { controllerMachine } from "../../actors/controller-manager/engine/controller-machine.js";
import { Delays } from "../../actors/controller-manager/engine/delays.js";
import { Informers } from "../../actors/controller-manager/engine/informers.js";
import type { Plan, PlannedWrite, Reconcile } from "../../actors/controller-manager/engine/plan.js";
import * as resources from "../../actors/controller-manager/engine/resources.js";
import { newestRevision, revisionReached } from "../../actors/controller-manager/engine/revisions.js";
import { WorkQueue } from "../../actors/controller-manager/engine/work-queue.js";
import { wireError } from "../../src/wire/errors.js";
import { chartWorld } from "../support/chart-world.js";

test("revisions are numbers of any size", () => {
  assert.ok(revisionReached("10", "9"));
  assert.ok(revisionReached("9007199254740993", "9007199254740992"));
  assert.not(revisionReached("", "1"));
  assert.is(
    newestRevision([{ metadata: { resourceVersion: "9" } }, { metadata: { resourceVersion: "10" } }, { metadata: {} }]),
    "10",
  );
});

test("a key is due once, at the earliest time asked for", () => {
  const delays = new Delays();
  delays.put("a", 30);
  delays.put("b", 20);
  delays.put("a", 10);
  delays.put("a", 40);
  assert.is(delays.nextMs, 10);
  assert.equal(delays.takeDue(25), ["a", "b"]);
  assert.is(delays.nextMs, undefined);
});

test("a key that changes while it is worked on is worked on again afterwards", () => {
  const queue = new WorkQueue(0);
  queue.add("a", 0);
  assert.is(queue.take(0), "a");
  queue.add("a", 1);
  assert.is(queue.take(1), undefined, "not by two workers at once");
  queue.done("a", 2);
  assert.is(queue.take(2), "a");
});

test("a key that changes often is worked on at intervals", () => {
  const queue = new WorkQueue(50);
  queue.add("a", 0);
  queue.take(0);
  queue.done("a", 5);
  queue.add("a", 10);
  assert.is(queue.take(10), undefined);
  assert.is(queue.nextDueMs, 50);
  queue.promote(50);
  assert.is(queue.take(50), "a");
});

test("a delayed key that changes is worked on at once", () => {
  const queue = new WorkQueue(0);
  queue.addAfter("a", 1_000, 0);
  queue.add("a", 10);
  assert.is(queue.take(10), "a");
  assert.is(queue.nextDueMs, undefined);
});

const { path } = resources.configMaps;
const creation = (name: string): PlannedWrite => ({
  request: { verb: "create", path: { ...path, namespace: "default" }, object: { metadata: { name, namespace: "default" } } },
});

/** One controller whose reconciler is given; its keys are the config maps. */
function controlled(reconcile: Reconcile, workers = 5) {
  const world = chartWorld("controller-manager");
  const informers = new Informers(world.host);
  const configMaps = informers.of(resources.configMaps);
  let enqueue: (key: string) => void = () => undefined;
  const definition = {
    name: "test",
    workers,
    needs: [configMaps] as never,
    serviceAccount: "test-controller",
    reconcile,
    follow: (told: typeof enqueue) => {
      enqueue = told;
    },
  };
  const chart = world.host.charts.start(controllerMachine, {
    id: "controller test",
    input: { controller: (tell) => new Controller(world.host, informers, definition, tell) },
  });
  world.simulation.run(10);
  return { ...world, chart, store: configMaps.store, enqueue: (key: string) => enqueue(key) };
}

test("it waits for its caches, and then for keys", () => {
  const { statesOf, enqueue, simulation } = controlled(() => ({}));
  assert.equal(statesOf("controller test"), ["idle"]);
  enqueue("a");
  simulation.run(10);
  assert.equal(statesOf("controller test").slice(1, 3), ["dispatching", "idle"]);
  assert.equal(statesOf("test a"), ["reconciling", "settled"]);
});

test("the next round begins only when the caches show what the last one wrote", () => {
  const seen: number[] = [];
  const { store, enqueue, simulation, statesOf } = controlled((): Plan => {
    seen.push(world.store.size);
    return world.store.size < 2 ? { writes: [creation(`c${world.store.size}`)] } : {};
  });
  const world = { store };
  enqueue("a");
  simulation.runUntil(() => statesOf("test a").includes("writing"), 100);
  enqueue("a");
  simulation.run(100);
  enqueue("a");
  simulation.run(100);
  assert.equal(seen, [0, 1, 2]);
});

test("a round that follows one that went well goes on at its pace, and one that comes later begins slowly again", () => {
  let rounds = 0;
  const { host, enqueue, simulation, statesOf } = controlled(() => {
    rounds += 1;
    const length = rounds === 4 ? 1 : 300;
    return { writes: Array.from({ length }, (_, index) => creation(`c${rounds}-${index}`)) };
  });
  const underWayAtTheBeginning = () => {
    const before = statesOf("test a").length;
    enqueue("a");
    const begun = () => statesOf("test a").slice(before).includes("writing");
    assert.ok(simulation.runUntil(begun, 100), "a round begins");
    const count = host.wire.inFlight().length;
    const ended = () => statesOf("test a").slice(before).includes("settled");
    assert.ok(simulation.runUntil(ended, 5_000), "a round ends");
    return count;
  };
  assert.is(underWayAtTheBeginning(), 1);
  assert.is(underWayAtTheBeginning(), 100);
  simulation.run(2_000);
  assert.is(underWayAtTheBeginning(), 1);
  assert.is(underWayAtTheBeginning(), 1, "the fourth round writes once");
  assert.is(underWayAtTheBeginning(), 1, "and says nothing of how fast the next may go");
});

test("caches that do not come up are waited for only so long", () => {
  const { api, enqueue, simulation, statesOf } = controlled(() =>
    api.of("configmaps").length === 0 ? { writes: [creation("c")] } : {},
  );
  api.muted = true;
  enqueue("a");
  simulation.run(4_000);
  assert.is(statesOf("test a").at(-1), "catchingUp");
  simulation.run(2_000);
  assert.is(statesOf("test a").at(-1), "settled");
});

test("what is planned for later is done later", () => {
  const at: number[] = [];
  const { enqueue, simulation } = controlled((_key, { monotonicMs }) => {
    at.push(monotonicMs);
    return at.length < 3 ? { requeueAfterMs: 1_000 } : {};
  });
  enqueue("a");
  simulation.run(5_000);
  assert.is(at.length, 3);
  assert.ok(at[1]! - at[0]! >= 1_000 && at[1]! - at[0]! < 1_100);
});

test("a question that cannot be answered is asked again after a backoff", () => {
  const { api, enqueue, simulation, statesOf } = controlled((_key, { answers }) =>
    answers.size === 0
      ? { reads: [{ name: "it", request: { verb: "get", path: { ...path, namespace: "default", name: "c" } } }] }
      : {},
  );
  api.fault = ({ verb }) => (verb === "get" ? wireError("unavailable", "away") : undefined);
  enqueue("a");
  simulation.run(50);
  assert.equal(statesOf("test a").slice(0, 4), ["reconciling", "reading", "backingOff", "failed"]);
  api.fault = () => undefined;
  simulation.run(1_000);
  assert.equal(statesOf("test a").slice(-3), ["reading", "reconciling", "settled"], "that it is not there is an answer");
});

test("a reconciler that never stops asking is stopped", () => {
  let asked = 0;
  const { enqueue, simulation, trace } = controlled(() => {
    asked += 1;
    return { reads: [{ name: `${asked}`, request: { verb: "get", path: { ...path, namespace: "default", name: "c" } } }] };
  });
  enqueue("a");
  simulation.run(100);
  assert.ok(trace.some((record) => record.kind === "note" && record.text === "test a: a: no decision after 5 rounds of reads"));
});

test("a key that backs off leaves its worker to others, and is tried at once when it changes", () => {
  let failing = true;
  const { enqueue, simulation, statesOf, api } = controlled((key) => (key === "bad" ? { writes: [creation("c")] } : {}), 1);
  api.fault = () => (failing ? wireError("rejected", "no") : undefined);
  enqueue("bad");
  simulation.run(2_000);
  enqueue("good");
  simulation.runUntil(() => statesOf("test good").includes("settled"), 100);
  assert.ok(statesOf("test good").includes("settled"));
  simulation.runUntil(() => statesOf("test bad").at(-1) === "backingOff", 5_000);
  failing = false;
  enqueue("bad");
  simulation.run(20);
  assert.ok(statesOf("test bad").includes("settled"), "it did not sit its backoff out");
});

test("what was written under an answer that was lost is found before anything is written again", () => {
  let writes = 0;
  const { api, enqueue, simulation, statesOf, store } = controlled(() => (store.size === 0 ? { writes: [creation("c")] } : {}));
  api.fault = ({ verb }) => {
    if (verb !== "create") return undefined;
    writes += 1;
    if (writes > 1) return undefined;
    api.put("configmaps", { metadata: { name: "c", namespace: "default" } });
    return wireError("linkLost", "gone");
  };
  enqueue("a");
  simulation.run(1_000);
  assert.is(writes, 1);
  assert.ok(statesOf("test a").includes("verifying"));
  assert.is(statesOf("test a").at(-1), "settled");
});

test("an uncertain write waits for the cache when the cache is behind", () => {
  const { api, enqueue, simulation, statesOf, store } = controlled(() => (store.size === 0 ? { writes: [creation("c")] } : {}));
  let first = true;
  api.fault = ({ verb, path: { resource } }) => {
    if (resource !== "configmaps" || !first || verb !== "create") return undefined;
    first = false;
    api.muted = true;
    api.put("configmaps", { metadata: { name: "c", namespace: "default" } });
    return wireError("linkLost", "gone");
  };
  enqueue("a");
  simulation.run(500);
  assert.is(statesOf("test a").at(-1), "awaitingCache");
  api.muted = false;
  api.put("configmaps", { metadata: { name: "c", namespace: "default" }, data: { changed: "yes" } });
  simulation.run(100);
  assert.is(statesOf("test a").at(-1), "settled");
});

test("a cache that stays behind is not waited for for ever, nor a server that stays away", () => {
  const behind = controlled(() => (behind.store.size === 0 ? { writes: [creation("c")] } : {}));
  behind.api.fault = ({ verb }) => {
    behind.api.muted = true;
    if (verb === "create") behind.api.put("configmaps", { metadata: { name: `c${behind.api.revision}`, namespace: "default" } });
    return verb === "create" ? wireError("linkLost", "gone") : undefined;
  };
  behind.enqueue("a");
  behind.simulation.run(6_000);
  assert.ok(behind.statesOf("test a").includes("backingOff"));

  const away = controlled(() => ({ writes: [creation("c")] }));
  away.api.fault = ({ verb }) => (verb === "create" ? wireError("linkLost", "gone") : wireError("unavailable", "away"));
  away.enqueue("a");
  away.simulation.run(5_000);
  assert.is(away.statesOf("test a").at(-1), "waitingToVerify");
  away.simulation.run(6_000);
  assert.ok(away.statesOf("test a").includes("backingOff"));
});

test("no more keys are worked on than there are workers", () => {
  const { api, enqueue, simulation, statesOf, host } = controlled((key) => ({ writes: [creation(key)] }), 2);
  api.fault = () => "ignored";
  for (const key of ["a", "b", "c"]) enqueue(key);
  simulation.run(100);
  assert.is(statesOf("controller test").at(-1), "saturated");
  assert.equal(
    host.charts
      .list()
      .filter(({ machine }) => machine === "reconcile")
      .map(({ id }) => id),
    ["test a", "test b"],
  );
  api.fault = () => undefined;
  simulation.run(15_000);
  assert.ok(statesOf("test c").includes("settled"), "a worker was freed");
});

test("a controller that is stopped takes its rounds along", () => {
  for (const busy of [true, false]) {
    const { api, enqueue, simulation, chart, host } = controlled((key) => ({ writes: [creation(key)] }));
    api.fault = () => "ignored";
    if (busy) enqueue("a");
    simulation.run(20);
    chart.send({ type: "stop" });
    assert.equal(
      host.charts.list().filter(({ machine }) => machine === "controller" || machine === "reconcile"),
      [],
    );
    enqueue("b");
    assert.is(host.charts.get("test b"), undefined);
  }
});

test.run();
