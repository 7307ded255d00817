import type { Address } from "./address.js";
import type { WireError } from "./errors.js";

/** Grows when the envelope or a handshake changes so that the two ends would misread each other. */
export const protocolVersion = 1;

/**
 * - `hello` opens a link, in both directions, before anything else.
 * - `call` is answered by one `reply`; `cast` is not answered.
 * - `open` starts a stream; `chunk` carries its data in either direction, `credit` allows the peer that many more
 *   chunks, `end` closes one direction, `cancel` gives the whole stream up.
 * - `down` says that an actor behind the API server went away.
 */
export type EnvelopeKind = "hello" | "call" | "reply" | "cast" | "open" | "chunk" | "credit" | "end" | "cancel" | "down";

export interface Envelope {
  readonly kind: EnvelopeKind;
  readonly from: Address;
  /** How often this actor has been started; tells a restarted actor's messages from its predecessor's. */
  readonly fromIncarnation: number;
  readonly to: Address;
  /** The incarnation of the receiver that this answers, or 0 when any will do. */
  readonly toIncarnation: number;
  /** Name of the declared message; that of the opening message on every envelope of a stream or reply. */
  readonly name: string;
  /** Correlates replies with calls and chunks with streams; unique per incarnation of the side that chose it. */
  readonly correlation: number;
  /** True when `correlation` was chosen by the sender of this envelope. */
  readonly fromOpener: boolean;
  /** Position on its link, from 1, without a gap. */
  readonly sequence: number;
  /** `id` of the message that led to this one, or "" when a timer or the outside did. */
  readonly cause: string;
  /** `<from>#<incarnation>.<n>`: names this message in traces. */
  readonly id: string;
  /** Milliseconds that the caller waits for its reply, counted at its own clock; 0 where nothing is awaited. */
  readonly deadlineMs: number;
  /** Plain data: what structured clone can carry. Kubernetes objects inside are JSON text. */
  readonly body: unknown;
}

/** Body of `hello`. */
export interface Hello {
  readonly protocolVersion: number;
}

/** Body of `reply`. */
export type ReplyBody = { readonly ok: true; readonly reply: unknown } | { readonly ok: false; readonly error: WireError };

/** Body of `open`: the request, and how many chunks the opener takes before it grants more. */
export interface OpenBody {
  readonly request: unknown;
  readonly credits: number;
}

/** Body of `end`: absent error means a clean end of that direction. */
export interface EndBody {
  readonly error?: WireError;
}

/** Body of `down`. */
export interface DownBody {
  readonly address: Address;
}
