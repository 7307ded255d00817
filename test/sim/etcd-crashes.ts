/**
 * A story of writers, readers, a watch and crashes, told by a seed, and the check that etcd keeps its word: what was
 * acknowledged, read or told by a watch is never lost, and a transaction is there whole or not at all.
 */

import type { SyncDirectoryReason, SyncReason } from "../../actors/etcd/io/disk.js";
import { etcdMessages, type KeyValue, prefixEnd, type WatchEvent } from "../../actors/etcd/messages.js";
import { between, integerBelow, type Random, seededRandom } from "../../src/actor/random.js";
import type { TraceSink } from "../../src/actor/trace.js";
import type { DiskFaults, DiskOperation } from "../../src/sim/disk.js";
import { EtcdWorld } from "./etcd-world.js";

const writers = 4;
const crashPoints: readonly DiskOperation[] = [
  "write",
  "sync",
  "sync",
  "syncDirectory",
  "syncDirectory",
  "open",
  "rename",
  "remove",
];

export interface StoryOptions {
  readonly seed: string;
  readonly skipSync?: SyncReason | SyncDirectoryReason;
  readonly crashes?: number;
  readonly trace?: TraceSink;
}

/** A promise that was broken. */
export class Broken extends Error {
  override readonly name = "Broken";
}

interface Writer {
  /** The newest value that was tried, and the newest that was acknowledged or seen. */
  tried: number;
  sure: number;
  busy: boolean;
}

class Story {
  private readonly random: Random;
  private readonly world: EtcdWorld;
  private readonly compacts: boolean;
  private readonly writers: Writer[] = Array.from({ length: writers }, () => ({ tried: 0, sure: 0, busy: false }));
  private readonly told: WatchEvent[] = [];
  private watchRevision = 1n;
  private watching = false;
  private sureRevision = 1n;
  /** Counts down to the operation at which the next crash happens. */
  private trap: { readonly operation: DiskOperation; left: number; readonly spring: () => string | undefined } | undefined;
  private incarnation = 1;

  constructor(private readonly options: StoryOptions) {
    this.random = seededRandom(`story ${options.seed}`);
    // A watch that is away may miss what is compacted, so one story has the one, another the other.
    this.compacts = this.random.next() < 0.4;
    const changesMost = this.compacts ? 100 : 0;
    this.world = new EtcdWorld({
      seed: options.seed,
      upkeep: { snapshotLogBytes: 3_000, retentionMs: 0, changesMost },
      ...(options.trace === undefined ? {} : { trace: options.trace }),
    });
    const faults: Partial<DiskFaults> = {
      fail: (operation) => this.sprung(operation),
      skipSync: new Set(options.skipSync === undefined ? [] : [options.skipSync]),
    };
    this.world.disk.faults = { ...this.world.disk.faults, ...faults };
  }

  run(): void {
    this.settle();
    for (let crash = 0; crash < (this.options.crashes ?? 6); crash += 1) {
      // Too many crashes within a minute would be reported and not looped; but sometimes the next one comes soon.
      if (crash % 3 === 0 || this.random.next() < 0.5) this.world.simulation.run(60_000);
      if (!this.compacts) this.watch();
      for (let writer = 0; writer < writers; writer += 1) this.write(writer);
      this.crashSoon();
      if (this.random.next() < 0.6) {
        // The next crash comes before anything else is made safe.
        this.settle();
        this.crashNow();
      }
      this.settle();
    }
    if (!this.compacts) this.checkWatch();
  }

  private get here(): number {
    return this.world.simulation.component("etcd/0")?.host.incarnation ?? 0;
  }

  private sprung(operation: DiskOperation): string | undefined {
    const { trap } = this;
    if (trap === undefined || trap.operation !== operation) return undefined;
    trap.left -= 1;
    if (trap.left > 0) return undefined;
    this.trap = undefined;
    return trap.spring();
  }

  private crashNow(): void {
    this.world.simulation.kill("etcd/0");
  }

  /** Lets writes go on until a disk operation chosen by chance, and crashes there or a moment later. */
  private crashSoon(): void {
    const { random, world } = this;
    const operation = crashPoints[integerBelow(random, crashPoints.length)] as DiskOperation;
    const often = operation === "write" || operation === "sync";
    const kind = random.next();
    this.trap = {
      operation,
      left: 1 + integerBelow(random, often ? 40 : 3),
      spring: () => {
        if (kind < 0.2 && operation === "sync") return "EIO";
        if (kind < 0.2 && operation === "write") return "ENOSPC";
        world.simulation.queue.after(kind < 0.5 ? 0 : between(random, 0, 0.6), () => this.crashNow());
        return undefined;
      },
    };
    const { incarnation } = this;
    if (world.simulation.runUntil(() => this.here !== incarnation, 2_500)) return;
    this.trap = undefined;
    this.crashNow();
  }

  /** Waits for etcd to serve again, and checks that what it says fits what it said before. */
  private settle(): void {
    const state = this.world.untilSettled();
    const [givenUp] = this.world.simulation.givenUp;
    if (givenUp !== undefined) throw new Error(`the story is too fast for the supervisor: ${givenUp.error}`);
    if (state !== "serving") throw new Broken(`etcd does not serve after a crash: ${state}`);
    this.incarnation = this.here;
    this.world.simulation.runUntil(() => this.writers.every(({ busy }) => !busy), 20_000);
    this.check();
  }

  private write(which: number): void {
    const { incarnation } = this;
    const writer = this.writers[which] as Writer;
    writer.tried += 1;
    writer.busy = true;
    const tried = writer.tried;
    const put = (key: string) => ({ type: "put" as const, key, value: `${tried} ${"x".repeat(integerBelow(this.random, 400))}` });
    const success = [put(`/left/${which}`), put(`/right/${which}`)];
    this.world.send(etcdMessages.txn, { compares: [], success, failure: [] }, (outcome) => {
      writer.busy = false;
      if (outcome.ok) {
        writer.sure = tried;
        this.saw(outcome.reply.revision);
      }
      this.world.simulation.queue.after(between(this.random, 5, 40), () => {
        if (this.here === incarnation && outcome.ok) this.write(which);
      });
    });
  }

  private saw(revision: bigint): void {
    if (revision > this.sureRevision) this.sureRevision = revision;
  }

  private check(): void {
    const { kvs, revision } = this.world.ask(etcdMessages.range, { key: "/", rangeEnd: prefixEnd("/") });
    if (revision < this.sureRevision) throw new Broken(`revision ${this.sureRevision} was told, and now it is ${revision}`);
    this.saw(revision);
    const values = new Map(kvs.map((kv: KeyValue) => [kv.key, kv]));
    this.writers.forEach((writer, which) => {
      const left = values.get(`/left/${which}`);
      const right = values.get(`/right/${which}`);
      const found = Number.parseInt(left?.value ?? "0", 10);
      if (found !== Number.parseInt(right?.value ?? "0", 10) || left?.modRevision !== right?.modRevision)
        throw new Broken(`half of a transaction of writer ${which} is there`);
      if (found < writer.sure)
        throw new Broken(`write ${writer.sure} of writer ${which} was acknowledged or read, now there is ${found}`);
      if (found > writer.tried) throw new Broken(`writer ${which} never wrote ${found}`);
      writer.sure = found;
    });
  }

  private watch(): void {
    if (this.watching) return;
    this.watching = true;
    const request = { key: "/", rangeEnd: prefixEnd("/"), startRevision: this.watchRevision + 1n };
    this.world.wire.open("etcd/0", etcdMessages.watch, request, {
      onChunk: ({ events, revision }) => {
        this.told.push(...events);
        this.watchRevision = revision;
        this.saw(revision);
      },
      onEnd: (error) => {
        this.watching = false;
        if (error?.code === "rejected") throw new Broken(`the watch cannot go on: ${error.message}`);
      },
    });
  }

  /** The watch told every revision once, in order, and each as it is in the store. */
  private checkWatch(): void {
    this.watch();
    const { revision } = this.world.ask(etcdMessages.currentRevision, {});
    if (!this.world.simulation.runUntil(() => this.watchRevision >= revision, 5_000))
      throw new Broken(`the watch is at ${this.watchRevision}, the store at ${revision}`);
    const expected: bigint[] = [];
    for (let each = 2n; each <= revision; each += 1n) expected.push(each, each);
    const told = this.told.map(({ kv }) => kv.modRevision);
    const wrong = expected.findIndex((each, index) => each !== told[index]);
    if (wrong >= 0 || told.length !== expected.length)
      throw new Broken(
        `the watch told ${told[wrong]} where ${expected[wrong]} follows, ${told.length} events for ${expected.length}`,
      );
    const last = new Map<string, string>();
    for (const { kv } of this.told) last.set(kv.key, kv.value);
    for (const kv of this.world.ask(etcdMessages.range, { key: "/", rangeEnd: prefixEnd("/") }).kvs) {
      if (last.get(kv.key) !== kv.value) throw new Broken(`the watch told another value of ${kv.key} than the store has`);
    }
  }
}

/** Undefined when etcd kept its word, or how it broke it. */
export function tell(options: StoryOptions): string | undefined {
  try {
    new Story(options).run();
    return undefined;
  } catch (error) {
    if (error instanceof Broken) return error.message;
    throw error;
  }
}
