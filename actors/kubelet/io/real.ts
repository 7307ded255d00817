/** Volumes as directories of this machine, below `<root>/pods/<uid>/volumes/<plugin>/<volume>`. */
import { chmod, mkdir, readdir, readlink, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import type { NodeDescription } from "../configuration.js";
import type { Done, KubeletIo, VolumeDirectories, VolumeFile, VolumeName } from "./io.js";

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "ENOENT";

/** Runs one piece of work and tells how it ended, exactly once. */
function settle(work: Promise<unknown>, onDone: Done): void {
  work.then(
    () => onDone(),
    (error: unknown) => onDone(textOf(error)),
  );
}

async function linkTarget(path: string): Promise<string | undefined> {
  try {
    return await readlink(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Names directly in the volume that users see; the hidden ones are how it is made. */
const topNames = (files: readonly VolumeFile[]): Set<string> => new Set(files.map(({ path }) => path.split("/")[0]!));

async function replaceLink(target: string, path: string): Promise<void> {
  const temporary = `${path}_tmp`;
  await rm(temporary, { force: true });
  await symlink(target, temporary);
  await rename(temporary, path);
}

async function writeAtomically(directory: string, files: readonly VolumeFile[], moment: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  const before = await linkTarget(join(directory, "..data"));
  for (const { path, data, mode } of files) {
    const file = resolve(directory, moment, path);
    if (!file.startsWith(resolve(directory, moment) + sep)) throw new Error(`path "${path}" leaves the volume`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, data);
    await chmod(file, mode);
  }
  if (files.length === 0) await mkdir(join(directory, moment), { recursive: true });
  await replaceLink(moment, join(directory, "..data"));
  const wanted = topNames(files);
  for (const name of wanted) {
    if ((await linkTarget(join(directory, name))) === undefined) await symlink(join("..data", name), join(directory, name));
  }
  for (const name of await readdir(directory)) {
    const stale = name.startsWith("..") ? name !== "..data" && name !== moment : !wanted.has(name);
    if (stale) await rm(join(directory, name), { recursive: true, force: true });
  }
  if (before !== undefined && before !== moment) await rm(join(directory, before), { recursive: true, force: true });
}

async function checkHostPath(path: string, type: string): Promise<void> {
  if (type === "") return;
  const kinds = new Map([
    ["Directory", "directory"],
    ["DirectoryOrCreate", "directory"],
    ["File", "file"],
    ["FileOrCreate", "file"],
    ["Socket", "socket file"],
    ["CharDevice", "character device"],
    ["BlockDevice", "block device"],
  ]);
  const kind = kinds.get(type) ?? type;
  const found = await stat(path).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (found === undefined) {
    if (type === "DirectoryOrCreate") await mkdir(path, { recursive: true, mode: 0o755 });
    else if (type === "FileOrCreate") await writeFile(path, "", { mode: 0o644 });
    else throw new Error(`hostPath type check failed: ${path} is not a ${kind}`);
    return;
  }
  const holds = new Map([
    ["directory", found.isDirectory()],
    ["file", found.isFile()],
    ["socket file", found.isSocket()],
    ["character device", found.isCharacterDevice()],
    ["block device", found.isBlockDevice()],
  ]).get(kind);
  if (holds !== true) throw new Error(`hostPath type check failed: ${path} is not a ${kind}`);
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** The volumes below `root`, which is made when first needed. */
export function realVolumes(root: string): VolumeDirectories {
  const podDirectory = (podUid: string) => join(root, "pods", podUid);
  const path = ({ podUid, plugin, volume }: VolumeName) => join(podDirectory(podUid), "volumes", plugin, volume);
  let moments = 0;
  return {
    path,
    makeDirectory: (name, onDone) => settle(mkdir(path(name), { recursive: true }), onDone),
    writeFiles: (name, files, onDone) => {
      moments += 1;
      settle(writeAtomically(path(name), files, `..${process.pid}_${Date.now()}_${moments}`), onDone);
    },
    checkHostPath: (hostPath, type, onDone) => settle(checkHostPath(hostPath, type), onDone),
    removePod: (podUid, onDone) => settle(rm(podDirectory(podUid), { recursive: true, force: true }), onDone),
    listPods: (onListed) => {
      namesIn(join(root, "pods")).then(onListed, () => onListed([]));
    },
  };
}

/** `root` is this node's own directory: `<data dir>/nodes/<node>`. */
export const realKubeletIo = (node: NodeDescription, root: string): KubeletIo => ({ node, volumes: realVolumes(root) });
