import { integerBelow, type Random } from "../actor/random.js";

export type FileChange =
  | { readonly kind: "write"; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly kind: "truncate"; readonly length: number };

/** The smallest piece that a disk writes as a whole. */
const sectorBytes = 512;

/** A file's bytes twice: as a process sees them, and as a power cut leaves them. */
export class FileContent {
  /** What a process reads. */
  private cached: GrowingBytes;
  private safe: GrowingBytes;
  private pending: FileChange[] = [];

  constructor(bytes: Uint8Array = new Uint8Array(0)) {
    this.cached = new GrowingBytes(bytes);
    this.safe = new GrowingBytes(bytes);
  }

  get bytes(): Uint8Array {
    return this.cached.bytes;
  }

  change(change: FileChange): void {
    this.cached.apply(change);
    this.pending.push(change);
  }

  flipBit(offset: number, bit: number): void {
    for (const { bytes } of [this.cached, this.safe]) {
      if (offset < bytes.length) bytes[offset] = (bytes[offset] as number) ^ (1 << bit);
    }
  }

  makeSafe(): void {
    for (const change of this.pending.splice(0)) this.safe.apply(change);
  }

  /** What a failed sync leaves: the cache shows the bytes, and no later sync will write them. The file's size is not among them. */
  forgetPending(): void {
    this.pending = this.pending.filter(({ kind }) => kind === "truncate");
  }

  /** Any part of what was not made safe is lost: whole changes, or single sectors of them, in any order; then the file's end. */
  losePower(random: Random): void {
    const kept = this.pending.splice(0);
    const fate = random.next();
    if (fate < 0.25) {
      // All of it had been written by chance.
      for (const change of kept) this.safe.apply(change);
    } else if (fate < 0.75) {
      const before = this.safe.bytes.length;
      for (const change of kept) keepPart(this.safe, change, random);
      // The file's new size is on disk earlier or later than its bytes are.
      const grown = this.safe.bytes.length - before;
      if (grown > 0 && random.next() < 0.5)
        this.safe.apply({ kind: "truncate", length: before + integerBelow(random, grown + 1) });
    }
    this.cached = new GrowingBytes(this.safe.bytes);
  }
}

function keepPart(safe: GrowingBytes, change: FileChange, random: Random): void {
  if (change.kind === "truncate") {
    if (random.next() < 0.5) safe.apply(change);
    return;
  }
  const { offset, bytes } = change;
  for (let start = 0; start < bytes.length; ) {
    const end = Math.min(bytes.length, start + sectorBytes - ((offset + start) % sectorBytes));
    if (random.next() < 0.6) safe.apply({ kind: "write", offset: offset + start, bytes: bytes.subarray(start, end) });
    start = end;
  }
  // What was not written reads as zeros.
  safe.extend(offset + bytes.length);
}

/** Bytes that grow without being copied each time. */
class GrowingBytes {
  private room: Uint8Array;
  private length: number;

  constructor(bytes: Uint8Array) {
    this.room = bytes.slice();
    this.length = bytes.length;
  }

  get bytes(): Uint8Array {
    return this.room.subarray(0, this.length);
  }

  apply(change: FileChange): void {
    if (change.kind === "truncate") {
      this.extend(change.length);
      this.room.fill(0, change.length, this.length);
      this.length = change.length;
      return;
    }
    this.extend(change.offset + change.bytes.length);
    this.room.set(change.bytes, change.offset);
  }

  /** Zeros up to a size. */
  extend(size: number): void {
    if (size > this.room.length) {
      const room = new Uint8Array(Math.max(size, this.room.length * 2));
      room.set(this.bytes);
      this.room = room;
    }
    this.length = Math.max(this.length, size);
  }
}
