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

/** Removes the directories of owners that are gone. Those of other users are left alone. */
function clearAbandoned(place: string): void {
  for (const name of readdirSync(place)) {
    if (!name.startsWith(prefix)) continue;
    const directory = join(place, name);
    const owner = join(directory, ownerFile);
    if (!isWritable(directory) || !existsSync(owner)) continue;
    if (!existsSync(readFileSync(owner, "utf8"))) rmSync(directory, { recursive: true, force: true });
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
