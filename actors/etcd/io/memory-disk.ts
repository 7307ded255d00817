import type { Disk, DiskFile, OnDone, OnValue } from "./disk.js";

const later = (onDone: OnDone): void => onDone();

/** Takes everything and keeps nothing: for clusters that need not outlive their process. Answers at once. */
class MemoryFile implements DiskFile {
  size = 0;

  read(_offset: number, _length: number, onValue: OnValue<Uint8Array>): void {
    onValue(undefined, new Uint8Array(0));
  }
  write(offset: number, bytes: Uint8Array, onDone: OnDone): void {
    this.size = Math.max(this.size, offset + bytes.length);
    onDone();
  }
  truncate(length: number, onDone: OnDone): void {
    this.size = length;
    onDone();
  }
  sync(_reason: string, onDone: OnDone): void {
    onDone();
  }
  close = later;
}

export const memoryDisk = (): Disk => ({
  keepsNothing: true,
  list: (onValue) => onValue(undefined, []),
  open: (_name, _how, onValue) => onValue(undefined, new MemoryFile()),
  rename: (_from, _to, onDone) => onDone(),
  remove: (_name, onDone) => onDone(),
  syncDirectory: (_reason, onDone) => onDone(),
});
