/** A request for a token: its account is looked up in a cache that is up to date, then the token is signed. */
import { setup } from "xstate";
import type { TokenIssue } from "./token-request.js";

export const tokenRequestMachine = setup({
  types: {
    context: {} as { issue: TokenIssue },
    events: {} as { type: "fresh" } | { type: "signed" },
    input: {} as { issue: TokenIssue },
  },
  guards: { refused: ({ context }) => context.issue.refused },
  actions: {
    confirm: ({ context, self }) => context.issue.confirm(() => self.send({ type: "fresh" })),
    prepare: ({ context }) => context.issue.prepare(),
    sign: ({ context, self }) => context.issue.sign(() => self.send({ type: "signed" })),
    answer: ({ context }) => context.issue.answer(),
  },
  delays: { patience: 10_000 },
}).createMachine({
  id: "token-request",
  context: ({ input }) => input,
  initial: "confirming",
  states: {
    confirming: { entry: "confirm", on: { fresh: "preparing" }, after: { patience: "answered" } },
    preparing: { entry: "prepare", always: [{ guard: "refused", target: "answered" }, { target: "signing" }] },
    signing: { entry: "sign", on: { signed: "answered" }, after: { patience: "answered" } },
    answered: { entry: "answer", type: "final" },
  },
});
