/** Paths of the node itself: checked against a hostPath type. Source: https://kubernetes.io/docs/concepts/storage/volumes/#hostpath */
import { chmodSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { unlessMissing } from "./unless-missing.js";

const hostPathKinds = new Map([
  ["Directory", "directory"],
  ["DirectoryOrCreate", "directory"],
  ["File", "file"],
  ["FileOrCreate", "file"],
  ["Socket", "socket file"],
  ["CharDevice", "character device"],
  ["BlockDevice", "block device"],
]);

/** Makes what is missing for the types that say so. Throws an error that says what else is there. */
export function checkHostPath(path: string, type: string): void {
  const found = unlessMissing(() => statSync(path));
  if (type === "") {
    // As a container runtime does with the source of a bind mount.
    if (found === undefined) mkdirSync(path, { recursive: true, mode: 0o755 });
    return;
  }
  const kind = hostPathKinds.get(type) ?? type;
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

/** Makes an empty directory that everybody may write in; one that is there stays as it is. */
export function makeOpenDirectory(path: string): void {
  if (mkdirSync(path, { recursive: true }) !== undefined) chmodSync(path, 0o777);
}
