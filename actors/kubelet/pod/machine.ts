/**
 * The life of one pod on its node. The kubelet records that it accepts the pod, and asks the runtime for anything only
 * once that is in etcd.
 * Source: "Pod Lifecycle", "Init Containers", "Sidecar Containers".
 */
import { setup } from "xstate";
import { kubeletTimings as timings } from "../configuration.js";
import * as actions from "./actions.js";
import type { PodEvent } from "./events.js";
import type { PodWork } from "./work.js";

export interface PodContext {
  readonly work: PodWork;
}

export const podMachine = setup({
  types: { context: {} as PodContext, events: {} as PodEvent, input: {} as { work: PodWork } },
  guards: {
    isOver: ({ context }) => ["Succeeded", "Failed"].includes(context.work.pod.pod.status?.phase ?? ""),
    isToBeDeleted: ({ context }) => context.work.pod.deletionAsked,
    isGone: ({ context }) => context.work.pod.gone,
    hasSandbox: ({ context }) => context.work.kubelet.runtime.sandboxOf(context.work.pod.uid) !== undefined,
    doesNotFit: ({ context }) => {
      const rejection = context.work.rejection();
      return rejection !== undefined && rejection.reason !== "NodeAffinity";
    },
    isNotSelected: ({ context }) => context.work.rejection()?.reason === "NodeAffinity",
    isStillRejected: ({ context, event }) => event.type === "node.read" && context.work.rejection(event.labels) !== undefined,
    hasVolumes: ({ context }) => (context.work.pod.pod.spec?.volumes ?? []).length > 0,
    namesRuntimeClass: ({ context }) => (context.work.pod.pod.spec?.runtimeClassName ?? "") !== "",
    /** Its readiness depends on conditions that others write. */
    hasReadinessGates: ({ context }) => (context.work.pod.pod.spec?.readinessGates ?? []).length > 0,
    deletionAsked: ({ event }) => event.type === "pod.updated" && event.pod.metadata.deletionTimestamp !== undefined,
    graceShortened: ({ context, event }) =>
      event.type === "pod.updated" &&
      (event.pod.metadata.deletionGracePeriodSeconds ?? Infinity) <
        (context.work.pod.pod.metadata.deletionGracePeriodSeconds ?? Infinity),
    foundReady: ({ event }) => event.type === "sandbox.found" && event.sandbox.state === "SANDBOX_READY",
    /** The containers are at their end, and only the last words are missing. */
    foundEnded: ({ context, event }) =>
      event.type === "sandbox.found" && (context.work.pod.deletionAsked || context.work.containers.allEndedIn(event)),
    mainsBegan: ({ context }) => context.work.containers.mainsBegan,
    initHasFailed: ({ context }) => context.work.containers.initHasFailed,
    initIsDone: ({ context }) => context.work.containers.initIsDone,
    mainsAreDone: ({ context }) => context.work.containers.mainsAreDone,
    mainsStopped: ({ context }) => context.work.containers.mainsStopped,
    sidecarStopped: ({ context }) => context.work.containers.sidecarStopped,
    allStopped: ({ context }) => context.work.containers.allStopped,
  },
  actions,
  delays: {
    sandboxRetry: timings.sandboxRetryMs,
    runtimeRetry: timings.runtimeRetryMs,
    apiRetry: timings.retryMs,
  },
}).createMachine({
  id: "pod",
  context: ({ input }) => ({ work: input.work }),
  initial: "admitting",
  states: {
    admitting: {
      always: [
        { guard: "isOver", target: "findingRemains" },
        { guard: "hasSandbox", target: "alive.findingSandbox" },
        { guard: "isToBeDeleted", target: "ending.settling" },
        { guard: "doesNotFit", target: "ending.settling", actions: "reject" },
        { guard: "isNotSelected", target: "readingNode" },
        { target: "alive.accepting" },
      ],
    },
    /** The node's labels may have changed since this kubelet last heard of them. */
    readingNode: {
      entry: "readNode",
      on: {
        "node.read": [
          { guard: "isStillRejected", target: "ending.settling", actions: "rejectBySelector" },
          { target: "alive.accepting" },
        ],
        "node.unread": "waitingForNode",
        "pod.updated": { actions: "takeUpdate" },
        "pod.deleted": { target: "ending.settling", actions: "noteGone" },
      },
    },
    waitingForNode: {
      after: { apiRetry: "admitting" },
      on: { "pod.updated": { actions: "takeUpdate" }, "pod.deleted": { actions: "noteGone" } },
    },

    /** It ended before this kubelet came: what the runtime still has of it is kept for its logs. */
    findingRemains: {
      entry: "findSandbox",
      on: {
        "sandbox.found": { target: "ending.over", actions: ["noteSandbox", "rememberEnded"] },
        "sandbox.absent": "ending.over",
        "runtime.lost": "waitingForRemains",
        "pod.updated": { actions: "takeUpdate" },
        "pod.deleted": { actions: "noteGone" },
      },
    },
    waitingForRemains: {
      after: { runtimeRetry: "findingRemains" },
      on: { "pod.updated": { actions: "takeUpdate" }, "pod.deleted": { actions: "noteGone" } },
    },

    alive: {
      initial: "accepting",
      entry: "watchDeadline",
      exit: "forgetDeadline",
      on: {
        "pod.updated": [
          { guard: "deletionAsked", target: "ending", actions: "takeUpdate" },
          {
            guard: "hasReadinessGates",
            actions: ["takeUpdate", "watchDeadline", "restartChanged", "startEphemeral", "considerResize", "report"],
          },
          { actions: ["takeUpdate", "watchDeadline", "restartChanged", "startEphemeral", "considerResize"] },
        ],
        "pod.deleted": { target: "ending", actions: "noteGone" },
        "status.gone": { target: "ending", actions: "noteGone" },
        "deadline.passed": { target: "ending", actions: "noteDeadlinePassed" },
        "container.changed": { actions: "report" },
        "volumes.mounted": { actions: "noteVolumes" },
      },
      states: {
        accepting: {
          entry: ["recallContainers", "report"],
          on: {
            "status.acknowledged": [
              { guard: "hasVolumes", target: "mountingVolumes" },
              { guard: "namesRuntimeClass", target: "readingRuntimeClass" },
              { target: "creatingSandbox" },
            ],
          },
        },
        mountingVolumes: {
          entry: "mountVolumes",
          on: {
            "volumes.mounted": [
              { guard: "namesRuntimeClass", target: "readingRuntimeClass", actions: "noteVolumes" },
              { target: "creatingSandbox", actions: "noteVolumes" },
            ],
          },
        },
        /** The class is read whenever a sandbox is to be made: it may have come since, or be another. */
        readingRuntimeClass: {
          entry: "readRuntimeClass",
          on: {
            "runtimeClass.read": { target: "creatingSandbox", actions: "noteRuntimeHandler" },
            "runtimeClass.absent": { target: "sandboxRefused", actions: "reportSandboxRefused" },
            "runtimeClass.unread": "waitingForRuntimeClass",
          },
        },
        waitingForRuntimeClass: { after: { apiRetry: "readingRuntimeClass" } },
        creatingSandbox: {
          entry: "makeSandbox",
          on: {
            "sandbox.made": "readingSandbox",
            "sandbox.refused": { target: "sandboxRefused", actions: "reportSandboxRefused" },
            "runtime.lost": "waitingForRuntime",
          },
        },
        sandboxRefused: {
          after: {
            sandboxRetry: [{ guard: "namesRuntimeClass", target: "readingRuntimeClass" }, { target: "creatingSandbox" }],
          },
        },
        readingSandbox: {
          entry: "readSandbox",
          on: {
            "sandbox.found": { target: "initializing", actions: "noteSandbox" },
            "runtime.lost": "waitingForRuntime",
          },
        },
        initializing: {
          entry: ["startEphemeral", "startNextInit"],
          always: [
            { guard: "initHasFailed", target: "#pod.ending" },
            { guard: "initIsDone", target: "running" },
          ],
          on: {
            "container.changed": { actions: ["startNextInit", "report"] },
            "sandbox.lost": "replacingSandbox",
          },
        },
        running: {
          entry: ["startMains", "startEphemeral", "considerResize"],
          always: { guard: "mainsAreDone", target: "#pod.ending" },
          on: { "sandbox.lost": "replacingSandbox" },
        },

        /** A sandbox is there already, or may be: the runtime is asked what it has of this pod. */
        findingSandbox: {
          entry: "findSandbox",
          on: {
            "sandbox.found": [
              { guard: "foundReady", target: "adopting", actions: ["noteSandbox", "adoptVolumes", "adoptContainers"] },
              { guard: "foundEnded", target: "#pod.ending.cleaningUp", actions: ["noteSandbox", "rememberEnded"] },
              { target: "replacingSandbox", actions: ["noteSandbox", "rememberEnded"] },
            ],
            "sandbox.absent": "accepting",
            "runtime.lost": "waitingForRuntime",
          },
        },
        waitingForRuntime: { after: { runtimeRetry: "findingSandbox" } },
        adopting: {
          always: [
            { guard: "isToBeDeleted", target: "#pod.ending" },
            { guard: "mainsBegan", target: "running", actions: "report" },
            { target: "initializing", actions: "report" },
          ],
        },
        replacingSandbox: {
          entry: ["abandonContainers", "removeSandbox"],
          on: {
            "sandbox.removed": [
              { guard: "namesRuntimeClass", target: "readingRuntimeClass", actions: ["nextSandbox", "report"] },
              { target: "creatingSandbox", actions: ["nextSandbox", "report"] },
            ],
            "runtime.lost": "waitingToReplace",
          },
        },
        waitingToReplace: { after: { runtimeRetry: "replacingSandbox" } },
      },
    },

    ending: {
      initial: "stoppingContainers",
      on: {
        "pod.updated": [{ guard: "graceShortened", actions: ["takeUpdate", "hurry"] }, { actions: "takeUpdate" }],
        "pod.deleted": { actions: ["noteGone", "hurry"] },
        "status.gone": { actions: "noteGone" },
        "container.changed": { actions: "reportSoon" },
      },
      states: {
        stoppingContainers: {
          entry: ["beginTermination", "stopMains"],
          always: { guard: "mainsStopped", target: "stoppingSidecars" },
        },
        stoppingSidecars: {
          entry: "stopSidecar",
          always: [
            { guard: "allStopped", target: "cleaningUp" },
            { guard: "sidecarStopped", target: "stoppingSidecars", reenter: true },
          ],
        },
        cleaningUp: {
          initial: "stoppingSandbox",
          states: {
            stoppingSandbox: {
              entry: "stopSandbox",
              on: {
                "sandbox.stopped": { target: "removingVolumes", actions: "noteSandboxStopped" },
                "runtime.lost": "waitingForRuntime",
              },
            },
            waitingForRuntime: { after: { runtimeRetry: "stoppingSandbox" } },
            removingVolumes: { entry: "removeVolumes", on: { "volumes.removed": "#pod.ending.settling" } },
          },
        },
        /** Its last status is written, so that nobody sees it vanish before its end was told. */
        settling: {
          entry: ["noteFinished", "report"],
          always: { guard: "isGone", target: "removing" },
          on: { "status.acknowledged": "over" },
        },
        /** It has ended and stays in the API until somebody deletes it. */
        over: {
          entry: "noteFinished",
          always: [
            { guard: "isGone", target: "removing" },
            { guard: "isToBeDeleted", target: "deleting" },
          ],
        },
        deleting: {
          entry: "deleteFromApi",
          always: { guard: "isGone", target: "removing" },
          on: { deleted: "removing", "delete.failed": "waitingToDelete" },
        },
        waitingToDelete: { after: { apiRetry: "deleting" }, always: { guard: "isGone", target: "removing" } },
        removing: {
          entry: "removeSandbox",
          on: { "sandbox.removed": "#pod.removed", "runtime.lost": "waitingToRemove" },
        },
        waitingToRemove: { after: { runtimeRetry: "removing" } },
      },
    },

    removed: { type: "final" },
  },
});
