/** What the charts of one kubelet share: its host, its I/O, what it knows of the API and of its runtime. */
import { recordEvent } from "../../src/actor/events.js";
import type { Host } from "../../src/actor/host.js";
import { Store } from "../../src/actor/informer/store.js";
import { type HostPort, hostPortsOf } from "../../src/api/host-ports.js";
import type { Node, Pod, Service } from "../../src/api/types.js";
import { type Address, address, instanceOf } from "../../src/wire/address.js";
import type { CallShape, Declared } from "../../src/wire/declare.js";
import type { Outcome } from "../../src/wire/errors.js";
import { kubeletLimits } from "./configuration.js";
import { type ContainerRecord, listOf } from "./container/record.js";
import type { KubeletIo } from "./io/io.js";
import { allocatableAmounts, nodeLabels } from "./node/node-object.js";
import { type AdmittingNode, type Rejection, rejectionOf } from "./pod/admission.js";
import type { NodeAllocatable } from "./pod/downward.js";
import type { PodHandle } from "./pod/handle.js";
import type { PodRequests } from "./pod/resources.js";
import { RuntimeView } from "./runtime/view.js";
import { WriteSlots } from "./status/slots.js";
import { ObjectSource } from "./volume/object-source.js";

export class Kubelet {
  readonly nodeName: string;
  readonly runc: Address;
  readonly objects: ObjectSource;
  private counted: { readonly of: Node | undefined; readonly allocatable: AdmittingNode["allocatable"] } | undefined;
  readonly services = new Store<Service>();
  /** This node only. */
  readonly nodes = new Store<Node>();
  readonly podsInApi = new Store<Pod>();
  readonly runtime = new RuntimeView();
  readonly statusSlots = new WriteSlots(kubeletLimits.statusWritesAtOnce);
  /** The pods that have a chart, by uid, in the order in which they came. */
  readonly pods = new Map<string, PodHandle>();
  readonly startedAtMs: number;

  constructor(
    readonly host: Host,
    readonly io: KubeletIo,
  ) {
    this.nodeName = instanceOf(host.address);
    this.startedAtMs = host.clock.nowMs();
    this.runc = address("runc", this.nodeName);
    this.objects = new ObjectSource(host);
  }

  /** Asks the container runtime of this node. */
  ask<Request, Reply>(
    message: Declared<CallShape<Request, Reply>>,
    request: Request,
    onOutcome: (outcome: Outcome<Reply>) => void,
    deadlineMs?: number,
  ): void {
    this.host.wire.call(this.runc, message, request, deadlineMs === undefined ? { onOutcome } : { onOutcome, deadlineMs });
  }

  /** Reports what happened to a pod; `container` names the part of it that this is about. */
  record(
    pod: Pod,
    type: "Normal" | "Warning",
    reason: string,
    message: string,
    container?: Pick<ContainerRecord, "name" | "role">,
  ): void {
    const { namespace = "", name = "", uid = "", resourceVersion = "" } = pod.metadata;
    const fieldPath = container === undefined ? {} : { fieldPath: `spec.${listOf(container.role)}{${container.name}}` };
    const involvedObject = { kind: "Pod", apiVersion: "v1", namespace, name, uid, resourceVersion, ...fieldPath };
    recordEvent(this.host, { involvedObject, type, reason, message, component: "kubelet", node: this.nodeName });
  }

  allocatable(): NodeAllocatable {
    return this.io.node;
  }

  /** Why this node cannot take a pod beside those that it has already. `labels` are the node's, when they were just read. */
  rejection(of: PodHandle, labels?: Readonly<Record<string, string>>): Rejection | undefined {
    return rejectionOf(of.pod, of.requests, this.admitting(labels), this.requestsBeside(of), this.portsBeside(of));
  }

  /** What the other pods of the node have been given. */
  requestsBeside(of: PodHandle): PodRequests[] {
    return this.beside(of).map(({ requests }) => requests);
  }

  private portsBeside(of: PodHandle): HostPort[] {
    return this.beside(of).flatMap(({ pod }) => hostPortsOf(pod));
  }

  private beside(of: PodHandle): PodHandle[] {
    return [...this.pods.values()].filter((each) => each !== of && each.takesResources);
  }

  admitting(labels?: Readonly<Record<string, string>>): AdmittingNode {
    const node = this.nodes.get(this.nodeName);
    const known = labels ?? node?.metadata.labels ?? nodeLabels(this.nodeName, this.io.node);
    return { name: this.nodeName, labels: new Map(Object.entries(known)), allocatable: this.allocatableOf(node) };
  }

  /** Counted once for a node as it is known. */
  private allocatableOf(node: Node | undefined): AdmittingNode["allocatable"] {
    if (this.counted === undefined || this.counted.of !== node) {
      this.counted = { of: node, allocatable: allocatableAmounts(this.io.node, node) };
    }
    return this.counted.allocatable;
  }

  podsRunning(): number {
    return [...this.pods.values()].filter(({ status }) => status?.phase === "Running").length;
  }
}
