/** etcd keeps its log short and its leases: snapshots, compaction, what ends with its time. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { etcdMessages } from "../../actors/etcd/messages.js";
import { all, later, said, serving, Watched } from "./etcd-harness.js";

// Upkeep.

test("a long log is replaced by a snapshot while writes go on, and the store is the same after a start", () => {
  const world = serving({ upkeep: { snapshotLogBytes: 2_000, retentionMs: 0, changesMost: 5 } });
  for (let index = 0; index < 30; index += 1) world.ask(etcdMessages.put, { key: `/${index % 7}`, value: "x".repeat(100) });
  world.slowDisk(30);
  world.until("snapshotting.rotating", "upkeep");
  world.until("serving.rotating");
  const during = later();
  world.send(etcdMessages.put, { key: "/during", value: "1" }, during.take);
  world.until("snapshotting.writing", "upkeep");
  const compacted = later();
  const { revision } = world.ask(etcdMessages.currentRevision, {});
  world.send(etcdMessages.compact, { revision }, compacted.take);
  world.until("snapshotting.naming", "upkeep");
  assert.is(said(during.outcome), "ok", "writes go on beside the snapshot");
  assert.is(compacted.outcome, undefined, "a compaction waits for the snapshot");
  world.until("snapshotting.removing", "upkeep");
  world.until("resting", "upkeep");
  world.simulation.runUntil(() => compacted.outcome !== undefined, 1_000);
  assert.is(said(compacted.outcome), "ok");
  assert.equal(world.disk.names(), ["log-0000000002", "snapshot-0000000002"]);
  const { hash } = world.ask(etcdMessages.hash, {});
  world.simulation.kill("etcd/0");
  assert.is(world.untilSettled(), "serving");
  assert.is(world.ask(etcdMessages.hash, {}).hash, hash);
  assert.is(world.ask(etcdMessages.status, {}).compactRevision, revision);
});

test("a snapshot that is due while a frame is on its way waits for it", () => {
  const world = serving({ upkeep: { snapshotLogBytes: 1_000 } });
  world.ask(etcdMessages.put, { key: "/a", value: "x".repeat(1_000) });
  world.simulation.run(500);
  world.slowDisk(2_000);
  const put = later();
  world.send(etcdMessages.put, { key: "/b", value: "" }, put.take);
  world.until("serving.committing.thenRotating");
  assert.is(put.outcome, undefined);
  world.until("serving.rotating");
  world.simulation.run(5);
  assert.is(said(put.outcome), "ok");
  world.until("serving.idle");
  assert.ok(world.disk.names().includes("log-0000000002"));
});

test("more compactions than a snapshot can keep waiting are refused as overload", () => {
  const world = serving({ upkeep: { snapshotLogBytes: 1_000 } });
  world.ask(etcdMessages.put, { key: "/a", value: "x".repeat(1_000) });
  world.slowDisk(1_000);
  world.until("snapshotting", "upkeep");
  const asked = Array.from({ length: 18 }, () => {
    const told = later();
    world.send(etcdMessages.compact, { revision: 2n }, told.take);
    return told;
  });
  world.simulation.run(10);
  assert.is(asked.filter(({ outcome }) => said(outcome).startsWith("overloaded")).length, 2);
});

test("history older than the retention is forgotten, of etcd's own accord", () => {
  const world = serving({ upkeep: { retentionMs: 60_000 } });
  for (let index = 0; index < 10; index += 1) world.ask(etcdMessages.put, { key: "/a", value: `${index}` });
  world.simulation.run(50_000);
  assert.is(world.ask(etcdMessages.status, {}).compactRevision, 0n);
  world.simulation.run(15_000);
  assert.is(world.ask(etcdMessages.status, {}).compactRevision, 11n);
  assert.is(world.ask(etcdMessages.range, { key: "/a" }).kvs[0]?.value, "9");
});

test("a disk that fails under a snapshot crashes etcd, and nothing is lost", () => {
  for (const operation of ["sync", "rename", "syncDirectory", "remove"] as const) {
    const world = serving({ upkeep: { snapshotLogBytes: 1_000 } });
    world.ask(etcdMessages.put, { key: "/a", value: "x".repeat(1_000) });
    let failures = 1;
    world.disk.faults = { ...world.disk.faults, fail: (tried) => (tried === operation && failures-- > 0 ? "EIO" : undefined) };
    world.simulation.runUntil(() => world.simulation.component("etcd/0")?.host.incarnation === 2, 20_000);
    assert.is(world.untilSettled(), "serving", operation);
    assert.is(world.etcd.host.incarnation, 2, operation);
    assert.is(world.ask(etcdMessages.range, all).count, 1, operation);
  }
});

// Leases.

test("a lease takes its keys along when it ends, at one revision, in the order of the leases' ends", () => {
  const world = serving();
  const watched = new Watched(world, all);
  assert.equal(world.states("leases"), ["none"]);
  const granted = world.ask(etcdMessages.leaseGrant, { ttlSeconds: 10 });
  assert.ok(granted.id > 0n);
  assert.equal(world.states("leases"), ["counting"]);
  world.ask(etcdMessages.leaseGrant, { id: 5n, ttlSeconds: 3 });
  assert.is(said(world.call(etcdMessages.leaseGrant, { id: 5n, ttlSeconds: 3 })), "rejected: etcdserver: lease already exists");
  world.ask(etcdMessages.put, { key: "/b", value: "", lease: granted.id });
  world.ask(etcdMessages.put, { key: "/a", value: "", lease: granted.id });
  world.ask(etcdMessages.put, { key: "/soon", value: "", lease: 5n });
  world.ask(etcdMessages.put, { key: "/stays", value: "", lease: 5n });
  world.ask(etcdMessages.put, { key: "/stays", value: "" });
  world.simulation.run(2_000);
  assert.equal(world.ask(etcdMessages.leaseTimeToLive, { id: 5n }).keys, ["/soon"]);
  world.simulation.run(2_000);
  assert.equal(
    world.ask(etcdMessages.range, all).kvs.map(({ key }) => key),
    ["/a", "/b", "/stays"],
  );
  world.simulation.run(4_000);
  assert.is(world.ask(etcdMessages.leaseKeepAlive, { id: granted.id }).ttlSeconds, 10);
  world.simulation.run(5_000);
  assert.is(world.ask(etcdMessages.leaseTimeToLive, { id: granted.id }).remainingSeconds, 4);
  world.simulation.run(6_000);
  assert.equal(watched.events.slice(-3), ["delete /soon @7", "delete /a @8", "delete /b @8"]);
  assert.equal(world.states("leases"), ["none"]);
});

test("a revoked lease takes its keys along; after a start a lease has its whole time again", () => {
  const world = serving();
  world.ask(etcdMessages.leaseGrant, { id: 1n, ttlSeconds: 10 });
  world.ask(etcdMessages.leaseGrant, { id: 2n, ttlSeconds: 10 });
  world.ask(etcdMessages.put, { key: "/a", value: "", lease: 1n });
  world.ask(etcdMessages.put, { key: "/b", value: "", lease: 2n });
  assert.equal(world.ask(etcdMessages.leaseRevoke, { id: 1n }), { revision: 4n });
  world.simulation.run(8_000);
  world.simulation.kill("etcd/0");
  assert.is(world.untilSettled(), "serving");
  world.simulation.run(8_000);
  assert.equal(
    world.ask(etcdMessages.range, all).kvs.map(({ key }) => key),
    ["/b"],
  );
  world.simulation.run(3_000);
  assert.is(world.ask(etcdMessages.range, all).count, 0);
});

test.run();
