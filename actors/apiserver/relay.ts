/**
 * The gateway: forwards what actors say to each other, by the route table. What is for an actor that is attached to another
 * API server goes through that one; what came from an API server goes to its own actors only, so nothing goes in circles.
 */
import { type Address, roleOf } from "../../src/wire/address.js";
import type { Endpoint } from "../../src/wire/endpoint.js";
import type { Envelope } from "../../src/wire/envelope.js";
import { wireError } from "../../src/wire/errors.js";
import type { Relay } from "../../src/wire/link.js";
import { refusal } from "../../src/wire/routes.js";
import { type Attachments, apiserverMessages } from "./messages.js";

export class Gateway implements Relay {
  /** Actors behind each of the other API servers. */
  private readonly behind = new Map<Address, ReadonlySet<Address>>();

  constructor(private readonly wire: Endpoint) {
    wire.relayWith(this);
  }

  relay(envelope: Envelope, via: Address): void {
    const refused = this.refusalOf(envelope, via);
    if (refused !== undefined) {
      this.wire.bounce(envelope, wireError("refused", refused), via);
      return;
    }
    const through = this.towards(envelope.to, via);
    if (through !== undefined && this.wire.forward(envelope, through)) return;
    this.wire.bounce(envelope, wireError("unreachable", `${envelope.to} is not attached to an API server`), via);
  }

  /** The link over which an actor is reached, for this API server's own messages too. */
  towards(to: Address, via?: Address): Address | undefined {
    const peers = this.wire.peers();
    if (peers.includes(to)) return to;
    if (via !== undefined && roleOf(via) === "apiserver") return undefined;
    return peers.find((peer) => this.behind.get(peer)?.has(to) === true);
  }

  /** A link came up or went down: the other API servers are told who is attached here now. */
  linksChanged(): void {
    const peers = this.wire.peers();
    for (const known of [...this.behind.keys()]) if (!peers.includes(known)) this.behind.delete(known);
    const attached = peers.filter((peer) => !isControlPlane(peer));
    for (const peer of peers) {
      if (roleOf(peer) === "apiserver") this.wire.cast(peer, apiserverMessages.attachments, { attached });
    }
  }

  attachmentsOf(apiserver: Address, { attached }: Attachments): void {
    this.behind.set(apiserver, new Set(attached));
  }

  private refusalOf({ kind, from, to, name, fromOpener }: Envelope, via: Address): string | undefined {
    if (via !== from && roleOf(via) !== "apiserver") return `${via} may not speak for ${from}`;
    if (roleOf(via) === "apiserver" && via !== from && this.wire.peers().includes(from))
      return `${from} is attached here, ${via} may not speak for it`;
    // What answers a message goes the way back along the route that allowed the message.
    const answers = kind === "reply" || !fromOpener;
    return answers ? refusal(to, from, name) : refusal(from, to, name);
  }
}

/** etcd and API servers are linked to every API server: nobody needs a relay to them. */
const isControlPlane = (address: Address): boolean => roleOf(address) === "apiserver" || roleOf(address) === "etcd";
