/**
 * kube-controller-manager: where the current state is not the desired state, it asks the API server for what is missing.
 * Each controller is a chart (engine/controller-machine.ts), and each object being reconciled another
 * (engine/round-machine.ts).
 */
import { setup } from "xstate";
import type { ComponentInput, StopEvent } from "../../src/actor/define.js";
import type { LinkEvent } from "../../src/wire/link.js";
import type { ControllerManagerIo } from "./io/io.js";
import { Managing, type ManagingEvent } from "./managing.js";

export const controllerManagerMachine = setup({
  types: {
    context: {} as { readonly managing: Managing },
    events: {} as ManagingEvent | LinkEvent | StopEvent,
    input: {} as ComponentInput<ControllerManagerIo>,
  },
  actions: {
    prepare: ({ context }) => context.managing.prepare(),
    standForElection: ({ context }) => context.managing.standForElection(),
    startUrgent: ({ context }) => context.managing.startUrgent(),
    startPatient: ({ context }) => context.managing.startPatient(),
    stopControllers: ({ context }) => context.managing.stopControllers(),
    withdraw: ({ context }) => context.managing.withdraw(),
  },
  delays: { firstRush: 1_000, releaseDeadline: 1_000 },
}).createMachine({
  id: "controller-manager",
  context: ({ input, self }) => ({ managing: new Managing(input.host, input.io, (event) => self.send(event)) }),
  initial: "starting",
  on: { stop: ".stopped" },
  states: {
    starting: {
      on: { "link.up": { target: "standingBy", actions: ["prepare", "standForElection"] } },
    },
    /** The caches fill, but another controller manager leads, or nobody yet. */
    standingBy: { on: { "election.won": "leading", stop: "withdrawing" } },
    leading: {
      entry: "startUrgent",
      exit: "stopControllers",
      on: { "election.lost": "standingBy", stop: "withdrawing" },
      initial: "settlingIn",
      states: {
        /** Only what a pod waits for on its way is at work yet. */
        settlingIn: { after: { firstRush: "complete" } },
        complete: { entry: "startPatient" },
      },
    },
    withdrawing: {
      entry: "withdraw",
      on: { "election.ended": "stopped" },
      after: { releaseDeadline: "stopped" },
    },
    stopped: { type: "final" },
  },
});
