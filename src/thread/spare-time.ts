/**
 * Time for what may wait: what the event loop has left when everything else that was ready is done, and a share of it even when
 * nothing is left. So the work of many who may wait neither delays the others nor is forgotten.
 */

/** The least that one turn of the event loop spares. */
const shortestSliceMs = 1;
/** How much of the time that the others took is spared, at least. */
const share = 1 / 8;

export interface Loop {
  nowMs(): number;
  /** Calls back when what is ready now has been done. */
  afterReady(callback: () => void): void;
}

const eventLoop: Loop = { nowMs: () => performance.now(), afterReady: (callback) => setImmediate(callback) };

export class SpareTime {
  private waiting: (() => void)[] = [];
  private done = 0;
  private sinceMs = 0;

  constructor(private readonly loop: Loop = eventLoop) {}

  /** Does the work in its turn, one after another. */
  do(work: () => void): void {
    this.waiting.push(work);
    if (this.waiting.length > 1) return;
    this.sinceMs = this.loop.nowMs();
    this.loop.afterReady(this.slice);
  }

  private readonly slice = (): void => {
    const begunMs = this.loop.nowMs();
    const endMs = begunMs + Math.max(shortestSliceMs, (begunMs - this.sinceMs) * share);
    let work = this.waiting[this.done];
    while (work !== undefined) {
      this.done += 1;
      work();
      work = this.loop.nowMs() < endMs ? this.waiting[this.done] : undefined;
    }
    if (this.done === this.waiting.length) {
      this.waiting = [];
      this.done = 0;
      return;
    }
    if (this.done > this.waiting.length / 2) {
      this.waiting = this.waiting.slice(this.done);
      this.done = 0;
    }
    this.sinceMs = this.loop.nowMs();
    this.loop.afterReady(this.slice);
  };
}
