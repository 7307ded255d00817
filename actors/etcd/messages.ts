/**
 * What etcd accepts. The words are those of etcd's v3 API (https://etcd.io/docs/v3.6/learning/api/); keys are text that
 * compares as UTF-8 bytes, values are JSON text, revisions and lease ids are 64-bit and therefore bigint.
 */
import { call, declareMessages, type Incoming, stream } from "../../src/wire/declare.js";

export { compareKeys, prefixEnd } from "./keys.js";

export interface KeyValue {
  readonly key: string;
  /** "" in answers to `keysOnly`, and in the events of deletes. */
  readonly value: string;
  /** The revision that created the key, after which it was not deleted. */
  readonly createRevision: bigint;
  /** The revision that wrote the key last; for the event of a delete, the revision of the delete. */
  readonly modRevision: bigint;
  /** How many writes since the key was created, from 1; 0 for the event of a delete. */
  readonly version: number;
  /** 0n: no lease. */
  readonly lease: bigint;
}

export interface RangeRequest {
  readonly key: string;
  /** First key that is not in the range; absent: `key` alone. See `prefixEnd` and `allFollowing`. */
  readonly rangeEnd?: string;
  /** At most so many keys; absent or 0: no limit. */
  readonly limit?: number;
  /** Read as of this revision; absent or 0n: the newest. */
  readonly revision?: bigint;
  readonly keysOnly?: boolean;
  readonly countOnly?: boolean;
}

export interface RangeReply {
  readonly kvs: readonly KeyValue[];
  /** True when `limit` cut the answer. */
  readonly more: boolean;
  /** Keys in the whole range, whatever the limit. */
  readonly count: number;
  /** The store's revision when it answered, also where an older one was read. */
  readonly revision: bigint;
}

export interface PutRequest {
  readonly key: string;
  readonly value: string;
  /** Deletes the key when this lease ends. Absent or 0n: no lease. */
  readonly lease?: bigint;
  /** Answer with what the key held before. */
  readonly previousValue?: boolean;
}

export interface PutReply {
  readonly revision: bigint;
  readonly previous?: KeyValue;
}

export interface DeleteRangeRequest {
  readonly key: string;
  readonly rangeEnd?: string;
  /** Answer with what the keys held before. */
  readonly previousValues?: boolean;
}

export interface DeleteRangeReply {
  readonly deleted: number;
  readonly revision: bigint;
  readonly previous?: readonly KeyValue[];
}

export type CompareOperator = "=" | "!=" | "<" | ">";

/** A key that does not exist compares as version 0, revisions 0n, lease 0n; comparing its value always fails. */
export type Compare = {
  readonly key: string;
  /** Holds when it holds for every existing key of the range. */
  readonly rangeEnd?: string;
  readonly operator: CompareOperator;
} & (
  | { readonly target: "version"; readonly expected: number }
  | { readonly target: "createRevision" | "modRevision" | "lease"; readonly expected: bigint }
  | { readonly target: "value"; readonly expected: string }
);

export type TxnOperation =
  | ({ readonly type: "range" } & RangeRequest)
  | ({ readonly type: "put" } & PutRequest)
  | ({ readonly type: "deleteRange" } & DeleteRangeRequest);

export interface TxnRequest {
  readonly compares: readonly Compare[];
  readonly success: readonly TxnOperation[];
  readonly failure: readonly TxnOperation[];
}

export type TxnOperationReply =
  | ({ readonly type: "range" } & RangeReply)
  | ({ readonly type: "put" } & PutReply)
  | ({ readonly type: "deleteRange" } & DeleteRangeReply);

export interface TxnReply {
  readonly succeeded: boolean;
  /** The revision of all that the transaction wrote, or the store's when it wrote nothing. */
  readonly revision: bigint;
  /** One for each operation of the branch taken, in order. */
  readonly responses: readonly TxnOperationReply[];
}

export interface WatchRequest {
  readonly key: string;
  readonly rangeEnd?: string;
  /** Tell everything from this revision on; absent or 0n: what is committed from now on. */
  readonly startRevision?: bigint;
  /** Give each event what its key held before. */
  readonly previousValues?: boolean;
  /** Tell now and then how far the watch is, also when its keys do not change. */
  readonly progressNotify?: boolean;
}

export interface WatchEvent {
  readonly type: "put" | "delete";
  readonly kv: KeyValue;
  /** Only with `previousValues`; absent where the key did not exist, or what it held was compacted away. */
  readonly previous?: KeyValue;
}

/**
 * The first chunk comes at once and has no events. A revision is never divided between two chunks, and one chunk may
 * carry several revisions that one commit made durable.
 */
export interface WatchChunk {
  readonly events: readonly WatchEvent[];
  /** All changes of the watched keys up to and including this revision have been told, with this chunk. */
  readonly revision: bigint;
  /** Answers the progress request of this number. */
  readonly progress?: number;
}

/**
 * Sent up a watch's stream: asks how far the watch is. The answer is a chunk with the same number, sent after every event
 * that was committed before the request arrived, so a reader may serve a consistent read from its cache after it (KEP-2340).
 */
export interface ProgressRequest {
  readonly progress: number;
}

/** `details` of errors with code `rejected`; `message` has etcd's own words. */
export type EtcdRejection =
  /** The revision asked for is older than `compactRevision`: list again. */
  | { readonly reason: "compacted"; readonly compactRevision: bigint }
  /** The revision asked for is newer than `revision`, the store's. */
  | { readonly reason: "futureRevision"; readonly revision: bigint }
  | { readonly reason: "duplicateKey"; readonly key: string }
  | { readonly reason: "leaseNotFound"; readonly lease: bigint }
  | { readonly reason: "leaseExists"; readonly lease: bigint }
  | { readonly reason: "invalidRequest" }
  | { readonly reason: "requestTooLarge"; readonly limitBytes: number };

export interface StatusReply {
  /** Format of the data on disk. */
  readonly formatVersion: number;
  /** The state of the chart's top level: `opening`, `serving`, `damaged`, … */
  readonly state: string;
  /** Why it does not serve, where that needs somebody's attention: which file is damaged, and where. */
  readonly problem?: string;
  readonly revision: bigint;
  readonly compactRevision: bigint;
  readonly keys: number;
  readonly leases: number;
  readonly watches: number;
  /** Writes that wait for the disk. */
  readonly writesWaiting: number;
  /** Bytes of the log since the last snapshot. */
  readonly logBytes: number;
  readonly snapshotBytes: number;
  readonly syncs: number;
  readonly writes: number;
}

export interface LeaseReply {
  readonly id: bigint;
  readonly ttlSeconds: number;
}

export const etcdMessages = declareMessages("etcd", {
  range: call<RangeRequest, RangeReply>({
    about: "reads keys, as of now or of a past revision",
    deadlineMs: 10_000,
    errors: ["rejected", "unavailable"],
  }),
  put: call<PutRequest, PutReply>({
    about: "writes one key; answered when it is on disk",
    deadlineMs: 10_000,
    errors: ["rejected", "overloaded", "unavailable", "internal"],
  }),
  deleteRange: call<DeleteRangeRequest, DeleteRangeReply>({
    about: "deletes keys at one revision; answered when that is on disk",
    deadlineMs: 10_000,
    errors: ["rejected", "overloaded", "unavailable", "internal"],
  }),
  txn: call<TxnRequest, TxnReply>({
    about: "compares, then does one of two lists of operations at one revision",
    deadlineMs: 10_000,
    errors: ["rejected", "overloaded", "unavailable", "internal"],
  }),
  compact: call<{ readonly revision: bigint }, { readonly revision: bigint }>({
    about: "forgets what was overwritten or deleted before a revision",
    deadlineMs: 30_000,
    errors: ["rejected", "overloaded", "unavailable", "internal"],
  }),
  leaseGrant: call<{ readonly ttlSeconds: number; readonly id?: bigint }, LeaseReply>({
    about: "makes a lease; without an id etcd chooses one",
    deadlineMs: 10_000,
    errors: ["rejected", "overloaded", "unavailable", "internal"],
  }),
  leaseKeepAlive: call<{ readonly id: bigint }, LeaseReply>({
    about: "gives a lease its whole time to live again",
    deadlineMs: 5_000,
    errors: ["rejected", "unavailable"],
  }),
  leaseRevoke: call<{ readonly id: bigint }, { readonly revision: bigint }>({
    about: "ends a lease and deletes its keys at one revision",
    deadlineMs: 10_000,
    errors: ["rejected", "overloaded", "unavailable", "internal"],
  }),
  leaseTimeToLive: call<
    { readonly id: bigint },
    { readonly id: bigint; readonly grantedSeconds: number; readonly remainingSeconds: number; readonly keys: readonly string[] }
  >({
    about: "tells how long a lease lasts and what hangs on it",
    deadlineMs: 5_000,
    errors: ["rejected", "unavailable"],
  }),
  watch: stream<WatchRequest, WatchChunk, ProgressRequest>({
    about: "tells what is committed, in order, without a gap or a repeat; ends with `compacted` when that cannot be kept",
    errors: ["rejected", "unavailable", "overloaded"],
  }),
  currentRevision: call<Record<string, never>, { readonly revision: bigint }>({
    about: "tells the newest committed revision",
    deadlineMs: 5_000,
    errors: ["unavailable"],
  }),
  hash: call<
    { readonly revision?: bigint },
    { readonly hash: number; readonly revision: bigint; readonly compactRevision: bigint }
  >({
    about: "a checksum of every key as of a revision, to compare two stores by",
    deadlineMs: 30_000,
    errors: ["rejected", "unavailable"],
  }),
  status: call<Record<string, never>, StatusReply>({
    about: "how the store is",
    deadlineMs: 5_000,
  }),
});

export type EtcdIncoming = Incoming<typeof etcdMessages>;
