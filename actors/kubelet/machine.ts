/**
 * The kubelet: the agent of one node. It makes the node known, renews its Lease, reports how it is, and runs the pods
 * that the API assigns to it, each in a chart of its own.
 * Source: "Nodes", "Leases" and "The kubelet" in the Kubernetes documentation.
 */
import { setup } from "xstate";
import type { ComponentInput } from "../../src/actor/define.js";
import { roleOf } from "../../src/wire/address.js";
import { kubeletTimings as timings } from "./configuration.js";
import type { KubeletIo } from "./io/io.js";
import { Kubelet } from "./kubelet.js";
import * as actions from "./root/actions.js";
import type { KubeletEvent } from "./root/events.js";
import { RootWork } from "./root/work.js";

export interface KubeletContext {
  readonly work: RootWork;
}

export const kubeletMachine = setup({
  types: { context: {} as KubeletContext, events: {} as KubeletEvent, input: {} as ComponentInput<KubeletIo> },
  guards: {
    isApiserver: ({ event }) => event.type === "link.up" && roleOf(event.peer) === "apiserver",
    isLinked: ({ context }) => context.work.isLinked,
    readinessIsNews: ({ context }) => context.work.readinessIsNews,
    statusIsNews: ({ context }) => context.work.statusIsNews,
  },
  actions,
  delays: {
    apiRetry: timings.retryMs,
    statusUpdate: timings.nodeStatusUpdateMs,
    leaseRenewal: timings.leaseRenewMs,
    relist: timings.relistMs,
    runtimeRetry: timings.runtimeRetryMs,
    runtimeMissed: timings.runtimeMissedMs,
    proxyQuestion: ({ context }) => (context.work.proxyIsSynced ? timings.nodeStatusUpdateMs : timings.proxyRetryMs),
    proxyRetry: timings.proxyRetryMs,
  },
}).createMachine({
  id: "kubelet",
  context: ({ input }) => ({ work: new RootWork(new Kubelet(input.host, input.io)) }),
  initial: "unlinked",
  on: {
    stop: ".stopped",
    containerLogs: { actions: "serveLogs" },
    exec: { actions: "serveExec" },
    attach: { actions: "serveAttach" },
    portForward: { actions: "servePortForward" },
    ask: { actions: "serveAsk" },
    healthz: { actions: "serveHealth" },
  },
  states: {
    unlinked: { on: { "link.up": { guard: "isApiserver", target: "running" } } },
    running: {
      type: "parallel",
      entry: "followApi",
      states: {
        node: {
          initial: "registering",
          states: {
            registering: {
              entry: "register",
              on: { "node.registered": "posting", "node.exists": "registeringAgain", "node.refused": "waitingToRegister" },
            },
            registeringAgain: {
              entry: "registerAgain",
              on: { "node.registered": "posting", "node.refused": "waitingToRegister" },
            },
            waitingToRegister: { after: { apiRetry: "registering" } },
            posting: {
              entry: "postStatus",
              on: {
                "node.posted": "comparing",
                "node.missing": "registering",
                "node.refused": "waitingToPost",
              },
            },
            waitingToPost: { after: { apiRetry: "posting" } },
            /** What changed while the last status was written has to be written too. */
            comparing: { always: [{ guard: "readinessIsNews", target: "waitingToPost" }, { target: "posted" }] },
            posted: {
              after: { statusUpdate: "updating" },
              on: { "node.changed": { guard: "readinessIsNews", target: "posting" } },
            },
            updating: { always: [{ guard: "statusIsNews", target: "posting" }, { target: "posted" }] },
          },
        },

        lease: {
          initial: "unregistered",
          states: {
            /** The Lease belongs to the node, so that it goes with it. */
            unregistered: { on: { "node.registered": "creating" } },
            creating: {
              entry: "createLease",
              on: { "lease.renewed": "renewed", "lease.exists": "renewing", "lease.refused": "waitingToCreate" },
            },
            waitingToCreate: { after: { apiRetry: "creating" } },
            renewing: {
              entry: "renewLease",
              on: { "lease.renewed": "renewed", "lease.missing": "creating", "lease.refused": "waitingToRenew" },
            },
            waitingToRenew: { after: { apiRetry: "renewing" } },
            renewed: { after: { leaseRenewal: "renewing" } },
          },
        },

        runtime: {
          initial: "down",
          states: {
            /** Nothing was heard of the container runtime for so long that the node is not ready. */
            down: {
              initial: "listing",
              entry: ["noteRuntimeDown", "tellNodeChanged"],
              on: { "runtime.listed": "ready" },
              states: {
                listing: { entry: "listRuntime", on: { "runtime.lost": "waiting" } },
                waiting: { after: { runtimeRetry: "listing" } },
              },
            },
            ready: {
              initial: "listening",
              entry: ["noteRuntimeReady", "tellNodeChanged"],
              on: { "runtime.lost": "missed" },
              states: {
                listening: { after: { relist: "relisting" }, on: { "runtime.silent": "relisting" } },
                relisting: { entry: "listRuntime", on: { "runtime.listed": "listening" } },
              },
            },
            /** It went away a short while ago, as when it is restarted. */
            missed: {
              initial: "waiting",
              // Without an API server nobody reaches the runtime: that says nothing about it.
              after: {
                runtimeMissed: [
                  { guard: "isLinked", target: "down" },
                  { target: "missed", reenter: true },
                ],
              },
              on: { "runtime.listed": "ready" },
              states: {
                waiting: { after: { runtimeRetry: "listing" } },
                listing: { entry: "listRuntime", on: { "runtime.lost": "waiting" } },
              },
            },
          },
        },

        pods: {
          initial: "unknown",
          states: {
            unknown: { on: { "api.synced": "waitingForRuntime", "runtime.listed": "waitingForApi" } },
            waitingForRuntime: { on: { "runtime.listed": "synced" } },
            waitingForApi: { on: { "api.synced": "synced" } },
            synced: { entry: "syncPods" },
          },
        },

        proxy: {
          initial: "asking",
          states: {
            asking: { entry: "askProxy", on: { "proxy.answered": "answered", "proxy.silent": "silent" } },
            answered: { after: { proxyQuestion: "asking" } },
            silent: { after: { proxyRetry: "asking" } },
          },
        },
      },
    },
    stopped: { type: "final" },
  },
});
