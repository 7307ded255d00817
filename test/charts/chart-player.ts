/** One chart by itself: what it drives is a stand-in, and time passes when the test says so. */
import type { AnyStateMachine, EventObject, InputFrom } from "xstate";
import { Charts } from "../../src/actor/charts.js";
import { SimulatedClock } from "../../src/sim/clock.js";
import { EventQueue } from "../../src/sim/event-queue.js";

/** Only what the chart under test touches. */
export const standIn = <T>(parts: object): T => parts as T;

/** Starts a chart and notes the states it comes to. */
export function play<Machine extends AnyStateMachine>(machine: Machine, input: InputFrom<Machine>) {
  const queue = new EventQueue();
  const states: string[] = [];
  const failures: unknown[] = [];
  const charts = new Charts(new SimulatedClock(queue), {
    transition: (_chart, _event, _from, to) => states.push(to),
    failed: (_chart, error) => failures.push(error),
  });
  const chart = charts.start(machine, { id: "chart", input });
  const wait = (forMs: number): void => {
    const untilMs = queue.nowMs + forMs;
    for (let next = queue.nextMs; next !== undefined && next <= untilMs; next = queue.nextMs) queue.step();
    queue.advanceTo(untilMs);
  };
  const send = (event: EventObject): void => chart.send(event as never);
  const state = (): string => states.at(-1) ?? "";
  return { send, wait, states, state, failures, over: () => charts.get("chart") === undefined };
}
