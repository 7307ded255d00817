/** The roles and bindings that every cluster has: compared with what is there, and written until nothing is missing. */
import { setup } from "xstate";
import type { AccessBootstrap } from "./bootstrap.js";

export const accessBootstrapMachine = setup({
  types: {
    context: {} as { bootstrap: AccessBootstrap },
    events: {} as { type: "written" } | { type: "overtaken" } | { type: "failed" } | { type: "fresh" },
    input: {} as { bootstrap: AccessBootstrap },
  },
  guards: { complete: ({ context }) => context.bootstrap.complete },
  actions: {
    compare: ({ context }) => context.bootstrap.compare(),
    write: ({ context, self }) => context.bootstrap.write((type) => self.send({ type })),
    refresh: ({ context, self }) => context.bootstrap.refresh(() => self.send({ type: "fresh" })),
    tellDone: ({ context }) => context.bootstrap.onDone(),
  },
  delays: { backoff: 200 },
}).createMachine({
  id: "access-bootstrap",
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
