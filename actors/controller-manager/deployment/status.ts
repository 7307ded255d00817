/** The status of a Deployment and its conditions Available, Progressing and ReplicaFailure. */
import { rfc3339 } from "../../../src/actor/host.js";
import type { Deployment, DeploymentCondition, DeploymentStatus } from "../../../src/api/types.js";
import { timeMs } from "../engine/pods.js";
import { maxUnavailable, wantedReplicas } from "./bounds.js";
import { availableOf, type Member, sumOf } from "./members.js";

type Conditions = readonly DeploymentCondition[];
type Draft = Pick<DeploymentCondition, "type" | "status" | "reason" | "message">;

/** A deadline as large as this means none. Source: the API reference of progressDeadlineSeconds. */
const noDeadline = 2_147_483_647;

export const hasDeadline = ({ spec }: Deployment): boolean => (spec?.progressDeadlineSeconds ?? 600) !== noDeadline;

export const conditionOf = (conditions: Conditions, type: string): DeploymentCondition | undefined =>
  conditions.find((condition) => condition.type === type);

/** Sets a condition, unless it says the same already; the time of its last transition stays when its status does. */
export function withCondition(conditions: Conditions, draft: Draft, nowMs: number, refresh = false): Conditions {
  const before = conditionOf(conditions, draft.type);
  if (!refresh && before?.status === draft.status && before.reason === draft.reason) return conditions;
  const now = rfc3339(nowMs);
  const lastTransitionTime = before?.status === draft.status ? (before.lastTransitionTime ?? now) : now;
  return [...without(conditions, draft.type), { ...draft, lastUpdateTime: now, lastTransitionTime }];
}

const without = (conditions: Conditions, type: string): Conditions => conditions.filter((condition) => condition.type !== type);

const progressing = (status: "True" | "False" | "Unknown", reason: string, message: string): Draft => ({
  type: "Progressing",
  status,
  reason,
  message,
});

export const foundNew = (name: string): Draft => progressing("True", "FoundNewReplicaSet", `Found new replica set "${name}"`);
export const createdNew = (name: string): Draft =>
  progressing("True", "NewReplicaSetCreated", `Created new replica set "${name}"`);
export const createFailed = (name: string, why: string): Draft =>
  progressing("False", "ReplicaSetCreateError", `Failed to create new replica set "${name}": ${why}`);

/** Pausing and resuming show in Progressing, unless its deadline has passed already. */
export function withPause(deployment: Deployment, conditions: Conditions, nowMs: number): Conditions {
  const before = conditionOf(conditions, "Progressing");
  if (!hasDeadline(deployment) || before?.reason === "ProgressDeadlineExceeded") return conditions;
  const paused = deployment.spec?.paused ?? false;
  const wasPaused = before?.reason === "DeploymentPaused";
  if (paused && !wasPaused)
    return withCondition(conditions, progressing("Unknown", "DeploymentPaused", "Deployment is paused"), nowMs);
  if (!paused && wasPaused)
    return withCondition(conditions, progressing("Unknown", "DeploymentResumed", "Deployment is resumed"), nowMs);
  return conditions;
}

/** Counts and Available, from the sets' own status. */
export function countedStatus(
  deployment: Deployment,
  all: readonly Member[],
  current: Member | undefined,
  conditions: Conditions,
  nowMs: number,
): DeploymentStatus {
  const { status, metadata } = deployment;
  const replicas = sumOf(all, ({ set }) => set.status?.replicas ?? 0);
  const updated = current?.set.status?.replicas ?? 0;
  const ready = sumOf(all, ({ set }) => set.status?.readyReplicas ?? 0);
  const available = sumOf(all, availableOf);
  const unavailable = Math.max(0, replicas - available);
  const enough = available >= wantedReplicas(deployment) - maxUnavailable(deployment);
  const availability: Draft = enough
    ? { type: "Available", status: "True", reason: "MinimumReplicasAvailable", message: "Deployment has minimum availability." }
    : {
        type: "Available",
        status: "False",
        reason: "MinimumReplicasUnavailable",
        message: "Deployment does not have minimum availability.",
      };
  return {
    ...(metadata.generation === undefined ? {} : { observedGeneration: metadata.generation }),
    ...(replicas === 0 ? {} : { replicas }),
    ...(updated === 0 ? {} : { updatedReplicas: updated }),
    ...(ready === 0 ? {} : { readyReplicas: ready }),
    ...(available === 0 ? {} : { availableReplicas: available }),
    ...(unavailable === 0 ? {} : { unavailableReplicas: unavailable }),
    ...(status?.collisionCount === undefined ? {} : { collisionCount: status.collisionCount }),
    conditions: [...withCondition(conditions, availability, nowMs)],
  };
}

export function isComplete(
  deployment: Deployment,
  { updatedReplicas = 0, replicas = 0, availableReplicas = 0, observedGeneration = 0 }: DeploymentStatus,
): boolean {
  const wanted = wantedReplicas(deployment);
  return (
    updatedReplicas === wanted &&
    replicas === wanted &&
    availableReplicas === wanted &&
    observedGeneration >= (deployment.metadata.generation ?? 0)
  );
}

function hasProgressed(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const old = ({ replicas = 0, updatedReplicas = 0 }: DeploymentStatus) => replicas - updatedReplicas;
  return (
    (after.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(after) < old(before) ||
    (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

/** When a rollout that stands still will have exceeded its deadline; undefined when none is running. */
export function deadlineAtMs(deployment: Deployment, conditions: Conditions): number | undefined {
  const condition = conditionOf(conditions, "Progressing");
  if (!hasDeadline(deployment) || condition === undefined) return undefined;
  if (condition.reason === "NewReplicaSetAvailable" || condition.reason === "ProgressDeadlineExceeded") return undefined;
  const sinceMs = timeMs(condition.lastUpdateTime);
  return sinceMs === undefined ? undefined : sinceMs + (deployment.spec?.progressDeadlineSeconds ?? 600) * 1000;
}

/** Says in Progressing how the rollout goes: it is done, it goes on, or it has exceeded its deadline. */
export function withProgress(
  deployment: Deployment,
  next: DeploymentStatus,
  current: Member | undefined,
  nowMs: number,
): Conditions {
  const conditions = next.conditions ?? [];
  if (!hasDeadline(deployment)) return without(conditions, "Progressing");
  const before = conditionOf(conditions, "Progressing");
  const settled = (next.replicas ?? 0) === (next.updatedReplicas ?? 0) && before?.reason === "NewReplicaSetAvailable";
  if (settled) return conditions;
  const what = current === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${current.set.metadata.name}"`;
  if (isComplete(deployment, next)) {
    return withCondition(
      conditions,
      progressing("True", "NewReplicaSetAvailable", `${what} has successfully progressed.`),
      nowMs,
    );
  }
  if (hasProgressed(deployment.status ?? {}, next)) {
    return withCondition(conditions, progressing("True", "ReplicaSetUpdated", `${what} is progressing.`), nowMs, true);
  }
  const exceededAtMs = deadlineAtMs(deployment, conditions);
  if (exceededAtMs === undefined || nowMs <= exceededAtMs) return conditions;
  return withCondition(conditions, progressing("False", "ProgressDeadlineExceeded", `${what} has timed out progressing.`), nowMs);
}

/** Takes over a ReplicaSet's failure to create pods: the new set's before an old one's. */
export function withReplicaFailure(
  conditions: Conditions,
  all: readonly Member[],
  current: Member | undefined,
  nowMs: number,
): Conditions {
  const failureOf = ({ set }: Member) => set.status?.conditions?.find(({ type }) => type === "ReplicaFailure");
  const members = current === undefined ? all : [current, ...all];
  const failure = members.map(failureOf).find((each) => each !== undefined);
  if (failure === undefined) return without(conditions, "ReplicaFailure");
  const { status, reason = "", message = "" } = failure;
  return withCondition(conditions, { type: "ReplicaFailure", status, reason, message }, nowMs);
}
