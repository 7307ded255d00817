/**
 * What a time zone does from some day on for good: its offset, and between which moments of each year it has another one. Offsets are
 * seconds east of UTC. The rules are those of POSIX's TZ, as the files of the IANA database end with one (RFC 9636, section 3.3).
 */
import { daysOfDate } from "../cel/library/time-text.js";

/** A moment of every year: a day, and seconds after its midnight as the clocks then show it, which may be those of another day. */
interface YearlyMoment {
  readonly month: number;
  /** From 1; 5 is the last of the month. */
  readonly week: number;
  /** From 0, Sunday. */
  readonly weekday: number;
  readonly seconds: number;
}

export interface ZoneRule {
  readonly offset: number;
  readonly summer?: { readonly offset: number; readonly from: YearlyMoment; readonly to: YearlyMoment };
}

const daySeconds = 86_400;

/** `-3:30`, `26`: hours, minutes and seconds. */
function secondsIn(text: string): number {
  const [hours = "0", minutes = "0", seconds = "0"] = text.replace(/^[+-]/, "").split(":");
  const magnitude = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
  return text.startsWith("-") ? -magnitude : magnitude;
}

function momentIn(text: string): YearlyMoment {
  const [, month, week, weekday, time = "2"] = /^M(\d+)\.(\d+)\.(\d+)(?:\/(.+))?$/.exec(text) ?? [];
  if (month === undefined) throw new Error(`${text} is no day of the form M.W.D`);
  return { month: Number(month), week: Number(week), weekday: Number(weekday), seconds: secondsIn(time) };
}

/** `CET-1CEST,M3.5.0,M10.5.0/3`. POSIX counts west of Greenwich. */
export function parseZoneRule(text: string): ZoneRule {
  const [zone = "", from, to] = text.split(",");
  const [, standard = "0", summerName, summerOffset] =
    /^(?:<[^>]+>|[A-Za-z]+)([-+\d:]+)(<[^>]+>|[A-Za-z]+)?([-+\d:]+)?$/.exec(zone) ?? [];
  const offset = 0 - secondsIn(standard);
  if (summerName === undefined || from === undefined || to === undefined) return { offset };
  const shifted = summerOffset === undefined ? offset + 3_600 : 0 - secondsIn(summerOffset);
  return { offset, summer: { offset: shifted, from: momentIn(from), to: momentIn(to) } };
}

function weekdayOf(days: number): number {
  return (((days + 4) % 7) + 7) % 7;
}

/** Seconds since 1970 of the moment in a year, where clocks are `offset` ahead of UTC before it. */
function inYear({ month, week, weekday, seconds }: YearlyMoment, year: number, offset: number): number {
  const first = daysOfDate(year, month, 1);
  const next = month === 12 ? daysOfDate(year + 1, 1, 1) : daysOfDate(year, month + 1, 1);
  let day = first + ((weekday - weekdayOf(first) + 7) % 7) + (week - 1) * 7;
  while (day >= next) day -= 7;
  return day * daySeconds + seconds - offset;
}

/** The offset at a moment, in seconds since 1970; `year` is the one that the zone's clocks show without its summer time. */
export function offsetByRule({ offset, summer }: ZoneRule, epochSeconds: number, year: number): number {
  if (summer === undefined) return offset;
  const from = inYear(summer.from, year, offset);
  const to = inYear(summer.to, year, summer.offset);
  const isSummer = from < to ? epochSeconds >= from && epochSeconds < to : epochSeconds >= from || epochSeconds < to;
  return isSummer ? summer.offset : offset;
}
