/** Objects that every cluster has: compared with what is there, and written until nothing is missing. */
import { setup } from "xstate";
import type { BulkSetup } from "./bulk-setup.js";

export const bulkSetupMachine = setup({
  types: {
    context: {} as { bulk: BulkSetup },
    events: {} as { type: "written" } | { type: "overtaken" } | { type: "failed" } | { type: "fresh" },
    input: {} as { bulk: BulkSetup },
  },
  guards: { complete: ({ context }) => context.bulk.complete },
  actions: {
    compare: ({ context }) => context.bulk.compare(),
    write: ({ context, self }) => context.bulk.write((type) => self.send({ type })),
    refresh: ({ context, self }) => context.bulk.refresh(() => self.send({ type: "fresh" })),
    tellDone: ({ context }) => context.bulk.onDone(),
  },
  delays: { backoff: 200 },
}).createMachine({
  id: "bulk-setup",
  context: ({ input }) => input,
  initial: "comparing",
  states: {
    comparing: { always: [{ guard: "complete", target: "done" }, { target: "writing" }] },
    writing: { entry: "write", on: { written: "done", overtaken: "catchingUp", failed: "backingOff" } },
    catchingUp: { entry: "refresh", on: { fresh: { target: "comparing", actions: "compare" } } },
    backingOff: { after: { backoff: "catchingUp" } },
    done: { entry: "tellDone", type: "final" },
  },
});
