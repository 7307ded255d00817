/**
 * An API server keeps something as it should be: it looks at what there is, does what is to be done next and looks again, until there is
 * nothing to do; then it looks at the next change, and while something is on its way.
 */
import { setup } from "xstate";
import type { Keeper } from "./keeper.js";

export type KeeperEvent = { type: "changed" } | { type: "written" } | { type: "failed" } | { type: "done" };

export const keeperMachine = setup({
  types: {
    context: {} as { keeper: Keeper },
    events: {} as KeeperEvent,
    input: {} as { keeper: Keeper },
  },
  guards: {
    mustWrite: ({ context }) => context.keeper.next.type === "write",
    mustWork: ({ context }) => context.keeper.next.type === "work",
    mustWait: ({ context }) => context.keeper.next.type === "wait",
  },
  actions: {
    follow: ({ context, self }) => context.keeper.follow(() => self.send({ type: "changed" })),
    look: ({ context }) => context.keeper.look(),
    write: ({ context, self }) => context.keeper.write((type) => self.send({ type })),
    work: ({ context, self }) => context.keeper.work(() => self.send({ type: "done" })),
    leave: ({ context }) => context.keeper.leave(),
    noteDelay: ({ context }) => context.keeper.tookTooLong(),
  },
  delays: {
    backoff: 200,
    patience: ({ context: { keeper } }) => (keeper.next.type === "work" ? keeper.next.patienceMs : 0),
    interval: ({ context: { keeper } }) => (keeper.next.type === "wait" ? keeper.next.forMs : 0),
  },
}).createMachine({
  id: "keeper",
  context: ({ input }) => input,
  entry: "follow",
  initial: "looking",
  states: {
    looking: {
      entry: "look",
      always: [
        { guard: "mustWrite", target: "writing" },
        { guard: "mustWork", target: "working" },
        { guard: "mustWait", target: "waiting" },
        { target: "settled" },
      ],
    },
    settled: { on: { changed: "looking" } },
    writing: { entry: "write", on: { written: "looking", failed: "backingOff" } },
    working: {
      entry: "work",
      exit: "leave",
      on: { done: "looking" },
      after: { patience: { target: "looking", actions: "noteDelay" } },
    },
    waiting: { on: { changed: "looking" }, after: { interval: "looking" } },
    backingOff: { after: { backoff: "looking" } },
  },
});
