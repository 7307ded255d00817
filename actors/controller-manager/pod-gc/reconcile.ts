/**
 * Clears away pods that nobody else will: of nodes that are gone, of nodes that are out of service, never scheduled and on
 * their way out, and finished ones beyond a number. Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-garbage-collection
 */
import { rfc3339 } from "../../../src/actor/host.js";
import type { Node, Pod } from "../../../src/api/types.js";
import { pathTo } from "../engine/ownership.js";
import type { Answers, Plan, PlannedWrite } from "../engine/plan.js";
import { isFinished, timeMs } from "../engine/pods.js";
import * as resources from "../engine/resources.js";

export const podGcLimits = {
  everyMs: 20_000,
  /** A node must be missing for so long before its pods are thought lost. */
  quarantineMs: 40_000,
  finishedMost: 12_500,
} as const;

export interface PodGcView {
  readonly pods: readonly Pod[];
  readonly node: (name: string) => Node | undefined;
  /** Nodes that pods are bound to but that do not exist, and since when that has been known. */
  readonly missingSinceMs: ReadonlyMap<string, number>;
}

export function reconcilePodGc(view: PodGcView, answers: Answers, nowMs: number, monotonicMs: number): Plan {
  const due = [...view.missingSinceMs].filter(([, sinceMs]) => monotonicMs - sinceMs >= podGcLimits.quarantineMs);
  const unasked = due.filter(([name]) => !answers.has(name));
  if (unasked.length > 0) {
    const reads = unasked.map(([name]) => ({ name, request: { verb: "get" as const, path: { ...resources.nodes.path, name } } }));
    return { reads };
  }
  const gone = new Set(due.map(([name]) => name).filter((name) => answers.get(name) === "absent"));
  const writes = view.pods.flatMap((pod) => (mustGo(pod, view, gone) ? removal(pod, gone, nowMs) : []));
  return { writes: [...writes, ...tooManyFinished(view.pods)], inOrder: true, requeueAfterMs: podGcLimits.everyMs };
}

const outOfService = "node.kubernetes.io/out-of-service";

function mustGo(pod: Pod, { node }: PodGcView, gone: ReadonlySet<string>): boolean {
  const name = pod.spec?.nodeName ?? "";
  const leaving = pod.metadata.deletionTimestamp !== undefined;
  if (name === "") return leaving;
  if (gone.has(name)) return true;
  const taints = node(name)?.spec?.taints ?? [];
  const ready = node(name)?.status?.conditions?.find(({ type }) => type === "Ready")?.status;
  return leaving && ready !== "True" && taints.some(({ key }) => key === outOfService);
}

const deletion = (pod: Pod): PlannedWrite => ({
  request: {
    verb: "delete",
    path: pathTo(resources.pods.path, pod),
    options: { gracePeriodSeconds: 0, ...(pod.metadata.uid === undefined ? {} : { preconditions: { uid: pod.metadata.uid } }) },
  },
});

/** A pod that had not finished is marked as failed first: whoever counts it must not wait for it. */
function removal(pod: Pod, gone: ReadonlySet<string>, nowMs: number): PlannedWrite[] {
  if (isFinished(pod)) return [deletion(pod)];
  const condition = {
    type: "DisruptionTarget",
    status: "True",
    reason: "DeletionByPodGC",
    message: "PodGC: node no longer exists",
    lastTransitionTime: rfc3339(nowMs),
  };
  // Only the loss of its node is a disruption; the others were asked to go.
  const conditions = gone.has(pod.spec?.nodeName ?? "") ? { conditions: [condition] } : {};
  const patch = { metadata: { uid: pod.metadata.uid }, status: { phase: "Failed", ...conditions } };
  const path = pathTo(resources.pods.path, pod, "status");
  return [{ request: { verb: "patch", path, patchType: "application/strategic-merge-patch+json", patch } }, deletion(pod)];
}

function tooManyFinished(pods: readonly Pod[]): PlannedWrite[] {
  const finished = pods.filter((pod) => isFinished(pod) && pod.metadata.deletionTimestamp === undefined);
  if (finished.length <= podGcLimits.finishedMost) return [];
  const createdMs = (pod: Pod) => timeMs(pod.metadata.creationTimestamp) ?? 0;
  const oldestFirst = finished.sort((one, other) => createdMs(one) - createdMs(other));
  return oldestFirst.slice(0, finished.length - podGcLimits.finishedMost).map(deletion);
}
