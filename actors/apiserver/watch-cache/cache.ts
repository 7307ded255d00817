/**
 * What an API server knows of etcd: every object under /registry/, as of one revision, kept up by one watch. Pods, Leases
 * and the rest are told apart by the prefix of their keys.
 */
import { writeJson } from "../../../src/json/text.js";
import { TransientMap } from "../../../src/wire/transient-map.js";
import type { KeyValue, WatchChunk } from "../../etcd/messages.js";
import type { WatchEvent } from "../messages.js";
import { ResourceStore } from "./resource-store.js";
import { prefixOf, StoredObject } from "./stored-object.js";
import type { Watcher } from "./watchers.js";

/** Everything that API servers store. */
export const registryPrefix = "/registry/";

interface RevisionWaiter {
  readonly revision: bigint;
  readonly onReached: () => void;
}

export class WatchCache {
  /** All changes up to this revision are in. 0n before the first list. */
  revision = 0n;
  /** What was before this revision is forgotten by etcd, as far as this API server knows: nobody may read it, even where it is known here. */
  forgottenBefore = 0n;
  private readonly stores = new Map<string, ResourceStore>();
  /** The revision of the last list: nothing is known of what changed before it. */
  private listedAt = 0n;
  /** How often everything was listed. */
  listings = 0;
  private readonly waiters = new TransientMap<number, RevisionWaiter>();
  private waited = 0;

  store(prefix: string): ResourceStore {
    const known = this.stores.get(prefix);
    if (known !== undefined) return known;
    const made = new ResourceStore(prefix, this.listedAt);
    this.stores.set(prefix, made);
    return made;
  }

  get(key: string): StoredObject | undefined {
    const prefix = prefixOf(key);
    return prefix === undefined ? undefined : this.stores.get(prefix)?.get(key);
  }

  /** What is kept of each resource that was ever asked for or stored. */
  resources(): Iterable<ResourceStore> {
    return this.stores.values();
  }

  get objects(): number {
    return [...this.stores.values()].reduce((sum, store) => sum + store.size, 0);
  }

  get watchers(): number {
    return [...this.stores.values()].reduce((sum, store) => sum + store.watchers.size, 0);
  }

  /** Starts anew from a whole list: watches cannot go on without a gap, so they end. `kvs` are in the order of their keys. */
  replace(kvs: readonly KeyValue[], revision: bigint): void {
    const listed = new Map<string, StoredObject[]>();
    for (const kv of kvs) {
      const prefix = prefixOf(kv.key);
      if (prefix === undefined) continue;
      const objects = listed.get(prefix) ?? [];
      objects.push(StoredObject.of(kv));
      listed.set(prefix, objects);
    }
    const watching = [...this.stores.values()].flatMap((store) => store.watchers.list());
    this.listedAt = revision;
    this.listings += 1;
    for (const prefix of new Set([...this.stores.keys(), ...listed.keys()])) {
      this.store(prefix).replace(listed.get(prefix) ?? [], revision);
    }
    for (const watcher of watching) watcher.expire();
    this.reach(revision);
    for (const store of this.stores.values()) store.tellListeners();
  }

  /** Takes what etcd's watch tells, and tells watchers. */
  apply(chunk: WatchChunk): void {
    const dirty = new Set<Watcher>();
    const followed = new Set<ResourceStore>();
    for (const { type, kv } of chunk.events) {
      const prefix = prefixOf(kv.key);
      if (prefix === undefined) continue;
      const store = this.store(prefix);
      const event = store.apply(kv.key, type === "put" ? StoredObject.of(kv) : undefined, kv.modRevision);
      if (event === undefined) continue;
      store.watchers.offer(event, dirty);
      if (store.listeners.length > 0) followed.add(store);
      event.previous?.forget();
      event.current?.forget();
    }
    for (const watcher of dirty) {
      const events: readonly WatchEvent[] = watcher.pending;
      watcher.pending = [];
      watcher.take(events);
    }
    this.reach(chunk.revision);
    for (const store of followed) store.tellListeners();
  }

  /** Calls back once everything up to `revision` is in; at once when it is. Returns how to give up waiting. */
  whenReached(revision: bigint, onReached: () => void): () => void {
    if (revision <= this.revision) {
      onReached();
      return () => undefined;
    }
    const waiter = ++this.waited;
    this.waiters.set(waiter, { revision, onReached });
    return () => this.waiters.delete(waiter);
  }

  /** Tells watchers that asked for it how far they are. */
  bookmark(): void {
    for (const store of this.stores.values()) {
      for (const watcher of store.watchers.list()) {
        if (watcher.bookmarks) watcher.take([bookmarkAt(this.revision, watcher.presentation)]);
      }
    }
  }

  private reach(revision: bigint): void {
    if (revision > this.revision) this.revision = revision;
    for (const [waiter, { revision: awaited, onReached }] of this.waiters.entries()) {
      if (awaited > this.revision) continue;
      this.waiters.delete(waiter);
      onReached();
    }
  }
}

/** An event that says only how far a watch is. `initialEventsEnd` marks the end of a streamed list (KEP-3157). */
export function bookmarkAt(
  revision: bigint,
  of: { readonly kind: string; readonly apiVersion: string },
  initialEventsEnd = false,
): WatchEvent {
  const metadata = {
    resourceVersion: String(revision),
    creationTimestamp: null,
    ...(initialEventsEnd ? { annotations: { "k8s.io/initial-events-end": "true" } } : {}),
  };
  const object = writeJson({ kind: of.kind, apiVersion: of.apiVersion, metadata }) as WatchEvent["object"];
  return { type: "BOOKMARK", object, resourceVersion: String(revision) };
}
