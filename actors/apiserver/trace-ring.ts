/** The last lines of everybody's trace, and who follows them. */
import type { TraceLine } from "../../src/actor/trace-line.js";
import type { TraceBatch } from "./messages.js";
import type { TraceReader } from "./request.js";

export const traceRingLimit = 20_000;

export class TraceRing {
  private readonly entries: Array<string | TraceLine> = [];
  /** Where the oldest line is once the ring is full. */
  private head = 0;
  private thrownAway = 0;
  private readonly followers = new Set<TraceReader>();

  constructor(private readonly limit: number = traceRingLimit) {}

  get followed(): boolean {
    return this.followers.size > 0;
  }

  add({ records, lost }: TraceBatch): void {
    for (const entry of records) {
      if (this.entries.length < this.limit) {
        this.entries.push(entry);
      } else {
        this.entries[this.head] = entry;
        this.head = (this.head + 1) % this.limit;
        this.thrownAway += 1;
      }
    }
    this.thrownAway += lost;
    if (!this.followed) return;
    const lines = records.map(lineOf);
    for (const follower of this.followers) {
      if (lost > 0) follower.lost(lost);
      if (lines.length > 0) follower.lines(lines);
    }
  }

  /** Hands over what is kept, and with `follow` what comes. Returns how to stop following. */
  read(reader: TraceReader, follow: boolean): () => void {
    if (this.thrownAway > 0) reader.lost(this.thrownAway);
    reader.lines([...this.entries.slice(this.head), ...this.entries.slice(0, this.head)].map(lineOf));
    if (!follow) return () => undefined;
    this.followers.add(reader);
    return () => this.followers.delete(reader);
  }
}

const lineOf = (entry: string | TraceLine): string => (typeof entry === "string" ? entry : JSON.stringify(entry));
