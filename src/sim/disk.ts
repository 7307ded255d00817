/**
 * A simulated directory, as unkind as POSIX allows: until a sync, a power cut keeps any part of what was written, sector by
 * sector and in any order, and any part of the directory's changes. A killed process leaves the cache behind, with what was
 * in flight done or not. Whether a failed sync lost its bytes shows only after a power cut.
 */
import type { Disk, DiskFailure, DiskFile, OnDone, OnValue, SyncDirectoryReason, SyncReason } from "../../actors/etcd/io/disk.js";
import { between, integerBelow, type Random } from "../actor/random.js";
import type { EventQueue } from "./event-queue.js";
import { type FileChange, FileContent } from "./file-content.js";

interface DirectoryChange {
  readonly name: string;
  /** Undefined: the entry is removed. */
  readonly content: FileContent | undefined;
  /** The entry that disappears in the same instant, for a rename. */
  readonly from?: string;
}

export type DiskOperation =
  | "list"
  | "open"
  | "read"
  | "write"
  | "truncate"
  | "sync"
  | "close"
  | "rename"
  | "remove"
  | "syncDirectory";

export interface DiskFaults {
  /** Syncs for these reasons answer as if they had worked, and do nothing. */
  skipSync: ReadonlySet<SyncReason | SyncDirectoryReason>;
  /** Code with which an operation fails, or undefined; told its name and the file's. */
  fail(operation: DiskOperation, name: string): string | undefined;
  /** The most that an operation takes; it takes at least a fifth of it. */
  delayMs(operation: DiskOperation): number;
}

const usualDelaysMs: Partial<Record<DiskOperation, number>> = { sync: 0.5, syncDirectory: 0.5 };

const noFaults: DiskFaults = {
  skipSync: new Set(),
  fail: () => undefined,
  delayMs: (operation) => usualDelaysMs[operation] ?? 0.05,
};

export class SimulatedDisk {
  faults: DiskFaults;
  /** Names as a process sees them. */
  private entries = new Map<string, FileContent>();
  /** Names as a power cut leaves them. */
  private safeEntries = new Map<string, FileContent>();
  private pending: DirectoryChange[] = [];
  /** Counts the processes that had the disk; what an earlier one asked for no longer matters. */
  private holder = 0;
  private inFlight = new Set<() => void>();

  constructor(
    private readonly queue: EventQueue,
    private readonly random: Random,
    faults: Partial<DiskFaults> = {},
  ) {
    this.faults = { ...noFaults, ...faults };
  }

  /** The disk as one process has it; an earlier process' operations answer no more. */
  mount(): Disk {
    this.holder += 1;
    const holder = this.holder;
    const later = <Value extends unknown[]>(operation: DiskOperation, apply: () => Value, onDone: (...value: Value) => void) =>
      this.later(holder, operation, apply, onDone);
    return {
      keepsNothing: false,
      list: (onValue) =>
        later("list", () => this.attempt("list", "", () => [...this.entries.keys()]), onValue as (...v: unknown[]) => void),
      open: (name, how, onValue) =>
        later("open", () => this.attempt("open", name, () => this.open(holder, name, how)), onValue as (...v: unknown[]) => void),
      rename: (from, to, onDone) => later("rename", () => this.done("rename", from, () => this.rename(from, to)), onDone),
      remove: (name, onDone) =>
        later("remove", () => this.done("remove", name, () => this.change({ name, content: undefined })), onDone),
      syncDirectory: (reason, onDone) =>
        later("syncDirectory", () => this.done("syncDirectory", "", () => this.makeEntriesSafe(reason)), onDone),
    };
  }

  /** The process was killed: its operations in flight happen or not, and nobody is told. */
  kill(): void {
    this.holder += 1;
    for (const apply of this.inFlight) if (this.random.next() < 0.5) apply();
    this.inFlight.clear();
  }

  /** The power went: only what was made safe is sure to be there afterwards. */
  cutPower(): void {
    this.kill();
    const kept = new Map(this.safeEntries);
    const keepAll = this.random.next() < 0.3;
    for (const change of this.pending) if (keepAll || this.random.next() < 0.5) applyTo(kept, change);
    for (const content of new Set([...this.entries.values(), ...kept.values()])) content.losePower(this.random);
    this.entries = kept;
    this.safeEntries = new Map(kept);
    this.pending = [];
  }

  /** One of the two, as chance has it. */
  crash(): void {
    if (this.random.next() < 0.5) this.kill();
    else this.cutPower();
  }

  names(): string[] {
    return [...this.entries.keys()].sort();
  }

  /** The bytes of a file as a process would read them. */
  contentOf(name: string): Uint8Array | undefined {
    return this.entries.get(name)?.bytes.slice();
  }

  /** The disk's own fault: a bit of a file changes, and no sync was missed. */
  flipBit(name: string, offset: number, bit: number): void {
    this.entries.get(name)?.flipBit(offset, bit);
  }

  /** Puts a file there as it would be after it was made safe: for tests that damage one. */
  place(name: string, bytes: Uint8Array): void {
    const content = new FileContent(bytes);
    this.entries.set(name, content);
    this.safeEntries.set(name, content);
  }

  private later<Value extends unknown[]>(
    holder: number,
    operation: DiskOperation,
    apply: () => Value,
    onDone: (...value: Value) => void,
  ): void {
    let value: Value | undefined;
    const applyOnce = () => {
      value ??= apply();
      return value;
    };
    this.inFlight.add(applyOnce);
    const most = this.faults.delayMs(operation);
    this.queue.after(between(this.random, most / 5, most), () => {
      if (holder !== this.holder) return;
      this.inFlight.delete(applyOnce);
      onDone(...applyOnce());
    });
  }

  private attempt<Value>(
    operation: DiskOperation,
    name: string,
    make: () => Value,
  ): [DiskFailure | undefined, Value | undefined] {
    const failure = this.failure(operation, name);
    if (failure !== undefined) return [failure, undefined];
    const made = make();
    return made instanceof Missing ? [{ code: "ENOENT", message: `${operation} ${name}: ENOENT` }, undefined] : [undefined, made];
  }

  private done(operation: DiskOperation, name: string, act: () => void): [] | [DiskFailure] {
    const failure = this.failure(operation, name);
    if (failure !== undefined) return [failure];
    act();
    return [];
  }

  private failure(operation: DiskOperation, name: string): DiskFailure | undefined {
    const code = this.faults.fail(operation, name);
    return code === undefined ? undefined : { code, message: `${operation} ${name}: ${code}` };
  }

  private open(holder: number, name: string, how: "existing" | "create"): DiskFile | Missing {
    if (how === "create") this.change({ name, content: new FileContent() });
    const content = this.entries.get(name);
    return content === undefined ? new Missing() : this.fileOf(holder, name, content);
  }

  private rename(from: string, to: string): void {
    const content = this.entries.get(from);
    if (content !== undefined) this.change({ name: to, content, from });
  }

  private change(change: DirectoryChange): void {
    applyTo(this.entries, change);
    this.pending.push(change);
  }

  private makeEntriesSafe(reason: SyncDirectoryReason): void {
    if (this.faults.skipSync.has(reason)) return;
    for (const change of this.pending.splice(0)) applyTo(this.safeEntries, change);
  }

  private fileOf(holder: number, name: string, content: FileContent): DiskFile {
    const perform = (operation: DiskOperation, act: () => void, onDone: OnDone) =>
      this.later(holder, operation, () => this.done(operation, name, act), onDone);
    const write = (offset: number, bytes: Uint8Array, onDone: OnDone) => {
      const change: FileChange = { kind: "write", offset, bytes: bytes.slice() };
      const apply = (): [] | [DiskFailure] => {
        const failure = this.failure("write", name);
        if (failure === undefined) {
          content.change(change);
          return [];
        }
        // A disk that fills up takes what fits.
        content.change({ ...change, bytes: change.bytes.slice(0, integerBelow(this.random, change.bytes.length)) });
        return [failure];
      };
      this.later(holder, "write", apply, onDone);
    };
    const sync = (reason: SyncReason, onDone: OnDone) => {
      const apply = (): [] | [DiskFailure] => {
        const failure = this.failure("sync", name);
        // The system marks the bytes as written although they are not, so that the next sync has nothing to do.
        if (failure !== undefined) content.forgetPending();
        else if (!this.faults.skipSync.has(reason)) content.makeSafe();
        return failure === undefined ? [] : [failure];
      };
      this.later(holder, "sync", apply, onDone);
    };
    const read = (offset: number, length: number, onValue: OnValue<Uint8Array>) =>
      this.later(
        holder,
        "read",
        () => this.attempt("read", name, () => content.bytes.slice(offset, offset + length)),
        onValue as (...value: unknown[]) => void,
      );
    return {
      get size() {
        return content.bytes.length;
      },
      read,
      write,
      sync,
      truncate: (length, onDone) => perform("truncate", () => content.change({ kind: "truncate", length }), onDone),
      close: (onDone) => perform("close", () => undefined, onDone),
    };
  }
}

class Missing {}

function applyTo(entries: Map<string, FileContent>, { name, content, from }: DirectoryChange): void {
  if (from !== undefined) entries.delete(from);
  if (content === undefined) entries.delete(name);
  else entries.set(name, content);
}
