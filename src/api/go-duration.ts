/** Durations as Go writes them (`1m30s`, `250ms`), which is how clients say how long they wait. https://pkg.go.dev/time#ParseDuration */
import type { Integer } from "../json/integer.js";
import { quote } from "./go-format.js";

const millisecondsOf: ReadonlyMap<string, number> = new Map([
  ["ns", 1e-6],
  ["us", 1e-3],
  ["µs", 1e-3],
  ["μs", 1e-3],
  ["ms", 1],
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
]);

/** The next number and its unit; a number has digits before or after its point. */
const piece = /^(\d+\.?\d*|\.\d+)([^\d.]*)/;

/** Milliseconds, or what Go says of the text. */
export function parseGoDuration(text: string): { readonly ms: number } | { readonly problem: string } {
  const invalid = { problem: `time: invalid duration ${quote(text)}` };
  const signed = /^[+-]/.test(text);
  let rest = signed ? text.slice(1) : text;
  if (rest === "0") return { ms: 0 };
  if (rest === "") return invalid;
  let ms = 0;
  while (rest !== "") {
    const [all, amount = "", unit = ""] = piece.exec(rest) ?? [];
    if (all === undefined) return invalid;
    if (unit === "") return { problem: `time: missing unit in duration ${quote(text)}` };
    const factor = millisecondsOf.get(unit);
    if (factor === undefined) return { problem: `time: unknown unit ${quote(unit)} in duration ${quote(text)}` };
    ms += Number(amount) * factor;
    rest = rest.slice(all.length);
  }
  // As many nanoseconds as 63 bits hold.
  if (ms > 9_223_372_036_854) return invalid;
  return { ms: signed && text.startsWith("-") ? -ms : ms };
}

/** As many seconds as a duration of Go's can be. */
const secondsMost = 9_223_372_036;

/** Seconds as a duration of Go's, in milliseconds: its nanoseconds are an int64, and more of them than that holds wrap around. */
export const secondsInMs = (seconds: Integer): number =>
  Math.abs(Number(seconds)) <= secondsMost
    ? Number(seconds) * 1_000
    : Number(BigInt.asIntN(64, BigInt(seconds) * 1_000_000_000n)) / 1_000_000;
