import { test } from "uvu";
import * as assert from "uvu/assert";
import { setup } from "xstate";
import { type ComponentInput, defineActor, type StopEvent } from "../../src/actor/define.js";
import type { TraceRecord } from "../../src/actor/trace.js";
import { type CastMember, Simulation } from "../../src/sim/simulation.js";
import { traceLine } from "../../src/sim/trace-text.js";
import type { Address } from "../../src/wire/address.js";
import { call, declareMessages, type Incoming, stream } from "../../src/wire/declare.js";
import type { LinkEvent } from "../../src/wire/link.js";

const messages = declareMessages("apiserver", {
  get: call<string, string>({ about: "Answers with the question." }),
  list: call<string, string>({ about: "Is never answered." }),
  watch: stream<number, number>({ about: "Counts up to the number asked for." }),
});

type Heard = Incoming<typeof messages> | LinkEvent | StopEvent;

const machine = setup({
  types: { context: {} as ComponentInput<undefined>, events: {} as Heard, input: {} as ComponentInput<undefined> },
  actions: {
    answer: ({ event }) => event.type === "get" && event.respond.ok(`${event.request}!`),
    count: ({ event }) => {
      if (event.type !== "watch") return;
      for (let number = 1; number <= event.request; number++) event.stream.send(number);
      event.stream.end();
    },
  },
}).createMachine({
  id: "echo",
  context: ({ input }) => input,
  initial: "serving",
  states: {
    serving: { on: { get: { actions: "answer" }, watch: { actions: "count" }, stop: "stopped" } },
    stopped: { type: "final" },
  },
});

const member = (address: Address): CastMember => ({
  address,
  definition: defineActor<undefined>({ role: "apiserver", messages, machine }) as CastMember["definition"],
  surroundings: () => ({ io: () => undefined }),
});

function simulate(seed: string): { simulation: Simulation; trace: TraceRecord[] } {
  const trace: TraceRecord[] = [];
  const simulation = new Simulation({ seed, cast: [member("apiserver/0")], trace: (record) => trace.push(record) });
  simulation.start();
  simulation.run(20);
  return { simulation, trace };
}

test("a call is answered", () => {
  const { simulation } = simulate("1");
  assert.equal(simulation.user.call(messages.get, "who"), { ok: true, reply: "who!" });
});

test("a call that is not answered ends indefinite at its deadline", () => {
  const { simulation } = simulate("1");
  const outcome = simulation.user.call(messages.list, "who", { deadlineMs: 500 });
  assert.is(outcome.ok ? "answered" : outcome.error.code, "deadline");
});

test("a call in flight to an actor that is killed ends indefinite, and its successor answers", () => {
  const { simulation } = simulate("1");
  simulation.queue.after(3, () => simulation.kill("apiserver/0"));
  const outcome = simulation.user.call(messages.list, "who");
  assert.is(outcome.ok ? "answered" : outcome.error.code, "linkLost");
  simulation.run(50);
  assert.is(simulation.component("apiserver/0")?.host.incarnation, 2, "the actor was restarted");
  assert.equal(simulation.user.call(messages.get, "again"), { ok: true, reply: "again!" });
});

test("a stream gives its chunks in order and ends", () => {
  const { simulation } = simulate("1");
  const heard: number[] = [];
  let ended = false;
  simulation.user.component.host.wire.open("apiserver/0", messages.watch, 300, {
    onChunk: (chunk) => heard.push(chunk),
    onEnd: (error) => {
      assert.is(error, undefined, "the stream ends cleanly");
      ended = true;
    },
  });
  assert.ok(
    simulation.runUntil(() => ended, 1_000),
    "the stream ended",
  );
  assert.equal(
    heard,
    Array.from({ length: 300 }, (_, index) => index + 1),
  );
});

test("a reader that takes nothing is cut off, and costs a bounded backlog", () => {
  const { simulation } = simulate("1");
  let taken = 0;
  let error = "";
  simulation.user.component.host.wire.open("apiserver/0", messages.watch, 5_000, {
    manualCredit: true,
    onChunk: () => {
      taken += 1;
    },
    onEnd: (why) => {
      error = why?.code ?? "none";
    },
  });
  simulation.runUntil(() => error !== "", 1_000);
  assert.is(error, "slowReader");
  assert.is(taken, 64, "no more chunks arrive than credits were granted");
});

test("too many crashes are reported, not looped", () => {
  const { simulation } = simulate("1");
  const kill = () => {
    if (simulation.component("apiserver/0")) simulation.kill("apiserver/0");
  };
  for (let time = 0; time < 12; time++) {
    kill();
    simulation.run(3_000);
  }
  assert.is(simulation.givenUp.length, 1);
  assert.match(simulation.givenUp[0]?.error ?? "", /apiserver\/0 crashed 8 times within 60 s; the last time: killed/);
});

test("the same seed gives the same trace, another seed another", () => {
  const play = (seed: string) => {
    const { simulation, trace } = simulate(seed);
    simulation.user.call(messages.get, "who");
    simulation.kill("apiserver/0");
    simulation.run(100);
    simulation.user.call(messages.get, "who");
    return trace.map(traceLine).join("\n");
  };
  assert.is(play("7"), play("7"));
  assert.is.not(play("7"), play("8"));
});

test.run();
