/** The watch cache's objects come in the order of their keys, however they came and went. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ResourceStore } from "../../actors/apiserver/watch-cache/resource-store.js";
import type { StoredObject } from "../../actors/apiserver/watch-cache/stored-object.js";
import { integerBelow, seededRandom } from "../../src/actor/random.js";

const order = suite("the order of a resource's objects");

/** A store uses nothing of an object but its key. */
const named = (key: string): StoredObject => ({ key }) as StoredObject;
const keysFrom = (store: ResourceStore, ...range: [string, string?]): string[] =>
  [...store.from(...range)].map((object) => object.key);

for (const count of [1, 32, 33, 500]) {
  order(`${count} that come in any order are listed in theirs`, () => {
    const random = seededRandom(`order ${count}`);
    const store = new ResourceStore("/p/", 0n);
    const expected = new Set<string>();
    for (let revision = 1; revision <= count; revision += 1) {
      const key = `/p/${integerBelow(random, 1_000_000)}`;
      store.apply(key, named(key), BigInt(revision));
      expected.add(key);
    }
    assert.equal(keysFrom(store, "/p/"), [...expected].sort());
    for (const key of [...expected].slice(0, count / 2)) {
      store.apply(key, undefined, 10_000n);
      expected.delete(key);
      const other = `${key}-again`;
      store.apply(other, named(other), 10_001n);
      expected.add(other);
    }
    assert.equal(keysFrom(store, "/p/"), [...expected].sort());
  });
}

order("a list begins in the middle and ends with its prefix", () => {
  const store = new ResourceStore("/p/", 0n);
  for (const key of ["/p/b/2", "/p/a/1", "/p/b/1", "/p/c/1", "/p/b/3"]) store.apply(key, named(key), 1n);
  assert.equal(keysFrom(store, "/p/b/", "/p/b/2"), ["/p/b/2", "/p/b/3"]);
});

order("what was listed anew forgets what had just come", () => {
  const store = new ResourceStore("/p/", 0n);
  store.apply("/p/old", named("/p/old"), 1n);
  store.replace([named("/p/new")], 2n);
  assert.equal(keysFrom(store, "/p/"), ["/p/new"]);
});

order.run();
