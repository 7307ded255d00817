import { CelError, ListValue, MapValue, mapKey, type Result, type Value } from "../language/values.js";

/** Text that is the same for equal values, whatever the order of a map's entries. */
const identityOf = (value: Result): string => {
  if (value instanceof CelError) return "error";
  if (value instanceof ListValue) return `[${[...value].map(identityOf).join(",")}]`;
  if (value instanceof MapValue) {
    const entries = [...value.keys()].map((key) => `${identityOf(key)}:${identityOf(value.find(key) ?? null)}`);
    return `{${entries.sort().join(",")}}`;
  }
  return JSON.stringify(mapKey(value) ?? "null");
};

/**
 * A list whose items are told apart by what they are (a set) or by their keys (a map): the order of its items does not
 * matter to equality, and adding replaces items that are there.
 * Source: https://kubernetes.io/docs/reference/using-api/cel/#type-checking, list types
 */
export class AssociativeList extends ListValue {
  readonly #items: readonly Result[];
  #byIdentity: ReadonlyMap<string, Result> | undefined;

  /** `keys` are the identifiers of a map list's keys; a set has none. */
  constructor(
    items: readonly Result[],
    readonly keys: readonly string[] | undefined,
  ) {
    super();
    this.#items = items;
  }

  get size(): number {
    return this.#items.length;
  }

  at(index: number): Result {
    return this.#items[index]!;
  }

  #identity(item: Result): string {
    if (this.keys === undefined || !(item instanceof MapValue)) return identityOf(item);
    return this.keys.map((key) => identityOf(item.find(key) ?? null)).join("|");
  }

  #index(): ReadonlyMap<string, Result> {
    this.#byIdentity ??= new Map(this.#items.map((item) => [this.#identity(item), item]));
    return this.#byIdentity;
  }

  override equals(other: ListValue, same: (left: Value, right: Value) => boolean): boolean {
    if (other.size !== this.size) return false;
    const own = this.#index();
    for (const item of other) {
      const mine = own.get(this.#identity(item));
      if (mine === undefined || mine instanceof CelError || item instanceof CelError) return false;
      if (this.keys !== undefined && !same(mine, item)) return false;
    }
    return true;
  }

  /** Items that are there already keep their place; in a map list they are replaced. */
  override concat(other: ListValue): Result {
    const items = new Map(this.#index());
    for (const item of other) {
      const identity = this.#identity(item);
      if (this.keys !== undefined || !items.has(identity)) items.set(identity, item);
    }
    return new AssociativeList([...items.values()], this.keys);
  }
}
