/** The binding of one pod: asked for, and when the answer is lost or says that somebody was there before, looked up. */
import { assign, setup } from "xstate";
import type { ApiAnswer } from "../../../src/actor/api-requests.js";
import { isDefinite, type Outcome } from "../../../src/wire/errors.js";
import { statusOf } from "../../apiserver/messages.js";
import type { BindingAttempt, Found } from "./attempt.js";

export const bindingLimits = { looks: 10, lookAgainMs: 500, tries: 10, tryAgainMs: 200 } as const;

/** `bound` and `elsewhere`: the pod has a node. `gone`: there is nothing to bind. `failed`: it may be tried again. */
export type BindingEnd = "bound" | "elsewhere" | "gone" | "failed";

interface BindingInput {
  readonly attempt: BindingAttempt;
  readonly onEnd: (end: BindingEnd, error: string) => void;
}
interface BindingContext extends BindingInput {
  readonly tries: number;
  readonly looks: number;
  readonly error: string;
}

type BindingEvent = { type: "answered"; outcome: Outcome<ApiAnswer> };

const found = (attempt: BindingAttempt, { outcome }: BindingEvent): Found | undefined =>
  outcome.ok ? attempt.found(outcome.reply) : undefined;
const codeOf = ({ outcome }: BindingEvent): number | undefined => (outcome.ok ? undefined : statusOf(outcome.error)?.code);

/** Nothing happened, and nothing is wrong with the binding: the API server is away or has too much to do. */
const isBusy = (event: BindingEvent): boolean => {
  if (event.outcome.ok || !isDefinite(event.outcome.error)) return false;
  const { code } = event.outcome.error;
  const status = codeOf(event);
  return code === "unreachable" || code === "unavailable" || code === "overloaded" || status === 429 || status === 503;
};

export const bindingMachine = setup({
  types: { context: {} as BindingContext, events: {} as BindingEvent, input: {} as BindingInput },
  guards: {
    succeeded: ({ event }) => event.outcome.ok,
    podIsGone: ({ event }) => codeOf(event) === 404,
    mayBeBound: ({ event }) => codeOf(event) === 409 || (!event.outcome.ok && !isDefinite(event.outcome.error)),
    busy: ({ context, event }) => isBusy(event) && context.tries < bindingLimits.tries,
    boundHere: ({ context, event }) => found(context.attempt, event) === "bound here",
    boundElsewhere: ({ context, event }) => found(context.attempt, event) === "bound elsewhere",
    anotherPod: ({ context, event }) => found(context.attempt, event) === "another pod" || codeOf(event) === 404,
    lookedOftenEnough: ({ context }) => context.looks >= bindingLimits.looks,
  },
  actions: {
    bind: ({ context, self }) => context.attempt.bind((outcome) => self.send({ type: "answered", outcome })),
    look: ({ context, self }) => context.attempt.look((outcome) => self.send({ type: "answered", outcome })),
    countTry: assign({ tries: ({ context }) => context.tries + 1 }),
    countLook: assign({ looks: ({ context }) => context.looks + 1 }),
    keepError: assign({ error: ({ event, context }) => (event.outcome.ok ? context.error : event.outcome.error.message) }),
    tell: ({ context }, params: { end: BindingEnd }) => context.onEnd(params.end, context.error),
  },
  delays: { lookAgain: () => bindingLimits.lookAgainMs, tryAgain: () => bindingLimits.tryAgainMs },
}).createMachine({
  id: "binding",
  context: ({ input }) => ({ ...input, tries: 0, looks: 0, error: "" }),
  initial: "binding",
  states: {
    binding: {
      entry: ["countTry", "bind"],
      on: {
        answered: [
          { guard: "succeeded", target: "bound" },
          { guard: "podIsGone", target: "gone" },
          { guard: "mayBeBound", target: "looking", actions: "keepError" },
          { guard: "busy", target: "waitingToBind" },
          { target: "failed", actions: "keepError" },
        ],
      },
    },
    waitingToBind: { after: { tryAgain: "binding" } },
    looking: {
      entry: ["countLook", "look"],
      on: {
        answered: [
          { guard: "boundHere", target: "bound" },
          { guard: "boundElsewhere", target: "elsewhere" },
          { guard: "anotherPod", target: "gone" },
          { guard: "succeeded", target: "failed" },
          { guard: "lookedOftenEnough", target: "failed", actions: "keepError" },
          { target: "waitingToLook" },
        ],
      },
    },
    waitingToLook: { after: { lookAgain: "looking" } },
    bound: { type: "final", entry: { type: "tell", params: { end: "bound" } } },
    elsewhere: { type: "final", entry: { type: "tell", params: { end: "elsewhere" } } },
    gone: { type: "final", entry: { type: "tell", params: { end: "gone" } } },
    failed: { type: "final", entry: { type: "tell", params: { end: "failed" } } },
  },
});
