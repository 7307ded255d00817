/** What a kubelet knows of one pod on its node. The charts of the pod and of its containers share it. */
import type { Container, EphemeralContainer, Pod, PodCondition, PodStatus } from "../../../src/api/types.js";
import { ContainerRecord, type ContainerRole, listOf, roleOf } from "../container/record.js";
import type { Kubelet } from "../kubelet.js";
import { resizing } from "../resize/decision.js";
import { resizeMachine } from "../resize/machine.js";
import { Resize } from "../resize/resize.js";
import type { PodEvent } from "./events.js";
import { type PodRequests, podRequests } from "./resources.js";
import { podStatusOf } from "./status.js";

export interface Verdict {
  readonly reason: string;
  readonly message: string;
}

export interface MountedVolume {
  /** Of the node. */
  readonly path: string;
  /** No container may write into it, whatever its mount says. */
  readonly readOnly: boolean;
}

export class PodHandle {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** Init containers, the main ones, and the ephemeral ones as they came. */
  records: readonly ContainerRecord[];
  /** What its RuntimeClass stands for at the runtime; "" is the runtime's own choice. */
  runtimeHandler = "";
  sandboxId = "";
  sandboxAttempt = 0;
  sandboxReady = false;
  podIp = "";
  readonly startedAtMs: number;
  /** What the node has set aside for it. */
  requests: PodRequests;
  /** What its status says of a resize under way. */
  resizeConditions: readonly PodCondition[] = [];
  /** Why the kubelet itself ended the pod, if it did. */
  verdict: Verdict | undefined;
  /** Its containers are at their end for good. */
  finished = false;
  /** It is no longer in the API. */
  gone = false;
  /** Where its volumes are on the node, by their names. */
  volumes: ReadonlyMap<string, MountedVolume> = new Map();
  status: PodStatus | undefined;

  constructor(
    private readonly kubelet: Kubelet,
    public pod: Pod,
    /** `namespace/name`, with the uid when an older pod of that name is still there. */
    readonly key: string,
  ) {
    const { uid = "", namespace = "", name = "" } = pod.metadata;
    this.uid = uid;
    this.namespace = namespace;
    this.name = name;
    const startTime = pod.status?.startTime;
    this.startedAtMs = startTime === undefined ? kubelet.host.clock.nowMs() : Date.parse(startTime);
    const init = pod.spec?.initContainers ?? [];
    const reason = init.length > 0 ? "PodInitializing" : "ContainerCreating";
    this.records = [
      ...init.map((container) => new ContainerRecord(container, roleOf(container, true), "PodInitializing")),
      ...(pod.spec?.containers ?? []).map((container) => new ContainerRecord(container, "main", reason)),
      ...(pod.spec?.ephemeralContainers ?? []).map(ephemeralRecord),
    ];
    this.recallAllocation();
    this.requests = this.allocatedRequests();
  }

  /** A kubelet before this one may have set aside other resources than the pod asks for by now. */
  private recallAllocation(): void {
    const { containerStatuses = [], initContainerStatuses = [] } = this.pod.status ?? {};
    for (const { name, resources } of [...containerStatuses, ...initContainerStatuses]) {
      const record = this.records.find((each) => each.name === name);
      if (record === undefined || resources === undefined) continue;
      record.allocated = resources;
      record.applied = resources;
    }
  }

  private allocatedRequests(): PodRequests {
    const specs = (roles: readonly ContainerRole[]): Container[] =>
      this.records.filter(({ role }) => roles.includes(role)).map((record) => record.allocatedSpec);
    const spec = { ...this.pod.spec, containers: specs(["main"]), initContainers: specs(["init", "sidecar"]) };
    return podRequests({ ...this.pod, spec });
  }

  /** Other resources have been set aside for its containers. */
  allocationChanged(): void {
    this.requests = this.allocatedRequests();
  }

  /** Looks into whether its containers are asked to have other resources than were set aside. */
  considerResize(): void {
    const id = `resize ${this.key}`;
    const { charts } = this.kubelet.host;
    const running = charts.get(id);
    if (running !== undefined) running.send({ type: "wanted" });
    else if (resizing(this.records).length > 0)
      charts.start(resizeMachine, { id, input: { resize: new Resize(this.kubelet, this) } }).send({ type: "wanted" });
  }

  /**
   * Takes over from the status in the API what a runtime that has nothing of the pod cannot tell: how often its containers
   * were started, and that those which ran have ended, nobody knows how.
   */
  recallContainers(): void {
    const { containerStatuses = [], initContainerStatuses = [], ephemeralContainerStatuses = [] } = this.pod.status ?? {};
    for (const { name } of ephemeralContainerStatuses.filter(({ containerID }) => Boolean(containerID)))
      this.records.find((each) => each.name === name)?.vanishes(this.kubelet.host.clock.nowMs());
    for (const { name, containerID = "", restartCount, state } of [...containerStatuses, ...initContainerStatuses]) {
      const record = this.records.find((each) => each.name === name);
      if (record === undefined || containerID === "") continue;
      record.forgottenStarts = restartCount + 1;
      if (state?.running === undefined) continue;
      const startedAtMs = state.running.startedAt === undefined ? 0 : Date.parse(state.running.startedAt);
      const finishedAtMs = this.kubelet.host.clock.nowMs();
      const containerId = containerID.slice(containerID.indexOf("://") + 3);
      record.last = { kind: "terminated", exitCode: 255, reason: "Unknown", startedAtMs, finishedAtMs, containerId };
    }
  }

  get deletionAsked(): boolean {
    return this.gone || this.pod.metadata.deletionTimestamp !== undefined;
  }

  get takesResources(): boolean {
    return !this.finished && this.verdict === undefined;
  }

  get restartPolicy(): string {
    return this.pod.spec?.restartPolicy ?? "Always";
  }

  /** How long its containers may take to stop. Gone from the API, it is given little. */
  graceSeconds(): number {
    const { deletionGracePeriodSeconds } = this.pod.metadata;
    const asked = Number(this.pod.spec?.terminationGracePeriodSeconds ?? 30);
    if (this.gone) return Math.min(asked, 2);
    return Math.max(1, Number(deletionGracePeriodSeconds ?? asked));
  }

  tell(event: PodEvent): void {
    this.kubelet.host.charts.get(`pod ${this.key}`)?.send(event);
  }

  /** Takes a newer version of the pod from the API. */
  update(pod: Pod): void {
    this.pod = pod;
    for (const record of this.records) {
      const spec = pod.spec?.[listOf(record.role)]?.find(({ name }) => name === record.name);
      if (spec !== undefined) record.spec = spec;
    }
    const known = new Set(this.records.map(({ name }) => name));
    const added = (pod.spec?.ephemeralContainers ?? []).filter(({ name }) => !known.has(name));
    if (added.length > 0) this.records = [...this.records, ...added.map(ephemeralRecord)];
    // Whether a pod is ready is its kubelet's to say, once it has said so.
    if (this.status !== undefined && readiness(pod.status) !== readiness(this.status))
      this.kubelet.host.charts.get(`status ${this.key}`)?.send({ type: "overwritten" });
  }

  /** Hands the status as it is now to whoever writes it. */
  report({ mayWait = false } = {}): void {
    const before = this.status;
    const picture = {
      pod: this.pod,
      records: this.records,
      podIp: this.podIp,
      hostIp: this.kubelet.io.node.internalIp,
      sandboxReady: this.sandboxReady,
      startedAtMs: this.startedAtMs,
      nowMs: this.kubelet.host.clock.nowMs(),
      finished: this.finished,
      resizeConditions: this.resizeConditions,
      ...(this.verdict === undefined ? {} : { verdict: this.verdict }),
    };
    const status = podStatusOf(picture, before);
    this.status = status;
    const urgent = !mayWait && (before?.phase !== status.phase || readiness(before) !== readiness(status));
    this.kubelet.host.charts.get(`status ${this.key}`)?.send({ type: "report", status, urgent });
  }
}

const ephemeralRecord = (container: EphemeralContainer): ContainerRecord =>
  new ContainerRecord(container, "ephemeral", "ContainerCreating");

const readiness = (status: PodStatus | undefined): string | undefined =>
  status?.conditions?.find(({ type }) => type === "Ready")?.status;
