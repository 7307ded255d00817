/** A Deployment rolls its template out over ReplicaSets. Source: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/ */
import { compileLabelSelector } from "../../../src/api/selectors.js";
import type { Deployment, DeploymentCondition, Pod, ReplicaSet } from "../../../src/api/types.js";
import { statusOf } from "../../apiserver/messages.js";
import { claim, controllerReference, pathTo } from "../engine/ownership.js";
import type { Circumstances, Plan, PlannedWrite } from "../engine/plan.js";
import { isFinished } from "../engine/pods.js";
import * as resources from "../engine/resources.js";
import { type StatusKind, statusUpdate } from "../engine/status-update.js";
import { isRolling, wantedReplicas } from "./bounds.js";
import { activeOf, annotations, findNew, type Member, memberOf, resize, writesFor } from "./members.js";
import { annotateNew, beyondHistory, freshMember, wasScaled } from "./revision.js";
import { newSetSize, scaleSets, shrinkOld } from "./scale.js";
import * as conditions from "./status.js";

/** What is known that concerns one Deployment. */
export interface DeploymentView {
  readonly deployment: Deployment;
  /** ReplicaSets that name it as their controller. */
  readonly owned: readonly ReplicaSet[];
  /** ReplicaSets of the namespace without controller. */
  readonly orphans: readonly ReplicaSet[];
  /** Pods of a ReplicaSet. */
  readonly podsOf: (set: ReplicaSet) => readonly Pod[];
  /** The set of this name, whoever's it is. */
  readonly setNamed: (name: string) => ReplicaSet | undefined;
}

/** A round in the making. */
interface Rollout {
  readonly view: DeploymentView;
  readonly deployment: Deployment;
  readonly members: readonly Member[];
  readonly circumstances: Circumstances;
  current: Member | undefined;
  conditions: readonly DeploymentCondition[];
  /** Of the new set: an annotation of the Deployment too. */
  revision: string | undefined;
  readonly writes: PlannedWrite[];
}

const { path } = resources.replicaSets;
const deployments: StatusKind = { apiVersion: "apps/v1", kind: "Deployment", path: resources.deployments.path };

export function reconcileDeployment(view: DeploymentView, circumstances: Circumstances): Plan {
  const { deployment } = view;
  const claimed = claim<ReplicaSet>(
    {
      owner: deployment,
      reference: controllerReference(deployment, "apps/v1", "Deployment"),
      matches: compileLabelSelector(deployment.spec?.selector),
      owned: view.owned,
      orphans: view.orphans,
      resource: path,
      ownerResource: resources.deployments.path,
    },
    circumstances.answers,
  );
  if (claimed.reads.length > 0) return { reads: claimed.reads };
  const members = claimed.mine.map((set) => memberOf(set));
  const rollout: Rollout = {
    view,
    deployment,
    members,
    circumstances,
    current: findNew(deployment, members),
    conditions: deployment.status?.conditions ?? [],
    revision: undefined,
    writes: [...claimed.writes],
  };
  if (deployment.metadata.deletionTimestamp === undefined) {
    const collision = advance(rollout);
    if (collision !== undefined) return collision;
  }
  return finish(rollout);
}

const oldOf = ({ members, current }: Rollout): Member[] => members.filter((member) => member !== current);
const allOf = (rollout: Rollout): Member[] => [...oldOf(rollout), ...(rollout.current === undefined ? [] : [rollout.current])];

function advance(rollout: Rollout): Plan | undefined {
  const { deployment, circumstances } = rollout;
  rollout.conditions = conditions.withPause(deployment, rollout.conditions, circumstances.nowMs);
  const old = oldOf(rollout);
  if (rollout.current !== undefined) keepNew(rollout, rollout.current);
  if (deployment.spec?.paused || wasScaled(deployment, activeOf(allOf(rollout)))) {
    scaleSets(deployment, rollout.current, old);
    if (deployment.spec?.paused) cleanUp(rollout);
    return undefined;
  }
  return isRolling(deployment) ? roll(rollout) : recreate(rollout);
}

/** The new set is there: it has the Deployment's annotations and revision. */
function keepNew(rollout: Rollout, current: Member): void {
  const { deployment, circumstances } = rollout;
  annotateNew(deployment, current, oldOf(rollout));
  rollout.revision = current.annotations[annotations.revision];
  if (conditions.hasDeadline(deployment) && conditions.conditionOf(rollout.conditions, "Progressing") === undefined) {
    rollout.conditions = conditions.withCondition(
      rollout.conditions,
      conditions.foundNew(current.set.metadata.name ?? ""),
      circumstances.nowMs,
    );
  }
}

/** Makes the new set. A set of its name that is another's is a collision: the hash is counted on and all begins anew. */
function createNew(rollout: Rollout, size: (fresh: Member) => number): Plan | undefined {
  const { deployment, circumstances, view } = rollout;
  const fresh = freshMember(deployment);
  const name = fresh.set.metadata.name ?? "";
  if (view.setNamed(name) !== undefined) {
    const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
    return { writes: statusUpdate(deployments, deployment, { ...deployment.status, collisionCount }) };
  }
  fresh.replicas = size(fresh);
  annotateNew(deployment, fresh, rollout.members);
  rollout.current = fresh;
  rollout.revision = fresh.annotations[annotations.revision];
  const failed = circumstances.failure;
  const refused = failed !== undefined && statusOf(failed) !== undefined && statusOf(failed)?.code !== 409;
  if (conditions.hasDeadline(deployment)) {
    const draft = refused ? conditions.createFailed(name, failed.message) : conditions.createdNew(name);
    rollout.conditions = conditions.withCondition(rollout.conditions, draft, circumstances.nowMs);
  }
  return undefined;
}

function roll(rollout: Rollout): Plan | undefined {
  const { deployment } = rollout;
  if (rollout.current === undefined) {
    const old = oldOf(rollout);
    return createNew(rollout, (fresh) => newSetSize(deployment, [...old, fresh], fresh));
  }
  const { current } = rollout;
  const wanted = wantedReplicas(deployment);
  if (current.replicas !== wanted) {
    const size = current.replicas > wanted ? wanted : newSetSize(deployment, allOf(rollout), current);
    if (resize(current, size, deployment)) return undefined;
  }
  if (shrinkOld(deployment, allOf(rollout), activeOf(oldOf(rollout)), current)) return undefined;
  if (conditions.isComplete(deployment, deployment.status ?? {})) cleanUp(rollout);
  return undefined;
}

/** All old pods are gone before the first new one is made. */
function recreate(rollout: Rollout): Plan | undefined {
  const { deployment, view } = rollout;
  const old = oldOf(rollout);
  const active = activeOf(old);
  for (const member of active) resize(member, 0, deployment);
  if (active.length > 0) return undefined;
  if (old.some(({ set }) => view.podsOf(set).some((pod) => !isFinished(pod)))) return undefined;
  if (rollout.current === undefined) return createNew(rollout, () => wantedReplicas(deployment));
  if (resize(rollout.current, wantedReplicas(deployment), deployment)) return undefined;
  if (conditions.isComplete(deployment, deployment.status ?? {})) cleanUp(rollout);
  return undefined;
}

function cleanUp(rollout: Rollout): void {
  for (const { set } of beyondHistory(rollout.deployment, oldOf(rollout))) {
    const { uid } = set.metadata;
    rollout.writes.push({
      request: { verb: "delete", path: pathTo(path, set), options: uid === undefined ? {} : { preconditions: { uid } } },
    });
  }
}

function finish(rollout: Rollout): Plan {
  const { deployment, current, circumstances, writes } = rollout;
  const { nowMs } = circumstances;
  const all = allOf(rollout);
  const counted = conditions.countedStatus(deployment, all, current, rollout.conditions, nowMs);
  const progress = deployment.spec?.paused
    ? (counted.conditions ?? [])
    : conditions.withProgress(deployment, counted, current, nowMs);
  const status = { ...counted, conditions: [...conditions.withReplicaFailure(progress, all, current, nowMs)] };
  const deadlineMs = conditions.deadlineAtMs(deployment, status.conditions);
  const waiting = !deployment.spec?.paused && !conditions.isComplete(deployment, status) && deadlineMs !== undefined;
  const resized = all.flatMap((member) => writesFor(deployment, member));
  // With the status: nothing else is asked of the Deployment by its revision, so its generation stays.
  const noted: Record<string, string> = rollout.revision === undefined ? {} : { [annotations.revision]: rollout.revision };
  return {
    writes: [...resized, ...writes, ...statusUpdate(deployments, deployment, status, noted)],
    inOrder: true,
    ...(waiting ? { requeueAfterMs: Math.max(0, deadlineMs - nowMs) + 1_000 } : {}),
  };
}
