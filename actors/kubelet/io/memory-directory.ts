/**
 * A directory in memory for what a node's volumes show of Secrets, tokens and the like. Who owns it is written in it, so
 * that the directories of data directories that are no more can be cleared away.
 */
import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const prefix = "chartroom-";
const ownerFile = "owner";

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** What the file says; undefined when somebody else has just cleared it away. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Removes the directories of owners that are gone. Those of other users are left alone. */
function clearAbandoned(place: string): void {
  for (const name of readdirSync(place)) {
    const directory = join(place, name);
    if (!name.startsWith(prefix) || !isWritable(directory)) continue;
    const owner = readIfThere(join(directory, ownerFile));
    if (owner !== undefined && owner !== "" && !existsSync(owner)) rmSync(directory, { recursive: true, force: true });
  }
}

/** A directory in memory that belongs to `root`; `root` itself where the machine has no place for one. */
export function memoryDirectory(root: string, place = "/dev/shm"): string {
  if (!isWritable(place)) return root;
  clearAbandoned(place);
  const owner = resolve(root);
  mkdirSync(owner, { recursive: true });
  const directory = join(place, prefix + createHash("sha256").update(owner).digest("hex").slice(0, 16));
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(join(directory, ownerFile), owner);
  return directory;
}
