/**
 * A disk for a cluster that is gone when it ends: what etcd has written survives its thread, which may crash and be
 * restarted, but no time is spent on making it survive the machine.
 */
import type { Disk, DiskFile } from "./disk.js";

export const volatileDisk = (disk: Disk): Disk => ({
  keepsNothing: false,
  list: (onValue) => disk.list(onValue),
  open: (name, how, onValue) =>
    disk.open(name, how, (...result) => {
      if (result[0] === undefined) onValue(undefined, volatileFile(result[1]));
      else onValue(result[0], undefined);
    }),
  rename: (from, to, onDone) => disk.rename(from, to, onDone),
  remove: (name, onDone) => disk.remove(name, onDone),
  syncDirectory: (_reason, onDone) => setImmediate(onDone),
});

const volatileFile = (file: DiskFile): DiskFile => ({
  get size() {
    return file.size;
  },
  read: (offset, length, onValue) => file.read(offset, length, onValue),
  write: (offset, bytes, onDone) => file.write(offset, bytes, onDone),
  truncate: (length, onDone) => file.truncate(length, onDone),
  sync: (_reason, onDone) => setImmediate(onDone),
  close: (onDone) => file.close(onDone),
});
