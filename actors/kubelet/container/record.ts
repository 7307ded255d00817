/**
 * What a kubelet knows of one container of a pod: the spec it was made from, and how it is. The chart of the container
 * keeps it up to date; the status of the pod is derived from the records of its containers.
 */
import type { Container, EphemeralContainer, ResourceRequirements } from "../../../src/api/types.js";

export type ContainerRole = "init" | "sidecar" | "main" | "ephemeral";

/** The list of a pod's spec in which the container is. */
export const listOf = (role: ContainerRole): "initContainers" | "containers" | "ephemeralContainers" =>
  role === "main" ? "containers" : role === "ephemeral" ? "ephemeralContainers" : "initContainers";

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
  /** The resources that the node has set aside for it; its spec may ask for others. */
  allocated: ResourceRequirements;
  /** The resources that it runs with. */
  applied: ResourceRequirements;
  /** Its readiness probe says that it serves; without one, that it is started. */
  ready = false;

  constructor(
    public spec: Container | EphemeralContainer,
    readonly role: ContainerRole,
    initialReason: string,
  ) {
    this.state = { kind: "waiting", reason: initialReason };
    this.allocated = spec.resources ?? {};
    this.applied = this.allocated;
  }

  /** What it is made from: its spec, with the resources that were set aside. */
  get allocatedSpec(): Container {
    return { ...this.spec, resources: this.allocated };
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

  /** Nobody has it any more, and nobody knows how it ended. */
  vanishes(nowMs: number): void {
    const message = "The container could not be located when the pod was terminated";
    const startedAtMs = this.state.kind === "running" ? this.state.startedAtMs : 0;
    const { containerId } = this;
    this.terminates({ exitCode: 137, reason: "ContainerStatusUnknown", message, startedAtMs, finishedAtMs: nowMs, containerId });
  }

  terminates(how: Omit<Terminated, "kind">): void {
    this.state = { kind: "terminated", ...how };
    this.started = false;
    // An init container that completed is ready, as its status shows it.
    this.ready = this.role === "init" && how.exitCode === 0;
  }
}
