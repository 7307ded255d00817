import type { Outcome } from "../../src/wire/errors.js";
import { leaseExists, leaseNotFound, leaseTooLong } from "./rejection.js";

/** etcd's own limit. */
const longestSeconds = 9_000_000_000;

export interface Lease {
  readonly id: bigint;
  readonly ttlSeconds: number;
  readonly keys: Set<string>;
  /** On the host's monotonic clock. */
  expiresAtMs: number;
}

/**
 * The leases and the keys that hang on them. Renewals are not on disk: after a restart every lease has its whole time
 * again, so a key may live longer than its lease but never shorter.
 */
export class LeaseBook {
  private readonly leases = new Map<bigint, Lease>();

  get size(): number {
    return this.leases.size;
  }

  get(id: bigint): Lease | undefined {
    return this.leases.get(id);
  }

  find(id: bigint): Outcome<Lease> {
    const lease = this.leases.get(id);
    return lease === undefined ? { ok: false, error: leaseNotFound(id) } : { ok: true, reply: lease };
  }

  values(): Iterable<Lease> {
    return this.leases.values();
  }

  /** A ttl below one second becomes one second. Errors: lease exists, ttl too large. */
  grant(id: bigint, ttlSeconds: number, nowMs: number): Outcome<Lease> {
    if (this.leases.has(id)) return { ok: false, error: leaseExists(id) };
    if (ttlSeconds > longestSeconds) return { ok: false, error: leaseTooLong() };
    const whole = Math.max(1, Math.ceil(ttlSeconds));
    const lease: Lease = { id, ttlSeconds: whole, keys: new Set(), expiresAtMs: nowMs + whole * 1000 };
    this.leases.set(id, lease);
    return { ok: true, reply: lease };
  }

  renew(id: bigint, nowMs: number): Outcome<Lease> {
    const lease = this.leases.get(id);
    if (lease === undefined) return { ok: false, error: leaseNotFound(id) };
    lease.expiresAtMs = nowMs + lease.ttlSeconds * 1000;
    return { ok: true, reply: lease };
  }

  renewAll(nowMs: number): void {
    for (const lease of this.leases.values()) lease.expiresAtMs = nowMs + lease.ttlSeconds * 1000;
  }

  remove(id: bigint): void {
    this.leases.delete(id);
  }

  /** Moves a key from the lease it hung on to the one it hangs on now; 0n stands for none. */
  move(key: string, from: bigint, to: bigint): void {
    if (from === to) return;
    if (from !== 0n) this.leases.get(from)?.keys.delete(key);
    if (to !== 0n) this.leases.get(to)?.keys.add(key);
  }

  /** Leases that have ended, in the order of their ends, then of their ids. */
  expired(nowMs: number): Lease[] {
    return [...this.leases.values()]
      .filter((lease) => lease.expiresAtMs <= nowMs)
      .sort((left, right) => left.expiresAtMs - right.expiresAtMs || (left.id < right.id ? -1 : 1));
  }

  /** When the next lease ends; undefined without leases. */
  nextExpiryMs(): number | undefined {
    let next: number | undefined;
    for (const lease of this.leases.values()) if (next === undefined || lease.expiresAtMs < next) next = lease.expiresAtMs;
    return next;
  }
}
