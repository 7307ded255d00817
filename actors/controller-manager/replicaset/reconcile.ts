/** A ReplicaSet keeps as many pods as it was asked for. Source: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/ */
import { type EventToRecord, referenceTo } from "../../../src/actor/events.js";
import { compileLabelSelector } from "../../../src/api/selectors.js";
import type { Pod, ReplicaSet } from "../../../src/api/types.js";
import { claim, controllerReference, pathTo } from "../engine/ownership.js";
import type { Circumstances, Plan, PlannedWrite } from "../engine/plan.js";
import { isActive, podFromTemplate } from "../engine/pods.js";
import * as resources from "../engine/resources.js";
import { statusPatch } from "../engine/status-patch.js";
import { inDeletionOrder } from "./deletion-order.js";
import { replicaSetStatus } from "./status.js";

/** Pods created or deleted in one round. */
export const burst = 500;

/** What is known that concerns one ReplicaSet. */
export interface ReplicaSetView {
  readonly replicaSet: ReplicaSet;
  /** Pods that name it as their controller. */
  readonly owned: readonly Pod[];
  /** Pods of the namespace without controller. */
  readonly orphans: readonly Pod[];
  /** Active pods of all ReplicaSets of the same Deployment; asked for only when pods must go. */
  readonly siblings: () => readonly Pod[];
}

const podsPath = resources.pods.path;

const event = (replicaSet: ReplicaSet, type: EventToRecord["type"], reason: string, message: string): EventToRecord => ({
  involvedObject: referenceTo(replicaSet, "ReplicaSet", "apps/v1"),
  type,
  reason,
  message,
  component: "replicaset-controller",
});

export function reconcileReplicaSet(view: ReplicaSetView, circumstances: Circumstances): Plan {
  const { replicaSet } = view;
  const reference = controllerReference(replicaSet, "apps/v1", "ReplicaSet");
  const claimed = claim<Pod>(
    {
      owner: replicaSet,
      reference,
      matches: compileLabelSelector(replicaSet.spec?.selector),
      owned: view.owned,
      orphans: view.orphans.filter(isActive),
      resource: podsPath,
      ownerResource: resources.replicaSets.path,
    },
    circumstances.answers,
  );
  if (claimed.reads.length > 0) return { reads: claimed.reads };
  const active = claimed.mine.filter(isActive);
  const { nowMs, failure } = circumstances;
  const { status, nextAvailableAtMs } = replicaSetStatus(replicaSet, active, failure, nowMs);
  const statusWrites = statusPatch(pathTo(resources.replicaSets.path, replicaSet), replicaSet.status, status);
  const requeue = nextAvailableAtMs === undefined ? {} : { requeueAfterMs: Math.max(0, nextAvailableAtMs - nowMs) };
  return { writes: [...claimed.writes, ...statusWrites, ...scale(view, active, nowMs)], ...requeue };
}

function scale(view: ReplicaSetView, active: readonly Pod[], nowMs: number): PlannedWrite[] {
  const { replicaSet } = view;
  if (replicaSet.metadata.deletionTimestamp !== undefined) return [];
  const missing = (replicaSet.spec?.replicas ?? 1) - active.length;
  if (missing > 0) return Array.from({ length: Math.min(missing, burst) }, () => creation(replicaSet));
  if (missing === 0) return [];
  const order = inDeletionOrder(active, view.siblings(), nowMs);
  return order.slice(0, Math.min(-missing, burst)).map((pod) => deletion(replicaSet, pod));
}

function creation(replicaSet: ReplicaSet): PlannedWrite {
  const { namespace = "", name } = replicaSet.metadata;
  const object = podFromTemplate(replicaSet.spec?.template, {
    generateName: `${name}-`,
    namespace,
    ownerReferences: [controllerReference(replicaSet, "apps/v1", "ReplicaSet")],
  });
  return {
    request: { verb: "create", path: { ...podsPath, namespace }, object },
    onSuccess: ({ object: pod }) => event(replicaSet, "Normal", "SuccessfulCreate", `Created pod: ${pod?.metadata.name}`),
    onFailure: ({ message }) => event(replicaSet, "Warning", "FailedCreate", `Error creating: ${message}`),
  };
}

function deletion(replicaSet: ReplicaSet, pod: Pod): PlannedWrite {
  const { uid } = pod.metadata;
  return {
    request: { verb: "delete", path: pathTo(podsPath, pod), options: uid === undefined ? {} : { preconditions: { uid } } },
    onSuccess: () => event(replicaSet, "Normal", "SuccessfulDelete", `Deleted pod: ${pod.metadata.name}`),
    onFailure: ({ message }) => event(replicaSet, "Warning", "FailedDelete", `Error deleting: ${message}`),
  };
}
