import type { WireError } from "../../src/wire/errors.js";
import type { OutgoingStream } from "../../src/wire/streams.js";
import { isDeletion } from "./key-history.js";
import { inRange } from "./keys.js";
import type { KeyValue, ProgressRequest, WatchChunk, WatchEvent, WatchRequest } from "./messages.js";
import type { Store } from "./mvcc.js";
import { compacted } from "./rejection.js";
import type { WatchIndex } from "./watch-index.js";

/** A chunk holds about so many events; more only where one revision has more. */
const chunkEvents = 500;
/** A replay rests when this many chunks wait for the reader. */
const replayBacklog = 16;
/** Progress requests that may wait for a replay to end. */
const progressWaitingMost = 64;

export type WatchStream = OutgoingStream<WatchChunk, ProgressRequest>;
export type WatchSessions = WatchIndex<WatchSession>;

/** What one watch has told and has yet to tell. */
export class WatchSession {
  readonly key: string;
  readonly rangeEnd: string | undefined;
  readonly progressNotify: boolean;
  private readonly from: bigint;
  private readonly previousValues: boolean;
  /** Everything up to this revision has been told. */
  private told: bigint;
  private pending: WatchEvent[] = [];
  private readonly progressWaiting: number[] = [];

  constructor(
    private readonly store: Store,
    private readonly sessions: WatchSessions,
    readonly stream: WatchStream,
    request: WatchRequest,
  ) {
    this.key = request.key;
    this.rangeEnd = request.rangeEnd;
    this.progressNotify = request.progressNotify === true;
    this.previousValues = request.previousValues === true;
    const start = request.startRevision ?? 0n;
    this.from = start === 0n ? store.committed + 1n : start;
    this.told = this.from - 1n < store.committed ? this.from - 1n : store.committed;
  }

  get isCompacted(): boolean {
    return this.told + 1n < this.store.compactRevision;
  }

  get isCaughtUp(): boolean {
    return this.told >= this.store.committed;
  }

  /** The first chunk: the watch is there, and has told nothing yet. */
  greet(): void {
    this.stream.send({ events: [], revision: this.told });
  }

  /** Tells what was committed before the watch began, until it has caught up or the reader is behind. */
  replay(): void {
    const { history, committed } = this.store;
    if (this.isCompacted) return;
    let position = history.positionOf(this.told + 1n);
    const end = history.positionOf(committed + 1n);
    while (position < end && this.stream.backlog < replayBacklog && this.stream.open) {
      let revision = this.told;
      while (position < end) {
        const change = history.at(position);
        if (change.modRevision !== revision && this.pending.length >= chunkEvents) break;
        revision = change.modRevision;
        if (inRange(change.key, this.key, this.rangeEnd)) this.pending.push(this.eventOf(change));
        position += 1;
      }
      if (position === end) revision = committed;
      this.flush(revision);
    }
  }

  /** From now on commits are told as they happen. */
  join(): void {
    this.told = this.store.committed;
    this.sessions.add(this);
    for (const progress of this.progressWaiting.splice(0)) this.tellProgress(progress);
  }

  leave(): void {
    this.sessions.remove(this);
  }

  /** Takes a committed change; true when it is the first since the last `flush`. */
  take(change: KeyValue): boolean {
    if (change.modRevision < this.from) return false;
    const last = this.pending[this.pending.length - 1];
    const wasEmpty = last === undefined;
    if (this.pending.length >= chunkEvents && last !== undefined && last.kv.modRevision !== change.modRevision) {
      this.flush(last.kv.modRevision);
    }
    this.pending.push(this.eventOf(change));
    return wasEmpty;
  }

  /** Sends what was taken; everything up to `revision` has then been told. */
  flush(revision: bigint): void {
    this.told = revision;
    if (this.pending.length === 0) return;
    const events = this.pending;
    this.pending = [];
    this.stream.send({ events, revision });
  }

  /** Keeps a question for when the watch has caught up. */
  askedForProgress(progress: number): void {
    if (this.progressWaiting.length < progressWaitingMost) this.progressWaiting.push(progress);
  }

  /** Says how far the watch is; with a number in answer to a request. */
  tellProgress(progress?: number): void {
    this.told = this.store.committed;
    this.stream.send(
      progress === undefined ? { events: [], revision: this.told } : { events: [], revision: this.told, progress },
    );
  }

  endCompacted(): void {
    this.stream.end(compacted(this.store.compactRevision));
  }

  end(error: WireError): void {
    this.stream.end(error);
  }

  private eventOf(kv: KeyValue): WatchEvent {
    const type = isDeletion(kv) ? "delete" : "put";
    const previous = this.previousValues ? this.store.previous(kv.key, kv.modRevision) : undefined;
    return previous === undefined ? { type, kv } : { type, kv, previous };
  }
}
