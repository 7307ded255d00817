import { setup } from "xstate";
import type { LeaseBook } from "./lease-book.js";

interface LeaseChartInput {
  readonly leases: LeaseBook;
  readonly monotonicMs: () => number;
  /** Ends the leases whose time is over. */
  readonly onExpired: () => void;
}

/** Counts down to the next end of a lease. */
export const leaseMachine = setup({
  types: {
    context: {} as LeaseChartInput,
    input: {} as LeaseChartInput,
    /** A lease was granted, which may end before all others. */
    events: {} as { readonly type: "lease.granted" },
  },
  guards: { hasLeases: ({ context }) => context.leases.size > 0 },
  actions: { endExpired: ({ context }) => context.onExpired() },
  delays: {
    untilNextEnd: ({ context }) => Math.max(0, (context.leases.nextExpiryMs() ?? 0) - context.monotonicMs()),
  },
}).createMachine({
  id: "leases",
  context: ({ input }) => input,
  initial: "checking",
  states: {
    checking: { always: [{ guard: "hasLeases", target: "counting" }, { target: "none" }] },
    none: { on: { "lease.granted": "counting" } },
    counting: {
      on: { "lease.granted": { target: "counting", reenter: true } },
      after: { untilNextEnd: { target: "checking", actions: "endExpired" } },
    },
  },
});
