/** What the life of a container does to the world; its chart says when. */

import type { Container } from "../../../src/api/types.js";
import type { Outcome, WireError } from "../../../src/wire/errors.js";
import { type ContainerConfig, type ContainerStatus, type Image, type Mount, runcMessages } from "../../runc/messages.js";
import { goDuration } from "../backoff.js";
import type { Kubelet } from "../kubelet.js";
import type { Resolved } from "../pod/downward.js";
import type { PodHandle } from "../pod/handle.js";
import { attemptsOf } from "../runtime/view.js";
import { environmentReferences, volumeReferences } from "../volume/references.js";
import { containerConfigOf } from "./config.js";
import { environmentOf } from "./environment.js";
import type { ContainerEvent, Kill } from "./events.js";
import { runHook } from "./hooks.js";
import { planMounts, prepareMounts } from "./mounts.js";
import { ContainerProbes } from "./probes.js";
import type { ContainerRecord } from "./record.js";
import { rootRefusal, unenforced } from "./security.js";
import { serviceEnvironment } from "./service-environment.js";

type Tell = (event: ContainerEvent) => void;

/** After its preStop hook a container has at least this long to stop. */
const stopSecondsLeast = 2;

export class ContainerWork {
  readonly probes: ContainerProbes;
  private config: ContainerConfig | undefined;
  private pullStartedMs = 0;
  /** The user that the image names, where that is known. */
  private imageUid: number | undefined;
  /** When the container that is being stopped has to be gone, on the monotonic clock. */
  private stopByMs = 0;
  /** Dead attempts that the runtime still has, oldest first. */
  private readonly dead: string[] = [];

  constructor(
    readonly kubelet: Kubelet,
    readonly pod: PodHandle,
    readonly record: ContainerRecord,
  ) {
    this.probes = new ContainerProbes(kubelet, pod, record);
  }

  get image(): string {
    return this.record.spec.image ?? "";
  }

  event(type: "Normal" | "Warning", reason: string, message: string): void {
    this.kubelet.record(this.pod.pod, type, reason, message, this.record);
  }

  changed(): void {
    this.pod.tell({ type: "container.changed", name: this.record.name });
    this.kubelet.host.charts.get(`resize ${this.pod.key}`)?.send({ type: "progressed" });
  }

  checkImage(tell: Tell): void {
    this.ask(runcMessages.imageStatus, { image: this.image }, tell, ({ image }) => {
      this.noteUser(image);
      tell(
        image === undefined ? { type: "image.absent" } : { type: "image.present", imageId: image.id, simulated: image.simulated },
      );
    });
  }

  pull(tell: Tell): void {
    this.pullStartedMs = this.kubelet.host.clock.monotonicMs();
    this.event("Normal", "Pulling", `Pulling image "${this.image}"`);
    const pulled = ({ imageRef, simulated }: { imageRef: string; simulated: boolean }) =>
      this.ask(runcMessages.imageStatus, { image: this.image }, tell, ({ image }) => {
        this.noteUser(image);
        tell({ type: "image.pulled", imageId: image?.id ?? imageRef, simulated, sizeBytes: image?.sizeBytes ?? 0 });
      });
    this.ask(runcMessages.pullImage, { image: this.image }, tell, pulled, (error) => {
      const reason = (error.details as { reason?: string } | undefined)?.reason;
      tell({ type: "image.refused", reason: reason ?? "ErrImagePull", message: error.message });
    });
  }

  private noteUser(image: Image | undefined): void {
    this.imageUid = image?.uid;
  }

  reportPulled(sizeBytes: number): void {
    const took = goDuration(this.kubelet.host.clock.monotonicMs() - this.pullStartedMs);
    const size = `Image size: ${sizeBytes} bytes.`;
    this.event("Normal", "Pulled", `Successfully pulled image "${this.image}" in ${took} (${took} including waiting). ${size}`);
  }

  reportPresent(): void {
    this.event("Normal", "Pulled", `Container image "${this.image}" already present on machine`);
  }

  reportSimulated(): void {
    const message = `No program is known for image "${this.image}": container ${this.record.name} is simulated, nothing of it runs`;
    this.event("Normal", "Simulated", message);
  }

  /** Gathers what the configuration needs, and makes it. */
  configure(tell: Tell): void {
    const { kubelet, pod, record } = this;
    const container = record.allocatedSpec;
    const refused = rootRefusal(pod.pod, container, this.imageUid);
    if (refused !== undefined) {
      tell({ type: "configuration.failed", message: refused });
      return;
    }
    kubelet.objects.fetch(pod.pod, environmentReferences(record.spec), (fetched) => {
      if (!fetched.ok) {
        tell({ type: "configuration.failed", message: fetched.message });
        return;
      }
      const enableServiceLinks = pod.pod.spec?.enableServiceLinks ?? true;
      const environment = environmentOf(container, {
        pod: pod.pod,
        podIp: pod.podIp,
        hostIp: kubelet.io.node.internalIp,
        allocatable: kubelet.allocatable(),
        services: serviceEnvironment(kubelet.services.list(), pod.namespace, enableServiceLinks),
        objects: fetched.objects,
      });
      if (!environment.ok) {
        tell({ type: "configuration.failed", message: environment.message });
        return;
      }
      this.mount(container, environment.value, (mounts) => {
        if (!mounts.ok) {
          tell({ type: "configuration.failed", message: mounts.message });
          return;
        }
        const sources = { pod: pod.pod, container, environment: environment.value, mounts: mounts.value };
        this.config = containerConfigOf({ ...sources, attempt: this.nextAttempt() });
        tell({ type: "configured" });
      });
    });
  }

  private mount(
    container: Container,
    environment: ReadonlyMap<string, string>,
    onReady: (mounts: Resolved<readonly Mount[]>) => void,
  ): void {
    const { kubelet, pod } = this;
    const planned = planMounts({ container, environment, volume: (name) => pod.volumes.get(name) });
    if (!planned.ok) {
      onReady(planned);
      return;
    }
    const of = { podUid: pod.uid, container: container.name, volumes: kubelet.io.volumes };
    const told = kubelet.host.bind((mounts: Resolved<readonly Mount[]>, problem?: string) => {
      if (problem !== undefined) kubelet.host.note(`pod ${pod.key}, container ${container.name}: ${problem}`);
      onReady(mounts);
    });
    prepareMounts(planned.value, of, told);
  }

  create(tell: Tell): void {
    if (this.config === undefined) return;
    const request = { podSandboxId: this.pod.sandboxId, config: this.config };
    const refused = (error: WireError) => tell({ type: "create.refused", message: error.message });
    this.ask(runcMessages.createContainer, request, tell, ({ containerId }) => tell({ type: "created", containerId }), refused);
  }

  noteCreated(containerId: string): void {
    const { record } = this;
    record.restartCount = this.nextAttempt();
    this.bury(record.containerId);
    record.containerId = containerId;
    record.applied = record.allocated;
    this.event("Normal", "Created", `Created container: ${record.name}`);
    const vain = unenforced(this.pod.pod, record.spec);
    if (vain.length > 0)
      this.event(
        "Warning",
        "NotEnforced",
        `Container ${record.name} asks for ${vain.join(", ")}: no kernel stands between containers and the node here, so nobody enforces that`,
      );
  }

  start(tell: Tell): void {
    const refused = (error: WireError) => tell({ type: "start.refused", message: error.message });
    const request = { containerId: this.record.containerId };
    this.ask(runcMessages.startContainer, request, tell, () => tell({ type: "started" }), refused);
  }

  noteStarted(): void {
    this.record.runs(this.kubelet.host.clock.nowMs());
    this.event("Normal", "Started", `Started container ${this.record.name}`);
  }

  noteStartRefused(message: string): void {
    const nowMs = this.kubelet.host.clock.nowMs();
    const { containerId } = this.record;
    this.record.terminates({ exitCode: 128, reason: "StartError", message, startedAtMs: 0, finishedAtMs: nowMs, containerId });
    this.event("Warning", "Failed", `Error: ${message}`);
  }

  /** Asks the runtime what it has of this container. */
  inspect(tell: Tell): void {
    this.ask(runcMessages.listContainers, {}, tell, ({ containers }) =>
      tell({ type: "found", attempts: attemptsOf(containers, this.pod.sandboxId, this.record.name) }),
    );
  }

  /** Makes the record say what the runtime says. */
  adopt(attempts: readonly ContainerStatus[]): void {
    const { record } = this;
    const newest = attempts.at(-1);
    if (newest === undefined) return;
    const before = attempts.at(-2);
    if (before !== undefined && before.state === "CONTAINER_EXITED" && record.last === undefined)
      record.last = { kind: "terminated", ...exitOf(before) };
    this.dead.splice(0, this.dead.length, ...attempts.slice(0, -1).map(({ id }) => id));
    record.containerId = newest.id;
    record.imageId = newest.imageId;
    record.restartCount = newest.attempt;
    if (newest.state === "CONTAINER_RUNNING") record.runs(newest.startedAtMs);
  }

  refreshVolumes(): void {
    this.kubelet.objects.doubt(this.pod.pod, volumeReferences(this.pod.pod));
    this.kubelet.host.charts.get(`volumes ${this.pod.key}`)?.send({ type: "container.restarts" });
  }

  noteExit(status: ContainerStatus): void {
    this.record.terminates(exitOf(status));
    if (status.reason === "StartError") this.event("Warning", "Failed", `Error: ${status.message}`);
  }

  /** The runtime does not have the container any more: how it ended cannot be told. */
  noteVanished(): void {
    this.record.vanishes(this.kubelet.host.clock.nowMs());
  }

  postStart(tell: Tell): void {
    const hook = this.record.spec.lifecycle?.postStart;
    if (hook === undefined) return;
    const { containerId } = this.record;
    runHook(this.kubelet, this.pod, this.record, hook, 600_000, (error) => {
      if (this.record.containerId === containerId)
        tell(error === undefined ? { type: "postStart.ended" } : { type: "postStart.ended", error });
    });
  }

  preStop(tell: Tell): void {
    const hook = this.record.spec.lifecycle?.preStop;
    if (hook === undefined) return;
    const { containerId } = this.record;
    runHook(this.kubelet, this.pod, this.record, hook, this.graceLeftMs(), (error) => {
      if (this.record.containerId === containerId)
        tell(error === undefined ? { type: "preStop.ended" } : { type: "preStop.ended", error });
    });
  }

  /** From now on the container has so long to go. */
  setDeadline(kill: Kill): void {
    this.stopByMs = this.kubelet.host.clock.monotonicMs() + kill.graceSeconds * 1000;
  }

  graceLeftMs(): number {
    return Math.max(0, this.stopByMs - this.kubelet.host.clock.monotonicMs());
  }

  stop(tell: Tell): void {
    const { containerId } = this.record;
    const hooked = this.record.spec.lifecycle?.preStop !== undefined;
    const left = Math.ceil(this.graceLeftMs() / 1000);
    const timeoutSeconds = hooked ? Math.max(stopSecondsLeast, left) : left;
    this.ask(runcMessages.stopContainer, { containerId, timeoutSeconds }, tell, () => {
      if (this.record.containerId === containerId) tell({ type: "stop.answered" });
    });
  }

  sinceExitMs(): number {
    const { state } = this.record;
    return state.kind === "terminated" ? Math.max(0, this.kubelet.host.clock.nowMs() - state.finishedAtMs) : 0;
  }

  ranMs(): number {
    const { state } = this.record;
    if (state.kind !== "terminated" || state.startedAtMs === 0) return 0;
    return state.finishedAtMs - state.startedAtMs;
  }

  private nextAttempt(): number {
    return this.record.containerId === "" ? this.record.forgottenStarts : this.record.restartCount + 1;
  }

  /** Keeps the last dead attempt for its logs, and lets the runtime forget those before it. */
  private bury(containerId: string): void {
    if (containerId === "") return;
    this.dead.push(containerId);
    for (const old of this.dead.splice(0, this.dead.length - 1)) {
      this.kubelet.ask(runcMessages.removeContainer, { containerId: old }, (outcome) => {
        if (!outcome.ok) this.kubelet.host.note(`removing container ${old}: ${outcome.error.message}`);
      });
    }
  }

  /** Asks the runtime; what it does not answer is told as `runtime.lost`, and so is a refusal that nobody expects. */
  private ask<Request, Reply>(
    message: Parameters<typeof Kubelet.prototype.ask<Request, Reply>>[0],
    request: Request,
    tell: Tell,
    onReply: (reply: Reply) => void,
    onRefused?: (error: WireError) => void,
  ): void {
    this.kubelet.ask(message, request, (outcome: Outcome<Reply>) => {
      if (outcome.ok) onReply(outcome.reply);
      else if (outcome.error.code === "rejected" && onRefused !== undefined) onRefused(outcome.error);
      else tell({ type: "runtime.lost" });
    });
  }
}

/** How a container of the runtime ended, for its record. */
export function exitOf({ id, exitCode, reason, message, startedAtMs, finishedAtMs }: ContainerStatus) {
  return { exitCode, reason, message, startedAtMs, finishedAtMs, containerId: id };
}
