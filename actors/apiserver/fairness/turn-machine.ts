/** A request that waits for its turn in a queue of its priority level, for a quarter of the time that requests have. */
import { setup } from "xstate";
import type { Turn } from "./turn.js";

export const turnMachine = setup({
  types: {
    context: {} as { turn: Turn },
    /** `left`: the client went away. */
    events: {} as { type: "called" } | { type: "left" },
    input: {} as { turn: Turn },
  },
  actions: {
    execute: ({ context }) => context.turn.execute(),
    leave: ({ context }) => context.turn.leave(),
    refuseAsTimeout: ({ context }) => context.turn.refuse("time-out"),
  },
  delays: { patience: 15_000 },
}).createMachine({
  id: "turn",
  context: ({ input }) => input,
  initial: "waiting",
  states: {
    waiting: {
      on: {
        called: { target: "executing", actions: "execute" },
        left: { target: "gone", actions: "leave" },
      },
      after: { patience: { target: "timedOut", actions: ["leave", "refuseAsTimeout"] } },
    },
    executing: { type: "final" },
    gone: { type: "final" },
    timedOut: { type: "final" },
  },
});
