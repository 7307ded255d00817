import type { CelType } from "./types.js";

/**
 * The values of CEL: null, bool and string are JavaScript's own; double is a number, int a bigint, bytes a Uint8Array.
 * The others are the classes below. Source: https://github.com/google/cel-spec/blob/master/doc/langdef.md#values
 */
export type Value =
  | null
  | boolean
  | string
  | number
  | bigint
  | Uint
  | Uint8Array
  | Timestamp
  | Duration
  | ListValue
  | MapValue
  | OptionalValue
  | TypeValue
  | OpaqueValue;

/** What an evaluation gives: errors are values until somebody needs the value, so that `&&` and `||` can absorb them. */
export type Result = Value | CelError;

export class CelError {
  constructor(readonly message: string) {}
}

/** What a function gives when going on would take too long: it ends the evaluation as spending all of its cost does. */
export const tooCostly = new CelError("operation cancelled: actual cost limit exceeded");

/** An unsigned integer of 64 bits. */
export class Uint {
  constructor(readonly value: bigint) {}
}

/** An instant, in nanoseconds since 1970, between years 1 and 9999. */
export class Timestamp {
  constructor(readonly nanos: bigint) {}
}

/** A span of time in nanoseconds, within 64 bits. */
export class Duration {
  constructor(readonly nanos: bigint) {}
}

export class TypeValue {
  constructor(
    readonly name: string,
    readonly type: CelType,
  ) {}
}

export class OptionalValue {
  static readonly none = new OptionalValue(undefined);
  constructor(readonly value: Value | undefined) {}
}

export abstract class ListValue {
  abstract readonly size: number;
  /** The element at an index that is in bounds. */
  abstract at(index: number): Result;

  /** Set and map lists of a schema compare and add in their own way. */
  equals(other: ListValue, same: (left: Value, right: Value) => boolean): boolean {
    if (this.size !== other.size) return false;
    for (let index = 0; index < this.size; index++) {
      const [one, another] = [this.at(index), other.at(index)];
      if (one instanceof CelError || another instanceof CelError || !same(one, another)) return false;
    }
    return true;
  }

  concat(other: ListValue): Result {
    return new ConcatenatedList(this, other);
  }

  *[Symbol.iterator](): IterableIterator<Result> {
    for (let index = 0; index < this.size; index++) yield this.at(index);
  }
}

/** Maps, and objects of a schema, whose fields are keys. */
export abstract class MapValue {
  /** What `type()` says: `map`, or the name of the object's type. */
  readonly typeName: string = "map";
  abstract readonly size: number;
  abstract find(key: Value): Result | undefined;
  abstract keys(): Iterable<Value>;

  /** Objects of a schema compare what the schema does not tell of too. */
  equals(other: MapValue, same: (left: Value, right: Value) => boolean): boolean {
    if (this.size !== other.size) return false;
    for (const key of this.keys()) {
      const [one, another] = [this.find(key), other.find(key)];
      if (one === undefined || another === undefined || one instanceof CelError || another instanceof CelError) return false;
      if (!same(one, another)) return false;
    }
    return true;
  }

  /** What `object.field` reads. Lazy objects, such as the variables of a policy, work their fields out here. */
  field(name: string): Result | undefined {
    return this.find(name);
  }

  hasField(name: string): boolean {
    return this.field(name) !== undefined;
  }
}

/** Values of Kubernetes' libraries that CEL itself cannot look into: URLs, quantities, addresses. */
export abstract class OpaqueValue {
  abstract readonly type: CelType & { readonly kind: "opaque" };
  abstract equals(other: OpaqueValue): boolean;
  /** The length that costs are reckoned by. */
  get size(): number {
    return 1;
  }
}

/** A list that is in memory. Sums of lists share what they are made of, so that appending one by one stays linear. */
export class ArrayList extends ListValue {
  readonly #backing: Value[];
  readonly size: number;
  /** Whether what follows `size` in the backing array may be written: only in a list that came from adding. */
  readonly #growable: boolean;

  constructor(elements: readonly Value[], size = elements.length, growable = false) {
    super();
    this.#backing = elements as Value[];
    this.size = size;
    this.#growable = growable;
  }

  at(index: number): Value {
    return this.#backing[index]!;
  }

  override concat(other: ListValue): Result {
    if (other.size > maxCopied) return super.concat(other);
    const owned = this.#growable && this.#backing.length === this.size;
    if (!owned && this.size > maxCopied) return super.concat(other);
    const backing = owned ? this.#backing : this.#backing.slice(0, this.size);
    const start = backing.length;
    for (const element of other) {
      if (element instanceof CelError) {
        backing.length = start;
        return element;
      }
      backing.push(element);
    }
    return new ArrayList(backing, backing.length, true);
  }
}

/** The longest list that adding to copies. */
const maxCopied = 32;

/** The sum of two lists, without copying either; flattened once it is deep, so that reading it stays bounded. */
class ConcatenatedList extends ListValue {
  readonly size: number;
  readonly depth: number;
  #left: ListValue;
  #right: ListValue;

  constructor(left: ListValue, right: ListValue) {
    super();
    this.#left = flat(left);
    this.#right = flat(right);
    this.size = left.size + right.size;
    this.depth = 1 + Math.max(depthOf(this.#left), depthOf(this.#right));
  }

  at(index: number): Result {
    return index < this.#left.size ? this.#left.at(index) : this.#right.at(index - this.#left.size);
  }
}

const maxListDepth = 32;
const depthOf = (list: ListValue): number => (list instanceof ConcatenatedList ? list.depth : 0);

const flat = (list: ListValue): ListValue => {
  if (depthOf(list) < maxListDepth) return list;
  const elements: Value[] = [];
  for (const element of list) if (!(element instanceof CelError)) elements.push(element);
  return elements.length === list.size ? new ArrayList(elements) : list;
};

/** Keys of a map by value: the integer 1, the unsigned 1 and the double 1.0 are one key. */
export const mapKey = (key: Value): string | undefined => {
  if (typeof key === "string") return `s${key}`;
  if (typeof key === "boolean") return `b${key}`;
  if (typeof key === "bigint") return `n${key}`;
  if (key instanceof Uint) return `n${key.value}`;
  if (typeof key === "number") return Number.isInteger(key) ? `n${BigInt(key)}` : `d${key}`;
  return undefined;
};

interface Entry {
  readonly key: Value;
  readonly value: Value;
  readonly index: number;
}

/** A map that is in memory. One that is made by inserting shares what came before, so that inserting stays linear. */
export class EntryMap extends MapValue {
  static readonly empty = new EntryMap(new Map(), 0);
  readonly #entries: Map<string, Entry>;
  readonly size: number;

  private constructor(entries: Map<string, Entry>, size: number) {
    super();
    this.#entries = entries;
    this.size = size;
  }

  /** The map with one more entry; undefined when the key cannot be one, false when it is there already. */
  insert(key: Value, value: Value): EntryMap | undefined | false {
    const name = mapKey(key);
    if (name === undefined) return undefined;
    if (this.#find(name) !== undefined) return false;
    const owned = this.size > 0 && this.#entries.size === this.size;
    const entries = owned ? this.#entries : new Map([...this.#entries].slice(0, this.size));
    entries.set(name, { key, value, index: this.size });
    return new EntryMap(entries, this.size + 1);
  }

  #find(name: string): Entry | undefined {
    const entry = this.#entries.get(name);
    return entry !== undefined && entry.index < this.size ? entry : undefined;
  }

  find(key: Value): Value | undefined {
    const name = mapKey(key);
    return name === undefined ? undefined : this.#find(name)?.value;
  }

  *keys(): Iterable<Value> {
    for (const { key, index } of this.#entries.values()) {
      if (index >= this.size) return;
      yield key;
    }
  }
}

/** An object made in an expression, as in `Object{spec: Object.spec{replicas: 1}}`. */
export class StructValue extends MapValue {
  constructor(
    override readonly typeName: string,
    readonly fields: ReadonlyMap<string, Value>,
  ) {
    super();
  }
  get size(): number {
    return this.fields.size;
  }
  find(key: Value): Value | undefined {
    return typeof key === "string" ? this.fields.get(key) : undefined;
  }
  keys(): Iterable<Value> {
    return this.fields.keys();
  }
}

export const minInt = -(2n ** 63n);
export const maxInt = 2n ** 63n - 1n;
export const maxUint = 2n ** 64n - 1n;

/** The number of code points, which is how CEL measures strings. */
export const codePoints = (text: string): number => {
  let count = text.length;
  for (let index = 0; index < text.length - 1; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00) {
      count--;
      index++;
    }
  }
  return count;
};

/** The size that costs are reckoned by: characters, bytes, elements or entries; one for everything else. */
export const sizeOf = (value: Value): number => {
  if (typeof value === "string") return codePoints(value);
  if (value instanceof Uint8Array) return value.length;
  if (value instanceof ListValue || value instanceof MapValue || value instanceof OpaqueValue) return value.size;
  return 1;
};

/** The name of a value's type, as `type()` and error messages say it. */
export const typeNameOf = (value: Value): string => {
  if (value === null) return "null_type";
  switch (typeof value) {
    case "boolean":
      return "bool";
    case "string":
      return "string";
    case "number":
      return "double";
    case "bigint":
      return "int";
  }
  if (value instanceof Uint) return "uint";
  if (value instanceof Uint8Array) return "bytes";
  if (value instanceof ListValue) return "list";
  if (value instanceof MapValue) return value.typeName;
  if (value instanceof Timestamp) return "google.protobuf.Timestamp";
  if (value instanceof Duration) return "google.protobuf.Duration";
  if (value instanceof OptionalValue) return "optional_type";
  if (value instanceof TypeValue) return "type";
  return value.type.name;
};
