import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createActor } from "xstate";
import { type SupervisionLimits, supervisorMachine } from "../../src/actor/supervisor.js";
import { stateName } from "../../src/actor/trace.js";
import { noteTransitions } from "../../src/actor/transitions-seen.js";
import { EventQueue } from "../../src/sim/event-queue.js";

const supervision = suite("supervision");

function supervise(limits: Partial<SupervisionLimits> = {}) {
  const queue = new EventQueue();
  const done: string[] = [];
  const supervisor = createActor(supervisorMachine, {
    input: {
      limits,
      child: {
        name: "etcd/0",
        spawn: (incarnation) => done.push(`spawn ${incarnation}`),
        stop: () => done.push("stop"),
        kill: () => done.push("kill"),
        nowMs: () => queue.nowMs,
        gaveUp: (error) => done.push(error),
      },
    },
    inspect: (event) => {
      if (event.type === "@xstate.microstep") noteTransitions(event);
    },
    clock: {
      setTimeout: (callback, delayMs) => queue.after(delayMs, callback),
      clearTimeout: (timer) => timer && queue.cancel(timer),
    },
  });
  supervisor.start();
  const pass = (forMs: number) => {
    const untilMs = queue.nowMs + forMs;
    for (let next = queue.nextMs; next !== undefined && next <= untilMs; next = queue.nextMs) queue.step();
    queue.advanceTo(untilMs);
  };
  const state = () => stateName(supervisor.getSnapshot().value);
  return { supervisor, done, pass, state };
}

supervision("restarts a child that crashed, with the next incarnation", () => {
  const { supervisor, done, pass, state } = supervise();
  supervisor.send({ type: "child.started" });
  assert.is(state(), "running");
  supervisor.send({ type: "child.exited", error: "out of memory" });
  assert.is(state(), "backingOff");
  assert.is(supervisor.getSnapshot().context.lastError, "out of memory");
  pass(10);
  assert.equal(done, ["spawn 1", "spawn 2"]);
});

supervision("waits longer after each crash", () => {
  const { supervisor, pass, state } = supervise();
  for (const delayMs of [10, 20, 40]) {
    supervisor.send({ type: "child.exited", error: "crash" });
    pass(delayMs - 1);
    assert.is(state(), "backingOff");
    pass(1);
    assert.is(state(), "starting");
  }
});

supervision("gives up after too many crashes within the period, and takes up again when asked", () => {
  const { supervisor, done, state, pass } = supervise({ crashesMost: 2 });
  supervisor.send({ type: "child.exited", error: "first" });
  pass(10);
  supervisor.send({ type: "child.exited", error: "second" });
  assert.is(state(), "failed");
  assert.is(done.at(-1), "etcd/0 crashed 2 times within 60 s; the last time: second");
  supervisor.send({ type: "restart" });
  assert.is(state(), "starting");
  assert.equal(supervisor.getSnapshot().context.crashesAtMs, []);
});

supervision("forgets crashes that are older than the period", () => {
  const { supervisor, pass, state } = supervise({ crashesMost: 2, crashPeriodMs: 1_000 });
  for (let crash = 0; crash < 4; crash++) {
    supervisor.send({ type: "child.exited", error: "crash" });
    assert.is(state(), "backingOff");
    pass(1_100);
    supervisor.send({ type: "child.started" });
  }
});

supervision("counts a child that does not start in time as crashed, and kills it", () => {
  const { done, pass, state, supervisor } = supervise({ startDeadlineMs: 100 });
  pass(100);
  assert.is(state(), "backingOff");
  assert.equal(done, ["spawn 1", "kill"]);
  assert.is(supervisor.getSnapshot().context.lastError, "it did not start in time");
});

supervision("a restart of a running child kills it", () => {
  const { supervisor, done } = supervise();
  supervisor.send({ type: "child.started" });
  supervisor.send({ type: "restart" });
  assert.is(done.at(-1), "kill");
});

supervision("stops a running child in order", () => {
  const { supervisor, done, state } = supervise();
  supervisor.send({ type: "child.started" });
  supervisor.send({ type: "stop" });
  assert.is(state(), "stopping");
  assert.is(done.at(-1), "stop");
  supervisor.send({ type: "child.exited" });
  assert.is(state(), "stopped");
});

supervision("kills a child that does not stop in time", () => {
  const { supervisor, done, state, pass } = supervise({ stopDeadlineMs: 100 });
  supervisor.send({ type: "child.started" });
  supervisor.send({ type: "stop" });
  pass(100);
  assert.is(state(), "killing");
  assert.is(done.at(-1), "kill");
  supervisor.send({ type: "child.exited" });
  assert.is(state(), "stopped");
});

supervision("asks again when a child only comes up while it is to stop", () => {
  const { supervisor, done, state } = supervise();
  supervisor.send({ type: "stop" });
  supervisor.send({ type: "child.started" });
  assert.is(state(), "stopping");
  assert.equal(done, ["spawn 1", "stop", "stop"]);
});

for (const [from, crashesMost] of [
  ["backingOff", 8],
  ["failed", 1],
] as const) {
  supervision(`stops from ${from} without starting anything`, () => {
    const { supervisor, state, pass, done } = supervise({ crashesMost });
    supervisor.send({ type: "child.exited" });
    assert.is(state(), from);
    supervisor.send({ type: "stop" });
    assert.is(state(), "stopped");
    pass(10_000);
    assert.is(done.filter((each) => each.startsWith("spawn")).length, 1);
  });
}

supervision.run();
