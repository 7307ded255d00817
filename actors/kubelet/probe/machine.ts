/**
 * One probe of one container: waits, asks, rests, asks again, and tells when its verdict changes or is reached again.
 * Source: "Configure Liveness, Readiness and Startup Probes".
 */
import { assign, setup } from "xstate";
import { type ProbeOf, type ProbeResult, probeOnce, reportUnhealthy } from "./asking.js";

export interface ProbeInput {
  readonly of: ProbeOf;
  /** Called when as many results in a row as the threshold asks for agree: with each further one too while they fail. */
  readonly onVerdict: (healthy: boolean, message: string) => void;
}

export type ProbeEvent = { type: "result"; result: ProbeResult } | { type: "stop" };

interface ProbeContext extends ProbeInput {
  readonly successes: number;
  readonly failures: number;
}

export const probeMachine = setup({
  types: { context: {} as ProbeContext, events: {} as ProbeEvent, input: {} as ProbeInput },
  guards: {
    succeeded: ({ event }) => event.type === "result" && event.result.kind === "success",
    failed: ({ event }) => event.type === "result" && event.result.kind === "failure",
  },
  actions: {
    ask: ({ context, self }) => probeOnce(context.of, (result) => self.send({ type: "result", result })),
    countSuccess: assign({ successes: ({ context }) => context.successes + 1, failures: 0 }),
    countFailure: assign({ failures: ({ context }) => context.failures + 1, successes: 0 }),
    report: ({ context, event }) => {
      if (event.type === "result" && event.result.kind === "failure") reportUnhealthy(context.of, event.result.message);
    },
    tellSuccess: ({ context }) => {
      if (context.successes === (context.of.spec.successThreshold ?? 1)) context.onVerdict(true, "");
    },
    tellFailure: ({ context, event }) => {
      if (event.type !== "result" || event.result.kind !== "failure") return;
      if (context.failures >= (context.of.spec.failureThreshold ?? 3)) context.onVerdict(false, event.result.message);
    },
  },
  delays: {
    initialDelay: ({ context }) => (context.of.spec.initialDelaySeconds ?? 0) * 1000,
    period: ({ context }) => (context.of.spec.periodSeconds ?? 10) * 1000,
  },
}).createMachine({
  id: "probe",
  context: ({ input }) => ({ ...input, successes: 0, failures: 0 }),
  initial: "delaying",
  on: { stop: ".stopped" },
  states: {
    delaying: { after: { initialDelay: "probing" } },
    probing: {
      entry: "ask",
      on: {
        result: [
          { guard: "succeeded", target: "resting", actions: ["countSuccess", "tellSuccess"] },
          { guard: "failed", target: "resting", actions: ["countFailure", "report", "tellFailure"] },
          { target: "resting" },
        ],
      },
    },
    resting: { after: { period: "probing" } },
    stopped: { type: "final" },
  },
});
