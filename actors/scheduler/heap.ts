/** A binary heap whose least item comes first; items are found by key, so that one may be taken out of the middle. */
export class Heap<Item> {
  private readonly items: Item[] = [];
  private readonly places = new Map<string, number>();

  constructor(
    private readonly keyOf: (item: Item) => string,
    private readonly before: (one: Item, other: Item) => boolean,
  ) {}

  get size(): number {
    return this.items.length;
  }

  get first(): Item | undefined {
    return this.items[0];
  }

  get(key: string): Item | undefined {
    const place = this.places.get(key);
    return place === undefined ? undefined : this.items[place];
  }

  /** Puts an item in; one with the same key is replaced. */
  put(item: Item): void {
    this.delete(this.keyOf(item));
    this.items.push(item);
    this.rise(this.items.length - 1, item);
  }

  take(): Item | undefined {
    const first = this.items[0];
    if (first !== undefined) this.delete(this.keyOf(first));
    return first;
  }

  delete(key: string): Item | undefined {
    const place = this.places.get(key);
    if (place === undefined) return undefined;
    const item = this.items[place]!;
    this.places.delete(key);
    const last = this.items.pop()!;
    if (place < this.items.length) {
      this.sink(place, last);
      this.rise(this.places.get(this.keyOf(last))!, last);
    }
    return item;
  }

  private set(place: number, item: Item): void {
    this.items[place] = item;
    this.places.set(this.keyOf(item), place);
  }

  private rise(from: number, item: Item): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.before(item, this.items[parent]!)) break;
      this.set(place, this.items[parent]!);
      place = parent;
    }
    this.set(place, item);
  }

  private sink(from: number, item: Item): void {
    let place = from;
    for (;;) {
      const left = 2 * place + 1;
      if (left >= this.items.length) break;
      const right = left + 1;
      const child = right < this.items.length && this.before(this.items[right]!, this.items[left]!) ? right : left;
      if (!this.before(this.items[child]!, item)) break;
      this.set(place, this.items[child]!);
      place = child;
    }
    this.set(place, item);
  }
}
