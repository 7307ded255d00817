/** Makes room for one pod: says where it is to go, and deletes its victims one after the other. */
import { assign, setup } from "xstate";
import { type ApiAnswer, type ApiWrite, askApiserver } from "../../../src/actor/api-requests.js";
import type { Host } from "../../../src/actor/host.js";
import type { Outcome } from "../../../src/wire/errors.js";
import { statusOf } from "../../apiserver/messages.js";

interface PreemptionInput {
  readonly host: Host;
  readonly writes: readonly ApiWrite[];
  /** Told at the end; when it failed, room may not come, and the pod must be tried again. */
  readonly onEnd: (done: boolean) => void;
}

type PreemptionEvent = { type: "answered"; outcome: Outcome<ApiAnswer> };

export const preemptionMachine = setup({
  types: {
    context: {} as PreemptionInput & { readonly written: number },
    events: {} as PreemptionEvent,
    input: {} as PreemptionInput,
  },
  guards: {
    // A victim that is gone already is out of the way.
    writtenOrGone: ({ event }) => event.outcome.ok || statusOf(event.outcome.error)?.code === 404,
    allWritten: ({ context }) => context.written >= context.writes.length,
  },
  actions: {
    write: ({ context, self }) => {
      const write = context.writes[context.written];
      if (write !== undefined) askApiserver(context.host, write, (outcome) => self.send({ type: "answered", outcome }));
    },
    count: assign({ written: ({ context }) => context.written + 1 }),
    noteFailure: ({ context, event }) => {
      if (!event.outcome.ok) context.host.note(`preemption failed: ${event.outcome.error.message}`);
    },
    tell: ({ context }, params: { done: boolean }) => context.onEnd(params.done),
  },
}).createMachine({
  id: "preemption",
  context: ({ input }) => ({ ...input, written: 0 }),
  initial: "writing",
  states: {
    writing: {
      entry: "write",
      on: {
        answered: [
          { guard: "writtenOrGone", target: "written", actions: "count" },
          { target: "failed", actions: "noteFailure" },
        ],
      },
    },
    written: { always: [{ guard: "allWritten", target: "done" }, { target: "writing" }] },
    done: { type: "final", entry: { type: "tell", params: { done: true } } },
    failed: { type: "final", entry: { type: "tell", params: { done: false } } },
  },
});
