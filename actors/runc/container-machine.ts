/** The life of one container, in OCI's words: creating, created, running, stopped. */
import { assign, setup } from "xstate";
import type { Host } from "../../src/actor/host.js";
import type { Responder } from "../../src/wire/declare.js";
import { wireError } from "../../src/wire/errors.js";
import type {
  ContainerExit,
  ContainerRecord,
  ContainerSpec,
  DriverError,
  DriverOutcome,
  PortMapping,
  RuntimeDriver,
} from "./io/driver.js";
import { rejected } from "./status.js";
import type { RuncTable } from "./table.js";

type Empty = Record<string, never>;

export interface ContainerInput {
  readonly host: Host;
  readonly driver: RuntimeDriver;
  readonly table: RuncTable;
  readonly spec: ContainerSpec;
  /** Who waits for the container to be created; absent for one that the driver already has. */
  readonly creating?: Responder<{ containerId: string }>;
  /** What the driver said of it when runc came up. */
  readonly found?: ContainerRecord;
}

interface ContainerContext extends ContainerInput {
  /** Whoever asked for the start: one whose answer was lost asks again. */
  readonly starting: ReadonlyArray<Responder<Empty>>;
  readonly stopping: ReadonlyArray<Responder<Empty>>;
  readonly removing: Responder<Empty> | undefined;
  readonly stopBy: number;
}

export type ContainerChartEvent =
  | { readonly type: "created"; readonly record: ContainerRecord }
  | { readonly type: "create failed"; readonly error: DriverError }
  | { readonly type: "start"; readonly respond: Responder<Empty> }
  | { readonly type: "started"; readonly startedAtMs: number }
  | { readonly type: "start failed"; readonly error: DriverError }
  | { readonly type: "stop"; readonly respond: Responder<Empty>; readonly timeoutSeconds: number }
  | { readonly type: "exited"; readonly exit: ContainerExit }
  | { readonly type: "port opened"; readonly mapping: PortMapping }
  | { readonly type: "remove"; readonly respond: Responder<Empty> }
  | { readonly type: "removed" }
  | { readonly type: "remove failed"; readonly error: DriverError };

/** Name of a container's chart. */
export const containerChart = (id: string): string => `container ${id.slice(0, 12)}`;

const none: Empty = {};

function tell(context: ContainerContext, event: ContainerChartEvent): void {
  context.host.charts.get(containerChart(context.spec.id))?.send(event);
}

function update(context: ContainerContext, change: Partial<ContainerRecord>): ContainerRecord | undefined {
  const before = context.table.containers.get(context.spec.id);
  if (before === undefined) return undefined;
  const record: ContainerRecord = { ...before, ...change };
  context.table.containers.set(context.spec.id, record);
  return record;
}

export const containerMachine = setup({
  types: {
    context: {} as ContainerContext,
    events: {} as ContainerChartEvent,
    input: {} as ContainerInput,
  },
  guards: {
    foundRunning: ({ context }) => context.found?.state === "running",
    foundStopped: ({ context }) => context.found?.state === "stopped",
    foundCreated: ({ context }) => context.found !== undefined,
    stopAsked: ({ context }) => context.stopping.length > 0,
    atOnce: ({ event }) => event.type === "stop" && event.timeoutSeconds <= 0,
    sooner: ({ context, event }) =>
      event.type === "stop" && context.host.clock.monotonicMs() + event.timeoutSeconds * 1000 < context.stopBy,
  },
  delays: {
    gracePeriod: ({ context }) => Math.max(0, context.stopBy - context.host.clock.monotonicMs()),
  },
  actions: {
    adopt: ({ context }) => {
      if (context.found !== undefined) context.table.containers.set(context.spec.id, context.found);
    },
    createInDriver: ({ context }) => {
      const onDone = context.host.bind((outcome: DriverOutcome<ContainerRecord>) =>
        tell(context, outcome.ok ? { type: "created", record: outcome.value } : { type: "create failed", error: outcome.error }),
      );
      context.driver.create(context.spec, onDone);
    },
    noteCreated: ({ context, event }) => {
      if (event.type !== "created") return;
      context.table.containers.set(context.spec.id, event.record);
      context.table.publish("CONTAINER_CREATED_EVENT", event.record);
      context.creating?.ok({ containerId: context.spec.id });
    },
    refuseCreate: ({ context, event }) => {
      if (event.type === "create failed") context.creating?.error(rejected(event.error));
    },
    rememberStarter: assign(({ context, event }) =>
      event.type === "start" ? { starting: [...context.starting, event.respond] } : {},
    ),
    startInDriver: ({ context }) => {
      // That it runs is the driver's `started` to say; only a failure is told here.
      const onDone = context.host.bind((outcome: DriverOutcome<void>) => {
        if (!outcome.ok) tell(context, { type: "start failed", error: outcome.error });
      });
      context.driver.start(context.spec.id, onDone);
    },
    noteStarted: ({ context, event }) => {
      if (event.type !== "started") return;
      const record = update(context, { state: "running", startedAtMs: event.startedAtMs });
      if (record !== undefined) context.table.publish("CONTAINER_STARTED_EVENT", record);
      for (const starter of context.starting) starter.ok(none);
    },
    forgetStarters: assign({ starting: [] }),
    refuseStart: ({ context, event }) => {
      if (event.type !== "start failed") return;
      for (const starter of context.starting) starter.error(rejected(event.error));
    },
    /** A start that fails leaves a stopped container, which tells why. */
    noteStartFailure: ({ context, event }) => {
      if (event.type !== "start failed") return;
      const exit: ContainerExit = {
        exitCode: event.error.exitCode ?? 128,
        signal: "",
        reason: "StartError",
        message: event.error.message,
        finishedAtMs: context.host.clock.nowMs(),
      };
      const record = update(context, { state: "stopped", exit });
      if (record !== undefined) context.table.publish("CONTAINER_STOPPED_EVENT", record);
    },
    /** It runs, which is what was asked: an answer may have been lost on its way. */
    answerStart: ({ event }) => {
      if (event.type === "start") event.respond.ok(none);
    },
    refuseAnotherStart: ({ event }) => {
      if (event.type === "start")
        event.respond.error(wireError("rejected", "container has already run", { reason: "InvalidState" }));
    },
    rememberStopper: assign(({ context, event }) => {
      if (event.type !== "stop") return {};
      const stopBy = Math.min(context.stopBy, context.host.clock.monotonicMs() + event.timeoutSeconds * 1000);
      return { stopping: [...context.stopping, event.respond], stopBy };
    }),
    sendTerm: ({ context }) => context.driver.kill(context.spec.id, "SIGTERM", () => {}),
    sendKill: ({ context }) => context.driver.kill(context.spec.id, "SIGKILL", () => {}),
    noteExit: ({ context, event }) => {
      if (event.type !== "exited") return;
      const record = update(context, { state: "stopped", exit: event.exit });
      if (record !== undefined) context.table.publish("CONTAINER_STOPPED_EVENT", record);
    },
    answerStoppers: ({ context }) => {
      for (const stopper of context.stopping) stopper.ok(none);
    },
    forgetStoppers: assign({ stopping: [], stopBy: Number.POSITIVE_INFINITY }),
    answerStop: ({ event }) => {
      if (event.type === "stop") event.respond.ok(none);
    },
    notePort: ({ context, event }) => {
      if (event.type !== "port opened") return;
      const known = context.table.containers.get(context.spec.id)?.ports ?? [];
      const record = update(context, {
        ports: [...known.filter((mapping) => mapping.port !== event.mapping.port), event.mapping],
      });
      const mapped = event.mapping.mappedPort !== event.mapping.port || event.mapping.address !== event.mapping.podIP;
      if (record !== undefined && mapped) context.table.publish("CONTAINER_PORT_MAPPED_EVENT", record);
    },
    refuseRemove: ({ context, event }) => {
      if (event.type !== "remove") return;
      event.respond.error(
        wireError("rejected", `container ${context.spec.id} is running, stop it first`, { reason: "InvalidState" }),
      );
    },
    rememberRemover: assign(({ event }) => (event.type === "remove" ? { removing: event.respond } : {})),
    removeInDriver: ({ context }) => {
      const onDone = context.host.bind((outcome: DriverOutcome<void>) =>
        tell(context, outcome.ok ? { type: "removed" } : { type: "remove failed", error: outcome.error }),
      );
      context.driver.delete(context.spec.id, onDone);
    },
    noteRemoved: ({ context }) => {
      const record = context.table.containers.get(context.spec.id);
      context.table.containers.delete(context.spec.id);
      if (record !== undefined) context.table.publish("CONTAINER_DELETED_EVENT", record);
      context.removing?.ok(none);
    },
    refuseFailedRemove: ({ context, event }) => {
      if (event.type === "remove failed") context.removing?.error(rejected(event.error));
    },
    answerSecondRemove: ({ event }) => {
      if (event.type === "remove") event.respond.ok(none);
    },
  },
}).createMachine({
  id: "container",
  context: ({ input }) => ({
    ...input,
    starting: [],
    stopping: [],
    removing: undefined,
    stopBy: Number.POSITIVE_INFINITY,
  }),
  initial: "appearing",
  states: {
    appearing: {
      always: [
        { guard: "foundRunning", target: "running", actions: "adopt" },
        { guard: "foundStopped", target: "stopped", actions: "adopt" },
        { guard: "foundCreated", target: "created", actions: "adopt" },
        { target: "creating" },
      ],
    },
    creating: {
      entry: "createInDriver",
      on: {
        created: { target: "created", actions: "noteCreated" },
        "create failed": { target: "removed", actions: "refuseCreate" },
      },
    },
    created: {
      initial: "idle",
      states: {
        idle: {
          on: {
            start: { target: "starting", actions: "rememberStarter" },
            remove: { target: "#container.removing", actions: "rememberRemover" },
            stop: { actions: "answerStop" },
          },
        },
        starting: {
          entry: "startInDriver",
          on: {
            start: { actions: "rememberStarter" },
            remove: { actions: "refuseRemove" },
            stop: { actions: "rememberStopper" },
            "start failed": { target: "#container.stopped", actions: ["noteStartFailure", "refuseStart", "forgetStarters"] },
          },
        },
      },
      on: {
        started: [
          { guard: "stopAsked", target: "running.terminating", actions: ["noteStarted", "forgetStarters"] },
          { target: "running", actions: ["noteStarted", "forgetStarters"] },
        ],
      },
    },
    running: {
      initial: "up",
      states: {
        up: {
          on: {
            stop: [
              { guard: "atOnce", target: "killing", actions: "rememberStopper" },
              { target: "terminating", actions: "rememberStopper" },
            ],
          },
        },
        terminating: {
          entry: "sendTerm",
          after: { gracePeriod: "killing" },
          on: {
            stop: [
              { guard: "atOnce", target: "killing", actions: "rememberStopper" },
              { guard: "sooner", target: "terminating", reenter: true, actions: "rememberStopper" },
              { actions: "rememberStopper" },
            ],
          },
        },
        killing: {
          entry: "sendKill",
          on: { stop: { actions: "rememberStopper" } },
        },
      },
      on: {
        exited: { target: "stopped", actions: "noteExit" },
        "port opened": { actions: "notePort" },
        start: { actions: "answerStart" },
        remove: { actions: "refuseRemove" },
      },
    },
    stopped: {
      entry: ["answerStoppers", "forgetStoppers"],
      on: {
        stop: { actions: "answerStop" },
        start: { actions: "refuseAnotherStart" },
        remove: { target: "removing", actions: "rememberRemover" },
      },
    },
    removing: {
      entry: "removeInDriver",
      on: {
        removed: { target: "removed", actions: "noteRemoved" },
        "remove failed": { target: "stopped", actions: "refuseFailedRemove" },
        remove: { actions: "answerSecondRemove" },
        stop: { actions: "answerStop" },
      },
    },
    removed: { type: "final" },
  },
});
