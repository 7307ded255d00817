import type { Address } from "./address.js";
import type { EndBody, Envelope } from "./envelope.js";
import { wireError } from "./errors.js";
import type { StreamEnd } from "./streams.js";
import { TransientMap } from "./transient-map.js";

interface Entry {
  /** The other end of the stream. */
  readonly peer: Address;
  /** The link that it goes over. */
  readonly via: Address;
  readonly end: StreamEnd;
}

const keyOf = (opener: Address, incarnation: number, correlation: number) => `${opener}#${incarnation}.${correlation}`;

/** The streams of an actor: those that it opened, and those that others opened with it. */
export class OpenStreams {
  /** By the actor's own correlation. */
  private readonly opened = new TransientMap<number, Entry>();
  /** By opener and its correlation. */
  private readonly accepted = new TransientMap<string, Entry>();

  constructor(private readonly limit: number) {}

  get full(): boolean {
    return this.opened.size + this.accepted.size >= this.limit;
  }

  addOpened(correlation: number, entry: Entry): void {
    this.opened.set(correlation, entry);
  }

  forgetOpened(correlation: number): void {
    this.opened.delete(correlation);
  }

  addAccepted(opening: Envelope, entry: Entry): void {
    this.accepted.set(keyOf(opening.from, opening.fromIncarnation, opening.correlation), entry);
  }

  forgetAccepted(opening: Envelope): void {
    this.accepted.delete(keyOf(opening.from, opening.fromIncarnation, opening.correlation));
  }

  /** Gives an envelope to the stream that it belongs to. False when that is over. */
  handle(envelope: Envelope): boolean {
    const { from, fromIncarnation, correlation, fromOpener } = envelope;
    const entry = fromOpener ? this.accepted.get(keyOf(from, fromIncarnation, correlation)) : this.opened.get(correlation);
    if (entry === undefined) return false;
    switch (envelope.kind) {
      case "chunk":
        entry.end.chunk(envelope.body);
        break;
      case "credit":
        entry.end.credit(envelope.body as number);
        break;
      case "end":
        entry.end.ended((envelope.body as EndBody).error);
        break;
      case "cancel":
        entry.end.lost(wireError("cancelled", `${from} gave the stream up`));
        break;
    }
    return true;
  }

  /** Ends, indefinite, what went over a link that is gone, or to an actor that is. */
  lose(lost: (stream: { peer: Address; via: Address }) => boolean, message: string): void {
    for (const streams of [this.opened, this.accepted]) {
      for (const entry of streams.values()) {
        if (lost(entry)) entry.end.lost(wireError("linkLost", message));
      }
    }
  }
}
