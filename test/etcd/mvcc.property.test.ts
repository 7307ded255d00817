import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { compareKeys, inRange, prefixEnd } from "../../actors/etcd/keys.js";
import type { Compare, EtcdRejection, TxnOperation } from "../../actors/etcd/messages.js";
import { Store } from "../../actors/etcd/mvcc.js";
import type { Outcome } from "../../src/wire/errors.js";
import { compareBytes, Model } from "./model.js";

const key = fc.constantFrom("a", "a/", "a/b", "a/c", "a0", "b", "é", "\uffee", "\u{1f600}", "\u{10ffff}");
const value = fc.constantFrom("1", "2", '{"x":"\u{1f600}"}', "");
const rangeEnd = fc.option(
  fc.oneof(
    key,
    fc.constant("\0"),
    key.map((first) => prefixEnd(first)),
  ),
  { nil: undefined },
);
const lease = fc.constantFrom(0n, 0n, 0n, 1n, 2n, 9n);
/** How far back, or beyond the newest, a read goes; undefined reads the newest. */
const back = fc.option(fc.integer({ min: -1, max: 12 }), { nil: undefined });
const operator = fc.constantFrom("=" as const, "!=" as const, "<" as const, ">" as const);

const range = fc.record({
  key,
  rangeEnd,
  limit: fc.constantFrom(0, 1, 2),
  keysOnly: fc.boolean(),
  countOnly: fc.boolean(),
  back,
});
const put = fc.record({ key, value, lease, previousValue: fc.boolean() });
const deleteRange = fc.record({ key, rangeEnd, previousValues: fc.boolean() });
const compare: fc.Arbitrary<Compare> = fc.oneof(
  fc.record({ key, rangeEnd, operator, target: fc.constant("version" as const), expected: fc.integer({ min: 0, max: 3 }) }),
  fc.record({
    key,
    rangeEnd,
    operator,
    target: fc.constantFrom("createRevision" as const, "modRevision" as const, "lease" as const),
    expected: fc.bigInt(0n, 12n),
  }),
  fc.record({ key, rangeEnd, operator, target: fc.constant("value" as const), expected: value }),
);
const operation = fc.oneof(
  range.map((request) => ({ type: "range" as const, ...request })),
  put.map((request) => ({ type: "put" as const, ...request })),
  deleteRange.map((request) => ({ type: "deleteRange" as const, ...request })),
);
type OperationDrawn = typeof operation extends fc.Arbitrary<infer Drawn> ? Drawn : never;
const branch = fc.array(operation, { maxLength: 3 });

const step = fc.oneof(
  put.map((request) => ({ kind: "put" as const, request })),
  put.map((request) => ({ kind: "put" as const, request })),
  range.map((request) => ({ kind: "range" as const, request })),
  deleteRange.map((request) => ({ kind: "deleteRange" as const, request })),
  fc.record({ compares: fc.array(compare, { maxLength: 2 }), success: branch, failure: branch }).map((request) => ({
    kind: "txn" as const,
    request,
  })),
  fc.record({ kind: fc.constant("compact" as const), back: fc.integer({ min: -1, max: 12 }) }),
  fc.record({ kind: fc.constant("revoke" as const), id: fc.constantFrom(1n, 2n, 9n) }),
  fc.record({ kind: fc.constant("grant" as const), id: fc.constantFrom(1n, 2n) }),
);

/** A reply, or the reason of a refusal. */
function shown<Reply>(outcome: Outcome<Reply>): unknown {
  return outcome.ok ? outcome.reply : (outcome.error.details as EtcdRejection).reason;
}

function revisionFrom(newest: bigint, steps: number | undefined): bigint {
  if (steps === undefined) return 0n;
  const revision = newest - BigInt(steps);
  return revision < 0n ? 0n : revision;
}

test("keys compare as the bytes of their UTF-8", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (left, right) => {
      assert.is(Math.sign(compareKeys(left, right)), Math.sign(compareBytes(left, right)));
    }),
    { numRuns: 2000 },
  );
});

test("the range of a prefix holds what begins with it, and nothing else", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), fc.boolean(), (prefix, other, joined) => {
      const tried = joined ? prefix + other : other;
      assert.is(inRange(tried, prefix, prefixEnd(prefix)), tried.startsWith(prefix), JSON.stringify({ prefix, tried }));
    }),
    { numRuns: 2000 },
  );
});

test("the store answers as the model does, whatever is asked in whatever order", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
      const store = new Store();
      const model = new Model();
      for (const each of steps) {
        const withRevision = <Request extends { back?: number | undefined }>({ back: steps, ...request }: Request) => ({
          ...request,
          revision: revisionFrom(store.revision, steps),
        });
        const operations = (list: ReadonlyArray<OperationDrawn>): TxnOperation[] =>
          list.map((one) => (one.type === "range" ? withRevision(one) : one)) as TxnOperation[];
        let actual: unknown;
        let expected: unknown;
        switch (each.kind) {
          case "put":
            actual = shown(store.put(each.request));
            expected = model.put(each.request);
            break;
          case "range":
            actual = shown(store.range(withRevision(each.request)));
            expected = model.range(withRevision(each.request));
            break;
          case "deleteRange":
            actual = shown(store.deleteRange(each.request));
            expected = model.deleteRange(each.request);
            break;
          case "txn": {
            const { compares, success, failure } = each.request;
            const request = { compares, success: operations(success), failure: operations(failure) };
            actual = shown(store.txn(request));
            expected = model.txn(request);
            break;
          }
          case "compact": {
            const revision = revisionFrom(store.revision, each.back);
            actual = shown(store.compact(revision));
            expected = model.compact(revision);
            break;
          }
          case "grant":
            store.leases.grant(each.id, 10, 0);
            model.grant(each.id);
            continue;
          case "revoke":
            actual = shown(store.revokeLease(each.id));
            expected = model.revoke(each.id);
            break;
        }
        assert.equal(
          actual,
          expected,
          JSON.stringify(each, (_key, one) => (typeof one === "bigint" ? `${one}n` : one)),
        );
        store.commit(store.revision);
      }
      for (let revision = store.compactRevision || 1n; revision <= store.revision; revision += 1n) {
        const read = store.range({ key: "\0", rangeEnd: "\0", revision });
        assert.equal(read.ok && read.reply.kvs, model.keysAt(revision), `the keys at revision ${revision}`);
      }
      assert.is(store.keys, model.keysAt(model.revision).length, "the number of keys");
      const kept = model.changes.filter((change) => change.modRevision >= store.compactRevision);
      const history = Array.from({ length: store.history.end - store.history.start }, (_, at) =>
        store.history.at(store.history.start + at),
      );
      assert.equal(history, kept, "the history from the compacted revision on");
    }),
    { numRuns: 400 },
  );
});

test.run();
