import type { KeyValue } from "./messages.js";

/**
 * What was written, in the order of revisions and, within one, of the transaction's operations. Positions count from the
 * first change ever told to this process and never shift, so that a reader may keep one across compactions.
 */
export class ChangeHistory {
  private changes: KeyValue[] = [];
  private first = 0;

  /** Position after the newest change. */
  get end(): number {
    return this.first + this.changes.length;
  }

  /** Position of the oldest change that is still here. */
  get start(): number {
    return this.first;
  }

  push(change: KeyValue): void {
    this.changes.push(change);
  }

  at(position: number): KeyValue {
    return this.changes[position - this.first] as KeyValue;
  }

  /** Position of the first change at or after `revision`. */
  positionOf(revision: bigint): number {
    let low = 0;
    let high = this.changes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.changes[middle] as KeyValue).modRevision < revision) low = middle + 1;
      else high = middle;
    }
    return this.first + low;
  }

  /** Forgets everything before `position`. */
  dropBefore(position: number): void {
    if (position <= this.first) return;
    this.changes = this.changes.slice(position - this.first);
    this.first = position;
  }
}
