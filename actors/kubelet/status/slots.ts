/** How many status writes may be under way at once. Who finds none free is told, in order, when its turn has come. */
export class WriteSlots {
  private free: number;
  private readonly waiting = new Map<string, () => void>();

  constructor(most: number) {
    this.free = most;
  }

  /** Calls `onGranted` at once or later. `name` is the one who asks. */
  take(name: string, onGranted: () => void): void {
    if (this.free > 0) {
      this.free -= 1;
      onGranted();
    } else this.waiting.set(name, onGranted);
  }

  /** Gives up waiting. */
  withdraw(name: string): void {
    this.waiting.delete(name);
  }

  release(): void {
    const [next] = this.waiting;
    if (next === undefined) this.free += 1;
    else {
      this.waiting.delete(next[0]);
      next[1]();
    }
  }
}
