/** The containers of one pod: in which order they start and stop, and how those that run already are taken over. */
import type { Pod } from "../../../src/api/types.js";
import type { ContainerStatus } from "../../runc/messages.js";
import type { ContainerEvent, Kill } from "../container/events.js";
import { containerMachine } from "../container/machine.js";
import { type ContainerRecord, listOf } from "../container/record.js";
import { restartsAfter } from "../container/restart.js";
import { ContainerWork, exitOf } from "../container/work.js";
import type { Kubelet } from "../kubelet.js";
import { attemptsOf } from "../runtime/view.js";
import type { PodEvent } from "./events.js";
import type { PodHandle } from "./handle.js";
import { initDone } from "./phase.js";

type Found = Extract<PodEvent, { type: "sandbox.found" }>;

const hasEnded = ({ state }: ContainerRecord): boolean => state.kind === "terminated";

export class PodContainers {
  /** The pod as it was before its last update. */
  previous: Pod | undefined;
  private stopByMs = 0;
  private stoppingSidecar: ContainerRecord | undefined;

  constructor(
    private readonly kubelet: Kubelet,
    private readonly pod: PodHandle,
  ) {}

  private startContainer(record: ContainerRecord, how: ContainerEvent): void {
    const id = this.chartOf(record);
    if (this.kubelet.host.charts.get(id) !== undefined) return;
    const work = new ContainerWork(this.kubelet, this.pod, record);
    this.kubelet.host.charts.start(containerMachine, { id, input: { work }, onDone: () => work.changed() }).send(how);
  }

  /** Init containers and sidecars up to the first that the next ones have to wait for. */
  startNextInit(): void {
    for (const record of this.pod.records) {
      if (record.role !== "init" && record.role !== "sidecar") return;
      if (!this.runs(record) && !initDone(record) && !hasEnded(record)) this.startContainer(record, { type: "start" });
      if (!initDone(record)) return;
    }
  }

  /** The main containers, and sidecars that a kubelet before this one had not got to. */
  startMains(): void {
    for (const record of this.pod.records) {
      const { role } = record;
      if ((role === "main" || role === "sidecar") && !this.runs(record) && !hasEnded(record))
        this.startContainer(record, { type: "start" });
    }
  }

  /** Ephemeral containers run whatever the others do, as soon as there is a sandbox. */
  startEphemeral(): void {
    if (!this.pod.sandboxReady) return;
    for (const record of this.pod.records) {
      if (record.role === "ephemeral" && !this.runs(record) && !hasEnded(record)) this.startContainer(record, { type: "start" });
    }
  }

  get initIsDone(): boolean {
    return this.pod.records.every((record) => (record.role !== "init" && record.role !== "sidecar") || initDone(record));
  }

  /** An init container failed for good. */
  get initHasFailed(): boolean {
    return this.pod.records.some(
      ({ role, state }) =>
        role === "init" &&
        state.kind === "terminated" &&
        state.exitCode !== 0 &&
        !restartsAfter(this.pod.restartPolicy, role, state.exitCode),
    );
  }

  /** All main containers have ended and none is started again. */
  get mainsAreDone(): boolean {
    return this.pod.records.every((record) => record.role !== "main" || (hasEnded(record) && !this.runs(record)));
  }

  /** Goes on with the containers that the runtime has: of the main ones when the pod got that far, else of the init ones. */
  adopt(containers: readonly ContainerStatus[]): void {
    const { records, sandboxId } = this.pod;
    const attempts = new Map(records.map((record) => [record, attemptsOf(containers, sandboxId, record.name)]));
    const mainsBegan = records.some((record) => record.role === "main" && (attempts.get(record)?.length ?? 0) > 0);
    for (const record of records) {
      const found = attempts.get(record) ?? [];
      this.restoreFlags(record);
      if (found.length > 0) this.startContainer(record, { type: "adopt", attempts: found });
      // The runtime forgot an init container of a pod whose main ones began: it must have completed.
      else if (mainsBegan && record.role === "init") this.assumeCompleted(record);
    }
  }

  get mainsBegan(): boolean {
    return this.pod.records.some((record) => record.role === "main" && (this.runs(record) || hasEnded(record)));
  }

  /** From now on the containers of the pod have its grace period to end. */
  beginTermination(): void {
    this.stopByMs = this.kubelet.host.clock.monotonicMs() + this.pod.graceSeconds() * 1000;
  }

  /** Tells all containers but the sidecars to end. */
  stopMains(): void {
    for (const record of this.pod.records) if (record.role !== "sidecar") this.terminate(record);
  }

  /** Tells the last sidecar that still runs to end: they end in the reverse order of their starting. */
  stopSidecar(): void {
    this.stoppingSidecar = this.pod.records.filter((record) => record.role === "sidecar" && this.runs(record)).at(-1);
    if (this.stoppingSidecar !== undefined) this.terminate(this.stoppingSidecar);
  }

  /** The pod was given less time: containers that are ending are told again. */
  hurry(): void {
    this.beginTermination();
    if (this.stoppingSidecar !== undefined) this.terminate(this.stoppingSidecar);
    else this.stopMains();
  }

  get mainsStopped(): boolean {
    return !this.pod.records.some((record) => record.role !== "sidecar" && this.runs(record));
  }

  get sidecarStopped(): boolean {
    return this.stoppingSidecar === undefined || !this.runs(this.stoppingSidecar);
  }

  get allStopped(): boolean {
    return !this.pod.records.some((record) => this.runs(record));
  }

  /** Tells running containers whose image is another than in the version before. */
  restartChanged(): void {
    const spec = this.previous?.spec;
    if (spec === undefined) return;
    const imageBefore = ({ role, name: of }: ContainerRecord): string | undefined =>
      spec[listOf(role)]?.find(({ name }) => name === of)?.image;
    for (const record of this.pod.records) {
      if (record.role === "ephemeral" || imageBefore(record) === record.spec.image) continue;
      const message = `Container ${record.name} definition changed, will be restarted`;
      const kill: Kill = { message, graceSeconds: this.pod.graceSeconds(), afterwards: "restarts" };
      this.kubelet.host.charts.get(this.chartOf(record))?.send({ type: "spec.changed", kill });
    }
  }

  /** True when the runtime has all main containers at their end, and none is to be started again. */
  allEndedIn({ sandbox, containers }: Found): boolean {
    return this.pod.records.every((record) => {
      if (record.role !== "main") return true;
      const newest = attemptsOf(containers, sandbox.id, record.name).at(-1);
      return newest?.state === "CONTAINER_EXITED" && !restartsAfter(this.pod.restartPolicy, "main", newest.exitCode);
    });
  }

  /** Takes over how containers ended that nobody will start again. */
  rememberEnded(containers: readonly ContainerStatus[]): void {
    for (const record of this.pod.records) {
      const newest = attemptsOf(containers, this.pod.sandboxId, record.name).at(-1);
      if (newest === undefined) continue;
      record.containerId = newest.id;
      record.imageId = newest.imageId;
      record.restartCount = newest.attempt;
      if (newest.state === "CONTAINER_EXITED") record.terminates(exitOf(newest));
    }
  }

  /** Drops the charts of all containers: their sandbox is gone and they with it. All but what ended for good runs again. */
  abandon(): void {
    const { charts, clock } = this.kubelet.host;
    for (const record of this.pod.records) {
      new ContainerWork(this.kubelet, this.pod, record).probes.stop();
      charts.stop(this.chartOf(record));
      const { state, containerId } = record;
      if (state.kind !== "running") continue;
      const { startedAtMs } = state;
      const finishedAtMs = clock.nowMs();
      record.terminates({ exitCode: 137, reason: "ContainerStatusUnknown", startedAtMs, finishedAtMs, containerId });
    }
    const mains = this.pod.records.filter(({ role }) => role === "main");
    if (mains.every((record) => this.staysEnded(record))) return;
    for (const record of this.pod.records) {
      if (record.role === "ephemeral") continue;
      if (record.role !== "main") record.waits("PodInitializing");
      else if (!this.staysEnded(record)) record.waits("ContainerCreating");
    }
  }

  /** Containers that should have run and of which nothing is known are shown as ended, not as waiting. */
  settle(): void {
    const began = this.pod.records.some(
      ({ role, state, last }) => role === "main" && (state.kind !== "waiting" || last !== undefined),
    );
    for (const record of this.pod.records) {
      if (record.state.kind !== "waiting") continue;
      if (record.last !== undefined) record.state = record.last;
      else if (began) {
        const message = "The container could not be located when the pod was terminated";
        const { containerId } = record;
        record.terminates({
          exitCode: 137,
          reason: "ContainerStatusUnknown",
          message,
          startedAtMs: 0,
          finishedAtMs: 0,
          containerId,
        });
      }
    }
  }

  private chartOf(record: ContainerRecord): string {
    return `container ${this.pod.key}/${record.name}`;
  }

  /** A container has a chart until it has ended for good. */
  private runs(record: ContainerRecord): boolean {
    return this.kubelet.host.charts.get(this.chartOf(record)) !== undefined;
  }

  private terminate(record: ContainerRecord): void {
    const leftMs = this.stopByMs - this.kubelet.host.clock.monotonicMs();
    const graceSeconds = Math.max(1, Math.ceil(leftMs / 1000));
    const kill: Kill = { message: `Stopping container ${record.name}`, graceSeconds, afterwards: "ends" };
    this.kubelet.host.charts.get(this.chartOf(record))?.send({ type: "terminate", kill });
  }

  private staysEnded({ role, state }: ContainerRecord): boolean {
    return state.kind === "terminated" && !restartsAfter(this.pod.restartPolicy, role, state.exitCode);
  }

  /** What the API last knew of a container keeps until its probes say otherwise. */
  private restoreFlags(record: ContainerRecord): void {
    const { containerStatuses = [], initContainerStatuses = [] } = this.pod.pod.status ?? {};
    const known = [...containerStatuses, ...initContainerStatuses].find(({ name }) => name === record.name);
    record.started = known?.started ?? false;
    record.ready = known?.ready ?? false;
  }

  private assumeCompleted(record: ContainerRecord): void {
    const nowMs = this.kubelet.host.clock.nowMs();
    record.terminates({ exitCode: 0, reason: "Completed", startedAtMs: nowMs, finishedAtMs: nowMs, containerId: "" });
  }
}
