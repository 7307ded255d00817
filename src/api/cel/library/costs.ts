import type { ArgumentEstimate, CallEstimate, Range } from "../language/functions.js";
import { addRanges, exactly, multiplyRanges, scaleRange } from "../language/ranges.js";
import { ListValue, MapValue, sizeOf, type Value } from "../language/values.js";

/**
 * What traversing strings costs.
 * Source: https://kubernetes.io/docs/reference/using-api/cel/#resource-constraints and the constants of cel-go.
 */
export const stringTraversalFactor = 0.1;
/** An expression inside of a regular expression is taken to be four characters long. */
export const regexFactor = 0.25;

/** The cost of reading the string at one position of the arguments, `passes` times. */
export const traversal =
  (position: number, passes = 1) =>
  (args: readonly Value[]): number =>
    Math.ceil(sizeOf(args[position]!) * passes * stringTraversalFactor);

/** The estimate that belongs to `traversal`; with `keepsSize`, the result is at most as long as the argument. */
export const traversalEstimate =
  (position: number, passes = 1, keepsSize = false) =>
  (args: readonly ArgumentEstimate[]): CallEstimate => {
    const { size } = args[position]!;
    return { cost: scaleRange(size, passes * stringTraversalFactor), ...(keepsSize ? { resultSize: size } : {}) };
  };

/** A string of one size against a pattern of another. */
export const matchCost = (text: number, pattern: number): number =>
  Math.ceil((1 + text) * stringTraversalFactor) * Math.ceil(pattern * regexFactor);

export const matchEstimate = (text: Range, pattern: Range): Range =>
  multiplyRanges(scaleRange(addRanges(text, exactly(1)), stringTraversalFactor), scaleRange(pattern, regexFactor));

const maxTraversalDepth = 1000;

/** The cost of reading a value with all that is in it. */
export const deepTraversalCost = (value: Value, depth = 0): number => {
  if (typeof value === "string" || value instanceof Uint8Array) return Math.floor(value.length * stringTraversalFactor);
  if (depth > maxTraversalDepth) return 1;
  let cost = 0;
  if (value instanceof ListValue) {
    for (const item of value) cost += deepTraversalCost(item as Value, depth + 1);
    return cost;
  }
  if (!(value instanceof MapValue)) return 1;
  for (const key of value.keys()) {
    const entry = value.find(key);
    cost += deepTraversalCost(key, depth + 1) + deepTraversalCost((entry ?? null) as Value, depth + 1);
  }
  return cost;
};
