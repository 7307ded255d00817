/** deletecollection as a chart: lists, then deletes so many at a time. */
import { setup } from "xstate";
import type { CollectionDelete } from "./collection.js";

export const collectionMachine = setup({
  types: {
    context: {} as { collection: CollectionDelete },
    events: {} as { type: "listed" } | { type: "deleted" },
    input: {} as { collection: CollectionDelete },
  },
  guards: { done: ({ context }) => context.collection.done },
  actions: {
    list: ({ context, self }) => context.collection.listAll(() => self.send({ type: "listed" })),
    deleteNext: ({ context, self }) => context.collection.deleteNext(() => self.send({ type: "deleted" })),
    answer: ({ context }) => context.collection.answer(),
  },
}).createMachine({
  id: "deletecollection",
  context: ({ input }) => input,
  initial: "listing",
  states: {
    listing: { entry: "list", on: { listed: "deleting" } },
    deleting: {
      entry: "deleteNext",
      always: { guard: "done", target: "answered" },
      on: { deleted: { target: "deleting", reenter: true } },
    },
    answered: { entry: "answer", type: "final" },
  },
});
