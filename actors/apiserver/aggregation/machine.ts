/**
 * What an API server does about APIServices: those of custom resources come and go with their definitions, and each says
 * whether it is available, which for extension API servers is asked now and then.
 */
import { setup } from "xstate";
import type { ApiServices } from "./api-services.js";

export const apiServicesMachine = setup({
  types: {
    context: {} as { services: ApiServices },
    events: {} as { type: "changed" } | { type: "written" } | { type: "failed" } | { type: "checked" },
    input: {} as { services: ApiServices },
  },
  guards: {
    mustWrite: ({ context }) => context.services.task.what !== "nothing" && context.services.task.what !== "check",
    mustCheck: ({ context }) => context.services.task.what === "check",
    hasExtensions: ({ context }) => context.services.hasExtensions,
  },
  actions: {
    follow: ({ context, self }) => context.services.follow(() => self.send({ type: "changed" })),
    look: ({ context }) => context.services.look(),
    write: ({ context, self }) => context.services.write((type) => self.send({ type })),
    check: ({ context, self }) => context.services.check(() => self.send({ type: "checked" })),
    giveUp: ({ context }) => context.services.giveUp(),
    noteSilence: ({ context }) => context.services.tookTooLong(),
  },
  delays: { backoff: 200, checkEvery: 1_000, checkPatience: 5_000 },
}).createMachine({
  id: "apiServices",
  context: ({ input }) => input,
  entry: "follow",
  initial: "looking",
  states: {
    looking: {
      entry: "look",
      always: [
        { guard: "mustWrite", target: "writing" },
        { guard: "mustCheck", target: "checking" },
        { guard: "hasExtensions", target: "watching" },
        { target: "settled" },
      ],
    },
    settled: { on: { changed: "looking" } },
    /** Extension API servers come and go without a word. */
    watching: { on: { changed: "looking" }, after: { checkEvery: "looking" } },
    writing: { entry: "write", on: { written: "looking", failed: "backingOff" } },
    checking: {
      entry: "check",
      exit: "giveUp",
      on: { checked: "looking" },
      after: { checkPatience: { target: "looking", actions: "noteSilence" } },
    },
    backingOff: { after: { backoff: "looking" } },
  },
});
