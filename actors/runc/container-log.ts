/**
 * A container's output as CRI keeps it: one entry a line, `<timestamp> <stream> <P|F> <text>`, lines longer than
 * 16 KiB in parts. Source: the kubelet's CRI log format.
 */
import type { LogEntry, LogOptions } from "./io/driver.js";

/** A line longer than this is cut into partial entries. */
export const longestEntryBytes = 16 * 1024;

const nanosecondsText = (milliseconds: string): string => `${milliseconds}000000`;

/** RFC 3339 with nanoseconds: 2026-01-02T03:04:05.678000000Z. */
export function logTimestamp(nowMs: number): string {
  const text = new Date(nowMs).toISOString();
  return `${text.slice(0, 20)}${nanosecondsText(text.slice(20, 23))}Z`;
}

/** Cuts what a process writes into entries. Keeps an unfinished line until it ends, grows too long, or is flushed. */
export class LineSplitter {
  private rest = "";

  constructor(private readonly stream: "stdout" | "stderr") {}

  push(text: string, nowMs: number): LogEntry[] {
    const entries: LogEntry[] = [];
    const timestamp = logTimestamp(nowMs);
    let start = 0;
    for (;;) {
      const newline = text.indexOf("\n", start);
      if (newline < 0) break;
      this.cut(this.rest + text.slice(start, newline), false, timestamp, entries);
      this.rest = "";
      start = newline + 1;
    }
    this.rest += text.slice(start);
    if (this.rest.length >= longestEntryBytes) {
      const whole = this.rest.length - (this.rest.length % longestEntryBytes);
      this.cut(this.rest.slice(0, whole), true, timestamp, entries);
      this.rest = this.rest.slice(whole);
    }
    return entries;
  }

  /** What is left when the process ends without a newline. */
  flush(nowMs: number): LogEntry[] {
    const entries: LogEntry[] = [];
    if (this.rest !== "") this.cut(this.rest, true, logTimestamp(nowMs), entries);
    this.rest = "";
    return entries;
  }

  private cut(line: string, endsPartial: boolean, timestamp: string, into: LogEntry[]): void {
    let start = 0;
    while (line.length - start > longestEntryBytes) {
      into.push({ timestamp, stream: this.stream, partial: true, text: line.slice(start, start + longestEntryBytes) });
      start += longestEntryBytes;
    }
    into.push({ timestamp, stream: this.stream, partial: endsPartial, text: line.slice(start) });
  }
}

export const formatLogEntry = (entry: LogEntry): string =>
  `${entry.timestamp} ${entry.stream} ${entry.partial ? "P" : "F"} ${entry.text}\n`;

/** Reads one line of a log file, without its newline; undefined when it is not one. */
export function parseLogEntry(line: string): LogEntry | undefined {
  const first = line.indexOf(" ");
  const second = line.indexOf(" ", first + 1);
  const third = line.indexOf(" ", second + 1);
  if (first < 0 || second < 0) return undefined;
  const stream = line.slice(first + 1, second);
  const tag = third < 0 ? line.slice(second + 1) : line.slice(second + 1, third);
  if ((stream !== "stdout" && stream !== "stderr") || (tag !== "F" && tag !== "P")) return undefined;
  return { timestamp: line.slice(0, first), stream, partial: tag === "P", text: third < 0 ? "" : line.slice(third + 1) };
}

/** The entries that a reader asked for, out of what is kept: since, then the last lines. */
export function selectLog(entries: readonly LogEntry[], options: LogOptions): readonly LogEntry[] {
  let start = 0;
  if (options.sinceMs !== undefined) {
    const since = logTimestamp(options.sinceMs);
    while (start < entries.length && entries[start]!.timestamp < since) start += 1;
  }
  if (options.tailLines !== undefined) {
    let lines = 0;
    let from = entries.length;
    while (from > start) {
      if (!entries[from - 1]!.partial || from === entries.length) lines += 1;
      if (lines > options.tailLines) break;
      from -= 1;
    }
    start = from;
  }
  return start === 0 ? entries : entries.slice(start);
}

/** What the kubelet shows of the end of a log when a container said nothing else of its end: 80 lines, 2048 bytes. */
export function endOfLog(text: string): string {
  const lines = text.split("\n");
  const last = lines.slice(-81).join("\n");
  return last.length <= 2_048 ? last : last.slice(-2_048);
}

/** Bytes of an entry as a reader of `limitBytes` counts them: its text, and its newline unless the line goes on. */
export const entryBytes = (entry: LogEntry): number => utf8Length(entry.text) + (entry.partial ? 0 : 1);

function utf8Length(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) bytes += 1;
    if (code > 0x7ff && (code < 0xd800 || code > 0xdfff)) bytes += 1;
  }
  return bytes;
}

/** The first `limitBytes` bytes of an entry; the last part of a limited log. */
export function truncateEntry(entry: LogEntry, limitBytes: number): LogEntry {
  let text = entry.text.slice(0, limitBytes);
  while (utf8Length(text) > limitBytes) text = text.slice(0, -1);
  return { ...entry, text, partial: true };
}
