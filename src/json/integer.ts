/**
 * Integers as JSON values hold them: a number up to Number.MAX_SAFE_INTEGER, a bigint beyond, and never the other way about, so that
 * two that are equal are `===`. A number beyond is a float, whose neighbours it cannot be told from.
 */
export type Integer = number | bigint;

/** What becomes of an integer that a number does not hold. */
export type IntegerOf = (integer: bigint) => Integer;

export const minInt64 = -(2n ** 63n);
export const maxInt64 = 2n ** 63n - 1n;

export const fitsInt64 = (integer: bigint): boolean => integer >= minInt64 && integer <= maxInt64;

/** Any integer, kept exactly. */
export const exactInteger = (integer: bigint): Integer => {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer;
};

/**
 * An integer as Kubernetes decodes it where no type says what it should be: an int64, or a float64 where it is none.
 * Source: sigs.k8s.io/json
 */
export const int64OrFloat = (integer: bigint): Integer => (fitsInt64(integer) ? exactInteger(integer) : Number(integer));

/** True of a number of JSON, be it an integer or a float. */
export const isNumeric = (value: unknown): value is Integer => typeof value === "number" || typeof value === "bigint";

/** True of an int64: of no float, however whole. */
export const isInt64 = (value: unknown): value is Integer =>
  typeof value === "bigint" ? fitsInt64(value) : Number.isSafeInteger(value);

/** The same value with the integers that no int64 holds as floats; itself where there are none. */
export const withFloats = <Value>(value: Value): Value => {
  if (typeof value === "bigint") return int64OrFloat(value) as Value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map(withFloats);
    return items.some((item, index) => item !== value[index]) ? (items as Value) : value;
  }
  let copy: object | undefined;
  for (const [field, inner] of Object.entries(value)) {
    const changed = withFloats(inner);
    if (changed === inner) continue;
    copy ??= { ...value };
    Object.defineProperty(copy, field, { value: changed, writable: true, enumerable: true, configurable: true });
  }
  return (copy ?? value) as Value;
};
