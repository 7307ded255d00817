/**
 * The driver of the real world: one worker per actor, supervised, and linked by MessagePorts as the topology says.
 * No message between actors passes through here.
 */
import { availableParallelism } from "node:os";
import { MessageChannel } from "node:worker_threads";
import { Topology } from "../actor/topology.js";
import { type Address, roleOf } from "../wire/address.js";
import type { Announcement } from "./boot.js";
import { type Inspection, WorkerGone } from "./control.js";
import { type ActorPlan, stopOrder } from "./plan.js";
import { SupervisedWorker } from "./supervised-worker.js";
import { tuneEngine } from "./tune-engine.js";

/** What the cluster hears of its actors. */
export interface ThreadsObserver {
  /** The thread of an actor runs for the first time, and reads its code. */
  loaded?(actor: Address): void;
  /** An actor runs, for the first time or again. */
  started?(actor: Address, incarnation: number): void;
  /** An actor ended without being asked to. */
  crashed?(actor: Address, reason: string): void;
  /** Too many crashes: it will not be restarted unless somebody asks. */
  gaveUp?(actor: Address, error: string): void;
}

export interface ActorStatus {
  readonly address: Address;
  /** Of the supervision chart: `running`, `backingOff`, `failed` … */
  readonly state: string;
  readonly incarnation: number;
  readonly threadId: number | undefined;
  /** The API server that it is attached to. */
  readonly attachedTo: Address | undefined;
  readonly lastError: string;
  /** Absent where the worker does not run or does not answer. */
  readonly inside?: Inspection;
}

const startsAtOnce = Math.max(2, availableParallelism());

interface OpenLink {
  readonly ends: readonly [SupervisedWorker, SupervisedWorker];
}

export class Threads {
  private readonly workers = new Map<Address, SupervisedWorker>();
  private readonly links = new Map<number, OpenLink>();
  private readonly topology: Topology;
  /** Not begun yet, in the order of their plans. */
  private waiting: SupervisedWorker[] = [];
  /** Begun, and neither running nor ended yet. */
  private readonly firstStarts = new Set<SupervisedWorker>();
  private linkIds = 0;
  private stopping = false;

  constructor(
    plans: readonly ActorPlan[],
    private readonly observer: ThreadsObserver,
  ) {
    tuneEngine();
    this.topology = new Topology(plans.map((plan) => plan.address).filter((each) => roleOf(each) === "apiserver"));
    for (const plan of plans) {
      const group = stopOrder.find((each) => each.roles.includes(roleOf(plan.address)));
      this.workers.set(plan.address, new SupervisedWorker(plan, this.watcher, group?.withinMs ?? 500));
    }
  }

  /**
   * Starts every worker in the order of the plans, no more at once than the machine has cores for: those that others wait
   * for are not held up by those that wait.
   */
  begin(): void {
    this.waiting = [...this.workers.values()];
    this.beginNext();
  }

  actors(): Address[] {
    return [...this.workers.keys()];
  }

  /** What an actor that runs now announces. Rejects when it ends first or the deadline passes. */
  announced(actor: Address, deadlineMs: number): Promise<Announcement> {
    const control = this.worker(actor).control;
    return control === undefined ? Promise.reject(new WorkerGone(`${actor} does not run`)) : control.announced(deadlineMs);
  }

  /** Kills the worker of an actor; its supervisor restarts it. Takes up an actor that was given up. */
  kill(actor: Address): void {
    this.worker(actor).restart();
  }

  /** Why an actor was given up, for all that were. */
  failures(): Array<{ actor: Address; error: string }> {
    return [...this.workers.values()]
      .filter((worker) => worker.state === "failed")
      .map((worker) => ({ actor: worker.address, error: worker.lastError }));
  }

  async inspect(): Promise<ActorStatus[]> {
    return Promise.all(
      [...this.workers.values()].map(async (worker) => {
        const { address, state, incarnation, threadId, lastError } = worker;
        const status = { address, state, incarnation, threadId, lastError, attachedTo: this.topology.apiserverOf(address) };
        const inside = await worker.control?.inspect().catch(() => undefined);
        return inside === undefined ? status : { ...status, inside };
      }),
    );
  }

  /** Stops all actors, those that others depend on last; ends within 5 s. */
  async stop(onGroup: (roles: readonly string[]) => void = () => {}): Promise<void> {
    this.stopping = true;
    for (const { roles } of stopOrder) {
      onGroup(roles);
      await Promise.all(
        [...this.workers.values()].filter((worker) => roles.includes(roleOf(worker.address))).map((worker) => worker.finish()),
      );
    }
  }

  private worker(actor: Address): SupervisedWorker {
    const worker = this.workers.get(actor);
    if (worker === undefined) throw new RangeError(`no actor "${actor}": this cluster runs ${this.actors().join(", ")}`);
    return worker;
  }

  private beginNext(ready?: SupervisedWorker): void {
    if (ready !== undefined) this.firstStarts.delete(ready);
    while (!this.stopping && this.firstStarts.size < startsAtOnce) {
      const worker = this.waiting.shift();
      if (worker === undefined) return;
      this.firstStarts.add(worker);
      worker.begin();
    }
  }

  private readonly watcher = {
    loaded: (worker: SupervisedWorker) => this.observer.loaded?.(worker.address),
    started: (worker: SupervisedWorker) => {
      this.beginNext(worker);
      this.observer.started?.(worker.address, worker.incarnation);
      for (const [one, other] of this.topology.started(worker.address)) this.link(one, other);
    },
    exited: (worker: SupervisedWorker, reason: string) => {
      this.cut(worker, reason);
      if (!this.stopping) this.observer.crashed?.(worker.address, reason);
      for (const [one, other] of this.topology.ended(worker.address)) this.link(one, other);
    },
    failedToStart: (worker: SupervisedWorker, reason: string) => {
      this.beginNext(worker);
      this.observer.crashed?.(worker.address, reason);
    },
    gaveUp: (worker: SupervisedWorker, error: string) => this.observer.gaveUp?.(worker.address, error),
  };

  private link(one: Address, other: Address): void {
    const ends = [this.worker(one), this.worker(other)] as const;
    const controls = ends.map((end) => end.control);
    if (controls[0] === undefined || controls[1] === undefined) return;
    const linkId = ++this.linkIds;
    const { port1, port2 } = new MessageChannel();
    this.links.set(linkId, { ends });
    controls[0].link(linkId, other, port1).catch((failure: Error) => unmanageable(ends[0], failure));
    controls[1].link(linkId, one, port2).catch((failure: Error) => unmanageable(ends[1], failure));
  }

  /** Tells the peers of a worker that ended: posting to a dead port is silent. */
  private cut(ended: SupervisedWorker, reason: string): void {
    for (const [linkId, { ends }] of this.links) {
      if (!ends.includes(ended)) continue;
      this.links.delete(linkId);
      const peer = ends[0] === ended ? ends[1] : ends[0];
      peer.control?.unlink(linkId, reason).catch((failure: Error) => unmanageable(peer, failure));
    }
  }
}

/** A worker that ended meanwhile says so by its exit, and its successor is linked; one that does not answer is restarted. */
function unmanageable(worker: SupervisedWorker, failure: Error): void {
  if (!(failure instanceof WorkerGone)) worker.restart();
}
