/** The bulk behind the scheduler's chart: caches, queue and what is under way. The chart says when each thing is done. */
import { type Host, rfc3339 } from "../../src/actor/host.js";
import { startInformer } from "../../src/actor/informer/start.js";
import { type Change, Store } from "../../src/actor/informer/store.js";
import { standForElection } from "../../src/actor/leader-election/start.js";
import type { Node, Pod, PodDisruptionBudget } from "../../src/api/types.js";
import { writeJson } from "../../src/json/text.js";
import { BindingAttempt } from "./binding/attempt.js";
import { type BindingEnd, bindingMachine } from "./binding/machine.js";
import { SchedulerCache } from "./cache.js";
import { chooseNode, type Rotation } from "./choose-node.js";
import { type FitError, refusedBeforehand } from "./fit-error.js";
import { nodeEvents } from "./node-events.js";
import type { NodeInfo } from "./node-info.js";
import { Nominations } from "./nominations.js";
import { type PodInfo, podInfo, podKey } from "./pod-info.js";
import { preemptionMachine } from "./preemption/machine.js";
import type { Preemption } from "./preemption/victims.js";
import { preemptionWrites } from "./preemption/writes.js";
import { type QueuedPod, SchedulingQueue } from "./queue.js";
import { reportFailure, reportPreempted, reportScheduled, reportUnschedulable } from "./reports.js";
import { VolumeBindingAttempt } from "./volumes/attempt.js";
import { judgeVolumes, type VolumeDecision } from "./volumes/judge.js";
import { type VolumeBindingEnd, volumeBindingMachine } from "./volumes/machine.js";
import { SchedulerVolumes, type VolumeChange } from "./volumes/volumes.js";

export const schedulingLimits = {
  /** Pods decided about at a stretch, before other messages get their turn. */
  decisionsAtOnce: 32,
  bindingsAtOnce: 256,
} as const;

/** What the chart is told. */
export type SchedulingEvent =
  | { type: "synced" }
  | { type: "queue.changed" }
  | { type: "binding.ended" }
  | { type: "election.won" }
  | { type: "election.lost" }
  | { type: "election.ended" };

export const schedulerName = "default-scheduler";

const schedulable = (pod: Pod): boolean =>
  !pod.spec?.nodeName &&
  pod.metadata.deletionTimestamp === undefined &&
  (pod.spec?.schedulerName ?? schedulerName) === schedulerName &&
  (pod.spec?.schedulingGates ?? []).length === 0;

/** A change of the spec or the labels may make a pod fit; one of its status does not. */
const mightFitNow = (before: Pod, after: Pod): boolean =>
  writeJson([before.spec, before.metadata.labels]) !== writeJson([after.spec, after.metadata.labels]);

export class Scheduling {
  private readonly cache = new SchedulerCache();
  private readonly queue = new SchedulingQueue();
  private readonly pods = new Store<Pod>();
  private readonly nodes = new Store<Node>();
  private readonly budgets = new Store<PodDisruptionBudget>();
  private readonly nominations = new Nominations();
  private readonly rotation: Rotation = { start: 0 };
  private readonly volumes = new SchedulerVolumes();
  private readonly unsynced = new Set([
    "pods",
    "nodes",
    "budgets",
    "persistentvolumeclaims",
    "persistentvolumes",
    "storageclasses",
  ]);
  private bindings = 0;
  private flushToldMs: number | undefined;
  private candidacy: { stop(): void } | undefined;

  constructor(
    private readonly host: Host,
    private readonly tell: (event: SchedulingEvent) => void,
  ) {}

  get synced(): boolean {
    return this.unsynced.size === 0;
  }

  get podsWait(): boolean {
    return this.queue.podsWait;
  }

  get bindingsAreFull(): boolean {
    return this.bindings >= schedulingLimits.bindingsAtOnce;
  }

  get flushInMs(): number {
    const nextMs = this.queue.nextFlushMs;
    return nextMs === undefined ? 300_000 : Math.max(0, nextMs - this.nowMs);
  }

  startInformers(): void {
    const core = { group: "", version: "v1" };
    startInformer<Node>(this.host, {
      id: "informer nodes",
      path: { ...core, resource: "nodes" },
      store: this.nodes,
      onChange: (change) => (change.type === "synced" ? this.markSynced("nodes") : this.nodeChanged(change)),
    });
    startInformer<PodDisruptionBudget>(this.host, {
      id: "informer poddisruptionbudgets",
      path: { group: "policy", version: "v1", resource: "poddisruptionbudgets" },
      store: this.budgets,
      onChange: (change) => {
        if (change.type === "synced") this.markSynced("budgets");
      },
    });
    startInformer<Pod>(this.host, {
      id: "informer pods",
      path: { ...core, resource: "pods" },
      selection: { fieldSelector: "status.phase!=Succeeded,status.phase!=Failed" },
      store: this.pods,
      onChange: (change) => (change.type === "synced" ? this.markSynced("pods") : this.podChanged(change)),
    });
    this.volumes.startInformers(
      this.host,
      (what) => this.markSynced(what),
      (change) => this.volumesChanged(change),
    );
  }

  standForElection(): void {
    this.candidacy = standForElection(this.host, {
      lease: "kube-scheduler",
      component: schedulerName,
      onWon: () => this.tell({ type: "election.won" }),
      onLost: () => this.tell({ type: "election.lost" }),
      onEnded: () => this.tell({ type: "election.ended" }),
    });
  }

  withdraw(): void {
    this.candidacy?.stop();
  }

  flush(): void {
    this.queue.flush(this.nowMs);
  }

  /** Decides about the next few pods that wait. */
  decide(): void {
    for (let decided = 0; decided < schedulingLimits.decisionsAtOnce && !this.bindingsAreFull; decided++) {
      const queued = this.queue.take();
      if (queued === undefined) return;
      this.decideOne(queued);
    }
  }

  private decideOne(queued: QueuedPod): void {
    const { info } = queued;
    const { charts } = this.host;
    if (charts.get(bindingId(info)) !== undefined || charts.get(volumesId(info.key)) !== undefined) {
      // A namesake that was deleted is still being bound.
      this.queue.putBack(queued, this.nowMs);
      return;
    }
    const seen = (node: NodeInfo) => this.nominations.seenBy(info, node);
    const nodes = this.cache.nodes();
    const judged = info.claims.length === 0 ? undefined : judgeVolumes(info, nodes, this.volumes);
    if (judged?.ok === false) {
      this.refuse(queued, refusedBeforehand(nodes.length, judged.reason, "VolumeBinding"));
      return;
    }
    const surroundings = { seen, ofPod: judged?.filters ?? [], budgets: () => this.budgets.list() };
    const choice = chooseNode(info, nodes, this.host.random, this.rotation, surroundings);
    if (choice.ok) this.bind(queued, choice.node.name, judged?.decisionFor(choice.node));
    else this.refuse(queued, choice.error);
  }

  private refuse(queued: QueuedPod, { rejectedBy, message, outlook }: FitError): void {
    this.queue.putUnschedulable(queued, rejectedBy, this.nowMs);
    reportUnschedulable(this.host, queued.info, message);
    if (typeof outlook === "object") this.makeRoom(queued.info, outlook.preemption);
  }

  private makeRoom(info: PodInfo, preemption: Preemption): void {
    const id = `preemption ${info.key}`;
    if (this.host.charts.get(id) !== undefined) return;
    this.nominations.put(info, preemption.node);
    const displaced = this.nominations.displace(info, preemption.node);
    const writes = preemptionWrites(info, preemption, displaced, rfc3339(this.host.clock.nowMs()));
    let done = false;
    const onEnd = (how: boolean) => {
      done = how;
    };
    this.host.charts.start(preemptionMachine, {
      id,
      input: { host: this.host, writes, onEnd },
      onDone: () => this.roomMade(info, preemption, done),
    });
  }

  private roomMade(info: PodInfo, { victims, node }: Preemption, done: boolean): void {
    if (done) {
      for (const victim of victims) reportPreempted(this.host, victim, info, node);
      return;
    }
    this.nominations.delete(info.key);
    this.queue.moveOn("assigned pod deleted", this.nowMs);
    this.tellOfQueue();
  }

  private bind(queued: QueuedPod, node: string, decision?: VolumeDecision): void {
    const { info } = queued;
    this.nominations.delete(info.key);
    this.cache.assume(info, node);
    this.bindings += 1;
    if (decision === undefined || this.volumes.missing(info).length === 0) this.bindPod(queued, node);
    else this.bindVolumes(queued, node, decision);
  }

  /** The pod is bound once its volumes are. */
  private bindVolumes(queued: QueuedPod, node: string, decision: VolumeDecision): void {
    this.volumes.promise(decision, node);
    const attempt = new VolumeBindingAttempt(this.host, this.volumes, queued.info, node, decision);
    let ended: { readonly end: VolumeBindingEnd; readonly error: string } = { end: "gone", error: "" };
    const onEnd = (end: VolumeBindingEnd, error: string) => {
      ended = { end, error };
    };
    this.host.charts.start(volumeBindingMachine, {
      id: volumesId(queued.info.key),
      input: { attempt, onEnd },
      onDone: () => {
        this.volumes.settle(decision);
        if (ended.end === "bound") {
          this.bindPod(queued, node);
          return;
        }
        this.bindings -= 1;
        if (ended.end === "failed")
          this.bindingFailed(queued, `running PreBind plugin "VolumeBinding": binding volumes: ${ended.error}`);
        this.tell({ type: "binding.ended" });
      },
    });
  }

  private bindPod(queued: QueuedPod, node: string): void {
    const { info } = queued;
    const attempt = new BindingAttempt(this.host, info, node);
    const onEnd = (end: BindingEnd, error: string) => this.bindingEnded(queued, node, end, error);
    this.host.charts.start(bindingMachine, {
      id: bindingId(info),
      input: { attempt, onEnd },
      onDone: () => {
        this.bindings -= 1;
        this.tell({ type: "binding.ended" });
      },
    });
  }

  private bindingEnded(queued: QueuedPod, node: string, end: BindingEnd, error: string): void {
    const { info } = queued;
    if (end === "bound") {
      reportScheduled(this.host, info, node);
      return;
    }
    if (end === "failed") {
      this.bindingFailed(queued, `binding rejected: ${error}`);
      return;
    }
    this.cache.forget(info);
    this.queue.moveOn("assigned pod deleted", this.nowMs);
  }

  private bindingFailed(queued: QueuedPod, message: string): void {
    const { info } = queued;
    this.cache.forget(info);
    this.queue.moveOn("assigned pod deleted", this.nowMs);
    reportFailure(this.host, info, message);
    const now = this.pods.get(info.key);
    if (now !== undefined && now.metadata.uid === info.uid && schedulable(now)) this.queue.putBack(queued, this.nowMs);
  }

  private nodeChanged(change: Exclude<Change<Node>, { type: "synced" }>): void {
    const { object } = change;
    if (change.type === "deleted") this.cache.removeNode(object.metadata.name ?? "");
    else this.cache.setNode(object);
    for (const event of nodeEvents(change)) this.queue.moveOn(event, this.nowMs);
    this.tellOfQueue();
  }

  private volumesChanged({ claim }: VolumeChange): void {
    const uses = ({ pod, claims }: PodInfo) =>
      claim === undefined || claims.some(({ name }) => `${pod.metadata.namespace}/${name}` === claim);
    this.queue.moveOn("volumes changed", this.nowMs, uses);
    this.tellOfQueue();
  }

  private podChanged(change: Exclude<Change<Pod>, { type: "synced" }>): void {
    const { object, type } = change;
    const key = podKey(object);
    if (type === "deleted") this.podDeleted(object, key);
    else if (object.spec?.nodeName) this.podAssigned(object, key);
    else if (!schedulable(object)) this.queue.delete(key);
    else if (this.cache.isAssumed(key)) return;
    else {
      const mightFit = change.type !== "updated" || mightFitNow(change.previous, change.object);
      this.queue.update(podInfo(object), mightFit, this.nowMs);
    }
    this.tellOfQueue();
  }

  /** The chart is told when there is something for it: a pod that waits, or another time to flush the queue. */
  private tellOfQueue(): void {
    const { podsWait, nextFlushMs } = this.queue;
    if (!podsWait && nextFlushMs === this.flushToldMs) return;
    this.flushToldMs = nextFlushMs;
    this.tell({ type: "queue.changed" });
  }

  private podAssigned(pod: Pod, key: string): void {
    this.queue.delete(key);
    this.nominations.delete(key);
    const wasThere = this.cache.isConfirmed(key);
    this.cache.confirm(podInfo(pod), pod.spec?.nodeName ?? "");
    if (!wasThere) this.queue.moveOn("assigned pod added", this.nowMs);
  }

  private podDeleted(pod: Pod, key: string): void {
    this.queue.delete(key);
    this.nominations.delete(key);
    this.cache.remove(key);
    this.host.charts.get(volumesId(key))?.send({ type: "pod.gone" });
    if (pod.spec?.nodeName) this.queue.moveOn("assigned pod deleted", this.nowMs);
  }

  private markSynced(what: string): void {
    this.unsynced.delete(what);
    this.tell({ type: "synced" });
  }

  private get nowMs(): number {
    return this.host.clock.monotonicMs();
  }
}

const bindingId = (info: PodInfo): string => `binding ${info.key}`;
const volumesId = (key: string): string => `volumes ${key}`;
