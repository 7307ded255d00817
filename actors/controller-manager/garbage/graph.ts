/** Who owns whom, over objects of every kind, kept up to date change by change. */
import type { KubernetesObject, OwnerReference } from "../../../src/api/types.js";
import type { ResourcePath } from "../../apiserver/messages.js";

export const foregroundFinalizer = "foregroundDeletion";
export const orphanFinalizer = "orphan";

/** An object as the garbage collector knows it. */
export interface Item {
  readonly uid: string;
  readonly path: ResourcePath;
  readonly name: string;
  readonly resourceVersion: string | undefined;
  readonly owners: readonly OwnerReference[];
  readonly finalizers: readonly string[];
  readonly deleting: boolean;
  /** Custom objects know no strategic merge. */
  readonly isCustom: boolean;
}

export const isDeletingDependents = ({ deleting, finalizers }: Item): boolean =>
  deleting && finalizers.includes(foregroundFinalizer);
export const isOrphaning = ({ deleting, finalizers }: Item): boolean => deleting && finalizers.includes(orphanFinalizer);

export function itemOf(object: KubernetesObject, resource: ResourcePath, isCustom = false): Item {
  const {
    uid = "",
    name = "",
    namespace,
    resourceVersion,
    ownerReferences = [],
    finalizers = [],
    deletionTimestamp,
  } = object.metadata;
  const path = namespace ? { ...resource, namespace } : resource;
  return {
    uid,
    path,
    name,
    resourceVersion,
    owners: ownerReferences,
    finalizers,
    deleting: deletionTimestamp !== undefined,
    isCustom,
  };
}

/** Uids that are known to be gone; a uid never comes back, so what is remembered stays true. The oldest are forgotten. */
const goneMost = 20_000;

export class OwnerGraph {
  private readonly items = new Map<string, Item>();
  /** Uids of the objects that name an owner, by the owner's uid; the owner itself need not be known. */
  private readonly dependents = new Map<string, Set<string>>();
  private readonly gone = new Set<string>();

  get(uid: string): Item | undefined {
    return this.items.get(uid);
  }

  dependentsOf(uid: string): Item[] {
    return [...(this.dependents.get(uid) ?? [])].flatMap((each) => this.items.get(each) ?? []);
  }

  isKnownGone(uid: string): boolean {
    return this.gone.has(uid);
  }

  /** Takes in an object as it is now, and names those whose fate may have changed. */
  put(item: Item): string[] {
    const before = this.items.get(item.uid);
    this.unlink(before);
    this.items.set(item.uid, item);
    for (const { uid } of item.owners) {
      const known = this.dependents.get(uid) ?? new Set();
      this.dependents.set(uid, known.add(item.uid));
    }
    const concerned: string[] = [];
    // Nothing can be wrong with an object whose owners are all there and stay.
    const doubtful = item.owners.some(({ uid }) => {
      const owner = this.items.get(uid);
      return owner === undefined || isDeletingDependents(owner);
    });
    if (doubtful || isDeletingDependents(item) || isOrphaning(item)) concerned.push(item.uid);
    if (isDeletingDependents(item) && (before === undefined || !isDeletingDependents(before))) {
      concerned.push(...(this.dependents.get(item.uid) ?? []));
    }
    // An owner that waits for its dependents may have one less to wait for.
    for (const { uid } of before?.owners ?? []) if (this.waits(uid)) concerned.push(uid);
    return concerned;
  }

  /** An object is gone for good. */
  delete(uid: string): string[] {
    const before = this.items.get(uid);
    this.unlink(before);
    this.items.delete(uid);
    this.noteGone(uid);
    const waiting = (before?.owners ?? []).filter((owner) => this.waits(owner.uid)).map((owner) => owner.uid);
    return [...(this.dependents.get(uid) ?? []), ...waiting];
  }

  noteGone(uid: string): void {
    this.gone.add(uid);
    const oldest = this.gone.values().next();
    if (this.gone.size > goneMost && !oldest.done) this.gone.delete(oldest.value);
  }

  private waits(uid: string): boolean {
    const owner = this.items.get(uid);
    return owner !== undefined && (isDeletingDependents(owner) || isOrphaning(owner));
  }

  private unlink(item: Item | undefined): void {
    for (const { uid } of item?.owners ?? []) {
      const known = this.dependents.get(uid);
      known?.delete(item?.uid ?? "");
      if (known?.size === 0) this.dependents.delete(uid);
    }
  }
}
