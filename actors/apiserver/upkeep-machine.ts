/**
 * What an API server does by the clock: bookmarks every minute, a compaction of etcd every five; priority levels lend each other seats every ten seconds, and what
 * must always be there is looked after.
 */
import { setup } from "xstate";
import type { Upkeep } from "./upkeep.js";

export const upkeepMachine = setup({
  types: { context: {} as { upkeep: Upkeep }, input: {} as { upkeep: Upkeep } },
  actions: {
    bookmark: ({ context }) => context.upkeep.bookmark(),
    compact: ({ context }) => context.upkeep.compact(),
    lendSeats: ({ context }) => context.upkeep.lendSeats(),
    keepFairness: ({ context }) => context.upkeep.keepFairness(),
    keepTracking: ({ context }) => context.upkeep.keepTracking(),
  },
  delays: { bookmarkInterval: 60_000, compactionInterval: 300_000, lendingInterval: 10_000 },
}).createMachine({
  id: "upkeep",
  context: ({ input }) => input,
  type: "parallel",
  states: {
    bookmarks: {
      initial: "waiting",
      states: { waiting: { after: { bookmarkInterval: { target: "waiting", reenter: true, actions: "bookmark" } } } },
    },
    lending: {
      initial: "waiting",
      states: {
        waiting: {
          after: {
            lendingInterval: { target: "waiting", reenter: true, actions: ["lendSeats", "keepFairness", "keepTracking"] },
          },
        },
      },
    },
    compaction: {
      initial: "waiting",
      states: { waiting: { after: { compactionInterval: { target: "waiting", reenter: true, actions: "compact" } } } },
    },
  },
});
