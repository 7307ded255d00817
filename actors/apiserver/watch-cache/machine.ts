/**
 * The watch cache of an API server: lists etcd once, then follows it by one watch. A watch that breaks is resumed where it
 * was; when etcd has compacted what was missed, everything is listed again.
 */
import { setup } from "xstate";
import type { Outcome, WireError } from "../../../src/wire/errors.js";
import { type EtcdLink, rejectionOf } from "./etcd-link.js";

export type WatchCacheEvent =
  | { type: "etcd.linked" }
  | { type: "etcd.lost" }
  | { type: "listed"; outcome: Outcome<null> }
  | { type: "watch.started" }
  | { type: "watch.ended"; error?: WireError };

export interface WatchCacheInput {
  readonly etcd: EtcdLink;
  /** The cache begins, or ceases, to follow etcd. */
  readonly onFollowing: (following: boolean) => void;
}

export const watchCacheMachine = setup({
  types: { context: {} as WatchCacheInput, events: {} as WatchCacheEvent, input: {} as WatchCacheInput },
  guards: {
    linked: ({ context }) => context.etcd.linked,
    listSucceeded: ({ event }) => event.type === "listed" && event.outcome.ok,
    compacted: ({ event }) => event.type === "watch.ended" && rejectionOf(event.error)?.reason === "compacted",
  },
  actions: {
    list: ({ context, self }) => context.etcd.list((outcome) => self.send({ type: "listed", outcome })),
    stopListing: ({ context }) => context.etcd.stopListing(),
    watch: ({ context, self }) =>
      context.etcd.watch({
        onStarted: () => self.send({ type: "watch.started" }),
        onEnd: (error) => self.send(error === undefined ? { type: "watch.ended" } : { type: "watch.ended", error }),
      }),
    stopWatching: ({ context }) => context.etcd.stopWatching(),
    following: ({ context }) => context.onFollowing(true),
    notFollowing: ({ context }) => context.onFollowing(false),
  },
  delays: {
    backoff: 100,
  },
}).createMachine({
  id: "watch-cache",
  context: ({ input }) => input,
  initial: "unlinked",
  states: {
    unlinked: {
      always: { guard: "linked", target: "listing" },
      on: { "etcd.linked": "listing" },
    },
    listing: {
      entry: "list",
      exit: "stopListing",
      on: {
        listed: [{ guard: "listSucceeded", target: "following" }, { target: "backingOff" }],
        "etcd.lost": "unlinked",
      },
    },
    backingOff: {
      after: { backoff: "listing" },
      on: { "etcd.lost": "unlinked" },
    },
    following: {
      entry: "watch",
      exit: ["stopWatching", "notFollowing"],
      initial: "opening",
      states: {
        opening: { on: { "watch.started": "watching" } },
        watching: { entry: "following" },
      },
      on: {
        "watch.ended": [{ guard: "compacted", target: "relisting" }, { target: "resuming" }],
        "etcd.lost": "resuming",
      },
    },
    resuming: {
      after: { backoff: { guard: "linked", target: "following" } },
      on: { "etcd.linked": "following" },
    },
    relisting: {
      entry: "list",
      exit: "stopListing",
      on: {
        listed: [{ guard: "listSucceeded", target: "following" }, { target: "backingOff" }],
        "etcd.lost": "unlinked",
      },
    },
  },
});
