import type { DiskFailure, DiskFile } from "../io/disk.js";
import { fileHeaderBytes } from "./file-header.js";
import { readFrame } from "./frame.js";

const pieceBytes = 4 * 1024 * 1024;

/** Damage to what was acknowledged: where, and what is wrong. Nothing is served from such a file. */
export interface Damage {
  readonly file: string;
  readonly offset: number;
  readonly why: string;
}

export const describeDamage = ({ file, offset, why }: Damage): string => `${file} is damaged at byte ${offset}: ${why}`;

export interface LastFrame {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export type ScanResult =
  | {
      readonly kind: "read";
      /** Where the next frame goes. */
      readonly end: number;
      readonly nextSequence: number;
      readonly last: LastFrame | undefined;
      /** Why what follows `end` is not a frame; undefined when nothing follows. */
      readonly torn: string | undefined;
    }
  | { readonly kind: "damaged"; readonly damage: Damage }
  | { readonly kind: "failed"; readonly failure: DiskFailure };

/** Reads frames from after the file's header to its end, piece by piece. `onFrame` answers what is wrong, or undefined. */
export function scanFrames(
  scanned: {
    readonly file: DiskFile;
    readonly name: string;
    readonly firstSequence: number;
    readonly onFrame: (entries: Uint8Array) => string | undefined;
  },
  onDone: (result: ScanResult) => void,
): void {
  const { file, name, onFrame } = scanned;
  let sequence = scanned.firstSequence;
  let offset = fileHeaderBytes;
  let last: LastFrame | undefined;
  const done = (torn: string | undefined) => onDone({ kind: "read", end: offset, nextSequence: sequence, last, torn });

  const readPiece = (length: number): void => {
    const wanted = Math.min(length, file.size - offset);
    if (wanted <= 0) return done(undefined);
    file.read(offset, wanted, (failure, piece) => {
      if (failure !== undefined) return onDone({ kind: "failed", failure });
      readFrames(piece, offset + piece.length >= file.size);
    });
  };

  const readFrames = (piece: Uint8Array, toEnd: boolean): void => {
    let at = 0;
    while (at < piece.length) {
      const found = readFrame(piece.subarray(at), offset, sequence, toEnd);
      if (found.kind === "incomplete") return readPiece(Math.max(pieceBytes, found.bytes));
      if (found.kind === "torn") return done(found.why);
      const why = found.kind === "corrupt" ? found.why : onFrame(found.entries);
      if (why !== undefined || found.kind === "corrupt") {
        return onDone({ kind: "damaged", damage: { file: name, offset, why: why ?? "unreadable" } });
      }
      last = { offset, bytes: piece.subarray(at, at + found.bytes) };
      at += found.bytes;
      offset += found.bytes;
      sequence += 1;
    }
    readPiece(pieceBytes);
  };

  readPiece(pieceBytes);
}
