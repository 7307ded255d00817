/**
 * Gives the files of a volume to a pod's fsGroup, with the permissions that the group needs. Only root may give files away:
 * where the cluster runs as somebody else, the permissions alone are set.
 * Source: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/#set-the-security-context-for-a-pod
 */
import { chmodSync, lchownSync, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";

const forReading = 0o440;
const forWriting = 0o660;
const directoryBits = 0o2110;

const isRoot = process.getuid?.() === 0;

/** Its group stays as it is. */
export function giveToUser(file: string, user: number): void {
  if (isRoot) lchownSync(file, user, lstatSync(file).gid);
}

/** The path and all below it. Links stay as they are; what they point to is in the volume itself. */
export function giveToGroup(path: string, group: number, writes: boolean): void {
  const found = lstatSync(path);
  if (isRoot) lchownSync(path, found.uid, group);
  if (found.isSymbolicLink()) return;
  const bits = (writes ? forWriting : forReading) | (found.isDirectory() ? directoryBits : 0);
  if ((found.mode & bits) !== bits) chmodSync(path, (found.mode & 0o7777) | bits);
  if (!found.isDirectory()) return;
  for (const name of readdirSync(path)) giveToGroup(join(path, name), group, writes);
}
