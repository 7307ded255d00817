/** Whoever drives a simulated cluster: calls the API server and lets time pass until the answer is there. */
import { setup } from "xstate";
import type { Component } from "../actor/component.js";
import { defineActor } from "../actor/define.js";
import { address } from "../wire/address.js";
import type { CallShape, Declared } from "../wire/declare.js";
import { type Outcome, wireError } from "../wire/errors.js";
import type { Simulation } from "./simulation.js";

/** The user has no life of its own: present until the simulation ends. */
const userMachine = setup({}).createMachine({
  id: "user",
  initial: "present",
  states: { present: { on: { stop: "gone" } }, gone: { type: "final" } },
});

const userDefinition = defineActor<undefined>({ role: "user", messages: {}, machine: userMachine });

export class SimulatedUser {
  readonly component: Component;

  constructor(private readonly simulation: Simulation) {
    this.component = simulation.compose(userDefinition, address("user", 0), 1, () => undefined).component;
    this.component.start(undefined);
  }

  /** Calls an API server and runs the simulation until it has answered or the deadline has passed. */
  call<Request, Reply>(
    message: Declared<CallShape<Request, Reply>>,
    request: Request,
    options: { apiserver?: number; deadlineMs?: number } = {},
  ): Outcome<Reply> {
    const { apiserver = 0, deadlineMs = 10_000 } = options;
    let outcome: Outcome<Reply> | undefined;
    const onOutcome = (told: Outcome<Reply>) => {
      outcome = told;
    };
    this.component.host.wire.call(address("apiserver", apiserver), message, request, { deadlineMs, onOutcome });
    this.simulation.runUntil(() => outcome !== undefined, deadlineMs + 1);
    return outcome ?? { ok: false, error: wireError("deadline", `no answer within ${deadlineMs} ms of virtual time`) };
  }
}
