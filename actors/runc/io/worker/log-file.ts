/** One container's log on disk: the current file and the one before it, each of a bounded size. */
import { appendFileSync, existsSync, readFileSync, renameSync } from "node:fs";
import {
  endOfLog,
  entryBytes,
  formatLogEntry,
  LineSplitter,
  parseLogEntry,
  selectLog,
  truncateEntry,
} from "../../container-log.js";
import type { LogEntry, LogOptions, LogReader, LogReading } from "../driver.js";

const rotateAtBytes = 5 * 1024 * 1024;
const batchEntries = 256;

export class LogFile {
  private readonly splitters = { stdout: new LineSplitter("stdout"), stderr: new LineSplitter("stderr") };
  private readonly decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  private readonly followers = new Set<FileReading>();
  private sizeBytes = 0;
  ended = false;

  constructor(private readonly path: string) {}

  write(stream: "stdout" | "stderr", data: Uint8Array, nowMs: number): void {
    this.append(this.splitters[stream].push(this.decoders[stream].decode(data, { stream: true }), nowMs));
  }

  /** Nothing more will be written. */
  end(nowMs: number): void {
    this.append([...this.splitters.stdout.flush(nowMs), ...this.splitters.stderr.flush(nowMs)]);
    this.ended = true;
    for (const follower of [...this.followers]) follower.added([]);
  }

  append(entries: readonly LogEntry[]): void {
    if (entries.length === 0) return;
    const text = entries.map(formatLogEntry).join("");
    if (this.sizeBytes + text.length > rotateAtBytes && this.sizeBytes > 0) {
      renameSync(this.path, `${this.path}.1`);
      this.sizeBytes = 0;
    }
    appendFileSync(this.path, text);
    this.sizeBytes += text.length;
    for (const follower of [...this.followers]) follower.added(entries);
  }

  /** The end of everything that was written, as text. */
  lastWords(): string {
    const entries = selectLog(this.kept(), { follow: false, tailLines: 80 });
    return endOfLog(entries.map(({ text, partial }) => (partial ? text : `${text}\n`)).join(""));
  }

  read(options: LogOptions, reader: LogReader): LogReading {
    const reading = new FileReading(selectLog(this.kept(), options), options, reader, this, () => this.followers.delete(reading));
    if (options.follow) this.followers.add(reading);
    reading.next();
    return reading;
  }

  private kept(): LogEntry[] {
    const entries: LogEntry[] = [];
    for (const file of [`${this.path}.1`, this.path]) {
      if (!existsSync(file)) continue;
      for (const line of readFileSync(file, "utf8").split("\n")) {
        const entry = line === "" ? undefined : parseLogEntry(line);
        if (entry !== undefined) entries.push(entry);
      }
    }
    return entries;
  }
}

/** Entries that a follower has not taken yet are kept up to this; then it has missed some, and is told that it ended. */
const followerBacklogEntries = 20_000;

class FileReading implements LogReading {
  private waiting: LogEntry[];
  private wanted = false;
  private over = false;
  private bytesLeft: number;

  constructor(
    entries: readonly LogEntry[],
    private readonly options: LogOptions,
    private readonly reader: LogReader,
    private readonly log: LogFile,
    private readonly forget: () => void,
  ) {
    this.waiting = [...entries];
    this.bytesLeft = options.limitBytes ?? Number.POSITIVE_INFINITY;
  }

  next(): void {
    if (this.over) return;
    this.wanted = true;
    this.give();
  }

  added(entries: readonly LogEntry[]): void {
    this.waiting.push(...entries);
    if (this.waiting.length > followerBacklogEntries) {
      this.finish({ reason: "RuntimeUnavailable", message: "the reader of the log fell too far behind" });
    } else if (this.wanted) this.give();
  }

  cancel(): void {
    this.over = true;
    this.forget();
  }

  private give(): void {
    const batch: LogEntry[] = [];
    for (const entry of this.waiting.splice(0, batchEntries)) {
      const bytes = entryBytes(entry);
      if (this.bytesLeft > 0) batch.push(bytes > this.bytesLeft ? truncateEntry(entry, this.bytesLeft) : entry);
      this.bytesLeft -= bytes;
    }
    if (batch.length > 0) {
      this.wanted = false;
      this.reader.onEntries(batch);
    } else if (!this.options.follow || this.log.ended || this.bytesLeft <= 0) {
      this.finish(undefined);
    }
  }

  private finish(error: Parameters<LogReader["onEnd"]>[0]): void {
    if (this.over) return;
    this.cancel();
    this.reader.onEnd(error);
  }
}
