/**
 * The resize of one pod while it runs: whether the node can give what is asked for, and when the containers have it.
 * Source: "Resize CPU and Memory Resources assigned to Containers", KEP-1287: pod resize status.
 */
import { setup } from "xstate";
import { kubeletTimings as timings } from "../configuration.js";
import type { Resize } from "./resize.js";

export type ResizeEvent =
  /** The pod was changed: other resources may be asked for now. */
  | { type: "wanted" }
  /** A container of it is in another state than before. */
  | { type: "progressed" };

export const resizeMachine = setup({
  types: { context: {} as { resize: Resize }, events: {} as ResizeEvent, input: {} as { resize: Resize } },
  guards: {
    isNothing: ({ context }) => context.resize.decision.what === "nothing",
    isPossible: ({ context }) => context.resize.decision.what === "possible",
    isDeferred: ({ context }) => context.resize.decision.what === "Deferred",
    isApplied: ({ context }) => context.resize.isApplied,
  },
  actions: {
    decide: ({ context }) => context.resize.decide(),
    showPending: ({ context }) => context.resize.showPending(),
    actuate: ({ context }) => context.resize.actuate(),
    showNothing: ({ context }) => context.resize.showNothing(),
  },
  delays: { retry: timings.resizeRetryMs },
}).createMachine({
  id: "resize",
  context: ({ input }) => input,
  initial: "waiting",
  states: {
    waiting: { on: { wanted: "deciding" } },
    deciding: {
      entry: "decide",
      always: [
        { guard: "isNothing", target: "done" },
        { guard: "isPossible", target: "inProgress" },
        { guard: "isDeferred", target: "deferred" },
        { target: "infeasible" },
      ],
    },
    infeasible: { entry: "showPending", on: { wanted: "deciding" } },
    /** Another pod may go and leave what is missing. */
    deferred: { entry: "showPending", after: { retry: "deciding" }, on: { wanted: "deciding" } },
    inProgress: {
      entry: "actuate",
      always: { guard: "isApplied", target: "done" },
      on: { progressed: [{ guard: "isApplied", target: "done" }], wanted: "deciding" },
    },
    done: { entry: "showNothing", type: "final" },
  },
});
