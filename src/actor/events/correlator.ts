/**
 * Keeps the events of one source few: repeats are counted on one object, many that differ only in their message are
 * combined, and an object that causes too many is silenced for a while. Limits are those of client-go's record package.
 */
import type { ObjectReference } from "../../api/types.js";

export interface EventToRecord {
  readonly involvedObject: ObjectReference;
  readonly type: "Normal" | "Warning";
  /** UpperCamelCase, for machines: `FailedScheduling`. */
  readonly reason: string;
  readonly message: string;
  /** Who reports it: `kubelet`, `default-scheduler`, `replicaset-controller`. */
  readonly component: string;
  /** The node it happened on, for a node's own components. */
  readonly node?: string;
}

export const correlatorLimits = {
  /** Objects and messages remembered; the least recently used is forgotten first. */
  remembered: 4096,
  /** This many that differ only in their message, within the interval, are combined from then on. */
  similar: 10,
  similarWithinMs: 600_000,
  /** Events one source may report about one object at once, and how often one more is allowed. */
  burst: 25,
  oneMorePerMs: 300_000,
} as const;

/** What to write for an event. */
export interface Correlated {
  /** The event to write, its message as combined. */
  readonly event: EventToRecord;
  readonly key: string;
  readonly count: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  /** Name of the Event object that already stands for it. */
  readonly name: string | undefined;
}

interface Recorded {
  count: number;
  firstAtMs: number;
  name: string | undefined;
}

class RecentlyUsed<Value> {
  private readonly entries = new Map<string, Value>();

  get(key: string): Value | undefined {
    const value = this.entries.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  set(key: string, value: Value): void {
    this.entries.delete(key);
    this.entries.set(key, value);
    if (this.entries.size <= correlatorLimits.remembered) return;
    const oldest = this.entries.keys().next();
    if (!oldest.done) this.entries.delete(oldest.value);
  }

  delete(key: string): void {
    this.entries.delete(key);
  }
}

export class EventCorrelator {
  private readonly recorded = new RecentlyUsed<Recorded>();
  private readonly similar = new RecentlyUsed<{ messages: Set<string>; lastAtMs: number }>();
  private readonly allowance = new RecentlyUsed<{ tokens: number; atMs: number }>();

  /** Undefined when the event is not to be written. */
  correlate(event: EventToRecord, nowMs: number): Correlated | undefined {
    if (!this.allowed(event, nowMs)) return undefined;
    const combined = this.combine(event, nowMs);
    const before = this.recorded.get(combined.key);
    const now: Recorded = { count: (before?.count ?? 0) + 1, firstAtMs: before?.firstAtMs ?? nowMs, name: before?.name };
    this.recorded.set(combined.key, now);
    return { ...combined, count: now.count, firstAtMs: now.firstAtMs, lastAtMs: nowMs, name: now.name };
  }

  /** The Event object that stands for these from now on. */
  written(key: string, name: string): void {
    const recorded = this.recorded.get(key);
    if (recorded !== undefined) recorded.name = name;
  }

  /** The Event object is gone: the next one of these is written anew. */
  forget(key: string): void {
    this.recorded.delete(key);
  }

  private allowed(event: EventToRecord, nowMs: number): boolean {
    const key = sourceAndObject(event);
    const before = this.allowance.get(key) ?? { tokens: correlatorLimits.burst, atMs: nowMs };
    const tokens = Math.min(correlatorLimits.burst, before.tokens + (nowMs - before.atMs) / correlatorLimits.oneMorePerMs);
    const enough = tokens >= 1;
    this.allowance.set(key, { tokens: enough ? tokens - 1 : tokens, atMs: nowMs });
    return enough;
  }

  private combine(event: EventToRecord, nowMs: number): { event: EventToRecord; key: string } {
    const group = `${sourceAndObject(event)}\n${event.type}\n${event.reason}`;
    const before = this.similar.get(group);
    const fresh = before === undefined || nowMs - before.lastAtMs > correlatorLimits.similarWithinMs;
    const messages = fresh ? new Set<string>() : before.messages;
    messages.add(event.message);
    this.similar.set(group, { messages, lastAtMs: nowMs });
    if (messages.size < correlatorLimits.similar) return { event, key: `${group}\n${event.message}` };
    // The set must not grow with every message that is combined.
    messages.delete(event.message);
    return { event: { ...event, message: `(combined from similar events): ${event.message}` }, key: group };
  }
}

const sourceAndObject = ({ component, node = "", involvedObject: object }: EventToRecord): string =>
  [component, node, object.kind, object.namespace, object.name, object.uid, object.fieldPath].join("\n");
