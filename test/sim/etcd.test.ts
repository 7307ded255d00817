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

test("a bit that flips on the disk is refused at the next start, by file and offset", () => {
  const world = new EtcdWorld({ seed: "1", crash: "kill" });
  assert.is(world.untilSettled(), "serving");
  world.ask(etcdMessages.put, { key: "/a", value: "1" });
  world.ask(etcdMessages.put, { key: "/b", value: "2" });
  world.disk.flipBit("log-0000000001", 60, 3);
  world.simulation.kill("etcd/0");
  assert.is(world.untilSettled(), "log-0000000001 is damaged at byte 32: the checksum of the frame does not match");
});

test.run();
