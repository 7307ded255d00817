/** One long text: it waits until those before it have been read; its time is for both. */
import { setup } from "xstate";
import type { Reading } from "./reading.js";

export const readingMachine = setup({
  types: {
    context: {} as { reading: Reading },
    /** `abandoned`: the client went away. */
    events: {} as { type: "called" } | { type: "parsed" } | { type: "abandoned" },
    input: {} as { reading: Reading },
  },
  guards: { itsTurn: ({ context }) => context.reading.itsTurn },
  actions: {
    parse: ({ context, self }) => context.reading.parse(() => self.send({ type: "parsed" })),
    stop: ({ context }) => context.reading.stop(),
    noteTimeout: ({ context }) => context.reading.noteTimeout(),
    tell: ({ context }) => context.reading.tell(),
  },
  /** As long as any request may take, by kube-apiserver's --request-timeout. */
  delays: { patience: 60_000 },
}).createMachine({
  id: "reading",
  context: ({ input }) => input,
  initial: "waiting",
  on: { abandoned: ".abandoned" },
  after: { patience: { target: ".read", actions: "noteTimeout" } },
  states: {
    waiting: {
      always: { guard: "itsTurn", target: "parsing" },
      on: { called: "parsing" },
    },
    parsing: {
      entry: "parse",
      exit: "stop",
      on: { parsed: "read" },
    },
    read: { entry: "tell", type: "final" },
    abandoned: { type: "final" },
  },
});
