/**
 * A Lease as the ballot of an election: who holds it leads, as long as the lease is renewed.
 * Source: https://kubernetes.io/docs/concepts/architecture/leases/#leader-election
 */
import type { Lease } from "../../api/types.js";
import { rfc3339Micro } from "../host.js";

export const electionTimes = {
  /** A lease that was not seen to be renewed for so long is free. */
  leaseDurationMs: 15_000,
  /** A leader that could not renew for so long stops leading, well before its lease is free. */
  renewDeadlineMs: 10_000,
  /** Between renewals, and between looks at somebody else's lease. */
  retryMs: 2_000,
  /** Between tries that failed for a reason other than somebody else's lease. */
  failureRetryMs: 100,
  /** A request that was not answered for so long is tried again. */
  answerMs: 3_000,
} as const;

/** A lease as it was last seen, and when it last changed by this actor's own clock: clocks may disagree, intervals do not. */
export interface Sighting {
  readonly lease: Lease;
  readonly changedAtMs: number;
}

export function sighted(lease: Lease, before: Sighting | undefined, monotonicMs: number): Sighting {
  const same =
    before !== undefined &&
    before.lease.spec?.renewTime === lease.spec?.renewTime &&
    before.lease.spec?.holderIdentity === lease.spec?.holderIdentity;
  return { lease, changedAtMs: same ? before.changedAtMs : monotonicMs };
}

export const holds = (lease: Lease, identity: string): boolean => lease.spec?.holderIdentity === identity;

/** True when `identity` may take the lease: it is its own, was given back, or has not been renewed for its duration. */
export function isFree({ lease, changedAtMs }: Sighting, identity: string, monotonicMs: number): boolean {
  const { holderIdentity, leaseDurationSeconds } = lease.spec ?? {};
  if (!holderIdentity || holderIdentity === identity) return true;
  const durationMs = leaseDurationSeconds === undefined ? electionTimes.leaseDurationMs : leaseDurationSeconds * 1000;
  return monotonicMs - changedAtMs > durationMs;
}

/** The lease as `identity` holds it from now on; a change of hands is counted. */
export function claimed(name: string, current: Lease | undefined, identity: string, nowMs: number): Lease {
  const now = rfc3339Micro(nowMs);
  const before = current?.spec;
  const kept = before?.holderIdentity === identity;
  const transitions = before?.leaseTransitions ?? 0;
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: current?.metadata ?? { name, namespace: "kube-system" },
    spec: {
      holderIdentity: identity,
      leaseDurationSeconds: electionTimes.leaseDurationMs / 1000,
      acquireTime: kept ? (before.acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions: current === undefined || kept ? transitions : transitions + 1,
    },
  };
}

/** The lease as it is given back, so that another need not wait for it to run out. */
export function released(current: Lease, nowMs: number): Lease {
  const now = rfc3339Micro(nowMs);
  const leaseTransitions = current.spec?.leaseTransitions ?? 0;
  const spec = { holderIdentity: "", leaseDurationSeconds: 1, acquireTime: now, renewTime: now, leaseTransitions };
  return { ...current, spec };
}
