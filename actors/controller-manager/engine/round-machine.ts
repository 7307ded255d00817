/** One key being reconciled, whatever the controller: decide, ask what must be asked, write, and wait until it shows. */
import { assign, setup } from "xstate";
import type { WireError } from "../../../src/wire/errors.js";
import { type Round, roundLimits } from "./round.js";

export interface RoundInput {
  readonly round: Round;
  /** Before the next try, should this round fail. */
  readonly backoffMs: number;
  /** The round no longer needs its worker. */
  readonly onWorkerFree: () => void;
  readonly onEnd: (end: { readonly error?: WireError; readonly requeueAfterMs?: number }) => void;
}

export type RoundEvent = { type: "begin" } | { type: "answered" } | { type: "seen" } | { type: "changed" };

const uncertainLimits = { tries: 20, retryMs: 500 } as const;

export const roundMachine = setup({
  types: {
    context: {} as RoundInput & { readonly looks: number },
    events: {} as RoundEvent,
    input: {} as RoundInput,
  },
  guards: {
    failed: ({ context }) => context.round.failed,
    failedAndComplete: ({ context }) => context.round.failed && context.round.allAnswered && !context.round.isUncertain,
    uncertain: ({ context }) => context.round.allAnswered && context.round.isUncertain,
    hasReads: ({ context }) => context.round.hasReads,
    hasWrites: ({ context }) => context.round.hasWrites,
    allAnswered: ({ context }) => context.round.allAnswered,
    certain: ({ context }) => !context.round.isUncertain,
    ownWritesAreSeen: ({ context }) => context.round.ownWritesAreSeen,
    lookedOftenEnough: ({ context }) => context.looks >= uncertainLimits.tries,
  },
  actions: {
    reconcile: ({ context }) => context.round.reconcile(),
    read: ({ context, self }) => context.round.read(() => self.send({ type: "answered" })),
    write: ({ context, self }) =>
      context.round.write(
        () => self.send({ type: "answered" }),
        () => self.send({ type: "seen" }),
      ),
    askRevision: ({ context, self }) =>
      context.round.askRevision(
        () => self.send({ type: "answered" }),
        () => self.send({ type: "seen" }),
      ),
    countLook: assign({ looks: ({ context }) => context.looks + 1 }),
    stopWaiting: ({ context }) => context.round.stopWaiting(),
    freeWorker: ({ context }) => context.onWorkerFree(),
    endWell: ({ context }) => {
      const { requeueAfterMs } = context.round.plan;
      context.onEnd(requeueAfterMs === undefined ? {} : { requeueAfterMs });
    },
    endBadly: ({ context }) => {
      const { error } = context.round;
      if (error !== undefined) context.onEnd({ error });
    },
  },
  delays: {
    backoff: ({ context }) => context.backoffMs,
    catchUpDeadline: () => roundLimits.catchUpMs,
    lookAgain: () => uncertainLimits.retryMs,
  },
}).createMachine({
  id: "reconcile",
  context: ({ input }) => ({ ...input, looks: 0 }),
  initial: "due",
  states: {
    due: { on: { begin: "reconciling" } },
    reconciling: {
      entry: "reconcile",
      always: [{ guard: "hasReads", target: "reading" }, { guard: "hasWrites", target: "writing" }, { target: "settled" }],
    },
    reading: {
      entry: "read",
      on: {
        answered: [
          { guard: "failedAndComplete", target: "backingOff" },
          { guard: "allAnswered", target: "reconciling" },
        ],
      },
    },
    writing: {
      entry: "write",
      on: {
        answered: [
          { guard: "uncertain", target: "verifying" },
          { guard: "failedAndComplete", target: "backingOff" },
          { guard: "allAnswered", target: "catchingUp" },
        ],
      },
    },
    /** The caches must show what was written before anything is decided again. */
    catchingUp: {
      exit: "stopWaiting",
      always: { guard: "ownWritesAreSeen", target: "settled" },
      on: { seen: "settled" },
      after: { catchUpDeadline: "settled" },
    },
    /** An answer was lost: how far the caches must come to show what really happened is asked of the API server. */
    verifying: {
      entry: ["countLook", "askRevision"],
      on: {
        answered: [
          { guard: "certain", target: "awaitingCache" },
          { guard: "lookedOftenEnough", target: "backingOff" },
          { target: "waitingToVerify" },
        ],
      },
    },
    waitingToVerify: { after: { lookAgain: "verifying" } },
    awaitingCache: {
      exit: "stopWaiting",
      always: { guard: "ownWritesAreSeen", target: "backingOff" },
      on: { seen: "backingOff" },
      after: { catchUpDeadline: "backingOff" },
    },
    /** It failed, and gives its worker to another key; a change of the key ends the wait early. */
    backingOff: {
      entry: ["stopWaiting", "freeWorker"],
      on: { changed: "failed" },
      after: { backoff: "failed" },
    },
    failed: { type: "final", entry: "endBadly" },
    settled: { type: "final", entry: ["freeWorker", "endWell"] },
  },
});
