/** kube-apiserver: the gateway. It serves once its watch cache follows etcd, and goes on from its cache while etcd is away. */
import { setup } from "xstate";
import type { StopEvent } from "../../src/actor/define.js";
import type { Host } from "../../src/actor/host.js";
import type { Incoming } from "../../src/wire/declare.js";
import type { LinkEvent } from "../../src/wire/link.js";
import { etcdLinked, etcdLost } from "./events.js";
import { serveSpoken } from "./from-wire.js";
import type { ApiServerIo } from "./io/io.js";
import { startKeepers } from "./keeping/start.js";
import type { apiserverMessages } from "./messages.js";
import { Server } from "./server.js";
import { startSetup } from "./setup/start.js";
import { startUpkeep } from "./upkeep.js";
import { watchCacheMachine } from "./watch-cache/machine.js";

type Said = Incoming<typeof apiserverMessages>;

export type ApiServerEvent =
  | Said
  | LinkEvent
  | StopEvent
  | { type: "http.listening"; port: number }
  | { type: "http.failed"; problem: string }
  | { type: "http.closed" }
  | { type: "cache.following" }
  | { type: "cache.behind" }
  | { type: "setup.done" }
  | { type: "requests.idle" };

interface ApiServerContext {
  readonly server: Server;
}

const requests = ["get", "list", "create", "update", "patch", "delete", "deleteCollection", "watch"] as const;
const serve = Object.fromEntries(requests.map((name) => [name, { actions: "serve" as const }])) as Record<
  (typeof requests)[number],
  { actions: "serve" }
>;

export const apiserverMachine = setup({
  types: {
    context: {} as ApiServerContext,
    events: {} as ApiServerEvent,
    input: {} as { host: Host; io: ApiServerIo },
  },
  guards: {
    isEtcd: ({ event }) => etcdLinked(event) || etcdLost(event),
    etcdLinked: ({ context }) => context.server.etcd.linked,
    idle: ({ context }) => context.server.idle,
  },
  actions: {
    listen: ({ context, self }) =>
      context.server.io.http.listen(context.server, {
        onListening: context.server.host.bind((port) => self.send({ type: "http.listening", port })),
        onFailed: context.server.host.bind((problem) => self.send({ type: "http.failed", problem })),
      }),
    crash: ({ context, event }) => {
      if (event.type === "http.failed") context.server.host.crash(new Error(event.problem));
    },
    startCache: ({ context, self }) => {
      const onFollowing = (following: boolean) => self.send({ type: following ? "cache.following" : "cache.behind" });
      const { host, etcd } = context.server;
      host.charts.start(watchCacheMachine, { id: "watch-cache", input: { etcd, onFollowing } });
    },
    tellCache: ({ context, event }) => {
      const type = etcdLinked(event) ? "etcd.linked" : "etcd.lost";
      context.server.host.charts.get("watch-cache")?.send({ type });
    },
    setUp: ({ context, self }) => startSetup(context.server, () => self.send({ type: "setup.done" })),
    startUpkeep: ({ context }) => startUpkeep(context.server),
    open: ({ context }) => context.server.serve(),
    refuse: ({ context }) => context.server.drain(),
    startKeepers: ({ context }) => startKeepers(context.server),
    serve: ({ context, event }) => serveSpoken(context.server, event as Parameters<typeof serveSpoken>[1]),
    keepTrace: ({ context, event }) => {
      if (event.type === "trace") context.server.keepTrace(event.body);
    },
    takeAttachments: ({ context, event }) => {
      if (event.type === "attachments") context.server.attachmentsOf(event.from, event.body);
    },
    linksChanged: ({ context }) => context.server.linksChanged(),
    drainWatches: ({ context }) => context.server.drainWatches(),
    closeHttp: ({ context, self }) =>
      context.server.io.http.close(
        1_500,
        context.server.host.bind(() => self.send({ type: "http.closed" })),
      ),
    watchIdle: ({ context, self }) => {
      context.server.onIdle = () => self.send({ type: "requests.idle" });
    },
  },
  delays: { drainPatience: 3_000 },
}).createMachine({
  id: "apiserver",
  context: ({ input }) => ({ server: new Server(input.host, input.io) }),
  initial: "starting",
  on: {
    ...serve,
    trace: { actions: "keepTrace" },
    attachments: { actions: "takeAttachments" },
    "link.up": [{ guard: "isEtcd", actions: ["linksChanged", "tellCache"] }, { actions: "linksChanged" }],
    "link.down": [{ guard: "isEtcd", actions: ["linksChanged", "tellCache"] }, { actions: "linksChanged" }],
    "http.failed": { actions: "crash" },
    stop: ".draining",
  },
  states: {
    starting: {
      entry: "listen",
      on: { "http.listening": "linking" },
    },
    linking: {
      always: { guard: "etcdLinked", target: "priming" },
    },
    priming: {
      entry: "startCache",
      on: { "cache.following": "settingUp" },
    },
    settingUp: {
      entry: "setUp",
      on: { "setup.done": { target: "serving", actions: ["startUpkeep", "startKeepers"] } },
    },
    serving: {
      entry: "open",
      on: { "cache.behind": "degraded" },
    },
    degraded: {
      on: { "cache.following": "serving" },
    },
    draining: {
      entry: ["refuse", "watchIdle", "drainWatches", "closeHttp"],
      initial: "closing",
      states: {
        closing: { on: { "http.closed": "finishing" } },
        finishing: {
          always: { guard: "idle", target: "#apiserver.stopped" },
          on: { "requests.idle": "#apiserver.stopped" },
        },
      },
      on: { stop: {} },
      after: { drainPatience: "stopped" },
    },
    stopped: { type: "final" },
  },
});
