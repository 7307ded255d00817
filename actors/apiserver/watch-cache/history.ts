import type { CacheEvent } from "./cache-event.js";

/** How many changes of one resource a watch may lie behind before it must list again. */
export const historyLimit = 2048;

/** The newest changes of one resource, in order: a ring. */
export class History {
  private readonly ring: CacheEvent[] = [];
  /** Where the next event goes once the ring is full. */
  private head = 0;
  private known: bigint;

  /** `since`: nothing is known of changes at or before this revision. */
  constructor(
    since: bigint,
    private readonly limit: number = historyLimit,
  ) {
    this.known = since;
  }

  /** A watch may resume from this revision or a later one. */
  get oldest(): bigint {
    return this.known;
  }

  add(event: CacheEvent): void {
    if (this.ring.length < this.limit) {
      this.ring.push(event);
      return;
    }
    this.known = this.ring[this.head]!.revision;
    this.ring[this.head] = event;
    this.head = (this.head + 1) % this.limit;
  }

  /** The changes after `revision`, oldest first; undefined when some of them are no longer known. */
  after(revision: bigint): CacheEvent[] | undefined {
    if (revision < this.known) return undefined;
    const found: CacheEvent[] = [];
    for (let index = this.ring.length - 1; index >= 0; index -= 1) {
      const event = this.ring[(this.head + index) % this.ring.length]!;
      if (event.revision <= revision) break;
      found.push(event);
    }
    return found.reverse();
  }
}
