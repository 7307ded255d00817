/** Watches of etcd: what they replay and follow, and how they end. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { etcdMessages } from "../../actors/etcd/messages.js";
import type { EtcdWorld } from "../sim/etcd-world.js";
import { all, serving, Watched } from "./etcd-harness.js";

/** More than a reader's credits and the backlog at which a replay rests. */
const manyEvents = 360 * 128;

/** Writes that many keys; the revision that they end at. */
function writeMuch(world: EtcdWorld): bigint {
  for (let revision = 0; revision < manyEvents / 128; revision += 1) {
    const success = Array.from({ length: 128 }, (_, index) => ({
      type: "put" as const,
      key: `/${revision % 9}/${index}`,
      value: "",
    }));
    world.send(etcdMessages.txn, { compares: [], success, failure: [] }, () => undefined);
  }
  world.simulation.run(100);
  return world.ask(etcdMessages.currentRevision, {}).revision;
}

test("a watch replays what it missed, with what was there before, then follows", () => {
  const world = serving();
  world.ask(etcdMessages.put, { key: "/a", value: "1" });
  world.ask(etcdMessages.put, { key: "other", value: "" });
  world.ask(etcdMessages.put, { key: "/a", value: "2" });
  const watched = new Watched(world, { ...all, startRevision: 2n, previousValues: true });
  const exact = new Watched(world, { key: "/a" });
  const future = new Watched(world, { ...all, startRevision: 7n });
  world.simulation.run(10);
  world.ask(etcdMessages.deleteRange, { key: "/a" });
  world.ask(etcdMessages.put, { key: "/b", value: "3" });
  world.ask(etcdMessages.put, { key: "/b", value: "4" });
  world.simulation.run(10);
  assert.equal(watched.events, ["put /a=1 @2", "put /a=2 @4 was 1", "delete /a @5 was 2", "put /b=3 @6", "put /b=4 @7 was 3"]);
  assert.equal(watched.chunks[0], { events: [], revision: 1n }, "the first chunk says that nothing was told yet");
  assert.is(watched.chunks[1]?.revision, 4n);
  assert.equal(exact.events, ["delete /a @5"]);
  assert.equal(future.events, ["put /b=4 @7"], "a watch from the future waits for it");
});

test("a transaction's changes come in one chunk, at one revision", () => {
  const world = serving();
  const watched = new Watched(world, all);
  const put = (key: string) => ({ type: "put" as const, key, value: "" });
  world.ask(etcdMessages.txn, { compares: [], success: [put("/b"), put("/a")], failure: [] });
  world.simulation.run(10);
  assert.equal(
    watched.chunks.slice(1).map(({ events }) => events.length),
    [2],
  );
  assert.equal(watched.events, ["put /b= @2", "put /a= @2"]);
});

test("a watch from a compacted revision ends as compacted, also when it is overtaken while it replays", () => {
  const world = serving();
  for (let index = 0; index < 10; index += 1) world.ask(etcdMessages.put, { key: "/a", value: `${index}` });
  world.ask(etcdMessages.compact, { revision: 8n });
  const late = new Watched(world, { ...all, startRevision: 7n });
  const intime = new Watched(world, { ...all, startRevision: 8n });
  world.simulation.run(10);
  assert.equal(late.ended?.error?.details, { reason: "compacted", compactRevision: 8n });
  assert.is(intime.events[0], "put /a=6 @8");
});

test("a replay rests while its reader is behind, answers for progress when it has caught up, and ends if it is overtaken", () => {
  const world = serving({ upkeep: { changesMost: 0, retentionMs: 0 } });
  const revision = writeMuch(world);
  const slow = new Watched(world, { ...all, startRevision: 2n }, true);
  const overtaken = new Watched(world, { ...all, startRevision: 2n }, true);
  world.simulation.run(100);
  slow.stream.send({ progress: 7 });
  world.simulation.run(100);
  assert.equal(world.states("watch"), ["replaying", "replaying"]);
  world.ask(etcdMessages.compact, { revision });
  for (const { stream } of [slow, overtaken]) stream.consumed(64);
  world.simulation.run(100);
  assert.is(overtaken.ended?.error?.code, "rejected");
  assert.is(overtaken.chunks.reduce((sum, { events }) => sum + events.length, 0) < manyEvents, true);

  const patient = new Watched(world, { ...all, startRevision: revision }, true);
  world.simulation.run(100);
  assert.equal(world.states("watch"), ["synced"]);
  patient.stream.send({ progress: 8 });
  world.simulation.run(10);
  assert.equal(patient.chunks[patient.chunks.length - 1], { events: [], revision, progress: 8 });
});

test("a slow reader that catches up gets everything, and then its answer", () => {
  const world = serving({ upkeep: { changesMost: 0, retentionMs: 0 } });
  const revision = writeMuch(world);
  const slow = new Watched(world, { ...all, startRevision: 2n }, true);
  world.simulation.run(100);
  slow.stream.send({ progress: 7 });
  world.simulation.run(10);
  assert.equal(world.states("watch"), ["replaying"]);
  let credited = 0;
  world.simulation.runUntil(() => {
    const more = slow.chunks.length - credited;
    if (more >= 32) {
      slow.stream.consumed(more);
      credited += more;
    }
    return world.states("watch")[0] === "synced";
  }, 10_000);
  world.simulation.run(100);
  assert.is(slow.events.length, manyEvents);
  assert.equal(slow.chunks[slow.chunks.length - 1], { events: [], revision, progress: 7 });
});

test("progress is told on request, and now and then to who asked for that", () => {
  const world = serving();
  const watched = new Watched(world, { ...all, progressNotify: true });
  const quiet = new Watched(world, all);
  world.ask(etcdMessages.put, { key: "other", value: "" });
  quiet.stream.send({ progress: 1 });
  world.simulation.run(10);
  assert.equal(quiet.chunks.slice(1), [{ events: [], revision: 2n, progress: 1 }]);
  assert.is(watched.chunks.length, 1);
  world.simulation.run(5_000);
  assert.equal(watched.chunks.slice(1), [{ events: [], revision: 2n }]);
  assert.is(quiet.chunks.length, 2);
});

test("a watch that is given up is forgotten", () => {
  const world = serving();
  const watched = new Watched(world, all);
  world.simulation.run(10);
  assert.is(world.ask(etcdMessages.status, {}).watches, 1);
  watched.stream.cancel();
  world.simulation.run(10);
  assert.is(world.ask(etcdMessages.status, {}).watches, 0);
  world.ask(etcdMessages.put, { key: "/a", value: "" });
  assert.equal(watched.events, []);
});

test("a watch of no key is declined", () => {
  const world = serving();
  const watched = new Watched(world, { key: "" });
  world.simulation.run(10);
  assert.is(watched.ended?.error?.message, "etcdserver: key is not provided");
});

test.run();
