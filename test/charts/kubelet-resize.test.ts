import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ResizeDecision } from "../../actors/kubelet/resize/decision.js";
import { resizeMachine } from "../../actors/kubelet/resize/machine.js";
import type { Resize } from "../../actors/kubelet/resize/resize.js";
import { Charts } from "../../src/actor/charts.js";
import { SimulatedClock } from "../../src/sim/clock.js";
import { EventQueue } from "../../src/sim/event-queue.js";

const test = suite("chart of a pod's resize");

/** A resize that is decided as told, one decision after another. */
function play(...decisions: ResizeDecision[]) {
  const queue = new EventQueue();
  const states: string[] = [];
  const charts = new Charts(new SimulatedClock(queue), {
    transition: (_chart, _event, _from, to) => states.push(to),
    failed: (_chart, error) => {
      throw error;
    },
  });
  const resize = {
    decision: { what: "nothing" } as ResizeDecision,
    isApplied: false,
    decide: () => {
      resize.decision = decisions.shift() ?? { what: "nothing" };
    },
    showPending: () => undefined,
    actuate: () => undefined,
    showNothing: () => undefined,
  };
  const chart = charts.start(resizeMachine, { id: "resize", input: { resize: resize as unknown as Resize } });
  chart.send({ type: "wanted" });
  const wait = (forMs: number): void => {
    const untilMs = queue.nowMs + forMs;
    for (let next = queue.nextMs; next !== undefined && next <= untilMs; next = queue.nextMs) queue.step();
    queue.advanceTo(untilMs);
  };
  return { chart, resize, wait, state: () => states.at(-1), over: () => charts.get("resize") === undefined };
}

test("nothing to do is done at once", () => {
  assert.ok(play({ what: "nothing" }).over());
});

test("what can never be waits for another wish", () => {
  const { chart, state, wait, over } = play({ what: "Infeasible", message: "too much" }, { what: "nothing" });
  wait(60_000);
  assert.is(state(), "infeasible");
  chart.send({ type: "wanted" });
  assert.ok(over());
});

test("what cannot be now is looked at again after a while, or when another wish comes", () => {
  const deferred = { what: "Deferred", message: "later" } as const;
  const { chart, state, wait, resize, over } = play(deferred, deferred, deferred, { what: "possible" });
  assert.is(state(), "deferred");
  wait(5_000);
  assert.is(state(), "deferred");
  chart.send({ type: "wanted" });
  assert.is(state(), "deferred");
  resize.isApplied = true;
  wait(5_000);
  assert.ok(over());
});

test("what goes on is done when every container has what it is to have; another wish begins anew", () => {
  const { chart, state, resize, over } = play({ what: "possible" }, { what: "possible" });
  assert.is(state(), "inProgress");
  chart.send({ type: "progressed" });
  assert.is(state(), "inProgress");
  chart.send({ type: "wanted" });
  assert.is(state(), "inProgress");
  resize.isApplied = true;
  chart.send({ type: "progressed" });
  assert.ok(over());
});

test.run();
