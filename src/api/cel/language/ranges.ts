import type { Range } from "./functions.js";

/** Arithmetic on ranges of sizes and costs. */

export const exactly = (amount: number): Range => ({ min: amount, max: amount });

/** A product in which nothing times anything is nothing, unbounded sizes included. */
const times = (one: number, other: number): number => (one === 0 || other === 0 ? 0 : one * other);

export const addRanges = (one: Range, other: Range): Range => ({ min: one.min + other.min, max: one.max + other.max });
export const multiplyRanges = (one: Range, other: Range): Range => ({
  min: times(one.min, other.min),
  max: times(one.max, other.max),
});
export const scaleRange = ({ min, max }: Range, factor: number): Range => ({
  min: Math.ceil(times(min, factor)),
  max: Math.ceil(times(max, factor)),
});
export const unionOfRanges = (one: Range, other: Range): Range => ({
  min: Math.min(one.min, other.min),
  max: Math.max(one.max, other.max),
});
export const unbounded: Range = { min: 0, max: Number.POSITIVE_INFINITY };
