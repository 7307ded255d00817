/**
 * Which objects a controller may call its own: those that name it as their controller and still match its selector, and
 * orphans that match. Source: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#non-template-pod-acquisitions
 */

import type { LabelPredicate } from "../../../src/api/selectors.js";
import type { KubernetesObject, OwnerReference } from "../../../src/api/types.js";
import type { ObjectPath } from "../../apiserver/messages.js";
import type { Answers, PlannedRead, PlannedWrite } from "./plan.js";

export const controllerReference = (owner: KubernetesObject, apiVersion: string, kind: string): OwnerReference => ({
  apiVersion,
  kind,
  name: owner.metadata.name ?? "",
  uid: owner.metadata.uid ?? "",
  controller: true,
  blockOwnerDeletion: true,
});

export const keyOf = ({ metadata }: KubernetesObject): string =>
  metadata.namespace ? `${metadata.namespace}/${metadata.name}` : (metadata.name ?? "");

/** The path of one object, given its resource. */
export const pathTo = (
  resource: { readonly group: string; readonly version: string; readonly resource: string },
  { metadata }: KubernetesObject,
  subresource?: string,
): ObjectPath => ({
  ...resource,
  ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
  name: metadata.name ?? "",
  ...(subresource === undefined ? {} : { subresource }),
});

export interface Claim<T extends KubernetesObject> {
  readonly owner: KubernetesObject;
  readonly reference: OwnerReference;
  readonly matches: LabelPredicate;
  /** Objects that name the owner as their controller. */
  readonly owned: readonly T[];
  /** Objects of its namespace that have no controller. */
  readonly orphans: readonly T[];
  /** Where the claimed objects and the owner live. */
  readonly resource: { readonly group: string; readonly version: string; readonly resource: string };
  readonly ownerResource: { readonly group: string; readonly version: string; readonly resource: string };
}

export interface Claimed<T> {
  readonly mine: readonly T[];
  /** What must be known before orphans may be adopted; empty when there are none. */
  readonly reads: readonly PlannedRead[];
  readonly writes: readonly PlannedWrite[];
}

/** The uid in the patch makes it fail for a namesake that came later. */
const ownershipPatch = (path: ObjectPath, uid: string | undefined, reference: object): PlannedWrite => ({
  request: {
    verb: "patch",
    path,
    patchType: "application/strategic-merge-patch+json",
    patch: { metadata: { uid, ownerReferences: [reference] } },
  },
});

/**
 * Sorts out what is claimed. Objects that no longer match are released, unless they are on their way out; orphans that
 * match are adopted, once the API server itself has said that the owner is still there and not on its way out.
 */
export function claim<T extends KubernetesObject>(of: Claim<T>, answers: Answers): Claimed<T> {
  const { owner, reference, matches, owned, orphans, resource, ownerResource } = of;
  const mine: T[] = [];
  const writes: PlannedWrite[] = [];
  const leaving = owner.metadata.deletionTimestamp !== undefined;
  for (const object of owned) {
    if (matches(object.metadata.labels)) mine.push(object);
    else if (!leaving && object.metadata.deletionTimestamp === undefined) {
      writes.push(ownershipPatch(pathTo(resource, object), object.metadata.uid, { $patch: "delete", uid: reference.uid }));
    }
  }
  const adoptable = leaving
    ? []
    : orphans.filter(({ metadata }) => metadata.deletionTimestamp === undefined && matches(metadata.labels));
  if (adoptable.length === 0) return { mine, reads: [], writes };
  const answer = answers.get("owner");
  if (answer === undefined) {
    return { mine, reads: [{ name: "owner", request: { verb: "get", path: pathTo(ownerResource, owner) } }], writes };
  }
  const live = answer === "absent" ? undefined : answer.object;
  if (live?.metadata.uid !== owner.metadata.uid || live?.metadata.deletionTimestamp !== undefined)
    return { mine, reads: [], writes };
  for (const object of adoptable) {
    mine.push(object);
    writes.push(ownershipPatch(pathTo(resource, object), object.metadata.uid, reference));
  }
  return { mine, reads: [], writes };
}
