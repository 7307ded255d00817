/**
 * Where a container's paths are on the host: its mounts, else its own directory, else, for reading only, its image.
 * Nothing else of the host's file system can be named.
 */
import { existsSync } from "node:fs";
import { posix } from "node:path";

export interface MappedMount {
  /** A path that no program of the container would name by chance: a mapped path that comes again is known by it. */
  readonly hostPath: string;
  readonly containerPath: string;
  readonly readonly: boolean;
  /** What `hostPath` is a symbolic link to, where it is one. */
  readonly linksTo?: { readonly path: string; readonly isDirectory: boolean };
}

export interface PathMapOptions {
  /** Host directory that is the container's own `/`. */
  readonly root: string;
  /** Nothing may be written there, except what the kubelet puts into every container. */
  readonly readonlyRoot: boolean;
  readonly mounts: readonly MappedMount[];
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

/** File systems of their own in every container, and files that the kubelet manages. */
const writable = ["/dev", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf"];

const within = (path: string, directory: string): boolean =>
  path === directory || (path.startsWith(directory) && (directory.endsWith("/") || path[directory.length] === "/"));

/** The mount point itself is a directory even where it is made by a link to one. */
const inMount = ({ hostPath, linksTo }: MappedMount, rest: string): string =>
  hostPath + (rest === "" && linksTo?.isDirectory === true ? "/." : rest);

export class PathMap {
  private readonly root: string;
  private readonly readonlyRoot: boolean;
  private readonly mounts: PathMapOptions["mounts"];
  private readonly imageRoots: readonly string[];

  constructor(options: PathMapOptions) {
    this.root = options.root;
    this.readonlyRoot = options.readonlyRoot;
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
    if (within(clean, this.root)) return this.own(clean.slice(this.root.length) || "/", writes, syscall, path);
    for (const mount of this.mounts) {
      const mapped = within(clean, mount.containerPath)
        ? inMount(mount, clean.slice(mount.containerPath === "/" ? 0 : mount.containerPath.length))
        : within(clean, mount.hostPath)
          ? clean
          : undefined;
      if (mapped === undefined) continue;
      if (writes && mount.readonly) throw new ReadOnlyFileSystem(syscall, path);
      return mapped;
    }
    if (devices.has(clean)) return clean;
    if (this.imageRoots.some((directory) => within(clean, directory)) && !existsSync(this.root + clean)) {
      if (writes) throw new ReadOnlyFileSystem(syscall, path);
      return clean;
    }
    return this.own(clean, writes, syscall, path);
  }

  /** A path of the container's own file system. */
  private own(clean: string, writes: boolean, syscall: string, path: string): string {
    if (writes && this.readonlyRoot && !writable.some((each) => within(clean, each))) throw new ReadOnlyFileSystem(syscall, path);
    return this.root + (clean === "/" ? "" : clean);
  }

  /** What a host path lies in: a mount, or the container's own file system. */
  baseOf(hostPath: string): string {
    return this.mounts.find((mount) => within(hostPath, mount.hostPath))?.hostPath ?? this.root;
  }

  /** The container's name for a host path, where it has one. */
  toContainer(hostPath: string): string {
    if (within(hostPath, this.root)) return hostPath.slice(this.root.length) || "/";
    for (const { hostPath: own, linksTo, containerPath } of this.mounts) {
      const from = linksTo !== undefined && within(hostPath, linksTo.path) ? linksTo.path : own;
      if (within(hostPath, from)) return containerPath + hostPath.slice(from.length).replace(/^\/\.$/, "");
    }
    return hostPath;
  }
}
