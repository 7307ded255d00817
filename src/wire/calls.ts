import type { Address } from "./address.js";
import { type Outcome, wireError } from "./errors.js";
import { TransientMap } from "./transient-map.js";

/** Timers as the wire needs them; the host's clock is one. */
export interface WireClock {
  after(delayMs: number, callback: () => void): unknown;
  cancel(timer: unknown): void;
}

interface CallInFlight {
  readonly to: Address;
  readonly via: Address;
  readonly name: string;
  readonly timer: unknown;
  readonly onOutcome: (outcome: Outcome<unknown>) => void;
}

/** The calls that an actor waits for: bounded, each with a deadline, each ended exactly once. */
export class CallsInFlight {
  private readonly calls = new TransientMap<number, CallInFlight>();

  constructor(
    private readonly clock: WireClock,
    private readonly limit: number,
  ) {}

  get full(): boolean {
    return this.calls.size >= this.limit;
  }

  /** What waits now, for inspection. */
  list(): Array<{ correlation: number; to: Address; name: string }> {
    return this.calls.entries().map(([correlation, { to, name }]) => ({ correlation, to, name }));
  }

  add(
    correlation: number,
    call: { to: Address; via: Address; name: string; deadlineMs: number; onOutcome: (outcome: Outcome<unknown>) => void },
  ): void {
    const { to, via, name, deadlineMs, onOutcome } = call;
    const timer = this.clock.after(deadlineMs, () =>
      this.settle(correlation, {
        ok: false,
        error: wireError("deadline", `${to} did not answer ${name} within ${deadlineMs} ms`),
      }),
    );
    this.calls.set(correlation, { to, via, name, timer, onOutcome });
  }

  /** False when nobody waits for it (any more): a late or doubled reply. */
  settle(correlation: number, outcome: Outcome<unknown>): boolean {
    const call = this.calls.get(correlation);
    if (call === undefined) return false;
    this.calls.delete(correlation);
    this.clock.cancel(call.timer);
    call.onOutcome(outcome);
    return true;
  }

  /** Gives a call up: its outcome will not be told. */
  forget(correlation: number): void {
    const call = this.calls.get(correlation);
    if (call === undefined) return;
    this.calls.delete(correlation);
    this.clock.cancel(call.timer);
  }

  /** Ends, indefinite, every call that `lost` says went away with its link or its receiver. */
  lose(lost: (call: { to: Address; via: Address }) => boolean): void {
    for (const [correlation, call] of this.calls.entries()) {
      if (lost(call)) {
        this.settle(correlation, {
          ok: false,
          error: wireError("linkLost", `${call.to} went away before it answered ${call.name}`),
        });
      }
    }
  }
}
