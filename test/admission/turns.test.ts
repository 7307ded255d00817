import { test } from "uvu";
import * as assert from "uvu/assert";
import { StoredObject } from "../../actors/apiserver/watch-cache/stored-object.js";
import { Turns } from "../../actors/apiserver/writes/turns.js";

const key = "/registry/core/resourcequotas/shop/q";
const quota = new StoredObject(key, "shop", "q", '{"metadata":{}}' as StoredObject["json"], 5n);

test("turns come one after another, whoever gives up in between", () => {
  const turns = new Turns();
  const told: string[] = [];
  const [first, second, third] = ["first", "second", "third"].map((name) => turns.take("line", () => told.push(name)));
  assert.equal(told, ["first"]);
  second!();
  first!();
  assert.equal(told, ["first", "third"]);
  first!();
  third!();
  turns.take("line", () => told.push("later"));
  assert.equal(told, ["first", "third", "later"]);
});

test("who comes next sees what was written, until the cache does or nobody waits", () => {
  const turns = new Turns();
  const end = turns.take("line", () => undefined);
  const written = quota.next('{"metadata":{}}', 7n);
  turns.wrote("line", [written]);
  assert.is(turns.newest("line", quota), written);
  const newer = quota.next('{"metadata":{}}', 9n);
  assert.is(turns.newest("line", newer), newer);
  end();
  assert.is(turns.newest("line", quota), quota);
});

test.run();
