/**
 * A reflector: lists a resource, follows its changes from the list's revision on, and lists again when the revision it
 * would resume from has expired (410). After a lost link it resumes where it was.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
import { assign, setup } from "xstate";
import type { WatchChunk } from "../../../actors/apiserver/messages.js";
import type { Outcome, WireError } from "../../wire/errors.js";
import type { Reflection } from "./reflection.js";

export type InformerEvent =
  | { type: "listed"; outcome: Outcome<{ resourceVersion: string }> }
  | { type: "watch.chunk"; chunk: WatchChunk }
  | { type: "watch.ended"; error?: WireError }
  | { type: "stop" };

interface InformerContext {
  readonly reflection: Reflection;
  /** Failures in a row; sets how long to back off. */
  readonly failures: number;
}

export const informerMachine = setup({
  types: { context: {} as InformerContext, events: {} as InformerEvent, input: {} as { reflection: Reflection } },
  guards: {
    listSucceeded: ({ event }) => event.type === "listed" && event.outcome.ok,
    revisionExpired: ({ context, event }) => event.type === "watch.ended" && context.reflection.hasExpired(event.error),
    endedCleanly: ({ event }) => event.type === "watch.ended" && event.error === undefined,
  },
  actions: {
    list: ({ context, self }) => context.reflection.list((outcome) => self.send({ type: "listed", outcome })),
    watch: ({ context, self }) =>
      context.reflection.watch(
        (chunk) => self.send({ type: "watch.chunk", chunk }),
        (error) => self.send(error === undefined ? { type: "watch.ended" } : { type: "watch.ended", error }),
      ),
    apply: ({ context, event }) => {
      if (event.type === "watch.chunk") context.reflection.apply(event.chunk);
    },
    stopWatch: ({ context }) => context.reflection.stopWatch(),
    countFailure: assign({ failures: ({ context }) => context.failures + 1 }),
    forgetFailures: assign({ failures: 0 }),
  },
  delays: {
    backoff: ({ context }) => context.reflection.backoffMs(context.failures),
  },
}).createMachine({
  id: "informer",
  context: ({ input }) => ({ reflection: input.reflection, failures: 0 }),
  initial: "listing",
  on: { stop: ".stopped" },
  states: {
    listing: {
      entry: "list",
      on: {
        listed: [
          { guard: "listSucceeded", target: "watching" },
          { target: "backingOff", actions: "countFailure" },
        ],
      },
    },
    watching: {
      entry: "watch",
      exit: "stopWatch",
      on: {
        "watch.chunk": { actions: ["apply", "forgetFailures"] },
        "watch.ended": [
          { guard: "revisionExpired", target: "listing" },
          { guard: "endedCleanly", target: "watching", reenter: true },
          { target: "resuming", actions: "countFailure" },
        ],
      },
    },
    resuming: { after: { backoff: "watching" } },
    backingOff: { after: { backoff: "listing" } },
    stopped: { type: "final" },
  },
});
