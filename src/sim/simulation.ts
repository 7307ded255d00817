/**
 * The simulated world: the same components under the same supervision as on threads, on a virtual clock. A seed decides
 * every delay, every random number and every id; the same seed gives the same trace, byte for byte.
 */
import { type Actor, createActor } from "xstate";
import { Component } from "../actor/component.js";
import type { ActorDefinition } from "../actor/define.js";
import type { Host } from "../actor/host.js";
import { between, type Random, seededRandom } from "../actor/random.js";
import { type SupervisedChild, supervisorMachine } from "../actor/supervisor.js";
import { type LinkPair, Topology } from "../actor/topology.js";
import type { TraceRecord, TraceSink } from "../actor/trace.js";
import { type Address, roleOf } from "../wire/address.js";
import { SimulatedClock } from "./clock.js";
import { EventQueue } from "./event-queue.js";
import { type NetworkFaults, SimulatedNetwork } from "./network.js";
import { SimulatedUser } from "./user.js";

/** What outlives an actor's crashes: its disk, its containers, its volumes. */
export interface SimulatedSurroundings {
  /** The I/O of one incarnation. */
  io(host: Host): unknown;
  /** The incarnation that had the last I/O is gone; what it had not made durable goes with it. */
  crashed?(): void;
}

export interface CastMember {
  readonly address: Address;
  readonly definition: ActorDefinition<unknown>;
  surroundings(world: SimulatedWorld): SimulatedSurroundings;
}

/** What simulated I/O is made of. */
export interface SimulatedWorld {
  readonly queue: EventQueue;
  /** A stream of random numbers of its own for each name. */
  random(name: string): Random;
}

export interface SimulationOptions {
  readonly seed: string;
  readonly cast: readonly CastMember[];
  /** Told everything that happens, in order. */
  readonly trace?: TraceSink;
}

interface Running {
  readonly component: Component;
  readonly clock: SimulatedClock;
}

interface Played {
  readonly member: CastMember;
  readonly surroundings: SimulatedSurroundings;
  readonly supervisor: Actor<typeof supervisorMachine>;
  running: Running | undefined;
}

export class Simulation implements SimulatedWorld {
  readonly queue = new EventQueue();
  readonly network: SimulatedNetwork;
  readonly user: SimulatedUser;
  /** Actors that were given up, and why. */
  readonly givenUp: Array<{ address: Address; error: string }> = [];
  private readonly played = new Map<Address, Played>();
  private readonly topology: Topology;
  private readonly trace: TraceSink;

  constructor(private readonly options: SimulationOptions) {
    this.trace = options.trace ?? (() => undefined);
    this.network = new SimulatedNetwork(this.queue, this.random("network"));
    const apiservers = options.cast.map((member) => member.address).filter((each) => roleOf(each) === "apiserver");
    this.topology = new Topology(apiservers);
    this.user = new SimulatedUser(this);
    for (const member of options.cast) this.play(member);
  }

  random(name: string): Random {
    return seededRandom(`${this.options.seed}/${name}`);
  }

  set faults(faults: NetworkFaults) {
    this.network.faults = faults;
  }

  /** Starts every actor, within a few milliseconds of each other. */
  start(): void {
    const random = this.random("start");
    for (const played of this.played.values()) this.queue.after(between(random, 0, 5), () => played.supervisor.start());
    this.queue.after(between(random, 0, 5), () => this.up(this.user.component));
  }

  component(of: Address): Component | undefined {
    return this.played.get(of)?.running?.component ?? (of === this.user.component.host.address ? this.user.component : undefined);
  }

  addresses(): Address[] {
    return [...this.played.keys()];
  }

  surroundings(of: Address): SimulatedSurroundings | undefined {
    return this.played.get(of)?.surroundings;
  }

  apiserverOf(actor: Address): Address | undefined {
    return this.topology.apiserverOf(actor);
  }

  /** Attaches an actor, with its node's other actors, to the given API server. */
  move(actor: Address, apiserver: Address): void {
    this.connect(this.topology.move(actor, apiserver));
  }

  /** Ends an actor as a killed thread ends; its supervisor will start it again. */
  kill(of: Address): void {
    this.exited(of, "killed");
  }

  /** Lets virtual time pass. */
  run(forMs: number): void {
    const untilMs = this.queue.nowMs + forMs;
    for (let next = this.queue.nextMs; next !== undefined && next <= untilMs; next = this.queue.nextMs) this.queue.step();
    this.queue.advanceTo(untilMs);
  }

  /** Lets things happen until `holds`, for at most so long; says whether it came to hold. */
  runUntil(holds: () => boolean, withinMs: number): boolean {
    const untilMs = this.queue.nowMs + withinMs;
    while (!holds()) {
      const next = this.queue.nextMs;
      if (next === undefined || next > untilMs) {
        this.queue.advanceTo(untilMs);
        return holds();
      }
      this.queue.step();
    }
    return true;
  }

  /** Makes a component without supervision, for whoever drives the simulation. */
  compose(definition: ActorDefinition<unknown>, address: Address, incarnation: number, ended: (error?: Error) => void): Running {
    const clock = new SimulatedClock(this.queue);
    const random = this.random(`${address}#${incarnation}`);
    const tracesMessages = this.options.trace !== undefined;
    const component = new Component(definition, {
      address,
      incarnation,
      clock,
      random,
      trace: this.trace,
      tracesMessages,
      ended,
    });
    return { component, clock };
  }

  note(text: string): void {
    const record: TraceRecord = { kind: "note", atMs: this.queue.nowMs, actor: "user/0", text, cause: "" };
    this.trace(record);
  }

  private play(member: CastMember): void {
    const child: SupervisedChild = {
      name: member.address,
      spawn: (incarnation) => this.spawn(member.address, incarnation),
      stop: () => this.played.get(member.address)?.running?.component.stop(),
      kill: () => this.exited(member.address, "killed"),
      nowMs: () => this.queue.nowMs,
      gaveUp: (error) => {
        this.givenUp.push({ address: member.address, error });
        this.note(error);
      },
    };
    const clock = new SimulatedClock(this.queue);
    const supervisor = createActor(supervisorMachine, {
      input: { child },
      clock: { setTimeout: (callback, delayMs) => clock.after(delayMs, callback), clearTimeout: (timer) => clock.cancel(timer) },
    });
    this.played.set(member.address, { member, surroundings: member.surroundings(this), supervisor, running: undefined });
  }

  private spawn(address: Address, incarnation: number): void {
    const played = this.played.get(address);
    if (played === undefined) return;
    const running = this.compose(played.member.definition, address, incarnation, (error) => {
      // What an actor does last still leaves it; then it is gone.
      if (played.running === running) this.exited(address, error?.message);
    });
    played.running = running;
    running.component.start(played.surroundings.io(running.component.host));
    if (played.running !== running) return;
    played.supervisor.send({ type: "child.started" });
    this.up(running.component);
  }

  private up(component: Component): void {
    this.connect(this.topology.started(component.host.address));
  }

  private exited(address: Address, error: string | undefined): void {
    const played = this.played.get(address);
    const running = played?.running;
    if (played === undefined || running === undefined) return;
    played.running = undefined;
    running.clock.stop();
    running.component.kill();
    played.surroundings.crashed?.();
    this.note(error === undefined ? `${address} finished` : `${address} ended: ${error}`);
    this.network.disconnect(address, error ?? "it finished");
    played.supervisor.send(error === undefined ? { type: "child.exited" } : { type: "child.exited", error });
    this.connect(this.topology.ended(address));
  }

  private connect(pairs: readonly LinkPair[]): void {
    for (const [one, other] of pairs) {
      const first = this.component(one);
      const second = this.component(other);
      if (first !== undefined && second !== undefined) this.network.connect(first, second);
    }
  }
}
