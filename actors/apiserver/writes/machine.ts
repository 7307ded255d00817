/**
 * One write: what is to be written is planned from what the cache has, and committed on the condition that this is still
 * what etcd has. When it is not, the write is planned anew. Nothing is refused because of what a stale cache says: first
 * the cache is brought up to date. A plan that depends on what somebody outside says, such as a webhook, asks first; one that
 * spends from quotas waits for its turn. An object that is too large with what it says of its owners is written without.
 */
import { setup } from "xstate";
import type { Write } from "./write.js";

export type WriteEvent =
  | { type: "fresh" }
  | { type: "consulted" }
  | { type: "turn" }
  | { type: "lease.ready" }
  | { type: "lease.failed" }
  | { type: "committed" }
  | { type: "conflicted" }
  | { type: "lease.lost" }
  | { type: "too.large" }
  | { type: "failed" }
  /** Who asked has gone away. */
  | { type: "abandoned" };

export const writeMachine = setup({
  types: { context: {} as { write: Write }, events: {} as WriteEvent, input: {} as { write: Write } },
  guards: {
    mustConsult: ({ context }) => context.write.mustConsult,
    mustBeConfirmed: ({ context }) => context.write.mustBeConfirmed,
    hasNothingToCommit: ({ context }) => context.write.hasNothingToCommit,
    mustAwaitTurn: ({ context }) => context.write.mustAwaitTurn,
    needsLease: ({ context }) => context.write.needsLease,
    knowsWhatIsStored: ({ context }) => context.write.knowsWhatIsStored,
    triedTooOften: ({ context }) => context.write.triedTooOften,
    isAbandoned: ({ context }) => context.write.isAbandoned,
  },
  actions: {
    plan: ({ context }) => context.write.makePlan(),
    consult: ({ context, self }) => context.write.consult(() => self.send({ type: "consulted" })),
    stopConsulting: ({ context }) => context.write.stopConsulting(),
    confirm: ({ context, self }) => context.write.confirm(() => self.send({ type: "fresh" })),
    stopWaiting: ({ context }) => context.write.stopWaiting(),
    takeFromCache: ({ context }) => context.write.takeFromCache(),
    takeTurn: ({ context, self }) => context.write.takeTurn(() => self.send({ type: "turn" })),
    leaveLine: ({ context }) => context.write.leaveLine(),
    lease: ({ context, self }) => context.write.lease((ready) => self.send({ type: ready ? "lease.ready" : "lease.failed" })),
    leaveManagersOut: ({ context }) => context.write.leaveManagersOut(),
    commit: ({ context, self }) => context.write.commit((type) => self.send({ type })),
    answer: ({ context }) => context.write.answer(),
    refuseAsContended: ({ context }) => context.write.refuseAsContended(),
    refuseAsTimeout: ({ context }) => context.write.refuseAsTimeout(),
    noteAbandoned: ({ context }) => context.write.abandon(),
  },
  delays: {
    deadline: ({ context }) => context.write.deadlineMs,
    consultDeadline: ({ context }) => context.write.consultLeftMs,
  },
}).createMachine({
  id: "write",
  context: ({ input }) => input,
  initial: "planned",
  // What has not begun is not begun any more; what etcd has been asked for goes on.
  on: { abandoned: { target: ".timedOut", actions: "refuseAsTimeout" } },
  states: {
    planned: {
      always: [
        { guard: "mustConsult", target: "consulting" },
        { guard: "mustBeConfirmed", target: "confirming" },
        { guard: "hasNothingToCommit", target: "answered" },
        { guard: "mustAwaitTurn", target: "queueing" },
        { guard: "needsLease", target: "leasing" },
        { target: "committing" },
      ],
    },
    consulting: {
      entry: "consult",
      exit: "stopConsulting",
      on: { consulted: { target: "planned", actions: "plan" } },
      after: { consultDeadline: { target: "timedOut", actions: "refuseAsTimeout" } },
    },
    confirming: {
      entry: "confirm",
      exit: "stopWaiting",
      on: { fresh: { target: "planned", actions: ["takeFromCache", "plan"] } },
      after: { deadline: { target: "timedOut", actions: "refuseAsTimeout" } },
    },
    queueing: {
      entry: "takeTurn",
      on: { turn: { target: "planned", actions: "plan" } },
      after: { deadline: { target: "timedOut", actions: "refuseAsTimeout" } },
    },
    leasing: {
      entry: "lease",
      on: { "lease.ready": "committing", "lease.failed": "answered", abandoned: { actions: "noteAbandoned" } },
    },
    committing: {
      entry: "commit",
      on: {
        committed: "answered",
        conflicted: "conflicted",
        "lease.lost": "leasing",
        "too.large": { target: "committing", reenter: true, actions: "leaveManagersOut" },
        failed: "answered",
        abandoned: { actions: "noteAbandoned" },
      },
    },
    conflicted: {
      always: [
        { guard: "isAbandoned", target: "timedOut", actions: "refuseAsTimeout" },
        { guard: "triedTooOften", target: "timedOut", actions: "refuseAsContended" },
        { guard: "knowsWhatIsStored", target: "planned", actions: "plan" },
        { target: "confirming" },
      ],
    },
    answered: { entry: ["leaveLine", "answer"], type: "final" },
    timedOut: { entry: "leaveLine", type: "final" },
  },
});
