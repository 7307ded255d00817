/**
 * A frame is what one write to the disk makes durable: a header, entries, zeros up to a multiple of eight bytes, and a
 * last byte that is never zero.
 *
 *     u32 magic   u32 length of the rest   u64 sequence   u32 CRC-32C of the rest   u32 CRC-32C of the header so far
 *
 * The next frame is written only after this one is on disk. So the last frame alone may be torn, and only by a power
 * cut before anything in it was acknowledged: the file ends inside it, or whole sectors of it are still zero. Anything else
 * is damage to what was acknowledged, and is refused.
 */
import type { ByteWriter } from "./byte-writer.js";
import { crc32c } from "./crc32c.js";

const magic = 0x6d617246;
const lastByte = 0xff;
export const frameHeaderBytes = 24;
const alignment = 8;
/** The smallest piece that a disk writes as a whole. */
const sectorBytes = 512;

/** Leaves room for the header; what is written next are the frame's entries. */
export function beginFrame(writer: ByteWriter): void {
  writer.clear();
  for (let field = 0; field < frameHeaderBytes / 4; field += 1) writer.u32(0);
}

/** Pads, and fills in the header. */
export function sealFrame(writer: ByteWriter, sequence: number): Uint8Array {
  while ((writer.length + 1) % alignment !== 0) writer.u8(0);
  writer.u8(lastByte);
  writer.putU32(0, magic);
  writer.putU32(4, writer.length - frameHeaderBytes);
  writer.putU32(8, sequence % 0x1_0000_0000);
  writer.putU32(12, Math.floor(sequence / 0x1_0000_0000));
  writer.putU32(16, crc32c(writer.bytes, frameHeaderBytes, writer.length));
  writer.putU32(20, crc32c(writer.bytes, 0, 20));
  return writer.bytes.subarray(0, writer.length);
}

export type FrameFound =
  | { readonly kind: "frame"; readonly entries: Uint8Array; readonly bytes: number }
  /** The frame is longer than what was given; its whole length, or that of the header when not even that is there. */
  | { readonly kind: "incomplete"; readonly bytes: number }
  | { readonly kind: "torn"; readonly why: string }
  | { readonly kind: "corrupt"; readonly why: string };

/**
 * Looks at the frame that begins at `offset` of a file, of which `bytes` holds what follows from there, to the end of the
 * file when `toEnd`.
 */
export function readFrame(bytes: Uint8Array, offset: number, expectedSequence: number, toEnd: boolean): FrameFound {
  if (bytes.length < frameHeaderBytes) {
    return toEnd
      ? { kind: "torn", why: "the file ends inside a frame's header" }
      : { kind: "incomplete", bytes: frameHeaderBytes };
  }
  const header = new DataView(bytes.buffer, bytes.byteOffset, frameHeaderBytes);
  if (header.getUint32(0, true) !== magic || header.getUint32(20, true) !== crc32c(bytes, 0, 20)) {
    if (!toEnd) return { kind: "incomplete", bytes: Number.POSITIVE_INFINITY };
    return hasZeroSector(bytes, 0, frameHeaderBytes, offset)
      ? { kind: "torn", why: "a frame's header was not written" }
      : { kind: "corrupt", why: "the checksum of the frame's header does not match" };
  }
  const length = frameHeaderBytes + header.getUint32(4, true);
  const sequence = header.getUint32(8, true) + header.getUint32(12, true) * 0x1_0000_0000;
  if (sequence !== expectedSequence) {
    return { kind: "corrupt", why: `the frame has sequence number ${sequence} where ${expectedSequence} follows` };
  }
  if (bytes.length < length) {
    return toEnd ? { kind: "torn", why: "the file ends inside a frame" } : { kind: "incomplete", bytes: length };
  }
  if (header.getUint32(16, true) !== crc32c(bytes, frameHeaderBytes, length)) {
    if (!toEnd) return { kind: "incomplete", bytes: Number.POSITIVE_INFINITY };
    return isZero(bytes, length, bytes.length) && hasZeroSector(bytes, 0, length, offset)
      ? { kind: "torn", why: "a part of the frame was not written" }
      : { kind: "corrupt", why: "the checksum of the frame does not match" };
  }
  return { kind: "frame", entries: bytes.subarray(frameHeaderBytes, length - 1), bytes: length };
}

/** Whether bytes[from, to) has a sector, or the part of a sector that lies in it, without anything but zeros. */
function hasZeroSector(bytes: Uint8Array, from: number, to: number, offset: number): boolean {
  for (let start = from; start < to; ) {
    const end = Math.min(to, start + sectorBytes - ((offset + start) % sectorBytes));
    if (isZero(bytes, start, end)) return true;
    start = end;
  }
  return false;
}

function isZero(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) if (bytes[at] !== 0) return false;
  return true;
}
