/**
 * Nodes that fall silent: their conditions become Unknown, they are tainted, and their pods are no longer ready.
 * Source: https://kubernetes.io/docs/concepts/architecture/nodes/#node-controller
 */
import { type EventToRecord, referenceTo } from "../../../src/actor/events.js";
import { rfc3339 } from "../../../src/actor/host.js";
import type { Node, NodeCondition, Pod, Taint } from "../../../src/api/types.js";
import { pathTo } from "../engine/ownership.js";
import type { Plan, PlannedWrite } from "../engine/plan.js";
import { conditionOf, isReady } from "../engine/pods.js";
import * as resources from "../engine/resources.js";

export const lifecycleTimes = { monitorGraceMs: 50_000, startupGraceMs: 60_000 } as const;

export interface NodeView {
  readonly node: Node;
  readonly pods: readonly Pod[];
  /** When a sign of life was last seen, by the monotonic clock. */
  readonly lastHeardMs: number;
  /** No node at all is ready: then it is more likely that this actor is cut off than that all are gone. */
  readonly noneIsReady: boolean;
  /** In how long its pods may be expelled; undefined when they may not. Asked for only when they would be. */
  readonly expelInMs: () => number | undefined;
}

const watched = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"] as const;

export const nodeCondition = (node: Node, type: string): NodeCondition | undefined =>
  node.status?.conditions?.find((condition) => condition.type === type);

export function reconcileNode(view: NodeView, nowMs: number, monotonicMs: number): Plan {
  const { node, lastHeardMs } = view;
  const hasStatus = nodeCondition(node, "Ready") !== undefined;
  const graceMs = hasStatus ? lifecycleTimes.monitorGraceMs : lifecycleTimes.startupGraceMs;
  const silentInMs = lastHeardMs + graceMs - monotonicMs;
  const silence = silentInMs <= 0 ? becomeUnknown(node, nowMs) : [];
  // What follows from a condition is for the round in which the condition is there.
  if (silence.length > 0) return { writes: silence };
  const ready = nodeCondition(node, "Ready")?.status ?? "";
  const wanted = wantedTaints(view, ready);
  const waits = [silentInMs, wanted.expelInMs ?? 0].filter((each) => each > 0);
  return {
    writes: [...taint(node, wanted.taints, ready, nowMs), ...(ready === "True" || !hasStatus ? [] : podsNotReady(view, nowMs))],
    ...(waits.length === 0 ? {} : { requeueAfterMs: Math.min(...waits) }),
  };
}

const nodeEvent = (node: Node, reason: string, message: string): EventToRecord => ({
  involvedObject: { ...referenceTo(node, "Node", "v1") },
  type: "Normal",
  reason,
  message,
  component: "node-controller",
});

/** What a silent node last said holds no longer. */
function becomeUnknown(node: Node, nowMs: number): PlannedWrite[] {
  const now = rfc3339(nowMs);
  const conditions = watched.flatMap((type): NodeCondition[] => {
    const before = nodeCondition(node, type);
    if (before?.status === "Unknown") return [];
    const said = before === undefined;
    const reason = said ? "NodeStatusNeverUpdated" : "NodeStatusUnknown";
    const message = said ? "Kubelet never posted node status." : "Kubelet stopped posting node status.";
    const heartbeat = before?.lastHeartbeatTime ?? node.metadata.creationTimestamp;
    return [
      {
        type,
        status: "Unknown",
        reason,
        message,
        lastTransitionTime: now,
        ...(heartbeat === undefined ? {} : { lastHeartbeatTime: heartbeat }),
      },
    ];
  });
  if (conditions.length === 0) return [];
  const patchType = "application/strategic-merge-patch+json";
  const path = pathTo(resources.nodes.path, node, "status");
  const { name = "" } = node.metadata;
  return [
    {
      request: { verb: "patch", path, patchType, patch: { status: { conditions } } },
      onSuccess: () => nodeEvent(node, "NodeNotReady", `Node ${name} status is now: NodeNotReady`),
    },
  ];
}

const prefix = "node.kubernetes.io/";
const pressures: ReadonlyArray<[string, string]> = [
  ["MemoryPressure", "memory-pressure"],
  ["DiskPressure", "disk-pressure"],
  ["NetworkUnavailable", "network-unavailable"],
  ["PIDPressure", "pid-pressure"],
];

const isOwn = ({ key, effect }: Taint): boolean =>
  key.startsWith(prefix) &&
  (effect === "NoSchedule"
    ? ["not-ready", "unreachable", "unschedulable", ...pressures.map(([, name]) => name)].includes(key.slice(prefix.length))
    : effect === "NoExecute" && ["not-ready", "unreachable"].includes(key.slice(prefix.length)));

export interface WantedTaints {
  readonly taints: ReadonlyArray<{ readonly key: string; readonly effect: string }>;
  /** Its pods are to be expelled, but not before this time has passed. */
  readonly expelInMs?: number;
}

/** The taints that a node's conditions call for. Source: https://kubernetes.io/docs/reference/labels-annotations-taints/ */
export function wantedTaints(view: NodeView, ready: string): WantedTaints {
  const { node, noneIsReady } = view;
  const taints: Array<{ key: string; effect: string }> = [];
  const away = ready === "False" ? "not-ready" : ready === "Unknown" ? "unreachable" : undefined;
  let expelInMs: number | undefined;
  if (away !== undefined) {
    taints.push({ key: prefix + away, effect: "NoSchedule" });
    const expelled = node.spec?.taints?.some((each) => isOwn(each) && each.effect === "NoExecute");
    if (!noneIsReady) expelInMs = expelled ? 0 : view.expelInMs();
    if (expelInMs === 0) taints.push({ key: prefix + away, effect: "NoExecute" });
  }
  for (const [condition, name] of pressures) {
    if (nodeCondition(node, condition)?.status === "True") taints.push({ key: prefix + name, effect: "NoSchedule" });
  }
  if (node.spec?.unschedulable) taints.push({ key: `${prefix}unschedulable`, effect: "NoSchedule" });
  return expelInMs === undefined ? { taints } : { taints, expelInMs };
}

function taint(node: Node, wanted: WantedTaints["taints"], ready: string, nowMs: number): PlannedWrite[] {
  const before = node.spec?.taints ?? [];
  const isWanted = (each: Taint) => wanted.some(({ key, effect }) => key === each.key && effect === each.effect);
  // A node that registers itself as not ready stays so until its status says otherwise.
  const stays = (each: Taint) => !isOwn(each) || isWanted(each) || (ready === "" && each.key === `${prefix}not-ready`);
  const kept = before.filter(stays);
  const added = wanted.filter(({ key, effect }) => !before.some((each) => each.key === key && each.effect === effect));
  if (added.length === 0 && kept.length === before.length) return [];
  const taints = [...kept, ...added.map((each) => ({ ...each, timeAdded: rfc3339(nowMs) }))];
  // The list is written as a whole, so nobody may have changed it meanwhile.
  const { resourceVersion } = node.metadata;
  const patch = { metadata: { resourceVersion }, spec: { taints: taints.length === 0 ? null : taints } };
  const path = pathTo(resources.nodes.path, node);
  return [{ request: { verb: "patch", path, patchType: "application/merge-patch+json", patch } }];
}

/** Pods of a node that is not ready are not ready either, whatever they last said. */
function podsNotReady({ pods }: NodeView, nowMs: number): PlannedWrite[] {
  return pods.filter(isReady).map((pod): PlannedWrite => {
    const { message, reason, ...ready } = conditionOf(pod, "Ready")!;
    const conditions = [{ ...ready, status: "False", lastTransitionTime: rfc3339(nowMs) }];
    return {
      request: {
        verb: "patch",
        path: pathTo(resources.pods.path, pod, "status"),
        patchType: "application/strategic-merge-patch+json",
        patch: { metadata: { uid: pod.metadata.uid }, status: { conditions } },
      },
      onSuccess: () => ({
        involvedObject: referenceTo(pod, "Pod", "v1"),
        type: "Warning",
        reason: "NodeNotReady",
        message: "Node is not ready",
        component: "node-controller",
      }),
    };
  });
}

/** Told once of a node that becomes known. */
export const registered = (node: Node): EventToRecord =>
  nodeEvent(node, "RegisteredNode", `Node ${node.metadata.name} event: Registered Node ${node.metadata.name} in Controller`);

/** Told once of a node that is gone. */
export const removed = (node: Node): EventToRecord =>
  nodeEvent(node, "RemovingNode", `Node ${node.metadata.name} event: Removing Node ${node.metadata.name} from Controller`);
