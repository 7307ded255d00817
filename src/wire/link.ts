/** The links of an actor: what its driver, its endpoint and its chart know of them. */
import type { Address } from "./address.js";
import type { Envelope } from "./envelope.js";

export interface LinkUp {
  readonly type: "link.up";
  readonly peer: Address;
  readonly peerIncarnation: number;
}
export interface LinkDown {
  readonly type: "link.down";
  readonly peer: Address;
  readonly reason: string;
}
/** What every component's chart hears of its links. */
export type LinkEvent = LinkUp | LinkDown;

/** A link as its driver holds it. */
export interface LinkHandle {
  receive(envelope: Envelope): void;
  /** The other end is gone or the transport broke. */
  lost(reason: string): void;
}

/** A link as the endpoint keeps it. `peerIncarnation` is known once the handshake is done. */
export interface Link {
  readonly peer: Address;
  readonly post: (envelope: Envelope) => void;
  sent: number;
  received: number;
  peerIncarnation: number | undefined;
}

/** Lets an API server see and forward what is not for itself. */
export interface Relay {
  /** Takes an envelope addressed to somebody else that came in over `via`. */
  relay(envelope: Envelope, via: Address): void;
  /** The link over which the API server itself reaches an actor that is attached to another one. */
  towards?(to: Address): Address | undefined;
}
