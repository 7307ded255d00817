import type { Attributes } from "../access/attributes.js";
import type { ApiUser } from "../request.js";
import type { Flow } from "./flow.js";
import type { PriorityLevel } from "./level.js";

/** Why a request is not served, as kube-apiserver's metrics name it. */
export type Rejection = "queue-full" | "concurrency-limit" | "time-out" | "cancelled";

export interface TurnTold {
  /** Now; or later, when the request has waited. */
  execute(turn: Turn): void;
  reject(turn: Turn): void;
}

/** Whose turn it is, and what for. */
export interface TurnRequest {
  readonly user: ApiUser;
  readonly asked: Attributes;
  /** What tells its flow apart from others of its schema. */
  readonly distinguisher: string;
}

/** One request on its way through its priority level: it may wait, executes, and gives its seats back. */
export class Turn {
  private state: "arriving" | "waiting" | "executing" | "over" = "arriving";
  /** Of the host's clock, as is `beganMs`: when it came, and when what it does now began. */
  readonly arrivedMs: number;
  beganMs: number;
  /** Where it waited; undefined: nowhere. */
  queue: number | undefined;
  /** Told when it is its turn, while it waits. */
  onCalled: () => void = () => undefined;
  /** Told when its client went away, while it waits. */
  onLeft: () => void = () => undefined;

  constructor(
    readonly level: PriorityLevel,
    readonly flow: Flow,
    readonly seats: number,
    readonly request: TurnRequest,
    /** Of its answer. */
    readonly headers: Readonly<Record<string, string>>,
    private readonly nowMs: () => number,
    private readonly told: TurnTold,
  ) {
    this.arrivedMs = nowMs();
    this.beganMs = this.arrivedMs;
  }

  get waits(): boolean {
    return this.state === "waiting";
  }

  wait(): void {
    this.state = "waiting";
    this.flow.enqueued(this.seats);
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
    this.level.refused[why] += 1;
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
      this.level.refused.cancelled += 1;
      this.flow.rejected("cancelled");
      this.onLeft();
      return;
    }
    if (this.state !== "executing") return;
    this.state = "over";
    this.flow.ended(this.seats, this.nowMs() - this.beganMs, this.request.asked.verb === "watch");
    this.level.release(this);
  }

  private endWait(executes: boolean): void {
    if (this.state !== "waiting") return;
    this.flow.dequeued(this.seats);
    this.flow.waited(this.nowMs() - this.beganMs, executes);
  }
}
