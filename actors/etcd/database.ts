import type { Host } from "../../src/actor/host.js";
import type { Responder } from "../../src/wire/declare.js";
import { type Outcome, type WireError, wireError } from "../../src/wire/errors.js";
import type { Disk, OnDone } from "./io/disk.js";
import { ByteWriter } from "./log/byte-writer.js";
import { crc32c } from "./log/crc32c.js";
import { writeChange, writeCompacted, writeLeaseEnded, writeLeaseGranted } from "./log/entries.js";
import { beginFrame, frameHeaderBytes, sealFrame } from "./log/frame.js";
import type { SegmentWriter } from "./log/segment-writer.js";
import type { DeleteRangeRequest, LeaseReply, PutRequest, TxnRequest } from "./messages.js";
import type { Store } from "./mvcc.js";
import { isReadOnly } from "./txn.js";
import { WatchIndex } from "./watch-index.js";
import type { WatchSession } from "./watch-session.js";

/** Writes that may wait for the disk, by number and by bytes; one more is refused as overload. */
const waitingMost = 16_384;
const waitingBytesMost = 32 * 1024 * 1024;

/** One write's caller, who is told when the disk has what it wrote. */
type Acknowledge = (failure?: WireError) => void;

/**
 * Group commit. A write is applied to the store at once and waits, with all that come while the disk is busy; then one
 * frame carries them all. Replies and watches follow the sync of their frame, and reads see nothing newer.
 */
export class Database {
  readonly sessions = new WatchIndex<WatchSession>();
  private filling = new ByteWriter();
  private flying = new ByteWriter();
  private waiting: Acknowledge[] = [];
  private inFlight: Acknowledge[] = [];
  /** Position in the history up to which changes are in a frame. */
  private encoded: number;
  private flyingRevision: bigint;
  private notified: number;
  private readonly touched: WatchSession[] = [];
  /** Tells the watches of a frame's changes, in the name of the last write in it. */
  private notifyOfWaiting: (() => void) | undefined;
  private notifyOfInFlight: (() => void) | undefined;
  syncs = 0;
  writes = 0;
  /** Of the newest snapshot. */
  snapshotBytes = 0;

  constructor(
    private readonly host: Host,
    readonly store: Store,
    private readonly disk: Disk,
    readonly log: SegmentWriter,
    public logBytes: number,
  ) {
    this.encoded = store.history.end;
    this.notified = store.history.end;
    this.flyingRevision = store.committed;
    beginFrame(this.filling);
  }

  /** True when something waits that no frame carries yet. */
  get hasWork(): boolean {
    return this.waiting.length > 0 || this.filling.length > frameHeaderBytes;
  }

  get isFull(): boolean {
    return this.waiting.length >= waitingMost || this.filling.length >= waitingBytesMost;
  }

  get writesWaiting(): number {
    return this.waiting.length + this.inFlight.length;
  }

  get keepsNothing(): boolean {
    return this.disk.keepsNothing;
  }

  put(request: PutRequest, respond: Responder<unknown>): void {
    this.settle(this.store.put(request), respond);
  }

  deleteRange(request: DeleteRangeRequest, respond: Responder<unknown>): void {
    this.settle(this.store.deleteRange(request), respond);
  }

  txn(request: TxnRequest, respond: Responder<unknown>): void {
    const outcome = this.store.txn(request);
    // What only reads saw only what is safe.
    if (isReadOnly(request)) answer(outcome, respond);
    else this.settle(outcome, respond);
  }

  compact(revision: bigint, respond?: Responder<{ revision: bigint }>): void {
    const outcome = this.store.compact(revision);
    if (outcome.ok) writeCompacted(this.filling, revision);
    if (respond !== undefined) this.settle(outcome, respond);
  }

  grantLease(id: bigint, ttlSeconds: number, respond: Responder<LeaseReply>): void {
    const outcome = this.store.leases.grant(id, ttlSeconds, this.host.clock.monotonicMs());
    if (!outcome.ok) return this.settle(outcome, respond);
    const granted = outcome.reply;
    writeLeaseGranted(this.filling, granted.id, granted.ttlSeconds);
    this.settle({ ok: true, reply: { id: granted.id, ttlSeconds: granted.ttlSeconds } }, respond);
  }

  revokeLease(id: bigint, respond?: Responder<{ revision: bigint }>): void {
    const outcome = this.store.revokeLease(id);
    if (outcome.ok) {
      this.encodeChanges();
      writeLeaseEnded(this.filling, id);
    }
    if (respond !== undefined) this.settle(outcome, respond);
  }

  /** Sends one frame with all that waits to the disk. Without a failure it is safe there. */
  commit(onDone: OnDone): void {
    [this.filling, this.flying] = [this.flying, this.filling];
    [this.waiting, this.inFlight] = [this.inFlight, this.waiting];
    this.notifyOfInFlight = this.notifyOfWaiting;
    this.notifyOfWaiting = undefined;
    this.flyingRevision = this.store.revision;
    beginFrame(this.filling);
    if (this.flying.length === frameHeaderBytes || this.keepsNothing) return onDone();
    this.syncs += 1;
    const frame = sealFrame(this.flying, this.log.nextSequence);
    this.logBytes += frame.length;
    this.log.append(frame, onDone);
  }

  /** The frame is safe: tells the watches, then the callers, so that who hears of its own write finds it everywhere. */
  committed(): void {
    this.store.commit(this.flyingRevision);
    this.flying.clear();
    this.notifyOfInFlight?.();
    this.notifyOfInFlight = undefined;
    for (const acknowledge of this.inFlight) acknowledge();
    this.writes += this.inFlight.length;
    this.inFlight.length = 0;
  }

  /** Nobody knows what became of the writes that wait. */
  abandon(error: WireError): void {
    for (const acknowledge of [...this.inFlight, ...this.waiting]) acknowledge(error);
    this.inFlight.length = 0;
    this.waiting.length = 0;
  }

  /** A checksum of every key as of a revision. */
  hash(revision: bigint): number {
    const bytes = new ByteWriter();
    let crc = 0;
    this.store.visitAt(revision, undefined, (kv) => {
      bytes.clear();
      writeChange(bytes, kv);
      crc = crc32c(bytes.bytes, 0, bytes.length, crc);
      return true;
    });
    return crc;
  }

  /**
   * Lets a caller wait until all that its outcome rests on is safe: what it wrote, and what waited before it. A refusal
   * may rest on a write that waits too.
   */
  private settle<Reply>(outcome: Outcome<Reply>, respond: Responder<Reply>): void {
    this.encodeChanges();
    if (!this.hasWork && this.flying.length === 0) return answer(outcome, respond);
    this.waiting.push(
      this.host.bind((failure?: WireError) => answer(failure === undefined ? outcome : { ok: false, error: failure }, respond)),
    );
  }

  private encodeChanges(): void {
    const { history } = this.store;
    if (this.encoded === history.end) return;
    for (; this.encoded < history.end; this.encoded += 1) writeChange(this.filling, history.at(this.encoded));
    this.notifyOfWaiting = this.host.bind(() => this.tellWatches());
  }

  private tellWatches(): void {
    const { history, committed } = this.store;
    const end = history.positionOf(committed + 1n);
    for (; this.notified < end; this.notified += 1) {
      const change = history.at(this.notified);
      this.sessions.visit(change.key, (session) => {
        if (session.take(change)) this.touched.push(session);
      });
    }
    for (const session of this.touched) session.flush(committed);
    this.touched.length = 0;
  }
}

function answer<Reply>(outcome: Outcome<Reply>, respond: Responder<Reply>): void {
  if (outcome.ok) respond.ok(outcome.reply);
  else respond.error(outcome.error);
}

export const stoppingError = (): WireError => wireError("unavailable", "etcd is stopping");
