/**
 * The directory that etcd keeps its data in, as callbacks. What was appended or written is safe only after `sync` of the
 * file, what was created, renamed or removed only after `syncDirectory`; until then a power cut may keep any part of it.
 */
export interface DiskFailure {
  /** As the operating system names it: `ENOSPC`, `EIO`, `EACCES`. */
  readonly code: string;
  /** What was tried, with the name of the file. */
  readonly message: string;
}

export type OnDone = (failure?: DiskFailure) => void;
export type OnValue<Value> = (...result: [failure: DiskFailure, value: undefined] | [failure: undefined, value: Value]) => void;

/** Why something is made safe; every one is needed, which a test proves by leaving each out. */
export type SyncReason =
  /** A frame of the log, before its writes are acknowledged. */
  | "frame"
  /** The end of the log as a start leaves it: its last frame may never have reached the disk, nor the cut of a torn tail. */
  | "recovered tail"
  /** A snapshot, before it gets its name. */
  | "snapshot";

export type SyncDirectoryReason =
  /** A new segment's entry, before frames go into it. */
  | "new segment"
  /** The entries found at a start, which may never have reached the disk. */
  | "recovered entries"
  /** A snapshot's name, before the log that it replaces is removed. */
  | "named snapshot";

export interface DiskFile {
  /** Bytes now in the file, whether or not they are safe. */
  readonly size: number;
  /** Gives fewer bytes than asked for only at the end of the file. */
  read(offset: number, length: number, onValue: OnValue<Uint8Array>): void;
  /** Writes at an offset. The bytes must not change before `onDone`. A failure may leave a part written. */
  write(offset: number, bytes: Uint8Array, onDone: OnDone): void;
  truncate(length: number, onDone: OnDone): void;
  sync(reason: SyncReason, onDone: OnDone): void;
  close(onDone: OnDone): void;
}

export interface Disk {
  /** True when nothing outlives the process: there is nothing to recover and no use in snapshots. */
  readonly keepsNothing: boolean;
  /** Names of the files, in no particular order. */
  list(onValue: OnValue<readonly string[]>): void;
  /** Opens for reading and writing; `create` makes an empty file, in place of one that may be there. */
  open(name: string, how: "existing" | "create", onValue: OnValue<DiskFile>): void;
  rename(from: string, to: string, onDone: OnDone): void;
  remove(name: string, onDone: OnDone): void;
  syncDirectory(reason: SyncDirectoryReason, onDone: OnDone): void;
}
