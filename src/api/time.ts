/**
 * Times as the Kubernetes API writes them: `Time` has seconds (RFC 3339), `MicroTime` microseconds, both in UTC when
 * the server writes them. Instants here are milliseconds since 1970, with microseconds as a fraction.
 */

export type ParsedTime = { readonly ok: true; readonly ms: number } | { readonly ok: false; readonly message: string };

const timeLayout = "2006-01-02T15:04:05Z07:00";
const microTimeLayout = "2006-01-02T15:04:05.000000Z07:00";

/** The second that was written last: a server writes the same one for every object of it. */
let writtenSecond = Number.NaN;
let writtenText = "";

/** `2024-05-01T10:00:00Z` */
export function formatTime(ms: number): string {
  const second = Math.floor(ms / 1000);
  if (second !== writtenSecond) {
    writtenText = `${new Date(second * 1000).toISOString().slice(0, 19)}Z`;
    writtenSecond = second;
  }
  return writtenText;
}

/** `2024-05-01T10:00:00.123456Z` */
export function formatMicroTime(ms: number): string {
  const whole = Math.floor(ms);
  const micros = Math.round((ms - whole) * 1000);
  return `${new Date(whole).toISOString().slice(0, 23)}${String(Math.min(micros, 999)).padStart(3, "0")}Z`;
}

/** Reads RFC 3339 text with or without a fraction of a second. The message is Kubernetes' own. */
export const parseTime = (text: string): ParsedTime => parseLayout(text, timeLayout, /^(?:[.,](\d+))?/);

/** Reads RFC 3339 text with exactly six digits of a fraction. */
export const parseMicroTime = (text: string): ParsedTime => parseLayout(text, microTimeLayout, /^\.(\d{6})(?!\d)/);

const daysInMonth = (year: number, month: number): number =>
  month === 2 ? ((year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;

/** The parts of both layouts up to the seconds: what the layout calls it, and what it looks like. */
const parts: ReadonlyArray<readonly [name: string, pattern: RegExp]> = [
  ["2006", /^(\d{4})/],
  ["-", /^-/],
  ["01", /^(\d{2})/],
  ["-", /^-/],
  ["02", /^(\d{2})/],
  ["T", /^T/],
  ["15", /^(\d{2})/],
  [":", /^:/],
  ["04", /^(\d{2})/],
  [":", /^:/],
  ["05", /^(\d{2})/],
];

function parseLayout(text: string, layout: string, fractionPattern: RegExp): ParsedTime {
  const asLayout = `parsing time ${JSON.stringify(text)} as ${JSON.stringify(layout)}`;
  const numbers: number[] = [];
  let rest = text;
  for (const [name, pattern] of parts) {
    const match = pattern.exec(rest);
    if (match === null)
      return { ok: false, message: `${asLayout}: cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(name)}` };
    if (match[1] !== undefined) numbers.push(Number(match[1]));
    rest = rest.slice(match[0].length);
  }
  const fraction = fractionPattern.exec(rest);
  if (fraction === null) return { ok: false, message: `${asLayout}: cannot parse ${JSON.stringify(rest)} as ".000000"` };
  rest = rest.slice(fraction[0].length);
  const zone = /^(?:Z|([+-])(\d{2}):(\d{2}))/.exec(rest);
  if (zone === null) return { ok: false, message: `${asLayout}: cannot parse ${JSON.stringify(rest)} as "Z07:00"` };
  rest = rest.slice(zone[0].length);
  if (rest !== "") return { ok: false, message: `parsing time ${JSON.stringify(text)}: extra text: ${JSON.stringify(rest)}` };
  const [year, month, day, hour, minute, second] = numbers as [number, number, number, number, number, number];
  const outOfRange =
    month < 1 || month > 12
      ? "month"
      : day < 1 || day > daysInMonth(year, month)
        ? "day"
        : hour > 23
          ? "hour"
          : minute > 59
            ? "minute"
            : second > 59
              ? "second"
              : undefined;
  if (outOfRange !== undefined) return { ok: false, message: `parsing time ${JSON.stringify(text)}: ${outOfRange} out of range` };
  const offsetMinutes = (zone[1] === "-" ? -1 : 1) * (Number(zone[2] ?? 0) * 60 + Number(zone[3] ?? 0));
  const micros = Number(`${fraction[1] ?? ""}000000`.slice(0, 6));
  // Date.UTC takes years below 100 for those of the twentieth century.
  const shifted = Date.UTC(year + 400, month - 1, day, hour, minute, second) - 146_097 * 86_400_000;
  return { ok: true, ms: shifted - offsetMinutes * 60_000 + micros / 1000 };
}
