/** etcd opens, serves and stops. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { etcdMessages } from "../../actors/etcd/messages.js";
import type { TraceRecord } from "../../src/actor/trace.js";
import type { Outcome } from "../../src/wire/errors.js";
import { LogMaker } from "../etcd/log-files.js";
import { EtcdWorld } from "../sim/etcd-world.js";
import { all, later, said, serving, Watched } from "./etcd-harness.js";

const noted = (trace: readonly TraceRecord[]): string[] =>
  trace.flatMap((record) => (record.kind === "note" && record.actor === "etcd/0" ? [record.text] : []));

// Opening.

test("while its log is read, etcd answers status and refuses the rest as unavailable", () => {
  const world = new EtcdWorld({ seed: "opening", diskDelayMs: 200 });
  world.simulation.run(20);
  assert.match(world.states()[0] ?? "", /^opening/);
  assert.is(said(world.call(etcdMessages.range, all)), "unavailable: etcd is reading its log");
  const watched = new Watched(world, all);
  assert.is(world.ask(etcdMessages.status, {}).state, "opening");
  assert.is(watched.ended?.error?.code, "unavailable");
  world.until("serving.idle");
});

test("a stop while the log is read ends etcd in order", () => {
  const world = new EtcdWorld({ seed: "opening", diskDelayMs: 200 });
  const { etcd } = world;
  etcd.stop();
  assert.is(world.simulation.component("etcd/0"), undefined, "etcd is gone");
});

test("a disk that fails while the log is read crashes etcd, and its successor serves", () => {
  const world = new EtcdWorld({ seed: "opening", diskDelayMs: 50 });
  let failures = 1;
  world.disk.faults = { ...world.disk.faults, fail: (operation) => (operation === "list" && failures-- > 0 ? "EIO" : undefined) };
  assert.is(world.untilSettled(), "serving");
  assert.is(world.etcd.host.incarnation, 2);
});

test("a damaged log is refused by name until somebody stops etcd", () => {
  const maker = new LogMaker();
  maker.put("/a", "one");
  maker.put("/b", "two");
  const files = maker.world.files();
  const bytes = files.get("log-0000000001") as Uint8Array;
  bytes[70] = (bytes[70] as number) ^ 4;
  const trace: TraceRecord[] = [];
  const world = new EtcdWorld({ seed: "damaged", files, trace: (record) => trace.push(record) });
  const problem = "log-0000000001 is damaged at byte 32: the checksum of the frame does not match";
  assert.is(world.untilSettled(), problem);
  assert.is(said(world.call(etcdMessages.range, all)), `unavailable: etcd does not serve: ${problem}`);
  assert.is(said(world.call(etcdMessages.put, { key: "/c", value: "" })), `unavailable: etcd does not serve: ${problem}`);
  assert.equal(noted(trace), [`etcd does not serve: ${problem}`]);
  const { etcd } = world;
  etcd.stop();
  assert.is(world.simulation.component("etcd/0"), undefined, "etcd is gone");
});

test("what was cut off a torn log is noted", () => {
  const maker = new LogMaker();
  maker.put("/a", "one");
  const files = maker.world.files();
  files.set("log-0000000001", (files.get("log-0000000001") as Uint8Array).slice(0, -3));
  const trace: TraceRecord[] = [];
  const world = serving({ files, trace: (record) => trace.push(record) });
  assert.equal(world.ask(etcdMessages.range, all).kvs, []);
  assert.match(noted(trace)[0] ?? "", /^etcd: log-0000000001 was cut at byte 32 of \d+: the file ends inside a frame$/);
});

// Serving.

test("each request is answered as etcd does", () => {
  const world = serving();
  assert.equal(world.ask(etcdMessages.put, { key: "/a", value: "1" }), { revision: 2n });
  assert.is(world.ask(etcdMessages.put, { key: "/a", value: "2", previousValue: true }).previous?.value, "1");
  assert.is(world.ask(etcdMessages.range, { key: "/a" }).kvs[0]?.version, 2);
  assert.is(world.ask(etcdMessages.range, { key: "/a", revision: 2n }).kvs[0]?.value, "1");
  assert.equal(world.ask(etcdMessages.currentRevision, {}), { revision: 3n });
  const txn = world.ask(etcdMessages.txn, {
    compares: [{ key: "/a", target: "modRevision", operator: "=", expected: 3n }],
    success: [{ type: "put", key: "/b", value: "3" }],
    failure: [],
  });
  assert.equal(txn, { succeeded: true, revision: 4n, responses: [{ type: "put", revision: 4n }] });
  const first = world.ask(etcdMessages.hash, {});
  assert.is(world.ask(etcdMessages.deleteRange, { key: "/b" }).deleted, 1);
  const second = world.ask(etcdMessages.hash, {});
  assert.is.not(first.hash, second.hash);
  assert.is(world.ask(etcdMessages.hash, { revision: 4n }).hash, first.hash, "a hash of the past is what it was");
  assert.is(said(world.call(etcdMessages.hash, { revision: 9n })).startsWith("rejected: etcdserver: mvcc"), true);
  assert.equal(world.ask(etcdMessages.compact, { revision: 4n }), { revision: 5n });
  const compacted = world.call(etcdMessages.range, { key: "/a", revision: 3n });
  assert.is(said(compacted), "rejected: etcdserver: mvcc: required revision has been compacted");
  assert.equal(!compacted.ok && compacted.error.details, { reason: "compacted", compactRevision: 4n });
  const status = world.ask(etcdMessages.status, {});
  assert.equal([status.state, status.revision, status.compactRevision, status.keys], ["serving", 5n, 4n, 1]);
});

test("requests that are wrong are declined in etcd's words", () => {
  const world = serving();
  const put = { type: "put" as const, key: "/a", value: "" };
  const cases: Array<[Outcome<unknown>, string]> = [
    [world.call(etcdMessages.put, { key: "", value: "" }), "etcdserver: key is not provided"],
    [world.call(etcdMessages.put, { key: "/a", value: "\ud800" }), "etcdserver: value is not text that UTF-8 can encode"],
    [world.call(etcdMessages.put, { key: "/a", value: "", lease: 5n }), "etcdserver: requested lease not found"],
    [world.call(etcdMessages.put, { key: "/a", value: "x".repeat(1.5 * 1024 * 1024) }), "etcdserver: request is too large"],
    [world.call(etcdMessages.put, { key: "/a", value: "é".repeat(800_000) }), "etcdserver: request is too large"],
    [
      world.call(etcdMessages.txn, { compares: [], success: [put, put], failure: [] }),
      "etcdserver: duplicate key given in txn request",
    ],
    [
      world.call(etcdMessages.txn, { compares: [], success: [put, { type: "deleteRange", ...all }], failure: [] }),
      "etcdserver: duplicate key given in txn request",
    ],
    [
      world.call(etcdMessages.txn, { compares: [], success: Array.from({ length: 129 }, () => put), failure: [] }),
      "etcdserver: too many operations in txn request",
    ],
    [world.call(etcdMessages.range, { ...all, revision: 7n }), "etcdserver: mvcc: required revision is a future revision"],
    [world.call(etcdMessages.compact, { revision: 7n }), "etcdserver: mvcc: required revision is a future revision"],
    [world.call(etcdMessages.leaseRevoke, { id: 5n }), "etcdserver: requested lease not found"],
    [world.call(etcdMessages.leaseKeepAlive, { id: 5n }), "etcdserver: requested lease not found"],
    [world.call(etcdMessages.leaseTimeToLive, { id: 5n }), "etcdserver: requested lease not found"],
    [world.call(etcdMessages.leaseGrant, { ttlSeconds: 1e10 }), "etcdserver: too large lease TTL"],
  ];
  for (const [outcome, message] of cases) assert.is(said(outcome), `rejected: ${message}`);
  assert.is(world.ask(etcdMessages.currentRevision, {}).revision, 1n, "nothing was written");
});

test("writes that come while a frame is on its way share the next one, and are not seen before it is safe", () => {
  const world = serving();
  world.slowDisk(100);
  const first = later();
  world.send(etcdMessages.put, { key: "/0", value: "" }, first.take);
  world.until("serving.committing");
  const rest = Array.from({ length: 20 }, (_, index) => {
    const told = later();
    world.send(etcdMessages.put, { key: `/${index + 1}`, value: "" }, told.take);
    return told;
  });
  const early = later<{ revision: bigint }>();
  world.send(etcdMessages.txn, { compares: [], success: [{ type: "range", ...all }], failure: [] }, early.take);
  world.simulation.run(5);
  assert.equal(world.ask(etcdMessages.range, all).kvs, [], "what is not safe is not read");
  assert.is(early.outcome?.ok && early.outcome.reply.revision, 1n, "nor by a transaction that only reads");
  const { syncs } = world.ask(etcdMessages.status, {});
  assert.is(first.outcome, undefined, "nor acknowledged");
  world.simulation.runUntil(() => first.outcome !== undefined, 1_000);
  assert.ok(rest.every(({ outcome }) => outcome === undefined));
  world.simulation.runUntil(() => rest.every(({ outcome }) => outcome?.ok === true), 1_000);
  assert.is(world.ask(etcdMessages.status, {}).syncs - syncs, 1, "twenty writes, one sync");
});

test("a refusal that rests on a write that is not safe waits for it", () => {
  const world = serving();
  world.ask(etcdMessages.leaseGrant, { id: 3n, ttlSeconds: 60 });
  world.slowDisk(100);
  const revoked = later();
  const put = later();
  world.send(etcdMessages.leaseRevoke, { id: 3n }, revoked.take);
  world.send(etcdMessages.put, { key: "/a", value: "", lease: 3n }, put.take);
  world.simulation.runUntil(() => put.outcome !== undefined, 1_000);
  assert.is(said(revoked.outcome), "ok");
  assert.is(said(put.outcome), "rejected: etcdserver: requested lease not found");
});

test("when too much waits for the disk, every kind of write is refused as overload, and nothing of it happens", () => {
  const world = serving();
  world.ask(etcdMessages.leaseGrant, { id: 3n, ttlSeconds: 600 });
  world.slowDisk(500);
  const value = "x".repeat(1_500_000);
  const big = Array.from({ length: 26 }, (_, index) => {
    const told = later();
    world.send(etcdMessages.put, { key: `/${index}`, value }, told.take);
    return told;
  });
  world.simulation.run(10);
  const overloaded = "overloaded: etcdserver: too many requests";
  assert.is(said(world.call(etcdMessages.put, { key: "/z", value: "" })), overloaded);
  assert.is(said(world.call(etcdMessages.deleteRange, all)), overloaded);
  assert.is(said(world.call(etcdMessages.txn, { compares: [], success: [], failure: [] })), overloaded);
  assert.is(said(world.call(etcdMessages.leaseGrant, { ttlSeconds: 5 })), overloaded);
  assert.is(said(world.call(etcdMessages.leaseRevoke, { id: 3n })), overloaded);
  world.simulation.runUntil(() => big.every(({ outcome }) => outcome !== undefined), 10_000);
  const accepted = big.filter(({ outcome }) => outcome?.ok).length;
  assert.ok(accepted > 20 && accepted < 26, `${accepted} writes were accepted`);
  assert.is(world.ask(etcdMessages.status, {}).keys, accepted);
});

test("a disk that fails to sync crashes etcd; its writers are told that nobody knows, and the log decides", () => {
  const world = serving();
  world.ask(etcdMessages.put, { key: "/a", value: "1" });
  let failures = 1;
  world.disk.faults = { ...world.disk.faults, fail: (operation) => (operation === "sync" && failures-- > 0 ? "EIO" : undefined) };
  const watched = new Watched(world, all);
  const outcome = world.call(etcdMessages.put, { key: "/b", value: "2" });
  assert.is(said(outcome), "internal: etcd's disk failed: sync log-0000000001: EIO");
  world.simulation.run(10);
  assert.is(watched.ended?.error?.code, "internal");
  assert.is(world.untilSettled(), "serving");
  assert.is(world.etcd.host.incarnation, 2);
  assert.equal(
    world.ask(etcdMessages.range, all).kvs.map(({ key }) => key),
    ["/a"],
  );
});

// Stopping.

test("a stop while a frame is on its way still makes safe and acknowledges what was accepted, and refuses the rest", () => {
  const world = serving();
  world.slowDisk(100);
  const first = later();
  const second = later();
  world.send(etcdMessages.put, { key: "/a", value: "1" }, first.take);
  world.until("serving.committing");
  world.send(etcdMessages.put, { key: "/b", value: "2" }, second.take);
  world.simulation.run(5);
  const watched = new Watched(world, all);
  world.simulation.run(5);
  const { etcd } = world;
  etcd.stop();
  assert.equal(world.states(), ["stopping.finishing"]);
  assert.is(said(world.call(etcdMessages.put, { key: "/c", value: "3" })), "unavailable: etcd is stopping");
  assert.is(world.ask(etcdMessages.status, {}).state, "stopping");
  world.until("stopping.committing");
  world.simulation.runUntil(() => second.outcome !== undefined && watched.ended !== undefined, 1_000);
  assert.is(said(first.outcome), "ok");
  assert.is(said(second.outcome), "ok");
  assert.equal(watched.events, ["put /a=1 @2", "put /b=2 @3"]);
  assert.is(watched.ended?.error?.message, "etcd is stopping");
  assert.is(world.simulation.component("etcd/0"), undefined, "etcd is gone");
});

test("a disk that fails while etcd stops is a crash", () => {
  const world = serving();
  world.slowDisk(100);
  const put = later();
  world.send(etcdMessages.put, { key: "/a", value: "1" }, put.take);
  world.until("serving.committing");
  world.disk.faults = { ...world.disk.faults, fail: (operation) => (operation === "sync" ? "EIO" : undefined) };
  world.etcd.stop();
  world.simulation.runUntil(() => put.outcome !== undefined, 1_000);
  assert.is(said(put.outcome), "internal: etcd's disk failed: sync log-0000000001: EIO");
});

test("a stop between two commits ends etcd at once", () => {
  const world = serving();
  world.etcd.stop();
  assert.is(world.simulation.component("etcd/0"), undefined, "etcd is gone");
});

test("a stop while the log goes on to a new segment waits for that", () => {
  const world = serving({ upkeep: { snapshotLogBytes: 0 } });
  world.ask(etcdMessages.put, { key: "/a", value: "" });
  world.slowDisk(100);
  world.until("serving.rotating");
  const { etcd } = world;
  etcd.stop();
  assert.equal(world.states(), ["stopping.rotating"]);
  world.simulation.run(500);
  assert.is.not(world.simulation.component("etcd/0"), etcd);
});

test.run();
