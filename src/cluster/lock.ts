/** One process at a time may use a data directory: a file that names it by its id and by when it started. */
import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ClusterError } from "./options.js";

interface Holder {
  readonly pid: number;
  /** Tells a process from a later one with the same id; "" where the system does not say. */
  readonly startedAt: string;
}

/** Directories that clusters of this process hold. */
const held = new Set<string>();

/** Returns how to let go. Throws a ClusterError that names the process that holds the directory. */
export function lockDirectory(directory: string): () => void {
  const file = join(directory, "lock");
  if (held.has(file)) throw inUse(directory, process.pid);
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, JSON.stringify({ pid: process.pid, startedAt: startOf(process.pid) } satisfies Holder));
  try {
    // A link is made whole or not at all, so that nobody reads half a lock.
    for (let attempt = 0; !linked(mine, file); attempt++) {
      const holder = readHolder(file);
      if (holder !== undefined && (lives(holder) || attempt > 10)) throw inUse(directory, holder.pid);
      rmSync(file, { force: true });
    }
  } finally {
    rmSync(mine, { force: true });
  }
  held.add(file);
  return () => {
    held.delete(file);
    rmSync(file, { force: true });
  };
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Holder;
  } catch {
    // Gone meanwhile, or not a lock of ours.
    return undefined;
  }
}

/** This process holds nothing that it does not know of: a lock with its id is of an earlier one. */
function lives({ pid, startedAt }: Holder): boolean {
  if (pid === process.pid || !isProcess(pid)) return false;
  const now = startOf(pid);
  return now === "" || startedAt === "" || now === startedAt;
}

/** Whether a process with this id runs, whoever's it is. One that has ended and was not yet waited for runs no more. */
export function isProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
  return statOf(pid)?.[0] !== "Z";
}

/** The start time of a process in clock ticks since boot; "" where the system does not say. */
const startOf = (pid: number): string => statOf(pid)?.[19] ?? "";

/** The fields of /proc/<pid>/stat from the state on, where there is a /proc. */
function statOf(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

const inUse = (directory: string, pid: number): ClusterError =>
  new ClusterError(
    `the data directory ${directory} is in use by process ${pid}: stop that cluster (kill ${pid}), or choose another directory with --data-dir`,
  );
