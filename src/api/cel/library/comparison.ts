import { compareNumbers, equalValues } from "../language/equality.js";
import { type ArgumentEstimate, type FunctionDeclaration, globalOverload, type Overload } from "../language/functions.js";
import { scaleRange } from "../language/ranges.js";
import {
  bool,
  bytes,
  type CelType,
  double,
  duration,
  int,
  listOf,
  mapOf,
  parameter,
  string,
  timestamp,
  uint,
} from "../language/types.js";
import { CelError, Duration, type ListValue, type MapValue, sizeOf, Timestamp, Uint, type Value } from "../language/values.js";
import { stringTraversalFactor } from "./costs.js";

/** Source: https://github.com/google/cel-spec/blob/master/doc/langdef.md#equality and #ordering */

type Order = -1 | 0 | 1 | undefined;

/** Strings are in the order of their code points, which is not that of JavaScript's code units. */
const compareText = (left: string, right: string): Order => {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const [one, other] = [left.charCodeAt(index), right.charCodeAt(index)];
    if (one === other) continue;
    const surrogates = [one >= 0xd800 && one < 0xe000, other >= 0xd800 && other < 0xe000];
    if (surrogates[0] !== surrogates[1]) return surrogates[0] ? 1 : -1;
    return one < other ? -1 : 1;
  }
  return left.length < right.length ? -1 : left.length > right.length ? 1 : 0;
};

const compareBytes = (left: Uint8Array, right: Uint8Array): Order => {
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    if (left[index] !== right[index]) return left[index]! < right[index]! ? -1 : 1;
  }
  return left.length < right.length ? -1 : left.length > right.length ? 1 : 0;
};

/** Less than, equal or greater, of two values that have an order; undefined for NaN and for values without one. */
export const compareValues = (left: Value, right: Value): Order => {
  if (typeof left === "string" && typeof right === "string") return compareText(left, right);
  if (typeof left === "boolean" && typeof right === "boolean") return left === right ? 0 : left ? 1 : -1;
  if (left instanceof Uint8Array && right instanceof Uint8Array) return compareBytes(left, right);
  if (left instanceof Timestamp && right instanceof Timestamp) return compareNumbers(left.nanos, right.nanos);
  if (left instanceof Duration && right instanceof Duration) return compareNumbers(left.nanos, right.nanos);
  if (isNumber(left) && isNumber(right)) return compareNumbers(left, right);
  return undefined;
};

const isNumber = (value: Value): value is bigint | number | Uint =>
  typeof value === "bigint" || typeof value === "number" || value instanceof Uint;

/** Each pair of types that can be compared, with its name in cel-go's signatures. */
const pairs: ReadonlyArray<readonly [suffix: string, left: CelType, right: CelType]> = [
  ["bool", bool, bool],
  ["int64", int, int],
  ["int64_double", int, double],
  ["int64_uint64", int, uint],
  ["uint64", uint, uint],
  ["uint64_double", uint, double],
  ["uint64_int64", uint, int],
  ["double", double, double],
  ["double_int64", double, int],
  ["double_uint64", double, uint],
  ["string", string, string],
  ["bytes", bytes, bytes],
  ["timestamp", timestamp, timestamp],
  ["duration", duration, duration],
];

const textCost: Pick<Overload, "cost" | "estimate"> = {
  cost: ([left, right]) => Math.ceil(Math.min(sizeOf(left!), sizeOf(right!)) * stringTraversalFactor),
  estimate: (args) => ({ cost: comparisonEstimate(args) }),
};

/** The cost of comparing: at least one, at most the shorter of both. */
export const comparisonEstimate = ([left, right]: readonly ArgumentEstimate[]) => {
  const max = Math.min(left!.size.max, right!.size.max);
  return scaleRange({ min: max > 0 ? 1 : 0, max }, stringTraversalFactor);
};

const ordering = (name: string, id: string, holds: (order: -1 | 0 | 1) => boolean): FunctionDeclaration => ({
  name,
  overloads: pairs.map(([suffix, left, right]) =>
    globalOverload(
      `${id}_${suffix}`,
      [left, right],
      bool,
      (one: Value, other: Value) => {
        const order = compareValues(one, other);
        // NaN is not less than, equal to or greater than anything.
        return order === undefined ? new CelError("NaN values cannot be ordered") : holds(order);
      },
      suffix === "string" || suffix === "bytes" ? textCost : {},
    ),
  ),
});

const T = parameter("T");
const [K, V] = [parameter("K"), parameter("V")];

const listContains = (value: Value, list: ListValue) => {
  for (const element of list) {
    if (element instanceof CelError) return element;
    if (equalValues(value, element)) return true;
  }
  return false;
};

/** Equality itself is planned by the evaluator; here are its types and its estimate. */
const equality = (name: string, id: string): FunctionDeclaration => ({
  name,
  overloads: [globalOverload(id, [T, T], bool, () => false, textCost)],
});

export const comparison: readonly FunctionDeclaration[] = [
  equality("_==_", "equals"),
  equality("_!=_", "not_equals"),
  ordering("_<_", "less", (order) => order < 0),
  ordering("_<=_", "less_equals", (order) => order <= 0),
  ordering("_>_", "greater", (order) => order > 0),
  ordering("_>=_", "greater_equals", (order) => order >= 0),
  {
    name: "@in",
    overloads: [
      globalOverload("in_list", [T, listOf(T)], bool, listContains, {
        cost: ([, list]) => sizeOf(list!),
        estimate: ([, list]) => ({ cost: list!.size }),
      }),
      globalOverload("in_map", [K, mapOf(K, V)], bool, (key: Value, map: MapValue) => map.find(key) !== undefined),
    ],
  },
  { name: "_[_]", overloads: indexing("index", (value) => value) },
  { name: "_[?_]", overloads: indexing("optional_index", (value) => ({ kind: "optional", value })) },
  { name: "_&&_", overloads: [globalOverload("logical_and", [bool, bool], bool, () => false)] },
  { name: "_||_", overloads: [globalOverload("logical_or", [bool, bool], bool, () => false)] },
  { name: "_?_:_", overloads: [globalOverload("conditional", [bool, T, T], T, () => false)] },
  { name: "@not_strictly_false", overloads: [globalOverload("not_strictly_false", [bool], bool, () => false)] },
];

/** The types of indexing; the evaluator does it. */
function indexing(id: string, result: (value: CelType) => CelType): readonly Overload[] {
  const optionals: Overload[] = [
    globalOverload(
      `optional_list_${id}_int`,
      [{ kind: "optional", value: listOf(V) }, int],
      { kind: "optional", value: V },
      () => false,
    ),
    globalOverload(
      `optional_map_${id}_value`,
      [{ kind: "optional", value: mapOf(K, V) }, K],
      { kind: "optional", value: V },
      () => false,
    ),
  ];
  return [
    globalOverload(`${id}_list`, [listOf(V), int], result(V), () => false),
    globalOverload(`${id}_map`, [mapOf(K, V), K], result(V), () => false),
    ...optionals,
  ];
}
