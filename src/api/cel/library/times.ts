import { type FunctionDeclaration, memberOverload, type Overload } from "../language/functions.js";
import { duration, int, string, timestamp } from "../language/types.js";
import { CelError, type Duration, type Result, type Timestamp } from "../language/values.js";
import { type CivilTime, civilTime } from "./time-text.js";

/**
 * Parts of timestamps and durations. Time zones are UTC and offsets such as `-07:00`; names of places would need a
 * database of time zones and are an error. Source: the timestamp functions of CEL's standard definitions.
 */

/** Seconds east of UTC of a zone as CEL writes it. */
const zoneOffset = (zone: string): number | CelError => {
  if (zone === "UTC" || zone === "" || zone === "Z") return 0;
  const match = /^([+-]?)(\d{1,2}):(\d{2})$/.exec(zone);
  if (match === null) return new CelError(`unknown time zone ${zone}`);
  const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60;
  return match[1] === "-" ? -seconds : seconds;
};

const getter = (id: string, read: (time: CivilTime) => number): readonly Overload[] => [
  memberOverload(`timestamp_to_${id}`, [timestamp], int, ({ nanos }: Timestamp) => BigInt(read(civilTime(nanos)))),
  memberOverload(`timestamp_to_${id}_with_tz`, [timestamp, string], int, ({ nanos }: Timestamp, zone: string): Result => {
    const offset = zoneOffset(zone);
    return offset instanceof CelError ? offset : BigInt(read(civilTime(nanos, offset)));
  }),
];

/** The whole span in this unit, without what is left over. */
const ofDuration = (id: string, nanosPerUnit: bigint): Overload =>
  memberOverload(`duration_to_${id}`, [duration], int, ({ nanos }: Duration) => nanos / nanosPerUnit);

export const times: readonly FunctionDeclaration[] = [
  { name: "getFullYear", overloads: getter("year", ({ year }) => year) },
  { name: "getMonth", overloads: getter("month", ({ month }) => month - 1) },
  { name: "getDayOfYear", overloads: getter("day_of_year", ({ dayOfYear }) => dayOfYear) },
  { name: "getDayOfMonth", overloads: getter("day_of_month", ({ day }) => day - 1) },
  { name: "getDate", overloads: getter("day_of_month_1_based", ({ day }) => day) },
  { name: "getDayOfWeek", overloads: getter("day_of_week", ({ dayOfWeek }) => dayOfWeek) },
  { name: "getHours", overloads: [...getter("hours", ({ hours }) => hours), ofDuration("hours", 3_600_000_000_000n)] },
  { name: "getMinutes", overloads: [...getter("minutes", ({ minutes }) => minutes), ofDuration("minutes", 60_000_000_000n)] },
  { name: "getSeconds", overloads: [...getter("seconds", ({ seconds }) => seconds), ofDuration("seconds", 1_000_000_000n)] },
  {
    name: "getMilliseconds",
    overloads: [...getter("milliseconds", ({ nanos }) => Math.floor(nanos / 1_000_000)), ofDuration("milliseconds", 1_000_000n)],
  },
];
