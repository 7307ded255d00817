/** The store as one would write it without a thought for speed: every revision is a whole copy. */
import type {
  Compare,
  DeleteRangeRequest,
  KeyValue,
  PutRequest,
  RangeRequest,
  TxnOperation,
  TxnOperationReply,
  TxnRequest,
  WatchEvent,
} from "../../actors/etcd/messages.js";

const encoder = new TextEncoder();

/** By bytes, the slow way. */
export function compareBytes(left: string, right: string): number {
  const a = encoder.encode(left);
  const b = encoder.encode(right);
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    if (a[index] !== b[index]) return (a[index] as number) - (b[index] as number);
  }
  return a.length - b.length;
}

type Keys = ReadonlyMap<string, KeyValue>;

const inside = (key: string, first: string, rangeEnd: string | undefined) =>
  rangeEnd === undefined || rangeEnd === ""
    ? key === first
    : compareBytes(key, first) >= 0 && (rangeEnd === "\0" || compareBytes(key, rangeEnd) < 0);

export class Model {
  /** The keys at each revision; index 0 is revision 0. */
  private readonly states: Keys[] = [new Map(), new Map()];
  readonly changes: KeyValue[] = [];
  private readonly leased = new Set<bigint>();
  compactRevision = 0n;

  get revision(): bigint {
    return BigInt(this.states.length - 1);
  }

  private get now(): Keys {
    return this.states[this.states.length - 1] as Keys;
  }

  range(request: RangeRequest): unknown {
    const asked = request.revision ?? 0n;
    if (asked > this.revision) return "futureRevision";
    if (asked !== 0n && asked < this.compactRevision) return "compacted";
    return this.rangeIn(this.states[Number(asked === 0n ? this.revision : asked)] as Keys, request, this.revision);
  }

  put(request: PutRequest): unknown {
    if (this.leaseIsMissing(request)) return "leaseNotFound";
    const next = new Map(this.now);
    const reply = this.putInto(next, request);
    this.states.push(next);
    return reply;
  }

  deleteRange(request: DeleteRangeRequest): unknown {
    const next = new Map(this.now);
    const reply = this.deleteFrom(next, request);
    if (reply.deleted === 0) return { ...reply, revision: this.revision };
    this.states.push(next);
    return reply;
  }

  txn(request: TxnRequest): unknown {
    for (const branch of [request.success, request.failure]) {
      const puts = branch.flatMap((operation) => (operation.type === "put" ? [operation.key] : []));
      if (new Set(puts).size < puts.length) return "duplicateKey";
      const deletes = branch.flatMap((operation) => (operation.type === "deleteRange" ? [operation] : []));
      if (puts.some((key) => deletes.some((each) => inside(key, each.key, each.rangeEnd)))) return "duplicateKey";
    }
    const succeeded = request.compares.every((compare) => this.holds(compare));
    const operations = succeeded ? request.success : request.failure;
    for (const operation of operations) {
      if (operation.type === "range") {
        const refused = this.range(operation);
        if (typeof refused === "string") return refused;
      }
      if (operation.type === "put" && this.leaseIsMissing(operation)) return "leaseNotFound";
    }
    const next = new Map(this.now);
    const before = this.changes.length;
    const anyWrite = [...request.success, ...request.failure].some((operation) => operation.type !== "range");
    const responses = operations.map((operation) => this.run(next, operation, anyWrite));
    if (this.changes.length === before) {
      const { revision } = this;
      return { succeeded, revision, responses: responses.map((response) => ({ ...response, revision })) };
    }
    this.states.push(next);
    return { succeeded, revision: this.revision, responses };
  }

  compact(revision: bigint): unknown {
    if (revision <= this.compactRevision) return "compacted";
    if (revision > this.revision) return "futureRevision";
    this.compactRevision = revision;
    return { revision: this.revision };
  }

  grant(id: bigint): void {
    this.leased.add(id);
  }

  revoke(id: bigint): unknown {
    if (!this.leased.delete(id)) return "leaseNotFound";
    const next = new Map(this.now);
    const keys = [...next.values()].filter((kv) => kv.lease === id).map((kv) => kv.key);
    for (const key of keys.sort(compareBytes)) this.deleteFrom(next, { key });
    if (keys.length > 0) this.states.push(next);
    return { revision: this.revision };
  }

  /** What a watch is told that starts at `from`. */
  events(key: string, rangeEnd: string | undefined, from: bigint): WatchEvent[] {
    return this.changes
      .filter((change) => change.modRevision >= from && inside(change.key, key, rangeEnd))
      .map((kv) => {
        const previous = this.states[Number(kv.modRevision) - 1]?.get(kv.key);
        const type = kv.version === 0 ? "delete" : "put";
        return previous === undefined ? { type, kv } : { type, kv, previous };
      });
  }

  /** The keys at a revision, in order. */
  keysAt(revision: bigint): KeyValue[] {
    return this.sorted(this.states[Number(revision)] as Keys);
  }

  private get next(): bigint {
    return this.revision + 1n;
  }

  private leaseIsMissing({ lease }: PutRequest): boolean {
    return lease !== undefined && lease !== 0n && !this.leased.has(lease);
  }

  private sorted(keys: Keys): KeyValue[] {
    return [...keys.values()].sort((left, right) => compareBytes(left.key, right.key));
  }

  private rangeIn(keys: Keys, request: RangeRequest, revision: bigint) {
    const all = this.sorted(keys).filter(({ key }) => inside(key, request.key, request.rangeEnd));
    if (request.countOnly) return { kvs: [], more: false, count: all.length, revision };
    const kvs = request.limit ? all.slice(0, request.limit) : all;
    return {
      kvs: request.keysOnly ? kvs.map((kv) => ({ ...kv, value: "" })) : kvs,
      more: kvs.length < all.length,
      count: all.length,
      revision,
    };
  }

  private putInto(keys: Map<string, KeyValue>, { key, value, lease = 0n, previousValue }: PutRequest) {
    const previous = keys.get(key);
    const revision = this.next;
    const kv: KeyValue = {
      key,
      value,
      lease,
      modRevision: revision,
      createRevision: previous?.createRevision ?? revision,
      version: (previous?.version ?? 0) + 1,
    };
    keys.set(key, kv);
    this.changes.push(kv);
    return previousValue && previous ? { revision, previous } : { revision };
  }

  private deleteFrom(keys: Map<string, KeyValue>, request: DeleteRangeRequest) {
    const revision = this.next;
    const previous = this.sorted(keys).filter(({ key }) => inside(key, request.key, request.rangeEnd));
    for (const { key } of previous) {
      keys.delete(key);
      this.changes.push({ key, value: "", createRevision: 0n, modRevision: revision, version: 0, lease: 0n });
    }
    return { deleted: previous.length, revision, ...(request.previousValues ? { previous } : {}) };
  }

  private holds(compare: Compare): boolean {
    const found = this.sorted(this.now).filter(({ key }) => inside(key, compare.key, compare.rangeEnd));
    const none: KeyValue = { key: "", value: "", createRevision: 0n, modRevision: 0n, version: 0, lease: 0n };
    if (found.length === 0 && compare.target === "value") return false;
    return (found.length === 0 ? [none] : found).every((kv) => {
      const actual = kv[compare.target];
      const order =
        typeof actual === "string"
          ? compareBytes(actual, compare.expected as string)
          : Number(BigInt(actual) - BigInt(compare.expected as bigint | number));
      return { "=": order === 0, "!=": order !== 0, "<": order < 0, ">": order > 0 }[compare.operator];
    });
  }

  private run(keys: Map<string, KeyValue>, operation: TxnOperation, writes: boolean): TxnOperationReply {
    switch (operation.type) {
      case "put":
        return { type: "put", ...this.putInto(keys, operation) };
      case "deleteRange":
        return { type: "deleteRange", ...this.deleteFrom(keys, operation) };
      case "range": {
        const asked = operation.revision ?? 0n;
        const from = asked === 0n ? keys : (this.states[Number(asked)] as Keys);
        return { type: "range", ...this.rangeIn(from, operation, writes ? this.next : this.revision) };
      }
    }
  }
}
