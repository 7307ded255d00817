import { test } from "uvu";
import * as assert from "uvu/assert";
import { etcdMessages, prefixEnd, type WatchChunk, type WatchRequest } from "../../actors/etcd/messages.js";
import type { TraceRecord } from "../../src/actor/trace.js";
import type { Outcome, WireError } from "../../src/wire/errors.js";
import type { IncomingStream } from "../../src/wire/streams.js";
import { LogMaker } from "../etcd/log-files.js";
import { EtcdWorld, type EtcdWorldOptions } from "../sim/etcd-world.js";

const all = { key: "/", rangeEnd: prefixEnd("/") };

function serving(options: Partial<EtcdWorldOptions> = {}): EtcdWorld {
  const world = new EtcdWorld({ seed: "charts", crash: "cutPower", ...options });
  assert.is(world.untilSettled(), "serving");
  return world;
}

/** What became of a call that is not waited for. */
function later<Reply>(): { outcome?: Outcome<Reply>; take: (outcome: Outcome<Reply>) => void } {
  const told: { outcome?: Outcome<Reply>; take: (outcome: Outcome<Reply>) => void } = {
    take: (outcome) => {
      told.outcome = outcome;
    },
  };
  return told;
}

const said = (outcome: Outcome<unknown> | undefined): string =>
  outcome === undefined ? "nothing" : outcome.ok ? "ok" : `${outcome.error.code}: ${outcome.error.message}`;

const noted = (trace: readonly TraceRecord[]): string[] =>
  trace.flatMap((record) => (record.kind === "note" && record.actor === "etcd/0" ? [record.text] : []));

class Watched {
  readonly chunks: WatchChunk[] = [];
  ended: { error?: WireError } | undefined;
  readonly stream: IncomingStream<{ readonly progress: number }>;

  constructor(world: EtcdWorld, request: WatchRequest, manualCredit = false) {
    this.stream = world.wire.open("etcd/0", etcdMessages.watch, request, {
      manualCredit,
      onChunk: (chunk) => this.chunks.push(chunk),
      onEnd: (error) => {
        this.ended = error === undefined ? {} : { error };
      },
    });
  }

  /** `put /a=1 @2 was 0`. */
  get events(): string[] {
    return this.chunks.flatMap(({ events }) =>
      events.map(({ type, kv, previous }) => {
        const value = type === "put" ? `=${kv.value}` : "";
        return `${type} ${kv.key}${value} @${kv.modRevision}${previous === undefined ? "" : ` was ${previous.value}`}`;
      }),
    );
  }
}

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

// Watches.

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
