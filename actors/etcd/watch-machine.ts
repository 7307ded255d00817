import { setup } from "xstate";
import type { WireError } from "../../src/wire/errors.js";
import type { WatchSession } from "./watch-session.js";

/** How often a watch that asked for it is told how far it is. etcd's default is ten minutes; kube-apiserver runs it with this. */
const progressIntervalMs = 5_000;

type WatchChartEvent =
  /** The replay has told everything, or as much as the reader can take for now. */
  | { readonly type: "replay.rested" }
  /** The reader has taken all that waited for it. */
  | { readonly type: "drained" }
  | { readonly type: "progress.requested"; readonly progress: number }
  /** The reader gave the watch up, was cut off or went away. */
  | { readonly type: "closed" }
  /** The store ends. */
  | { readonly type: "store.ends"; readonly error: WireError };

/** One watch: it replays what it missed, then follows what is committed. */
export const watchMachine = setup({
  types: {
    context: {} as { readonly session: WatchSession },
    input: {} as { readonly session: WatchSession },
    events: {} as WatchChartEvent,
  },
  guards: {
    isCompacted: ({ context }) => context.session.isCompacted,
    isCaughtUp: ({ context }) => context.session.isCaughtUp,
    wantsProgress: ({ context }) => context.session.progressNotify,
  },
  actions: {
    greet: ({ context }) => context.session.greet(),
    replay: ({ context, self }) => {
      context.session.replay();
      self.send({ type: "replay.rested" });
    },
    join: ({ context }) => context.session.join(),
    leave: ({ context }) => context.session.leave(),
    keepQuestion: ({ context, event }) => event.type === "progress.requested" && context.session.askedForProgress(event.progress),
    answerProgress: ({ context, event }) => event.type === "progress.requested" && context.session.tellProgress(event.progress),
    tellProgress: ({ context }) => context.session.tellProgress(),
    endCompacted: ({ context }) => context.session.endCompacted(),
    endStream: ({ context, event }) => event.type === "store.ends" && context.session.end(event.error),
  },
  delays: { progressInterval: progressIntervalMs },
}).createMachine({
  id: "watch",
  context: ({ input }) => input,
  initial: "starting",
  on: { closed: ".closed", "store.ends": { target: ".closed", actions: "endStream" } },
  states: {
    starting: { entry: "greet", always: "replaying" },
    replaying: {
      entry: "replay",
      on: {
        "replay.rested": [
          { guard: "isCompacted", target: "closed", actions: "endCompacted" },
          { guard: "isCaughtUp", target: "synced" },
        ],
        drained: { target: "replaying", reenter: true },
        "progress.requested": { actions: "keepQuestion" },
      },
    },
    synced: {
      entry: "join",
      exit: "leave",
      on: { "progress.requested": { actions: "answerProgress" } },
      after: { progressInterval: { guard: "wantsProgress", target: "synced", actions: "tellProgress", reenter: true } },
    },
    closed: { type: "final" },
  },
});
