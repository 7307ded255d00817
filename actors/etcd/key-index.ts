import { KeyHistory } from "./key-history.js";
import { allFollowing, type Before, isPlain, keyBefore, plainBefore } from "./keys.js";

/** Largest number of keys in a leaf; a full leaf becomes two. */
const leafLimit = 256;

/**
 * The keys in byte order. A B+ tree of two levels: leaves of at most 256 keys under one root, so that finding a place
 * takes a binary search of the root and one of a leaf, and inserting moves a leaf's pointers at most; the root changes once
 * in 128 inserts. Point reads go through a Map.
 */
export class KeyIndex {
  private readonly byKey = new Map<string, KeyHistory>();
  /** Never empty; each leaf but a lone first one has at least one key. */
  private readonly leaves: KeyHistory[][] = [[]];
  /** False once a key with surrogates was added. */
  private plain = true;

  get size(): number {
    return this.byKey.size;
  }

  get(key: string): KeyHistory | undefined {
    return this.byKey.get(key);
  }

  getOrAdd(key: string): KeyHistory {
    const known = this.byKey.get(key);
    if (known !== undefined) return known;
    const added = new KeyHistory(key);
    this.byKey.set(key, added);
    if (!isPlain(key)) this.plain = false;
    const before = this.orderFor(key);
    const leafAt = this.leafOf(key, before);
    const leaf = this.leaves[leafAt] as KeyHistory[];
    leaf.splice(lowerBound(leaf, key, before), 0, added);
    if (leaf.length > leafLimit) this.split(leafAt, leaf, key);
    return added;
  }

  remove(key: string): void {
    if (!this.byKey.delete(key)) return;
    const before = this.orderFor(key);
    const leafAt = this.leafOf(key, before);
    const leaf = this.leaves[leafAt] as KeyHistory[];
    leaf.splice(lowerBound(leaf, key, before), 1);
    if (leaf.length === 0 && this.leaves.length > 1) this.leaves.splice(leafAt, 1);
  }

  /** Visits the keys of [first, rangeEnd) in order, until `visit` returns false. The index must not change meanwhile. */
  visit(first: string, rangeEnd: string, visit: (history: KeyHistory) => boolean): void {
    const before = this.orderFor(first);
    let leafAt = this.leafOf(first, before);
    let position = lowerBound(this.leaves[leafAt] as KeyHistory[], first, before);
    const beforeEnd = rangeEnd === allFollowing ? everything : this.orderFor(rangeEnd);
    for (; leafAt < this.leaves.length; leafAt += 1, position = 0) {
      const leaf = this.leaves[leafAt] as KeyHistory[];
      const last = leaf[leaf.length - 1];
      const isWhole = last !== undefined && beforeEnd(last.key, rangeEnd);
      for (; position < leaf.length; position += 1) {
        const history = leaf[position] as KeyHistory;
        if (!isWhole && !beforeEnd(history.key, rangeEnd)) return;
        if (!visit(history)) return;
      }
    }
  }

  /** How to compare the keys here with another one. */
  private orderFor(key: string): Before {
    return this.plain && isPlain(key) ? plainBefore : keyBefore;
  }

  /** Ascending inserts, the usual case at load, leave full leaves behind: the split is then at the end. */
  private split(leafAt: number, leaf: KeyHistory[], added: string): void {
    const atEnd = leafAt === this.leaves.length - 1 && leaf[leaf.length - 1]?.key === added;
    this.leaves.splice(leafAt + 1, 0, leaf.splice(atEnd ? leaf.length - 1 : leaf.length >>> 1));
  }

  /** The last leaf whose first key is at or before `key`; the first leaf when there is none. */
  private leafOf(key: string, before: Before): number {
    let low = 0;
    let high = this.leaves.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      const leaf = this.leaves[middle] as KeyHistory[];
      if (before(key, (leaf[0] as KeyHistory).key)) high = middle;
      else low = middle;
    }
    return low;
  }
}

const everything: Before = () => true;

function lowerBound(leaf: readonly KeyHistory[], key: string, before: Before): number {
  let low = 0;
  let high = leaf.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (before((leaf[middle] as KeyHistory).key, key)) low = middle + 1;
    else high = middle;
  }
  return low;
}
