/** The links of the simulation: each direction first in, first out, with a delay that the seed draws for every message. */
import type { Component } from "../actor/component.js";
import { between, type Random } from "../actor/random.js";
import type { Address } from "../wire/address.js";
import type { Envelope } from "../wire/envelope.js";
import type { LinkHandle } from "../wire/link.js";
import { copyOf } from "./copy.js";
import type { EventQueue } from "./event-queue.js";

export interface NetworkLimits {
  readonly leastMs: number;
  readonly mostMs: number;
  /** How long until the other end notices that an actor is gone. */
  readonly noticeMs: number;
}

export const networkLimits: NetworkLimits = { leastMs: 0.05, mostMs: 0.9, noticeMs: 1 };

/** Where faults come in: asked about every message, told of every delivery. */
export interface NetworkFaults {
  /** Extra delay for this message; a later one of the same link waits behind it. */
  delayMs?(envelope: Envelope, to: Address): number;
  beforeDelivery?(envelope: Envelope, to: Address): void;
  afterDelivery?(envelope: Envelope, to: Address): void;
}

interface Direction {
  readonly to: Address;
  handle: LinkHandle | undefined;
  /** When the last message arrives; the next comes no earlier. */
  lastAtMs: number;
}

interface SimulatedLink {
  readonly directions: readonly [Direction, Direction];
  open: boolean;
}

export class SimulatedNetwork {
  private readonly links = new Set<SimulatedLink>();
  faults: NetworkFaults = {};

  constructor(
    private readonly queue: EventQueue,
    private readonly random: Random,
    private readonly limits: NetworkLimits = networkLimits,
  ) {}

  connect(one: Component, other: Component): void {
    const towardsOther: Direction = { to: other.host.address, handle: undefined, lastAtMs: 0 };
    const towardsOne: Direction = { to: one.host.address, handle: undefined, lastAtMs: 0 };
    const link: SimulatedLink = { directions: [towardsOther, towardsOne], open: true };
    this.links.add(link);
    // Both ends greet as they are attached; the first one's greeting waits until the other end is there.
    const early: Envelope[] = [];
    towardsOne.handle = one.attach(other.host.address, (envelope) => {
      if (towardsOther.handle === undefined) early.push(envelope);
      else this.send(link, towardsOther, envelope);
    });
    towardsOther.handle = other.attach(one.host.address, (envelope) => this.send(link, towardsOne, envelope));
    for (const envelope of early) this.send(link, towardsOther, envelope);
  }

  /** An actor is gone: whoever was linked with it notices a little later. */
  disconnect(gone: Address, reason: string): void {
    for (const link of [...this.links]) {
      const [one, other] = link.directions;
      if (one.to !== gone && other.to !== gone) continue;
      this.links.delete(link);
      link.open = false;
      const survivor = one.to === gone ? other : one;
      // What the gone actor had posted still arrives, then the loss is noticed.
      const noticedAtMs = Math.max(survivor.lastAtMs, this.queue.nowMs + this.limits.noticeMs);
      this.queue.at(noticedAtMs, () => survivor.handle?.lost(reason));
    }
  }

  private send(link: SimulatedLink, direction: Direction, envelope: Envelope): void {
    if (!link.open) return;
    // A copy, as a thread would get: nothing is shared between actors.
    const copy: Envelope = { ...envelope, body: copyOf(envelope.body) };
    const delayMs =
      between(this.random, this.limits.leastMs, this.limits.mostMs) + (this.faults.delayMs?.(copy, direction.to) ?? 0);
    direction.lastAtMs = Math.max(direction.lastAtMs, this.queue.nowMs + delayMs);
    this.queue.at(direction.lastAtMs, () => {
      this.faults.beforeDelivery?.(copy, direction.to);
      direction.handle?.receive(copy);
      this.faults.afterDelivery?.(copy, direction.to);
    });
  }
}
