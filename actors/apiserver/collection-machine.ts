/** deletecollection as a chart: lists, then deletes so many at a time, until all are gone, its time is up, or nobody waits for it any more. */
import { setup } from "xstate";
import type { CollectionDelete } from "./collection.js";

export const collectionMachine = setup({
  types: {
    context: {} as { collection: CollectionDelete },
    /** `abandoned`: who asked has gone away. */
    events: {} as { type: "listed" } | { type: "deleted" } | { type: "abandoned" },
    input: {} as { collection: CollectionDelete },
  },
  guards: { done: ({ context }) => context.collection.done },
  actions: {
    list: ({ context, self }) => context.collection.listAll(() => self.send({ type: "listed" })),
    deleteNext: ({ context, self }) => context.collection.deleteNext(() => self.send({ type: "deleted" })),
    stop: ({ context }) => context.collection.stop(),
    answer: ({ context }) => context.collection.answer(),
  },
  delays: { deadline: ({ context }) => context.collection.deadlineMs },
}).createMachine({
  id: "deletecollection",
  context: ({ input }) => input,
  initial: "working",
  states: {
    working: {
      initial: "listing",
      on: { abandoned: "stopping" },
      after: { deadline: "stopping" },
      states: {
        listing: { entry: "list", on: { listed: "deleting" } },
        deleting: {
          entry: "deleteNext",
          always: { guard: "done", target: "#deletecollection.answered" },
          on: { deleted: { target: "deleting", reenter: true } },
        },
      },
    },
    /** What is under way is waited for. */
    stopping: {
      entry: "stop",
      on: { listed: { target: "answered", guard: "done" }, deleted: { target: "answered", guard: "done" } },
    },
    answered: { entry: "answer", type: "final" },
  },
});
