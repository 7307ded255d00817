/** A simulated world of one etcd and an API server that is only a mouth: for tests of etcd alone. */
import { setup } from "xstate";
import { etcdDefinition } from "../../actors/etcd/definition.js";
import { etcdMessages } from "../../actors/etcd/messages.js";
import type { EtcdIo } from "../../actors/etcd/service.js";
import { type ActorDefinition, defineActor } from "../../src/actor/define.js";
import type { TraceRecord } from "../../src/actor/trace.js";
import { SimulatedDisk } from "../../src/sim/disk.js";
import { Simulation } from "../../src/sim/simulation.js";
import type { CallShape, Declared } from "../../src/wire/declare.js";
import type { Outcome } from "../../src/wire/errors.js";

const mouthMachine = setup({}).createMachine({
  id: "mouth",
  initial: "present",
  states: { present: { on: { stop: "gone" } }, gone: { type: "final" } },
});

const mouth = defineActor<undefined>({ role: "apiserver", messages: {}, machine: mouthMachine });

export interface EtcdWorldOptions {
  readonly seed: string;
  readonly upkeep?: EtcdIo["upkeep"];
  /** What a crash of etcd does to its disk; a choice of chance when absent. */
  readonly crash?: "kill" | "cutPower";
  readonly trace?: (record: TraceRecord) => void;
  /** What is on the disk before etcd starts for the first time. */
  readonly files?: ReadonlyMap<string, Uint8Array>;
  readonly diskDelayMs?: number;
}

export class EtcdWorld {
  readonly simulation: Simulation;
  disk!: SimulatedDisk;

  constructor(options: EtcdWorldOptions) {
    this.simulation = new Simulation({
      seed: options.seed,
      ...(options.trace === undefined ? {} : { trace: options.trace }),
      cast: [
        { address: "apiserver/0", definition: mouth as ActorDefinition<unknown>, surroundings: () => ({ io: () => undefined }) },
        {
          address: "etcd/0",
          definition: etcdDefinition as ActorDefinition<unknown>,
          surroundings: (world) => {
            this.disk = new SimulatedDisk(world.queue, world.random("disk"));
            for (const [name, bytes] of options.files ?? []) this.disk.place(name, bytes);
            if (options.diskDelayMs !== undefined) this.slowDisk(options.diskDelayMs);
            return {
              io: () => ({ disk: this.disk.mount(), ...(options.upkeep === undefined ? {} : { upkeep: options.upkeep }) }),
              crashed: () => (options.crash === undefined ? this.disk.crash() : this.disk[options.crash]()),
            };
          },
        },
      ],
    });
    this.simulation.start();
    this.simulation.run(20);
  }

  get wire() {
    const component = this.simulation.component("apiserver/0");
    if (component === undefined) throw new Error("the API server is gone");
    return component.host.wire;
  }

  /** etcd as it runs now. */
  get etcd() {
    const component = this.simulation.component("etcd/0");
    if (component === undefined) throw new Error("etcd is gone");
    return component;
  }

  /** States of etcd's charts, by the names of their machines. */
  states(machine = "etcd"): string[] {
    return this.etcd
      .inspect()
      .charts.filter((chart) => chart.machine === machine)
      .map(({ state }) => state);
  }

  /** Lets time pass until the only chart of a machine is in a state whose name begins so. */
  until(state: string, machine = "etcd"): void {
    const holds = () => this.states(machine)[0]?.startsWith(state) === true;
    if (!this.simulation.runUntil(holds, 20_000)) throw new Error(`${machine} is not ${state} but ${this.states(machine)}`);
  }

  /** Lets every sync and every other operation of the disk take this long. */
  slowDisk(delayMs: number): void {
    this.disk.faults = { ...this.disk.faults, delayMs: () => delayMs };
  }

  /** Calls etcd without waiting. */
  send<Request, Reply>(
    message: Declared<CallShape<Request, Reply>>,
    request: Request,
    onOutcome: (outcome: Outcome<Reply>) => void,
  ): void {
    this.wire.call("etcd/0", message, request, { onOutcome });
  }

  /** Calls etcd and lets time pass until it has answered. */
  call<Request, Reply>(message: Declared<CallShape<Request, Reply>>, request: Request): Outcome<Reply> {
    let told: Outcome<Reply> | undefined;
    this.send(message, request, (outcome) => {
      told = outcome;
    });
    this.simulation.runUntil(() => told !== undefined, 60_000);
    if (told === undefined) throw new Error(`etcd did not answer ${message.name} within its deadline`);
    return told;
  }

  /** The reply; an error fails the test. */
  ask<Request, Reply>(message: Declared<CallShape<Request, Reply>>, request: Request): Reply {
    const outcome = this.call(message, request);
    if (!outcome.ok) throw new Error(`${message.name}: ${outcome.error.code}: ${outcome.error.message}`);
    return outcome.reply;
  }

  /** Lets time pass until etcd serves, or says why it never will. */
  untilSettled(): string {
    let state = "";
    for (let tries = 0; tries < 200; tries += 1) {
      const status = this.call(etcdMessages.status, {});
      state = status.ok ? status.reply.state : "unreachable";
      if (state === "serving") return state;
      if (state === "damaged" && status.ok) return status.reply.problem ?? state;
      this.simulation.run(50);
    }
    return state;
  }
}
