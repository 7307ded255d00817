import type { KubernetesObject } from "../../api/types.js";

/** `namespace/name`, or `name` for objects of the cluster. */
export const keyOf = (object: KubernetesObject): string => {
  const { namespace, name = "" } = object.metadata;
  return namespace ? `${namespace}/${name}` : name;
};

export type Change<T> =
  /** The first list is in the store. */
  | { readonly type: "synced" }
  | { readonly type: "added"; readonly object: T }
  | { readonly type: "updated"; readonly object: T; readonly previous: T }
  /** `object` is the last that was known. */
  | { readonly type: "deleted"; readonly object: T };

export type Indexers<T> = Readonly<Record<string, (object: T) => readonly string[]>>;

/** What an informer knows of a resource: every object by its key, and by the values of named indexes. */
export class Store<T extends KubernetesObject> {
  private readonly objects = new Map<string, T>();
  private readonly indexes = new Map<string, Map<string, Map<string, T>>>();
  /** The revision up to which the store knows everything; "" before the first list. */
  revision = "";

  constructor(private readonly indexers: Indexers<T> = {}) {
    for (const name of Object.keys(indexers)) this.indexes.set(name, new Map());
  }

  get size(): number {
    return this.objects.size;
  }

  get(key: string): T | undefined {
    return this.objects.get(key);
  }

  /** In the order in which the objects became known. */
  list(): T[] {
    return [...this.objects.values()];
  }

  /** The objects that the named index files under `value`. Throws a RangeError for an index that was not declared. */
  by(index: string, value: string): T[] {
    const filed = this.indexes.get(index);
    if (filed === undefined) throw new RangeError(`the store has no index "${index}"`);
    return [...(filed.get(value)?.values() ?? [])];
  }

  /** Puts one object in, and says what that changed; undefined when it was known in this version. */
  put(object: T): Change<T> | undefined {
    const key = keyOf(object);
    const previous = this.objects.get(key);
    if (previous !== undefined && previous.metadata.resourceVersion === object.metadata.resourceVersion) return undefined;
    if (previous !== undefined) this.unfile(key, previous);
    this.objects.set(key, object);
    this.file(key, object);
    return previous === undefined ? { type: "added", object } : { type: "updated", object, previous };
  }

  delete(key: string): Change<T> | undefined {
    const object = this.objects.get(key);
    if (object === undefined) return undefined;
    this.objects.delete(key);
    this.unfile(key, object);
    return { type: "deleted", object };
  }

  /** Makes the store hold exactly `items`, and says what that changed. */
  replace(items: readonly T[]): Array<Change<T>> {
    const kept = new Set(items.map(keyOf));
    const gone = [...this.objects.keys()].filter((key) => !kept.has(key));
    const changes = [...gone.map((key) => this.delete(key)), ...items.map((item) => this.put(item))];
    return changes.filter((change) => change !== undefined);
  }

  private file(key: string, object: T): void {
    for (const [name, filed] of this.indexes) {
      for (const value of this.indexers[name]?.(object) ?? []) {
        const bucket = filed.get(value) ?? new Map<string, T>();
        bucket.set(key, object);
        filed.set(value, bucket);
      }
    }
  }

  private unfile(key: string, object: T): void {
    for (const [name, filed] of this.indexes) {
      for (const value of this.indexers[name]?.(object) ?? []) {
        const bucket = filed.get(value);
        bucket?.delete(key);
        if (bucket?.size === 0) filed.delete(value);
      }
    }
  }
}
