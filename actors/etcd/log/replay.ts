import type { KeyValue } from "../messages.js";
import type { Store } from "../mvcc.js";
import type { EntryReader, SnapshotBegin } from "./entries.js";

/** Puts a store together from the entries of a snapshot and of the log after it. */
export class Replay implements EntryReader {
  nextSequence = 1;
  private versions = 0;
  private began = false;
  private ended: number | undefined;

  constructor(
    private readonly store: Store,
    private readonly nowMs: number,
  ) {}

  /** What the snapshot lacks, once it was read. */
  get snapshotFlaw(): string | undefined {
    if (!this.began) return "the snapshot has no beginning";
    if (this.ended === undefined) return "the snapshot has no end";
    return undefined;
  }

  change(kv: KeyValue): void {
    this.versions += 1;
    this.store.install(kv);
    this.store.commit(this.store.revision);
  }

  base(kv: KeyValue): void {
    this.versions += 1;
    this.store.installBase(kv);
  }

  leaseGranted(id: bigint, ttlSeconds: number): void {
    // The log after a snapshot may tell again what was granted while the snapshot was begun.
    if (this.store.leases.get(id) === undefined) this.store.leases.grant(id, ttlSeconds, this.nowMs);
  }

  leaseEnded(id: bigint): void {
    this.store.leases.remove(id);
  }

  compacted(revision: bigint): void {
    this.store.installCompaction(revision);
  }

  begin(snapshot: SnapshotBegin): void {
    this.began = true;
    this.nextSequence = snapshot.nextSequence;
    this.store.installRevisions(snapshot.revision, snapshot.compactRevision);
    this.store.commit(snapshot.revision);
  }

  end(versions: number): void {
    if (versions === this.versions) this.ended = versions;
  }
}
