/** What the life of a pod does to the world; its chart says when. */
import { askApiserver } from "../../../src/actor/api-requests.js";
import type { Timer } from "../../../src/actor/host.js";
import { secondsInMs } from "../../../src/api/go-duration.js";
import { hostPortsOf } from "../../../src/api/host-ports.js";
import type { Pod, RuntimeClass } from "../../../src/api/types.js";
import type { Integer } from "../../../src/json/integer.js";
import { writeJson } from "../../../src/json/text.js";
import type { Outcome, WireError } from "../../../src/wire/errors.js";
import { type HostPortMapping, runcMessages } from "../../runc/messages.js";
import type { Kubelet } from "../kubelet.js";
import { newestSandbox } from "../runtime/view.js";
import { isGone } from "../status/writing.js";
import { volumesMachine } from "../volume/machine.js";
import { VolumeMounting } from "../volume/mounting.js";
import { showsItself, volumePaths } from "../volume/plan.js";
import type { Rejection } from "./admission.js";
import { PodContainers } from "./containers.js";
import { podDns, podHostname } from "./dns.js";
import type { PodEvent } from "./events.js";
import type { PodHandle } from "./handle.js";
import { podSysctls } from "./sysctls.js";

type Tell = (event: PodEvent) => void;

const podPath = ({ namespace, name }: PodHandle) => ({ group: "", version: "v1", resource: "pods", namespace, name });

const differs = (one: unknown, other: unknown): boolean => writeJson(one) !== writeJson(other);

export class PodWork {
  readonly containers: PodContainers;
  private deadline: Timer | undefined;
  /** What it was set by: it may be set, or shortened, while the pod runs. */
  private deadlineSeconds: Integer | undefined;

  constructor(
    readonly kubelet: Kubelet,
    readonly pod: PodHandle,
  ) {
    this.containers = new PodContainers(kubelet, pod);
  }

  /** Why the node cannot take the pod; undefined when it can. */
  rejection(labels?: Readonly<Record<string, string>>): Rejection | undefined {
    return this.kubelet.rejection(this.pod, labels);
  }

  reject(labels?: Readonly<Record<string, string>>): void {
    const rejection = this.rejection(labels);
    if (rejection === undefined) return;
    this.kubelet.record(this.pod.pod, "Warning", rejection.reason, rejection.message);
    this.pod.verdict = { reason: rejection.reason, message: `Pod was rejected: ${rejection.message}` };
  }

  failForDeadline(): void {
    const message = "Pod was active on the node longer than the specified deadline";
    this.kubelet.record(this.pod.pod, "Normal", "DeadlineExceeded", message);
    this.pod.verdict = { reason: "DeadlineExceeded", message };
  }

  takeUpdate(pod: Pod): void {
    const before = this.pod.pod;
    this.containers.previous = before;
    this.pod.update(pod);
    if (
      showsItself(pod) &&
      differs([before.metadata.labels, before.metadata.annotations], [pod.metadata.labels, pod.metadata.annotations])
    )
      this.kubelet.host.charts.get(`volumes ${this.pod.key}`)?.send({ type: "pod.changed" });
  }

  /** The node as the API now has it: its labels may have changed since this kubelet last heard. */
  readNode(tell: Tell): void {
    const path = { group: "", version: "v1", resource: "nodes", name: this.kubelet.nodeName };
    askApiserver(this.kubelet.host, { verb: "get", path }, (outcome) =>
      tell(outcome.ok ? { type: "node.read", labels: outcome.reply.object?.metadata.labels ?? {} } : { type: "node.unread" }),
    );
  }

  mountVolumes(): void {
    const id = `volumes ${this.pod.key}`;
    const running = this.kubelet.host.charts.get(id);
    if (running !== undefined) {
      // A pod that starts over finds its volumes there.
      running.send({ type: "wanted" });
      return;
    }
    this.kubelet.host.charts.start(volumesMachine, { id, input: { mounting: new VolumeMounting(this.kubelet, this.pod) } });
  }

  /** Where the volumes are that a kubelet before this one made; they are made up to date meanwhile. */
  adoptVolumes(): void {
    const { pod, kubelet } = this;
    pod.volumes = volumePaths(pod.pod, (name) => kubelet.io.volumes.path({ podUid: pod.uid, ...name }));
    if ((pod.pod.spec?.volumes ?? []).length > 0) this.mountVolumes();
  }

  /** Learns which handler of the runtime the pod's RuntimeClass names. Source: "Runtime Class". */
  readRuntimeClass(tell: Tell): void {
    const name = this.pod.pod.spec?.runtimeClassName ?? "";
    const path = { group: "node.k8s.io", version: "v1", resource: "runtimeclasses", name };
    askApiserver(this.kubelet.host, { verb: "get", path }, (outcome) => {
      if (outcome.ok) tell({ type: "runtimeClass.read", handler: (outcome.reply.object as RuntimeClass).handler });
      else if (isGone(outcome.error))
        tell({ type: "runtimeClass.absent", message: `runtimeclass.node.k8s.io "${name}" not found` });
      else tell({ type: "runtimeClass.unread" });
    });
  }

  makeSandbox(tell: Tell): void {
    const { pod } = this;
    const { hostNetwork = false } = pod.pod.spec ?? {};
    const { name, namespace, uid } = pod;
    const metadata = { name, namespace, uid, attempt: pod.sandboxAttempt };
    const podCidr = this.kubelet.nodes.get(this.kubelet.nodeName)?.spec?.podCIDR ?? this.kubelet.io.node.podCidr;
    const hostAliases = (this.pod.pod.spec?.hostAliases ?? []).map(({ ip, hostnames = [] }) => ({ ip, hostnames }));
    const { node, nodeDns } = this.kubelet.io;
    const dns = podDns(pod.pod, { clusterDns: node.clusterDns, node: nodeDns });
    const sysctls = podSysctls(pod.pod);
    const portMappings = hostNetwork ? [] : portMappingsOf(pod.pod, node.internalIp);
    const facts = { hostNetwork, sysctls, hostIp: node.internalIp, podCidr, dns, hostAliases, portMappings };
    const config = { metadata, ...podHostname(pod.pod, this.kubelet.nodeName), ...facts };
    // A kubelet hears of it over gRPC, and says so.
    const refused = ({ message }: WireError) =>
      tell({ type: "sandbox.refused", message: `rpc error: code = Unknown desc = ${message}` });
    this.ask(
      runcMessages.runPodSandbox,
      { config, runtimeHandler: pod.runtimeHandler },
      tell,
      ({ podSandboxId }) => tell({ type: "sandbox.made", sandboxId: podSandboxId }),
      refused,
    );
  }

  reportSandboxRefused(message: string): void {
    this.kubelet.record(this.pod.pod, "Warning", "FailedCreatePodSandBox", `Failed to create pod sandbox: ${message}`);
  }

  /** Learns the address of the sandbox that was made. */
  readSandbox(sandboxId: string, tell: Tell): void {
    this.ask(runcMessages.podSandboxStatus, { podSandboxId: sandboxId }, tell, (sandbox) =>
      tell({ type: "sandbox.found", sandbox, containers: [] }),
    );
  }

  /** Asks the runtime what it has of this pod. */
  findSandbox(tell: Tell): void {
    this.ask(runcMessages.listPodSandbox, {}, tell, ({ items }) => {
      const sandbox = newestSandbox(items, this.pod.uid);
      if (sandbox === undefined) {
        tell({ type: "sandbox.absent" });
        return;
      }
      this.ask(runcMessages.listContainers, {}, tell, ({ containers }) =>
        tell({
          type: "sandbox.found",
          sandbox,
          containers: containers.filter(({ podSandboxId }) => podSandboxId === sandbox.id),
        }),
      );
    });
  }

  /** Sets a timer for spec.activeDeadlineSeconds. */
  watchDeadline(tell: Tell): void {
    const seconds = this.pod.pod.spec?.activeDeadlineSeconds;
    if (seconds === undefined || seconds === this.deadlineSeconds) return;
    this.forgetDeadline();
    this.deadlineSeconds = seconds;
    const { clock } = this.kubelet.host;
    const leftMs = Math.max(0, this.pod.startedAtMs + secondsInMs(seconds) - clock.nowMs());
    this.deadline = clock.after(leftMs, () => tell({ type: "deadline.passed" }));
  }

  forgetDeadline(): void {
    if (this.deadline !== undefined) this.kubelet.host.clock.cancel(this.deadline);
  }

  stopSandbox(tell: Tell): void {
    if (this.pod.sandboxId === "") tell({ type: "sandbox.stopped" });
    else
      this.ask(runcMessages.stopPodSandbox, { podSandboxId: this.pod.sandboxId }, tell, () => tell({ type: "sandbox.stopped" }));
  }

  removeSandbox(tell: Tell): void {
    if (this.pod.sandboxId === "") tell({ type: "sandbox.removed" });
    else
      this.ask(runcMessages.removePodSandbox, { podSandboxId: this.pod.sandboxId }, tell, () =>
        tell({ type: "sandbox.removed" }),
      );
  }

  removeVolumes(tell: Tell): void {
    const { host, io, objects } = this.kubelet;
    host.charts.get(`volumes ${this.pod.key}`)?.send({ type: "stop" });
    objects.forget(this.pod.uid);
    if ((this.pod.pod.spec?.volumes ?? []).length === 0) {
      tell({ type: "volumes.removed" });
      return;
    }
    io.volumes.removePod(
      this.pod.uid,
      host.bind((error?: string) => {
        if (error !== undefined) host.note(`removing the volumes of pod ${this.pod.key}: ${error}`);
        tell({ type: "volumes.removed" });
      }),
    );
  }

  finish(): void {
    this.pod.finished = true;
    this.containers.settle();
  }

  /** Takes the pod out of the API for good. Gone already is as good. */
  deleteFromApi(tell: Tell): void {
    const options = { gracePeriodSeconds: 0, preconditions: { uid: this.pod.uid } };
    askApiserver(this.kubelet.host, { verb: "delete", path: podPath(this.pod), options }, (outcome) => {
      tell(outcome.ok || isGone(outcome.error) ? { type: "deleted" } : { type: "delete.failed" });
    });
  }

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

/** All nodes are on one machine: what is asked for on all addresses is served on the node's own. */
const portMappingsOf = (pod: Pod, nodeIp: string): HostPortMapping[] =>
  hostPortsOf(pod).map(({ protocol, containerPort, port, hostIP }) => ({
    protocol,
    containerPort,
    hostPort: port,
    hostIp: hostIP === "0.0.0.0" ? nodeIp : hostIP,
  }));
