/** The ReplicaSets of a Deployment as one round changes them, before anything is written. */
import { type EventToRecord, referenceTo } from "../../../src/actor/events.js";
import type { Deployment, ReplicaSet } from "../../../src/api/types.js";
import { pathTo } from "../engine/ownership.js";
import type { PlannedWrite } from "../engine/plan.js";
import { timeMs } from "../engine/pods.js";
import * as resources from "../engine/resources.js";
import { maxSurge, wantedReplicas } from "./bounds.js";
import { sameTemplate } from "./template-hash.js";

export const annotations = {
  revision: "deployment.kubernetes.io/revision",
  revisionHistory: "deployment.kubernetes.io/revision-history",
  desiredReplicas: "deployment.kubernetes.io/desired-replicas",
  maxReplicas: "deployment.kubernetes.io/max-replicas",
} as const;

type Annotations = { [key: string]: string };

export interface Member {
  readonly set: ReplicaSet;
  /** It is to be created. */
  readonly fresh: boolean;
  replicas: number;
  minReadySeconds: number;
  annotations: Annotations;
}

export const memberOf = (set: ReplicaSet, fresh = false): Member => ({
  set,
  fresh,
  replicas: set.spec?.replicas ?? 1,
  minReadySeconds: set.spec?.minReadySeconds ?? 0,
  annotations: { ...set.metadata.annotations },
});

export const sumOf = (members: readonly Member[], count: (member: Member) => number): number =>
  members.reduce((sum, member) => sum + count(member), 0);

export const replicasOf = (members: readonly Member[]): number => sumOf(members, ({ replicas }) => replicas);
export const availableOf = ({ set }: Member): number => set.status?.availableReplicas ?? 0;
export const activeOf = (members: readonly Member[]): Member[] => members.filter(({ replicas }) => replicas > 0);

const createdMs = ({ set }: Member): number => timeMs(set.metadata.creationTimestamp) ?? Number.POSITIVE_INFINITY;
const nameOf = ({ set }: Member): string => set.metadata.name ?? "";

/** Oldest first; sets of the same second by name. */
export const byAge = (one: Member, other: Member): number => {
  const [a, b] = [createdMs(one), createdMs(other)];
  return a === b ? (nameOf(one) < nameOf(other) ? -1 : 1) : a - b;
};

/** The set of the current template: the oldest of them, should there be several. */
export const findNew = (deployment: Deployment, members: readonly Member[]): Member | undefined =>
  [...members].sort(byAge).find(({ set }) => sameTemplate(set.spec?.template, deployment.spec?.template));

const largestRevision = 2n ** 63n - 1n;

/** 0 where there is none, or none that is a whole number of 64 bits. */
export function revisionOf(of: { readonly annotations?: Annotations | undefined }): bigint {
  const text = of.annotations?.[annotations.revision];
  const revision = text !== undefined && /^[0-9]{1,19}$/.test(text) ? BigInt(text) : 0n;
  return revision > largestRevision ? 0n : revision;
}

/** Gives a set its size, and notes how large the Deployment was meant to be when it did. */
export function resize(member: Member, replicas: number, deployment: Deployment): boolean {
  const changed = member.replicas !== replicas;
  member.replicas = replicas;
  noteSize(member, deployment);
  return changed;
}

export function noteSize(member: Member, deployment: Deployment): void {
  const wanted = wantedReplicas(deployment);
  member.annotations = {
    ...member.annotations,
    [annotations.desiredReplicas]: `${wanted}`,
    [annotations.maxReplicas]: `${wanted + maxSurge(deployment)}`,
  };
}

export const deploymentEvent = (
  deployment: Deployment,
  type: EventToRecord["type"],
  reason: string,
  message: string,
): EventToRecord => ({
  involvedObject: referenceTo(deployment, "Deployment", "apps/v1"),
  type,
  reason,
  message,
  component: "deployment-controller",
});

const scaledEvent = (deployment: Deployment, name: string, from: number, to: number): EventToRecord => {
  const way = to > from ? "up" : "down";
  return deploymentEvent(deployment, "Normal", "ScalingReplicaSet", `Scaled ${way} replica set ${name} from ${from} to ${to}`);
};

/** What must be written so that a set becomes what the round made of it. */
export function writesFor(deployment: Deployment, member: Member): PlannedWrite[] {
  const { set, replicas, minReadySeconds } = member;
  const name = set.metadata.name ?? "";
  if (member.fresh) {
    const object: ReplicaSet = {
      ...set,
      metadata: { ...set.metadata, annotations: member.annotations },
      ...(set.spec === undefined ? {} : { spec: { ...set.spec, replicas, minReadySeconds } }),
    };
    const { path } = resources.replicaSets;
    const { namespace = "" } = set.metadata;
    const write: PlannedWrite = {
      request: { verb: "create", path: { ...path, namespace }, object },
      onFailure: ({ message }) =>
        deploymentEvent(deployment, "Warning", "ReplicaSetCreateError", `Failed to create new replica set "${name}": ${message}`),
    };
    return [replicas === 0 ? write : { ...write, onSuccess: () => scaledEvent(deployment, name, 0, replicas) }];
  }
  const before = memberOf(set);
  const changed = Object.keys(member.annotations).filter((key) => before.annotations[key] !== member.annotations[key]);
  const removed = Object.keys(before.annotations).filter((key) => !Object.hasOwn(member.annotations, key));
  const spec = {
    ...(replicas === before.replicas ? {} : { replicas }),
    ...(minReadySeconds === before.minReadySeconds ? {} : { minReadySeconds }),
  };
  if (changed.length === 0 && removed.length === 0 && Object.keys(spec).length === 0) return [];
  const annotationPatch = Object.fromEntries([
    ...changed.map((key) => [key, member.annotations[key]]),
    ...removed.map((key) => [key, null]),
  ]);
  const patch = { metadata: { uid: set.metadata.uid, annotations: annotationPatch }, spec };
  const patchType = "application/merge-patch+json";
  const write: PlannedWrite = { request: { verb: "patch", path: pathTo(resources.replicaSets.path, set), patchType, patch } };
  return [
    replicas === before.replicas
      ? write
      : { ...write, onSuccess: () => scaledEvent(deployment, name, before.replicas, replicas) },
  ];
}
