/**
 * Volumes as directories of this machine, below `<root>/pods/<uid>/volumes/<plugin>/<volume>`. They are small and their
 * disk is local, so they are written there and then: through the thread pool the same costs many times as much.
 */
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, normalize, sep } from "node:path";
import type { NodeDescription } from "../configuration.js";
import { parseResolvConf } from "../pod/dns.js";
import type { Done, KubeletIo, VolumeDirectories, VolumeFile, VolumeName } from "./io.js";
import { memoryDirectory } from "./memory-directory.js";

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "ENOENT";

/** What the work returns, or undefined where there is no such file. */
function unlessMissing<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Does one piece of work and tells, later, how it ended. */
function settle(work: () => void, onDone: Done): void {
  let failure: string | undefined;
  try {
    work();
  } catch (error) {
    failure = textOf(error);
  }
  setImmediate(() => onDone(failure));
}

const linkTarget = (path: string): string | undefined => unlessMissing(() => readlinkSync(path));

/** Names directly in the volume that users see; the hidden ones are how it is made. */
const topNames = (files: readonly VolumeFile[]): Set<string> => new Set(files.map(({ path }) => path.split("/")[0]!));

const umask = process.umask();

function writeMoment(directory: string, files: readonly VolumeFile[]): void {
  mkdirSync(directory, { recursive: true });
  for (const { path, data, mode } of files) {
    if (normalize(path).startsWith(`..${sep}`)) throw new Error(`path "${path}" leaves the volume`);
    const file = join(directory, path);
    if (path.includes("/")) mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, data, { mode });
    if ((mode & umask) !== 0) chmodSync(file, mode);
  }
}

/** Takes away what the moment before left. */
function clearBefore(directory: string, moment: string, wanted: ReadonlySet<string>): void {
  for (const name of readdirSync(directory)) {
    const stale = name.startsWith("..") ? name !== "..data" && name !== moment : !wanted.has(name);
    if (stale) rmSync(join(directory, name), { recursive: true, force: true });
  }
}

function writeAtomically(directory: string, files: readonly VolumeFile[], moment: string): void {
  writeMoment(join(directory, moment), files);
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

const hostPathKinds = new Map([
  ["Directory", "directory"],
  ["DirectoryOrCreate", "directory"],
  ["File", "file"],
  ["FileOrCreate", "file"],
  ["Socket", "socket file"],
  ["CharDevice", "character device"],
  ["BlockDevice", "block device"],
]);

function checkHostPath(path: string, type: string): void {
  if (type === "") return;
  const kind = hostPathKinds.get(type) ?? type;
  const found = unlessMissing(() => statSync(path));
  if (found === undefined) {
    if (type === "DirectoryOrCreate") mkdirSync(path, { recursive: true, mode: 0o755 });
    else if (type === "FileOrCreate") writeFileSync(path, "", { mode: 0o644 });
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

/** Volumes whose files are made from objects: as on other nodes they are kept in memory, where there is such a place. */
const memoryPlugins = new Set(["configmap", "secret", "projected", "downward-api"].map((kind) => `kubernetes.io~${kind}`));

/** The volumes below `root`, which is made when first needed; `memoryRoot` is for those that belong into memory. */
export function realVolumes(root: string, memoryRoot = root): VolumeDirectories {
  const roots = [...new Set([root, memoryRoot])];
  const path = ({ podUid, plugin, volume }: VolumeName) =>
    join(memoryPlugins.has(plugin) ? memoryRoot : root, "pods", podUid, "volumes", plugin, volume);
  const remove = (podUid: string) => {
    for (const each of roots) rmSync(join(each, "pods", podUid), { recursive: true, force: true });
  };
  let moments = 0;
  return {
    path,
    // Whoever the pod's containers run as may write there.
    makeDirectory: (name, onDone) =>
      settle(() => {
        if (mkdirSync(path(name), { recursive: true }) !== undefined) chmodSync(path(name), 0o777);
      }, onDone),
    writeFiles: (name, files, onDone) => {
      moments += 1;
      const moment = `..${process.pid}_${Date.now()}_${moments}`;
      settle(() => writeAtomically(path(name), files, moment), onDone);
    },
    checkHostPath: (hostPath, type, onDone) => settle(() => checkHostPath(hostPath, type), onDone),
    removePod: (podUid, onDone) => settle(() => remove(podUid), onDone),
    listPods: (onListed) => {
      const names = roots.flatMap((each) => unlessMissing(() => readdirSync(join(each, "pods"))) ?? []);
      setImmediate(() => onListed([...new Set(names)]));
    },
  };
}

/** `root` is this node's own directory: `<data dir>/nodes/<node>`. */
export const realKubeletIo = (node: NodeDescription, root: string): KubeletIo => ({
  node,
  nodeDns: parseResolvConf(unlessMissing(() => readFileSync("/etc/resolv.conf", "utf8")) ?? ""),
  volumes: realVolumes(root, memoryDirectory(root)),
});
