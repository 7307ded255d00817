/**
 * Schedules of CronJobs: five fields, or `@daily` and its like, or `@every 1h30m`. All times are UTC; `inZone` makes them those of another zone.
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax
 */
export interface Schedule {
  /** The first time after `ms`; undefined when there is none within five years. */
  nextMs(ms: number): number | undefined;
}

export type ParsedSchedule =
  | { readonly ok: true; readonly schedule: Schedule }
  | { readonly ok: false; readonly message: string };

interface FieldRange {
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const ranges: readonly FieldRange[] = [
  { least: 0, most: 59 },
  { least: 0, most: 23 },
  { least: 1, most: 31 },
  { least: 1, most: 12, names: months },
  { least: 0, most: 6, names: weekdays },
];

const descriptors = new Map([
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
  ["@monthly", "0 0 1 * *"],
  ["@weekly", "0 0 * * 0"],
  ["@daily", "0 0 * * *"],
  ["@midnight", "0 0 * * *"],
  ["@hourly", "0 * * * *"],
]);

export function parseSchedule(text: string): ParsedSchedule {
  if (text === "") return failed("empty spec string");
  if (text.startsWith("@every ")) return parseEvery(text);
  const spec = text.startsWith("@") ? descriptors.get(text) : text;
  if (spec === undefined) return failed(`unrecognized descriptor: ${text}`);
  const fields = spec.trim().split(/\s+/);
  if (fields.length !== 5) return failed(`expected exactly 5 fields, found ${fields.length}: [${fields.join(" ")}]`);
  const parsed: Field[] = [];
  for (const [index, field] of fields.entries()) {
    const outcome = parseField(field, ranges[index]!);
    if (typeof outcome === "string") return failed(outcome);
    parsed.push(outcome);
  }
  return { ok: true, schedule: new FieldSchedule(parsed) };
}

const failed = (message: string): ParsedSchedule => ({ ok: false, message });

/** The values that a field allows. A star says nothing about days, so the other kind of day decides. */
interface Field {
  readonly values: ReadonlySet<number>;
  readonly isStar: boolean;
}

function parseField(text: string, range: FieldRange): Field | string {
  const values = new Set<number>();
  let isStar = false;
  for (const part of text.split(",")) {
    const outcome = parsePart(part, range);
    if (typeof outcome === "string") return outcome;
    isStar ||= outcome.isStar;
    for (let value = outcome.from; value <= outcome.to; value += outcome.step) values.add(value);
  }
  return { values, isStar };
}

interface Part {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly isStar: boolean;
}

function parsePart(text: string, { least, most, names }: FieldRange): Part | string {
  const [bounds = "", stepText, ...moreSteps] = text.split("/");
  if (moreSteps.length > 0) return `too many slashes: ${text}`;
  const [fromText = "", toText, ...moreBounds] = bounds.split("-");
  if (moreBounds.length > 0) return `too many hyphens: ${text}`;
  const wild = fromText === "*" || fromText === "?";
  const from = wild ? least : numberOf(fromText, names);
  if (typeof from === "string") return from;
  const alone = stepText === undefined ? from : most;
  const to = wild ? most : toText === undefined ? alone : numberOf(toText, names);
  if (typeof to === "string") return to;
  const step = stepText === undefined ? 1 : numberOf(stepText, undefined);
  if (typeof step === "string") return step;
  if (from < least) return `beginning of range (${from}) below minimum (${least}): ${text}`;
  if (to > most) return `end of range (${to}) above maximum (${most}): ${text}`;
  if (from > to) return `beginning of range (${from}) beyond end of range (${to}): ${text}`;
  if (step === 0) return `step of range should be a positive number: ${text}`;
  return { from, to, step, isStar: wild && step === 1 };
}

function numberOf(text: string, names: readonly string[] | undefined): number | string {
  const named = names?.indexOf(text.toLowerCase()) ?? -1;
  // Months are numbered from 1, weekdays from 0.
  if (named !== -1) return names === months ? named + 1 : named;
  if (/^[0-9]{1,9}$/.test(text)) return Number(text);
  if (/^-[0-9]+$/.test(text)) return `negative number (${text}) not allowed: ${text}`;
  return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;
const searchedDays = 5 * 366;

class FieldSchedule implements Schedule {
  constructor(private readonly fields: readonly Field[]) {}

  nextMs(ms: number): number | undefined {
    const fromMs = (Math.floor(ms / minuteMs) + 1) * minuteMs;
    const firstDayMs = Math.floor(fromMs / dayMs) * dayMs;
    for (let day = 0; day < searchedDays; day++) {
      const startMs = firstDayMs + day * dayMs;
      if (!this.isOn(new Date(startMs))) continue;
      const foundMs = this.within(startMs, fromMs);
      if (foundMs !== undefined) return foundMs;
    }
    return undefined;
  }

  private isOn(date: Date): boolean {
    const [, , days, inMonths, onWeekdays] = this.fields as readonly [Field, Field, Field, Field, Field];
    if (!inMonths.values.has(date.getUTCMonth() + 1)) return false;
    const isDay = days.values.has(date.getUTCDate());
    const isWeekday = onWeekdays.values.has(date.getUTCDay());
    return days.isStar || onWeekdays.isStar ? isDay && isWeekday : isDay || isWeekday;
  }

  private within(startMs: number, fromMs: number): number | undefined {
    const [minutes, hours] = this.fields as readonly [Field, Field];
    for (let hour = 0; hour < 24; hour++) {
      if (!hours.values.has(hour) || startMs + (hour + 1) * 60 * minuteMs <= fromMs) continue;
      for (let minute = 0; minute < 60; minute++) {
        const atMs = startMs + (hour * 60 + minute) * minuteMs;
        if (atMs >= fromMs && minutes.values.has(minute)) return atMs;
      }
    }
    return undefined;
  }
}

const unitMs: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1_000, m: minuteMs, h: 60 * minuteMs };

/** Go's durations: `1h30m`, `10s`, `1.5h`. */
function parseEvery(text: string): ParsedSchedule {
  const duration = text.slice("@every ".length);
  const pattern = /([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h)/y;
  let sumMs = 0;
  while (pattern.lastIndex < duration.length) {
    const match = pattern.exec(duration);
    if (match === null) return failed(`failed to parse duration ${text}: time: invalid duration ${JSON.stringify(duration)}`);
    sumMs += Number(match[1]) * unitMs[match[2]!]!;
  }
  if (duration === "") return failed(`failed to parse duration ${text}: time: invalid duration ""`);
  const everyMs = Math.max(1_000, Math.floor(sumMs / 1_000) * 1_000);
  return { ok: true, schedule: { nextMs: (ms) => Math.floor(ms / 1_000) * 1_000 + everyMs } };
}
