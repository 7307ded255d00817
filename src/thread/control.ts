/**
 * The control of a worker: start, link, stop, inspect, and nothing else. Messages between actors never come this way.
 * A comlink call that is pending when its worker ends never settles, so every call here has a deadline and ends with its worker.
 */

import { type MessagePort, parentPort, type Worker } from "node:worker_threads";
import { type Endpoint, expose, type Remote, transfer, wrap } from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
import type { Address } from "../wire/address.js";
import type { Announcement } from "./boot.js";

export interface Inspection {
  readonly charts: ReadonlyArray<{ readonly id: string; readonly machine: string; readonly state: string }>;
  readonly calls: ReadonlyArray<{ readonly to: Address; readonly name: string }>;
  readonly peers: readonly Address[];
  readonly heapUsedBytes: number;
  /** What it has noted last, for people. */
  readonly lastNote: string;
}

/** What a worker exposes. */
export interface WorkerControl {
  /** Answers once the root chart runs. */
  started(): Promise<void>;
  /** Answers once the actor has announced something. */
  announced(): Promise<Announcement>;
  link(linkId: number, peer: Address, port: MessagePort): void;
  unlink(linkId: number, reason: string): void;
  /** Asks the root chart to finish; the worker's exit is the answer. */
  stop(): void;
  inspect(): Inspection;
}

export class WorkerGone extends Error {}

/** On a busy machine a thread may have to wait for its turn for long. */
const linkWithinMs = 30_000;

export function exposeControl(control: WorkerControl): void {
  if (parentPort === null) throw new Error("this module runs in a worker thread only");
  expose(control, nodeEndpoint(parentPort));
}

/** The main thread's end of one worker's control. */
export class Control {
  private readonly remote: Remote<WorkerControl>;
  private readonly waiting = new Set<(error: Error) => void>();
  private gone: string | undefined;

  constructor(
    private readonly name: string,
    worker: Worker,
  ) {
    this.remote = wrap<WorkerControl>(nodeEndpoint(worker) as Endpoint);
  }

  started(deadlineMs: number): Promise<void> {
    return this.bounded("start", deadlineMs, () => this.remote.started());
  }

  announced(deadlineMs: number): Promise<Announcement> {
    return this.bounded("announce", deadlineMs, () => this.remote.announced());
  }

  link(linkId: number, peer: Address, port: MessagePort): Promise<void> {
    return this.bounded("link", linkWithinMs, () => this.remote.link(linkId, peer, transfer(port, [port as Transferable])));
  }

  unlink(linkId: number, reason: string): Promise<void> {
    return this.bounded("unlink", linkWithinMs, () => this.remote.unlink(linkId, reason));
  }

  stop(deadlineMs: number): Promise<void> {
    return this.bounded("stop", deadlineMs, () => this.remote.stop());
  }

  inspect(deadlineMs = 2_000): Promise<Inspection> {
    return this.bounded("inspect", deadlineMs, () => this.remote.inspect());
  }

  /** The worker has ended: nothing that waits will be answered. */
  workerExited(reason: string): void {
    this.gone = reason;
    for (const reject of [...this.waiting]) reject(new WorkerGone(`${this.name} ended: ${reason}`));
    this.waiting.clear();
  }

  private bounded<Value>(what: string, deadlineMs: number, ask: () => Promise<Value>): Promise<Value> {
    if (this.gone !== undefined) return Promise.reject(new WorkerGone(`${this.name} ended: ${this.gone}`));
    return new Promise<Value>((resolve, reject) => {
      const timer = setTimeout(() => fail(new Error(`${this.name} did not answer ${what} within ${deadlineMs} ms`)), deadlineMs);
      const done = () => {
        clearTimeout(timer);
        this.waiting.delete(fail);
      };
      const fail = (error: Error) => {
        done();
        reject(error);
      };
      this.waiting.add(fail);
      ask().then((value) => {
        done();
        resolve(value);
      }, fail);
    });
  }
}
