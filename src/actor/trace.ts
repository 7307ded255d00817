/** What happened, as records: the one source of golden traces, `chartroom trace` and the inspector. */
import type { Address } from "../wire/address.js";
import type { Envelope } from "../wire/envelope.js";

/** Grows when a reader of older traces would misread newer ones. */
export const traceFormatVersion = 1;

export interface MessageRecord {
  readonly kind: "message";
  readonly atMs: number;
  /** The actor at which it was seen. */
  readonly actor: Address;
  readonly direction: "sent" | "received" | "relayed" | "dropped";
  readonly envelope: Envelope;
  /** Why it was dropped. */
  readonly why?: string;
}

export interface TransitionRecord {
  readonly kind: "transition";
  readonly atMs: number;
  readonly actor: Address;
  /** Name of the chart inside its actor: the role for the root, `pod default/nginx` for others. */
  readonly chart: string;
  readonly event: string;
  readonly from: string;
  readonly to: string;
  /** Id of the message being handled, or "". */
  readonly cause: string;
}

export interface NoteRecord {
  readonly kind: "note";
  readonly atMs: number;
  readonly actor: Address;
  readonly text: string;
  readonly cause: string;
}

export type TraceRecord = MessageRecord | TransitionRecord | NoteRecord;

export type TraceSink = (record: TraceRecord) => void;

/** `active.creating` for nested states, `a.x|b.y` for parallel ones. */
export function stateName(value: unknown): string {
  if (typeof value === "string") return value;
  return Object.entries(value as Record<string, unknown>)
    .map(([state, inner]) => {
      const below = stateName(inner);
      return below === "" ? state : `${state}.${below}`;
    })
    .join("|");
}
