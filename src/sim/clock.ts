import type { Clock, Timer } from "../actor/host.js";
import type { EventQueue, Scheduled } from "./event-queue.js";

/** Where virtual time begins: 2025-01-01T00:00:00Z, so that simulated objects bear readable dates. */
export const epochMs = 1_735_689_600_000;

/** One incarnation's clock: its timers die with it. `skewMs` is how far its wall clock is off. */
export class SimulatedClock implements Clock {
  private stopped = false;
  skewMs = 0;

  constructor(private readonly queue: EventQueue) {}

  nowMs(): number {
    return epochMs + this.queue.nowMs + this.skewMs;
  }

  monotonicMs(): number {
    return this.queue.nowMs;
  }

  after(delayMs: number, callback: () => void): Timer {
    return this.queue.after(delayMs, () => {
      if (!this.stopped) callback();
    });
  }

  cancel(timer: Timer): void {
    if (timer !== undefined) this.queue.cancel(timer as Scheduled);
  }

  stop(): void {
    this.stopped = true;
  }
}
