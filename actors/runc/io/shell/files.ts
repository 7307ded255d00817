/** Files of the container, as applets name them. */
import { openSync } from "node:fs";
import { posix } from "node:path";
import type { AppletContext } from "./state.js";

const words: Readonly<Record<string, string>> = {
  ENOENT: "No such file or directory",
  EACCES: "Permission denied",
  EPERM: "Operation not permitted",
  EROFS: "Read-only file system",
  EISDIR: "Is a directory",
  ENOTDIR: "Not a directory",
  EEXIST: "File exists",
  ENOTEMPTY: "Directory not empty",
  ECONNREFUSED: "Connection refused",
  ENOSPC: "No space left on device",
  EINVAL: "Invalid argument",
};

/** An error in the C library's words. */
export function describeError(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return words[code] ?? (code || (error as Error).message);
}

export const absolute = (context: AppletContext, path: string): string => posix.resolve(context.state.cwd, path);

export const hostPath = (context: AppletContext, path: string, writes = false): string =>
  context.host.toHost(absolute(context, path), writes);

/** Opens a file to read; the caller closes it. */
export const openToRead = (context: AppletContext, path: string): number => openSync(hostPath(context, path), "r");
