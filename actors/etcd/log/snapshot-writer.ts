import type { Disk, DiskFile, OnDone } from "../io/disk.js";
import type { KeyValue } from "../messages.js";
import type { Store } from "../mvcc.js";
import { ByteWriter } from "./byte-writer.js";
import { writeBegin, writeChange, writeEnd, writeLeaseGranted } from "./entries.js";
import { fileHeader, fileHeaderBytes, fileName, numberOf, unfinishedSuffix } from "./file-header.js";
import { beginFrame, sealFrame } from "./frame.js";

const frameBytes = 256 * 1024;

/**
 * Writes what the store holds at one revision beside the log, piece by piece while the store goes on; then gives it its
 * name and removes the log that it replaces. The store must not be compacted meanwhile.
 */
export class SnapshotWriter {
  private readonly entries = new ByteWriter(frameBytes * 2);
  private readonly revision: bigint;
  private readonly compactRevision: bigint;
  private offset = fileHeaderBytes;
  private sequence = 1;
  private versions = 0;
  /** The last key whose base version was written; undefined before the first. */
  private afterKey: string | undefined;
  private baseIsWritten = false;
  private nextChange: number;
  private readonly endOfChanges: number;

  /** `segment` is the one that goes on after the snapshot, and holds nothing of what the snapshot tells. */
  constructor(
    private readonly disk: Disk,
    private readonly store: Store,
    private readonly segment: number,
    nextSequence: number,
  ) {
    this.revision = store.committed;
    this.compactRevision = store.compactRevision;
    this.nextChange = store.history.start;
    this.endOfChanges = store.history.positionOf(this.revision + 1n);
    beginFrame(this.entries);
    writeBegin(this.entries, { revision: this.revision, compactRevision: this.compactRevision, nextSequence });
    for (const { id, ttlSeconds } of store.leases.values()) writeLeaseGranted(this.entries, id, ttlSeconds);
  }

  get bytes(): number {
    return this.offset;
  }

  /** Writes everything and makes it safe, under a name that a start does not know. */
  write(onDone: OnDone): void {
    this.disk.open(this.unfinishedName, "create", (openFailure, file) => {
      if (openFailure !== undefined) return onDone(openFailure);
      file.write(0, fileHeader("snapshot", this.segment), (failure) =>
        failure === undefined ? this.writeFrames(file, onDone) : onDone(failure),
      );
    });
  }

  /** Gives the snapshot its name, and makes that safe. */
  name(onDone: OnDone): void {
    this.disk.rename(this.unfinishedName, fileName("snapshot", this.segment), (failure) =>
      failure === undefined ? this.disk.syncDirectory("named snapshot", onDone) : onDone(failure),
    );
  }

  /** Removes the segments and snapshots from before. What a crash leaves behind is removed at the next start. */
  removeReplaced(onDone: OnDone): void {
    this.disk.list((failure, names) => {
      if (failure !== undefined) return onDone(failure);
      const isOld = (number: number | undefined) => number !== undefined && number < this.segment;
      const old = names.filter((name) => isOld(numberOf("log", name)) || isOld(numberOf("snapshot", name))).sort();
      const removeNext = (index: number): void => {
        const name = old[index];
        if (name === undefined) return onDone();
        this.disk.remove(name, (removeFailure) => (removeFailure === undefined ? removeNext(index + 1) : onDone(removeFailure)));
      };
      removeNext(0);
    });
  }

  private get unfinishedName(): string {
    return fileName("snapshot", this.segment) + unfinishedSuffix;
  }

  private writeFrames(file: DiskFile, onDone: OnDone): void {
    const isLast = this.fill();
    const frame = sealFrame(this.entries, this.sequence);
    const at = this.offset;
    this.offset += frame.length;
    this.sequence += 1;
    file.write(at, frame, (failure) => {
      if (failure !== undefined) return onDone(failure);
      if (isLast) return this.finish(file, onDone);
      beginFrame(this.entries);
      this.writeFrames(file, onDone);
    });
  }

  private finish(file: DiskFile, onDone: OnDone): void {
    file.sync("snapshot", (failure) => (failure === undefined ? file.close(onDone) : onDone(failure)));
  }

  /** Fills a frame; true when everything is told. */
  private fill(): boolean {
    const { entries, store } = this;
    if (!this.baseIsWritten) {
      this.baseIsWritten = true;
      store.visitAt(this.compactRevision, this.afterKey, (kv) => {
        this.afterKey = kv.key;
        // What was written at the compacted revision itself is in the history, and follows.
        if (kv.modRevision < this.compactRevision) this.tell(kv, true);
        this.baseIsWritten = entries.length < frameBytes;
        return this.baseIsWritten;
      });
    }
    while (entries.length < frameBytes && this.nextChange < this.endOfChanges) {
      this.tell(store.history.at(this.nextChange), false);
      this.nextChange += 1;
    }
    if (!this.baseIsWritten || this.nextChange < this.endOfChanges) return false;
    writeEnd(entries, this.versions);
    return true;
  }

  private tell(kv: KeyValue, isBase: boolean): void {
    writeChange(this.entries, kv, isBase);
    this.versions += 1;
  }
}
