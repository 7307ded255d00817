import type { Flow } from "./flow.js";
import type { PriorityLevel } from "./level.js";

/** Why a request is not served, as kube-apiserver's metrics name it. */
export type Rejection = "queue-full" | "concurrency-limit" | "time-out";

export interface TurnTold {
  /** Now; or later, when the request has waited. */
  execute(turn: Turn): void;
  reject(turn: Turn): void;
}

/** One request on its way through its priority level: it may wait, executes, and gives its seats back. */
export class Turn {
  private state: "arriving" | "waiting" | "executing" | "over" = "arriving";
  private beganMs: number;
  /** Told when it is its turn, while it waits. */
  onCalled: () => void = () => undefined;
  /** Told when its client went away, while it waits. */
  onLeft: () => void = () => undefined;

  constructor(
    readonly level: PriorityLevel,
    readonly flow: Flow,
    readonly seats: number,
    /** Of its answer. */
    readonly headers: Readonly<Record<string, string>>,
    private readonly nowMs: () => number,
    private readonly told: TurnTold,
  ) {
    this.beganMs = nowMs();
  }

  wait(): void {
    this.state = "waiting";
    this.flow.waiting += 1;
  }

  /** Its seats have been taken for it. */
  execute(): void {
    this.endWait(true);
    this.state = "executing";
    this.beganMs = this.nowMs();
    this.flow.began(this.seats);
    this.told.execute(this);
  }

  refuse(why: Rejection): void {
    this.endWait(false);
    this.state = "over";
    this.flow.rejected(why);
    this.told.reject(this);
  }

  /** Out of the queue. */
  leave(): void {
    this.level.leave(this);
  }

  /** The request is over, or is a watch that now only waits for events. May be said again. */
  done(): void {
    if (this.state === "waiting") {
      this.endWait(false);
      this.state = "over";
      this.onLeft();
      return;
    }
    if (this.state !== "executing") return;
    this.state = "over";
    this.flow.ended(this.seats, this.nowMs() - this.beganMs);
    this.level.release(this.seats);
  }

  private endWait(executes: boolean): void {
    if (this.state !== "waiting") return;
    this.flow.waiting -= 1;
    this.flow.waited(this.nowMs() - this.beganMs, executes);
  }
}
