/**
 * What a user other than root may do with files. Every file of a container is really the cluster's own, and the kernel refuses it
 * nothing: here it is held to owners and modes as a kernel would hold it. Where the cluster runs as root, files are given to who
 * makes them; where it does not, it cannot give files away, and all that is its own is shown as the container's user's.
 */
import fs from "node:fs";
import { dirname } from "node:path";
import type { ContainerUser } from "./user.js";

export type Need = "read" | "write" | "execute";

const bits: Readonly<Record<Need, number>> = { read: 4, write: 2, execute: 1 };

const errors = {
  EACCES: { errno: -13, text: "permission denied" },
  EPERM: { errno: -1, text: "operation not permitted" },
} as const;

/** Whom the cluster runs as: read before `process` becomes the container's. */
const hostUid = process.getuid?.();

export class FileAccess {
  private readonly lstat = fs.lstatSync;
  private readonly stat = fs.statSync;
  private readonly give = fs.lchownSync;

  /** `baseOf` tells what a path lies in: the container's root, or a mount. Above it nothing is asked. */
  constructor(
    private readonly user: ContainerUser,
    private readonly baseOf: (hostPath: string) => string,
  ) {}

  /** Of what is at a path, or of the directory that it would be made in. */
  check(path: string, need: Need, syscall: string): void {
    this.search(path, syscall);
    const found = this.stat(path, { throwIfNoEntry: false });
    if (found !== undefined && !this.allows(found, need)) this.refuse("EACCES", syscall, path);
    if (found === undefined && need === "write") this.checkParent(path, syscall);
  }

  /** An entry of a directory is made or taken away. In a sticky directory only by who owns one of both. */
  checkParent(path: string, syscall: string): void {
    this.search(path, syscall);
    const parent = this.stat(dirname(path), { throwIfNoEntry: false });
    if (parent === undefined) return;
    if (!this.allows(parent, "write")) this.refuse("EACCES", syscall, path);
    const found = (parent.mode & 0o1000) === 0 ? undefined : this.lstat(path, { throwIfNoEntry: false });
    if (found !== undefined && !this.owns(found) && !this.owns(parent)) this.refuse("EPERM", syscall, path);
  }

  checkOwner(path: string, syscall: string): void {
    this.search(path, syscall);
    const found = this.stat(path, { throwIfNoEntry: false });
    if (found !== undefined && !this.owns(found)) this.refuse("EPERM", syscall, path);
  }

  /** Only root gives files away; an owner may give one to a group of its own. */
  checkGift(path: string, uid: number, gid: number, syscall: string): void {
    this.checkOwner(path, syscall);
    const isOwn = uid === -1 || uid === this.user.uid;
    if (!isOwn || (gid !== -1 && !this.user.groups.includes(gid))) this.refuse("EPERM", syscall, path);
  }

  /** The way to a path leads through directories that may be searched. */
  search(path: string, syscall: string): void {
    const base = this.baseOf(path);
    for (let at = dirname(path); at.length >= base.length && at.startsWith(base); at = dirname(at)) {
      const found = this.stat(at, { throwIfNoEntry: false });
      if (found?.isDirectory() === true && !this.allows(found, "execute")) this.refuse("EACCES", syscall, path);
      if (at === base) return;
    }
  }

  /** What is to be made at a path, and the directories on the way to it that are not there: to be given to the user once they are. */
  missing(path: string): string[] {
    const missing: string[] = [];
    for (let at = path; this.lstat(at, { throwIfNoEntry: false }) === undefined && at !== dirname(at); at = dirname(at))
      missing.push(at);
    return missing;
  }

  /** In a directory that hands on its group, files have that group. */
  claim(paths: readonly string[]): void {
    if (hostUid !== 0) return;
    for (const path of paths.toReversed()) {
      const parent = this.stat(dirname(path), { throwIfNoEntry: false });
      if (this.lstat(path, { throwIfNoEntry: false }) === undefined || parent === undefined) continue;
      this.give(path, this.user.uid, (parent.mode & 0o2000) === 0 ? this.user.gid : parent.gid);
    }
  }

  /** Owners as the container sees them. */
  seen<Found extends fs.Stats | undefined>(found: Found): Found {
    if (found === undefined || hostUid === 0 || typeof found.uid !== "number") return found;
    if (found.uid === hostUid) Object.assign(found, { uid: this.user.uid, gid: this.user.gid });
    return found;
  }

  private owns(found: fs.Stats): boolean {
    return this.seen(found).uid === this.user.uid;
  }

  private allows(found: fs.Stats, need: Need): boolean {
    const { uid, gid, mode } = this.seen(found);
    const shift = uid === this.user.uid ? 6 : this.user.groups.includes(gid) ? 3 : 0;
    return ((mode >> shift) & bits[need]) !== 0;
  }

  private refuse(code: keyof typeof errors, syscall: string, path: string): never {
    const { errno, text } = errors[code];
    throw Object.assign(new Error(`${code}: ${text}, ${syscall} '${path}'`), { code, errno, syscall, path });
  }
}
