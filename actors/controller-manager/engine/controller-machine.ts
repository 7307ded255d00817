/** One controller: waits for its caches, then gives the keys that changed to its workers. */
import { setup } from "xstate";
import type { Controller, ControllerEvent } from "./controller.js";

interface ControllerInput {
  /** Makes the controller, given how to tell its chart. */
  readonly controller: (tell: (event: ControllerEvent) => void) => Controller;
}

export const controllerMachine = setup({
  types: {
    context: {} as { readonly controller: Controller },
    events: {} as ControllerEvent | { type: "stop" },
    input: {} as ControllerInput,
  },
  guards: {
    synced: ({ context }) => context.controller.synced,
    keysWaitAndWorkerIsFree: ({ context }) => context.controller.keysWait && context.controller.workerIsFree,
    keysWait: ({ context }) => context.controller.keysWait,
  },
  actions: {
    follow: ({ context }) => context.controller.follow(),
    dispatch: ({ context }) => context.controller.dispatch(),
    promote: ({ context }) => context.controller.promote(),
    stopRounds: ({ context }) => context.controller.stop(),
  },
  delays: { nextDue: ({ context }) => context.controller.promoteInMs },
}).createMachine({
  id: "controller",
  context: ({ input, self }) => ({ controller: input.controller((event) => self.send(event)) }),
  initial: "syncing",
  on: { stop: ".stopped" },
  states: {
    syncing: {
      entry: "follow",
      always: { guard: "synced", target: "idle" },
      on: { synced: { guard: "synced", target: "idle" } },
    },
    idle: {
      always: [
        { guard: "keysWaitAndWorkerIsFree", target: "dispatching" },
        { guard: "keysWait", target: "saturated" },
      ],
      after: { nextDue: "promoting" },
      on: { "queue.changed": { target: "idle", reenter: true } },
    },
    promoting: { entry: "promote", always: "idle" },
    dispatching: { entry: "dispatch", always: "idle" },
    /** Every worker has a key. */
    saturated: { on: { "worker.freed": "idle" } },
    stopped: { type: "final", entry: "stopRounds" },
  },
});
