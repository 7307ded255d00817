import type { KeyValue } from "./messages.js";

/** A version of 0 marks the delete of a key. */
export const isDeletion = (kv: KeyValue): boolean => kv.version === 0;

/** Every version of one key that was not compacted away, oldest first, deletes among them. */
export class KeyHistory {
  readonly versions: KeyValue[] = [];

  constructor(readonly key: string) {}

  /** What was written last, deletes included. */
  get latest(): KeyValue | undefined {
    return this.versions[this.versions.length - 1];
  }

  /** The key as it is now; undefined when it is deleted. */
  get live(): KeyValue | undefined {
    const latest = this.latest;
    return latest === undefined || isDeletion(latest) ? undefined : latest;
  }

  /** The key as it was at `revision`; undefined when it did not exist then. */
  at(revision: bigint): KeyValue | undefined {
    const found = this.versions[this.lastUpTo(revision)];
    return found === undefined || isDeletion(found) ? undefined : found;
  }

  /** What the key held before `revision` wrote it. */
  before(revision: bigint): KeyValue | undefined {
    return this.at(revision - 1n);
  }

  /** Drops what no read at `revision` or later can see. True when nothing is left. */
  compact(revision: bigint): boolean {
    const last = this.lastUpTo(revision);
    if (last < 0) return this.versions.length === 0;
    const drop = isDeletion(this.versions[last] as KeyValue) ? last + 1 : last;
    if (drop > 0) this.versions.splice(0, drop);
    return this.versions.length === 0;
  }

  /** Index of the last version written at or before `revision`, or -1. Most reads want the newest: looks there first. */
  private lastUpTo(revision: bigint): number {
    const { versions } = this;
    let high = versions.length - 1;
    if (high < 0 || (versions[high] as KeyValue).modRevision <= revision) return high;
    let low = -1;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((versions[middle] as KeyValue).modRevision <= revision) low = middle;
      else high = middle;
    }
    return low;
  }
}
