import { ByteReader } from "./byte-reader.js";
import { ByteWriter } from "./byte-writer.js";
import { crc32c } from "./crc32c.js";
import { formatVersion } from "./entries.js";

/** "chrtroom" in ASCII. */
const magic = 0x6d6f_6f72_7472_6863n;
export const fileHeaderBytes = 32;
const checkedBytes = 24;

export type FileKind = "log" | "snapshot";
const kindNumbers: Record<FileKind, number> = { log: 1, snapshot: 2 };

const names = { log: /^log-(\d{10})$/, snapshot: /^snapshot-(\d{10})$/ } as const;

/** `log-0000000003`. */
export const fileName = (kind: FileKind, number: number): string => `${kind}-${String(number).padStart(10, "0")}`;

/** The number in a file's name, or undefined when it is no file of this kind. */
export function numberOf(kind: FileKind, name: string): number | undefined {
  const found = names[kind].exec(name)?.[1];
  return found === undefined ? undefined : Number.parseInt(found, 10);
}

/** A snapshot that is being written, and would be thrown away after a crash. */
export const unfinishedSuffix = ".unfinished";

export function fileHeader(kind: FileKind, number: number): Uint8Array {
  const writer = new ByteWriter(fileHeaderBytes);
  writer.u64(magic);
  writer.u32(formatVersion);
  writer.u32(kindNumbers[kind]);
  writer.safeInteger(number);
  writer.u32(crc32c(writer.bytes, 0, checkedBytes));
  writer.u32(0xffff_ffff);
  return writer.bytes;
}

/** Undefined when the header is what it must be, `unwritten` when it never reached the disk, or what is wrong with it. */
export function checkFileHeader(bytes: Uint8Array, kind: FileKind, number: number): "unwritten" | { why: string } | undefined {
  if (bytes.length < fileHeaderBytes || bytes.every((byte) => byte === 0)) return "unwritten";
  const reader = new ByteReader(bytes);
  if (reader.u64() !== magic) return { why: "it is not a file of this program" };
  const version = reader.u32();
  const foundKind = reader.u32();
  const foundNumber = reader.safeInteger();
  if (reader.u32() !== crc32c(bytes, 0, checkedBytes) || reader.u32() !== 0xffff_ffff) {
    return { why: "the checksum of the file's header does not match" };
  }
  if (version !== formatVersion) return { why: `it has format version ${version}; this program reads version ${formatVersion}` };
  if (foundKind !== kindNumbers[kind] || foundNumber !== number) return { why: "its header is that of another file" };
  return undefined;
}
