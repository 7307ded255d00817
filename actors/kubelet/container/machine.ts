/**
 * The life of one container of a pod on its node, over all its restarts: its image, its creation, its hooks and probes,
 * its end, and how long it waits before it is tried again.
 * Source: "Pod Lifecycle", "Images", "Container Lifecycle Hooks".
 */
import { assign, setup } from "xstate";
import { kubeletTimings as timings } from "../configuration.js";
import { defaultPullPolicy, isImageName } from "../image-name.js";
import * as actions from "./actions.js";
import type { ContainerEvent, Kill } from "./events.js";
import { killOf } from "./kill.js";
import { restartsAfter } from "./restart.js";
import { crashBackoffMs, imageBackoffMs, imageErrorShownMs } from "./timing.js";
import type { ContainerWork } from "./work.js";

export interface ContainerContext {
  readonly work: ContainerWork;
  /** Exits in a row, and failures to get the image in a row: they set how long the next try waits. */
  readonly crashes: number;
  readonly pullFailures: number;
  /** Why it is to stop, once that is decided. */
  readonly kill: Kill | undefined;
}

const policyOf = ({ work }: ContainerContext): string => work.record.spec.imagePullPolicy ?? defaultPullPolicy(work.image);

const newestIs = (event: ContainerEvent, state: string): boolean =>
  (event.type === "found" || event.type === "adopt") && event.attempts.at(-1)?.state === state;

const isRestarted = ({ work, kill }: ContainerContext): boolean => {
  const { state, role } = work.record;
  return (
    kill?.afterwards === "restarts" || state.kind !== "terminated" || restartsAfter(work.pod.restartPolicy, role, state.exitCode)
  );
};

/** Where to go on from what the runtime has of the container, when this kubelet takes it over. */
const adopted = [
  { guard: "foundRunning", target: "#container.running", actions: "adoptFound" },
  { guard: "foundExit", target: "#container.exited", actions: ["adoptFound", "noteFoundExit"] },
  { guard: "foundCreated", target: "#container.starting", actions: "adoptFound" },
  { target: "#container.preparing" },
] as const;

/** The same after the runtime was away: meanwhile it may have lost the container, or the container may have to end. */
const sorted = [
  { guard: "foundRunningToStop", target: "#container.stopping.killing", actions: "adoptFound" },
  { guard: "foundRunning", target: "#container.running", actions: "adoptFound" },
  { guard: "foundExit", target: "#container.exited", actions: ["adoptFound", "noteFoundExit"] },
  { guard: "foundVanished", target: "#container.exited", actions: "noteVanished" },
  { guard: "isToEnd", target: "#container.terminated" },
  { guard: "foundCreated", target: "#container.starting", actions: "adoptFound" },
  { target: "#container.preparing" },
] as const;

export const containerMachine = setup({
  types: { context: {} as ContainerContext, events: {} as ContainerEvent, input: {} as { work: ContainerWork } },
  guards: {
    imageNameIsInvalid: ({ context }) => !isImageName(context.work.image),
    pullsAlways: ({ context }) => policyOf(context) === "Always",
    pullsNever: ({ context }) => policyOf(context) === "Never",
    hasPostStart: ({ context }) => context.work.record.spec.lifecycle?.postStart !== undefined,
    hasPreStop: ({ context }) => context.work.record.spec.lifecycle?.preStop !== undefined && context.work.graceLeftMs() > 0,
    /** One that was up already before this kubelet came is not started up again. */
    startsUp: ({ context }) => context.work.probes.hasStartup && !context.work.record.started,
    hookFailed: ({ event }) => event.type === "postStart.ended" && event.error !== undefined,
    foundCreated: ({ event }) => newestIs(event, "CONTAINER_CREATED"),
    foundRunning: ({ event }) => newestIs(event, "CONTAINER_RUNNING"),
    foundRunningToStop: ({ context, event }) => newestIs(event, "CONTAINER_RUNNING") && context.kill !== undefined,
    /** The newest attempt has ended, which the record does not know yet. */
    foundExit: ({ context, event }) => {
      if ((event.type !== "found" && event.type !== "adopt") || !newestIs(event, "CONTAINER_EXITED")) return false;
      return !context.work.record.knowsExitOf(event.attempts.at(-1)?.id ?? "");
    },
    foundVanished: ({ context, event }) =>
      event.type === "found" && event.attempts.length === 0 && context.work.record.state.kind === "running",
    isToEnd: ({ context }) => context.kill?.afterwards === "ends",
    isRestartedLater: ({ context }) => isRestarted(context) && crashBackoffMs(context.crashes) > 0,
    isRestarted: ({ context }) => isRestarted(context),
  },
  actions: {
    ...actions,
    countCrash: assign({
      crashes: ({ context: { work, crashes, kill } }) =>
        kill?.afterwards === "restarts" ? 0 : work.ranMs() >= timings.crashBackoffResetMs ? 1 : crashes + 1,
    }),
    countPullFailure: assign({ pullFailures: ({ context }) => context.pullFailures + 1 }),
    forgetPullFailures: assign({ pullFailures: 0 }),
    keepKill: assign({
      kill: ({ context, event }) => (event.type === "terminate" || event.type === "spec.changed" ? event.kill : context.kill),
    }),
    killForStartup: assign({ kill: ({ context }) => killOf(context, "startupProbe") }),
    killForLiveness: assign({ kill: ({ context }) => killOf(context, "livenessProbe") }),
    killForHook: assign({ kill: ({ context }) => killOf(context, "postStart") }),
    forgetKill: assign({ kill: ({ context }) => (context.kill?.afterwards === "ends" ? context.kill : undefined) }),
  },
  delays: {
    imageErrorShown: imageErrorShownMs,
    imageBackoff: ({ context }) => imageBackoffMs(context.pullFailures),
    crashBackoff: ({ context }) => Math.max(0, crashBackoffMs(context.crashes) - context.work.sinceExitMs()),
    configurationRetry: timings.configurationRetryMs,
    runtimeRetry: timings.runtimeRetryMs,
    graceLeft: ({ context }) => context.work.graceLeftMs(),
  },
}).createMachine({
  id: "container",
  context: ({ input }) => ({ work: input.work, crashes: 0, pullFailures: 0, kill: undefined }),
  initial: "waiting",
  on: { terminate: { target: ".terminated", actions: "keepKill" } },
  states: {
    waiting: { on: { start: "preparing", adopt: adopted } },

    preparing: {
      always: [
        { guard: "imageNameIsInvalid", target: "invalidImageName" },
        { guard: "pullsAlways", target: "pulling" },
        { target: "checkingImage" },
      ],
    },
    invalidImageName: { entry: "showInvalidImageName", on: { "spec.changed": "preparing" } },
    checkingImage: {
      entry: "checkImage",
      on: {
        "image.present": { target: "configuring", actions: ["reportPresent", "noteImage"] },
        "image.absent": [{ guard: "pullsNever", target: "errImageNeverPull" }, { target: "pulling" }],
        "runtime.lost": "waitingForRuntime",
      },
    },
    errImageNeverPull: {
      entry: "showNeverPull",
      after: { configurationRetry: "checkingImage" },
      on: { "spec.changed": "preparing" },
    },
    pulling: {
      entry: "pull",
      on: {
        "image.pulled": { target: "configuring", actions: ["reportPulled", "noteImage", "forgetPullFailures"] },
        "image.refused": { target: "errImagePull", actions: ["countPullFailure", "showPullError"] },
        "runtime.lost": "waitingForRuntime",
      },
    },
    errImagePull: { after: { imageErrorShown: "imagePullBackOff" }, on: { "spec.changed": "preparing" } },
    imagePullBackOff: {
      entry: "showPullBackOff",
      after: { imageBackoff: "pulling" },
      on: { "spec.changed": "preparing" },
    },

    configuring: {
      entry: "configure",
      on: {
        configured: "creating",
        "configuration.failed": { target: "createContainerConfigError", actions: "showConfigurationError" },
      },
    },
    createContainerConfigError: { after: { configurationRetry: "configuring" }, on: { "spec.changed": "preparing" } },
    creating: {
      entry: "create",
      on: {
        created: { target: "starting", actions: "noteCreated" },
        "create.refused": { target: "createContainerError", actions: "showCreateError" },
        "runtime.lost": "waitingForRuntime",
      },
    },
    createContainerError: { after: { configurationRetry: "preparing" }, on: { "spec.changed": "preparing" } },
    starting: {
      entry: "start",
      on: {
        started: [
          { guard: "hasPostStart", target: "postStart", actions: "noteStarted" },
          { target: "running", actions: "noteStarted" },
        ],
        "start.refused": { target: "exited", actions: "noteStartRefused" },
        exited: { target: "exited", actions: "noteExit" },
        terminate: { target: "stopping.killing", actions: ["keepKill", "setDeadline"] },
        "runtime.lost": "waitingForRuntime",
      },
    },

    postStart: {
      entry: ["runPostStart", "tellChanged"],
      on: {
        "postStart.ended": [
          { guard: "hookFailed", target: "stopping", actions: ["reportHookFailure", "killForHook", "setDeadline"] },
          { target: "running" },
        ],
        exited: { target: "exited", actions: "noteExit" },
        terminate: { target: "stopping", actions: ["keepKill", "setDeadline"] },
      },
    },
    running: {
      initial: "deciding",
      exit: "stopProbes",
      on: {
        exited: { target: "exited", actions: "noteExit" },
        terminate: { target: "stopping", actions: ["keepKill", "setDeadline"] },
        "spec.changed": { target: "stopping", actions: ["keepKill", "setDeadline"] },
      },
      states: {
        deciding: { always: [{ guard: "startsUp", target: "startingUp" }, { target: "up" }] },
        startingUp: {
          entry: ["startStartupProbe", "tellChanged"],
          exit: "stopStartupProbe",
          on: {
            "startup.succeeded": "up",
            "startup.failed": { target: "#container.stopping", actions: ["killForStartup", "setDeadline"] },
          },
        },
        up: {
          entry: ["noteUp", "startOtherProbes", "tellChanged"],
          on: {
            "readiness.changed": { actions: ["noteReadiness", "tellChanged"] },
            "liveness.failed": { target: "#container.stopping", actions: ["killForLiveness", "setDeadline"] },
          },
        },
      },
    },

    stopping: {
      initial: "deciding",
      entry: "reportKilling",
      on: {
        exited: { target: "exited", actions: "noteExit" },
        terminate: { target: ".killing", actions: ["keepKill", "setDeadline"] },
        "runtime.lost": "waitingForRuntime",
      },
      states: {
        deciding: { always: [{ guard: "hasPreStop", target: "preStop" }, { target: "killing" }] },
        preStop: {
          entry: "runPreStop",
          on: { "preStop.ended": { target: "killing", actions: "reportPreStop" } },
          after: { graceLeft: "killing" },
        },
        killing: { entry: "stop", on: { "stop.answered": "readingExit" } },
        /** It has stopped, and how was not heard: the runtime is asked. */
        readingExit: { entry: "inspect", on: { found: { target: "#container.exited", actions: "noteFoundExit" } } },
      },
    },

    exited: {
      entry: "countCrash",
      exit: "forgetKill",
      always: [
        { guard: "isToEnd", target: "terminated" },
        { guard: "isRestartedLater", target: "crashLoopBackOff" },
        { guard: "isRestarted", target: "preparing", actions: "tellChanged" },
        { target: "terminated" },
      ],
    },
    crashLoopBackOff: {
      entry: ["showCrashLoop", "refreshVolumes"],
      after: { crashBackoff: "preparing" },
      on: {
        terminate: { target: "terminated", actions: ["keepKill", "showLastExit"] },
        "spec.changed": "preparing",
      },
    },

    /** What a runtime that did not answer has done is not known: it is asked for what it has before anything is tried again. */
    waitingForRuntime: {
      after: { runtimeRetry: "inspecting" },
      on: { terminate: { actions: ["keepKill", "setDeadline"] } },
    },
    inspecting: {
      entry: "inspect",
      on: {
        found: sorted,
        terminate: { actions: ["keepKill", "setDeadline"] },
        "runtime.lost": "waitingForRuntime",
      },
    },

    terminated: { type: "final" },
  },
});
