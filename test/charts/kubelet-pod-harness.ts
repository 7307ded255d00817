/** The chart of one pod, with its status' chart beside it. */
import type { PodEvent } from "../../actors/kubelet/pod/events.js";
import type { PodHandle } from "../../actors/kubelet/pod/handle.js";
import { podMachine } from "../../actors/kubelet/pod/machine.js";
import { PodWork } from "../../actors/kubelet/pod/work.js";
import { statusMachine } from "../../actors/kubelet/status/machine.js";
import { StatusWriting } from "../../actors/kubelet/status/writing.js";
import type { PodSandboxStatus } from "../../actors/runc/messages.js";
import { KubeletHarness, sandboxStatus } from "./kubelet-harness.js";

export class PodHarness extends KubeletHarness {
  readonly handle: PodHandle;

  constructor(spec: object = {}, options: { metadata?: object; status?: object; runtime?: PodSandboxStatus } = {}) {
    super();
    this.handle = this.pod(spec, options.metadata, options.status);
    this.handle.sandboxId = "";
    if (options.runtime !== undefined) this.kubelet.runtime.replace([options.runtime], []);
    const { kubelet, handle } = this;
    this.charts.start(statusMachine, { id: "status default/web", input: { writing: new StatusWriting(kubelet, handle) } });
    this.charts.start(podMachine, { id: "pod default/web", input: { work: new PodWork(kubelet, handle) } });
  }

  get now(): string {
    return this.state("pod default/web");
  }

  tell(event: PodEvent): void {
    this.handle.tell(event);
  }

  written(): void {
    this.accept("patch pods/status", this.handle.pod);
  }

  update(metadata: object, spec: object = {}): void {
    const { pod } = this.handle;
    this.tell({
      type: "pod.updated",
      pod: { ...pod, metadata: { ...pod.metadata, ...metadata }, spec: { ...pod.spec!, ...spec } },
    });
  }

  toSandbox(): this {
    this.written();
    return this;
  }

  toInitializing(): this {
    this.toSandbox();
    this.answer("runPodSandbox", { podSandboxId: "sandbox" });
    this.answer("podSandboxStatus", sandboxStatus());
    return this;
  }

  runContainer(id = "c-0"): this {
    this.answer("imageStatus", { image: { repoTags: [], id: "sha256:1", sizeBytes: 7, simulated: false } });
    this.answer("createContainer", { containerId: id });
    this.answer("startContainer");
    return this;
  }

  toRunning(): this {
    return this.toInitializing().runContainer();
  }
}
