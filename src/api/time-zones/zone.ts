/**
 * Time zones by the names of the IANA database, as facts in a table: the same everywhere, and in the simulation. The table is text of a
 * line for each history, `offsets|changes|rule|names`; src/api/generate writes it.
 */
import { civilTime } from "../cel/library/time-text.js";
import { timeZonesText } from "../generated/time-zones.js";
import { offsetByRule, parseZoneRule, type ZoneRule } from "./rule.js";

export interface TimeZone {
  /** What the zone had before its first change. */
  readonly first: number;
  /** Seconds since 1970 of each change, ascending, and the offset from then on. */
  readonly changes: ReadonlyArray<{ readonly at: number; readonly offset: number }>;
  /** From the last change on. */
  readonly rule: ZoneRule;
}

/** Changes are mostly on a quarter of an hour; those that are not are marked. */
export const changeUnitSeconds = 900;

function changesIn(text: string, offsets: readonly number[]): TimeZone["changes"] {
  let at = 0;
  return [...text.matchAll(/(-?)(\.?)([0-9a-z]+)([A-Z])/g)].map(([, sign, exact, distance = "0", letter = "A"]) => {
    const seconds = Number.parseInt(distance, 36) * (exact === "." ? 1 : changeUnitSeconds);
    at += sign === "-" ? -seconds : seconds;
    return { at, offset: offsets[letter.charCodeAt(0) - 65] ?? 0 };
  });
}

/** A line of the table without the names. */
export function parseZone(line: string): TimeZone {
  const [offsetTexts = "", changes = "", rule = ""] = line.split("|");
  const offsets = offsetTexts.split(",").map((text) => Number.parseInt(text, 36));
  return { first: offsets[0] ?? 0, changes: changesIn(changes, offsets), rule: parseZoneRule(rule) };
}

/** Seconds east of UTC at a moment, in seconds since 1970. */
export function offsetAt({ first, changes, rule }: TimeZone, epochSeconds: number): number {
  let from = 0;
  let to = changes.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (changes[middle]!.at <= epochSeconds) from = middle + 1;
    else to = middle;
  }
  if (from === changes.length) {
    const { year } = civilTime(BigInt(Math.floor(epochSeconds)) * 1_000_000_000n, rule.offset);
    return offsetByRule(rule, epochSeconds, year);
  }
  return from === 0 ? first : changes[from - 1]!.offset;
}

let lines: Map<string, string> | undefined;
const zones = new Map<string, TimeZone>();

/** The lines of the table by the names of zones, found when the first zone is asked for. */
function linesByName(): Map<string, string> {
  if (lines !== undefined) return lines;
  lines = new Map();
  for (const line of timeZonesText.split("\n"))
    for (const name of line.slice(line.lastIndexOf("|") + 1).split(" ")) lines.set(name, line);
  return lines;
}

/** Undefined for a name that is none. */
export function timeZone(name: string): TimeZone | undefined {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const line = linesByName().get(name);
  if (line === undefined) return undefined;
  const zone = parseZone(line);
  zones.set(name, zone);
  return zone;
}
