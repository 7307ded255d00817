/**
 * The writing of one pod's status: changes that come close together are written as one, one write is under way at a
 * time, and all pods of the node share a bounded number of writes.
 */
import { assign, setup } from "xstate";
import type { PodStatus } from "../../../src/api/types.js";
import { writeJson } from "../../../src/json/text.js";
import type { Outcome } from "../../../src/wire/errors.js";
import { backoffMs } from "../backoff.js";
import { kubeletTimings } from "../configuration.js";
import { isGone, type StatusWriting } from "./writing.js";

export type StatusEvent =
  | { type: "report"; status: PodStatus; urgent: boolean }
  /** Somebody else has changed in the API what was reported: the node's controller, while the node seemed lost. */
  | { type: "overwritten" }
  | { type: "slot.granted" }
  | { type: "written"; outcome: Outcome<unknown> }
  | { type: "stop" };

interface StatusContext {
  readonly writing: StatusWriting;
  readonly desired: PodStatus | undefined;
  /** JSON of what was last acknowledged, or is being written. */
  readonly sent: string;
  readonly failures: number;
}

const timings = kubeletTimings;

export const statusMachine = setup({
  types: { context: {} as StatusContext, events: {} as StatusEvent, input: {} as { writing: StatusWriting } },
  guards: {
    nothingNew: ({ context, event }) => event.type === "report" && writeJson(event.status) === context.sent,
    hasReported: ({ context }) => context.desired !== undefined,
    isUrgent: ({ event }) => event.type === "report" && event.urgent,
    writtenAndNewer: ({ context, event }) =>
      event.type === "written" && event.outcome.ok && writeJson(context.desired) !== context.sent,
    wasWritten: ({ event }) => event.type === "written" && event.outcome.ok,
    podIsGone: ({ event }) => event.type === "written" && !event.outcome.ok && isGone(event.outcome.error),
  },
  actions: {
    keep: assign({ desired: ({ context, event }) => (event.type === "report" ? event.status : context.desired) }),
    takeSlot: ({ context, self }) => context.writing.takeSlot(() => self.send({ type: "slot.granted" })),
    withdraw: ({ context }) => context.writing.withdraw(),
    releaseSlot: ({ context }) => context.writing.release(),
    noteSent: assign({ sent: ({ context }) => writeJson(context.desired) }),
    write: ({ context, self }) => {
      if (context.desired !== undefined)
        context.writing.write(context.desired, (outcome) => self.send({ type: "written", outcome }));
    },
    countFailure: assign({ failures: ({ context }) => context.failures + 1, sent: "" }),
    forgetFailures: assign({ failures: 0 }),
    acknowledge: ({ context }) => context.writing.acknowledged(),
    tellGone: ({ context }) => context.writing.gone(),
  },
  delays: {
    gatherTime: timings.statusGatherMs,
    backoff: ({ context }) =>
      backoffMs(context.failures, { firstMs: timings.statusRetryFirstMs, mostMs: timings.statusRetryMostMs }),
  },
}).createMachine({
  id: "status",
  context: ({ input }) => ({ writing: input.writing, desired: undefined, sent: "", failures: 0 }),
  initial: "settled",
  on: { stop: ".stopped" },
  states: {
    settled: {
      on: {
        report: [
          { guard: "nothingNew", actions: "acknowledge" },
          { guard: "isUrgent", target: "queued", actions: "keep" },
          { target: "gathering", actions: "keep" },
        ],
        overwritten: { guard: "hasReported", target: "queued" },
      },
    },
    gathering: {
      after: { gatherTime: "queued" },
      on: {
        report: [{ guard: "isUrgent", target: "queued", actions: "keep" }, { actions: "keep" }],
      },
    },
    queued: {
      entry: "takeSlot",
      exit: "withdraw",
      on: { report: { actions: "keep" }, "slot.granted": "writing" },
    },
    writing: {
      entry: ["noteSent", "write"],
      exit: "releaseSlot",
      on: {
        report: { actions: "keep" },
        written: [
          { guard: "writtenAndNewer", target: "queued", actions: "forgetFailures" },
          { guard: "wasWritten", target: "settled", actions: ["forgetFailures", "acknowledge"] },
          { guard: "podIsGone", target: "gone" },
          { target: "retrying", actions: "countFailure" },
        ],
      },
    },
    retrying: { after: { backoff: "queued" }, on: { report: { actions: "keep" } } },
    gone: { entry: "tellGone", on: { report: { actions: "tellGone" } } },
    stopped: { type: "final" },
  },
});
