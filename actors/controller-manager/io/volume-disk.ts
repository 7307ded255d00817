/** Directories of volumes on this machine. Everybody may write in them, whatever user a container runs as. */
import { chmod, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { DirectoryWork, VolumeDisk } from "./io.js";

const doing: Readonly<Record<DirectoryWork["what"], (path: string) => Promise<unknown>>> = {
  make: async (path) => {
    await mkdir(path, { recursive: true });
    await chmod(path, 0o777);
  },
  empty: async (path) => {
    const names = await readdir(path);
    await Promise.all(names.map((name) => rm(join(path, name), { recursive: true, force: true })));
  },
  remove: (path) => rm(path, { recursive: true, force: true }),
};

export const realVolumeDisk = (directory: string): VolumeDisk => ({
  directory,
  work: ({ what, path }, onEnd) => {
    doing[what](path).then(
      () => onEnd({}),
      (error: Error) => onEnd({ error: error.message }),
    );
  },
});
