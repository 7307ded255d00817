/** What the root chart of a kubelet does to the world. */
import { askApiserver, attachedApiserver } from "../../../src/actor/api-requests.js";
import { rfc3339Micro } from "../../../src/actor/host.js";
import { startInformer } from "../../../src/actor/informer/start.js";
import type { Node, NodeCondition } from "../../../src/api/types.js";
import { address } from "../../../src/wire/address.js";
import type { IncomingStream } from "../../../src/wire/streams.js";
import { statusOf } from "../../apiserver/messages.js";
import { kubeProxyMessages } from "../../kube-proxy/messages.js";
import { runcMessages } from "../../runc/messages.js";
import { ContainerAccess } from "../access/access.js";
import { kubeletTimings } from "../configuration.js";
import type { Kubelet } from "../kubelet.js";
import { conditionsDiffer, nodeConditions, type ProxyView } from "../node/conditions.js";
import { leaseObject, nodeObject, offersOtherwise, registrationPatch, statusPatch } from "../node/node-object.js";
import type { KubeletEvent } from "./events.js";
import { PodCharts } from "./pod-charts.js";

type Tell = (event: KubeletEvent) => void;

const informers = ["pods", "services", "nodes"] as const;

export class RootWork {
  readonly pods: PodCharts;
  readonly access: ContainerAccess;
  private runtimeReady = false;
  private proxy: ProxyView = { kind: "unknown" };
  private posted: readonly NodeCondition[] = [];
  private postedAtMs = 0;
  private nodeUid: string | undefined;
  private runtimeEvents: IncomingStream<never> | undefined;
  private readonly unsynced = new Set<string>(informers);

  constructor(readonly kubelet: Kubelet) {
    this.pods = new PodCharts(kubelet);
    this.access = new ContainerAccess(kubelet);
  }

  /** Starts to follow this node's pods, the node itself and all Services. */
  follow(tell: Tell): void {
    const { host, nodeName } = this.kubelet;
    const follow = { group: "", version: "v1" };
    const noted = (name: string, type: string) => {
      if (type !== "synced") return;
      this.unsynced.delete(name);
      if (this.unsynced.size === 0) tell({ type: "api.synced" });
    };
    startInformer(host, {
      id: "informer pods",
      path: { ...follow, resource: "pods" },
      selection: { fieldSelector: `spec.nodeName=${nodeName}` },
      store: this.kubelet.podsInApi,
      onChange: (change) => {
        noted("pods", change.type);
        this.pods.changed(change);
      },
    });
    startInformer(host, {
      id: "informer services",
      path: { ...follow, resource: "services" },
      store: this.kubelet.services,
      onChange: ({ type }) => noted("services", type),
    });
    startInformer(host, {
      id: "informer nodes",
      path: { ...follow, resource: "nodes" },
      selection: { fieldSelector: `metadata.name=${nodeName}` },
      store: this.kubelet.nodes,
      onChange: ({ type }) => noted("nodes", type),
    });
  }

  register(tell: Tell): void {
    const { host, io, nodeName } = this.kubelet;
    const object = nodeObject(nodeName, io.node, this.conditions());
    const path = { group: "", version: "v1", resource: "nodes" };
    askApiserver(host, { verb: "create", path, object }, (outcome) => {
      if (outcome.ok) this.registered(outcome.reply.object as Node | undefined, tell);
      else tell({ type: statusOf(outcome.error)?.code === 409 ? "node.exists" : "node.refused" });
    });
  }

  /** The node is known from before: its labels are brought up to date, the rest of it stays. */
  registerAgain(tell: Tell): void {
    const { host, io, nodeName } = this.kubelet;
    const path = { group: "", version: "v1", resource: "nodes", name: nodeName };
    const patch = registrationPatch(nodeName, io.node);
    askApiserver(host, { verb: "patch", path, patchType: "application/merge-patch+json", patch }, (outcome) => {
      if (outcome.ok) this.registered(outcome.reply.object as Node | undefined, tell);
      else tell({ type: "node.refused" });
    });
  }

  postStatus(tell: Tell): void {
    const { host, io, nodeName } = this.kubelet;
    const conditions = this.conditions();
    const path = { group: "", version: "v1", resource: "nodes", name: nodeName, subresource: "status" };
    const patch = statusPatch(nodeName, io.node, conditions, this.knownNode);
    askApiserver(host, { verb: "patch", path, patchType: "application/strategic-merge-patch+json", patch }, (outcome) => {
      if (outcome.ok) {
        this.posted = conditions;
        this.postedAtMs = host.clock.monotonicMs();
        tell({ type: "node.posted" });
      } else tell({ type: statusOf(outcome.error)?.code === 404 ? "node.missing" : "node.refused" });
    });
  }

  get isLinked(): boolean {
    return attachedApiserver(this.kubelet.host) !== undefined;
  }

  get statusIsNews(): boolean {
    const age = this.kubelet.host.clock.monotonicMs() - this.postedAtMs;
    return (
      age >= kubeletTimings.nodeStatusReportMs ||
      conditionsDiffer(this.conditions(), this.posted) ||
      offersOtherwise(this.kubelet.io.node, this.knownNode)
    );
  }

  private get knownNode(): Node | undefined {
    return this.kubelet.nodes.get(this.kubelet.nodeName);
  }

  /** The node became ready, or ceased to be, since its status was last written. */
  get readinessIsNews(): boolean {
    const ready = this.posted.find(({ type }) => type === "Ready")?.status === "True";
    return ready !== this.runtimeReady;
  }

  createLease(tell: Tell): void {
    const { host, nodeName } = this.kubelet;
    const path = { group: "coordination.k8s.io", version: "v1", resource: "leases", namespace: "kube-node-lease" };
    const object = leaseObject(nodeName, this.nodeUid, host.clock.nowMs());
    askApiserver(host, { verb: "create", path, object }, (outcome) => {
      if (outcome.ok) tell({ type: "lease.renewed" });
      else tell({ type: statusOf(outcome.error)?.code === 409 ? "lease.exists" : "lease.refused" });
    });
  }

  renewLease(tell: Tell): void {
    const { host, nodeName } = this.kubelet;
    const namespace = "kube-node-lease";
    const path = { group: "coordination.k8s.io", version: "v1", resource: "leases", namespace, name: nodeName };
    const patch = { spec: { holderIdentity: nodeName, renewTime: rfc3339Micro(host.clock.nowMs()) } };
    askApiserver(host, { verb: "patch", path, patchType: "application/merge-patch+json", patch }, (outcome) => {
      if (outcome.ok) tell({ type: "lease.renewed" });
      else tell({ type: statusOf(outcome.error)?.code === 404 ? "lease.missing" : "lease.refused" });
    });
  }

  /** Asks the runtime for everything it has, and listens to what happens from now on. */
  listRuntime(tell: Tell): void {
    const { kubelet } = this;
    this.listenRuntime(tell);
    kubelet.ask(runcMessages.listPodSandbox, {}, (sandboxes) => {
      if (!sandboxes.ok) {
        tell({ type: "runtime.lost" });
        return;
      }
      this.pods.sandboxesListed(sandboxes.reply.items);
      kubelet.ask(runcMessages.listContainers, {}, (containers) => {
        if (!containers.ok) {
          tell({ type: "runtime.lost" });
          return;
        }
        kubelet.runtime.replace(sandboxes.reply.items, containers.reply.containers);
        this.pods.containersListed(containers.reply.containers);
        tell({ type: "runtime.listed" });
      });
    });
  }

  setRuntimeReady(ready: boolean): void {
    this.runtimeReady = ready;
  }

  askProxy(tell: Tell): void {
    const { host, nodeName } = this.kubelet;
    host.wire.call(
      address("kube-proxy", nodeName),
      kubeProxyMessages.health,
      {},
      {
        onOutcome: (outcome) => {
          this.proxy = outcome.ok
            ? { kind: "answered", health: outcome.reply }
            : { kind: "silent", message: `kube-proxy did not answer: ${outcome.error.code}` };
          tell({ type: outcome.ok ? "proxy.answered" : "proxy.silent" });
        },
      },
    );
  }

  get proxyIsSynced(): boolean {
    return this.proxy.kind === "answered" && this.proxy.health.synced;
  }

  private listenRuntime(tell: Tell): void {
    const { host, runc } = this.kubelet;
    if (this.runtimeEvents?.open === true) return;
    this.runtimeEvents = host.wire.open(
      runc,
      runcMessages.getContainerEvents,
      {},
      {
        onChunk: (event) => this.pods.runtimeEvent(event),
        onEnd: () => tell({ type: "runtime.silent" }),
      },
    );
  }

  private registered(node: Node | undefined, tell: Tell): void {
    this.nodeUid = node?.metadata.uid;
    this.posted = node?.status?.conditions ?? [];
    tell({ type: "node.registered" });
  }

  private conditions(): NodeCondition[] {
    const { host } = this.kubelet;
    const view = { runtimeReady: this.runtimeReady, proxy: this.proxy, podsRunning: this.kubelet.podsRunning() };
    return nodeConditions(view, this.posted, host.clock.nowMs());
  }
}
