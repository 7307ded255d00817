/** Instants and spans as text, to the nanosecond: RFC 3339 and Go's durations. */

const nanosPerSecond = 1_000_000_000n;
const secondsPerDay = 86_400;

/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.999999999Z, CEL's range of timestamps. */
export const minTimestampNanos = -62_135_596_800n * nanosPerSecond;
export const maxTimestampNanos = 253_402_300_800n * nanosPerSecond - 1n;

/** Days since 1970 of a date in the proleptic Gregorian calendar; `month` counts from 1. */
export const daysOfDate = (year: number, month: number, day: number): number => {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468;
};

export interface CivilTime {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  /** From 0, Sunday. */
  readonly dayOfWeek: number;
  /** From 0. */
  readonly dayOfYear: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly nanos: number;
}

const floorDivide = (value: bigint, by: bigint): bigint => {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
};

/** The date and the time of day of an instant, `offsetSeconds` east of UTC. */
export const civilTime = (epochNanos: bigint, offsetSeconds = 0): CivilTime => {
  const local = epochNanos + BigInt(offsetSeconds) * nanosPerSecond;
  const seconds = floorDivide(local, nanosPerSecond);
  const days = Number(floorDivide(seconds, BigInt(secondsPerDay)));
  const ofDay = Number(seconds) - days * secondsPerDay;
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfShiftedYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfShiftedYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return {
    year,
    month,
    day: dayOfShiftedYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
    dayOfWeek: (((days + 4) % 7) + 7) % 7,
    dayOfYear: days - daysOfDate(year, 1, 1),
    hours: Math.floor(ofDay / 3600),
    minutes: Math.floor(ofDay / 60) % 60,
    seconds: ofDay % 60,
    nanos: Number(local - seconds * nanosPerSecond),
  };
};

const pattern = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;
const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Nanoseconds since 1970 of RFC 3339 text; undefined when it is none or out of CEL's range. */
export const parseTimestamp = (text: string): bigint | undefined => {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = (monthDays[month - 1] ?? 0) + (month === 2 && leap ? 1 : 0);
  const [zoneHours, zoneMinutes] = [Number(match[9] ?? 0), Number(match[10] ?? 0)];
  if (day < 1 || day > days || hour > 23 || minute > 59 || second > 59 || zoneHours > 23 || zoneMinutes > 59) return undefined;
  const offset = (match[8] === "-" ? -1 : 1) * (zoneHours * 3600 + zoneMinutes * 60);
  const seconds = daysOfDate(year, month, day) * secondsPerDay + hour * 3600 + minute * 60 + second - offset;
  const fraction = (match[7] ?? "").slice(0, 9).padEnd(9, "0");
  const nanos = BigInt(seconds) * nanosPerSecond + BigInt(fraction);
  return nanos < minTimestampNanos || nanos > maxTimestampNanos ? undefined : nanos;
};

const pad = (value: number, length: number): string => String(value).padStart(length, "0");

/** RFC 3339 in UTC, with no more digits of a fraction than it has. */
export const formatTimestamp = (epochNanos: bigint): string => {
  const { year, month, day, hours, minutes, seconds, nanos } = civilTime(epochNanos);
  const fraction = nanos === 0 ? "" : `.${pad(nanos, 9).replace(/0+$/, "")}`;
  const date = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
  return `${date}T${pad(hours, 2)}:${pad(minutes, 2)}:${pad(seconds, 2)}${fraction}Z`;
};

const units = new Map([
  ["ns", 1n],
  ["us", 1000n],
  ["µs", 1000n],
  ["μs", 1000n],
  ["ms", 1_000_000n],
  ["s", nanosPerSecond],
  ["m", 60n * nanosPerSecond],
  ["h", 3600n * nanosPerSecond],
]);

const maxDuration = 2n ** 63n - 1n;

/** Nanoseconds of a duration as Go writes them, `1h30m`, `-1.5s`, `0`; undefined when it is none. */
export const parseDuration = (text: string): bigint | undefined => {
  const [, sign, rest] = /^([+-]?)(.*)$/s.exec(text)!;
  if (rest === "0") return 0n;
  if (rest === "" || rest!.length > 1000) return undefined;
  let nanos = 0n;
  let at = 0;
  const part = /(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/y;
  while (at < rest!.length) {
    part.lastIndex = at;
    const match = part.exec(rest!);
    if (match === null || (match[1] === "" && (match[2] ?? "") === "")) return undefined;
    const unit = units.get(match[3]!)!;
    const fraction = match[2] ?? "";
    nanos += BigInt(match[1] || "0") * unit + (fraction === "" ? 0n : (BigInt(fraction) * unit) / 10n ** BigInt(fraction.length));
    at = part.lastIndex;
  }
  if (nanos > maxDuration + (sign === "-" ? 1n : 0n)) return undefined;
  return sign === "-" ? -nanos : nanos;
};

/** Seconds with what fraction there is: `5400s`, `0.5s`. */
export const formatDuration = (nanos: bigint): string => {
  const magnitude = nanos < 0n ? -nanos : nanos;
  const fraction = String(magnitude % nanosPerSecond)
    .padStart(9, "0")
    .replace(/0+$/, "");
  return `${nanos < 0n ? "-" : ""}${magnitude / nanosPerSecond}${fraction === "" ? "" : `.${fraction}`}s`;
};
