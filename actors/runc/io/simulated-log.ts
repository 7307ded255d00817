/** The log of a simulated container. */
import { entryBytes, logTimestamp, selectLog, truncateEntry } from "../container-log.js";
import type { ContainerRecord, LogEntry, LogOptions, LogReader, LogReading } from "./driver.js";
import type { DriverClock } from "./simulated-driver.js";
import type { SimulatedBehaviour } from "./simulated-rules.js";

/** The log of a simulated container is worked out when it is read: what its timeline has said by now. */
export class SimulatedLogReading implements LogReading {
  private given = 0;
  private bytesLeft: number;
  private timer: unknown;
  private over = false;
  private readonly all: ReadonlyArray<{ readonly atMs: number; readonly text: string }>;

  constructor(
    private readonly clock: DriverClock,
    private readonly record: () => ContainerRecord | undefined,
    behaviour: SimulatedBehaviour,
    private readonly options: LogOptions,
    private readonly reader: LogReader,
  ) {
    this.bytesLeft = options.limitBytes ?? Number.POSITIVE_INFINITY;
    const image = record()?.spec.image ?? "";
    this.all = [
      { atMs: 0, text: `chartroom: simulated container: nothing of the image ${image} runs` },
      ...behaviour.timeline.output,
    ];
    const written = this.written();
    const selected = selectLog(written, options);
    this.given = written.length - selected.length;
    this.next();
  }

  next(): void {
    if (this.over) return;
    const written = this.written();
    const entries: LogEntry[] = [];
    for (const entry of written.slice(this.given, this.given + 256)) {
      const bytes = entryBytes(entry);
      if (this.bytesLeft > 0) entries.push(bytes > this.bytesLeft ? truncateEntry(entry, this.bytesLeft) : entry);
      this.bytesLeft -= bytes;
    }
    this.given += entries.length;
    if (entries.length > 0) {
      this.reader.onEntries(entries);
    } else if (!this.options.follow || this.bytesLeft <= 0 || this.record()?.state !== "running") {
      this.over = true;
      this.reader.onEnd();
    } else {
      // Looks again when the next line is due, or within a second for the container's end.
      const startedAtMs = this.record()?.startedAtMs ?? 0;
      const nextAtMs = (this.all[this.given]?.atMs ?? Number.POSITIVE_INFINITY) + startedAtMs;
      this.timer = this.clock.after(Math.max(1, Math.min(1_000, nextAtMs - this.clock.nowMs())), () => this.next());
    }
  }

  cancel(): void {
    this.over = true;
    this.clock.cancel(this.timer);
  }

  private written(): LogEntry[] {
    const record = this.record();
    if (record === undefined || record.startedAtMs === 0) return [];
    const untilMs = record.exit?.finishedAtMs ?? this.clock.nowMs();
    return this.all
      .filter((line) => record.startedAtMs + line.atMs <= untilMs)
      .map((line) => ({
        timestamp: logTimestamp(record.startedAtMs + line.atMs),
        stream: "stdout",
        partial: false,
        text: line.text,
      }));
  }
}
