import { Duration, ListValue, MapValue, OpaqueValue, OptionalValue, Timestamp, TypeValue, Uint, type Value } from "./values.js";

/** The nesting at which comparing two values gives up; deeper data cannot come through the API server. */
const maxEqualityDepth = 1000;

/** Counts comparisons, because the cost of equality in Kubernetes does not look into lists and maps. */
export const work = { comparisons: 0 };

const isNumeric = (value: Value): value is number | bigint | Uint =>
  typeof value === "number" || typeof value === "bigint" || value instanceof Uint;

const numberOf = (value: number | bigint | Uint): number | bigint => (value instanceof Uint ? value.value : value);

/** Less than, equal or greater, on one number line for int, uint and double; undefined for NaN. */
export const compareNumbers = (left: number | bigint | Uint, right: number | bigint | Uint): -1 | 0 | 1 | undefined => {
  const [one, other] = [numberOf(left), numberOf(right)];
  // JavaScript compares a bigint with a number by their exact values.
  if (one < other) return -1;
  if (one > other) return 1;
  return one <= other ? 0 : undefined;
};

const sameBytes = (left: Uint8Array, right: Uint8Array): boolean =>
  left.length === right.length && left.every((byte, index) => byte === right[index]);

/** Equality of any two values: of different kinds they are unequal, numbers compare across their types. */
export const equalValues = (left: Value, right: Value, depth = 0): boolean => {
  work.comparisons++;
  if (left === right) return true;
  if (depth > maxEqualityDepth) return false;
  if (isNumeric(left)) return isNumeric(right) && compareNumbers(left, right) === 0;
  if (left === null || right === null || typeof left !== "object" || typeof right !== "object") return false;
  if (left instanceof ListValue)
    return right instanceof ListValue && left.equals(right, (one, other) => equalValues(one, other, depth + 1));
  if (left instanceof MapValue)
    return right instanceof MapValue && left.equals(right, (one, other) => equalValues(one, other, depth + 1));
  if (left instanceof Uint8Array) return right instanceof Uint8Array && sameBytes(left, right);
  if (left instanceof Timestamp) return right instanceof Timestamp && left.nanos === right.nanos;
  if (left instanceof Duration) return right instanceof Duration && left.nanos === right.nanos;
  if (left instanceof TypeValue) return right instanceof TypeValue && left.name === right.name;
  if (left instanceof OptionalValue) {
    if (!(right instanceof OptionalValue)) return false;
    if (left.value === undefined || right.value === undefined) return left.value === right.value;
    return equalValues(left.value, right.value, depth + 1);
  }
  if (left instanceof OpaqueValue) return right instanceof OpaqueValue && left.equals(right);
  return false;
};
