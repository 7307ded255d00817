/** One candidate of an election: takes the lease when it is free, renews it while it leads, gives it back when it stops. */
import { setup } from "xstate";
import { statusOf } from "../../../actors/apiserver/messages.js";
import type { Outcome } from "../../wire/errors.js";
import type { ApiAnswer } from "../api-requests.js";
import type { Ballot, OnAnswer } from "./ballot.js";
import { electionTimes } from "./lease.js";

export interface ElectionInput {
  readonly ballot: Ballot;
  readonly onWon: () => void;
  readonly onLost: () => void;
}

export type ElectionEvent = { type: "answered"; outcome: Outcome<ApiAnswer> } | { type: "stop" };

const codeOf = (event: ElectionEvent): number | undefined =>
  event.type === "answered" && !event.outcome.ok ? statusOf(event.outcome.error)?.code : undefined;

export const electionMachine = setup({
  types: { context: {} as ElectionInput, events: {} as ElectionEvent, input: {} as ElectionInput },
  guards: {
    succeeded: ({ event }) => event.type === "answered" && event.outcome.ok,
    existsAlready: ({ event }) => codeOf(event) === 409,
    doesNotExist: ({ event }) => codeOf(event) === 404,
    free: ({ context, event }) => event.type === "answered" && event.outcome.ok && context.ballot.isFree,
    anothers: ({ context, event }) => event.type === "answered" && event.outcome.ok && context.ballot.isAnothers,
  },
  actions: {
    create: ({ context, self }) => context.ballot.create(answer(self)),
    read: ({ context, self }) => context.ballot.read(answer(self)),
    claim: ({ context, self }) => context.ballot.claim(answer(self)),
    release: ({ context, self }) => context.ballot.release(answer(self)),
    tellWon: ({ context }) => context.onWon(),
    tellLost: ({ context }) => context.onLost(),
  },
  delays: {
    retry: () => electionTimes.retryMs,
    failureRetry: () => electionTimes.failureRetryMs,
    renewDeadline: () => electionTimes.renewDeadlineMs,
    answerDeadline: () => electionTimes.answerMs,
  },
}).createMachine({
  id: "leader-election",
  context: ({ input }) => input,
  initial: "creating",
  on: { stop: ".stopped" },
  states: {
    creating: {
      entry: "create",
      on: {
        answered: [
          { guard: "succeeded", target: "leading" },
          { guard: "existsAlready", target: "reading" },
          { target: "hindered" },
        ],
      },
    },
    reading: {
      entry: "read",
      on: {
        answered: [
          { guard: "free", target: "claiming" },
          { guard: "succeeded", target: "following" },
          { guard: "doesNotExist", target: "creating" },
          { target: "hindered" },
        ],
      },
    },
    claiming: {
      entry: "claim",
      on: {
        answered: [
          { guard: "succeeded", target: "leading" },
          { guard: "existsAlready", target: "reading" },
          { target: "hindered" },
        ],
      },
    },
    /** Something else than somebody's lease is in the way: no link yet, no namespace yet, a server that is starting. */
    hindered: { after: { failureRetry: "reading" } },
    following: { after: { retry: "reading" } },
    leading: {
      initial: "holding",
      entry: "tellWon",
      on: { stop: "releasing" },
      states: {
        holding: { id: "holding", after: { retry: "renewing" } },
        renewing: {
          initial: "claiming",
          after: { renewDeadline: "#leader-election.deposed" },
          states: {
            claiming: {
              entry: "claim",
              after: { answerDeadline: "rereading" },
              on: { answered: [{ guard: "succeeded", target: "#holding" }, { target: "pausing" }] },
            },
            pausing: { after: { failureRetry: "rereading" } },
            rereading: {
              entry: "read",
              after: { answerDeadline: "pausing" },
              on: {
                answered: [
                  { guard: "anothers", target: "#leader-election.deposed" },
                  { guard: "succeeded", target: "claiming" },
                  { guard: "doesNotExist", target: "#leader-election.deposed" },
                  { target: "pausing" },
                ],
              },
            },
          },
        },
      },
    },
    deposed: { entry: "tellLost", always: "reading" },
    releasing: {
      entry: "release",
      after: { retry: "stopped" },
      on: { answered: "stopped" },
    },
    stopped: { type: "final" },
  },
});

const answer =
  (self: { send(event: ElectionEvent): void }): OnAnswer =>
  (outcome) =>
    self.send({ type: "answered", outcome });
