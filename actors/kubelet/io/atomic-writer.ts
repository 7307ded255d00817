/**
 * Files that change all at once: they are links through `..data`, which is a link to a directory of one moment. It is that
 * link which is replaced.
 */
import { chmodSync, mkdirSync, readdirSync, readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, normalize, sep } from "node:path";
import type { VolumeFile } from "./io.js";
import { giveToUser } from "./ownership.js";
import { unlessMissing } from "./unless-missing.js";

const umask = process.umask();

const linkTarget = (path: string): string | undefined => unlessMissing(() => readlinkSync(path));

/** Names directly in the volume that users see; the hidden ones are how it is made. */
const topNames = (files: readonly VolumeFile[]): Set<string> => new Set(files.map(({ path }) => path.split("/")[0]!));

function writeMoment(directory: string, files: readonly VolumeFile[]): void {
  mkdirSync(directory, { recursive: true });
  for (const { path, data, mode, user } of files) {
    if (normalize(path).startsWith(`..${sep}`)) throw new Error(`path "${path}" leaves the volume`);
    const file = join(directory, path);
    if (path.includes("/")) mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, data, { mode });
    if ((mode & umask) !== 0) chmodSync(file, mode);
    if (user !== undefined) giveToUser(file, user);
  }
}

/** Takes away what the moment before left. */
function clearBefore(directory: string, moment: string, wanted: ReadonlySet<string>): void {
  for (const name of readdirSync(directory)) {
    const stale = name.startsWith("..") ? name !== "..data" && name !== moment : !wanted.has(name);
    if (stale) rmSync(join(directory, name), { recursive: true, force: true });
  }
}

/** `ready` is called with the directory of the new moment before anybody can see it. */
export function writeAtomically(
  directory: string,
  files: readonly VolumeFile[],
  moment: string,
  ready: (directory: string) => void,
): void {
  writeMoment(join(directory, moment), files);
  ready(join(directory, moment));
  const data = join(directory, "..data");
  const isFirst = linkTarget(data) === undefined;
  if (isFirst) symlinkSync(moment, data);
  else {
    symlinkSync(moment, `${data}_tmp`);
    renameSync(`${data}_tmp`, data);
  }
  const wanted = topNames(files);
  for (const name of wanted) {
    const link = join(directory, name);
    if (isFirst || linkTarget(link) === undefined) symlinkSync(join("..data", name), link);
  }
  if (!isFirst) clearBefore(directory, moment, wanted);
}
