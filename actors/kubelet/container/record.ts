/**
 * What a kubelet knows of one container of a pod: the spec it was made from, and how it is. The chart of the container
 * keeps it up to date; the status of the pod is derived from the records of its containers.
 */
import type { Container } from "../../../src/api/types.js";

export type ContainerRole = "init" | "sidecar" | "main";

export const roleOf = (container: Container, isInit: boolean): ContainerRole =>
  !isInit ? "main" : container.restartPolicy === "Always" ? "sidecar" : "init";

export interface Waiting {
  readonly kind: "waiting";
  /** ContainerCreating, PodInitializing, ErrImagePull, CrashLoopBackOff … */
  readonly reason: string;
  readonly message?: string;
}
export interface Running {
  readonly kind: "running";
  readonly startedAtMs: number;
}
export interface Terminated {
  readonly kind: "terminated";
  readonly exitCode: number;
  readonly reason: string;
  readonly message?: string;
  /** 0 when it never ran. */
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  readonly containerId: string;
}
export type RecordedState = Waiting | Running | Terminated;

export class ContainerRecord {
  state: RecordedState;
  last: Terminated | undefined;
  /** Id in the runtime of the newest attempt; "" before the first. */
  containerId = "";
  imageId = "";
  /** How often it was started again. */
  restartCount = 0;
  /** How often it was started in a runtime that has nothing of it any more. */
  forgottenStarts = 0;
  /** Its startup probe succeeded and its postStart hook returned. */
  started = false;
  /** Its readiness probe says that it serves; without one, that it is started. */
  ready = false;

  constructor(
    public spec: Container,
    readonly role: ContainerRole,
    initialReason: string,
  ) {
    this.state = { kind: "waiting", reason: initialReason };
  }

  get name(): string {
    return this.spec.name;
  }

  knowsExitOf(containerId: string): boolean {
    return [this.state, this.last].some((state) => state?.kind === "terminated" && state.containerId === containerId);
  }

  waits(reason: string, message?: string): void {
    if (this.state.kind === "terminated") this.last = this.state;
    this.state = message === undefined ? { kind: "waiting", reason } : { kind: "waiting", reason, message };
    this.started = false;
    this.ready = false;
  }

  runs(startedAtMs: number): void {
    if (this.state.kind === "terminated") this.last = this.state;
    this.state = { kind: "running", startedAtMs };
  }

  terminates(how: Omit<Terminated, "kind">): void {
    this.state = { kind: "terminated", ...how };
    this.started = false;
    // An init container that completed is ready, as its status shows it.
    this.ready = this.role === "init" && how.exitCode === 0;
  }
}
