import { quote } from "../../go-format.js";
import { offsetAt, timeZone } from "../../time-zones/zone.js";
import { type FunctionDeclaration, memberOverload, type Overload } from "../language/functions.js";
import { duration, int, string, timestamp } from "../language/types.js";
import { CelError, type Duration, type Result, type Timestamp } from "../language/values.js";
import { type CivilTime, civilTime } from "./time-text.js";

/**
 * Parts of timestamps and durations, in UTC, at an offset such as `-07:00`, or in a time zone by its name. Source: the timestamp functions
 * of CEL's standard definitions, as cel-go reads zones.
 */

const integer = /^[+-]?\d+$/;

/** Seconds east of UTC of a zone as CEL writes it, at an instant. */
const zoneOffset = (zone: string, nanos: bigint): number | CelError => {
  if (zone === "") return 0;
  const colon = zone.indexOf(":");
  if (colon < 0) {
    const named = timeZone(zone);
    if (named === undefined) return new CelError(`unknown time zone ${zone}`);
    const seconds = nanos / 1_000_000_000n;
    return offsetAt(named, Number(nanos < seconds * 1_000_000_000n ? seconds - 1n : seconds));
  }
  const [hours, minutes] = [zone.slice(0, colon), zone.slice(colon + 1)];
  const wrong = [hours, minutes].find((part) => !integer.test(part));
  if (wrong !== undefined) return new CelError(`strconv.Atoi: parsing ${quote(wrong)}: invalid syntax`);
  const ahead = Number(hours) * 3_600;
  return zone.startsWith("-") ? ahead - Number(minutes) * 60 : ahead + Number(minutes) * 60;
};

const getter = (id: string, read: (time: CivilTime) => number): readonly Overload[] => [
  memberOverload(`timestamp_to_${id}`, [timestamp], int, ({ nanos }: Timestamp) => BigInt(read(civilTime(nanos)))),
  memberOverload(`timestamp_to_${id}_with_tz`, [timestamp, string], int, ({ nanos }: Timestamp, zone: string): Result => {
    const offset = zoneOffset(zone, nanos);
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
