import { compareKeys } from "../../etcd/messages.js";
import { CacheEvent } from "./cache-event.js";
import { History } from "./history.js";
import type { StoredObject } from "./stored-object.js";
import { Watchers } from "./watchers.js";

/** Up to so many new keys are put in their places without touching all others. */
const placedOneByOne = 32;

/** Somebody beside the watchers who keeps something up with a resource. */
export interface Follower {
  changed(event: CacheEvent): void;
  /** Everything was listed anew. */
  replaced(): void;
}

/** What there was to do for the readers of a resource. */
export interface StoreFigures {
  /** Changes that etcd's watch told. */
  changes: number;
  /** Lists that were made from what is here: how many, how many objects were looked at, and how many given. */
  lists: number;
  looked: number;
  given: number;
  /** Reads for which it was made sure that nothing newer is in etcd, and those for which that could not be done. */
  confirmedReads: number;
  unconfirmedReads: number;
}

/** The objects of one resource in the order of their keys, what lately changed, and who watches. */
export class ResourceStore {
  readonly watchers = new Watchers();
  readonly figures: StoreFigures = {
    changes: 0,
    lists: 0,
    looked: 0,
    given: 0,
    confirmedReads: 0,
    unconfirmedReads: 0,
  };
  /** Told of every change, in order, before the watchers are. */
  readonly followers: Follower[] = [];
  private readonly objects = new Map<string, StoredObject>();
  /** Keys in order, without those of `added`. */
  private keys: string[] = [];
  /** Keys that came since somebody last asked for the order: putting each in its place at once would move half of all keys. */
  private added: string[] = [];
  history: History;
  /** Told that something has changed, after all watchers and in the order they came: the API server itself follows some resources. */
  readonly listeners: Array<() => void> = [];
  /** The revision of the newest change: a list is the same at every revision from here on. */
  changedAt: bigint;

  constructor(
    readonly prefix: string,
    since: bigint,
  ) {
    this.history = new History(since);
    this.changedAt = since;
  }

  tellListeners(): void {
    for (const tell of this.listeners) tell();
  }

  get size(): number {
    return this.objects.size;
  }

  get(key: string): StoredObject | undefined {
    return this.objects.get(key);
  }

  /** The objects whose keys begin with `prefix`, from the first key at or after `from` on. */
  *from(prefix: string, from: string = prefix): IterableIterator<StoredObject> {
    this.settle();
    for (let index = this.position(from); index < this.keys.length; index += 1) {
      const key = this.keys[index]!;
      if (!key.startsWith(prefix)) return;
      yield this.objects.get(key)!;
    }
  }

  /** Records a change and returns it; undefined when an object that is not known was deleted. */
  apply(key: string, current: StoredObject | undefined, revision: bigint): CacheEvent | undefined {
    const previous = this.objects.get(key);
    if (previous === undefined && current === undefined) return undefined;
    if (current === undefined) {
      this.settle();
      this.objects.delete(key);
      this.keys.splice(this.position(key), 1);
    } else {
      if (previous === undefined) this.added.push(key);
      this.objects.set(key, current);
    }
    const event = new CacheEvent(revision, current, previous);
    this.history.add(event);
    this.changedAt = revision;
    this.figures.changes += 1;
    for (const follower of this.followers) follower.changed(event);
    return event;
  }

  /** Starts anew from a list of revision `since`: earlier changes are forgotten. `objects` are in the order of their keys. */
  replace(objects: readonly StoredObject[], since: bigint): void {
    this.objects.clear();
    this.keys = objects.map((object) => object.key);
    this.added = [];
    for (const object of objects) this.objects.set(object.key, object);
    this.history = new History(since);
    this.changedAt = since;
    for (const follower of this.followers) follower.replaced();
  }

  /** Puts the keys that came into their places: a few one by one, many by merging. */
  private settle(): void {
    const { added } = this;
    if (added.length === 0) return;
    this.added = [];
    if (added.length <= placedOneByOne) {
      for (const key of added) this.keys.splice(this.position(key), 0, key);
      return;
    }
    added.sort(compareKeys);
    const merged: string[] = [];
    let next = 0;
    for (const key of this.keys) {
      while (next < added.length && compareKeys(added[next]!, key) < 0) merged.push(added[next++]!);
      merged.push(key);
    }
    while (next < added.length) merged.push(added[next++]!);
    this.keys = merged;
  }

  /** Index of the first key that is not before `key`. */
  private position(key: string): number {
    let low = 0;
    let high = this.keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareKeys(this.keys[middle]!, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
