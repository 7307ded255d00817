/**
 * What an actor has traced and not yet handed in. Messages are kept by the API server alone, which sees them all, because
 * it relays them. Bounded; what does not fit is counted.
 */
import type { MessageRecord, TraceSink } from "../actor/trace.js";
import { traceLine } from "../actor/trace-line.js";

export const traceBufferLimit = 4_000;

export class TraceBuffer {
  private lines: string[] = [];
  private lost = 0;
  /** What the actor has noted last, for whoever looks into it. */
  lastNote = "";

  constructor(
    private readonly keepsMessages: boolean,
    private readonly wake: () => void,
  ) {}

  readonly sink: TraceSink = (record) => {
    if (record.kind === "message" && !(this.keepsMessages && isTelling(record))) return;
    if (record.kind === "note") this.lastNote = record.text;
    if (this.lines.length >= traceBufferLimit) {
      this.lost += 1;
      return;
    }
    this.lines.push(traceLine(record));
    if (this.lines.length === 1) this.wake();
  };

  take(): { records: readonly string[]; lost: number } {
    const taken = { records: this.lines, lost: this.lost };
    this.lines = [];
    this.lost = 0;
    return taken;
  }
}

/** The wire's own upkeep, and the trace's, say nothing of the cluster. */
const isTelling = ({ envelope }: MessageRecord): boolean =>
  envelope.kind !== "credit" && envelope.kind !== "hello" && envelope.name !== "trace";
