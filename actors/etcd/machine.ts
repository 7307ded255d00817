import { setup } from "xstate";
import type { ComponentInput, StopEvent } from "../../src/actor/define.js";
import { wireError } from "../../src/wire/errors.js";
import type { LinkEvent } from "../../src/wire/link.js";
import { stoppingError } from "./database.js";
import type { EtcdIncoming } from "./messages.js";
import { type EtcdInner, type EtcdIo, EtcdService } from "./service.js";

type EtcdEvent = EtcdIncoming | LinkEvent | StopEvent | EtcdInner;

/** What cannot be answered where it arrives. */
function refuse(event: EtcdEvent, message: string): void {
  if ("respond" in event) event.respond.error(wireError("unavailable", message));
  else if ("stream" in event) event.stream.end(wireError("unavailable", message));
}

/** In every state, before whatever refuses the rest. */
const always = { status: { actions: "tellStatus" }, "disk.failed": "#etcd.failed" } as const;

/**
 * etcd: it reads its snapshot and log, then serves. Writes that come while a frame is on its way to the disk wait and
 * share the next one; nothing is acknowledged, read or told to a watch before its frame is safe.
 */
export const etcdMachine = setup({
  types: {
    context: {} as {
      readonly service: EtcdService;
      readonly crash: (error: Error) => void;
      readonly note: (text: string) => void;
    },
    input: {} as ComponentInput<EtcdIo>,
    events: {} as EtcdEvent,
  },
  guards: {
    isFull: ({ context }) => context.service.database.isFull,
    hasWork: ({ context }) => context.service.database.hasWork,
  },
  actions: {
    listFiles: ({ context }) => context.service.list(),
    readSnapshot: ({ context }) => context.service.readSnapshot(),
    readLog: ({ context }) => context.service.readLog(),
    repairTail: ({ context }) => context.service.repair(),
    open: ({ context }) => context.service.open(),
    commit: ({ context }) => context.service.commit(),
    acknowledge: ({ context }) => context.service.database.committed(),
    rotate: ({ context }) => context.service.rotate(),
    tellRotated: ({ context }) => context.service.rotated(),

    range: ({ context, event }) => event.type === "range" && context.service.range(event),
    put: ({ context, event }) => event.type === "put" && context.service.database.put(event.request, event.respond),
    deleteRange: ({ context, event }) =>
      event.type === "deleteRange" && context.service.database.deleteRange(event.request, event.respond),
    txn: ({ context, event }) => event.type === "txn" && context.service.database.txn(event.request, event.respond),
    compact: ({ context, event }) => event.type === "compact" && context.service.compact(event),
    grantLease: ({ context, event }) => event.type === "leaseGrant" && context.service.grantLease(event),
    keepLeaseAlive: ({ context, event }) => event.type === "leaseKeepAlive" && context.service.keepLeaseAlive(event),
    revokeLease: ({ context, event }) =>
      event.type === "leaseRevoke" && context.service.database.revokeLease(event.request.id, event.respond),
    tellTimeToLive: ({ context, event }) => event.type === "leaseTimeToLive" && context.service.tellTimeToLive(event),
    endExpiredLeases: ({ context }) => context.service.endExpiredLeases(),
    watch: ({ context, event }) => event.type === "watch" && context.service.watch(event),
    tellRevision: ({ context, event }) =>
      event.type === "currentRevision" && event.respond.ok({ revision: context.service.database.store.committed }),
    tellHash: ({ context, event }) => event.type === "hash" && context.service.tellHash(event),
    tellStatus: ({ context, event, self }) => {
      if (event.type !== "status") return;
      const { value } = self.getSnapshot();
      event.respond.ok(context.service.status(typeof value === "string" ? value : (Object.keys(value)[0] ?? "")));
    },

    refuseOverloaded: ({ event }) =>
      "respond" in event && event.respond.error(wireError("overloaded", "etcdserver: too many requests")),
    refuseOpening: ({ event }) => refuse(event, "etcd is reading its log"),
    refuseStopping: ({ event }) => refuse(event, "etcd is stopping"),
    refuseDamaged: ({ context, event }) => refuse(event, `etcd does not serve: ${context.service.problem}`),

    keepProblem: ({ context, event }) => {
      if (event.type === "recovery.damaged") context.service.problem = event.problem;
    },
    noteProblem: ({ context }) => context.note(`etcd does not serve: ${context.service.problem}`),
    endAllStopping: ({ context }) => context.service.endAll(stoppingError()),
    crash: ({ context, event }) => {
      if (event.type !== "disk.failed") return;
      const { code, message } = event.failure;
      // What a failed sync left on the disk is unknown: only the log can say, once it is read again.
      context.service.endAll(wireError("internal", `etcd's disk failed: ${message}`));
      context.crash(new Error(`etcd's disk failed (${code}): ${message}`));
    },
  },
}).createMachine({
  id: "etcd",
  context: ({ input, self }) => ({
    service: new EtcdService(input, (event) => self.send(event)),
    crash: (error) => input.host.crash(error),
    note: (text) => input.host.note(text),
  }),
  initial: "opening",
  states: {
    opening: {
      initial: "listing",
      on: {
        "recovery.damaged": { target: "damaged", actions: "keepProblem" },
        stop: "stopped",
        ...always,
        "*": { actions: "refuseOpening" },
      },
      states: {
        listing: { entry: "listFiles", on: { "recovery.stepped": "readingSnapshot" } },
        readingSnapshot: { entry: "readSnapshot", on: { "recovery.stepped": "replayingLog" } },
        replayingLog: { entry: "readLog", on: { "recovery.stepped": "repairing" } },
        repairing: { entry: "repairTail", on: { "recovery.stepped": "#etcd.serving" } },
      },
    },
    serving: {
      entry: "open",
      initial: "idle",
      on: {
        ...always,
        range: { actions: "range" },
        put: [{ guard: "isFull", actions: "refuseOverloaded" }, { actions: "put" }],
        deleteRange: [{ guard: "isFull", actions: "refuseOverloaded" }, { actions: "deleteRange" }],
        txn: [{ guard: "isFull", actions: "refuseOverloaded" }, { actions: "txn" }],
        compact: { actions: "compact" },
        leaseGrant: [{ guard: "isFull", actions: "refuseOverloaded" }, { actions: "grantLease" }],
        leaseKeepAlive: { actions: "keepLeaseAlive" },
        leaseRevoke: [{ guard: "isFull", actions: "refuseOverloaded" }, { actions: "revokeLease" }],
        leaseTimeToLive: { actions: "tellTimeToLive" },
        "leases.expired": { actions: "endExpiredLeases" },
        watch: { actions: "watch" },
        currentRevision: { actions: "tellRevision" },
        hash: { actions: "tellHash" },
      },
      states: {
        idle: {
          always: { guard: "hasWork", target: "committing" },
          on: { "work.added": { guard: "hasWork", target: "committing" }, "rotation.asked": "rotating", stop: "#etcd.stopped" },
        },
        committing: {
          entry: "commit",
          initial: "only",
          on: { stop: "#etcd.stopping.finishing" },
          states: {
            only: {
              on: { "frame.safe": { target: "#etcd.serving.idle", actions: "acknowledge" }, "rotation.asked": "thenRotating" },
            },
            thenRotating: { on: { "frame.safe": { target: "#etcd.serving.rotating", actions: "acknowledge" } } },
          },
        },
        rotating: {
          entry: "rotate",
          on: { "log.rotated": { target: "idle", actions: "tellRotated" }, stop: "#etcd.stopping.rotating" },
        },
      },
    },
    /** What was accepted is still made safe and acknowledged. */
    stopping: {
      initial: "checking",
      on: { ...always, "*": { actions: "refuseStopping" } },
      states: {
        checking: { always: [{ guard: "hasWork", target: "committing" }, { target: "#etcd.stopped" }] },
        committing: { entry: "commit", on: { "frame.safe": { target: "checking", actions: "acknowledge" } } },
        /** A frame was on its way when the stop came. */
        finishing: { on: { "frame.safe": { target: "checking", actions: "acknowledge" } } },
        rotating: { on: { "log.rotated": "checking" } },
      },
    },
    stopped: { entry: "endAllStopping", type: "final" },
    /** What was acknowledged cannot be read any more. Only a person can decide what to do. */
    damaged: { entry: "noteProblem", on: { stop: "stopped", status: always.status, "*": { actions: "refuseDamaged" } } },
    failed: { entry: "crash" },
  },
});
