/**
 * The host: everything an actor has of the world. A chart and the logic beneath it get time, chance, names and
 * messages from here and from nowhere else, so that the same chart runs on threads and in the simulation.
 */
import type { Address } from "../wire/address.js";
import type { Endpoint } from "../wire/endpoint.js";
import type { Charts } from "./charts.js";
import type { Ids } from "./ids.js";
import type { Random } from "./random.js";

export type Timer = unknown;

/** An actor's own clock. Two actors' clocks may disagree. */
export interface Clock {
  /** Wall clock, milliseconds since 1970-01-01T00:00Z. May jump. */
  nowMs(): number;
  /** Milliseconds since some moment of this actor's life; never goes back. */
  monotonicMs(): number;
  after(delayMs: number, callback: () => void): Timer;
  cancel(timer: Timer): void;
}

export interface Host {
  readonly address: Address;
  /** How often this actor has been started, from 1. */
  readonly incarnation: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly wire: Endpoint;
  readonly charts: Charts;
  /** A line for people in the trace. */
  note(text: string): void;
  /**
   * Keeps the message being handled as the cause of what `callback` will do. For callbacks of the actor's own I/O, which
   * run later, outside of any message.
   */
  bind<Arguments extends unknown[]>(callback: (...values: Arguments) => void): (...values: Arguments) => void;
  /** Ends the actor as a crash: its supervisor restarts it. For conditions in which it must not go on. */
  crash(error: Error): void;
}

/** RFC 3339 in UTC with whole seconds, as metav1.Time is written. */
export const rfc3339 = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** RFC 3339 in UTC with microseconds, as metav1.MicroTime is written. */
export const rfc3339Micro = (ms: number): string => {
  const whole = Math.floor(ms);
  const micros = Math.floor((ms - whole) * 1000);
  return `${new Date(whole).toISOString().slice(0, 23)}${String(micros).padStart(3, "0")}Z`;
};
