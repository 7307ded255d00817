/** The first objects of a cluster, one after the other: made, or found and completed. */
import { setup } from "xstate";
import type { Setup } from "./setup.js";

export const setupMachine = setup({
  types: {
    context: {} as { setup: Setup },
    events: {} as { type: "created" } | { type: "exists" } | { type: "read" } | { type: "completed" } | { type: "failed" },
    input: {} as { setup: Setup },
  },
  guards: {
    done: ({ context }) => context.setup.done,
    incomplete: ({ context }) => context.setup.incomplete,
  },
  actions: {
    create: ({ context, self }) => context.setup.create((type) => self.send({ type })),
    read: ({ context, self }) => context.setup.read((type) => self.send({ type })),
    complete: ({ context, self }) => context.setup.complete((type) => self.send({ type })),
    next: ({ context }) => context.setup.next(),
    tellDone: ({ context }) => context.setup.onDone(),
  },
  delays: { backoff: 200 },
}).createMachine({
  id: "setup",
  context: ({ input }) => input,
  initial: "choosing",
  states: {
    choosing: { always: [{ guard: "done", target: "done" }, { target: "creating" }] },
    creating: {
      entry: "create",
      on: { created: { target: "choosing", actions: "next" }, exists: "reading", failed: "backingOff" },
    },
    reading: { entry: "read", on: { read: "comparing", failed: "backingOff" } },
    comparing: {
      always: [
        { guard: "incomplete", target: "completing" },
        { target: "choosing", actions: "next" },
      ],
    },
    completing: {
      entry: "complete",
      on: { completed: { target: "choosing", actions: "next" }, failed: "backingOff" },
    },
    backingOff: { after: { backoff: "choosing" } },
    done: { entry: "tellDone", type: "final" },
  },
});
