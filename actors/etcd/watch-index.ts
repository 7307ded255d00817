import { allFollowing, type Before, compareKeys, isPlain, keyBefore, plainBefore } from "./keys.js";

/** What is looked up by the keys that it watches. */
export interface Watching {
  readonly key: string;
  /** Absent: `key` alone. */
  readonly rangeEnd?: string;
}

interface Range<Watch> {
  readonly watch: Watch;
  readonly order: number;
}

/**
 * Finds who watches a key. Ranges are sorted by where they begin, and each place knows how far any range up to there
 * reaches, so that a look-up among ranges that do not overlap, as those of resources, touches one or two of them.
 */
export class WatchIndex<Watch extends Watching> {
  private readonly byKey = new Map<string, Set<Watch>>();
  private readonly ranges = new Map<Watch, number>();
  private sorted: Array<Range<Watch>> | undefined;
  /** The furthest end of the ranges up to a place; `allFollowing` beats every key. */
  private furthestEnds: string[] = [];
  private added = 0;
  /** Whether no range begins or ends at a key with surrogates. */
  private plain = true;

  add(watch: Watch): void {
    if (watch.rangeEnd === undefined || watch.rangeEnd === "") {
      const known = this.byKey.get(watch.key);
      if (known === undefined) this.byKey.set(watch.key, new Set([watch]));
      else known.add(watch);
      return;
    }
    this.ranges.set(watch, this.added);
    this.added += 1;
    this.sorted = undefined;
  }

  remove(watch: Watch): void {
    if (this.ranges.delete(watch)) this.sorted = undefined;
    const known = this.byKey.get(watch.key);
    if (known?.delete(watch) === true && known.size === 0) this.byKey.delete(watch.key);
  }

  /** Visits everyone who watches `key`. */
  visit(key: string, visit: (watch: Watch) => void): void {
    const exact = this.byKey.get(key);
    if (exact !== undefined) for (const watch of exact) visit(watch);
    if (this.ranges.size === 0) return;
    const sorted = this.sorted ?? this.sort();
    const before = this.plain && isPlain(key) ? plainBefore : keyBefore;
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (before(key, (sorted[middle] as Range<Watch>).watch.key)) high = middle;
      else low = middle + 1;
    }
    for (let at = low - 1; at >= 0 && endsAfter(this.furthestEnds[at], key, before); at -= 1) {
      const { watch } = sorted[at] as Range<Watch>;
      if (endsAfter(watch.rangeEnd, key, before)) visit(watch);
    }
  }

  private sort(): Array<Range<Watch>> {
    const sorted = [...this.ranges].map(([watch, order]) => ({ watch, order }));
    sorted.sort((left, right) => compareKeys(left.watch.key, right.watch.key) || left.order - right.order);
    let furthest = "";
    this.furthestEnds = sorted.map(({ watch }) => {
      const end = watch.rangeEnd ?? "";
      if (furthest !== allFollowing && (end === allFollowing || compareKeys(end, furthest) > 0)) furthest = end;
      return furthest;
    });
    this.sorted = sorted;
    this.plain = sorted.every(({ watch }) => isPlain(watch.key) && isPlain(watch.rangeEnd ?? ""));
    return sorted;
  }
}

const endsAfter = (end: string | undefined, key: string, before: Before): boolean =>
  end !== undefined && (end === allFollowing || before(key, end));
