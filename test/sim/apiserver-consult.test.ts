/** Writes that ask somebody outside before they are decided. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Question } from "../../actors/apiserver/consult/question.js";
import type { ApiOutcome } from "../../actors/apiserver/request.js";
import { answerWith, type Plan, type Planner, type Situation } from "../../actors/apiserver/writes/plan.js";
import { startPlanned } from "../../actors/apiserver/writes/start.js";
import type { WebhookClientConfig } from "../../src/api/types.js";
import { ApiServerWorld, configMap, configMaps, servicesPath } from "./apiserver-world.js";

const url = "https://hooks.example.com/ask";

/** Asks what is to be asked, and writes a ConfigMap with what was answered. */
class Asking implements Planner {
  readonly begins = "absent";
  plans = 0;

  constructor(private readonly questions: readonly Question[]) {}

  key(): string {
    return "/registry/core/configmaps/default/asked";
  }

  plan({ answers, draws }: Situation): Plan {
    this.plans += 1;
    const open = this.questions.filter(({ key }) => !answers.has(key));
    if (open.length > 0) return { what: "consult", questions: open };
    const data = Object.fromEntries(
      this.questions.map(({ key }) => {
        const answer = answers.get(key)!;
        return [key, answer.ok ? answer.body : answer.problem];
      }),
    );
    const object = { ...configMap("asked", data), metadata: { name: "asked", uid: draws.uuid("object") } };
    return { what: "put", key: this.key(), object, answer: (json) => answerWith(json, 201) };
  }
}

const question = (key: string, clientConfig: WebhookClientConfig = { url }): Question => ({
  key,
  clientConfig,
  body: JSON.stringify(key),
  timeoutMs: 5_000,
});

function ask(world: ApiServerWorld, questions: readonly Question[], deadlineMs = 30_000) {
  const planner = new Asking(questions);
  let outcome: ApiOutcome | undefined;
  startPlanned(world.server(), "asking", planner, { dryRun: false, deadlineMs }, (told) => {
    outcome = told;
  });
  world.run(40_000);
  const told = outcome as ApiOutcome | undefined;
  const data = told?.ok === true && "object" in told ? (JSON.parse(told.object) as { data: object }).data : undefined;
  return { planner, outcome: told, data };
}

test("questions of one plan are asked side by side, and the plan is made again with their answers", () => {
  const world = new ApiServerWorld().untilServing();
  world.webhooks.serve(url, ({ body }) => ({ afterMs: 100, answer: { ok: true, code: 200, body: `you said ${body}` } }));
  const { planner, data } = ask(world, [question("a"), question("b")]);
  assert.equal(data, { a: 'you said "a"', b: 'you said "b"' });
  assert.is(planner.plans, 2);
  assert.equal(
    world.webhooks.posts.map((post) => post.url),
    [`${url}?timeout=5s`, `${url}?timeout=5s`],
  );
});

test("who is not there, or does not answer in time, has not answered: the plan is told why", () => {
  const world = new ApiServerWorld().untilServing();
  world.webhooks.serve(url, () => undefined);
  const { data } = ask(world, [question("silent"), question("unknown", { url: "https://nobody.example.com" })]);
  assert.equal(data, {
    silent: `Post "${url}?timeout=5s": context deadline exceeded`,
    unknown: 'Post "https://nobody.example.com?timeout=5s": dial tcp: lookup nobody.example.com: no such host',
  });
});

test("a write waits for answers no longer than its own time", () => {
  const world = new ApiServerWorld().untilServing();
  world.webhooks.serve(url, () => undefined);
  const { outcome } = ask(world, [question("silent")], 2_000);
  assert.is(outcome?.ok === false && outcome.error.code, 504);
  assert.is(world.get(configMaps, "asked").error?.code, 404);
});

test("a Service is asked at one of its ready endpoints, under the name of the Service", () => {
  const world = new ApiServerWorld().untilServing();
  const service = { name: "hooks", namespace: "default", path: "/ask", port: 8443 };
  const problem = (name: string): unknown => {
    const { data } = ask(world, [question("asked", { service })]);
    world.delete(configMaps, "asked");
    return (data as { asked?: string } | undefined)?.asked?.split(`/${name}?timeout=5s": `)[1];
  };
  assert.is(problem("ask"), 'service "hooks" not found');
  const ports = [{ name: "https", port: 8443 }];
  world.create(servicesPath, { metadata: { name: "hooks" }, spec: { ports } });
  assert.is(problem("ask"), 'no endpoints available for service "hooks"');
  world.create(
    { group: "discovery.k8s.io", version: "v1", resource: "endpointslices", namespace: "default" },
    {
      metadata: { name: "hooks-1", labels: { "kubernetes.io/service-name": "hooks" } },
      addressType: "IPv4",
      endpoints: [
        { addresses: ["10.244.1.1"], conditions: { ready: false } },
        { addresses: ["10.244.1.2"], conditions: { ready: true } },
      ],
      ports: [{ name: "https", port: 9443, protocol: "TCP" }],
    },
  );
  world.webhooks.serve("https://hooks.default.svc:8443/ask", () => ({
    afterMs: 1,
    answer: { ok: true, code: 200, body: "here" },
  }));
  assert.equal(ask(world, [question("asked", { service })]).data, { asked: "here" });
  const { connectTo } = world.webhooks.posts.at(-1)!;
  assert.equal(connectTo, { host: "10.244.1.2", port: 9443 });
});

test("what is asked while the API server crashes changes nothing", () => {
  const world = new ApiServerWorld().untilServing();
  world.webhooks.serve(url, () => ({ afterMs: 1_000, answer: { ok: true, code: 200, body: "late" } }));
  const told: ApiOutcome[] = [];
  const planner = new Asking([question("a")]);
  startPlanned(world.server(), "asking", planner, { dryRun: false, deadlineMs: 30_000 }, (outcome) => told.push(outcome));
  world.run(500);
  world.simulation.kill("apiserver/0");
  world.run(5_000);
  world.untilServing();
  assert.equal(told, []);
  assert.is(world.get(configMaps, "asked").error?.code, 404);
});

test("an outcome says how long it waited for who was asked; one that asked nobody says nothing", () => {
  const world = new ApiServerWorld().untilServing();
  world.webhooks.serve(url, () => ({ afterMs: 250, answer: { ok: true, code: 200, body: "" } }));
  const waitedMs = ask(world, [question("one"), question("two")]).outcome?.waitedMs ?? 0;
  assert.ok(waitedMs >= 250 && waitedMs < 500, `waited ${waitedMs} ms`);
  world.delete(configMaps, "asked");
  assert.is(ask(world, []).outcome?.waitedMs, undefined);
});

test.run();
