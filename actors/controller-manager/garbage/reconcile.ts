/**
 * Deletes what no longer has an owner, in the background, in the foreground, or not at all.
 * Source: https://kubernetes.io/docs/concepts/architecture/garbage-collection/#cascading-deletion
 */
import type { OwnerReference } from "../../../src/api/types.js";
import type { ObjectPath, ResourcePath } from "../../apiserver/messages.js";
import type { Answers, Finding, Plan, PlannedRead, PlannedWrite } from "../engine/plan.js";
import { nothingToDo } from "../engine/plan.js";
import { foregroundFinalizer, type Item, isDeletingDependents, isOrphaning, orphanFinalizer } from "./graph.js";

/** What the graph says; read only. */
export interface GarbageView {
  get(uid: string): Item | undefined;
  dependentsOf(uid: string): Item[];
  isKnownGone(uid: string): boolean;
  /** Where objects of a kind live; undefined for a kind that is not known. */
  resourceOf(reference: OwnerReference): { readonly path: ResourcePath; readonly namespaced: boolean } | undefined;
}

const objectPath = ({ path, name }: Item): ObjectPath => ({ ...path, name });

export function reconcileItem(view: GarbageView, uid: string, answers: Answers): Plan {
  const item = view.get(uid);
  if (item === undefined) return nothingToDo;
  if (isOrphaning(item)) return orphanDependents(view, item);
  if (isDeletingDependents(item)) return awaitDependents(view, item);
  if (item.deleting || item.owners.length === 0) return nothingToDo;
  return judge(view, item, answers);
}

/** Each dependent forgets its owner; once none names it any more, the owner may go. */
function orphanDependents(view: GarbageView, item: Item): Plan {
  const dependents = view.dependentsOf(item.uid);
  if (dependents.length > 0) return { writes: dependents.map((each) => withoutOwners(each, [item.uid])) };
  return { writes: [withoutFinalizer(item, orphanFinalizer)] };
}

/** An owner that is deleted in the foreground waits for the dependents that block it. */
function awaitDependents(view: GarbageView, item: Item): Plan {
  const blocking = view
    .dependentsOf(item.uid)
    .filter(({ owners }) => owners.some((owner) => owner.uid === item.uid && owner.blockOwnerDeletion));
  return blocking.length > 0 ? nothingToDo : { writes: [withoutFinalizer(item, foregroundFinalizer)] };
}

type Standing = "solid" | "dangling" | "waiting" | "unknown";

/** Whether an owner is still there. What the graph does not know is asked of the API server itself. */
function standingOf(view: GarbageView, item: Item, owner: OwnerReference, answers: Answers): Standing {
  const known = view.get(owner.uid);
  if (known !== undefined) return isDeletingDependents(known) ? "waiting" : "solid";
  if (view.isKnownGone(owner.uid)) return "dangling";
  const resource = view.resourceOf(owner);
  // A kind that nobody knows, or an owner in no namespace that could be meant: nothing may be deleted for that.
  if (resource === undefined || (resource.namespaced && item.path.namespace === undefined)) return "solid";
  const answer = answers.get(owner.uid);
  if (answer === undefined) return "unknown";
  return isOwner(answer, owner.uid) ? "solid" : "dangling";
}

/** Only that there is no such object, or another one by that name, says that an owner has gone. */
export const isOwner = (found: Finding, uid: string): boolean => found !== "absent" && found.object?.metadata.uid === uid;

function question(view: GarbageView, item: Item, owner: OwnerReference): PlannedRead[] {
  const resource = view.resourceOf(owner);
  if (resource === undefined) return [];
  const namespace = resource.namespaced && item.path.namespace !== undefined ? { namespace: item.path.namespace } : {};
  return [{ name: owner.uid, request: { verb: "get", path: { ...resource.path, ...namespace, name: owner.name } } }];
}

function judge(view: GarbageView, item: Item, answers: Answers): Plan {
  const standings = item.owners.map((owner) => ({ owner, standing: standingOf(view, item, owner, answers) }));
  const unknown = standings.filter(({ standing }) => standing === "unknown");
  if (unknown.length > 0) return { reads: unknown.flatMap(({ owner }) => question(view, item, owner)) };
  const lost = standings.filter(({ standing }) => standing !== "solid").map(({ owner }) => owner.uid);
  if (lost.length === 0) return nothingToDo;
  if (lost.length < item.owners.length) return { writes: [withoutOwners(item, lost)] };
  const waiting = standings.some(({ standing }) => standing === "waiting");
  return waiting && view.dependentsOf(item.uid).length > 0 ? foreground(view, item) : { writes: [deletion(item, "Background")] };
}

/** In a circle of owners, somebody must not be waited for. */
function foreground(view: GarbageView, item: Item): Plan {
  const circle = view.dependentsOf(item.uid).some(isDeletingDependents);
  if (!circle) return { writes: [deletion(item, "Foreground")] };
  const owners = item.isCustom
    ? ownersOf(item, (owner) => ({ ...owner, blockOwnerDeletion: false }))
    : { ownerReferences: item.owners.map(({ uid }) => ({ uid, blockOwnerDeletion: false })) };
  const request = patch(
    item,
    { metadata: { uid: item.uid, ...owners } },
    item.isCustom ? "application/merge-patch+json" : "application/strategic-merge-patch+json",
  );
  return { inOrder: true, writes: [request, deletion({ ...item, resourceVersion: undefined }, "Foreground")] };
}

/**
 * Deletes exactly what was judged: if the object has changed since, it may have an owner again, and the API server
 * refuses. A finalizer that the object has already says how its own dependents are to be treated.
 */
function deletion(item: Item, policy: "Background" | "Foreground"): PlannedWrite {
  const { uid, resourceVersion, finalizers } = item;
  const own = finalizers.includes(orphanFinalizer) ? "Orphan" : finalizers.includes(foregroundFinalizer) ? "Foreground" : policy;
  const preconditions = resourceVersion === undefined ? { uid } : { uid, resourceVersion };
  return { request: { verb: "delete", path: objectPath(item), options: { propagationPolicy: own, preconditions } } };
}

type PatchType = "application/strategic-merge-patch+json" | "application/merge-patch+json";

const patch = (item: Item, body: object, patchType: PatchType): PlannedWrite => ({
  request: { verb: "patch", path: objectPath(item), patchType, patch: body },
});

/** Where lists do not merge all owners are written, so nobody may have changed the object meanwhile. */
const ownersOf = ({ owners, resourceVersion }: Item, change: (owner: OwnerReference) => OwnerReference | undefined): object => ({
  resourceVersion,
  ownerReferences: owners.map(change).filter((owner) => owner !== undefined),
});

const withoutOwners = (item: Item, uids: readonly string[]): PlannedWrite => {
  if (!item.isCustom) return withoutOwnersMerged(item, uids);
  const left = ownersOf(item, (owner) => (uids.includes(owner.uid) ? undefined : owner));
  return patch(item, { metadata: { uid: item.uid, ...left } }, "application/merge-patch+json");
};

const withoutOwnersMerged = (item: Item, uids: readonly string[]): PlannedWrite =>
  patch(
    item,
    { metadata: { uid: item.uid, ownerReferences: uids.map((uid) => ({ $patch: "delete", uid })) } },
    "application/strategic-merge-patch+json",
  );

/** Finalizers are written as a whole, so nobody may have changed the object meanwhile. */
const withoutFinalizer = (item: Item, finalizer: string): PlannedWrite => {
  const finalizers = item.finalizers.filter((each) => each !== finalizer);
  const { uid, resourceVersion } = item;
  return patch(item, { metadata: { uid, resourceVersion, finalizers } }, "application/merge-patch+json");
};
