/** A pod's sandbox: where its address and hostname live. Ready and notready are CRI's words. */
import { assign, setup } from "xstate";
import type { Host } from "../../src/actor/host.js";
import type { Responder } from "../../src/wire/declare.js";
import { containerChart } from "./container-machine.js";
import type { DriverError, DriverOutcome, RuntimeDriver, SandboxRecord, SandboxSpec } from "./io/driver.js";
import { rejected } from "./status.js";
import type { RuncTable } from "./table.js";

type Empty = Record<string, never>;

export interface SandboxInput {
  readonly host: Host;
  readonly driver: RuntimeDriver;
  readonly table: RuncTable;
  readonly spec: SandboxSpec;
  readonly making?: Responder<{ podSandboxId: string }>;
  readonly found?: SandboxRecord;
}

interface SandboxContext extends SandboxInput {
  readonly stopping: ReadonlyArray<Responder<Empty>>;
  readonly removing: ReadonlyArray<Responder<Empty>>;
}

export type SandboxChartEvent =
  | { readonly type: "made" }
  | { readonly type: "make failed"; readonly error: DriverError }
  | { readonly type: "stop"; readonly respond: Responder<Empty> }
  | { readonly type: "stopped" }
  | { readonly type: "remove"; readonly respond: Responder<Empty> }
  | { readonly type: "removed" };

export const sandboxChart = (id: string): string => `sandbox ${id.slice(0, 12)}`;

const nobody: Responder<Empty> = { ok() {}, error() {} };

const tell = (context: SandboxContext, event: SandboxChartEvent): void =>
  context.host.charts.get(sandboxChart(context.spec.id))?.send(event);

export const sandboxMachine = setup({
  types: { context: {} as SandboxContext, events: {} as SandboxChartEvent, input: {} as SandboxInput },
  guards: {
    foundReady: ({ context }) => context.found?.state === "ready",
    found: ({ context }) => context.found !== undefined,
    removeAsked: ({ context }) => context.removing.length > 0,
  },
  actions: {
    adopt: ({ context }) => {
      if (context.found !== undefined) context.table.sandboxes.set(context.spec.id, context.found);
    },
    makeInDriver: ({ context }) => {
      context.driver.runSandbox(
        context.spec,
        context.host.bind((outcome: DriverOutcome<void>) =>
          tell(context, outcome.ok ? { type: "made" } : { type: "make failed", error: outcome.error }),
        ),
      );
    },
    noteMade: ({ context }) => {
      context.table.sandboxes.set(context.spec.id, { ...context.spec, state: "ready" });
      context.making?.ok({ podSandboxId: context.spec.id });
    },
    refuseMake: ({ context, event }) => {
      if (event.type === "make failed") context.making?.error(rejected(event.error));
    },
    freeAddress: ({ context }) => context.table.freeAddress(context.spec.podIP),
    rememberStopper: assign(({ context, event }) =>
      event.type === "stop" ? { stopping: [...context.stopping, event.respond] } : {},
    ),
    rememberRemover: assign(({ context, event }) =>
      event.type === "remove" ? { removing: [...context.removing, event.respond] } : {},
    ),
    stopContainers: ({ context }) => {
      for (const { spec } of context.table.containersOf(context.spec.id)) {
        context.host.charts.get(containerChart(spec.id))?.send({ type: "stop", respond: nobody, timeoutSeconds: 0 });
      }
    },
    stopInDriver: ({ context }) => {
      context.driver.stopSandbox(
        context.spec.id,
        context.host.bind(() => tell(context, { type: "stopped" })),
      );
    },
    noteStopped: ({ context }) => {
      context.table.sandboxes.set(context.spec.id, { ...context.spec, state: "notready" });
    },
    answerStoppers: ({ context }) => {
      for (const stopper of context.stopping) stopper.ok({});
    },
    forgetStoppers: assign({ stopping: [] }),
    answerStop: ({ event }) => {
      if (event.type === "stop") event.respond.ok({});
    },
    removeContainers: ({ context }) => {
      for (const { spec } of context.table.containersOf(context.spec.id)) {
        context.host.charts.get(containerChart(spec.id))?.send({ type: "remove", respond: nobody });
      }
    },
    removeInDriver: ({ context }) => {
      context.driver.removeSandbox(
        context.spec.id,
        context.host.bind(() => tell(context, { type: "removed" })),
      );
    },
    noteRemoved: ({ context }) => {
      context.table.sandboxes.delete(context.spec.id);
      for (const remover of context.removing) remover.ok({});
    },
  },
}).createMachine({
  id: "sandbox",
  context: ({ input }) => ({ ...input, stopping: [], removing: [] }),
  initial: "appearing",
  states: {
    appearing: {
      always: [
        { guard: "foundReady", target: "ready", actions: "adopt" },
        { guard: "found", target: "notready", actions: "adopt" },
        { target: "making" },
      ],
    },
    making: {
      entry: "makeInDriver",
      on: {
        made: { target: "ready", actions: "noteMade" },
        "make failed": { target: "removed", actions: ["freeAddress", "refuseMake"] },
      },
    },
    ready: {
      on: {
        stop: { target: "stopping", actions: "rememberStopper" },
        // CRI: a sandbox that is removed while it is ready is stopped first.
        remove: { target: "stopping", actions: "rememberRemover" },
      },
    },
    stopping: {
      entry: ["stopContainers", "stopInDriver"],
      exit: ["noteStopped", "freeAddress", "answerStoppers", "forgetStoppers"],
      on: {
        stop: { actions: "rememberStopper" },
        remove: { actions: "rememberRemover" },
        stopped: [{ guard: "removeAsked", target: "removing" }, { target: "notready" }],
      },
    },
    notready: {
      on: {
        stop: { actions: "answerStop" },
        remove: { target: "removing", actions: "rememberRemover" },
      },
    },
    removing: {
      entry: ["removeContainers", "removeInDriver"],
      on: {
        stop: { actions: "answerStop" },
        remove: { actions: "rememberRemover" },
        removed: { target: "removed", actions: "noteRemoved" },
      },
    },
    removed: { type: "final" },
  },
});
