/** One actor on a thread of its own, under the supervision chart: the effects of that chart, made real. */
import { Worker } from "node:worker_threads";
import { type Actor, createActor } from "xstate";
import { type SupervisedChild, supervisorMachine } from "../actor/supervisor.js";
import { stateName } from "../actor/trace.js";
import { noteTransitions } from "../actor/transitions-seen.js";
import type { Address } from "../wire/address.js";
import type { WorkerBoot } from "./boot.js";
import { Control, WorkerGone } from "./control.js";
import type { ActorPlan } from "./plan.js";

/** What a worker's life means to the rest of the cluster. */
export interface WorkerObserver {
  /** Its first thread runs, and reads its code. */
  loaded(actor: SupervisedWorker): void;
  started(actor: SupervisedWorker): void;
  /** Its links are gone. */
  exited(actor: SupervisedWorker, reason: string): void;
  /** It ended before it ran. */
  failedToStart(actor: SupervisedWorker, reason: string): void;
  gaveUp(actor: SupervisedWorker, error: string): void;
}

interface Running {
  readonly worker: Worker;
  readonly control: Control;
  up: boolean;
}

/** Longer than the supervision's own deadlines: those decide. */
const controlDeadlineMs = 90_000;

export class SupervisedWorker implements SupervisedChild {
  readonly name: string;
  incarnation = 0;
  /** Why it ended last, or was given up; "" when it never did. */
  lastError = "";
  private running: Running | undefined;
  private readonly supervisor: Actor<typeof supervisorMachine>;
  private begun = false;
  private asked: "stop" | "kill" | undefined;

  constructor(
    readonly plan: ActorPlan,
    private readonly observer: WorkerObserver,
    stopDeadlineMs: number,
  ) {
    this.name = plan.address;
    this.supervisor = createActor(supervisorMachine, {
      input: { child: this, limits: { stopDeadlineMs } },
      inspect: (event) => {
        if (event.type === "@xstate.microstep") noteTransitions(event);
      },
    });
  }

  get address(): Address {
    return this.plan.address;
  }

  get state(): string {
    return stateName(this.supervisor.getSnapshot().value);
  }

  get threadId(): number | undefined {
    return this.running?.worker.threadId;
  }

  /** The control of the worker that runs now. */
  get control(): Control | undefined {
    return this.running?.up ? this.running.control : undefined;
  }

  begin(): void {
    this.begun = true;
    this.supervisor.start();
  }

  /** Ends the worker as a crash would, or takes up one that was given up; it is restarted. */
  restart(): void {
    this.asked = "kill";
    this.supervisor.send({ type: "restart" });
  }

  /** Settles once it has stopped, in order or killed at the supervision's deadline. */
  finish(): Promise<void> {
    return new Promise((resolve) => {
      if (!this.begun || this.supervisor.getSnapshot().status !== "active") resolve();
      else {
        this.supervisor.subscribe({ complete: resolve });
        this.supervisor.send({ type: "stop" });
      }
    });
  }

  spawn(incarnation: number): void {
    this.incarnation = incarnation;
    this.asked = undefined;
    const { settings, transfer = [] } = this.plan.equip();
    const boot: WorkerBoot = { address: this.address, incarnation, settings };
    const worker = new Worker(this.plan.entry, {
      name: this.address,
      workerData: boot,
      transferList: [...transfer],
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: this.plan.heapMostMegabytes },
    });
    const running: Running = { worker, control: new Control(this.name, worker), up: false };
    this.running = running;
    let error: string | undefined;
    worker.on("error", (thrown: unknown) => {
      error = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    });
    if (incarnation === 1) worker.once("online", () => this.observer.loaded(this));
    worker.on("exit", (code) => this.exited(running, code, error));
    running.control.started(controlDeadlineMs).then(
      () => this.wasStarted(running),
      (failure: Error) => this.controlFailed(running, failure),
    );
  }

  stop(): void {
    this.asked = "stop";
    this.running?.control.stop(controlDeadlineMs).catch((failure: Error) => this.noteFailure(failure));
  }

  kill(): void {
    this.asked ??= "kill";
    void this.running?.worker.terminate();
  }

  nowMs(): number {
    return performance.now();
  }

  gaveUp(error: string): void {
    this.lastError = error;
    this.observer.gaveUp(this, error);
  }

  private wasStarted(running: Running): void {
    if (running !== this.running) return;
    running.up = true;
    this.supervisor.send({ type: "child.started" });
    this.observer.started(this);
  }

  private exited(running: Running, code: number, error: string | undefined): void {
    const reason = error ?? (this.asked === "kill" ? "it was killed" : `it exited with code ${code}`);
    running.control.workerExited(reason.split("\n")[0] as string);
    const wasUp = running.up;
    running.up = false;
    if (wasUp) this.observer.exited(this, reason.split("\n")[0] as string);
    if (running !== this.running) return;
    if (!wasUp) this.observer.failedToStart(this, reason.split("\n")[0] as string);
    this.running = undefined;
    const inOrder = this.asked === "stop" && code === 0;
    if (!inOrder) this.lastError = reason;
    this.supervisor.send(inOrder ? { type: "child.exited" } : { type: "child.exited", error: reason });
  }

  private controlFailed(running: Running, failure: Error): void {
    // An exit speaks for itself; anything else is a worker that cannot be worked with.
    if (failure instanceof WorkerGone) return;
    this.noteFailure(failure);
    void running.worker.terminate();
  }

  private noteFailure(failure: Error): void {
    if (!(failure instanceof WorkerGone)) this.lastError = failure.message;
  }
}
