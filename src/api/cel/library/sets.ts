import { equalValues } from "../language/equality.js";
import { type FunctionDeclaration, globalOverload, type Overload } from "../language/functions.js";
import { addRanges, exactly, multiplyRanges, scaleRange } from "../language/ranges.js";
import { bool, listOf, parameter } from "../language/types.js";
import { CelError, type ListValue, type Result, sizeOf, type Value } from "../language/values.js";

/** Lists as sets. Source: https://pkg.go.dev/github.com/google/cel-go/ext#Sets */

const has = (list: ListValue, wanted: Value): boolean => {
  for (const item of list) if (!(item instanceof CelError) && equalValues(item, wanted)) return true;
  return false;
};

const contains = (list: ListValue, sublist: ListValue): Result => {
  for (const item of sublist) {
    if (item instanceof CelError) return item;
    if (!has(list, item)) return false;
  }
  return true;
};

const intersects = (left: ListValue, right: ListValue): Result => {
  for (const item of left) if (!(item instanceof CelError) && has(right, item)) return true;
  return false;
};

const equivalent = (left: ListValue, right: ListValue): Result => {
  const forth = contains(left, right);
  return forth === true ? contains(right, left) : forth;
};

/** Each of the one list is looked for in the other. */
const productCost = (factor: number): Pick<Overload, "cost" | "estimate"> => ({
  cost: ([left, right]) => 1 + sizeOf(left!) * sizeOf(right!) * factor,
  estimate: ([left, right]) => ({
    cost: addRanges(exactly(1), scaleRange(multiplyRanges(left!.size, right!.size), factor)),
  }),
});

const T = listOf(parameter("T"));

const overload = (id: string, call: (left: ListValue, right: ListValue) => Result, factor: number): Overload =>
  globalOverload(id, [T, T], bool, call, productCost(factor));

export const sets: readonly FunctionDeclaration[] = [
  { name: "sets.contains", overloads: [overload("list_sets_contains_list", contains, 1)] },
  { name: "sets.intersects", overloads: [overload("list_sets_intersects_list", intersects, 1)] },
  { name: "sets.equivalent", overloads: [overload("list_sets_equivalent_list", equivalent, 2)] },
];
