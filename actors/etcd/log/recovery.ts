import type { Disk, DiskFailure, DiskFile } from "../io/disk.js";
import type { Store } from "../mvcc.js";
import { ByteReader } from "./byte-reader.js";
import { readEntries } from "./entries.js";
import { checkFileHeader, fileHeader, fileHeaderBytes, fileName, numberOf, unfinishedSuffix } from "./file-header.js";
import { Replay } from "./replay.js";
import { type Damage, type LastFrame, type ScanResult, scanFrames } from "./scan.js";
import { SegmentWriter } from "./segment-writer.js";

/** How a step of the recovery ended. */
export type StepResult =
  | { readonly kind: "done" }
  | { readonly kind: "damaged"; readonly damage: Damage }
  | { readonly kind: "failed"; readonly failure: DiskFailure };

type Read = Extract<ScanResult, { kind: "read" }>;
type Opened = Read & { readonly file: DiskFile };
type NotRead = Exclude<ScanResult, { kind: "read" }>;
type OnStep = (result: StepResult) => void;
const done: StepResult = { kind: "done" };
const failed = (failure: DiskFailure): StepResult => ({ kind: "failed", failure });

/** The end of the log as it was found. */
interface Tail {
  readonly file: DiskFile;
  readonly number: number;
  readonly end: number;
  readonly last: LastFrame | undefined;
}

/**
 * Finds out what the disk holds and puts a store together from it: `list`, `readSnapshot`, `readLog`, then `repair`, each
 * once and in this order. A torn tail is cut off; damage to anything that was acknowledged ends the recovery.
 */
export class Recovery {
  private readonly replay: Replay;
  private snapshot = 0;
  private segments: number[] = [];
  private stale: string[] = [];
  private nextSequence = 1;
  private tail: Tail | undefined;
  /** What was cut off, for people to read. */
  readonly findings: string[] = [];
  private found: SegmentWriter | undefined;
  logBytes = 0;
  snapshotBytes = 0;

  constructor(
    private readonly disk: Disk,
    store: Store,
    nowMs: number,
  ) {
    this.replay = new Replay(store, nowMs);
  }

  /** The end of the log, once it is repaired. */
  get writer(): SegmentWriter {
    if (this.found === undefined) throw new Error("the log is not repaired yet");
    return this.found;
  }

  /** Chooses the newest snapshot and the segments after it. */
  list(onDone: OnStep): void {
    this.disk.list((failure, names) => {
      if (failure !== undefined) return onDone(failed(failure));
      const damage = this.choose([...names].sort());
      if (damage !== undefined) return onDone({ kind: "damaged", damage });
      if (this.segments.length === 0) return onDone(done);
      // A predecessor may have been killed between making these entries and making them safe.
      this.disk.syncDirectory("recovered entries", (syncFailure) =>
        onDone(syncFailure === undefined ? done : failed(syncFailure)),
      );
    });
  }

  private choose(names: readonly string[]): Damage | undefined {
    const numbers = (kind: "log" | "snapshot") =>
      names.map((name) => numberOf(kind, name)).filter((number): number is number => number !== undefined);
    const snapshots = numbers("snapshot");
    const segments = numbers("log");
    this.snapshot = snapshots[snapshots.length - 1] ?? 0;
    const first = Math.max(1, this.snapshot);
    this.segments = segments.filter((number) => number >= first);
    this.stale = names.filter((name) => name.endsWith(unfinishedSuffix));
    for (const number of snapshots) if (number < this.snapshot) this.stale.push(fileName("snapshot", number));
    for (const number of segments) if (number < first) this.stale.push(fileName("log", number));
    if (this.segments.length === 0 && this.snapshot === 0) return undefined;
    const last = this.segments[this.segments.length - 1] ?? first;
    for (let number = first; number <= last; number += 1) {
      if (!this.segments.includes(number)) return { file: fileName("log", number), offset: 0, why: "it is missing" };
    }
    return undefined;
  }

  /** Reads the snapshot, if there is one; any flaw in it is damage, because it was safe before it got its name. */
  readSnapshot(onDone: OnStep): void {
    if (this.snapshot === 0) return onDone(done);
    const name = fileName("snapshot", this.snapshot);
    this.openAndScan(name, { kind: "snapshot", number: this.snapshot, firstSequence: 1 }, (result) => {
      if (result.kind !== "read") return onDone(result);
      const why = result.torn ?? this.replay.snapshotFlaw;
      if (why !== undefined) return onDone({ kind: "damaged", damage: { file: name, offset: result.end, why } });
      this.nextSequence = this.replay.nextSequence;
      this.logBytes = 0;
      this.snapshotBytes = result.end;
      result.file.close((failure) => onDone(failure === undefined ? done : failed(failure)));
    });
  }

  /** Reads the segments in order. Only the last may be torn. */
  readLog(onDone: OnStep): void {
    const readNext = (index: number): void => {
      const number = this.segments[index];
      if (number === undefined) return onDone(done);
      const name = fileName("log", number);
      const isLast = index === this.segments.length - 1;
      this.openAndScan(name, { kind: "log", number, firstSequence: this.nextSequence }, (result) => {
        if (result.kind !== "read") return onDone(result);
        const { file, end, last, torn } = result;
        if (torn !== undefined && !isLast) return onDone({ kind: "damaged", damage: { file: name, offset: end, why: torn } });
        if (torn !== undefined) this.findings.push(`${name} was cut at byte ${end} of ${file.size}: ${torn}`);
        this.nextSequence = result.nextSequence;
        this.logBytes += end;
        if (isLast) {
          this.tail = { file, number, end, last };
          return onDone(done);
        }
        file.close((failure) => (failure === undefined ? readNext(index + 1) : onDone(failed(failure))));
      });
    };
    readNext(0);
  }

  /** Cuts a torn tail, makes sure of the last frame, removes what is stale, and gives the writer of the log's end. */
  repair(onDone: OnStep): void {
    const removeStale = (index: number): void => {
      const name = this.stale[index];
      if (name === undefined) return onDone(done);
      this.disk.remove(name, (failure) => (failure === undefined ? removeStale(index + 1) : onDone(failed(failure))));
    };
    const { tail } = this;
    if (tail === undefined) {
      SegmentWriter.create(this.disk, 1, this.nextSequence, (made) => {
        if (!(made instanceof SegmentWriter)) return onDone(failed(made));
        this.found = made;
        removeStale(0);
      });
      return;
    }
    this.repairTail(tail, (failure) => {
      if (failure !== undefined) return onDone(failed(failure));
      this.found = new SegmentWriter(this.disk, tail.file, tail.number, tail.end, this.nextSequence);
      removeStale(0);
    });
  }

  /**
   * The last frame, and the header if it is the first, may be in the system's cache only, and after a sync that failed even
   * another sync would not tell. So they are written again, over themselves, before anybody is told what they say.
   */
  private repairTail(tail: Tail, onDone: (failure?: DiskFailure) => void): void {
    const { file, number, end, last } = tail;
    const steps: Array<(next: (failure?: DiskFailure) => void) => void> = [];
    steps.push((next) => file.write(0, fileHeader("log", number), next));
    if (file.size > end) steps.push((next) => file.truncate(end, next));
    if (last !== undefined) steps.push((next) => file.write(last.offset, last.bytes, next));
    steps.push((next) => file.sync("recovered tail", next));
    const run = (index: number): void => {
      const step = steps[index];
      if (step === undefined) onDone();
      else step((failure) => (failure === undefined ? run(index + 1) : onDone(failure)));
    };
    run(0);
  }

  private openAndScan(
    name: string,
    expected: { kind: "log" | "snapshot"; number: number; firstSequence: number },
    onDone: (scanned: NotRead | Opened) => void,
  ): void {
    const { kind, number, firstSequence } = expected;
    this.disk.open(name, "existing", (openFailure, file) => {
      if (openFailure !== undefined) return onDone({ kind: "failed", failure: openFailure });
      file.read(0, Math.min(fileHeaderBytes, file.size), (readFailure, header) => {
        if (readFailure !== undefined) return onDone({ kind: "failed", failure: readFailure });
        const wrong = checkFileHeader(header, kind, number);
        if (wrong === "unwritten") return this.withoutHeader(file, name, firstSequence, onDone);
        if (wrong !== undefined) return onDone({ kind: "damaged", damage: { file: name, offset: 0, why: wrong.why } });
        const onFrame = (entries: Uint8Array) => readEntries(new ByteReader(entries), this.replay);
        scanFrames({ file, name, firstSequence, onFrame }, (result) =>
          onDone(result.kind === "read" ? { ...result, file } : result),
        );
      });
    });
  }

  /** A header is on disk with the first frame. Without one no frame was acknowledged, so there cannot be a second. */
  private withoutHeader(file: DiskFile, name: string, firstSequence: number, onDone: (scanned: NotRead | Opened) => void): void {
    const why = "the file's header was not written";
    scanFrames({ file, name, firstSequence, onFrame: () => undefined }, (result) => {
      if (result.kind === "failed") return onDone(result);
      if (result.kind === "read" && result.nextSequence > firstSequence + 1) {
        return onDone({ kind: "damaged", damage: { file: name, offset: 0, why } });
      }
      onDone({ kind: "read", end: fileHeaderBytes, nextSequence: firstSequence, last: undefined, torn: why, file });
    });
  }
}
