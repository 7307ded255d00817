/**
 * A map for entries that come and go in great numbers, as what is under way does.
 *
 * V8's own collections keep, in each table that they have outgrown, what was in it then and a reference to the next table. Once
 * one such table has become old, a collection of young objects takes all tables after it for alive, and so everything that was
 * ever under way when one of them was given up: each is copied, kept, and only freed by a collection of the whole heap. Here the
 * tables hold cells that are emptied when their entry goes, so that what they keep is next to nothing.
 */
interface Cell<Value> {
  value: Value | undefined;
}

export class TransientMap<Key extends string | number | bigint, Value> {
  private readonly cells = new Map<Key, Cell<Value>>();

  get size(): number {
    return this.cells.size;
  }

  get(key: Key): Value | undefined {
    return this.cells.get(key)?.value;
  }

  has(key: Key): boolean {
    return this.cells.has(key);
  }

  /** Adds an entry, or replaces the one that has its key, in its place. */
  set(key: Key, value: Value): void {
    const cell = this.cells.get(key);
    if (cell === undefined) this.cells.set(key, { value });
    else cell.value = value;
  }

  /** False: there is none. */
  delete(key: Key): boolean {
    const cell = this.cells.get(key);
    if (cell === undefined) return false;
    cell.value = undefined;
    return this.cells.delete(key);
  }

  keys(): Key[] {
    return [...this.cells.keys()];
  }

  /** Those there are now, in the order in which they came. */
  values(): Value[] {
    return Array.from(this.cells.values(), ({ value }) => value as Value);
  }

  entries(): Array<[Key, Value]> {
    return Array.from(this.cells, ([key, { value }]) => [key, value as Value]);
  }
}
