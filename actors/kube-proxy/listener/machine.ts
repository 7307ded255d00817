/**
 * One address and port that kube-proxy serves. Without endpoints nothing listens, so that connections are refused. Where
 * the port may not be bound (a low port without privileges), a documented one is bound instead.
 */
import { assign, setup } from "xstate";
import type { ListenFailure, ProxyListener } from "../io/io.js";
import { isServed, type ListenerRule } from "../rules.js";
import type { ListenerEffects } from "./effects.js";

export type ListenerEvent =
  | { type: "rule.changed"; rule: ListenerRule }
  | { type: "bound"; listener: ProxyListener }
  | { type: "bind.failed"; failure: ListenFailure; message: string }
  | { type: "withdrawn" };

interface ListenerContext {
  readonly effects: ListenerEffects;
  readonly rule: ListenerRule;
  /** Why the port is not served as asked, in words; "" when it is. */
  readonly problem: string;
}

export const listenerMachine = setup({
  types: {
    context: {} as ListenerContext,
    events: {} as ListenerEvent,
    input: {} as { effects: ListenerEffects; rule: ListenerRule },
  },
  guards: {
    hasEndpoints: ({ context }) => isServed(context.rule),
    losesEndpoints: ({ event }) => event.type === "rule.changed" && !isServed(event.rule),
    gainsEndpoints: ({ event }) => event.type === "rule.changed" && isServed(event.rule),
    inUse: ({ event }) => event.type === "bind.failed" && event.failure === "inUse",
    denied: ({ event }) => event.type === "bind.failed" && event.failure === "denied",
  },
  actions: {
    takeRule: assign(({ context, event }) => (event.type === "rule.changed" ? { rule: event.rule } : { rule: context.rule })),
    serve: ({ context }) => context.effects.serve(context.rule),
    bind: ({ context, self }) => context.effects.bind(context.rule, (event) => self.send(event)),
    bindMapped: ({ context, self }) => context.effects.bindMapped(context.rule, (event) => self.send(event)),
    keep: ({ context, event }) => event.type === "bound" && context.effects.keep(event.listener),
    discard: ({ event }) => event.type === "bound" && event.listener.close(),
    close: ({ context }) => context.effects.close(),
    reportMapping: ({ context }) => context.effects.reportMapping(context.rule, context.problem),
    noteProblem: assign({ problem: ({ event }) => (event.type === "bind.failed" ? event.message : "") }),
    forgetProblem: assign({ problem: "" }),
  },
  delays: { standbyPeriod: 3_000, retryDelay: 5_000 },
}).createMachine({
  id: "listener",
  context: ({ input }) => ({ effects: input.effects, rule: input.rule, problem: "" }),
  initial: "deciding",
  entry: "serve",
  states: {
    deciding: { always: [{ guard: "hasEndpoints", target: "binding" }, { target: "withoutEndpoints" }] },
    withoutEndpoints: {
      entry: "forgetProblem",
      on: {
        "rule.changed": [
          { guard: "gainsEndpoints", target: "binding", actions: ["takeRule", "serve"] },
          { actions: ["takeRule", "serve"] },
        ],
        bound: { actions: "discard" },
        withdrawn: "withdrawn",
      },
    },
    binding: {
      entry: "bind",
      on: {
        bound: { target: "listening", actions: ["keep", "forgetProblem"] },
        "bind.failed": [
          { guard: "inUse", target: "standby", actions: "noteProblem" },
          { guard: "denied", target: "mapped", actions: "noteProblem" },
          { target: "failed", actions: "noteProblem" },
        ],
        "rule.changed": { actions: ["takeRule", "serve"] },
        withdrawn: "abandoning",
      },
    },
    listening: {
      exit: "close",
      on: {
        "rule.changed": [
          { guard: "losesEndpoints", target: "withoutEndpoints", actions: ["takeRule", "serve"] },
          { actions: ["takeRule", "serve"] },
        ],
        withdrawn: "withdrawn",
      },
    },
    /** Served at the mapped port, by this node's kube-proxy or by another's. */
    mapped: {
      initial: "binding",
      on: {
        "rule.changed": [
          { guard: "losesEndpoints", target: "withoutEndpoints", actions: ["takeRule", "serve"] },
          { actions: ["takeRule", "serve"] },
        ],
        withdrawn: "withdrawn",
      },
      states: {
        binding: {
          entry: "bindMapped",
          on: {
            bound: { target: "serving", actions: ["keep", "reportMapping"] },
            "bind.failed": [
              { guard: "inUse", target: "standby" },
              { target: "#listener.failed", actions: "noteProblem" },
            ],
            // What the bind brings must be closed, so these wait for it.
            "rule.changed": { actions: ["takeRule", "serve"] },
            withdrawn: "#listener.abandoning",
          },
        },
        serving: { exit: "close" },
        standby: { after: { standbyPeriod: "binding" } },
      },
    },
    /** Another node's kube-proxy serves the address, which all nodes of one machine share; this one takes over when it can. */
    standby: {
      after: { standbyPeriod: "deciding" },
      on: { "rule.changed": { actions: ["takeRule", "serve"] }, withdrawn: "withdrawn" },
    },
    failed: {
      after: { retryDelay: "deciding" },
      on: { "rule.changed": { actions: ["takeRule", "serve"] }, withdrawn: "withdrawn" },
    },
    /** Withdrawn while a bind was under way: what it brings is closed. */
    abandoning: {
      on: { bound: { target: "withdrawn", actions: "discard" }, "bind.failed": "withdrawn" },
    },
    withdrawn: { type: "final" },
  },
});
