import { setup } from "xstate";
import type { DiskFailure } from "./io/disk.js";
import type { CompactRequest, Upkeep } from "./upkeep.js";

export interface UpkeepInput {
  readonly upkeep: Upkeep;
  /** Something was written that waits for a commit. */
  readonly onWork: () => void;
  /** Asks for a new segment between two commits; `log.rotated` answers. */
  readonly askForRotation: () => void;
  readonly onFailure: (failure: DiskFailure) => void;
}

type UpkeepEvent =
  | ({ readonly type: "compact" } & CompactRequest)
  | { readonly type: "log.rotated" }
  | { readonly type: "snapshot.written" }
  | { readonly type: "snapshot.named" }
  | { readonly type: "replaced.removed" };

/** Keeps history and log short: compacts what is too old, and replaces a long log by a snapshot. */
export const upkeepMachine = setup({
  types: { context: {} as UpkeepInput, input: {} as UpkeepInput, events: {} as UpkeepEvent },
  guards: { snapshotIsDue: ({ context }) => context.upkeep.snapshotIsDue },
  actions: {
    compactDue: ({ context }) => {
      context.upkeep.compactDue();
      context.onWork();
    },
    compact: ({ context, event }) => {
      if (event.type !== "compact") return;
      context.upkeep.compact(event);
      context.onWork();
    },
    hold: ({ context, event }) => event.type === "compact" && context.upkeep.hold(event),
    releaseHeld: ({ context }) => {
      context.upkeep.releaseHeld();
      context.onWork();
    },
    askForRotation: ({ context }) => context.askForRotation(),
    writeSnapshot: ({ context, self }) =>
      context.upkeep.writeSnapshot((failure) => (failure ? context.onFailure(failure) : self.send({ type: "snapshot.written" }))),
    nameSnapshot: ({ context, self }) =>
      context.upkeep.nameSnapshot((failure) => (failure ? context.onFailure(failure) : self.send({ type: "snapshot.named" }))),
    removeReplaced: ({ context, self }) =>
      context.upkeep.removeReplaced((failure) =>
        failure ? context.onFailure(failure) : self.send({ type: "replaced.removed" }),
      ),
  },
  delays: { lookEvery: ({ context }) => context.upkeep.lookEveryMs },
}).createMachine({
  id: "upkeep",
  context: ({ input }) => input,
  initial: "resting",
  states: {
    resting: {
      on: { compact: { actions: "compact" } },
      after: { lookEvery: { target: "looking", actions: "compactDue" } },
    },
    looking: { always: [{ guard: "snapshotIsDue", target: "snapshotting" }, { target: "resting" }] },
    snapshotting: {
      initial: "rotating",
      on: { compact: { actions: "hold" } },
      exit: "releaseHeld",
      states: {
        rotating: { entry: "askForRotation", on: { "log.rotated": "writing" } },
        writing: { entry: "writeSnapshot", on: { "snapshot.written": "naming" } },
        naming: { entry: "nameSnapshot", on: { "snapshot.named": "removing" } },
        removing: { entry: "removeReplaced", on: { "replaced.removed": "#upkeep.resting" } },
      },
    },
  },
});
