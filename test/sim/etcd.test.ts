import { test } from "uvu";
import * as assert from "uvu/assert";
import { etcdMessages, prefixEnd } from "../../actors/etcd/messages.js";
import { EtcdWorld } from "./etcd-world.js";

test("writes are read back, also after a power cut", () => {
  const world = new EtcdWorld({ seed: "1", crash: "cutPower" });
  assert.is(world.untilSettled(), "serving");
  assert.is(world.ask(etcdMessages.put, { key: "/a", value: "1" }).revision, 2n);
  assert.is(world.ask(etcdMessages.put, { key: "/b", value: "2" }).revision, 3n);
  world.simulation.kill("etcd/0");
  assert.is(world.untilSettled(), "serving");
  const read = world.ask(etcdMessages.range, { key: "/", rangeEnd: prefixEnd("/") });
  assert.equal(
    read.kvs.map(({ key, value, modRevision }) => [key, value, modRevision]),
    [
      ["/a", "1", 2n],
      ["/b", "2", 3n],
    ],
  );
  assert.is(read.revision, 3n);
});

test.run();
