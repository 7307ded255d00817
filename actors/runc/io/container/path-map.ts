/**
 * Where a container's paths are on the host: its mounts, else its own directory, else, for reading only, its image.
 * Nothing else of the host's file system can be named.
 */
import { existsSync } from "node:fs";
import { posix } from "node:path";

export interface PathMapOptions {
  /** Host directory that is the container's own `/`. */
  readonly root: string;
  readonly mounts: ReadonlyArray<{ readonly hostPath: string; readonly containerPath: string; readonly readonly: boolean }>;
  /** Host directories that are part of the image: seen under their own names, read-only. */
  readonly imageRoots: readonly string[];
}

export class ReadOnlyFileSystem extends Error {
  readonly code = "EROFS";
  readonly errno = -30;
  constructor(
    readonly syscall: string,
    readonly path: string,
  ) {
    super(`EROFS: read-only file system, ${syscall} '${path}'`);
  }
}

const devices: ReadonlySet<string> = new Set(["/dev/null", "/dev/zero", "/dev/random", "/dev/urandom", "/dev/full"]);

const within = (path: string, directory: string): boolean =>
  path === directory || (path.startsWith(directory) && (directory.endsWith("/") || path[directory.length] === "/"));

export class PathMap {
  private readonly root: string;
  private readonly mounts: PathMapOptions["mounts"];
  private readonly imageRoots: readonly string[];

  constructor(options: PathMapOptions) {
    this.root = options.root;
    // The longest path wins: a mount may lie inside another.
    this.mounts = options.mounts
      .map((mount) => ({ ...mount, containerPath: posix.resolve("/", mount.containerPath) }))
      .sort((one, other) => other.containerPath.length - one.containerPath.length);
    this.imageRoots = options.imageRoots;
  }

  /** Of an absolute path. Throws ReadOnlyFileSystem when `writes` and it may not be written. */
  toHost(path: string, writes: boolean, syscall: string): string {
    const clean = posix.normalize(path);
    // A path that was mapped before, by one function of fs that calls another.
    if (within(clean, this.root)) return clean;
    for (const mount of this.mounts) {
      const mapped = within(clean, mount.containerPath)
        ? mount.hostPath + clean.slice(mount.containerPath === "/" ? 0 : mount.containerPath.length)
        : within(clean, mount.hostPath)
          ? clean
          : undefined;
      if (mapped === undefined) continue;
      if (writes && mount.readonly) throw new ReadOnlyFileSystem(syscall, path);
      return mapped;
    }
    if (devices.has(clean)) return clean;
    const own = this.root + (clean === "/" ? "" : clean);
    if (this.imageRoots.some((directory) => within(clean, directory)) && !existsSync(own)) {
      if (writes) throw new ReadOnlyFileSystem(syscall, path);
      return clean;
    }
    return own;
  }

  /** The container's name for a host path, where it has one. */
  toContainer(hostPath: string): string {
    if (within(hostPath, this.root)) return hostPath.slice(this.root.length) || "/";
    for (const mount of this.mounts) {
      if (within(hostPath, mount.hostPath)) return mount.containerPath + hostPath.slice(mount.hostPath.length);
    }
    return hostPath;
  }
}
