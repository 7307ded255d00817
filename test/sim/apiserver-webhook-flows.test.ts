/** Webhooks in the course of things: asked again, overtaken by other writers, slow, and the API server crashing meanwhile. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { apiserverMessages } from "../../actors/apiserver/messages.js";
import type { UntypedObject } from "../../src/api/types.js";
import type { WireError } from "../../src/wire/errors.js";
import { encodeJson } from "../../src/wire/json.js";
import { AdmissionWorld, allowing, answerText, denying, mutating, type Review, setting, validating } from "./admission-world.js";
import { configMap, configMaps, podOf, podsPath } from "./apiserver-world.js";

const dataOf = (object: UntypedObject): unknown => object.data;
const ifNeeded = { reinvocationPolicy: "IfNeeded" };

test("who wishes it is asked again when the object is changed after it, once", () => {
  const world = new AdmissionWorld();
  world.register(mutating, "a", allowing, ifNeeded);
  world.register(mutating, "b", allowing);
  world.register(mutating, "c", setting("c", "1"), ifNeeded);
  world.register(mutating, "d", setting("d", "1"));
  const { object } = world.create(configMaps, configMap("one", { a: "1" }));
  assert.equal(dataOf(object), { a: "1", c: "1", d: "1" });
  const told = (name: string) => world.asked(name).map((request) => Object.keys(dataOf(request.object!) as object).join(""));
  assert.equal(told("a"), ["a", "acd"]);
  assert.equal(told("b"), ["a"], "it never wished to be asked again");
  assert.equal(told("c"), ["a", "acd"]);
  assert.equal(told("d"), ["ac"]);
});

test("nobody is asked again when nothing was changed after it", () => {
  const world = new AdmissionWorld();
  world.register(mutating, "a", setting("a", "2"), ifNeeded);
  world.register(mutating, "b", allowing, ifNeeded);
  world.create(configMaps, configMap("one", { a: "1" }));
  assert.equal([world.asked("a").length, world.asked("b").length], [1, 1]);
});

test("what is built in completes what a webhook changed, and webhooks are asked again about that", () => {
  const world = new AdmissionWorld();
  world.account();
  const rules = [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["pods"] }];
  const stripping = ({ request }: Review) => {
    const spec = request.object?.spec as { tolerations?: object[] };
    return request.object?.metadata.annotations === undefined && (spec.tolerations?.length ?? 0) > 0
      ? {
          patch: [
            { op: "remove", path: "/spec/tolerations" },
            { op: "add", path: "/metadata/annotations", value: { stripped: "yes" } },
          ],
        }
      : {};
  };
  world.register(mutating, "stripper", stripping, { rules, ...ifNeeded });
  const { object, error } = world.create(podsPath, podOf("web"));
  assert.is(error, undefined);
  assert.is((object.spec as { tolerations: object[] }).tolerations.length, 2, "the default tolerations are there again");
  assert.is(world.asked("stripper").length, 2);
});

test("an update that meets another writer is decided anew with what is there then", () => {
  const world = new AdmissionWorld();
  world.create(configMaps, configMap("one", { a: "1" }));
  let meddle = true;
  world.register(mutating, "changer", ({ request }) => {
    const first = meddle;
    meddle = false;
    if (first) writeUnheard(world, "one", { data: { other: "1" } });
    assert.is(request.operation, "UPDATE");
    return { ...setting("seen", "yes")(), afterMs: first ? 1_000 : 10 };
  });
  const { object } = world.patch(configMaps, "one", { data: { mine: "1" } });
  assert.equal(dataOf(object), { a: "1", other: "1", mine: "1", seen: "yes" });
  const olds = world.asked("changer").map((request) => dataOf(request.oldObject!));
  assert.ok(olds.length >= 3, "the patch is decided twice, the other write once");
});

/** Patches without waiting for the answer. */
function writeUnheard(world: AdmissionWorld, name: string, patch: object): void {
  const { wire } = world.simulation.user.component.host;
  const request = { path: { ...configMaps, name }, patchType: "application/merge-patch+json", patch: encodeJson(patch) } as const;
  wire.call("apiserver/0", apiserverMessages.patch, request, { onOutcome: () => undefined });
}

test("a name that is generated again is judged again, but the object is not changed again", () => {
  const world = new AdmissionWorld();
  world.register(mutating, "changer", setting("b", "2"));
  const taken: string[] = [];
  world.register(
    validating,
    "judge",
    ({ request }) => {
      taken.push(request.name ?? "");
      // Somebody else takes the name while it is judged.
      if (taken.length === 1) world.createUnheard(configMaps, configMap(request.name ?? "", { other: "1" }));
      return { afterMs: taken.length === 1 ? 1_000 : 10 };
    },
    { objectSelector: { matchLabels: { generated: "yes" } } },
  );
  const body = { ...configMap("x", { a: "1" }), metadata: { generateName: "map-", labels: { generated: "yes" } } };
  const { object, error } = world.create(configMaps, body);
  assert.is(error, undefined);
  assert.is(taken.length, 2);
  assert.is(object.metadata.name, taken[1]);
  assert.is(world.asked("changer").filter((request) => request.object?.metadata.generateName === "map-").length, 1);
});

test("validating webhooks are asked at the same time: the slowest decides how long it takes", () => {
  const world = new AdmissionWorld();
  for (const name of ["a", "b", "c"]) {
    world.register(validating, name, allowing);
    world.webhooks.serve(`https://hooks.example.com/${name}`, ({ body }) => ({
      afterMs: 1_000,
      answer: { ok: true, code: 200, body: answerText(JSON.parse(body) as Review, {}) },
    }));
  }
  const before = world.simulation.queue.nowMs;
  assert.is(world.create(configMaps, configMap("one")).error, undefined);
  const tookMs = world.simulation.queue.nowMs - before;
  assert.ok(tookMs >= 1_000 && tookMs < 1_500, `it took ${tookMs} ms`);
});

test("of several refusals the first in order is told", () => {
  const world = new AdmissionWorld();
  world.register(validating, "b", denying("second"));
  world.register(validating, "a", denying("first"));
  assert.match(world.create(configMaps, configMap("one")).error?.message ?? "", /: first$/);
});

test("a request ends with its own time, however patient its webhooks are", () => {
  const world = new AdmissionWorld();
  for (const name of ["a", "b", "c", "d"])
    world.register(mutating, name, () => undefined, { timeoutSeconds: 30, failurePolicy: "Ignore" });
  const { wire } = world.simulation.user.component.host;
  const outcomes: Array<WireError | undefined> = [];
  const request = { path: configMaps, object: encodeJson(configMap("one") as UntypedObject) };
  wire.call("apiserver/0", apiserverMessages.create, request, {
    deadlineMs: 50_000,
    onOutcome: (outcome) => outcomes.push(outcome.ok ? undefined : outcome.error),
  });
  world.run(60_000);
  assert.is(outcomes.length, 1);
  assert.ok(outcomes[0] !== undefined, "it was refused");
  assert.is(world.get(configMaps, "one").error?.code, 404);
  const asked = world.webhooks.posts.filter(({ body }) => (JSON.parse(body) as Review).request.name === "one");
  const told = asked.map(({ url }) => /timeout=(\d+)s/.exec(url)?.[1]);
  assert.equal(told, ["30", "20"], "the second has only what the first left of the request's time");
});

test("an API server that crashes while webhooks are asked has written nothing, and asks again when it is asked again", () => {
  const world = new AdmissionWorld();
  world.register(mutating, "changer", setting("b", "2"));
  world.webhooks.serve("https://hooks.example.com/changer", ({ body }) => ({
    afterMs: 1_000,
    answer: { ok: true, code: 200, body: answerText(JSON.parse(body) as Review, setting("b", "2")()) },
  }));
  world.createUnheard(configMaps, configMap("one", { a: "1" }));
  world.run(500);
  world.simulation.kill("apiserver/0");
  world.run(5_000);
  world.untilServing();
  assert.is(world.get(configMaps, "one").error?.code, 404);
  assert.equal(dataOf(world.create(configMaps, configMap("one", { a: "1" })).object), { a: "1", b: "2" });
});

test("an API server sets up what every cluster has, though a webhook for everything is out of reach", () => {
  const world = new AdmissionWorld();
  const service = { name: "gone", namespace: "default" };
  const rules = [{ operations: ["*"], apiGroups: ["*"], apiVersions: ["*"], resources: ["*/*"] }];
  world.register(validating, "judge", allowing, { clientConfig: { service }, rules });
  assert.is(
    world.create(configMaps, configMap("one")).error?.message,
    'Internal error occurred: failed calling webhook "judge.example.com": failed to call webhook: Post "https://gone.default.svc:443/?timeout=10s": service "gone" not found',
  );
  world.simulation.kill("apiserver/0");
  world.run(2_000);
  world.untilServing();
});

test("two API servers ask the same webhooks as soon as each has heard of them", () => {
  const world = new AdmissionWorld({ apiservers: 2 });
  world.register(validating, "judge", denying("no"));
  world.run(100);
  for (const apiserver of [0, 1]) assert.is(world.create(configMaps, configMap("one"), apiserver).error?.code, 400);
});

test.run();
