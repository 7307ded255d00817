/** A client's watch: it waits for the revision it begins at, follows the cache from there, and ends. */
import { setup } from "xstate";
import type { Watch } from "./watch.js";

export type WatchChartEvent =
  | { type: "fresh" }
  | { type: "reached" }
  /** The reader went away. */
  | { type: "closed" }
  /** The cache was listed anew. */
  | { type: "expired" }
  | { type: "drain" }
  /** What is watched is served otherwise now, or no longer. */
  | { type: "outdated" };

export const watchMachine = setup({
  types: { context: {} as { watch: Watch }, events: {} as WatchChartEvent, input: {} as { watch: Watch } },
  guards: {
    mustBeNewest: ({ context }) => context.watch.mustBeNewest,
    isAhead: ({ context }) => context.watch.isAhead,
    isTooOld: ({ context }) => context.watch.isTooOld,
  },
  actions: {
    confirm: ({ context, self }) => context.watch.confirm(() => self.send({ type: "fresh" })),
    awaitRevision: ({ context, self }) => context.watch.awaitRevision(() => self.send({ type: "reached" })),
    stopWaiting: ({ context }) => context.watch.stopWaiting(),
    follow: ({ context, self }) => context.watch.follow(() => self.send({ type: "expired" })),
    stopFollowing: ({ context }) => context.watch.stopFollowing(),
    refuseAsTooOld: ({ context }) => context.watch.refuseAsTooOld(),
    refuseAsTooLarge: ({ context }) => context.watch.refuseAsTooLarge(),
    refuseAsTimeout: ({ context }) => context.watch.refuseAsTimeout(),
    bookmark: ({ context }) => context.watch.bookmark(),
    end: ({ context }) => context.watch.end(),
    endUnbegun: ({ context }) => context.watch.endUnbegun(),
    endAsExpired: ({ context }) => context.watch.endAsExpired(),
  },
  delays: {
    timeout: ({ context }) => context.watch.timeoutMs,
    lastBookmark: ({ context }) => context.watch.lastBookmarkAfterMs,
    confirmationPatience: 10_000,
    futureRevisionPatience: 3_000,
  },
}).createMachine({
  id: "watch",
  context: ({ input }) => input,
  initial: "choosing",
  states: {
    choosing: {
      always: [
        { guard: "mustBeNewest", target: "confirming" },
        { guard: "isAhead", target: "awaitingRevision" },
        { guard: "isTooOld", target: "refused", actions: "refuseAsTooOld" },
        { target: "following" },
      ],
    },
    confirming: {
      entry: "confirm",
      exit: "stopWaiting",
      on: {
        fresh: "following",
        closed: "ended",
        drain: { target: "refused", actions: "refuseAsTimeout" },
        outdated: { target: "ended", actions: "endUnbegun" },
      },
      after: { confirmationPatience: { target: "refused", actions: "refuseAsTimeout" } },
    },
    awaitingRevision: {
      entry: "awaitRevision",
      exit: "stopWaiting",
      on: {
        reached: "following",
        closed: "ended",
        drain: { target: "refused", actions: "refuseAsTimeout" },
        outdated: { target: "ended", actions: "endUnbegun" },
      },
      after: { futureRevisionPatience: { target: "refused", actions: "refuseAsTooLarge" } },
    },
    following: {
      entry: "follow",
      exit: "stopFollowing",
      on: {
        closed: "ended",
        expired: { target: "ended", actions: "endAsExpired" },
        drain: { target: "ended", actions: "end" },
        outdated: { target: "ended", actions: "end" },
      },
      after: { lastBookmark: { actions: "bookmark" }, timeout: { target: "ended", actions: "end" } },
    },
    refused: { type: "final" },
    ended: { type: "final" },
  },
});
