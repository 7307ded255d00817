/** The last lines of everybody's trace, and who follows them. */
import type { TraceBatch } from "./messages.js";
import type { TraceReader } from "./request.js";

export const traceRingLimit = 20_000;

export class TraceRing {
  private lines: string[] = [];
  /** Where the oldest line is once the ring is full. */
  private head = 0;
  private thrownAway = 0;
  private readonly followers = new Set<TraceReader>();

  constructor(private readonly limit: number = traceRingLimit) {}

  get followed(): boolean {
    return this.followers.size > 0;
  }

  add({ records, lost }: TraceBatch): void {
    for (const line of records) {
      if (this.lines.length < this.limit) {
        this.lines.push(line);
      } else {
        this.lines[this.head] = line;
        this.head = (this.head + 1) % this.limit;
        this.thrownAway += 1;
      }
    }
    this.thrownAway += lost;
    for (const follower of this.followers) {
      if (lost > 0) follower.lost(lost);
      if (records.length > 0) follower.lines(records);
    }
  }

  /** Hands over what is kept, and with `follow` what comes. Returns how to stop following. */
  read(reader: TraceReader, follow: boolean): () => void {
    if (this.thrownAway > 0) reader.lost(this.thrownAway);
    reader.lines([...this.lines.slice(this.head), ...this.lines.slice(0, this.head)]);
    if (!follow) return () => undefined;
    this.followers.add(reader);
    return () => this.followers.delete(reader);
  }
}
