/**
 * kube-proxy: the node's networking. It follows Services and EndpointSlices, and serves every ClusterIP and NodePort by a
 * listener of its own.
 */
import { setup } from "xstate";
import type { ComponentInput, StopEvent } from "../../src/actor/define.js";
import type { Incoming } from "../../src/wire/declare.js";
import type { LinkEvent } from "../../src/wire/link.js";
import type { KubeProxyIo } from "./io/io.js";
import type { kubeProxyMessages } from "./messages.js";
import { NodeProxy } from "./node-proxy.js";

export type KubeProxyEvent =
  | Incoming<typeof kubeProxyMessages>
  | LinkEvent
  | StopEvent
  /** Services and EndpointSlices are both known. */
  | { type: "synced" }
  /** A Service or an EndpointSlice has changed. */
  | { type: "changed" };

export const kubeProxyMachine = setup({
  types: { context: {} as { proxy: NodeProxy }, events: {} as KubeProxyEvent, input: {} as ComponentInput<KubeProxyIo> },
  actions: {
    follow: ({ context, self }) => context.proxy.follow((event) => self.send(event)),
    syncRules: ({ context }) => context.proxy.syncRules(),
    answerSyncing: ({ context, event }) => event.type === "health" && event.respond.ok(context.proxy.health(false)),
    answerSynced: ({ context, event }) => event.type === "health" && event.respond.ok(context.proxy.health(true)),
    withdrawAll: ({ context }) => context.proxy.withdrawAll(),
  },
  delays: {
    /** Changes that come close together are taken together. */
    syncDelay: 5,
  },
}).createMachine({
  id: "kube-proxy",
  context: ({ input }) => ({ proxy: new NodeProxy(input.host, input.io) }),
  initial: "syncing",
  entry: "follow",
  on: { stop: ".stopped" },
  states: {
    syncing: {
      on: { synced: "proxying", health: { actions: "answerSyncing" } },
    },
    proxying: {
      initial: "stale",
      states: {
        stale: {
          after: { syncDelay: "current" },
          on: { health: { actions: "answerSyncing" } },
        },
        current: {
          entry: "syncRules",
          on: { changed: "stale", health: { actions: "answerSynced" } },
        },
      },
    },
    stopped: { type: "final", entry: "withdrawAll" },
  },
});
