import type { Disk, DiskFailure, DiskFile, OnDone } from "../io/disk.js";
import { fileHeader, fileHeaderBytes, fileName } from "./file-header.js";

/** The end of the log: takes one frame at a time and says when it is on disk. */
export class SegmentWriter {
  constructor(
    private readonly disk: Disk,
    private file: DiskFile,
    private segmentNumber: number,
    private end: number,
    private sequence: number,
  ) {}

  /** Number of the segment that takes the frames. */
  get segment(): number {
    return this.segmentNumber;
  }

  /** Sequence number of the next frame. */
  get nextSequence(): number {
    return this.sequence;
  }

  /** Makes an empty segment whose entry in the directory is on disk. */
  static create(disk: Disk, number: number, sequence: number, onDone: (made: SegmentWriter | DiskFailure) => void): void {
    disk.open(fileName("log", number), "create", (openFailure, file) => {
      if (openFailure !== undefined) return onDone(openFailure);
      // The header is on disk with the first frame: both are in this file.
      file.write(0, fileHeader("log", number), (writeFailure) => {
        if (writeFailure !== undefined) return onDone(writeFailure);
        disk.syncDirectory("new segment", (syncFailure) =>
          onDone(syncFailure ?? new SegmentWriter(disk, file, number, fileHeaderBytes, sequence)),
        );
      });
    });
  }

  /** Puts a frame at the end. Without a failure it is on disk; with one it may be there or not, and nothing may follow. */
  append(frame: Uint8Array, onDone: OnDone): void {
    const offset = this.end;
    this.end += frame.length;
    this.sequence += 1;
    this.file.write(offset, frame, (writeFailure) => {
      if (writeFailure !== undefined) onDone(writeFailure);
      else this.file.sync("frame", onDone);
    });
  }

  /** Goes on in a new segment. Every frame of the old one is on disk, as each is before the next is taken. */
  rotate(onDone: OnDone): void {
    SegmentWriter.create(this.disk, this.segmentNumber + 1, this.sequence, (made) => {
      if (!(made instanceof SegmentWriter)) return onDone(made);
      const old = this.file;
      this.file = made.file;
      this.segmentNumber = made.segmentNumber;
      this.end = made.end;
      old.close(onDone);
    });
  }

  close(onDone: OnDone): void {
    this.file.close(onDone);
  }
}
