/**
 * What a frame carries: entries one after another. They tell results, not requests, so that replaying them needs no
 * rules and gives exactly what was acknowledged.
 */
import type { KeyValue } from "../messages.js";
import type { ByteReader } from "./byte-reader.js";
import type { ByteWriter } from "./byte-writer.js";

/** Grows when an older program would misread what a newer one wrote. */
export const formatVersion = 1;

const kind = { padding: 0, change: 1, base: 2, leaseGranted: 3, leaseEnded: 4, compacted: 5, begin: 6, end: 7 } as const;

export interface SnapshotBegin {
  readonly revision: bigint;
  readonly compactRevision: bigint;
  /** Sequence number of the first frame in the segment that follows the snapshot. */
  readonly nextSequence: number;
}

/** What entries tell when they are read. */
export interface EntryReader {
  change(kv: KeyValue): void;
  /** A version from before the history that is kept; snapshots only. */
  base(kv: KeyValue): void;
  leaseGranted(id: bigint, ttlSeconds: number): void;
  leaseEnded(id: bigint): void;
  compacted(revision: bigint): void;
  begin(snapshot: SnapshotBegin): void;
  /** The last entry of a snapshot: how many changes and base versions came before it. */
  end(versions: number): void;
}

export function writeChange(writer: ByteWriter, kv: KeyValue, isBase = false): void {
  writer.u8(isBase ? kind.base : kind.change);
  writer.u64(kv.modRevision);
  writer.safeInteger(kv.version);
  writer.text(kv.key);
  if (kv.version === 0) return;
  writer.u64(kv.createRevision);
  writer.u64(kv.lease);
  writer.text(kv.value);
}

export function writeLeaseGranted(writer: ByteWriter, id: bigint, ttlSeconds: number): void {
  writer.u8(kind.leaseGranted);
  writer.u64(id);
  writer.safeInteger(ttlSeconds);
}

export function writeLeaseEnded(writer: ByteWriter, id: bigint): void {
  writer.u8(kind.leaseEnded);
  writer.u64(id);
}

export function writeCompacted(writer: ByteWriter, revision: bigint): void {
  writer.u8(kind.compacted);
  writer.u64(revision);
}

export function writeBegin(writer: ByteWriter, snapshot: SnapshotBegin): void {
  writer.u8(kind.begin);
  writer.u64(snapshot.revision);
  writer.u64(snapshot.compactRevision);
  writer.safeInteger(snapshot.nextSequence);
}

export function writeEnd(writer: ByteWriter, versions: number): void {
  writer.u8(kind.end);
  writer.safeInteger(versions);
}

function readVersion(reader: ByteReader): KeyValue {
  const modRevision = reader.u64();
  const version = reader.safeInteger();
  const key = reader.text();
  if (version === 0) return { key, value: "", createRevision: 0n, modRevision, version, lease: 0n };
  const createRevision = reader.u64();
  const lease = reader.u64();
  return { key, value: reader.text(), createRevision, modRevision, version, lease };
}

/** Reads a frame's entries up to its padding. Undefined when all is well, or what is wrong. */
export function readEntries(reader: ByteReader, to: EntryReader): string | undefined {
  while (reader.left > 0) {
    const found = reader.u8();
    switch (found) {
      case kind.padding:
        return undefined;
      case kind.change:
        to.change(readVersion(reader));
        break;
      case kind.base:
        to.base(readVersion(reader));
        break;
      case kind.leaseGranted:
        to.leaseGranted(reader.u64(), reader.safeInteger());
        break;
      case kind.leaseEnded:
        to.leaseEnded(reader.u64());
        break;
      case kind.compacted:
        to.compacted(reader.u64());
        break;
      case kind.begin:
        to.begin({ revision: reader.u64(), compactRevision: reader.u64(), nextSequence: reader.safeInteger() });
        break;
      case kind.end:
        to.end(reader.safeInteger());
        break;
      default:
        return `an entry of unknown kind ${found}`;
    }
  }
  return undefined;
}
