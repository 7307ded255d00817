/** Watches: where they begin, what they are told and how they end. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { apiserverMessages, statusOf } from "../../actors/apiserver/messages.js";
import { historyLimit } from "../../actors/apiserver/watch-cache/history.js";
import type { Envelope } from "../../src/wire/envelope.js";
import type { WireError } from "../../src/wire/errors.js";
import { decodeJson } from "../../src/wire/json.js";
import { streamLimits } from "../../src/wire/streams.js";
import { ApiServerWorld, brief, configMap, configMaps, podOf, podsPath, type Told } from "./apiserver-world.js";

const serving = () => new ApiServerWorld().untilServing();
const codeOf = (told: Told) => (told.error === undefined ? undefined : statusOf(told.error)?.code);

test("a watch without a revision begins with what exists", () => {
  const world = serving();
  world.create(configMaps, configMap("one"));
  const told = world.watch(configMaps);
  world.run(10);
  world.create(configMaps, configMap("two"));
  world.run(10);
  assert.equal(brief(told.events), ["ADDED one", "ADDED two"]);
});

test("a watch from a revision is told what came after it, and nothing twice", () => {
  const world = serving();
  world.create(configMaps, configMap("one"));
  const { resourceVersion } = world.list(configMaps);
  world.create(configMaps, configMap("two"));
  world.delete(configMaps, "one");
  const told = world.watch(configMaps, { resourceVersion });
  world.run(10);
  world.create(configMaps, configMap("three"));
  world.run(10);
  assert.equal(brief(told.events), ["ADDED two", "DELETED one", "ADDED three"]);
  const revisions = told.events.map((event) => BigInt(event.resourceVersion));
  assert.equal([...revisions].sort(), revisions);
  for (const { object, resourceVersion: at } of told.events) assert.is(decodeJson(object).metadata.resourceVersion, at);
});

test("a watch from before the window is 410", () => {
  const world = serving();
  world.create(configMaps, configMap("one"));
  const { resourceVersion } = world.list(configMaps);
  for (let index = 0; index <= historyLimit; index += 1) world.createUnheard(configMaps, configMap(`map-${index}`));
  world.run(3_000);
  const told = world.watch(configMaps, { resourceVersion });
  world.run(10);
  assert.is(codeOf(told), 410);
  assert.match(told.error?.message ?? "", /^too old resource version: \d+ \(\d+\)$/);
});

test("a watch from a revision that is to come waits for it", () => {
  const world = serving();
  const { resourceVersion } = world.list(configMaps);
  const told = world.watch(configMaps, { resourceVersion: String(BigInt(resourceVersion) + 1n) });
  world.run(100);
  world.create(configMaps, configMap("one"));
  world.create(configMaps, configMap("two"));
  world.run(10);
  assert.equal(brief(told.events), ["ADDED two"]);
});

const streamed = { sendInitialEvents: true, resourceVersionMatch: "NotOlderThan" } as const;

test("a streamed list of a revision that is to come is waited for, for three seconds", () => {
  const world = serving();
  const { resourceVersion } = world.list(configMaps);
  const soon = world.watch(configMaps, { ...streamed, resourceVersion: String(BigInt(resourceVersion) + 1n) });
  const never = world.watch(configMaps, { ...streamed, resourceVersion: String(BigInt(resourceVersion) + 1_000n) });
  world.run(100);
  assert.equal(brief(soon.events), []);
  world.create(configMaps, configMap("one"));
  world.run(10);
  assert.equal(brief(soon.events), ["ADDED one"]);
  world.run(2_800);
  assert.not(never.ended);
  world.run(200);
  assert.is(codeOf(never), 504);
});

test("shortly before a watch ends, its client is told where to go on", () => {
  const world = serving();
  const told = world.watch(configMaps, { timeoutSeconds: 10, allowWatchBookmarks: true });
  const silent = world.watch(configMaps, { timeoutSeconds: 10 });
  world.run(7_900);
  assert.equal(told.events, []);
  world.run(200);
  assert.equal(
    told.events.map(({ type }) => type),
    ["BOOKMARK"],
  );
  world.run(2_000);
  assert.ok(told.ended && silent.ended);
  assert.equal(silent.events, []);
});

test("a watch is refused when etcd does not confirm what is newest", () => {
  const world = serving();
  world.simulation.faults = { delayMs: (envelope: Envelope) => (envelope.from === "etcd/0" ? 60_000 : 0) };
  const told = world.watch(configMaps);
  world.run(10_100);
  assert.is(codeOf(told), 504);
});

test("a list can be streamed: what exists, then a bookmark that says so", () => {
  const world = serving();
  world.create(configMaps, configMap("one"));
  const told = world.watch(configMaps, {
    sendInitialEvents: true,
    resourceVersionMatch: "NotOlderThan",
    allowWatchBookmarks: true,
  });
  world.run(10);
  assert.equal(brief(told.events), ["ADDED one", "BOOKMARK"]);
  const { metadata, kind } = decodeJson(told.events[1]!.object);
  assert.is(kind, "ConfigMap");
  assert.is(metadata.annotations?.["k8s.io/initial-events-end"], "true");
  const quiet = world.watch(configMaps, { sendInitialEvents: false, resourceVersionMatch: "NotOlderThan" });
  world.run(10);
  assert.equal(quiet.events, []);
});

test("bookmarks come every minute to those who asked for them", () => {
  const world = serving();
  const told = world.watch(configMaps, { resourceVersion: "0", allowWatchBookmarks: true });
  const other = world.watch(configMaps, { resourceVersion: "0" });
  world.run(10);
  world.create(podsPath, podOf("elsewhere"));
  world.account();
  world.run(60_000);
  assert.equal(brief(told.events), ["BOOKMARK"]);
  assert.ok(
    BigInt(told.events[0]!.resourceVersion) >= BigInt(world.list(configMaps, { resourceVersion: "0" }).resourceVersion) - 1n,
  );
  assert.equal(other.events, []);
});

test("pods of one node, of one name and of all namespaces", () => {
  const world = serving();
  world.account();
  const ofNode = world.watch(podsPath, { fieldSelector: "spec.nodeName=node-1" });
  const ofName = world.watch(podsPath, { fieldSelector: "metadata.name=b" });
  const { namespace: _all, ...everywhere } = podsPath;
  const all = world.watch(everywhere);
  world.run(10);
  world.create(podsPath, podOf("a"));
  world.create(podsPath, podOf("b", { nodeName: "node-2" }));
  const binding = { kind: "Binding", apiVersion: "v1", metadata: { name: "a" }, target: { kind: "Node", name: "node-1" } };
  world.create({ ...podsPath, name: "a", subresource: "binding" }, binding);
  world.delete(podsPath, "a", { gracePeriodSeconds: 0 });
  world.run(10);
  assert.equal(brief(ofNode.events), ["ADDED a", "DELETED a"]);
  assert.equal(brief(ofName.events), ["ADDED b"]);
  assert.equal(brief(all.events), ["ADDED a", "ADDED b", "MODIFIED a", "DELETED a"]);
});

test("a watch ends in order when its time is up", () => {
  const world = serving();
  const told = world.watch(configMaps, { timeoutSeconds: 2 });
  world.run(1_900);
  assert.not(told.ended);
  world.run(200);
  assert.ok(told.ended);
  assert.is(told.error, undefined);
});

test("a reader that goes away is forgotten", () => {
  const world = serving();
  const told = world.watch(configMaps);
  const early = world.watch(configMaps, { resourceVersion: "999999" });
  const unconfirmed = world.watch(configMaps);
  unconfirmed.cancel();
  world.run(20);
  const watches = () =>
    world.simulation
      .component("apiserver/0")!
      .inspect()
      .charts.filter(({ machine }) => machine === "watch").length;
  assert.is(watches(), 2);
  told.cancel();
  early.cancel();
  world.run(20);
  assert.is(watches(), 0);
});

test("a reader that reads nothing is cut off, and nobody else", () => {
  const world = serving();
  const told = world.watch(configMaps);
  let error: WireError | undefined;
  const { wire } = world.simulation.user.component.host;
  const reader = { onChunk: () => undefined, onEnd: (why?: WireError) => (error = why), manualCredit: true };
  wire.open("apiserver/0", apiserverMessages.watch, { path: configMaps, options: {} }, reader);
  world.run(10);
  const most = streamLimits.credits + streamLimits.backlogChunks + 100;
  for (let index = 0; index < most; index += 1) {
    world.createUnheard(configMaps, configMap(`map-${index}`));
    world.run(4);
  }
  world.run(100);
  assert.is(error?.code, "slowReader");
  assert.is(told.events.length, most);
  assert.not(told.ended);
  assert.is(world.server().cache.watchers, 1);
});

test("a draining API server ends its watches, those that wait too", () => {
  const world = serving();
  const told = world.watch(configMaps);
  const ahead = world.watch(configMaps, { ...streamed, resourceVersion: "999999" });
  world.run(20);
  world.simulation.faults = { delayMs: (envelope: Envelope) => (envelope.from === "etcd/0" ? 5_000 : 0) };
  const unconfirmed = world.watch(configMaps);
  world.run(20);
  world.simulation.component("apiserver/0")!.stop();
  world.run(20);
  assert.ok(told.ended && ahead.ended && unconfirmed.ended);
  assert.is(told.error, undefined);
  assert.is(codeOf(ahead), 504);
  assert.is(codeOf(unconfirmed), 504);
});

const options: ReadonlyArray<readonly [string, object, number]> = [
  ["a match without sendInitialEvents", { resourceVersionMatch: "NotOlderThan" }, 422],
  ["sendInitialEvents without a match", { sendInitialEvents: true }, 422],
  ["sendInitialEvents with an exact match", { sendInitialEvents: true, resourceVersionMatch: "Exact" }, 422],
  ["a resourceVersion that is no number", { resourceVersion: "x" }, 422],
  ["a selector that cannot be read", { labelSelector: "a=(" }, 400],
];
for (const [what, given, code] of options) {
  test(`${what} is ${code}`, () => {
    const world = serving();
    const told = world.watch(configMaps, given);
    world.run(10);
    assert.is(codeOf(told), code);
  });
}

test.run();
