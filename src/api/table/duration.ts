import { parseMicroTime, parseTime } from "../time.js";

/** How long something has lasted, in the few characters that kubectl's tables have for it. */

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

const two = (large: number, largeUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;

/** Two units while they matter, one after that: `90s`, `2m5s`, `15m`, `7h59m`, `3d4h`, `30d`, `2y100d`. */
export const humanDuration = (ms: number): string => {
  const seconds = Math.trunc(ms / secondMs);
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.trunc(ms / minuteMs);
  if (minutes < 10) return two(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.trunc(ms / hourMs);
  if (hours < 8) return two(hours, "h", minutes % 60, "m");
  if (hours < 48) return `${hours}h`;
  const days = Math.trunc(hours / 24);
  if (hours < 24 * 8) return two(days, "d", hours % 24, "h");
  if (hours < 24 * 365 * 2) return `${days}d`;
  const years = Math.trunc(days / 365);
  return hours < 24 * 365 * 8 ? two(years, "y", days % 365, "d") : `${years}y`;
};

/** Milliseconds of a Time or MicroTime; undefined when it is absent or unreadable. */
export const timeMs = (text: string | undefined): number | undefined => {
  if (text === undefined || text === "") return undefined;
  const parsed = text.includes(".") ? parseMicroTime(text) : parseTime(text);
  return parsed.ok ? parsed.ms : undefined;
};

/** How long ago a time was; `<unknown>` for none. */
export const since = (text: string | undefined, nowMs: number): string => {
  const then = timeMs(text);
  return then === undefined ? "<unknown>" : humanDuration(nowMs - then);
};
