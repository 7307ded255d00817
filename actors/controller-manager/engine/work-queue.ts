/**
 * Keys that are to be reconciled. A key is worked on by one worker at a time; one that changes meanwhile is worked on
 * again afterwards; one that changes very often is worked on at intervals.
 */
import { Delays } from "./delays.js";

export class WorkQueue {
  private readonly waiting = new Set<string>();
  private readonly working = new Set<string>();
  /** Changed while they were worked on. */
  private readonly changed = new Set<string>();
  private readonly delayed = new Delays();
  private readonly startedAtMs = new Map<string, number>();

  constructor(private readonly intervalMs: number) {}

  get size(): number {
    return this.waiting.size;
  }

  get workedOn(): number {
    return this.working.size;
  }

  /** When a delayed key is due; undefined when there is none. */
  get nextDueMs(): number | undefined {
    return this.delayed.nextMs;
  }

  /** True when a worker has something new to do, or something to do sooner than before. */
  add(key: string, nowMs: number): boolean {
    if (this.working.has(key)) {
      this.changed.add(key);
      return false;
    }
    if (this.waiting.has(key)) return false;
    const earliestMs = (this.startedAtMs.get(key) ?? Number.NEGATIVE_INFINITY) + this.intervalMs;
    if (earliestMs > nowMs) return this.delayed.put(key, earliestMs);
    this.ready(key);
    return true;
  }

  addAfter(key: string, delayMs: number, nowMs: number): void {
    if (!this.waiting.has(key)) this.delayed.put(key, nowMs + delayMs);
  }

  /** Makes the delayed keys ready that are due. */
  promote(nowMs: number): void {
    for (const key of this.delayed.takeDue(nowMs)) {
      if (this.working.has(key)) this.changed.add(key);
      else this.ready(key);
    }
    this.forgetOldStarts(nowMs);
  }

  take(nowMs: number): string | undefined {
    const next = this.waiting.values().next();
    if (next.done) return undefined;
    this.waiting.delete(next.value);
    this.working.add(next.value);
    if (this.intervalMs > 0) this.startedAtMs.set(next.value, nowMs);
    return next.value;
  }

  done(key: string, nowMs: number): void {
    this.working.delete(key);
    if (this.changed.delete(key)) this.add(key, nowMs);
  }

  private ready(key: string): void {
    this.delayed.delete(key);
    this.waiting.add(key);
  }

  private forgetOldStarts(nowMs: number): void {
    for (const [key, startedAtMs] of this.startedAtMs) {
      if (startedAtMs + this.intervalMs > nowMs) break;
      this.startedAtMs.delete(key);
    }
  }
}
