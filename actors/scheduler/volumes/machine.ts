/**
 * The volumes of one pod on its way to a node: what was decided is written, then whoever binds and provisions has its time.
 * Source: "Scheduling Framework", PreBind; VolumeBinding's bindTimeoutSeconds.
 */
import { assign, setup } from "xstate";
import type { VolumeBindingAttempt, VolumeBindingEvent } from "./attempt.js";

export const volumeBindingLimits = { tries: 10, tryAgainMs: 100, boundWithinMs: 600_000 } as const;

export type VolumeBindingEnd = "bound" | "failed" | "gone";

interface VolumeBindingInput {
  readonly attempt: VolumeBindingAttempt;
  readonly onEnd: (end: VolumeBindingEnd, error: string) => void;
}

export const volumeBindingMachine = setup({
  types: {
    context: {} as VolumeBindingInput & { readonly tries: number; readonly error: string },
    events: {} as VolumeBindingEvent,
    input: {} as VolumeBindingInput,
  },
  guards: {
    allBound: ({ context }) => context.attempt.allBound,
    cannotBeBound: ({ context }) => context.attempt.failure !== undefined,
    triedOftenEnough: ({ context }) => context.tries >= volumeBindingLimits.tries,
  },
  actions: {
    write: ({ context, self }) => context.attempt.write((event) => self.send(event)),
    watch: ({ context, self }) => context.attempt.watch((event) => self.send(event)),
    stopWatching: ({ context }) => context.attempt.stopWatching(),
    countTry: assign({ tries: ({ context }) => context.tries + 1 }),
    keepError: assign({ error: ({ context, event }) => (event.type === "refused" ? event.error : context.error) }),
    keepFailure: assign({ error: ({ context }) => context.attempt.failure ?? context.error }),
    keepOutdated: assign({ error: "the claims and volumes keep changing" }),
    keepTimeout: assign({ error: "context deadline exceeded" }),
    tell: ({ context }, params: { end: VolumeBindingEnd }) => context.onEnd(params.end, context.error),
  },
  delays: { tryAgain: volumeBindingLimits.tryAgainMs, bindTimeout: volumeBindingLimits.boundWithinMs },
}).createMachine({
  id: "volume-binding",
  context: ({ input }) => ({ ...input, tries: 0, error: "" }),
  initial: "writing",
  on: { "pod.gone": ".gone" },
  states: {
    writing: {
      entry: ["countTry", "write"],
      on: {
        written: "awaiting",
        outdated: [{ guard: "triedOftenEnough", target: "failed", actions: "keepOutdated" }, { target: "outdated" }],
        refused: { target: "failed", actions: "keepError" },
      },
    },
    outdated: { after: { tryAgain: "writing" } },
    /** The controllers bind, and provision what is missing. */
    awaiting: {
      entry: "watch",
      exit: "stopWatching",
      always: { guard: "allBound", target: "bound" },
      on: {
        changed: [
          { guard: "allBound", target: "bound" },
          { guard: "cannotBeBound", target: "failed", actions: "keepFailure" },
        ],
      },
      after: { bindTimeout: { target: "failed", actions: "keepTimeout" } },
    },
    bound: { type: "final", entry: { type: "tell", params: { end: "bound" } } },
    failed: { type: "final", entry: { type: "tell", params: { end: "failed" } } },
    gone: { type: "final", entry: { type: "tell", params: { end: "gone" } } },
  },
});
