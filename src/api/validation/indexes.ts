import type { FieldError } from "../field-errors.js";
import { quote } from "../go-format.js";

/** Indexes of an indexed Job, as in `1,3-5,7`. Source: "Completion mode" of the Kubernetes documentation. */

export type Interval = readonly [first: number, last: number];

/** A fault of a whole object, which is not shown. */
export const invalidWhole = (field: string, detail: string): FieldError => ({
  type: "FieldValueInvalid",
  field,
  body: `Invalid value: ${detail}`,
});

const asNumber = (text: string): number | undefined => (/^[+-]?[0-9]+$/.test(text) ? Number(text) : undefined);

const parseInterval = (text: string, completions: number): Interval | string => {
  const parts = text.split("-");
  if (parts.length > 2) {
    const rule = "an index interval can have at most two parts separated by '-'";
    return `the fragment ${quote(text)} violates the requirement that ${rule}`;
  }
  const limits: number[] = [];
  for (const part of parts) {
    const limit = asNumber(part);
    if (limit === undefined) return `cannot convert string to integer for index: ${quote(part)}`;
    if (limit >= completions) return `too large index: ${quote(part)}`;
    limits.push(limit);
  }
  const [first, last = first] = limits as [number, number?];
  if (parts.length === 2 && first >= last!) return `non-increasing order, previous: ${first}, current: ${last}`;
  return [first, last!];
};

/** The intervals, or what is wrong with them. */
export const parseIndexes = (text: string, completions: number): Interval[] | string => {
  if (text === "") return [];
  const intervals: Interval[] = [];
  for (const part of text.split(",")) {
    const interval = parseInterval(part, completions);
    if (typeof interval === "string") return interval;
    const previous = intervals.at(-1)?.[1];
    if (previous !== undefined && previous >= interval[0])
      return `non-increasing order, previous: ${previous}, current: ${interval[0]}`;
    intervals.push(interval);
  }
  return intervals;
};

/** The first index that is in both. */
export const overlapOf = (some: readonly Interval[], others: readonly Interval[]): number | undefined => {
  for (const [first, last] of some) {
    const other = others.find(([from, to]) => first <= to && from <= last);
    if (other !== undefined) return Math.max(first, other[0]);
  }
  return undefined;
};
