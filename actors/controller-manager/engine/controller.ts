/** The bulk behind one controller's chart: its queue, its workers and how often each key has failed. */
import type { Host } from "../../../src/actor/host.js";
import { between } from "../../../src/actor/random.js";
import type { KubernetesObject } from "../../../src/api/types.js";
import type { WireError } from "../../../src/wire/errors.js";
import type { Informed, Informers } from "./informers.js";
import type { Reconcile } from "./plan.js";
import { type DoWork, Round } from "./round.js";
import { roundMachine } from "./round-machine.js";
import { WorkQueue } from "./work-queue.js";

export interface ControllerDefinition {
  /** `replicaset`: part of its charts' names. */
  readonly name: string;
  /** The service account of kube-system that it acts as: `replicaset-controller`. Absent: the controller manager itself. */
  readonly serviceAccount?: string;
  readonly workers: number;
  /** A key that changes all the time is reconciled no more often than this. */
  readonly intervalMs?: number;
  readonly reconcile: Reconcile;
  /** Does the work that it plans; absent where it plans none. */
  readonly work?: DoWork;
  /** The caches that must be there before the first key is reconciled. */
  readonly needs: ReadonlyArray<Informed<KubernetesObject>>;
  /** Subscribes to changes, and enqueues the keys they concern. */
  readonly follow: (enqueue: (key: string) => void) => void;
}

export const backoffLimits = { firstMs: 5, mostMs: 60_000 } as const;

/** What went well this lately goes on as fast as it went: a scale-up that takes several rounds does not begin slowly in each. */
const paceKeptMs = 1_000;

export type ControllerEvent = { type: "synced" } | { type: "queue.changed" } | { type: "worker.freed" };

interface Failures {
  readonly count: number;
  readonly error: WireError;
}

interface Pace {
  readonly atOnce: number;
  readonly untilMs: number;
}

export class Controller {
  private readonly queue: WorkQueue;
  /** Of keys whose last round went well and wrote much. */
  private readonly paces = new Map<string, Pace>();
  private readonly failures = new Map<string, Failures>();
  private readonly charts = new Set<string>();
  /** Keys whose rounds have given their workers back: they are ending, or wait to be tried again. */
  private readonly resting = new Set<string>();
  private busy = 0;
  private unsynced: number;
  private over = false;

  constructor(
    private readonly host: Host,
    private readonly informers: Informers,
    readonly definition: ControllerDefinition,
    private readonly tell: (event: ControllerEvent) => void,
  ) {
    this.queue = new WorkQueue(definition.intervalMs ?? 0);
    this.unsynced = definition.needs.length;
  }

  get synced(): boolean {
    return this.unsynced === 0;
  }

  get keysWait(): boolean {
    return this.queue.size > 0;
  }

  get workerIsFree(): boolean {
    return this.busy < this.definition.workers;
  }

  get promoteInMs(): number {
    const nextMs = this.queue.nextDueMs;
    return nextMs === undefined ? 3_600_000 : Math.max(0, nextMs - this.nowMs);
  }

  follow(): void {
    this.definition.follow((key) => this.enqueue(key));
    for (const informed of this.definition.needs) {
      informed.whenSynced(() => {
        this.unsynced -= 1;
        this.tell({ type: "synced" });
      });
    }
  }

  promote(): void {
    this.queue.promote(this.nowMs);
  }

  /** Gives keys that wait to workers that are free. */
  dispatch(): void {
    while (this.workerIsFree) {
      const key = this.queue.take(this.nowMs);
      if (key === undefined) return;
      this.start(key);
    }
  }

  /** Ends what is under way: another leads now. */
  stop(): void {
    this.over = true;
    for (const id of this.charts) this.host.charts.stop(id);
  }

  private enqueue(key: string): void {
    if (this.over) return;
    if (this.queue.add(key, this.nowMs)) this.tell({ type: "queue.changed" });
    else if (this.resting.has(key)) this.host.charts.get(this.chartOf(key))?.send({ type: "changed" });
  }

  private start(key: string): void {
    const { host, informers, definition } = this;
    const id = this.chartOf(key);
    const failed = this.failures.get(key);
    let hasWorker = true;
    let end: { error?: WireError; requeueAfterMs?: number } = {};
    this.busy += 1;
    this.charts.add(id);
    const free = () => {
      if (!hasWorker) return;
      hasWorker = false;
      this.resting.add(key);
      this.busy -= 1;
      this.tell({ type: "worker.freed" });
    };
    const { reconcile, serviceAccount, work } = definition;
    const round = new Round({
      host,
      informers,
      key,
      reconcile,
      serviceAccount,
      work,
      failure: failed?.error,
      pace: this.takePace(key),
    });
    const input = {
      round,
      backoffMs: this.backoffMs(failed?.count ?? 0),
      onWorkerFree: free,
      onEnd: (how: typeof end) => {
        end = how;
      },
    };
    host.charts.start(roundMachine, { id, input, onDone: () => this.ended(key, id, end, round.pace) }).send({ type: "begin" });
  }

  private ended(
    key: string,
    id: string,
    { error, requeueAfterMs }: { error?: WireError; requeueAfterMs?: number },
    pace: number,
  ): void {
    this.charts.delete(id);
    this.resting.delete(key);
    if (error === undefined) {
      this.failures.delete(key);
      if (pace > 1) this.paces.set(key, { atOnce: pace, untilMs: this.nowMs + paceKeptMs });
    } else {
      const count = (this.failures.get(key)?.count ?? 0) + 1;
      this.failures.set(key, { count, error });
      this.host.note(`${this.definition.name} ${key}: ${error.message}`);
    }
    this.queue.done(key, this.nowMs);
    if (error !== undefined) this.queue.add(key, this.nowMs);
    else if (requeueAfterMs !== undefined) this.queue.addAfter(key, requeueAfterMs, this.nowMs);
    this.tell({ type: "queue.changed" });
  }

  private takePace(key: string): number {
    const kept = this.paces.get(key);
    this.paces.delete(key);
    return kept !== undefined && this.nowMs < kept.untilMs ? kept.atOnce : 1;
  }

  private backoffMs(failures: number): number {
    const mostMs = Math.min(backoffLimits.mostMs, backoffLimits.firstMs * 2 ** failures);
    return between(this.host.random, mostMs / 2, mostMs);
  }

  private chartOf(key: string): string {
    return `${this.definition.name} ${key}`;
  }

  private get nowMs(): number {
    return this.host.clock.monotonicMs();
  }
}
