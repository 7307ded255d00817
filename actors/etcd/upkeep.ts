import type { Responder } from "../../src/wire/declare.js";
import { wireError } from "../../src/wire/errors.js";
import type { Database } from "./database.js";
import type { Disk, OnDone } from "./io/disk.js";
import { SnapshotWriter } from "./log/snapshot-writer.js";

export interface UpkeepLimits {
  /** How often upkeep looks whether something is due. */
  readonly lookEveryMs: number;
  /** How long overwritten and deleted versions are kept; 0 keeps them for good. */
  readonly retentionMs: number;
  /** Changes that are kept at most, whatever their age; 0 sets no limit. */
  readonly changesMost: number;
  /** A snapshot is made when the log since the last one is longer than this, and than that snapshot. */
  readonly snapshotLogBytes: number;
}

/** kube-apiserver compacts etcd to what was five minutes ago; so does this store, of its own accord. */
export const defaultUpkeepLimits: UpkeepLimits = {
  lookEveryMs: 1_000,
  retentionMs: 5 * 60_000,
  changesMost: 50_000,
  snapshotLogBytes: 16 * 1024 * 1024,
};

export interface CompactRequest {
  readonly request: { readonly revision: bigint };
  readonly respond: Responder<{ revision: bigint }>;
}

/** Requests to compact that may wait for a snapshot to end. */
const heldMost = 16;

/** Compaction and snapshots, one at a time. */
export class Upkeep {
  private readonly held: CompactRequest[] = [];
  private readonly checkpoints: Array<{ readonly atMs: number; readonly revision: bigint }> = [];
  private lastSnapshotBytes = 0;
  private snapshot: SnapshotWriter | undefined;

  constructor(
    private readonly database: Database,
    private readonly disk: Disk,
    private readonly limits: UpkeepLimits,
    private readonly monotonicMs: () => number,
  ) {}

  get lookEveryMs(): number {
    return this.limits.lookEveryMs;
  }

  /** Notes how far the store is, and gives the revision up to which history is no longer kept. */
  private dueRevision(): bigint {
    const { store } = this.database;
    const { retentionMs, changesMost } = this.limits;
    const nowMs = this.monotonicMs();
    if (retentionMs > 0) this.checkpoints.push({ atMs: nowMs, revision: store.committed });
    let due = 0n;
    while (this.checkpoints[0] !== undefined && this.checkpoints[0].atMs + retentionMs <= nowMs) {
      due = this.checkpoints.shift()?.revision ?? due;
    }
    const excess = store.history.end - store.history.start - changesMost;
    if (changesMost > 0 && excess > 0) {
      const { modRevision } = store.history.at(store.history.start + excess);
      if (modRevision > due) due = modRevision;
    }
    return due < store.committed ? due : store.committed;
  }

  /** Forgets history that is too old or too much. */
  compactDue(): void {
    const due = this.dueRevision();
    if (due > this.database.store.compactRevision) this.database.compact(due);
  }

  compact({ request, respond }: CompactRequest): void {
    this.database.compact(request.revision, respond);
  }

  /** A snapshot reads what a compaction would drop, so the compaction waits. */
  hold(request: CompactRequest): void {
    if (this.held.length >= heldMost) request.respond.error(wireError("overloaded", "etcdserver: too many requests"));
    else this.held.push(request);
  }

  releaseHeld(): void {
    for (const request of this.held.splice(0)) this.compact(request);
  }

  get snapshotIsDue(): boolean {
    const { logBytes, keepsNothing } = this.database;
    return !keepsNothing && logBytes > Math.max(this.limits.snapshotLogBytes, this.lastSnapshotBytes);
  }

  /** The log has gone on to a new segment, and all before it is committed. */
  writeSnapshot(onDone: OnDone): void {
    const { store, log } = this.database;
    this.snapshot = new SnapshotWriter(this.disk, store, log.segment, log.nextSequence);
    this.snapshot.write(onDone);
  }

  nameSnapshot(onDone: OnDone): void {
    this.lastSnapshotBytes = this.snapshot?.bytes ?? 0;
    this.database.snapshotBytes = this.lastSnapshotBytes;
    this.snapshot?.name(onDone);
  }

  removeReplaced(onDone: OnDone): void {
    this.snapshot?.removeReplaced(onDone);
    this.snapshot = undefined;
  }
}
