/** A stand-in for a kubelet: asks its API server again and again, and tells the test what it hears over a channel. */
import { BroadcastChannel } from "node:worker_threads";
import { setup } from "xstate";
import { apiserverMessages } from "../../../actors/apiserver/messages.js";
import { etcdMessages } from "../../../actors/etcd/messages.js";
import { runcMessages } from "../../../actors/runc/messages.js";
import { type ComponentInput, defineActor, type StopEvent } from "../../../src/actor/define.js";
import { runWorker } from "../../../src/thread/worker-entry.js";
import { roleOf } from "../../../src/wire/address.js";
import type { Outcome } from "../../../src/wire/errors.js";
import type { LinkEvent } from "../../../src/wire/link.js";

/** What the test asks the stand-in to do. */
export type Order =
  | { readonly do: "get"; readonly name: string; readonly deadlineMs?: number }
  | { readonly do: "askEtcd" }
  | { readonly do: "askRuntimeOf"; readonly node: string }
  | { readonly do: "hang" }
  | { readonly do: "exhaustMemory" };

interface Io {
  tell(what: { readonly [key: string]: unknown }): void;
  listen(onOrder: (order: Order) => void): void;
}

const machine = setup({
  types: { context: {} as ComponentInput<Io>, input: {} as ComponentInput<Io>, events: {} as LinkEvent | StopEvent },
  actions: {
    listen: ({ context: { host, io } }) => {
      const onOutcome = (outcome: Outcome<unknown>) => io.tell({ incarnation: host.incarnation, outcome });
      io.listen((order) => {
        const server = host.wire.peers().find((peer) => roleOf(peer) === "apiserver") ?? "apiserver/0";
        if (order.do === "get") {
          const path = { group: "", version: "v1", resource: "pods", name: order.name };
          host.wire.call(server, apiserverMessages.get, { path }, { onOutcome, deadlineMs: order.deadlineMs ?? 2_000 });
        } else if (order.do === "askEtcd") {
          host.wire.call("etcd/0", etcdMessages.status, {}, { onOutcome });
        } else if (order.do === "askRuntimeOf") {
          host.wire.call(`runc/${order.node}`, runcMessages.listContainers, {}, { onOutcome });
        } else if (order.do === "hang") {
          for (;;);
        } else {
          const hoard: number[][] = [];
          for (;;) hoard.push(Array.from({ length: 100_000 }, (_, index) => index));
        }
      });
    },
    tellLink: ({ context: { host, io }, event }) => io.tell({ incarnation: host.incarnation, ...event }),
  },
}).createMachine({
  id: "kubelet",
  context: ({ input }) => input,
  initial: "unlinked",
  entry: "listen",
  states: {
    unlinked: { on: { "link.up": { target: "linked", actions: "tellLink" }, stop: "stopped" } },
    linked: { on: { "link.down": { target: "unlinked", actions: "tellLink" }, stop: "stopped" } },
    stopped: { type: "final" },
  },
});

runWorker<Io, { channel: string }>(defineActor<Io>({ role: "kubelet", messages: {}, machine }), ({ settings }) => {
  const out = new BroadcastChannel(`${settings.channel}-heard`);
  return {
    tell: (what) => out.postMessage(what),
    listen: (onOrder) => {
      const orders = new BroadcastChannel(`${settings.channel}-orders`);
      orders.onmessage = (message) => onOrder((message as { data: Order }).data);
    },
  };
});
