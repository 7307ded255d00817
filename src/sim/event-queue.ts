/** What will happen, in order of virtual time, and among equals in the order in which it was asked for. */

interface Entry {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
  cancelled: boolean;
}

export type Scheduled = { cancelled: boolean };

/** More steps than this without time going on is a livelock. */
const stepsPerInstantMost = 100_000;

export class SimulationStuck extends Error {
  override readonly name = "SimulationStuck";
}

export class EventQueue {
  private readonly heap: Entry[] = [];
  private orders = 0;
  private instantMs = 0;
  private stepsThisInstant = 0;
  /** Steps made since the start. */
  steps = 0;

  /** Virtual milliseconds since the simulation began. */
  get nowMs(): number {
    return this.instantMs;
  }

  /** When the next thing happens; undefined when nothing will. */
  get nextMs(): number | undefined {
    this.dropCancelled();
    return this.heap[0]?.atMs;
  }

  at(atMs: number, run: () => void): Scheduled {
    const entry: Entry = { atMs: Math.max(atMs, this.instantMs), order: this.orders++, run, cancelled: false };
    this.heap.push(entry);
    this.rise(this.heap.length - 1);
    return entry;
  }

  after(delayMs: number, run: () => void): Scheduled {
    return this.at(this.instantMs + Math.max(0, delayMs), run);
  }

  cancel(scheduled: Scheduled): void {
    scheduled.cancelled = true;
  }

  /** Lets the next thing happen. False when there is none. Throws SimulationStuck on a livelock. */
  step(): boolean {
    this.dropCancelled();
    const entry = this.take();
    if (entry === undefined) return false;
    if (entry.atMs > this.instantMs) {
      this.instantMs = entry.atMs;
      this.stepsThisInstant = 0;
    }
    this.steps += 1;
    this.stepsThisInstant += 1;
    if (this.stepsThisInstant > stepsPerInstantMost) {
      throw new SimulationStuck(`more than ${stepsPerInstantMost} steps at ${this.instantMs} ms: time does not go on`);
    }
    entry.run();
    return true;
  }

  /** Lets time pass without anything happening at its end. */
  advanceTo(atMs: number): void {
    this.instantMs = Math.max(this.instantMs, atMs);
    this.stepsThisInstant = 0;
  }

  private dropCancelled(): void {
    while (this.heap[0]?.cancelled) this.take();
  }

  private take(): Entry | undefined {
    const first = this.heap[0];
    const last = this.heap.pop();
    if (first !== undefined && last !== undefined && last !== first) {
      this.heap[0] = last;
      this.sink(0);
    }
    return first;
  }

  private rise(index: number): void {
    const entry = this.heap[index] as Entry;
    let at = index;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = this.heap[parent] as Entry;
      if (!before(entry, above)) break;
      this.heap[at] = above;
      at = parent;
    }
    this.heap[at] = entry;
  }

  private sink(index: number): void {
    const entry = this.heap[index] as Entry;
    let at = index;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= this.heap.length) break;
      const right = left + 1;
      const child = right < this.heap.length && before(this.heap[right] as Entry, this.heap[left] as Entry) ? right : left;
      const below = this.heap[child] as Entry;
      if (!before(below, entry)) break;
      this.heap[at] = below;
      at = child;
    }
    this.heap[at] = entry;
  }
}

const before = (one: Entry, other: Entry): boolean =>
  one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
