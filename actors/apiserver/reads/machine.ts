/**
 * A get or list that waits on its own: until the cache reaches the revision that the client named, or for etcd where the
 * cache no longer has that revision. Those that must be newest wait together: batch-machine.ts.
 */
import { setup } from "xstate";
import type { Read } from "./read.js";

export type ReadEvent = { type: "reached" } | { type: "fetched" };

export const readMachine = setup({
  types: { context: {} as { read: Read }, events: {} as ReadEvent, input: {} as { read: Read } },
  guards: {
    isAhead: ({ context }) => context.read.isAhead,
    mustBeFetched: ({ context }) => context.read.mustBeFetched,
  },
  actions: {
    awaitRevision: ({ context, self }) => context.read.awaitRevision(() => self.send({ type: "reached" })),
    fetch: ({ context, self }) => context.read.fetch(() => self.send({ type: "fetched" })),
    stopWaiting: ({ context }) => context.read.stopWaiting(),
    answer: ({ context }) => context.read.answer(),
    answerFetched: ({ context }) => context.read.answerFetched(),
    refuseAsTooLarge: ({ context }) => context.read.refuseAsTooLarge(),
    refuseAsTimeout: ({ context }) => context.read.refuseAsTimeout(),
  },
  delays: {
    deadline: ({ context }) => context.read.deadlineMs,
    futureRevisionPatience: 3_000,
  },
}).createMachine({
  id: "read",
  context: ({ input }) => input,
  initial: "choosing",
  states: {
    choosing: {
      always: [{ guard: "isAhead", target: "awaitingRevision" }, { target: "fetching" }],
    },
    awaitingRevision: {
      entry: "awaitRevision",
      exit: "stopWaiting",
      on: {
        reached: [
          { guard: "mustBeFetched", target: "fetching" },
          { target: "answered", actions: "answer" },
        ],
      },
      after: { futureRevisionPatience: { target: "answered", actions: "refuseAsTooLarge" } },
    },
    fetching: {
      entry: "fetch",
      on: { fetched: { target: "answered", actions: "answerFetched" } },
      after: { deadline: { target: "answered", actions: "refuseAsTimeout" } },
    },
    answered: { type: "final" },
  },
});
