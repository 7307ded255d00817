import { quote } from "../go-format.js";
import { hasField, type JsonObject, type JsonValue, ownField, setField, shallowCopy } from "../json-value.js";

/** What an operation comes to, or what Kubernetes says of why it cannot be. */
export type Attempt<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

const done = <T>(value: T): Attempt<T> => ({ ok: true, value });
const cannot = (why: string): Attempt<never> => ({ ok: false, why });

type Container = JsonObject | JsonValue[];

/** The last token of a path, and what it names something in. */
export interface Place {
  readonly container: Container;
  readonly key: string;
}

/**
 * A document while a JSON patch is applied to it. What it was made of stays as it was: whatever a path leads through is copied
 * when it is first met, and is the document's own from then on, so that a long patch of a long list does not copy it again and again.
 */
export class PatchedDocument {
  private root: JsonValue;
  private readonly owned = new Set<Container>();

  constructor(original: JsonValue) {
    this.root = original;
  }

  get value(): JsonValue {
    return this.root;
  }

  replaceWith(value: Container): void {
    this.root = value;
  }

  /**
   * Where a JSON pointer (RFC 6901) leads; undefined where what should hold it is not there. As in Kubernetes, what stands before the first
   * slash does not matter, and an empty path leads nowhere.
   */
  find(path: string): Place | undefined {
    const [, ...tokens] = path.split("/");
    const last = tokens.pop();
    if (last === undefined || !isContainer(this.root)) return undefined;
    let container = this.own(this.root);
    this.root = container;
    for (const token of tokens) {
      const place = { container, key: unescaped(token) };
      const next = valueAt(place);
      if (!next.ok || !isContainer(next.value)) return undefined;
      container = this.own(next.value);
      if (container !== next.value) setAt(place, container);
    }
    return { container, key: unescaped(last) };
  }

  private own(container: Container): Container {
    if (this.owned.has(container)) return container;
    const copy = Array.isArray(container) ? [...container] : shallowCopy(container);
    this.owned.add(copy);
    return copy;
  }
}

const isContainer = (value: JsonValue): value is Container => typeof value === "object" && value !== null;

const unescaped = (token: string): string => token.replaceAll("~1", "/").replaceAll("~0", "~");

/** What is at a place. In an object, what is absent is the same as null. */
export const valueAt = ({ container, key }: Place): Attempt<JsonValue> => {
  if (!Array.isArray(container)) return done(ownField(container, key) ?? null);
  const index = indexIn(container.length, key, container.length - 1);
  return index.ok ? done(container[index.value]!) : index;
};

/** Replaces what is at a place; of an object also what is absent. */
export const setAt = ({ container, key }: Place, value: JsonValue): Attempt<true> => {
  if (!Array.isArray(container)) {
    setField(container, key, value);
    return done(true);
  }
  const index = indexIn(container.length, key, container.length - 1);
  if (!index.ok) return index;
  container[index.value] = value;
  return done(true);
};

/** Inserts into a list, of which `-` is the end, or sets a member of an object. */
export const addAt = ({ container, key }: Place, value: JsonValue): Attempt<true> => {
  if (!Array.isArray(container)) return setAt({ container, key }, value);
  if (key === "-") {
    container.push(value);
    return done(true);
  }
  const integer = readInteger(key);
  if (!integer.ok) return cannot(`value was not a proper array index: '${key}': ${integer.why}`);
  const index = indexIn(container.length + 1, key, container.length);
  if (!index.ok) return index;
  container.splice(index.value, 0, value);
  return done(true);
};

export const removeAt = ({ container, key }: Place): Attempt<true> => {
  if (Array.isArray(container)) {
    const index = indexIn(container.length, key, container.length - 1);
    if (!index.ok) return index;
    container.splice(index.value, 1);
    return done(true);
  }
  if (!hasField(container, key)) return cannot(`Unable to remove nonexistent key: ${key}: missing value`);
  delete container[key];
  return done(true);
};

/** A negative index counts from the end: -1 is the last of `length` places. */
const indexIn = (length: number, key: string, highest: number): Attempt<number> => {
  const integer = readInteger(key);
  if (!integer.ok) return integer;
  const { value } = integer;
  const invalid = value > BigInt(highest) || value < -BigInt(length);
  if (invalid) return cannot(`Unable to access invalid index: ${value}: invalid index referenced`);
  return done(value < 0n ? Number(value) + length : Number(value));
};

const int64 = { smallest: -(2n ** 63n), largest: 2n ** 63n - 1n, digitsMost: 19 };

/** An integer as Go's strconv.Atoi reads it: with a sign and leading zeros, if it likes. */
const readInteger = (text: string): Attempt<bigint> => {
  const failed = (why: string): Attempt<never> => cannot(`strconv.Atoi: parsing ${quote(text)}: ${why}`);
  if (!/^[+-]?[0-9]+$/.test(text)) return failed("invalid syntax");
  const digits = text.replace(/^[+-]?0*/, "");
  if (digits.length > int64.digitsMost) return failed("value out of range");
  const magnitude = BigInt(digits);
  const value = text.startsWith("-") ? -magnitude : magnitude;
  return value < int64.smallest || value > int64.largest ? failed("value out of range") : done(value);
};
