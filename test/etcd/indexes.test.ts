import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { KeyIndex } from "../../actors/etcd/key-index.js";
import { compareKeys, inRange, prefixEnd } from "../../actors/etcd/keys.js";
import { WatchIndex, type Watching } from "../../actors/etcd/watch-index.js";
import { integerBelow, seededRandom } from "../../src/actor/random.js";

function visited(index: KeyIndex, first: string, rangeEnd: string): string[] {
  const keys: string[] = [];
  index.visit(first, rangeEnd, ({ key }) => keys.push(key) > 0);
  return keys;
}

test("the index keeps thousands of keys in order, however they come and go", () => {
  const random = seededRandom("index");
  for (const ascending of [true, false]) {
    const index = new KeyIndex();
    const keys = new Set<string>();
    for (let step = 0; step < 6_000; step += 1) {
      const key = `/k/${ascending ? String(step).padStart(6, "0") : integerBelow(random, 4_000)}`;
      if (random.next() < 0.75) {
        index.getOrAdd(key);
        keys.add(key);
      } else {
        const gone = `/k/${ascending ? String(integerBelow(random, step + 1)).padStart(6, "0") : integerBelow(random, 4_000)}`;
        index.remove(gone);
        keys.delete(gone);
      }
    }
    const sorted = [...keys].sort(compareKeys);
    assert.is(index.size, sorted.length);
    assert.equal(visited(index, "/", "\0"), sorted);
    for (let tries = 0; tries < 50; tries += 1) {
      const [first = "", end = ""] = [integerBelow(random, 4_000), integerBelow(random, 4_000)]
        .map((each) => `/k/${each}`)
        .sort();
      assert.equal(
        visited(index, first, end),
        sorted.filter((key) => key >= first && key < end),
        `[${first}, ${end})`,
      );
    }
    for (const key of sorted) index.remove(key);
    assert.equal(visited(index, "", "\0"), []);
    index.getOrAdd("/again");
    assert.equal(visited(index, "", "\0"), ["/again"]);
  }
});

test("a visit that has seen enough ends", () => {
  const index = new KeyIndex();
  for (const key of ["a", "b", "c"]) index.getOrAdd(key);
  const keys: string[] = [];
  index.visit("a", "\0", ({ key }) => keys.push(key) < 2);
  assert.equal(keys, ["a", "b"]);
});

const key = fc.constantFrom("/a", "/a/b", "/a/c", "/b", "/b/x", "/c", "0");
const watching: fc.Arbitrary<Watching> = fc.oneof(
  key.map((each) => ({ key: each })),
  key.map((each) => ({ key: each, rangeEnd: prefixEnd(each) })),
  fc.record({ key, rangeEnd: fc.oneof(key, fc.constant("\0")) }),
);

test("who watches a key is found, whatever ranges overlap, come and go", () => {
  fc.assert(
    fc.property(fc.array(fc.record({ watch: watching, stays: fc.boolean() }), { maxLength: 20 }), fc.array(key), (all, keys) => {
      const index = new WatchIndex<Watching>();
      for (const { watch } of all) index.add(watch);
      index.visit("/a", () => undefined);
      for (const { watch, stays } of all) if (!stays) index.remove(watch);
      for (const each of keys) {
        const found = new Set<Watching>();
        index.visit(each, (watch) => found.add(watch));
        const expected = all.filter(({ watch, stays }) => stays && inRange(each, watch.key, watch.rangeEnd));
        assert.equal([...found].length, expected.length, each);
        assert.ok(
          expected.every(({ watch }) => found.has(watch)),
          each,
        );
      }
    }),
    { numRuns: 500 },
  );
});

test.run();
