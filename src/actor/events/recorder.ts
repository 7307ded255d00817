/** The bulk behind the chart that writes events: what waits, how fast it may go, and how an Event object looks. */
import type { Event, ObjectReference } from "../../api/types.js";
import type { Outcome } from "../../wire/errors.js";
import { type ApiAnswer, type ApiWrite, askApiserver } from "../api-requests.js";
import { type Host, rfc3339 } from "../host.js";
import { integerBelow } from "../random.js";
import { type Correlated, EventCorrelator, type EventToRecord } from "./correlator.js";

export const recorderLimits = {
  /** Events that wait to be written; more are lost, and the trace says so. */
  waiting: 1_000,
  /** Writes at once, and per second after that: a storm of events must not keep the API server from its work. */
  burst: 100,
  perSecond: 50,
  tries: 5,
  retryAfterMs: 1_000,
  /** After a write it rests so many times as long as the write took: the slower the API server, the less it is asked. */
  restPerWrite: 3,
  restMostMs: 1_000,
} as const;

export class EventRecorder {
  private readonly correlator = new EventCorrelator();
  private readonly waiting: Correlated[] = [];
  /** How many wait, by key. */
  private readonly waitingByKey = new Map<string, number>();
  /** Names of Event objects by key, only of keys that still wait. */
  private readonly names = new Map<string, string>();
  /** Of the Event object that is being written. */
  private nameOfWritten = "";
  private tokens: number = recorderLimits.burst;
  private tokensAtMs: number;
  private tries = 0;
  private writtenAtMs = 0;
  private restsUntilMs = 0;
  private lost = 0;

  constructor(private readonly host: Host) {
    this.tokensAtMs = host.clock.monotonicMs();
  }

  get hasWaiting(): boolean {
    return this.waiting.length > 0;
  }

  get triesAreUsedUp(): boolean {
    return this.tries >= recorderLimits.tries;
  }

  take(event: EventToRecord): void {
    if (this.waiting.length >= recorderLimits.waiting) {
      if (this.lost++ === 0) this.host.note(`events are lost: ${recorderLimits.waiting} wait to be written`);
      return;
    }
    const correlated = this.correlator.correlate(event, this.host.clock.nowMs());
    if (correlated === undefined) return;
    this.waiting.push(correlated);
    this.waitingByKey.set(correlated.key, (this.waitingByKey.get(correlated.key) ?? 0) + 1);
  }

  /** The event whose turn it is only raises the count of one that was written before. */
  get counts(): boolean {
    return this.nameOfCounted !== undefined;
  }

  /** An earlier one of the same key may have been written since this one was queued. */
  private get nameOfCounted(): string | undefined {
    const { key, name } = this.waiting[0]!;
    return name ?? this.names.get(key);
  }

  /** Milliseconds until the next write is allowed; 0 for now. */
  get pauseMs(): number {
    const nowMs = this.host.clock.monotonicMs();
    const gained = ((nowMs - this.tokensAtMs) * recorderLimits.perSecond) / 1000;
    this.tokens = Math.min(recorderLimits.burst, this.tokens + gained);
    this.tokensAtMs = nowMs;
    const untilToken = this.tokens >= 1 ? 0 : ((1 - this.tokens) * 1000) / recorderLimits.perSecond;
    return Math.ceil(Math.max(untilToken, this.restsUntilMs - nowMs, 0));
  }

  /** Writes the event that has waited longest. */
  write(onOutcome: (outcome: Outcome<ApiAnswer>) => void): void {
    this.tokens -= 1;
    this.tries += 1;
    this.writtenAtMs = this.host.clock.monotonicMs();
    const known = this.nameOfCounted;
    this.nameOfWritten = known ?? this.name();
    askApiserver(this.host, known === undefined ? this.creation(this.nameOfWritten) : this.repetition(known), onOutcome);
  }

  written(): void {
    const { key } = this.waiting[0]!;
    this.correlator.written(key, this.nameOfWritten);
    this.names.set(key, this.nameOfWritten);
    this.next();
  }

  /** The Event object that counted repeats has expired: this one begins a new one. */
  expired(): void {
    const first = this.waiting[0]!;
    this.names.delete(first.key);
    this.correlator.forget(first.key);
    this.waiting[0] = { ...first, name: undefined, count: 1, firstAtMs: first.lastAtMs };
  }

  giveUp(why: string): void {
    const { event } = this.waiting[0]!;
    this.host.note(`event ${event.reason} of ${event.involvedObject.name} is lost: ${why}`);
    this.next();
  }

  private next(): void {
    const nowMs = this.host.clock.monotonicMs();
    const { restPerWrite, restMostMs } = recorderLimits;
    this.restsUntilMs = nowMs + Math.min(restMostMs, (nowMs - this.writtenAtMs) * restPerWrite);
    const done = this.waiting.shift()!;
    this.tries = 0;
    if (this.waiting.length === 0) this.lost = 0;
    const left = (this.waitingByKey.get(done.key) ?? 1) - 1;
    if (left > 0) {
      this.waitingByKey.set(done.key, left);
      return;
    }
    this.waitingByKey.delete(done.key);
    this.names.delete(done.key);
  }

  private creation(name: string): ApiWrite {
    const correlated = this.waiting[0]!;
    return { verb: "create", path: pathOfEvents(correlated.event.involvedObject), object: eventObject(correlated, name) };
  }

  private repetition(name: string): ApiWrite {
    const { event, count, lastAtMs } = this.waiting[0]!;
    return {
      verb: "patch",
      path: { ...pathOfEvents(event.involvedObject), name },
      patchType: "application/merge-patch+json",
      patch: { count, lastTimestamp: rfc3339(lastAtMs), message: event.message },
    };
  }

  /** `<object>.<hexadecimal>`: the time in nanoseconds, whose lowest digits are drawn since the clock has none. */
  private name(): string {
    const { event, lastAtMs } = this.waiting[0]!;
    const nanos = BigInt(Math.floor(lastAtMs)) * 1_000_000n + BigInt(integerBelow(this.host.random, 1_000_000));
    return `${event.involvedObject.name}.${nanos.toString(16)}`;
  }
}

const pathOfEvents = (object: ObjectReference) => ({
  group: "",
  version: "v1",
  resource: "events",
  namespace: object.namespace || "default",
});

/** The core/v1 Event for what was recorded. */
export function eventObject({ event, count, firstAtMs, lastAtMs }: Correlated, name: string): Event {
  const { involvedObject, type, reason, message, component, node } = event;
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name, namespace: involvedObject.namespace || "default" },
    involvedObject,
    reason,
    message,
    source: node === undefined ? { component } : { component, host: node },
    firstTimestamp: rfc3339(firstAtMs),
    lastTimestamp: rfc3339(lastAtMs),
    count,
    type,
    reportingComponent: component,
    reportingInstance: node ?? "",
  };
}
