import type { ResourceStore } from "../watch-cache/resource-store.js";
import type { StoredObject } from "../watch-cache/stored-object.js";

/** What is made of all objects of one kind, made anew when one of them has changed: as current as the watch cache is. */
export class Registered<T> {
  private madeAt = -1n;
  private made: T;

  constructor(
    private readonly store: ResourceStore,
    private readonly make: (objects: readonly StoredObject[]) => T,
  ) {
    this.made = make([]);
  }

  get isEmpty(): boolean {
    return this.store.size === 0;
  }

  get current(): T {
    const { store } = this;
    if (store.changedAt !== this.madeAt) {
      this.madeAt = store.changedAt;
      this.made = this.make([...store.from(store.prefix)]);
    }
    return this.made;
  }
}
