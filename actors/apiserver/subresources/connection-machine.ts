/** A log, exec or attach: the pod's node is looked up, its kubelet asked, and what it gives handed on until either end is done. */
import { setup } from "xstate";
import type { WireError } from "../../../src/wire/errors.js";
import type { Connection } from "./connection.js";

export const connectionMachine = setup({
  types: {
    context: {} as { connection: Connection },
    events: {} as { type: "fresh" } | { type: "stream.ended"; error?: WireError } | { type: "closed" },
    input: {} as { connection: Connection },
  },
  guards: {
    refused: ({ context }) => context.connection.refused,
    nowhere: ({ context }) => context.connection.nowhere,
  },
  actions: {
    confirm: ({ context, self }) => context.connection.confirm(() => self.send({ type: "fresh" })),
    stopWaiting: ({ context }) => context.connection.stopWaiting(),
    locate: ({ context }) => context.connection.locate(),
    open: ({ context, self }) =>
      context.connection.open((error) =>
        self.send(error === undefined ? { type: "stream.ended" } : { type: "stream.ended", error }),
      ),
    close: ({ context }) => context.connection.close(),
    refuse: ({ context }) => context.connection.refuse(),
    endEmpty: ({ context }) => context.connection.endEmpty(),
    end: ({ context, event }) => context.connection.end(event.type === "stream.ended" ? event.error : undefined),
  },
  delays: { patience: 10_000 },
}).createMachine({
  id: "connection",
  context: ({ input }) => input,
  initial: "confirming",
  states: {
    confirming: {
      entry: "confirm",
      exit: "stopWaiting",
      on: { fresh: "locating", closed: "ended" },
      after: { patience: { target: "ended", actions: "refuse" } },
    },
    locating: {
      entry: "locate",
      always: [
        { guard: "refused", target: "ended", actions: "refuse" },
        { guard: "nowhere", target: "ended", actions: "endEmpty" },
        { target: "connected" },
      ],
    },
    connected: {
      entry: "open",
      exit: "close",
      on: { "stream.ended": { target: "ended", actions: "end" }, closed: "ended" },
    },
    ended: { type: "final" },
  },
});
