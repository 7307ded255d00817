/** Writes recorded events one after the other, no faster than allowed, so that whoever records one never waits. */
import { setup } from "xstate";
import { statusOf } from "../../../actors/apiserver/messages.js";
import type { Outcome } from "../../wire/errors.js";
import type { ApiAnswer } from "../api-requests.js";
import type { EventToRecord } from "./correlator.js";
import { type EventRecorder, recorderLimits } from "./recorder.js";

export type EventsEvent =
  | { type: "record"; event: EventToRecord }
  | { type: "written"; outcome: Outcome<ApiAnswer> }
  | { type: "stop" };

export const eventsMachine = setup({
  types: {
    context: {} as { readonly recorder: EventRecorder },
    events: {} as EventsEvent,
    input: {} as { readonly recorder: EventRecorder },
  },
  guards: {
    somethingWaits: ({ context }) => context.recorder.hasWaiting,
    tooFast: ({ context }) => context.recorder.pauseMs > 0,
    succeeded: ({ event }) => event.type === "written" && event.outcome.ok,
    countedEventIsGone: ({ context, event }) =>
      context.recorder.counts && event.type === "written" && !event.outcome.ok && statusOf(event.outcome.error)?.code === 404,
    declined: ({ context, event }) =>
      event.type === "written" &&
      !event.outcome.ok &&
      (event.outcome.error.code === "rejected" || context.recorder.triesAreUsedUp),
  },
  actions: {
    take: ({ context, event }) => {
      if (event.type === "record") context.recorder.take(event.event);
    },
    write: ({ context, self }) => context.recorder.write((outcome) => self.send({ type: "written", outcome })),
    noteWritten: ({ context }) => context.recorder.written(),
    beginAnew: ({ context }) => context.recorder.expired(),
    giveUp: ({ context, event }) => {
      if (event.type === "written" && !event.outcome.ok) context.recorder.giveUp(event.outcome.error.message);
    },
  },
  delays: {
    pause: ({ context }) => context.recorder.pauseMs,
    retry: () => recorderLimits.retryAfterMs,
  },
}).createMachine({
  id: "events",
  context: ({ input }) => ({ recorder: input.recorder }),
  initial: "idle",
  on: { record: { actions: "take" }, stop: ".stopped" },
  states: {
    idle: {
      always: { guard: "somethingWaits", target: "pacing" },
    },
    pacing: {
      always: [{ guard: "tooFast", target: "throttled" }, { target: "writing" }],
    },
    throttled: { after: { pause: "writing" } },
    writing: {
      entry: "write",
      on: {
        written: [
          { guard: "succeeded", target: "idle", actions: "noteWritten" },
          { guard: "countedEventIsGone", target: "missing" },
          { guard: "declined", target: "idle", actions: "giveUp" },
          { target: "retrying" },
        ],
      },
    },
    retrying: { after: { retry: "writing" } },
    missing: { always: { target: "idle", actions: "beginAnew" } },
    stopped: { type: "final" },
  },
});
