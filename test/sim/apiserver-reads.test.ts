/** Gets and lists: of which revision they are, and what they wait for. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { apiserverMessages } from "../../actors/apiserver/messages.js";
import type { ApiOutcome } from "../../actors/apiserver/request.js";
import type { UntypedObject } from "../../src/api/types.js";
import type { Envelope } from "../../src/wire/envelope.js";
import { decodeJson } from "../../src/wire/json.js";
import { ApiServerWorld, configMap, configMaps, podOf, podsPath } from "./apiserver-world.js";

const names = (items: readonly UntypedObject[]) => items.map((item) => item.metadata.name);

function worldWith(count: number, options: ConstructorParameters<typeof ApiServerWorld>[0] = {}): ApiServerWorld {
  const world = new ApiServerWorld(options).untilServing();
  for (let index = 0; index < count; index += 1)
    world.create(configMaps, configMap(`map-${index}`, {}, { parity: index % 2 ? "odd" : "even" }));
  return world;
}

test("lists are in the order of keys and take label and field selectors", () => {
  const world = worldWith(4);
  assert.equal(names(world.list(configMaps).items), ["map-0", "map-1", "map-2", "map-3"]);
  assert.equal(names(world.list(configMaps, { labelSelector: "parity=odd" }).items), ["map-1", "map-3"]);
  assert.equal(names(world.list(configMaps, { labelSelector: "parity in (even), !absent" }).items), ["map-0", "map-2"]);
  assert.equal(names(world.list(configMaps, { fieldSelector: "metadata.name=map-2" }).items), ["map-2"]);
  assert.equal(names(world.list(configMaps, { fieldSelector: "metadata.name!=map-2" }).items), ["map-0", "map-1", "map-3"]);
  const { namespace: _all, ...everywhere } = configMaps;
  assert.equal(names(world.list(everywhere, { fieldSelector: "metadata.namespace=default" }).items).length, 4);
  assert.is(world.list(configMaps, { labelSelector: "a=(" }).error?.code, 400);
  assert.is(world.list(configMaps, { fieldSelector: "spec.no=1" }).error?.code, 400);
});

test("a list is given in pages of one revision, from the cache while nothing changed", () => {
  const world = worldWith(5);
  const first = world.list(configMaps, { limit: 2 });
  assert.equal(names(first.items), ["map-0", "map-1"]);
  assert.is((first as { remainingItemCount?: number }).remainingItemCount, 3);
  const token = (first as { continue?: string }).continue ?? "";
  const second = world.list(configMaps, { limit: 2, continue: token });
  assert.equal(names(second.items), ["map-2", "map-3"]);
  assert.is(second.resourceVersion, first.resourceVersion);
  const third = world.list(configMaps, { limit: 2, continue: (second as { continue?: string }).continue ?? "" });
  assert.equal(names(third.items), ["map-4"]);
  assert.is((third as { continue?: string }).continue, undefined);
});

test("pages after a change still are of the first page's revision: they come from etcd", () => {
  const world = worldWith(5);
  const first = world.list(configMaps, { limit: 2 });
  world.delete(configMaps, "map-3");
  world.create(configMaps, configMap("map-35"));
  const rest = world.list(configMaps, { limit: 2, continue: (first as { continue?: string }).continue ?? "" });
  assert.equal(names(rest.items), ["map-2", "map-3"]);
  assert.is(rest.resourceVersion, first.resourceVersion);
  assert.is((rest as { remainingItemCount?: number }).remainingItemCount, 1);
  const odd = world.list(configMaps, {
    limit: 1,
    labelSelector: "parity=odd",
    resourceVersion: first.resourceVersion,
    resourceVersionMatch: "Exact",
  });
  assert.equal(names(odd.items), ["map-1"]);
  const next = world.list(configMaps, {
    limit: 5,
    labelSelector: "parity=odd",
    continue: (odd as { continue?: string }).continue ?? "",
  });
  assert.equal(names(next.items), ["map-3"]);
});

test("pages of a compacted revision are 410, with a token to go on inconsistently", () => {
  const world = worldWith(3);
  const first = world.list(configMaps, { limit: 1 });
  world.create(configMaps, configMap("map-9"));
  world.compact();
  const expired = world.list(configMaps, { limit: 1, continue: (first as { continue?: string }).continue ?? "" });
  assert.is(expired.error?.code, 410);
  assert.match(expired.error?.message ?? "", /The provided continue parameter is too old/);
  const { continue: token = "" } = expired.error?.metadata ?? {};
  assert.equal(names(world.list(configMaps, { continue: token }).items), ["map-1", "map-2", "map-9"]);
  const exact = world.list(configMaps, { resourceVersion: first.resourceVersion, resourceVersionMatch: "Exact" });
  assert.is(exact.error?.code, 410);
});

test("pages expire with what etcd forgets, though nothing has changed in them since", () => {
  const world = worldWith(3);
  const { continue: token = "" } = world.list(configMaps, { limit: 1 }) as { continue?: string };
  const secrets = { ...configMaps, resource: "secrets" };
  world.create(secrets, { apiVersion: "v1", kind: "Secret", metadata: { name: "later" } });
  world.run(200_000);
  assert.equal(names(world.list(configMaps, { limit: 1, continue: token }).items), ["map-1"]);
  // Twice five minutes: what was current at the first compaction interval is forgotten at the second.
  world.run(450_000);
  const expired = world.list(configMaps, { limit: 1, continue: token });
  assert.is(expired.error?.code, 410);
  const { continue: inconsistent = "" } = expired.error?.metadata ?? {};
  assert.equal(names(world.list(configMaps, { limit: 1, continue: inconsistent }).items), ["map-1"]);
});

const options: ReadonlyArray<readonly [string, object, number]> = [
  ["resourceVersionMatch without resourceVersion", { resourceVersionMatch: "Exact" }, 422],
  ["an exact match of 0", { resourceVersion: "0", resourceVersionMatch: "Exact" }, 422],
  ["an unknown match", { resourceVersion: "1", resourceVersionMatch: "Nearly" }, 422],
  ["a resourceVersion that is no number", { resourceVersion: "abc" }, 422],
  ["a token that is none", { continue: "!!" }, 400],
  ["a token with a resourceVersion", { continue: "e30", resourceVersion: "5" }, 400],
];
for (const [what, given, code] of options) {
  test(`${what} is ${code}`, () => {
    assert.is(worldWith(0).list(configMaps, given).error?.code, code);
  });
}

test("resourceVersion 0 is answered from the cache even while etcd is away; the newest is waited for", () => {
  const world = worldWith(1);
  world.run(5);
  world.simulation.faults = { delayMs: (envelope: Envelope) => (envelope.from === "etcd/0" ? 8_000 : 0) };
  assert.is(world.get(configMaps, "map-0", { resourceVersion: "0" }).error, undefined);
  const before = world.simulation.queue.nowMs;
  assert.is(world.get(configMaps, "map-0").error, undefined);
  assert.ok(world.simulation.queue.nowMs - before >= 8_000, "the newest is known only when etcd has answered");
});

test("what is not confirmed by its deadline is 504", () => {
  const world = worldWith(1);
  world.simulation.faults = { delayMs: (envelope: Envelope) => (envelope.from === "etcd/0" ? 60_000 : 0) };
  const { error } = world.get(configMaps, "map-0");
  assert.ok(error?.code === 504 || error?.reason === "deadline", JSON.stringify(error));
});

test("a revision that is not there yet is waited for, for three seconds", () => {
  const world = worldWith(1);
  const { object } = world.get(configMaps, "map-0");
  const now = BigInt(object.metadata.resourceVersion ?? "0");
  const { error } = world.get(configMaps, "map-0", { resourceVersion: String(now + 100n) });
  assert.is(error?.code, 504);
  assert.match(error?.message ?? "", /Too large resource version: \d+, current: \d+/);
  world.simulation.queue.after(500, () => world.createUnheard(configMaps, configMap("later")));
  assert.is(world.list(configMaps, { resourceVersion: String(now + 1n), resourceVersionMatch: "NotOlderThan" }).items.length, 2);
});

test("a list of an exact revision that is still to come is waited for", () => {
  const world = worldWith(2);
  const { resourceVersion } = world.list(configMaps);
  const ahead = String(BigInt(resourceVersion) + 1n);
  world.simulation.queue.after(400, () => world.createUnheard(configMaps, configMap("a-later")));
  assert.equal(names(world.list(configMaps, { resourceVersion: ahead, limit: 1 }).items), ["a-later"]);
});

test("pods are selected by node", () => {
  const world = worldWith(0);
  world.account();
  world.create(podsPath, podOf("here", { nodeName: "node-1" }));
  world.create(podsPath, podOf("there", { nodeName: "node-2" }));
  assert.equal(names(world.list(podsPath, { fieldSelector: "spec.nodeName=node-1" }).items), ["here"]);
});

test("what one API server wrote, the other one's newest read sees", () => {
  const world = worldWith(0, { apiservers: 2 });
  for (let index = 0; index < 20; index += 1) {
    assert.is(world.create(configMaps, configMap(`map-${index}`), 0).error, undefined);
    assert.is(world.get(configMaps, `map-${index}`, { apiserver: 1 }).error, undefined, "a read after the write sees it");
  }
});

test("wrong paths and verbs", () => {
  const world = worldWith(0);
  assert.is(world.get(podsPath, "a", { subresource: "proxy" }).error?.code, 501);
  assert.is(world.list({ group: "", version: "v1", resource: "nothings" }).error?.code, 404);
  assert.is(world.list({ group: "", version: "v1", resource: "bindings", namespace: "default" }).error?.code, 405);
  assert.is(world.get(configMaps, "a", { subresource: "status" }).error?.code, 404);
  assert.is(world.list({ group: "", version: "v1", resource: "nodes", namespace: "default" }).error?.code, 404);
});

test("a read that waits too long is 504: for what is newest, and for a revision that the cache has left behind", () => {
  const world = worldWith(2);
  const { resourceVersion } = world.list(configMaps);
  world.create(configMaps, configMap("later"));
  const codes: number[] = [];
  const respond = (outcome: ApiOutcome): void => {
    codes.push(outcome.ok ? outcome.code : outcome.error.code);
  };
  world.simulation.faults = { delayMs: (envelope: Envelope) => (envelope.from === "etcd/0" ? 1_000 : 0) };
  const user = { name: "someone", groups: [] };
  const server = world.server();
  server.request({ verb: "get", path: { ...configMaps, name: "map-0" }, user, deadlineMs: 100 }, respond);
  const exact = { resourceVersion, resourceVersionMatch: "Exact" } as const;
  server.request({ verb: "list", path: configMaps, user, deadlineMs: 100, options: exact }, respond);
  world.run(200);
  assert.equal(codes, [504, 504]);
});

test("an exact revision that was passed in one leap is read from etcd", () => {
  const world = worldWith(1);
  // While the first write is made durable the others gather, and many are told in one piece.
  const ahead = String(BigInt(world.list(configMaps).resourceVersion) + 20n);
  let found: unknown[] = [];
  const { wire } = world.simulation.user.component.host;
  const options = { resourceVersion: ahead, resourceVersionMatch: "Exact" } as const;
  wire.call(
    "apiserver/0",
    apiserverMessages.list,
    { path: configMaps, options },
    {
      onOutcome: (outcome) => {
        if (outcome.ok) found = outcome.reply.items.map((item) => decodeJson(item).metadata.name);
      },
    },
  );
  world.run(5);
  for (let index = 0; index < 60; index += 1) world.createUnheard(configMaps, configMap(`more-${index}`));
  world.run(50);
  assert.is(found.length, 21, "the list is of the twentieth of sixty writes");
});

test.run();
