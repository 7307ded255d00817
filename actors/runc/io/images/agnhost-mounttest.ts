/** `agnhost mounttest`: what it sees of a volume, and what it may write there, in lines that tests read. */
import { chmodSync, readFileSync, statfsSync, statSync, writeFileSync } from "node:fs";
import { flagOf } from "./flags.js";

const newFileText = "mount-tester new file\n";

/** Linux' number of tmpfs (sys/statfs.h); other file systems are told by their number. */
const tmpfsType = 0x01021994;

const kinds: ReadonlyArray<readonly [number, string]> = [
  [0o040000, "d"],
  [0o120000, "L"],
  [0o020000, "Dc"],
  [0o060000, "D"],
  [0o010000, "p"],
  [0o140000, "S"],
];
const specials: ReadonlyArray<readonly [number, string]> = [
  [0o4000, "u"],
  [0o2000, "g"],
  [0o1000, "t"],
];

/** A mode as Go's `os.FileMode` shows it: `drwxr-xr-x`, `dgtrwxrwxrwx`, `-rw-r--r--`. */
export function goFileMode(mode: number): string {
  const kind = kinds.find(([bits]) => (mode & 0o170000) === bits)?.[1] ?? "";
  const special = specials.flatMap(([bit, letter]) => ((mode & bit) === 0 ? [] : [letter])).join("");
  return `${kind + special || "-"}${permissions(mode)}`;
}

const permissions = (mode: number): string =>
  [..."rwxrwxrwx"].map((letter, index) => ((mode & (0o400 >> index)) === 0 ? "-" : letter)).join("");

const quoted = (path: string): string => JSON.stringify(path);

const words: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  EROFS: "read-only file system",
  EISDIR: "is a directory",
  ENOTDIR: "not a directory",
};

const reasonOf = (error: unknown): string => {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return words[code] ?? message;
};

type Tell = (path: string) => void;

function tellFileSystem(path: string): void {
  const { type } = statfsSync(path);
  console.log(`mount type of ${quoted(path)}: ${type === tmpfsType ? "tmpfs" : type}`);
}

const makeFile =
  (mode: number): Tell =>
  (path) => {
    const isNew = statSync(path, { throwIfNoEntry: false }) === undefined;
    writeFileSync(path, newFileText, { mode });
    // A thread has no mask of its own to clear.
    if (isNew) chmodSync(path, mode);
  };

const tellContent: Tell = (path) => console.log(`content of file ${quoted(path)}: ${readFileSync(path, "utf8")}`);

function tellOwner(path: string): void {
  const { uid, gid } = statSync(path);
  console.log(`owner UID of ${quoted(path)}: ${uid}`);
  console.log(`owner GID of ${quoted(path)}: ${gid}`);
}

/** By flag: what to do with the path, and what is said when it fails. A new file is read again. */
const tasks: ReadonlyArray<readonly [flag: string, ...ReadonlyArray<readonly [failing: string, act: Tell]>]> = [
  ["fs_type", ["error from statfs", tellFileSystem]],
  ...[0o644, 0o666, 0o660, 0o777].map((mode): (typeof tasks)[number] => [
    `new_file_0${mode.toString(8)}`,
    ["error writing new file", makeFile(mode)],
    ["error reading file content for", tellContent],
  ]),
  ["file_mode", ["error from Stat", (path) => console.log(`mode of file ${quoted(path)}: ${goFileMode(statSync(path).mode)}`)]],
  [
    "file_perm",
    ["error from Stat", (path) => console.log(`perms of file ${quoted(path)}: -${permissions(statSync(path).mode)}`)],
  ],
  ["file_owner", ["error from stat", tellOwner]],
  ["file_content", ["error reading file content for", tellContent]],
];

/** Everything that is asked is tried, in this order; the exit code is 1 when something failed. */
export async function mounttest(args: readonly string[]): Promise<number> {
  let failed = false;
  for (const [flag, ...steps] of tasks) {
    const path = flagOf(args, flag) ?? "";
    if (path === "") continue;
    for (const [failing, act] of steps) {
      try {
        act(path);
      } catch (error) {
        failed = true;
        console.log(`${failing} ${quoted(path)}: ${reasonOf(error)}`);
        break;
      }
    }
  }
  const watched = flagOf(args, "file_content_in_loop") ?? "";
  if (watched !== "" && !(await tellInLoop(watched, args))) failed = true;
  return failed ? 1 : 0;
}

const loopEveryMs = 2_000;

/** Reads a file again and again, for `--retry_time` seconds or until it is as mounttest itself writes files. */
async function tellInLoop(path: string, args: readonly string[]): Promise<boolean> {
  const untilMs = Date.now() + Number(flagOf(args, "retry_time") ?? 180) * 1000;
  const stopsWhenExpected = flagOf(args, "break_on_expected_content") !== "false";
  let wasRead = true;
  while (Date.now() < untilMs) {
    try {
      const content = readFileSync(path, "utf8");
      wasRead = true;
      console.log(`content of file ${quoted(path)}: ${content}`);
      if (stopsWhenExpected && content === newFileText) return true;
      if (stopsWhenExpected) process.stdout.write(`Unexpected content. Expected: ${newFileText}. Retrying`);
    } catch (error) {
      wasRead = false;
      console.log(`Error reading file ${path}: ${reasonOf(error)}, retrying`);
    }
    await new Promise((resolve) => setTimeout(resolve, loopEveryMs));
  }
  return wasRead;
}
