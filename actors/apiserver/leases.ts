/**
 * Leases of etcd for objects that live for a time, Events above all. Objects of about the same age share a lease, so that
 * etcd has few of them; each lives at least as long as it should.
 */

import type { Host } from "../../src/actor/host.js";
import { type Outcome, wireError } from "../../src/wire/errors.js";
import { TransientMap } from "../../src/wire/transient-map.js";
import { etcdMessages, type LeaseReply } from "../etcd/messages.js";
import { etcdOf } from "./watch-cache/etcd-link.js";

const sharing = { forMs: 60_000, objectsMost: 1_000 } as const;

interface Shared {
  readonly id: bigint;
  readonly ttlSeconds: number;
  readonly grantedAtMs: number;
  objects: number;
}

export class Leases {
  private readonly shared = new Map<number, Shared>();
  private readonly asking = new TransientMap<number, Array<(outcome: Outcome<bigint>) => void>>();

  constructor(private readonly host: Host) {}

  /** Gives a lease that will last at least `ttlSeconds` more. */
  lease(ttlSeconds: number, onLease: (outcome: Outcome<bigint>) => void): void {
    const shared = this.shared.get(ttlSeconds);
    if (shared !== undefined && this.host.clock.monotonicMs() - shared.grantedAtMs < sharing.forMs) {
      if (shared.objects < sharing.objectsMost) {
        shared.objects += 1;
        onLease({ ok: true, reply: shared.id });
        return;
      }
    }
    const waiting = this.asking.get(ttlSeconds);
    if (waiting !== undefined) {
      waiting.push(onLease);
      return;
    }
    this.asking.set(ttlSeconds, [onLease]);
    this.grant(ttlSeconds);
  }

  /** etcd no longer knows this lease. */
  forget(id: bigint): void {
    for (const [ttlSeconds, shared] of this.shared) if (shared.id === id) this.shared.delete(ttlSeconds);
  }

  private grant(ttlSeconds: number): void {
    const etcd = etcdOf(this.host);
    if (etcd === undefined) {
      this.tell(ttlSeconds, { ok: false, error: wireError("unreachable", "etcd is not linked") });
      return;
    }
    const grantedAtMs = this.host.clock.monotonicMs();
    const onOutcome = (outcome: Outcome<LeaseReply>): void => {
      if (!outcome.ok) {
        this.tell(ttlSeconds, outcome);
        return;
      }
      const { id } = outcome.reply;
      this.shared.set(ttlSeconds, { id, ttlSeconds, grantedAtMs, objects: this.asking.get(ttlSeconds)?.length ?? 0 });
      this.tell(ttlSeconds, { ok: true, reply: id });
    };
    const asked = { ttlSeconds: ttlSeconds + sharing.forMs / 1_000 };
    this.host.wire.call(etcd, etcdMessages.leaseGrant, asked, { onOutcome });
  }

  private tell(ttlSeconds: number, outcome: Outcome<bigint>): void {
    const waiting = this.asking.get(ttlSeconds) ?? [];
    this.asking.delete(ttlSeconds);
    for (const onLease of waiting) onLease(outcome);
  }
}
