/** One question of an actor to an extension API server. */
import { setup } from "xstate";
import type { WebhookAnswer } from "../io/webhook-client.js";
import type { ExtensionRead } from "./extension-read.js";

type ExtensionReadEvent = { readonly type: "answered"; readonly answer: WebhookAnswer };

export const extensionReadMachine = setup({
  types: { context: {} as { read: ExtensionRead }, events: {} as ExtensionReadEvent, input: {} as { read: ExtensionRead } },
  actions: {
    ask: ({ context, self }) => context.read.ask((answer) => self.send({ type: "answered", answer })),
    tell: ({ context, event }) => context.read.answer(event.answer),
    hangUp: ({ context }) => context.read.hangUp(),
    refuseAsTimeout: ({ context }) => context.read.refuseAsTimeout(),
  },
  delays: {
    deadline: ({ context }) => context.read.deadlineMs,
  },
}).createMachine({
  id: "extension-read",
  context: ({ input }) => input,
  initial: "asking",
  states: {
    asking: {
      entry: "ask",
      on: { answered: { target: "answered", actions: "tell" } },
      after: { deadline: { target: "timedOut", actions: ["hangUp", "refuseAsTimeout"] } },
    },
    answered: { type: "final" },
    timedOut: { type: "final" },
  },
});
