/** How API servers start, lose etcd, restart, stop, and relay. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { setup } from "xstate";
import { apiserverMessages, statusOf, type TraceBatch } from "../../actors/apiserver/messages.js";
import type { ApiOutcome } from "../../actors/apiserver/request.js";
import { serverLimits } from "../../actors/apiserver/server.js";
import { kubeletMessages } from "../../actors/kubelet/messages.js";
import { type PodSandboxStatus, runcMessages } from "../../actors/runc/messages.js";
import { defineActor } from "../../src/actor/define.js";
import type { TraceRecord } from "../../src/actor/trace.js";
import type { UntypedObject } from "../../src/api/types.js";
import type { CastMember } from "../../src/sim/simulation.js";
import { traceLine } from "../../src/sim/trace-text.js";
import type { Address, Role } from "../../src/wire/address.js";
import type { MessageTable } from "../../src/wire/declare.js";
import type { Envelope } from "../../src/wire/envelope.js";
import type { Outcome } from "../../src/wire/errors.js";
import { ApiServerWorld, brief, configMap, configMaps } from "./apiserver-world.js";

type Listed = Outcome<{ items: readonly PodSandboxStatus[] }>;

/** An actor that answers listPodSandbox with nothing, and says what it is told to. */
function stub(address: Address, messages: MessageTable): CastMember {
  const machine = setup({
    actions: {
      answer: ({ event }) => (event as unknown as { respond: { ok(reply: object): void } }).respond.ok({ items: [] }),
      stream: ({ event }) => {
        const { stream } = event as unknown as { stream: { send(chunk: object): void; end(): void } };
        stream.send({ data: new Uint8Array([104, 105]) });
        stream.end();
      },
    },
  }).createMachine({
    id: "stub",
    initial: "present",
    states: {
      present: { on: { stop: "gone", listPodSandbox: { actions: "answer" }, containerLogs: { actions: "stream" } } },
      gone: { type: "final" },
    },
  });
  const role = address.slice(0, address.indexOf("/")) as Role;
  return {
    address,
    definition: defineActor<undefined>({ role, messages, machine }) as CastMember["definition"],
    surroundings: () => ({ io: () => undefined }),
  };
}

const states = (trace: readonly TraceRecord[], chart: string, actor: Address = "apiserver/0"): string[] =>
  trace.flatMap((record) =>
    record.kind === "transition" && record.actor === actor && record.chart === chart ? [record.to] : [],
  );

test("an API server waits for etcd before it serves", () => {
  const trace: TraceRecord[] = [];
  const world = new ApiServerWorld({ trace: (record) => trace.push(record) });
  world.simulation.run(0);
  world.untilServing();
  assert.equal(
    states(trace, "apiserver"),
    ["starting", "linking", "priming", "settingUp", "serving"].slice(-states(trace, "apiserver").length),
  );
  assert.equal(states(trace, "watch-cache").at(-1), "following.watching");
});

test("while it does not serve, requests and watches are 503", () => {
  const world = new ApiServerWorld();
  world.simulation.faults = { delayMs: (envelope: Envelope) => (envelope.from === "etcd/0" ? 3_000 : 0) };
  world.run(50);
  assert.is(world.get(configMaps, "a").error?.code, 503);
  const told = world.watch(configMaps);
  world.run(10);
  assert.is(told.error === undefined ? 0 : statusOf(told.error)?.code, 503);
});

test("etcd restarts: the API server serves on, and its watches miss nothing", () => {
  const trace: TraceRecord[] = [];
  const world = new ApiServerWorld({ trace: (record) => trace.push(record) }).untilServing();
  const told = world.watch(configMaps);
  world.create(configMaps, configMap("one"));
  world.simulation.kill("etcd/0");
  world.run(3);
  assert.is(world.state(), "degraded");
  assert.is(world.get(configMaps, "one", { resourceVersion: "0" }).error, undefined, "the cache still answers");
  assert.is(world.get(configMaps, "one").error, undefined, "the newest is waited for");
  assert.is(world.state(), "serving");
  world.create(configMaps, configMap("two"));
  world.run(20);
  assert.equal(brief(told.events), ["ADDED one", "ADDED two"]);
  assert.ok(states(trace, "watch-cache").includes("resuming"));
});

test("a write that etcd never answered is told as unknown", () => {
  const world = new ApiServerWorld().untilServing();
  let outcome: Outcome<unknown> | undefined;
  const { wire } = world.simulation.user.component.host;
  world.simulation.faults = {
    beforeDelivery: (envelope: Envelope) => {
      if (envelope.kind === "call" && envelope.name === "txn" && JSON.stringify(envelope.body, big).includes("doomed"))
        world.simulation.queue.after(0, () => world.simulation.kill("etcd/0"));
    },
  };
  const object = JSON.stringify(configMap("doomed"));
  wire.call("apiserver/0", apiserverMessages.create, { path: configMaps, object }, { onOutcome: (told) => (outcome = told) });
  assert.ok(world.simulation.runUntil(() => outcome !== undefined, 12_000));
  assert.ok(outcome?.ok === true || (outcome?.ok === false && outcome.error.code === "deadline"), JSON.stringify(outcome));
});

test("a write that etcd does not answer by the deadline is told as unknown, and may have happened", () => {
  const world = new ApiServerWorld().untilServing();
  const outcomes: ApiOutcome[] = [];
  world.simulation.faults = { delayMs: (envelope: Envelope) => (envelope.from === "etcd/0" ? 1_000 : 0) };
  const user = { name: "someone", groups: [] };
  const body = configMap("perhaps") as UntypedObject;
  world.server().request({ verb: "create", path: configMaps, user, body, options: {}, deadlineMs: 100 }, (outcome) => {
    outcomes.push(outcome);
  });
  world.run(200);
  assert.equal(
    outcomes.map((outcome) => (outcome.ok ? {} : { code: outcome.error.code, indefinite: outcome.indefinite })),
    [{ code: 504, indefinite: true }],
  );
  world.simulation.faults = {};
  world.run(5_000);
  assert.is(world.get(configMaps, "perhaps").error, undefined);
});

const big = (_key: string, value: unknown) => (typeof value === "bigint" ? String(value) : value);

test("a write while etcd is away is refused, for certain", () => {
  const world = new ApiServerWorld().untilServing();
  world.simulation.kill("etcd/0");
  world.run(2);
  const { error } = world.create(configMaps, configMap("one"));
  assert.is(error?.code, 503);
});

test("a killed API server comes back with everything that was acknowledged", () => {
  const world = new ApiServerWorld().untilServing();
  world.create(configMaps, configMap("one"));
  world.simulation.kill("apiserver/0");
  world.run(5);
  world.untilServing();
  world.run(5);
  assert.is(world.get(configMaps, "one").error, undefined);
});

test("when etcd has forgotten what was missed, everything is listed again and watches begin anew", () => {
  const trace: TraceRecord[] = [];
  const world = new ApiServerWorld({ apiservers: 2, trace: (record) => trace.push(record) }).untilServing();
  const told = world.watch(configMaps, {}, 1);
  world.run(20);
  // The second API server hears nothing of etcd for a while, then loses its link; the first one writes and compacts.
  let deaf = true;
  world.simulation.faults = {
    delayMs: (envelope: Envelope, to: Address) => (deaf && envelope.from === "etcd/0" && to === "apiserver/1" ? 500 : 0),
  };
  for (let index = 0; index < 5; index += 1) world.create(configMaps, configMap(`map-${index}`), 0);
  world.compact();
  world.simulation.kill("etcd/0");
  world.run(20);
  deaf = false;
  world.simulation.faults = {};
  world.untilServing();
  world.run(1_000);
  assert.ok(
    states(trace, "watch-cache", "apiserver/1").includes("relisting"),
    states(trace, "watch-cache", "apiserver/1").join(", "),
  );
  assert.ok(told.ended);
  assert.is(told.error === undefined ? 0 : statusOf(told.error)?.code, 410);
  assert.is(world.list(configMaps, { resourceVersion: "0" }, 1).items.length, 5);
});

const finished = (trace: readonly TraceRecord[]): boolean =>
  trace.some((record) => record.kind === "note" && record.text === "apiserver/0 finished");

test("an API server that is asked to stop finishes what it was asked, then ends", () => {
  const trace: TraceRecord[] = [];
  const world = new ApiServerWorld({ trace: (record) => trace.push(record) }).untilServing();
  let outcome: Outcome<unknown> | undefined;
  const object = JSON.stringify(configMap("last"));
  world.simulation.user.component.host.wire.call(
    "apiserver/0",
    apiserverMessages.create,
    { path: configMaps, object },
    {
      onOutcome: (told) => (outcome = told),
    },
  );
  world.run(1);
  world.simulation.component("apiserver/0")!.stop();
  world.run(50);
  assert.ok(outcome?.ok, JSON.stringify(outcome));
  assert.ok(finished(trace));
});

test("an API server that cannot finish ends all the same", () => {
  const trace: TraceRecord[] = [];
  const world = new ApiServerWorld({ trace: (record) => trace.push(record) }).untilServing();
  world.simulation.faults = { delayMs: (envelope: Envelope) => (envelope.from === "etcd/0" ? 60_000 : 0) };
  world.createUnheard(configMaps, configMap("never"));
  world.run(5);
  world.simulation.component("apiserver/0")!.stop();
  world.run(100);
  assert.is(world.state(), "draining.finishing");
  world.simulation.component("apiserver/0")!.stop();
  assert.not(finished(trace));
  world.run(3_100);
  assert.ok(finished(trace));
});

const node = (name: string): CastMember[] => [
  stub(`kubelet/${name}`, kubeletMessages as MessageTable),
  stub(`runc/${name}`, runcMessages as MessageTable),
];

function ask(world: ApiServerWorld, from: Address, to: Address): Listed | undefined {
  let outcome: Listed | undefined;
  const onOutcome = (told: Listed): void => {
    outcome = told;
  };
  world.simulation.component(from)!.host.wire.call(to, runcMessages.listPodSandbox, {}, { onOutcome });
  world.simulation.runUntil(() => outcome !== undefined, 12_000);
  return outcome;
}

test("a kubelet reaches the runc of its node through the API server, and no other", () => {
  const world = new ApiServerWorld({ more: [...node("node-1"), ...node("node-2")] }).untilServing();
  assert.ok(ask(world, "kubelet/node-1", "runc/node-1")?.ok);
  const other = ask(world, "kubelet/node-1", "runc/node-2");
  assert.is(other?.ok === false && other.error.code, "refused");
});

test("API servers relay for each other", () => {
  const world = new ApiServerWorld({ apiservers: 2, more: node("node-1") }).untilServing();
  // The three actors of a node move together; here the link of one is left behind to see the relay at work.
  world.simulation.move("kubelet/node-1", "apiserver/1");
  world.run(20);
  assert.ok(ask(world, "kubelet/node-1", "runc/node-1")?.ok);
  const logs: string[] = [];
  for (const apiserver of ["apiserver/0", "apiserver/1"] as const) {
    world.simulation
      .component(apiserver)!
      .host.wire.open(
        "kubelet/node-1",
        kubeletMessages.containerLogs,
        { namespace: "default", pod: "a" },
        { onChunk: ({ data }) => logs.push(`${apiserver} ${String.fromCharCode(...data)}`), onEnd: () => undefined },
      );
  }
  world.run(20);
  assert.equal(logs.sort(), ["apiserver/0 hi", "apiserver/1 hi"]);
});

test("who is attached nowhere is unreachable", () => {
  const world = new ApiServerWorld({ more: [stub("kubelet/node-1", kubeletMessages as MessageTable)] }).untilServing();
  const outcome = ask(world, "kubelet/node-1", "runc/node-1");
  assert.is(outcome?.ok === false && outcome.error.code, "unreachable");
});

test("an actor may not speak for another", () => {
  const trace: TraceRecord[] = [];
  const world = new ApiServerWorld({
    more: [...node("node-1"), ...node("node-2")],
    trace: (record) => trace.push(record),
  }).untilServing();
  world.simulation.faults = {
    beforeDelivery: (envelope: Envelope) => {
      if (envelope.name === "listPodSandbox" && envelope.from === "kubelet/node-1")
        Object.assign(envelope, { from: "kubelet/node-2", to: "runc/node-2" });
    },
  };
  ask(world, "kubelet/node-1", "runc/node-1");
  const dropped = trace.filter((record) => record.kind === "message" && record.direction === "dropped").map(traceLine);
  assert.ok(
    dropped.some((line) => line.endsWith("kubelet/node-1 may not speak for kubelet/node-2")),
    dropped.join("\n"),
  );
});

test("the same seed gives the same trace with two API servers, and both end alike", () => {
  const play = (seed: string): { lines: string[]; names: unknown[] } => {
    const lines: string[] = [];
    const world = new ApiServerWorld({ seed, apiservers: 2, trace: (record) => lines.push(traceLine(record)) }).untilServing();
    for (let index = 0; index < 10; index += 1) world.create(configMaps, configMap(`map-${index}`), index % 2);
    const names = [0, 1].map((apiserver) => world.list(configMaps, {}, apiserver).items.map((item) => item.metadata.name));
    return { lines, names };
  };
  const [one, again, other] = [play("1"), play("1"), play("2")];
  assert.equal(one.lines, again.lines);
  assert.ok(one.lines.join("\n") !== other.lines.join("\n"));
  assert.equal(one.names, other.names);
});

test("traces are kept in a ring and followed", () => {
  const world = new ApiServerWorld({ more: node("node-1") }).untilServing();
  const server = world.server();
  const batch: TraceBatch = { records: ["a line"], lost: 2 };
  const lines: string[] = [];
  let lost = 0;
  const handle = server.trace({ lines: (more) => lines.push(...more), lost: (count) => (lost += count) }, { follow: true });
  world.simulation.component("kubelet/node-1")!.host.wire.cast("apiserver/0", apiserverMessages.trace, batch);
  world.run(10);
  handle.closed();
  world.simulation.component("kubelet/node-1")!.host.wire.cast("apiserver/0", apiserverMessages.trace, batch);
  world.run(10);
  assert.equal(lines, ["a line"]);
  assert.is(lost, 2);
  const kept: string[] = [];
  server.trace({ lines: (more) => kept.push(...more), lost: () => undefined }, { follow: false });
  assert.equal(kept, ["a line", "a line"]);
});

test("an API server that cannot listen crashes, and says why", () => {
  const http = {
    listen: (_handler: unknown, told: { onFailed(problem: string): void }) => told.onFailed("port 6443 is in use"),
    close: (_graceMs: number, onClosed: () => void) => onClosed(),
  };
  const world = new ApiServerWorld({ http });
  world.run(5_000);
  assert.ok(
    world.simulation.givenUp.some(({ error }) => error.includes("port 6443 is in use")),
    JSON.stringify(world.simulation.givenUp),
  );
});

test("more requests at once than the server takes are 429 with Retry-After", () => {
  const world = new ApiServerWorld().untilServing();
  const codes: number[] = [];
  const user = { name: "someone", groups: [] };
  for (let index = 0; index <= serverLimits.requests; index += 1) {
    world.server().request({ verb: "get", path: { ...configMaps, name: "a" }, user }, (outcome) => {
      codes.push(outcome.ok ? 200 : outcome.error.code);
      if (!outcome.ok && outcome.error.code === 429) assert.is(outcome.error.status.details?.retryAfterSeconds, 1);
    });
  }
  assert.equal(codes, [429]);
  world.run(50);
  assert.is(codes.filter((code) => code === 404).length, serverLimits.requests);
});

test("who has gone is not looked for at the other API server any more", () => {
  const world = new ApiServerWorld({ apiservers: 2, more: node("node-1") }).untilServing();
  const attachedTo = world.simulation.apiserverOf("runc/node-1")!;
  const other = attachedTo === "apiserver/0" ? 1 : 0;
  assert.is(world.server(other).gateway.towards("runc/node-1"), attachedTo);
  world.simulation.kill("runc/node-1");
  world.run(4);
  assert.is(world.server(other).gateway.towards("runc/node-1"), undefined);
  world.run(50);
  assert.is(world.server(other).gateway.towards("runc/node-1"), attachedTo, "it was started again");
});

test.run();
