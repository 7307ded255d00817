import { test } from "uvu";
import * as assert from "uvu/assert";
import { TransientMap } from "../../src/wire/transient-map.js";

test("entries come in order, are replaced in their place, and go", () => {
  const calls = new TransientMap<number, string>();
  calls.set(3, "range");
  calls.set(1, "put");
  calls.set(3, "txn");
  assert.equal(calls.entries(), [
    [3, "txn"],
    [1, "put"],
  ]);
  assert.is(calls.delete(3), true, "it was there");
  assert.is(calls.delete(3), false, "it is gone");
  assert.is(calls.get(3), undefined);
  assert.is(calls.has(3), false);
  assert.is(calls.size, 1);
  assert.equal(calls.keys(), [1]);
  assert.equal(calls.values(), ["put"]);
});

test("who goes through it may take entries out meanwhile", () => {
  const waiters = new TransientMap<number, string>();
  for (let i = 0; i < 100; i++) waiters.set(i, `waiter ${i}`);
  const told: string[] = [];
  for (const [key, waiter] of waiters.entries()) {
    waiters.delete(key);
    told.push(waiter);
  }
  assert.is(told.length, 100, "each is told once");
  assert.is(waiters.size, 0);
});

test.run();
