import type { Outcome, WireError } from "../../src/wire/errors.js";
import { ChangeHistory } from "./change-history.js";
import { isDeletion, type KeyHistory } from "./key-history.js";
import { KeyIndex } from "./key-index.js";
import { LeaseBook } from "./lease-book.js";
import type {
  DeleteRangeReply,
  DeleteRangeRequest,
  KeyValue,
  PutReply,
  PutRequest,
  RangeReply,
  RangeRequest,
  TxnOperation,
  TxnOperationReply,
  TxnReply,
  TxnRequest,
} from "./messages.js";
import { compacted, futureRevision, leaseNotFound } from "./rejection.js";
import { checkKey, checkPut, checkTxn, defaultRequestLimits, evaluateCompare, isReadOnly, type RequestLimits } from "./txn.js";

const ok = <Reply>(reply: Reply): Outcome<Reply> => ({ ok: true, reply });
const failed = (error: WireError): { ok: false; error: WireError } => ({ ok: false, error });

/**
 * The multi-version store, as etcd has it: one revision counts every transaction that writes; a key carries the revision
 * that created it, the one that wrote it last and the number of its writes since; a delete leaves a mark; old
 * versions can be read until they are compacted away (https://etcd.io/docs/v3.6/learning/data_model/).
 *
 * `revision` is what was applied. What is on disk may be less: `committed` follows when `commit` says so, and reads see
 * no further than that. Writes are applied at once, so that a transaction compares with those that wait before it.
 */
export class Store {
  readonly leases = new LeaseBook();
  readonly history = new ChangeHistory();
  private readonly index = new KeyIndex();
  private appliedRevision = 1n;
  private committedRevision = 1n;
  private compactedRevision = 0n;
  private liveKeys = 0;

  constructor(private readonly limits: RequestLimits = defaultRequestLimits) {}

  get revision(): bigint {
    return this.appliedRevision;
  }
  get committed(): bigint {
    return this.committedRevision;
  }
  get compactRevision(): bigint {
    return this.compactedRevision;
  }
  /** Keys that exist. */
  get keys(): number {
    return this.liveKeys;
  }

  /** Everything up to `revision` is on disk and may be seen. */
  commit(revision: bigint): void {
    this.committedRevision = revision;
  }

  /** Reads committed keys. Errors: compacted, future revision, key not provided. */
  range(request: RangeRequest): Outcome<RangeReply> {
    const wrong = checkKey(request.key) ?? this.checkRevision(request.revision, this.committedRevision);
    return wrong === undefined ? ok(this.rangeAt(request, this.committedRevision)) : failed(wrong);
  }

  /** Errors: key not provided, lease not found, request too large. */
  put(request: PutRequest): Outcome<PutReply> {
    const wrong = checkPut(request, this.limits) ?? this.checkLease(request);
    if (wrong !== undefined) return failed(wrong);
    this.appliedRevision += 1n;
    return ok(this.applyPut(request));
  }

  /** Writes nothing, and keeps the revision, when no key is in the range. */
  deleteRange(request: DeleteRangeRequest): Outcome<DeleteRangeReply> {
    const wrong = checkKey(request.key);
    if (wrong !== undefined) return failed(wrong);
    this.appliedRevision += 1n;
    const reply = this.applyDeleteRange(request);
    if (reply.deleted > 0) return ok(reply);
    this.appliedRevision -= 1n;
    return ok({ ...reply, revision: this.appliedRevision });
  }

  /**
   * Compares, then does one branch, all of it at one revision or none. A transaction that cannot write sees what is
   * committed; any other one sees what was applied, so its reply must wait until that is committed.
   */
  txn(request: TxnRequest): Outcome<TxnReply> {
    const wrong = checkTxn(request, this.limits);
    if (wrong !== undefined) return failed(wrong);
    const readOnly = isReadOnly(request);
    const asOf = readOnly ? this.committedRevision : this.appliedRevision;
    const succeeded = request.compares.every((compare) =>
      evaluateCompare(compare, this.rangeAt({ key: compare.key, rangeEnd: compare.rangeEnd }, asOf).kvs),
    );
    const operations = succeeded ? request.success : request.failure;
    for (const operation of operations) {
      const refused = this.checkOperation(operation, asOf);
      if (refused !== undefined) return failed(refused);
    }
    if (readOnly) {
      const responses = operations.map((operation) => this.applyOperation(operation, asOf));
      return ok({ succeeded, revision: asOf, responses });
    }
    this.appliedRevision += 1n;
    const wroteBefore = this.history.end;
    const responses = operations.map((operation) => this.applyOperation(operation, this.appliedRevision));
    if (this.history.end === wroteBefore) {
      this.appliedRevision -= 1n;
      const revision = this.appliedRevision;
      return ok({ succeeded, revision, responses: responses.map((response) => ({ ...response, revision })) });
    }
    return ok({ succeeded, revision: this.appliedRevision, responses });
  }

  /** Ends a lease and deletes its keys at one revision. Error: lease not found. */
  revokeLease(id: bigint): Outcome<{ revision: bigint }> {
    const lease = this.leases.get(id);
    if (lease === undefined) return failed(leaseNotFound(id));
    const keys = [...lease.keys].sort();
    if (keys.length > 0) {
      this.appliedRevision += 1n;
      for (const key of keys) this.applyDeleteRange({ key });
    }
    this.leases.remove(id);
    return ok({ revision: this.appliedRevision });
  }

  /** Forgets what no read at `revision` or later can see. Errors: compacted, future revision. */
  compact(revision: bigint): Outcome<{ revision: bigint }> {
    if (revision <= this.compactedRevision) return failed(compacted(this.compactedRevision));
    if (revision > this.committedRevision) return failed(futureRevision(this.committedRevision));
    this.installCompaction(revision);
    return ok({ revision: this.committedRevision });
  }

  /** What a key held before `revision` wrote it; undefined also when that was compacted away. */
  previous(key: string, revision: bigint): KeyValue | undefined {
    return this.index.get(key)?.before(revision);
  }

  /** Visits the keys that exist at `revision`, from the first one after `after`, until `visit` returns false. */
  visitAt(revision: bigint, after: string | undefined, visit: (kv: KeyValue) => boolean): void {
    this.index.visit(after ?? "", "\0", (history) => {
      if (history.key === after) return true;
      const kv = history.at(revision);
      return kv === undefined || visit(kv);
    });
  }

  /** Error when a read or watch at `revision` is not possible. */
  checkRevision(revision: bigint | undefined, newest: bigint): WireError | undefined {
    if (revision === undefined || revision === 0n) return undefined;
    if (revision > newest) return futureRevision(newest);
    return revision < this.compactedRevision ? compacted(this.compactedRevision) : undefined;
  }

  /** Puts back a change that the log or a snapshot tells, exactly as it was. */
  install(kv: KeyValue): void {
    this.installBase(kv);
    this.history.push(kv);
    if (kv.modRevision > this.appliedRevision) this.appliedRevision = kv.modRevision;
  }

  /** Puts back a version from before the history that is kept. */
  installBase(kv: KeyValue): void {
    const history = this.index.getOrAdd(kv.key);
    const before = history.live;
    if (before === undefined && !isDeletion(kv)) this.liveKeys += 1;
    if (before !== undefined && isDeletion(kv)) this.liveKeys -= 1;
    this.leases.move(kv.key, before?.lease ?? 0n, kv.lease);
    history.push(kv);
  }

  /** Puts back how far the store was, for a snapshot of a store whose newest changes were compacted away. */
  installRevisions(revision: bigint, compactRevision: bigint): void {
    this.appliedRevision = revision;
    this.compactedRevision = compactRevision;
  }

  /** Changes up to `revision` name the keys that may have versions to drop, so the rest is not touched. */
  installCompaction(revision: bigint): void {
    this.compactedRevision = revision;
    const end = this.history.positionOf(revision + 1n);
    for (let position = this.history.start; position < end; position += 1) {
      const { key } = this.history.at(position);
      if (this.index.get(key)?.compact(revision) === true) this.index.remove(key);
    }
    // Changes of exactly this revision stay: a watch may still start there.
    this.history.dropBefore(this.history.positionOf(revision));
  }

  private rangeAt(request: RangeRequest, newest: bigint): RangeReply {
    const asOf = request.revision === undefined || request.revision === 0n ? newest : request.revision;
    const isNewest = asOf >= this.appliedRevision;
    const kvs: KeyValue[] = [];
    let count = 0;
    const most = request.countOnly === true ? 0 : request.limit === undefined || request.limit === 0 ? Infinity : request.limit;
    const take = (history: KeyHistory): boolean => {
      const kv = isNewest ? history.live : history.at(asOf);
      if (kv === undefined) return true;
      count += 1;
      if (kvs.length < most) kvs.push(request.keysOnly === true ? { ...kv, value: "" } : kv);
      return true;
    };
    if (request.rangeEnd === undefined || request.rangeEnd === "") {
      const history = this.index.get(request.key);
      if (history !== undefined) take(history);
    } else {
      this.index.visit(request.key, request.rangeEnd, take);
    }
    return { kvs, more: request.countOnly !== true && count > kvs.length, count, revision: newest };
  }

  private checkLease(request: PutRequest): WireError | undefined {
    if (request.lease === undefined || request.lease === 0n) return undefined;
    return this.leases.get(request.lease) === undefined ? leaseNotFound(request.lease) : undefined;
  }

  private checkOperation(operation: TxnOperation, newest: bigint): WireError | undefined {
    switch (operation.type) {
      case "range":
        return this.checkRevision(operation.revision, newest);
      case "put":
        return this.checkLease(operation);
      case "deleteRange":
        return undefined;
    }
  }

  private applyOperation(operation: TxnOperation, newest: bigint): TxnOperationReply {
    switch (operation.type) {
      case "range":
        return { type: "range", ...this.rangeAt(operation, newest) };
      case "put":
        return { type: "put", ...this.applyPut(operation) };
      case "deleteRange":
        return { type: "deleteRange", ...this.applyDeleteRange(operation) };
    }
  }

  private applyPut(request: PutRequest): PutReply {
    const revision = this.appliedRevision;
    const { key, value, lease = 0n } = request;
    const history = this.index.getOrAdd(key);
    const before = history.live;
    const kv: KeyValue = {
      key,
      value,
      createRevision: before === undefined ? revision : before.createRevision,
      modRevision: revision,
      version: before === undefined ? 1 : before.version + 1,
      lease,
    };
    if (before === undefined) this.liveKeys += 1;
    this.leases.move(key, before === undefined ? 0n : before.lease, lease);
    history.push(kv);
    this.history.push(kv);
    return request.previousValue === true && before !== undefined ? { revision, previous: before } : { revision };
  }

  private applyDeleteRange(request: DeleteRangeRequest): DeleteRangeReply {
    const revision = this.appliedRevision;
    const { kvs } = this.rangeAt({ key: request.key, rangeEnd: request.rangeEnd }, revision);
    for (const { key } of kvs) {
      this.install({ key, value: "", createRevision: 0n, modRevision: revision, version: 0, lease: 0n });
    }
    const reply = { deleted: kvs.length, revision };
    return request.previousValues === true ? { ...reply, previous: kvs } : reply;
  }
}
