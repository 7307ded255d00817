/** A ReplicaSet keeps as many pods as it was asked for. Source: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/ */
import { type EventToRecord, referenceTo } from "../../../src/actor/events.js";
import { compileLabelSelector } from "../../../src/api/selectors.js";
import type { Pod, ReplicaSet, ReplicationController } from "../../../src/api/types.js";
import { claim, controllerReference, pathTo } from "../engine/ownership.js";
import type { Circumstances, Plan, PlannedWrite } from "../engine/plan.js";
import { isActive, podFromTemplate } from "../engine/pods.js";
import * as resources from "../engine/resources.js";
import { type StatusKind, statusUpdate } from "../engine/status-update.js";
import { inDeletionOrder } from "./deletion-order.js";
import { replicaSetStatus } from "./status.js";

/** Pods created or deleted in one round. */
export const burst = 500;

/** ReplicaSets, or the older ReplicationControllers, which differ in little but their name. */
export interface SetKind extends StatusKind {
  /** Who reports events. */
  readonly component: string;
}

export const replicaSetKind: SetKind = {
  apiVersion: "apps/v1",
  kind: "ReplicaSet",
  path: resources.replicaSets.path,
  component: "replicaset-controller",
};
export const replicationControllerKind: SetKind = {
  apiVersion: "v1",
  kind: "ReplicationController",
  path: resources.replicationControllers.path,
  component: "replication-controller",
};

/** A ReplicationController read as a ReplicaSet: its selector is a plain map, and by default that of its template's labels. */
export function asReplicaSet({ metadata, spec, status }: ReplicationController): ReplicaSet {
  const { selector, template, replicas, minReadySeconds } = spec ?? {};
  return {
    metadata,
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
      ...(template === undefined ? {} : { template }),
      selector: { matchLabels: selector ?? template?.metadata?.labels ?? {} },
    },
    ...(status === undefined ? {} : { status }),
  };
}

/** What is known that concerns one ReplicaSet. */
export interface ReplicaSetView {
  readonly kind: SetKind;
  readonly replicaSet: ReplicaSet;
  /** Pods that name it as their controller. */
  readonly owned: readonly Pod[];
  /** Pods of the namespace without controller. */
  readonly orphans: readonly Pod[];
  /** Active pods of all ReplicaSets of the same Deployment; asked for only when pods must go. */
  readonly siblings: () => readonly Pod[];
}

const podsPath = resources.pods.path;

type Of = Pick<ReplicaSetView, "kind" | "replicaSet">;

const event = (of: Of, type: EventToRecord["type"], reason: string, message: string): EventToRecord => ({
  involvedObject: referenceTo(of.replicaSet, of.kind.kind, of.kind.apiVersion),
  type,
  reason,
  message,
  component: of.kind.component,
});

export function reconcileReplicaSet(view: ReplicaSetView, circumstances: Circumstances): Plan {
  const { replicaSet, kind } = view;
  const reference = controllerReference(replicaSet, kind.apiVersion, kind.kind);
  const claimed = claim<Pod>(
    {
      owner: replicaSet,
      reference,
      matches: compileLabelSelector(replicaSet.spec?.selector),
      owned: view.owned,
      orphans: view.orphans.filter(isActive),
      resource: podsPath,
      ownerResource: kind.path,
    },
    circumstances.answers,
  );
  if (claimed.reads.length > 0) return { reads: claimed.reads };
  const active = claimed.mine.filter(isActive);
  const { nowMs, failure } = circumstances;
  const { status, nextAvailableAtMs } = replicaSetStatus(replicaSet, active, failure, nowMs);
  const statusWrites = statusUpdate(kind, replicaSet, status);
  const requeue = nextAvailableAtMs === undefined ? {} : { requeueAfterMs: Math.max(0, nextAvailableAtMs - nowMs) };
  return { writes: [...claimed.writes, ...statusWrites, ...scale(view, active, nowMs)], ...requeue };
}

function scale(view: ReplicaSetView, active: readonly Pod[], nowMs: number): PlannedWrite[] {
  const { replicaSet } = view;
  if (replicaSet.metadata.deletionTimestamp !== undefined) return [];
  const missing = (replicaSet.spec?.replicas ?? 1) - active.length;
  if (missing > 0) return Array.from({ length: Math.min(missing, burst) }, () => creation(view));
  if (missing === 0) return [];
  const order = inDeletionOrder(active, view.siblings(), nowMs);
  return order.slice(0, Math.min(-missing, burst)).map((pod) => deletion(view, pod));
}

function creation(of: Of): PlannedWrite {
  const { replicaSet, kind } = of;
  const { namespace = "", name } = replicaSet.metadata;
  const object = podFromTemplate(replicaSet.spec?.template, {
    generateName: `${name}-`,
    namespace,
    ownerReferences: [controllerReference(replicaSet, kind.apiVersion, kind.kind)],
  });
  return {
    request: { verb: "create", path: { ...podsPath, namespace }, object },
    onSuccess: ({ object: pod }) => event(of, "Normal", "SuccessfulCreate", `Created pod: ${pod?.metadata.name}`),
    onFailure: ({ message }) => event(of, "Warning", "FailedCreate", `Error creating: ${message}`),
  };
}

function deletion(of: Of, pod: Pod): PlannedWrite {
  const { uid } = pod.metadata;
  return {
    request: { verb: "delete", path: pathTo(podsPath, pod), options: uid === undefined ? {} : { preconditions: { uid } } },
    onSuccess: () => event(of, "Normal", "SuccessfulDelete", `Deleted pod: ${pod.metadata.name}`),
    onFailure: ({ message }) => event(of, "Warning", "FailedDelete", `Error deleting: ${message}`),
  };
}
