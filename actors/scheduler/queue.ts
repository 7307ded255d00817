/**
 * The pods that wait to be scheduled: ready ones by priority and age, ones that back off after a failure, and ones that
 * wait for something in the cluster to change. Source: https://kubernetes.io/docs/concepts/scheduling-eviction/scheduler-perf-tuning/
 * and the scheduling queue's notes in SIG Scheduling's contributor documentation.
 */
import type { FilterName } from "./filter.js";
import { Heap } from "./heap.js";
import type { PodInfo } from "./pod-info.js";

export const queueLimits = {
  firstBackoffMs: 1_000,
  mostBackoffMs: 10_000,
  /** A pod that waits for a change this long is tried again anyway. */
  unschedulableMs: 300_000,
} as const;

/** Something in the cluster changed such that pods that some filters rejected may fit now. */
export type ClusterEvent =
  | "node added"
  | "node allocatable changed"
  | "node labels changed"
  | "node taints changed"
  | "assigned pod added"
  | "assigned pod deleted"
  | "volumes changed";

const mayHelp: Readonly<Record<ClusterEvent, "all" | ReadonlySet<FilterName>>> = {
  "node added": "all",
  "node allocatable changed": new Set<FilterName>(["NodeResourcesFit"]),
  "node labels changed": new Set<FilterName>([
    "NodeAffinity",
    "VolumeBinding",
    "VolumeZone",
    "PodTopologySpread",
    "InterPodAffinity",
  ]),
  "node taints changed": new Set<FilterName>(["TaintToleration", "NodeUnschedulable", "PodTopologySpread"]),
  "assigned pod added": new Set<FilterName>(["PodTopologySpread", "InterPodAffinity"]),
  "assigned pod deleted": new Set<FilterName>([
    "NodeResourcesFit",
    "NodePorts",
    "VolumeRestrictions",
    "PodTopologySpread",
    "InterPodAffinity",
  ]),
  "volumes changed": new Set<FilterName>(["VolumeRestrictions", "VolumeBinding", "VolumeZone"]),
};

export interface QueuedPod {
  readonly info: PodInfo;
  /** When it came into the queue, for the order among equal priorities. */
  readonly sinceMs: number;
  /** How often it has been tried. */
  readonly attempts: number;
}

interface BackingOff extends QueuedPod {
  readonly untilMs: number;
}

interface Unschedulable extends QueuedPod {
  readonly rejectedBy: ReadonlySet<FilterName>;
  readonly failedAtMs: number;
}

const keyOf = (queued: QueuedPod): string => queued.info.key;

/** 1 s, doubled for each further attempt, at most 10 s. */
export const backoffAfter = (attempts: number): number =>
  Math.min(queueLimits.mostBackoffMs, queueLimits.firstBackoffMs * 2 ** Math.max(0, attempts - 1));

export class SchedulingQueue {
  private readonly active = new Heap<QueuedPod>(
    keyOf,
    (one, other) =>
      one.info.priority > other.info.priority || (one.info.priority === other.info.priority && one.sinceMs < other.sinceMs),
  );
  /** Pods that something may have helped, and that are tried early when no other waits. */
  private readonly backingOff = new Heap<BackingOff>(keyOf, (one, other) => one.untilMs < other.untilMs);
  /** Pods that failed through no fault of theirs, which must sit their time out. */
  private readonly afterErrors = new Heap<BackingOff>(keyOf, (one, other) => one.untilMs < other.untilMs);
  private readonly unschedulable = new Map<string, Unschedulable>();
  /** Orders pods that came in the same millisecond. */
  private arrivals = 0;

  /** How many wait in each part. */
  get sizes(): { active: number; backingOff: number; unschedulable: number } {
    const backingOff = this.backingOff.size + this.afterErrors.size;
    return { active: this.active.size, backingOff, unschedulable: this.unschedulable.size };
  }

  /** Whether `take` has a pod to give. */
  get podsWait(): boolean {
    return this.active.size > 0 || this.backingOff.size > 0;
  }

  has(key: string): boolean {
    return this.find(key) !== undefined;
  }

  /** A pod that is to be scheduled became known. */
  add(info: PodInfo, nowMs: number): void {
    this.delete(info.key);
    this.arrivals += 1;
    this.active.put({ info, sinceMs: nowMs + this.arrivals / 1e6, attempts: 0 });
  }

  /** A waiting pod changed. If it might fit now, it is tried at once; a mere status change leaves it where it is. */
  update(info: PodInfo, mightFit: boolean, nowMs: number): void {
    const before = this.find(info.key);
    if (before === undefined) {
      this.add(info, nowMs);
      return;
    }
    const changed = { ...before, info };
    if (this.active.get(info.key) !== undefined) this.active.put(changed);
    else if (this.backingOff.get(info.key) !== undefined) this.backingOff.put(changed as BackingOff);
    else if (this.afterErrors.get(info.key) !== undefined) this.afterErrors.put(changed as BackingOff);
    else if (!mightFit) this.unschedulable.set(info.key, changed as Unschedulable);
    else {
      this.unschedulable.delete(info.key);
      this.ready(changed as Unschedulable, nowMs);
    }
  }

  delete(key: string): void {
    this.active.delete(key);
    this.backingOff.delete(key);
    this.afterErrors.delete(key);
    this.unschedulable.delete(key);
  }

  /**
   * The next pod to be scheduled, counted as tried. When none is ready, one that still backs off: an idle scheduler is of
   * no use to anybody (KEP-5142).
   */
  take(): QueuedPod | undefined {
    const next = this.active.take() ?? this.backingOff.take();
    if (next === undefined) return undefined;
    const { info, sinceMs, attempts } = next;
    return { info, sinceMs, attempts: attempts + 1 };
  }

  /** A pod that no node will do for now: it waits until something changes. */
  putUnschedulable(queued: QueuedPod, rejectedBy: ReadonlySet<FilterName>, nowMs: number): void {
    if (!this.has(keyOf(queued))) this.unschedulable.set(keyOf(queued), { ...queued, rejectedBy, failedAtMs: nowMs });
  }

  /** A pod that failed for a reason that is not its own, such as a binding that went wrong: it is tried again soon. */
  putBack(queued: QueuedPod, nowMs: number): void {
    if (this.has(keyOf(queued))) return;
    this.afterErrors.put({ ...queued, untilMs: nowMs + backoffAfter(queued.attempts) });
  }

  /** Moves the pods that this event may help, of those that it concerns. */
  moveOn(event: ClusterEvent, nowMs: number, concerns: (pod: PodInfo) => boolean = () => true): void {
    const helped = mayHelp[event];
    for (const waiting of [...this.unschedulable.values()]) {
      const { rejectedBy } = waiting;
      // A pod that no filter rejected waits for nodes as such.
      if (helped !== "all" && ![...rejectedBy].some((filter) => helped.has(filter))) continue;
      if (!concerns(waiting.info)) continue;
      this.unschedulable.delete(keyOf(waiting));
      this.ready(waiting, nowMs);
    }
  }

  /** Moves what has backed off or waited long enough. */
  flush(nowMs: number): void {
    for (const heap of [this.backingOff, this.afterErrors]) {
      for (let first = heap.first; first !== undefined && first.untilMs <= nowMs; first = heap.first) {
        heap.take();
        this.active.put(first);
      }
    }
    for (const waiting of [...this.unschedulable.values()]) {
      if (waiting.failedAtMs + queueLimits.unschedulableMs > nowMs) break;
      this.unschedulable.delete(keyOf(waiting));
      this.ready(waiting, nowMs);
    }
  }

  /** When `flush` will next have something to move; undefined when nothing waits for time. */
  get nextFlushMs(): number | undefined {
    const oldest = this.unschedulable.values().next();
    const times = [
      ...[this.backingOff.first, this.afterErrors.first].flatMap((first) => (first === undefined ? [] : [first.untilMs])),
      ...(oldest.done ? [] : [oldest.value.failedAtMs + queueLimits.unschedulableMs]),
    ];
    return times.length === 0 ? undefined : Math.min(...times);
  }

  private ready(waiting: Unschedulable, nowMs: number): void {
    const untilMs = waiting.failedAtMs + backoffAfter(waiting.attempts);
    const { info, sinceMs, attempts } = waiting;
    if (untilMs > nowMs) this.backingOff.put({ info, sinceMs, attempts, untilMs });
    else this.active.put({ info, sinceMs, attempts });
  }

  private find(key: string): QueuedPod | undefined {
    return this.active.get(key) ?? this.backingOff.get(key) ?? this.afterErrors.get(key) ?? this.unschedulable.get(key);
  }
}
