/**
 * kube-scheduler: decides where a pod runs and tells the API server. Each decision that is made has a chart of its own
 * (binding/machine.ts) until the API server has it.
 */
import { setup } from "xstate";
import type { ComponentInput, StopEvent } from "../../src/actor/define.js";
import type { LinkEvent } from "../../src/wire/link.js";
import type { SchedulerIo } from "./io/io.js";
import { Scheduling, type SchedulingEvent } from "./scheduling.js";

type SchedulerEvent = SchedulingEvent | LinkEvent | StopEvent;

export const schedulerMachine = setup({
  types: {
    context: {} as { readonly scheduling: Scheduling },
    events: {} as SchedulerEvent,
    input: {} as ComponentInput<SchedulerIo>,
  },
  guards: {
    synced: ({ context }) => context.scheduling.synced,
    podsWaitAndMayBeBound: ({ context }) => context.scheduling.podsWait && !context.scheduling.bindingsAreFull,
    podsWait: ({ context }) => context.scheduling.podsWait,
  },
  actions: {
    startInformers: ({ context }) => context.scheduling.startInformers(),
    standForElection: ({ context }) => context.scheduling.standForElection(),
    withdraw: ({ context }) => context.scheduling.withdraw(),
    decide: ({ context }) => context.scheduling.decide(),
    flush: ({ context }) => context.scheduling.flush(),
  },
  delays: {
    flushDelay: ({ context }) => context.scheduling.flushInMs,
    othersTurn: 0,
    releaseDeadline: 1_000,
  },
}).createMachine({
  id: "scheduler",
  context: ({ input, self }) => ({
    scheduling: new Scheduling(input.host, (event) => self.send(event)),
  }),
  initial: "starting",
  on: { stop: ".stopped" },
  states: {
    starting: { on: { "link.up": "syncing" } },
    syncing: {
      entry: "startInformers",
      on: { synced: { guard: "synced", target: "standingBy", actions: "standForElection" } },
    },
    /** Another scheduler leads, or nobody yet. */
    standingBy: { on: { "election.won": "scheduling", stop: "withdrawing" } },
    scheduling: {
      initial: "idle",
      on: { "election.lost": "standingBy", stop: "withdrawing" },
      states: {
        idle: {
          always: [
            { guard: "podsWaitAndMayBeBound", target: "deciding" },
            { guard: "podsWait", target: "saturated" },
          ],
          after: { flushDelay: "flushing" },
          on: { "queue.changed": { target: "idle", reenter: true }, "binding.ended": { target: "idle", reenter: true } },
        },
        flushing: { entry: "flush", always: "idle" },
        deciding: {
          entry: "decide",
          always: [{ guard: "podsWaitAndMayBeBound", target: "yielding" }, { target: "idle" }],
        },
        /** More pods wait, but other messages get their turn first. */
        yielding: { after: { othersTurn: "deciding" } },
        /** As many bindings are under way as may be. */
        saturated: { on: { "binding.ended": "deciding" } },
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
