/** One question to a webhook: it is answered, or its time is up, or nobody wants to know any more. */
import { setup } from "xstate";
import type { Consultation } from "./consultation.js";

export const consultationMachine = setup({
  types: {
    context: {} as { consultation: Consultation },
    events: {} as { type: "answered" } | { type: "abandoned" },
    input: {} as { consultation: Consultation },
  },
  actions: {
    call: ({ context, self }) => context.consultation.call(() => self.send({ type: "answered" })),
    hangUp: ({ context }) => context.consultation.hangUp(),
    noteDeadline: ({ context }) => context.consultation.noteDeadline(),
    tell: ({ context }) => context.consultation.tell(),
  },
  delays: { timeout: ({ context }) => context.consultation.timeoutMs },
}).createMachine({
  id: "consultation",
  context: ({ input }) => input,
  initial: "calling",
  states: {
    calling: {
      entry: "call",
      exit: "hangUp",
      on: { answered: "answered", abandoned: "abandoned" },
      after: { timeout: { target: "answered", actions: "noteDeadline" } },
    },
    answered: { entry: "tell", type: "final" },
    abandoned: { type: "final" },
  },
});
