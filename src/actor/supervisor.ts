/**
 * Supervision of one component, one for one: a crash is ordinary and answered by a restart after a growing delay; too
 * many of them in a period are reported and not looped. The driver starts, stops and kills; the same chart in both worlds.
 */
import { assign, setup } from "xstate";

export const supervisionLimits = {
  /** More crashes than this within the period end in `failed`. */
  crashesMost: 8,
  crashPeriodMs: 60_000,
  restartFirstMs: 10,
  restartMostMs: 5_000,
  /** On a busy machine a start takes long, and whoever is stopped and started again makes it busier. */
  startDeadlineMs: 60_000,
  stopDeadlineMs: 4_000,
} as const;

export type SupervisionLimits = { readonly [Name in keyof typeof supervisionLimits]: number };

/** What a driver can do with the component that is supervised. */
export interface SupervisedChild {
  readonly name: string;
  /** Starts it; the driver answers with `child.started` or `child.exited`. */
  spawn(incarnation: number): void;
  /** Asks it to finish in order; the driver answers with `child.exited`. */
  stop(): void;
  /** Ends it at once; the driver answers with `child.exited`. */
  kill(): void;
  /** Monotonic milliseconds. */
  nowMs(): number;
  /** Told when it is given up: too many crashes in the period. */
  gaveUp(error: string): void;
}

export type SupervisionEvent =
  | { type: "child.started" }
  /** `error` is absent when it finished in order. */
  | { type: "child.exited"; error?: string }
  | { type: "restart" }
  | { type: "stop" };

interface SupervisionContext {
  readonly child: SupervisedChild;
  readonly limits: SupervisionLimits;
  readonly incarnation: number;
  /** When it crashed within the period, oldest first. */
  readonly crashesAtMs: readonly number[];
  readonly lastError: string;
}

export const supervisorMachine = setup({
  types: {
    context: {} as SupervisionContext,
    events: {} as SupervisionEvent,
    input: {} as { child: SupervisedChild; limits?: Partial<SupervisionLimits> },
  },
  guards: {
    tooManyCrashes: ({ context }) => recentCrashes(context).length >= context.limits.crashesMost,
  },
  actions: {
    spawn: ({ context }) => context.child.spawn(context.incarnation),
    askToStop: ({ context }) => context.child.stop(),
    kill: ({ context }) => context.child.kill(),
    nextIncarnation: assign({ incarnation: ({ context }) => context.incarnation + 1 }),
    noteCrash: assign({
      crashesAtMs: ({ context }) => [...recentCrashes(context), context.child.nowMs()],
      lastError: ({ event }) =>
        event.type === "child.exited" ? (event.error ?? "it ended unasked") : "it did not start in time",
    }),
    forgetCrashes: assign({ crashesAtMs: [] }),
    reportGivenUp: ({ context }) =>
      context.child.gaveUp(
        `${context.child.name} crashed ${context.crashesAtMs.length} times within ${context.limits.crashPeriodMs / 1000} s; the last time: ${context.lastError}`,
      ),
  },
  delays: {
    restartDelay: ({ context }) =>
      Math.min(context.limits.restartMostMs, context.limits.restartFirstMs * 2 ** Math.max(0, context.crashesAtMs.length - 1)),
    startDeadline: ({ context }) => context.limits.startDeadlineMs,
    stopDeadline: ({ context }) => context.limits.stopDeadlineMs,
  },
}).createMachine({
  id: "supervisor",
  context: ({ input }) => ({
    child: input.child,
    limits: { ...supervisionLimits, ...input.limits },
    incarnation: 0,
    crashesAtMs: [],
    lastError: "",
  }),
  initial: "starting",
  states: {
    starting: {
      entry: ["nextIncarnation", "spawn"],
      on: { "child.started": "running", "child.exited": "crashed", stop: "stopping" },
      after: { startDeadline: { target: "crashed", actions: "kill" } },
    },
    running: {
      on: { "child.exited": "crashed", restart: { actions: "kill" }, stop: "stopping" },
    },
    crashed: {
      entry: "noteCrash",
      always: [{ guard: "tooManyCrashes", target: "failed" }, { target: "backingOff" }],
    },
    backingOff: {
      after: { restartDelay: "starting" },
      on: { stop: "stopped" },
    },
    failed: {
      entry: "reportGivenUp",
      on: { restart: { target: "starting", actions: "forgetCrashes" }, stop: "stopped" },
    },
    stopping: {
      entry: "askToStop",
      on: { "child.exited": "stopped", "child.started": { actions: "askToStop" } },
      after: { stopDeadline: "killing" },
    },
    killing: {
      entry: "kill",
      on: { "child.exited": "stopped" },
    },
    stopped: { type: "final" },
  },
});

const recentCrashes = (context: SupervisionContext): readonly number[] => {
  const since = context.child.nowMs() - context.limits.crashPeriodMs;
  return context.crashesAtMs.filter((atMs) => atMs > since);
};
