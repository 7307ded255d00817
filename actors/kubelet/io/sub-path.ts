/**
 * A path inside a volume, as one container gets it: what was there when the container started, also when the volume changes
 * later. A file is held by a link of its own, as a bind mount holds it.
 * Source: https://kubernetes.io/docs/concepts/storage/volumes/#using-subpath
 */
import { chmodSync, linkSync, mkdirSync, realpathSync, rmSync, statSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { unlessMissing } from "./unless-missing.js";

/** The part of the path that is there, with all links followed. */
function realStart(path: string): string {
  return unlessMissing(() => realpathSync(path)) ?? realStart(dirname(path));
}

/**
 * Gives the path for the container to use; a directory that is missing is made, with the volume's own permissions. `held` is
 * where the link to a file goes. Throws when the path would lead out of the volume.
 */
export function subPathOf(volume: string, subPath: string, held: string): string {
  const root = realpathSync(volume);
  const wanted = join(root, subPath);
  const start = realStart(wanted);
  if (start !== root && !start.startsWith(root + sep)) throw new Error(`subpath "${subPath}" not within volume path "${volume}"`);
  if (unlessMissing(() => statSync(wanted)) === undefined) {
    mkdirSync(wanted, { recursive: true });
    chmodSync(wanted, statSync(root).mode & 0o7777);
  }
  const real = realpathSync(wanted);
  if (!statSync(real).isFile()) return real;
  mkdirSync(dirname(held), { recursive: true });
  rmSync(held, { force: true });
  try {
    linkSync(real, held);
    return held;
  } catch (error) {
    // A file of another disk, or of another owner: it cannot be held, only named.
    const { code = "" } = error as NodeJS.ErrnoException;
    if (["EXDEV", "EPERM", "EACCES"].includes(code)) return real;
    throw error;
  }
}
