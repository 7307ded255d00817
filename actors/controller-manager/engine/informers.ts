/** The caches that all controllers share: one informer a resource, started when the first controller asks for it. */
import type { Host } from "../../../src/actor/host.js";
import { startInformer } from "../../../src/actor/informer/start.js";
import { type Change, type Indexers, Store } from "../../../src/actor/informer/store.js";
import type { KubernetesObject } from "../../../src/api/types.js";
import type { ResourcePath } from "../../apiserver/messages.js";
import { revisionReached } from "./revisions.js";

export type ObjectChange<T> = Exclude<Change<T>, { type: "synced" }>;

export interface Informed<T extends KubernetesObject> {
  readonly store: Store<T>;
  readonly synced: boolean;
  /** Told of every change from now on, and of what is known already as added. */
  subscribe(listener: (change: ObjectChange<T>) => void): void;
  /** Told once, when the first list is there; at once if it is. */
  whenSynced(told: () => void): void;
}

interface Waiting {
  readonly satisfied: () => boolean;
  readonly told: () => void;
}

class SharedInformer<T extends KubernetesObject> implements Informed<T> {
  readonly store: Store<T>;
  synced = false;
  private readonly listeners: Array<(change: ObjectChange<T>) => void> = [];
  private syncListeners: Array<() => void> = [];
  private readonly waiting = new Set<Waiting>();

  constructor(indexers: Indexers<T>) {
    this.store = new Store<T>(indexers);
  }

  subscribe(listener: (change: ObjectChange<T>) => void): void {
    for (const object of this.store.list()) listener({ type: "added", object });
    this.listeners.push(listener);
  }

  whenSynced(told: () => void): void {
    if (this.synced) told();
    else this.syncListeners.push(told);
  }

  changed(change: Change<T>): void {
    if (change.type === "synced") {
      this.synced = true;
      for (const told of this.syncListeners.splice(0)) told();
      return;
    }
    for (const listener of this.listeners) listener(change);
    for (const each of [...this.waiting]) {
      if (!each.satisfied()) continue;
      this.waiting.delete(each);
      each.told();
    }
  }

  when(satisfied: () => boolean, told: () => void): () => void {
    const waiting = { satisfied, told };
    this.waiting.add(waiting);
    return () => this.waiting.delete(waiting);
  }
}

/** A resource that controllers look at, with the indexes by which they find its objects. */
export interface InformedResource<T extends KubernetesObject> {
  readonly path: ResourcePath;
  readonly indexers?: Indexers<T>;
  readonly fieldSelector?: string;
}

const idOf = ({ group, resource, namespace = "" }: ResourcePath): string =>
  [group === "" ? resource : `${resource}.${group}`, ...(namespace === "" ? [] : [namespace])].join(" of ");

export class Informers {
  private readonly shared = new Map<string, SharedInformer<KubernetesObject>>();

  constructor(private readonly host: Host) {}

  of<T extends KubernetesObject>({ path, indexers, fieldSelector }: InformedResource<T>): Informed<T> {
    const id = idOf(path);
    const known = this.shared.get(id);
    if (known !== undefined) return known as unknown as Informed<T>;
    const informer = new SharedInformer<T>(indexers ?? {});
    this.shared.set(id, informer as unknown as SharedInformer<KubernetesObject>);
    startInformer<T>(this.host, {
      id: `informer ${id}`,
      path,
      selection: fieldSelector === undefined ? {} : { fieldSelector },
      store: informer.store,
      onChange: (change) => informer.changed(change),
    });
    return informer;
  }

  /** Follows a resource no longer: it is not served any more. */
  end(path: ResourcePath): void {
    const id = idOf(path);
    if (!this.shared.delete(id)) return;
    this.host.charts.get(`informer ${id}`)?.send({ type: "stop" });
  }

  /** Tells once the cache of a resource has this revision; at once if it has, or if nobody looks at the resource. */
  whenSeen(path: ResourcePath, revision: string, told: () => void): () => void {
    return this.when(path, (store) => revisionReached(store.revision, revision), told);
  }

  /** Tells once the cache no longer has the object of this uid. */
  whenGone(path: ResourcePath, key: string, uid: string | undefined, told: () => void): () => void {
    return this.when(path, (store) => !store.get(key) || (uid !== undefined && store.get(key)?.metadata.uid !== uid), told);
  }

  private when(path: ResourcePath, holds: (store: Store<KubernetesObject>) => boolean, told: () => void): () => void {
    const informer = this.shared.get(idOf({ ...path, namespace: "" }));
    if (informer === undefined || holds(informer.store)) {
      told();
      return () => undefined;
    }
    return informer.when(() => holds(informer.store), told);
  }
}
