/**
 * Whether the claims of a StatefulSet go with it, or with the pods that it has no more use for, is said by who owns them: the garbage collector does the rest.
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention
 */
import { semanticEqual } from "../../../../src/api/json-value.js";
import type { OwnerReference, PersistentVolumeClaim, Pod, StatefulSet } from "../../../../src/api/types.js";
import { controllerReference, pathTo } from "../../engine/ownership.js";
import type { PlannedWrite } from "../../engine/plan.js";
import { claims as claimsResource } from "../workload/resources.js";
import { claimsOf, firstOrdinal } from "./identity.js";

type ClaimNamed = (name: string) => PersistentVolumeClaim | undefined;

const isBeyond = (set: StatefulSet, ordinal: number): boolean => {
  const first = firstOrdinal(set);
  return ordinal < first || ordinal >= first + (set.spec?.replicas ?? 1);
};

function ownersOf(set: StatefulSet, pod: Pod, ordinal: number): OwnerReference[] {
  const { whenScaled, whenDeleted } = set.spec?.persistentVolumeClaimRetentionPolicy ?? {};
  if (whenScaled === "Delete" && isBeyond(set, ordinal)) return [controllerReference(pod, "v1", "Pod")];
  return whenDeleted === "Delete" ? [controllerReference(set, "apps/v1", "StatefulSet")] : [];
}

const existing = (set: StatefulSet, ordinal: number, claimNamed: ClaimNamed): PersistentVolumeClaim[] =>
  claimsOf(set, ordinal).flatMap(({ metadata }) => claimNamed(metadata.name ?? "") ?? []);

/** The claims of a pod whose owners are not those that the set's policy wants. A claim that something else controls is left to that. */
export function claimsToOwn(set: StatefulSet, pod: Pod, ordinal: number, claimNamed: ClaimNamed): PlannedWrite[] {
  return existing(set, ordinal, claimNamed).flatMap((claim) => {
    const { ownerReferences: before = [], ...metadata } = claim.metadata;
    const others = before.filter(({ uid }) => uid !== set.metadata.uid && uid !== pod.metadata.uid);
    const isElses = others.some(({ controller }) => controller === true);
    const owners = isElses ? others : [...others, ...ownersOf(set, pod, ordinal)];
    if (semanticEqual(before, owners)) return [];
    const owned = owners.length === 0 ? metadata : { ...metadata, ownerReferences: owners };
    const object = {
      ...claim,
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: owned,
    };
    return [{ request: { verb: "update", path: pathTo(claimsResource.path, claim), object } }];
  });
}

/** A claim that goes with the last pod of this name must be gone before the next one comes. */
export const isStale = (set: StatefulSet, ordinal: number, claimNamed: ClaimNamed): boolean =>
  existing(set, ordinal, claimNamed).some(({ metadata }) =>
    metadata.ownerReferences?.some(({ kind, name }) => kind === "Pod" && name === `${set.metadata.name}-${ordinal}`),
  );
