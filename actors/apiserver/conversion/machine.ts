/** Work on objects that a webhook has to convert first: it is tried, what it lacks is asked for, and it is tried again. */
import { setup } from "xstate";
import type { ConvertedWork } from "./work.js";

export const conversionMachine = setup({
  types: {
    context: {} as { work: ConvertedWork },
    events: {} as { type: "answered" } | { type: "abandoned" },
    input: {} as { work: ConvertedWork },
  },
  guards: { asks: ({ context }) => context.work.asks },
  actions: {
    ask: ({ context, self }) => context.work.ask(() => self.send({ type: "answered" })),
    giveUp: ({ context }) => context.work.giveUp(),
    attempt: ({ context }) => context.work.attempt(),
    tell: ({ context }) => context.work.tell(),
    tellTimeout: ({ context }) => context.work.tellTimeout(),
  },
  delays: { deadline: ({ context }) => context.work.leftMs },
}).createMachine({
  id: "conversion",
  context: ({ input }) => input,
  initial: "attempted",
  states: {
    attempted: { always: [{ guard: "asks", target: "asking" }, { target: "told" }] },
    asking: {
      entry: "ask",
      exit: "giveUp",
      on: { answered: { target: "attempted", actions: "attempt" }, abandoned: "abandoned" },
      after: { deadline: { target: "timedOut", actions: "tellTimeout" } },
    },
    told: { entry: "tell", type: "final" },
    timedOut: { type: "final" },
    abandoned: { type: "final" },
  },
});
