/** Writes a pod's PodScheduled condition; a server that cannot take it now is asked again a few times. */
import { assign, setup } from "xstate";
import { type ApiAnswer, type ApiWrite, askApiserver } from "../../../src/actor/api-requests.js";
import type { Host } from "../../../src/actor/host.js";
import type { Outcome, WireError } from "../../../src/wire/errors.js";
import { statusOf } from "../../apiserver/messages.js";

export const conditionLimits = { tries: 5, retryMs: 1_000 } as const;

interface ConditionInput {
  readonly host: Host;
  readonly write: ApiWrite;
}

type ConditionEvent = { type: "answered"; outcome: Outcome<ApiAnswer> };

const passes = (error: WireError): boolean => [429, 503].includes(statusOf(error)?.code ?? 0);

export const conditionMachine = setup({
  types: {
    context: {} as ConditionInput & { readonly tries: number },
    events: {} as ConditionEvent,
    input: {} as ConditionInput,
  },
  guards: {
    succeeded: ({ event }) => event.outcome.ok,
    // The pod is gone or has changed so that this no longer fits it; a server that has too much to do says nothing of the pod.
    refused: ({ event }) => !event.outcome.ok && event.outcome.error.code === "rejected" && !passes(event.outcome.error),
    triedOftenEnough: ({ context }) => context.tries >= conditionLimits.tries,
  },
  actions: {
    write: ({ context, self }) =>
      askApiserver(context.host, context.write, (outcome) => self.send({ type: "answered", outcome })),
    countTry: assign({ tries: ({ context }) => context.tries + 1 }),
    noteFailure: ({ context, event }) => {
      if (!event.outcome.ok) context.host.note(`a pod's condition was not written: ${event.outcome.error.message}`);
    },
  },
  delays: { retry: () => conditionLimits.retryMs },
}).createMachine({
  id: "pod-condition",
  context: ({ input }) => ({ ...input, tries: 0 }),
  initial: "writing",
  states: {
    writing: {
      entry: ["countTry", "write"],
      on: {
        answered: [
          { guard: "succeeded", target: "written" },
          { guard: "refused", target: "givenUp", actions: "noteFailure" },
          { guard: "triedOftenEnough", target: "givenUp", actions: "noteFailure" },
          { target: "waiting" },
        ],
      },
    },
    waiting: { after: { retry: "writing" } },
    written: { type: "final" },
    givenUp: { type: "final" },
  },
});
