/** As whom a container's programs run. There is no kernel that knows these numbers: they are what programs see and are held to. */
import type { ContainerSecurity } from "../../messages.js";

export interface ContainerUser {
  readonly uid: number;
  readonly gid: number;
  /** All groups, the primary one first. */
  readonly groups: readonly number[];
  readonly privileged: boolean;
  readonly noNewPrivs: boolean;
}

/** Users that images know by name, with their primary groups, which have the same names. */
const known: ReadonlyArray<readonly [name: string, uid: number, home: string, shell: string]> = [
  ["root", 0, "/root", "/bin/sh"],
  ["daemon", 1, "/usr/sbin", "/bin/false"],
  ["bin", 2, "/bin", "/bin/false"],
  ["www-data", 33, "/var/www", "/bin/false"],
  ["nobody", 65534, "/home", "/bin/false"],
];

export const passwdFile = known.map(([name, uid, home, shell]) => `${name}:x:${uid}:${uid}:${name}:${home}:${shell}\n`).join("");
export const groupFile = known.map(([name, gid]) => `${name}:x:${gid}:\n`).join("");

/** The name of a user or of the group of that number; undefined for a number alone. */
export const nameOf = (id: number): string | undefined => known.find(([, uid]) => uid === id)?.[0];

/** By number or name; undefined for a name that nobody has. */
export const userIdOf = (text: string): number | undefined =>
  /^\d+$/.test(text) ? Number(text) : known.find(([name]) => name === text)?.[1];

/** Who is not known to the image lives at its root. */
export const homeOf = (uid: number): string => known.find(([, each]) => each === uid)?.[2] ?? "/";

export function userOf(security: ContainerSecurity, imageUid: number): ContainerUser {
  const uid = security.runAsUser ?? imageUid;
  // The primary group of a user whom the image does not know is root's.
  const gid = security.runAsGroup ?? (nameOf(uid) === undefined ? 0 : uid);
  const { privileged, noNewPrivs, supplementalGroups } = security;
  return { uid, gid, groups: [...new Set([gid, ...supplementalGroups])], privileged, noNewPrivs };
}
