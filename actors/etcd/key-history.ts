import type { KeyValue } from "./messages.js";

/** A version of 0 marks the delete of a key. */
export const isDeletion = (kv: KeyValue): boolean => kv.version === 0;

const none: readonly KeyValue[] = [];

/** Every version of one key that was not compacted away, deletes among them. Most keys have but one, and need no list. */
export class KeyHistory {
  /** What was written last. */
  private latest: KeyValue | undefined;
  /** What came before it, oldest first. */
  private older: readonly KeyValue[] = none;

  constructor(readonly key: string) {}

  /** The key as it is now; undefined when it is deleted. */
  get live(): KeyValue | undefined {
    const { latest } = this;
    return latest === undefined || isDeletion(latest) ? undefined : latest;
  }

  /** The key as it was at `revision`; undefined when it did not exist then. */
  at(revision: bigint): KeyValue | undefined {
    const { latest } = this;
    if (latest !== undefined && latest.modRevision <= revision) return this.live;
    const found = this.older[this.lastOlderUpTo(revision)];
    return found === undefined || isDeletion(found) ? undefined : found;
  }

  /** What the key held before `revision` wrote it. */
  before(revision: bigint): KeyValue | undefined {
    return this.at(revision - 1n);
  }

  push(kv: KeyValue): void {
    if (this.latest !== undefined) {
      if (this.older === none) this.older = [this.latest];
      else (this.older as KeyValue[]).push(this.latest);
    }
    this.latest = kv;
  }

  /** Drops what no read at `revision` or later can see. True when nothing is left. */
  compact(revision: bigint): boolean {
    const { latest } = this;
    if (latest === undefined) return true;
    if (latest.modRevision <= revision) {
      this.older = none;
      if (isDeletion(latest)) this.latest = undefined;
      return this.latest === undefined;
    }
    const last = this.lastOlderUpTo(revision);
    const found = this.older[last];
    if (found === undefined) return false;
    const dropped = isDeletion(found) ? last + 1 : last;
    if (dropped > 0) this.older = dropped === this.older.length ? none : this.older.slice(dropped);
    return false;
  }

  /** Index of the last older version written at or before `revision`, or -1. */
  private lastOlderUpTo(revision: bigint): number {
    const { older } = this;
    let low = -1;
    let high = older.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((older[middle] as KeyValue).modRevision <= revision) low = middle;
      else high = middle;
    }
    return low;
  }
}
