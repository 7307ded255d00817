/**
 * What an actor has traced and not yet handed in. Messages are kept by the API server alone, which sees them all, because
 * it relays them. Bounded; what does not fit is counted.
 */
import type { MessageRecord, TraceSink } from "../actor/trace.js";
import { type TraceLine, traceEntry, traceLine } from "../actor/trace-line.js";

export const traceBufferLimit = 4_000;

export class TraceBuffer {
  private entries: Array<string | TraceLine> = [];
  private lost = 0;
  /** What the actor has noted last, for whoever looks into it. */
  lastNote = "";

  constructor(
    /** That of an API server: it keeps messages, and what it hands in does not leave its thread, so it need not be text. */
    private readonly ofRing: boolean,
    private readonly wake: () => void,
  ) {}

  readonly sink: TraceSink = (record) => {
    if (record.kind === "message" && !(this.ofRing && isTelling(record))) return;
    if (record.kind === "note") this.lastNote = record.text;
    if (this.entries.length >= traceBufferLimit) {
      this.lost += 1;
      return;
    }
    this.entries.push(this.ofRing ? traceEntry(record) : traceLine(record));
    if (this.entries.length === 1) this.wake();
  };

  take(): { records: ReadonlyArray<string | TraceLine>; lost: number } {
    const taken = { records: this.entries, lost: this.lost };
    this.entries = [];
    this.lost = 0;
    return taken;
  }
}

/** The wire's own upkeep, and the trace's, say nothing of the cluster. */
const isTelling = ({ envelope }: MessageRecord): boolean =>
  envelope.kind !== "credit" && envelope.kind !== "hello" && envelope.name !== "trace";
