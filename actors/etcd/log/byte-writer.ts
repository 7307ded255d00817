/** Longest text that is copied unit by unit; longer text is left to the engine's encoder. */
const shortText = 96;

const encoder = new TextEncoder();

/** More room than this is given back once it is no longer needed. */
const keptBytes = 4 * 1024 * 1024;

/** Bytes that are written, then used again for others. Numbers are little-endian. */
export class ByteWriter {
  bytes: Uint8Array;
  length = 0;
  private view: DataView;

  constructor(private readonly initialBytes = 64 * 1024) {
    this.bytes = new Uint8Array(initialBytes);
    this.view = new DataView(this.bytes.buffer);
  }

  clear(): void {
    this.length = 0;
    if (this.bytes.length > keptBytes) this.makeRoom(this.initialBytes);
  }

  u8(value: number): void {
    this.reserve(1);
    this.bytes[this.length] = value;
    this.length += 1;
  }

  u32(value: number): void {
    this.reserve(4);
    this.view.setUint32(this.length, value, true);
    this.length += 4;
  }

  u64(value: bigint): void {
    this.reserve(8);
    this.view.setBigUint64(this.length, value, true);
    this.length += 8;
  }

  /** A whole number up to 2^53. */
  safeInteger(value: number): void {
    this.u32(value % 0x1_0000_0000);
    this.u32(Math.floor(value / 0x1_0000_0000));
  }

  /** Its length in bytes, as u32, and its UTF-8. */
  text(value: string): void {
    this.reserve(4 + value.length * 3);
    const start = this.length + 4;
    const written = value.length > shortText ? -1 : this.ascii(value, start);
    const bytes = written >= 0 ? written : encoder.encodeInto(value, this.bytes.subarray(start)).written;
    this.view.setUint32(this.length, bytes, true);
    this.length = start + bytes;
  }

  putU32(at: number, value: number): void {
    this.view.setUint32(at, value, true);
  }

  /** Number of bytes, or -1 when the text is not ASCII. */
  private ascii(value: string, start: number): number {
    const { bytes } = this;
    for (let index = 0; index < value.length; index += 1) {
      const unit = value.charCodeAt(index);
      if (unit > 0x7f) return -1;
      bytes[start + index] = unit;
    }
    return value.length;
  }

  private reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.bytes.length) return;
    const written = this.bytes.subarray(0, this.length);
    this.makeRoom(Math.max(needed, this.bytes.length * 2));
    this.bytes.set(written);
  }

  private makeRoom(size: number): void {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }
}
