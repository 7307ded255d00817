/**
 * What an API server does about CustomResourceDefinitions: it says which names they have and that they are served, and when
 * one is deleted it deletes all that it defines first. It looks whenever a definition changes, and while instances are going.
 */
import { setup } from "xstate";
import type { Definitions } from "./definitions.js";

export type DefinitionsEvent =
  | { type: "changed" }
  | { type: "fresh" }
  | { type: "written" }
  | { type: "failed" }
  | { type: "swept" };

export const definitionsMachine = setup({
  types: {
    context: {} as { definitions: Definitions },
    events: {} as DefinitionsEvent,
    input: {} as { definitions: Definitions },
  },
  guards: {
    mustWrite: ({ context }) => context.definitions.task.what === "write",
    mustSweep: ({ context }) => context.definitions.task.what === "sweep",
    mustConfirm: ({ context }) => context.definitions.task.what === "confirm",
    awaitsInstances: ({ context }) => context.definitions.task.what === "wait",
  },
  actions: {
    follow: ({ context, self }) => context.definitions.follow(() => self.send({ type: "changed" })),
    look: ({ context }) => context.definitions.look(),
    write: ({ context, self }) => context.definitions.write((type) => self.send({ type })),
    sweep: ({ context, self }) => context.definitions.sweep(() => self.send({ type: "swept" })),
    confirm: ({ context, self }) => context.definitions.confirm(() => self.send({ type: "fresh" })),
    stopConfirming: ({ context }) => context.definitions.stopConfirming(),
  },
  delays: { instancePatience: 200, backoff: 200, confirmationPatience: 10_000 },
}).createMachine({
  id: "definitions",
  context: ({ input }) => input,
  entry: "follow",
  initial: "looking",
  states: {
    looking: {
      entry: "look",
      always: [
        { guard: "mustWrite", target: "writing" },
        { guard: "mustSweep", target: "sweeping" },
        { guard: "mustConfirm", target: "confirming" },
        { guard: "awaitsInstances", target: "awaitingInstances" },
        { target: "settled" },
      ],
    },
    settled: { on: { changed: "looking" } },
    writing: { entry: "write", on: { written: "looking", failed: "backingOff" } },
    sweeping: { entry: "sweep", on: { swept: "awaitingInstances" } },
    /** Before a definition goes, nothing may be left of it anywhere: the cache must not be behind. */
    confirming: {
      entry: "confirm",
      exit: "stopConfirming",
      on: { fresh: "looking" },
      after: { confirmationPatience: "looking" },
    },
    awaitingInstances: { on: { changed: "looking" }, after: { instancePatience: "looking" } },
    backingOff: { after: { backoff: "looking" } },
  },
});
