/** Declined requests, in etcd's own words (etcd's api/v3rpc/rpctypes). */
import { type WireError, wireError } from "../../src/wire/errors.js";
import type { EtcdRejection } from "./messages.js";

const rejected = (message: string, details: EtcdRejection): WireError => wireError("rejected", message, details);

export const compacted = (compactRevision: bigint): WireError =>
  rejected("etcdserver: mvcc: required revision has been compacted", { reason: "compacted", compactRevision });

export const futureRevision = (revision: bigint): WireError =>
  rejected("etcdserver: mvcc: required revision is a future revision", { reason: "futureRevision", revision });

export const duplicateKey = (key: string): WireError =>
  rejected("etcdserver: duplicate key given in txn request", { reason: "duplicateKey", key });

export const leaseNotFound = (lease: bigint): WireError =>
  rejected("etcdserver: requested lease not found", { reason: "leaseNotFound", lease });

export const leaseExists = (lease: bigint): WireError =>
  rejected("etcdserver: lease already exists", { reason: "leaseExists", lease });

export const leaseTooLong = (): WireError => rejected("etcdserver: too large lease TTL", { reason: "invalidRequest" });

export const keyNotProvided = (): WireError => rejected("etcdserver: key is not provided", { reason: "invalidRequest" });

/** etcd's keys are bytes and know no such rule; here they are text. */
export const notUtf8 = (what: string): WireError =>
  rejected(`etcdserver: ${what} is not text that UTF-8 can encode`, { reason: "invalidRequest" });

export const tooManyOperations = (): WireError =>
  rejected("etcdserver: too many operations in txn request", { reason: "invalidRequest" });

export const requestTooLarge = (limitBytes: number): WireError =>
  rejected("etcdserver: request is too large", { reason: "requestTooLarge", limitBytes });
