/** Logs made for tests, and what a start makes of them. */
import type { Disk, SyncDirectoryReason, SyncReason } from "../../actors/etcd/io/disk.js";
import { ByteWriter } from "../../actors/etcd/log/byte-writer.js";
import { writeChange } from "../../actors/etcd/log/entries.js";
import { beginFrame, sealFrame } from "../../actors/etcd/log/frame.js";
import { Recovery, type StepResult } from "../../actors/etcd/log/recovery.js";
import { describeDamage } from "../../actors/etcd/log/scan.js";
import type { SegmentWriter } from "../../actors/etcd/log/segment-writer.js";
import { SnapshotWriter } from "../../actors/etcd/log/snapshot-writer.js";
import { Store } from "../../actors/etcd/mvcc.js";
import { seededRandom } from "../../src/actor/random.js";
import { SimulatedDisk } from "../../src/sim/disk.js";
import { EventQueue } from "../../src/sim/event-queue.js";

export type Files = ReadonlyMap<string, Uint8Array>;

export class LogWorld {
  readonly queue = new EventQueue();
  readonly disk: SimulatedDisk;

  constructor(files: Files = new Map(), seed = "log") {
    this.disk = new SimulatedDisk(this.queue, seededRandom(seed));
    for (const [name, bytes] of files) this.disk.place(name, bytes);
  }

  /** Runs one operation to its end. */
  wait<Value>(operation: (onDone: (value: Value) => void) => void): Value {
    let told: { readonly value: Value } | undefined;
    operation((value) => {
      told = { value };
    });
    while (told === undefined && this.queue.step());
    if (told === undefined) throw new Error("the disk did not answer");
    return told.value;
  }

  skip(reason: SyncReason | SyncDirectoryReason): void {
    this.disk.faults = { ...this.disk.faults, skipSync: new Set([reason]) };
  }

  files(): Map<string, Uint8Array> {
    return new Map(this.disk.names().map((name) => [name, this.disk.contentOf(name) ?? new Uint8Array(0)]));
  }

  /** The disk as the last start has it. */
  mounted: Disk | undefined;

  /** Starts from what the disk holds: the store, or what is wrong, in words. */
  start(): { store: Store; recovery: Recovery } | string {
    const store = new Store();
    this.mounted = this.disk.mount();
    const recovery = new Recovery(this.mounted, store, 0);
    const steps = ["list", "readSnapshot", "readLog", "repair"] as const;
    for (const step of steps) {
      const result = this.wait<StepResult>((onDone) => recovery[step](onDone));
      if (result.kind === "damaged") return describeDamage(result.damage);
      if (result.kind === "failed") return result.failure.message;
    }
    return { store, recovery };
  }
}

/** Puts keys into a store and, a frame each, into a log. */
export class LogMaker {
  readonly world = new LogWorld();
  readonly store: Store;
  readonly writer: SegmentWriter;
  /** Where each frame ends in the segment at hand, and the revision it brings. */
  readonly frames: Array<{ end: number; revision: bigint }> = [];
  private readonly entries = new ByteWriter();
  private end = 32;

  constructor() {
    const started = this.world.start();
    if (typeof started === "string") throw new Error(started);
    this.store = started.store;
    this.writer = started.recovery.writer;
  }

  put(key: string, value: string): void {
    this.store.put({ key, value });
    this.store.commit(this.store.revision);
    beginFrame(this.entries);
    writeChange(this.entries, this.store.history.at(this.store.history.end - 1));
    const frame = sealFrame(this.entries, this.writer.nextSequence);
    this.end += frame.length;
    this.frames.push({ end: this.end, revision: this.store.revision });
    this.world.wait((onDone) => this.writer.append(frame, onDone));
  }

  rotate(): void {
    this.world.wait((onDone) => this.writer.rotate(onDone));
    this.end = 32;
    this.frames.length = 0;
  }

  snapshot(): void {
    this.rotate();
    const snapshot = new SnapshotWriter(this.world.mounted as Disk, this.store, this.writer.segment, this.writer.nextSequence);
    this.world.wait((onDone) => snapshot.write(onDone));
    this.world.wait((onDone) => snapshot.name(onDone));
  }
}

export const keysOf = (store: Store): string[] => {
  const read = store.range({ key: "\0", rangeEnd: "\0" });
  return read.ok ? read.reply.kvs.map(({ key, value }) => `${key}=${value}`) : [read.error.message];
};
