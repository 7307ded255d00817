import { TransientMap } from "../../../src/wire/transient-map.js";
import type { Backing } from "../backing.js";
import type { Doubt } from "../watch-cache/freshness.js";
import { readBatchMachine } from "./batch-machine.js";
import type { Read } from "./read.js";

/** Reads that wait for the same answer. All of them wait equally long. */
export class ReadBatch {
  private readonly reads: Read[] = [];
  private giveUp: () => void = () => undefined;

  constructor(
    private readonly backing: Backing,
    readonly deadlineMs: number,
    private readonly onClosed: () => void,
  ) {}

  add(read: Read): void {
    this.reads.push(read);
  }

  confirm(doubt: Doubt): void {
    this.giveUp = this.backing.freshness.resolve(doubt);
  }

  /** Who comes from now on needs the next batch. */
  close(): void {
    this.onClosed();
  }

  stopWaiting(): void {
    this.giveUp();
  }

  answer(): void {
    for (const read of this.reads) read.answer();
  }

  refuseAsTimeout(): void {
    for (const read of this.reads) read.refuseAsTimeout();
  }
}

/** The batches that still take reads in, by how long their reads wait. */
export class ReadBatches {
  private readonly gathering = new TransientMap<number, ReadBatch>();
  private started = 0;

  constructor(private readonly backing: Backing) {}

  join(read: Read): void {
    const { deadlineMs } = read;
    const gathering = this.gathering.get(deadlineMs);
    if (gathering !== undefined) {
      gathering.add(read);
      return;
    }
    const batch = new ReadBatch(this.backing, deadlineMs, () => this.gathering.delete(deadlineMs));
    batch.add(read);
    this.gathering.set(deadlineMs, batch);
    this.started += 1;
    this.backing.host.charts.start(readBatchMachine, { id: `reads ${this.started}`, input: { batch } });
  }
}
