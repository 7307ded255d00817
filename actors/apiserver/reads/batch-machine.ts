/** Reads that must be newest wait together: one question to etcd answers all who came before it went out. */
import { setup } from "xstate";
import type { ReadBatch } from "./batch.js";

export const readBatchMachine = setup({
  types: {
    context: {} as { batch: ReadBatch },
    events: {} as { type: "asked" } | { type: "fresh" },
    input: {} as { batch: ReadBatch },
  },
  actions: {
    confirm: ({ context, self }) =>
      context.batch.confirm({ onAsked: () => self.send({ type: "asked" }), onFresh: () => self.send({ type: "fresh" }) }),
    close: ({ context }) => context.batch.close(),
    stopWaiting: ({ context }) => context.batch.stopWaiting(),
    answer: ({ context }) => context.batch.answer(),
    refuseAsTimeout: ({ context }) => context.batch.refuseAsTimeout(),
  },
  delays: { deadline: ({ context }) => context.batch.deadlineMs },
}).createMachine({
  id: "read-batch",
  context: ({ input }) => input,
  initial: "gathering",
  entry: "confirm",
  states: {
    gathering: {
      exit: "close",
      on: { asked: "asking" },
    },
    asking: {
      on: { fresh: "answered" },
    },
    answered: { entry: "answer", type: "final" },
    timedOut: { entry: ["stopWaiting", "refuseAsTimeout"], type: "final" },
  },
  after: { deadline: ".timedOut" },
});
