import { equalValues } from "../language/equality.js";
import {
  type ArgumentEstimate,
  type CallEstimate,
  type FunctionDeclaration,
  memberOverload,
  type Overload,
} from "../language/functions.js";
import { addRanges, exactly, multiplyRanges, scaleRange } from "../language/ranges.js";
import {
  bool,
  bytes,
  type CelType,
  double,
  duration,
  int,
  listOf,
  parameter,
  string,
  timestamp,
  uint,
} from "../language/types.js";
import { CelError, Duration, type ListValue, maxInt, minInt, type Result, Uint, type Value } from "../language/values.js";
import { asInt, asUint } from "./arithmetic.js";
import { compareValues } from "./comparison.js";
import { deepTraversalCost, stringTraversalFactor } from "./costs.js";

/** Kubernetes' functions on lists. Source: https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-list-library */

const comparable: ReadonlyArray<readonly [name: string, type: CelType]> = [
  ["int", int],
  ["uint", uint],
  ["double", double],
  ["bool", bool],
  ["duration", duration],
  ["timestamp", timestamp],
  ["string", string],
  ["bytes", bytes],
];

/** One traversal of the list, with the text that is in it. */
export const listCost: Pick<Overload, "cost" | "estimate"> = {
  cost: ([list]) => deepTraversalCost(list!),
  estimate: ([list]: readonly ArgumentEstimate[]): CallEstimate => {
    const item = list!.type.kind === "list" ? list!.type.item.kind : "dyn";
    const hasText = item === "string" || item === "bytes";
    const each = hasText ? addRanges(exactly(1), scaleRange(list!.itemSize!, stringTraversalFactor)) : exactly(1);
    return { cost: multiplyRanges(list!.size, each) };
  },
};

const isSorted = (list: ListValue): Result => {
  let previous: Value | undefined;
  for (const item of list) {
    if (item instanceof CelError) return item;
    if (previous !== undefined && compareValues(previous, item) === 1) return false;
    previous = item;
  }
  return true;
};

const extreme =
  (name: string, wanted: -1 | 1) =>
  (list: ListValue): Result => {
    let best: Value | undefined;
    for (const item of list) {
      if (item instanceof CelError) return item;
      if (best === undefined || compareValues(item, best) === wanted) best = item;
    }
    return best ?? new CelError(`${name} called on empty list`);
  };

type Add = (sum: Value, item: Value) => Result;

const addInts: Add = (sum, item) => asInt((sum as bigint) + (item as bigint));
const addUints: Add = (sum, item) => asUint((sum as Uint).value + (item as Uint).value);
const addDoubles: Add = (sum, item) => (sum as number) + (item as number);
const addDurations: Add = (sum, item) => {
  const nanos = (sum as Duration).nanos + (item as Duration).nanos;
  return nanos < minInt || nanos > maxInt ? new CelError("duration overflow") : new Duration(nanos);
};

const summable: ReadonlyArray<readonly [name: string, type: CelType, zero: Value, add: Add]> = [
  ["int", int, 0n, addInts],
  ["uint", uint, new Uint(0n), addUints],
  ["double", double, 0, addDoubles],
  ["duration", duration, new Duration(0n), addDurations],
];

const sum =
  (zero: Value, add: Add) =>
  (list: ListValue): Result => {
    let total: Result = zero;
    for (const item of list) {
      if (item instanceof CelError) return item;
      if (typeof item !== typeof zero) return new CelError("no such overload");
      total = add(total, item);
      if (total instanceof CelError) return total;
    }
    return total;
  };

const indexOf = (list: ListValue, wanted: Value): Result => {
  for (let index = 0; index < list.size; index++) {
    const item = list.at(index);
    if (!(item instanceof CelError) && equalValues(item, wanted)) return BigInt(index);
  }
  return -1n;
};

const lastIndexOf = (list: ListValue, wanted: Value): Result => {
  for (let index = list.size - 1; index >= 0; index--) {
    const item = list.at(index);
    if (!(item instanceof CelError) && equalValues(item, wanted)) return BigInt(index);
  }
  return -1n;
};

const forComparable = (id: string, result: (type: CelType) => CelType, call: (list: ListValue) => Result): Overload[] =>
  comparable.map(([name, type]) => memberOverload(`list_${name}_${id}`, [listOf(type)], result(type), call, listCost));

const A = parameter("A");

export const lists: readonly FunctionDeclaration[] = [
  { name: "isSorted", overloads: forComparable("is_sorted_bool", () => bool, isSorted) },
  { name: "min", overloads: forComparable("min", (type) => type, extreme("min", -1)) },
  { name: "max", overloads: forComparable("max", (type) => type, extreme("max", 1)) },
  {
    name: "sum",
    overloads: summable.map(([name, type, zero, add]) =>
      memberOverload(`list_${name}_sum_${name}`, [listOf(type)], type, sum(zero, add), listCost),
    ),
  },
  { name: "indexOf", overloads: [memberOverload("list_a_index_of_int", [listOf(A), A], int, indexOf, listCost)] },
  { name: "lastIndexOf", overloads: [memberOverload("list_a_last_index_of_int", [listOf(A), A], int, lastIndexOf, listCost)] },
];
