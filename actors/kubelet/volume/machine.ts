/**
 * The volumes of one pod: made before its containers, and made again when what they show has changed.
 * Source: "Volumes"; ConfigMaps that are mounted are updated automatically.
 */
import { assign, setup } from "xstate";
import { backoffMs } from "../backoff.js";
import { kubeletTimings as timings } from "../configuration.js";
import type { MountEvent, VolumeMounting } from "./mounting.js";

interface VolumesContext {
  readonly mounting: VolumeMounting;
  readonly failures: number;
}

export const volumesMachine = setup({
  types: { context: {} as VolumesContext, events: {} as MountEvent, input: {} as { mounting: VolumeMounting } },
  guards: { canChange: ({ context }) => context.mounting.changes },
  actions: {
    plan: ({ context, self }) => context.mounting.plan((event) => self.send(event)),
    write: ({ context, self }) => context.mounting.write((event) => self.send(event)),
    tellMounted: ({ context }) => context.mounting.tellMounted(),
    tellFailed: ({ context, event }) => {
      if (event.type === "failed") context.mounting.tellFailed(event.message);
    },
    countFailure: assign({ failures: ({ context }) => context.failures + 1 }),
    forgetFailures: assign({ failures: 0 }),
  },
  delays: {
    refreshPeriod: timings.volumeRefreshMs,
    backoff: ({ context }) =>
      backoffMs(context.failures, { firstMs: timings.volumeRetryFirstMs, mostMs: timings.volumeRetryMostMs }),
  },
}).createMachine({
  id: "volumes",
  context: ({ input }) => ({ mounting: input.mounting, failures: 0 }),
  initial: "planning",
  on: { stop: ".unmounted" },
  states: {
    planning: {
      entry: "plan",
      on: { planned: "writing", failed: { target: "failing", actions: ["countFailure", "tellFailed"] } },
    },
    writing: {
      entry: "write",
      on: {
        written: { target: "mounted", actions: ["forgetFailures", "tellMounted"] },
        failed: { target: "failing", actions: ["countFailure", "tellFailed"] },
      },
    },
    mounted: {
      initial: "settled",
      on: { wanted: { actions: "tellMounted" } },
      states: {
        settled: { always: { guard: "canChange", target: "refreshable" } },
        refreshable: {
          on: { "pod.changed": "#volumes.planning", "container.restarts": "#volumes.planning" },
          after: { refreshPeriod: "#volumes.planning" },
        },
      },
    },
    failing: { after: { backoff: "planning" } },
    unmounted: { type: "final" },
  },
});
