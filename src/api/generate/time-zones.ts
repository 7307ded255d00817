/**
 * Reads the compiled files of the IANA time zone database (RFC 9636) and writes what src/api/time-zones reads: which offset a zone has
 * had since when, and its rule for all time to come. Names of offsets, leap seconds and whether it was summer are left out.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { changeUnitSeconds, offsetAt, parseZone, type TimeZone } from "../time-zones/zone.js";

interface History {
  readonly first: number;
  readonly changes: TimeZone["changes"];
  /** As POSIX writes it. */
  readonly rule: string;
}

interface Counts {
  readonly utc: number;
  readonly standard: number;
  readonly leaps: number;
  readonly times: number;
  readonly types: number;
  readonly characters: number;
}

const headerBytes = 44;

function countsAt(bytes: Buffer, at: number): Counts {
  const [utc, standard, leaps, times, types, characters] = Array.from({ length: 6 }, (_, index) =>
    bytes.readUInt32BE(at + 20 + index * 4),
  ) as [number, number, number, number, number, number];
  return { utc, standard, leaps, times, types, characters };
}

function readHistory(bytes: Buffer): History | undefined {
  if (bytes.toString("latin1", 0, 4) !== "TZif") return undefined;
  // The first block is for readers of 32 bits; the second has all there is.
  const old = countsAt(bytes, 0);
  let at = headerBytes + old.times * 5 + old.types * 6 + old.characters + old.leaps * 8 + old.standard + old.utc;
  const counts = countsAt(bytes, at);
  at += headerBytes;
  const indexesAt = at + counts.times * 8;
  const typesAt = indexesAt + counts.times;
  const offsetOf = (type: number): number => bytes.readInt32BE(typesAt + type * 6);
  const first = offsetOf(0);
  let before = first;
  const changes: Array<TimeZone["changes"][number]> = [];
  for (let index = 0; index < counts.times; index += 1) {
    const offset = offsetOf(bytes.readUInt8(indexesAt + index));
    if (offset !== before) changes.push({ at: Number(bytes.readBigInt64BE(at + index * 8)), offset });
    before = offset;
  }
  const end = typesAt + counts.types * 6 + counts.characters + counts.leaps * 12 + counts.standard + counts.utc;
  return { first, changes, rule: bytes.toString("latin1", end).trim() };
}

function encode({ first, changes, rule }: History): string {
  const offsets = [...new Set([first, ...changes.map(({ offset }) => offset)])];
  let before = 0;
  const texts = changes.map(({ at, offset }) => {
    const distance = at - before;
    before = at;
    const magnitude = Math.abs(distance);
    const isWhole = magnitude % changeUnitSeconds === 0;
    const text = isWhole ? (magnitude / changeUnitSeconds).toString(36) : `.${magnitude.toString(36)}`;
    return `${distance < 0 ? "-" : ""}${text}${String.fromCharCode(65 + offsets.indexOf(offset))}`;
  });
  return [offsets.map((offset) => offset.toString(36)).join(","), texts.join(""), rule].join("|");
}

/** Without the changes at the end that follow from the rule. */
function shortest(history: History): string {
  const agrees = (line: string): boolean => {
    const zone = parseZone(line);
    return history.changes.every(
      ({ at, offset }, index) =>
        offsetAt(zone, at) === offset && offsetAt(zone, at - 1) === (history.changes[index - 1]?.offset ?? history.first),
    );
  };
  let kept = history.changes.length;
  if (!agrees(encode(history))) throw new Error("the table does not say what the file says");
  while (kept > 0 && agrees(encode({ ...history, changes: history.changes.slice(0, kept - 1) }))) kept -= 1;
  return encode({ ...history, changes: history.changes.slice(0, kept) });
}

/** Other forms of the same zones, and names that mean something else on every machine. */
const leftOut = new Set(["posix", "right", "localtime", "posixrules", "Factory"]);

function filesIn(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (leftOut.has(entry.name)) return [];
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}

export function timeZonesText(directory: string): string {
  const names = new Map<string, string[]>();
  for (const path of filesIn(directory).sort()) {
    const history = readHistory(readFileSync(path));
    if (history === undefined) continue;
    const line = shortest(history);
    names.set(line, [...(names.get(line) ?? []), relative(directory, path)]);
  }
  return [...names].map(([line, named]) => `${line}|${named.join(" ")}`).join("\n");
}
