import { test } from "uvu";
import * as assert from "uvu/assert";
import { SchedulerCache } from "../../actors/scheduler/cache.js";
import type { FilterName } from "../../actors/scheduler/filter.js";
import { Heap } from "../../actors/scheduler/heap.js";
import { backoffAfter, type ClusterEvent, SchedulingQueue } from "../../actors/scheduler/queue.js";
import { seededRandom } from "../../src/actor/random.js";
import { aNode, aPod, asking, info } from "./fixtures.js";

const pod = (name: string, priority = 0) => info(aPod(name, { priority }));
const names = (queue: SchedulingQueue) => {
  const taken: string[] = [];
  for (let next = queue.take(); next !== undefined; next = queue.take()) taken.push(next.info.key.slice("default/".length));
  return taken;
};

test("a heap gives its items in order, whatever is put in and taken out", () => {
  const random = seededRandom("heap");
  const heap = new Heap<{ key: string; value: number }>(
    ({ key }) => key,
    (one, other) => one.value < other.value,
  );
  const kept = new Map<string, number>();
  for (let round = 0; round < 2_000; round++) {
    const key = `${Math.floor(random.next() * 200)}`;
    if (random.next() < 0.3) {
      heap.delete(key);
      kept.delete(key);
    } else {
      const value = Math.floor(random.next() * 1_000);
      heap.put({ key, value });
      kept.set(key, value);
    }
  }
  assert.is(heap.size, kept.size);
  const values: number[] = [];
  for (let item = heap.take(); item !== undefined; item = heap.take()) values.push(item.value);
  assert.equal(
    values,
    [...kept.values()].sort((a, b) => a - b),
  );
});

test("higher priorities first, then those that came first", () => {
  const queue = new SchedulingQueue();
  queue.add(pod("old"), 1);
  queue.add(pod("same"), 1);
  queue.add(pod("new"), 2);
  queue.add(pod("urgent", 10), 3);
  assert.equal(names(queue), ["urgent", "old", "same", "new"]);
});

test("backoff doubles up to ten seconds", () => {
  assert.equal([1, 2, 3, 4, 5, 9].map(backoffAfter), [1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
});

test("a pod that is put back is tried again when its backoff is over", () => {
  const queue = new SchedulingQueue();
  queue.add(pod("p"), 0);
  queue.putBack(queue.take()!, 100);
  assert.is(queue.nextFlushMs, 1_100);
  queue.flush(1_099);
  assert.equal(names(queue), []);
  queue.flush(1_100);
  assert.is(queue.take()!.attempts, 2);
});

const helps: Array<[FilterName, ClusterEvent, boolean]> = [
  ["NodeResourcesFit", "node added", true],
  ["NodeResourcesFit", "assigned pod deleted", true],
  ["NodeResourcesFit", "node allocatable changed", true],
  ["NodeResourcesFit", "node labels changed", false],
  ["NodeResourcesFit", "assigned pod added", false],
  ["NodePorts", "assigned pod deleted", true],
  ["NodePorts", "node taints changed", false],
  ["TaintToleration", "node taints changed", true],
  ["TaintToleration", "assigned pod deleted", false],
  ["NodeUnschedulable", "node taints changed", true],
  ["NodeAffinity", "node labels changed", true],
  ["NodeAffinity", "node allocatable changed", false],
  ["InterPodAffinity", "assigned pod added", true],
];
for (const [filter, event, helped] of helps) {
  test(`${event} ${helped ? "moves" : "leaves"} a pod that ${filter} rejected`, () => {
    const queue = new SchedulingQueue();
    queue.add(pod("p"), 0);
    queue.putUnschedulable(queue.take()!, new Set([filter]), 0);
    queue.moveOn(event, 5_000);
    assert.equal(names(queue), helped ? ["p"] : []);
  });
}

test("a pod that is moved while it should back off lets others go first", () => {
  const queue = new SchedulingQueue();
  queue.add(pod("p", 10), 0);
  queue.putUnschedulable(queue.take()!, new Set(), 500);
  queue.moveOn("node added", 600);
  assert.equal(queue.sizes, { active: 0, backingOff: 1, unschedulable: 0 });
  queue.add(pod("q"), 600);
  assert.equal(names(queue), ["q", "p"], "with nobody else waiting it is tried early");
});

test("a pod whose backoff is over is ready like others", () => {
  const queue = new SchedulingQueue();
  queue.add(pod("p", 10), 0);
  queue.putUnschedulable(queue.take()!, new Set(), 500);
  queue.moveOn("node added", 600);
  queue.add(pod("q"), 600);
  queue.flush(1_500);
  assert.equal(names(queue), ["p", "q"]);
});

test("after five minutes a pod is tried again anyway", () => {
  const queue = new SchedulingQueue();
  queue.add(pod("p"), 0);
  queue.putUnschedulable(queue.take()!, new Set(["NodeAffinity"]), 1_000);
  assert.is(queue.nextFlushMs, 301_000);
  queue.flush(301_000);
  assert.equal(names(queue), ["p"]);
});

test("a changed pod is tried at once only if that may help", () => {
  const queue = new SchedulingQueue();
  queue.add(pod("p"), 0);
  queue.putUnschedulable(queue.take()!, new Set(["NodeAffinity"]), 0);
  queue.update(pod("p"), false, 5_000);
  assert.is(queue.sizes.unschedulable, 1);
  queue.update(pod("p", 5), true, 5_000);
  assert.is(queue.take()!.info.priority, 5);
});

test("a deleted pod is nowhere", () => {
  const queue = new SchedulingQueue();
  queue.add(pod("p"), 0);
  queue.delete("default/p");
  assert.is(queue.has("default/p"), false);
  assert.is(queue.nextFlushMs, undefined);
});

const cpu = (cache: SchedulerCache, node: string) => cache.node(node)?.requested.get("cpu") ?? 0;

test("an assumed pod counts, and no longer once it is forgotten", () => {
  const cache = new SchedulerCache();
  cache.setNode(aNode("a"));
  cache.assume(info(asking("p", { cpu: "1" })), "a");
  assert.is(cpu(cache, "a"), 1_000);
  cache.forget(info(aPod("p")));
  assert.is(cpu(cache, "a"), 0);
});

test("a confirmed pod counts once, where it was bound, and is not forgotten", () => {
  const cache = new SchedulerCache();
  cache.setNode(aNode("a"));
  cache.setNode(aNode("b"));
  cache.assume(info(asking("p", { cpu: "1" })), "a");
  cache.confirm(info(asking("p", { cpu: "1" })), "b");
  cache.forget(info(aPod("p")));
  assert.equal([cpu(cache, "a"), cpu(cache, "b")], [0, 1_000]);
});

test("a node that goes keeps its pods until they go", () => {
  const cache = new SchedulerCache();
  cache.setNode(aNode("a"));
  cache.confirm(info(asking("p", { cpu: "1" })), "a");
  cache.removeNode("a");
  assert.is(cache.nodes().length, 0);
  assert.is(cpu(cache, "a"), 1_000);
  cache.setNode(aNode("a"));
  assert.equal(
    cache.nodes().map(({ name }) => name),
    ["a"],
  );
  cache.removeNode("a");
  cache.remove("default/p");
  assert.is(cache.node("a"), undefined);
});

test("a pod of a node that is not known yet counts when the node comes", () => {
  const cache = new SchedulerCache();
  cache.confirm(info(asking("p", { cpu: "1" })), "late");
  assert.is(cache.nodes().length, 0);
  cache.setNode(aNode("late"));
  assert.is(cpu(cache, "late"), 1_000);
});

test.run();
