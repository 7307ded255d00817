/** Keys that are due at some time, each once, at the earliest time asked for. */
export class Delays {
  private readonly dueAtMs = new Map<string, number>();
  private readonly byTime: Array<{ readonly key: string; readonly atMs: number }> = [];

  get nextMs(): number | undefined {
    this.dropStale();
    return this.byTime[0]?.atMs;
  }

  /** True when something is now due earlier than before. */
  put(key: string, atMs: number): boolean {
    const before = this.dueAtMs.get(key);
    if (before !== undefined && before <= atMs) return false;
    this.dueAtMs.set(key, atMs);
    return this.insert({ key, atMs }) === 0;
  }

  delete(key: string): void {
    this.dueAtMs.delete(key);
  }

  /** The keys that are due, earliest first. */
  takeDue(nowMs: number): string[] {
    const due: string[] = [];
    for (let next = this.nextMs; next !== undefined && next <= nowMs; next = this.nextMs) {
      const { key } = this.byTime.shift()!;
      this.dueAtMs.delete(key);
      due.push(key);
    }
    return due;
  }

  private dropStale(): void {
    while (this.byTime[0] !== undefined && this.dueAtMs.get(this.byTime[0].key) !== this.byTime[0].atMs) this.byTime.shift();
  }

  /** Keeps the order of time; among equals, the order of asking. */
  private insert(entry: { readonly key: string; readonly atMs: number }): number {
    let low = 0;
    let high = this.byTime.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.byTime[middle]!.atMs <= entry.atMs) low = middle + 1;
      else high = middle;
    }
    this.byTime.splice(low, 0, entry);
    return low;
  }
}
