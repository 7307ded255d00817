import { test } from "uvu";
import * as assert from "uvu/assert";
import { crc32c } from "../../actors/etcd/log/crc32c.js";
import { checkFileHeader, fileHeader } from "../../actors/etcd/log/file-header.js";
import { type Files, keysOf, LogMaker, LogWorld } from "./log-files.js";

const log1 = "log-0000000001";
const log2 = "log-0000000002";
const snapshot2 = "snapshot-0000000002";

/** Three frames, the last over more than one sector. */
function threeFrames(): LogMaker {
  const maker = new LogMaker();
  maker.put("/a", "one");
  maker.put("/b", "x".repeat(300));
  maker.put("/c", `{"text":"${"é\u{1f600}".repeat(150)}"}`);
  return maker;
}

function start(files: Files) {
  return new LogWorld(files).start();
}

function started(files: Files) {
  const result = start(files);
  if (typeof result === "string") throw new Error(`the start was refused: ${result}`);
  return result;
}

function withByte(bytes: Uint8Array, at: number, change: (byte: number) => number): Uint8Array {
  const changed = bytes.slice();
  changed[at] = change(changed[at] as number);
  return changed;
}

test("CRC-32C gives the published check value, whole and in parts", () => {
  const bytes = new TextEncoder().encode("123456789");
  assert.is(crc32c(bytes), 0xe3069283);
  assert.is(crc32c(bytes, 4, 9, crc32c(bytes, 0, 4)), 0xe3069283);
  const long = Uint8Array.from({ length: 1000 }, (_, index) => index * 7);
  assert.is(crc32c(long, 13, 1000, crc32c(long, 0, 13)), crc32c(long));
});

test("an empty directory is a new store", () => {
  const { store, recovery } = started(new Map());
  assert.is(store.revision, 1n);
  assert.equal(recovery.findings, []);
});

test("what was written is there after a start, to the last value", () => {
  const maker = threeFrames();
  const { store } = started(maker.world.files());
  assert.equal(keysOf(store), keysOf(maker.store));
  assert.is(store.revision, 4n);
});

test("a log that ends anywhere gives all whole frames before its end, and goes on from there", () => {
  const maker = threeFrames();
  const bytes = maker.world.files().get(log1) as Uint8Array;
  for (let length = 0; length < bytes.length; length += 1) {
    const world = new LogWorld(new Map([[log1, bytes.slice(0, length)]]));
    const result = world.start();
    if (typeof result === "string") throw new Error(`cut at ${length}: ${result}`);
    const whole = maker.frames.filter(({ end }) => end <= length);
    assert.is(result.store.revision, whole[whole.length - 1]?.revision ?? 1n, `cut at ${length}`);
    const isBetweenFrames = length === 32 || whole[whole.length - 1]?.end === length;
    assert.is(result.recovery.findings.length, isBetweenFrames ? 0 : 1, `what is said of a cut at ${length}`);
    const size = world.disk.contentOf(log1)?.length;
    assert.is(size, whole[whole.length - 1]?.end ?? 32, `the size after a cut at ${length}`);
  }
});

test("a last frame of which any sectors were not written is cut off", () => {
  const maker = threeFrames();
  const bytes = maker.world.files().get(log1) as Uint8Array;
  const begin = maker.frames[1]?.end as number;
  const sectors: Array<[number, number]> = [];
  for (let from = begin; from < bytes.length; ) {
    const to = Math.min(bytes.length, from + 512 - (from % 512));
    sectors.push([from, to]);
    from = to;
  }
  assert.ok(sectors.length >= 3, "the frame lies in several sectors");
  for (let missing = 1; missing < 2 ** sectors.length; missing += 1) {
    const torn = bytes.slice();
    sectors.forEach(([from, to], index) => {
      if (missing & (1 << index)) torn.fill(0, from, to);
    });
    const { store } = started(new Map([[log1, torn]]));
    assert.is(store.revision, 3n, `without sectors ${missing.toString(2)}`);
  }
});

test("zeros after the last frame are cut off", () => {
  const maker = threeFrames();
  const bytes = maker.world.files().get(log1) as Uint8Array;
  for (const zeros of [1, 23, 24, 100, 5000]) {
    const longer = new Uint8Array(bytes.length + zeros);
    longer.set(bytes);
    assert.is(started(new Map([[log1, longer]])).store.revision, 4n, `${zeros} zeros`);
  }
});

test("a flipped bit anywhere in the log is refused, by file and offset", () => {
  const maker = threeFrames();
  const bytes = maker.world.files().get(log1) as Uint8Array;
  for (let at = 0; at < bytes.length; at += 1) {
    for (const bit of [at % 8, (at + 3) % 8]) {
      const result = start(new Map([[log1, withByte(bytes, at, (byte) => byte ^ (1 << bit))]]));
      const frame = at < 32 ? 0 : (maker.frames.findLast(({ end }) => end <= at)?.end ?? 32);
      assert.type(result, "string", `bit ${bit} of byte ${at} was not noticed`);
      assert.ok(String(result).startsWith(`${log1} is damaged at byte ${frame}: `), `byte ${at}: ${result}`);
    }
  }
});

test("a sector of zeros in the middle of the log is damage, because a frame follows it", () => {
  const maker = new LogMaker();
  for (const key of ["/a", "/b", "/c"]) maker.put(key, "x".repeat(600));
  const bytes = (maker.world.files().get(log1) as Uint8Array).slice();
  bytes.fill(0, 512, 1024);
  assert.match(String(start(new Map([[log1, bytes]]))), /^log-0000000001 is damaged at byte \d+: the checksum of the frame/);
});

test("a file's header is on disk with the first frame: without it there is at most one, and that was not acknowledged", () => {
  const maker = threeFrames();
  const bytes = (maker.world.files().get(log1) as Uint8Array).slice();
  bytes.fill(0, 0, 32);
  assert.is(start(new Map([[log1, bytes]])), "log-0000000001 is damaged at byte 0: the file's header was not written");
  const oneFrame = bytes.slice(0, maker.frames[0]?.end);
  assert.is(started(new Map([[log1, oneFrame]])).store.revision, 1n);
});

test("segments follow each other without a gap", () => {
  const maker = threeFrames();
  maker.rotate();
  maker.put("/d", "four");
  const files = maker.world.files();
  assert.is(started(files).store.revision, 5n);

  const torn = new Map(files).set(log1, (files.get(log1) as Uint8Array).slice(0, -1));
  assert.match(String(start(torn)), /^log-0000000001 is damaged at byte \d+: the file ends inside a frame$/);

  const missing = new Map(files);
  missing.delete(log1);
  assert.is(start(missing), "log-0000000001 is damaged at byte 0: it is missing");

  const shorter = new Map(files).set(log1, (files.get(log1) as Uint8Array).slice(0, maker.frames[0]?.end));
  assert.match(String(start(shorter)), /has sequence number 4 where/);

  const renamed = new Map([[log1, files.get(log2) as Uint8Array]]);
  assert.is(start(renamed), "log-0000000001 is damaged at byte 0: its header is that of another file");
});

test("a snapshot takes the place of the log before it", () => {
  const maker = threeFrames();
  maker.store.leases.grant(7n, 60, 0);
  maker.store.compact(3n);
  maker.snapshot();
  const files = maker.world.files();
  files.delete(log1);
  const { store } = started(files);
  assert.equal(keysOf(store), keysOf(maker.store));
  assert.is(store.revision, 4n);
  assert.is(store.compactRevision, 3n);
  assert.is(store.leases.get(7n)?.ttlSeconds, 60);
  assert.is(store.history.at(store.history.start).modRevision, 3n, "the history goes back to the compacted revision");
});

test("a flaw anywhere in a snapshot is refused, by file and offset", () => {
  const maker = threeFrames();
  maker.snapshot();
  const files = maker.world.files();
  const bytes = files.get(snapshot2) as Uint8Array;
  for (let at = 0; at < bytes.length; at += 1) {
    const flipped = start(
      new Map(files).set(
        snapshot2,
        withByte(bytes, at, (byte) => byte ^ (1 << (at % 8))),
      ),
    );
    assert.match(String(flipped), /^snapshot-0000000002 is damaged at byte (0|32): /, `byte ${at}`);
    const cut = start(new Map(files).set(snapshot2, bytes.slice(0, at)));
    assert.match(String(cut), /^snapshot-0000000002 is damaged at byte 32: /, `cut at ${at}`);
  }
});

test("a snapshot without the segment that follows it is refused", () => {
  const maker = threeFrames();
  maker.snapshot();
  const files = maker.world.files();
  files.delete(log2);
  assert.is(start(files), "log-0000000002 is damaged at byte 0: it is missing");
});

test("what an unfinished snapshot or its clearing left behind is removed", () => {
  const maker = threeFrames();
  maker.snapshot();
  maker.put("/d", "four");
  const files = maker.world.files();
  files.set("snapshot-0000000003.unfinished", new Uint8Array(77));
  const world = new LogWorld(files);
  const result = world.start();
  if (typeof result === "string") throw new Error(result);
  assert.is(result.store.revision, 5n);
  assert.equal(world.disk.names(), [log2, snapshot2]);
});

test("a file of a later format is refused, and says so", () => {
  const header = fileHeader("log", 1);
  const view = new DataView(header.buffer);
  view.setUint32(8, 2, true);
  view.setUint32(24, crc32c(header, 0, 24), true);
  assert.equal(checkFileHeader(header, "log", 1), { why: "it has format version 2; this program reads version 1" });
  assert.equal(checkFileHeader(new TextEncoder().encode("x".repeat(40)), "log", 1), {
    why: "it is not a file of this program",
  });
});

test.run();
