import * as fs from "node:fs";
import * as path from "node:path";
import type { Disk, DiskFailure, DiskFile, OnDone, OnValue, SyncDirectoryReason, SyncReason } from "./disk.js";

type SystemError = NodeJS.ErrnoException;

const failureOf = (what: string, error: SystemError): DiskFailure => ({
  code: error.code ?? "EIO",
  message: `${what}: ${error.code ?? error.message}`,
});

const told =
  (what: string, onDone: OnDone) =>
  (error: SystemError | null): void =>
    onDone(error === null ? undefined : failureOf(what, error));

/** Up to this a write is a copy into the system's cache, which takes less than a turn in a pool of threads would. */
const writtenAtOnceBytes = 64 * 1024;

/** While syncs take no longer than this, waking another thread for them and being woken by it would take as long again. */
const shortSyncMs = 1;

class RealFile implements DiskFile {
  private lastSyncMs = 0;

  constructor(
    private readonly descriptor: number,
    private readonly name: string,
    public size: number,
  ) {}

  read(offset: number, length: number, onValue: OnValue<Uint8Array>): void {
    const bytes = new Uint8Array(length);
    const readOn = (filled: number): void => {
      fs.read(this.descriptor, bytes, filled, length - filled, offset + filled, (error, count) => {
        if (error !== null) onValue(failureOf(`read ${this.name}`, error), undefined);
        else if (count === 0 || filled + count === length) onValue(undefined, bytes.subarray(0, filled + count));
        else readOn(filled + count);
      });
    };
    readOn(0);
  }

  write(offset: number, bytes: Uint8Array, onDone: OnDone): void {
    if (bytes.length <= writtenAtOnceBytes) this.writeAtOnce(offset, bytes, onDone);
    else this.writeInTurns(offset, bytes, onDone);
  }

  private writeAtOnce(offset: number, bytes: Uint8Array, onDone: OnDone): void {
    try {
      for (let written = 0; written < bytes.length; )
        written += fs.writeSync(this.descriptor, bytes, written, bytes.length - written, offset + written);
    } catch (error) {
      onDone(failureOf(`write ${this.name}`, error as SystemError));
      return;
    }
    this.size = Math.max(this.size, offset + bytes.length);
    onDone();
  }

  private writeInTurns(offset: number, bytes: Uint8Array, onDone: OnDone): void {
    const writeOn = (written: number): void => {
      fs.write(this.descriptor, bytes, written, bytes.length - written, offset + written, (error, count) => {
        if (error !== null) return onDone(failureOf(`write ${this.name}`, error));
        this.size = Math.max(this.size, offset + written + count);
        if (written + count === bytes.length) onDone();
        else writeOn(written + count);
      });
    };
    writeOn(0);
  }

  truncate(length: number, onDone: OnDone): void {
    fs.ftruncate(this.descriptor, length, (error) => {
      if (error !== null) return onDone(failureOf(`truncate ${this.name}`, error));
      this.size = length;
      onDone();
    });
  }

  sync(_reason: SyncReason, onDone: OnDone): void {
    const tell = told(`sync ${this.name}`, onDone);
    const timed = (begunMs: number, error: SystemError | null) => {
      this.lastSyncMs = performance.now() - begunMs;
      tell(error);
    };
    if (this.lastSyncMs > shortSyncMs) {
      const begunMs = performance.now();
      fs.fdatasync(this.descriptor, (error) => timed(begunMs, error));
    } else {
      // After this turn of the event loop: what else it brings waits for the next sync, all of it together.
      setImmediate(() => timed(performance.now(), this.syncAtOnce()));
    }
  }

  private syncAtOnce(): SystemError | null {
    try {
      fs.fdatasyncSync(this.descriptor);
      return null;
    } catch (error) {
      return error as SystemError;
    }
  }

  close(onDone: OnDone): void {
    fs.close(this.descriptor, (error) => told(`close ${this.name}`, onDone)(error ?? null));
  }
}

class RealDisk implements Disk {
  readonly keepsNothing = false;

  constructor(
    private readonly directory: string,
    private readonly directoryDescriptor: number,
  ) {}

  list(onValue: OnValue<readonly string[]>): void {
    fs.readdir(this.directory, (error, names) => {
      if (error !== null) onValue(failureOf(`list ${this.directory}`, error), undefined);
      else onValue(undefined, names);
    });
  }

  open(name: string, how: "existing" | "create", onValue: OnValue<DiskFile>): void {
    fs.open(this.pathOf(name), how === "create" ? "w+" : "r+", 0o600, (error, descriptor) => {
      if (error !== null) return onValue(failureOf(`open ${name}`, error), undefined);
      fs.fstat(descriptor, (statError, stat) => {
        if (statError !== null) onValue(failureOf(`stat ${name}`, statError), undefined);
        else onValue(undefined, new RealFile(descriptor, name, stat.size));
      });
    });
  }

  rename(from: string, to: string, onDone: OnDone): void {
    fs.rename(this.pathOf(from), this.pathOf(to), told(`rename ${from} to ${to}`, onDone));
  }

  remove(name: string, onDone: OnDone): void {
    fs.unlink(this.pathOf(name), told(`remove ${name}`, onDone));
  }

  syncDirectory(_reason: SyncDirectoryReason, onDone: OnDone): void {
    fs.fsync(this.directoryDescriptor, told(`sync ${this.directory}`, onDone));
  }

  private pathOf(name: string): string {
    return path.join(this.directory, name);
  }
}

/**
 * Opens a directory for etcd's data, and makes it, readable by its owner only, where it is missing. What it makes is on
 * disk when it answers, up to the first directory that was there already.
 */
export function openRealDisk(directory: string, onValue: OnValue<Disk>): void {
  fs.mkdir(directory, { recursive: true, mode: 0o700 }, (makeError, firstMade) => {
    if (makeError !== null) return onValue(failureOf(`make ${directory}`, makeError), undefined);
    syncParents(path.resolve(directory), firstMade, (failure) => {
      if (failure !== undefined) return onValue(failure, undefined);
      fs.open(directory, "r", (openError, descriptor) => {
        if (openError !== null) onValue(failureOf(`open ${directory}`, openError), undefined);
        else onValue(undefined, new RealDisk(directory, descriptor));
      });
    });
  });
}

/** Makes the entries of newly made directories safe, from `directory` up to the first that was made. */
function syncParents(directory: string, firstMade: string | undefined, onDone: OnDone): void {
  if (firstMade === undefined) return onDone();
  const parent = path.dirname(directory);
  fs.open(parent, "r", (openError, descriptor) => {
    if (openError !== null) return onDone(failureOf(`open ${parent}`, openError));
    fs.fsync(descriptor, (syncError) => {
      fs.close(descriptor, (closeError) => {
        const error = syncError ?? closeError;
        if (error !== null && error !== undefined) onDone(failureOf(`sync ${parent}`, error));
        else if (directory === path.resolve(firstMade)) onDone();
        else syncParents(parent, firstMade, onDone);
      });
    });
  });
}
