/** Applets about what a file is and who may do what with it: chmod, chown, chgrp, stat. */
import { chmodSync, chownSync, lstatSync, readdirSync, type Stats, statSync } from "node:fs";
import { posix } from "node:path";
import { nameOf, userIdOf } from "../container/user.js";
import { formatDate } from "./date.js";
import { absolute, describeError, hostPath } from "./files.js";
import { changeMode, showMode } from "./modes.js";
import { parseOptions } from "./options.js";
import type { Applet, AppletContext } from "./state.js";

/** Calls `act` for each path, and with -R for all that is below it. */
async function throughout(
  context: AppletContext,
  paths: readonly string[],
  recursive: boolean,
  act: (path: string) => void,
): Promise<number> {
  let status = 0;
  const visit = async (path: string): Promise<void> => {
    try {
      act(path);
      if (!recursive || !lstatSync(hostPath(context, path)).isDirectory()) return;
      for (const name of readdirSync(hostPath(context, path))) await visit(posix.join(absolute(context, path), name));
    } catch (error) {
      await context.complain(`${path}: ${describeError(error)}`);
      status = 1;
    }
  };
  for (const path of paths) await visit(path);
  return status;
}

async function chmod(context: AppletContext): Promise<number> {
  // A mode may begin with a dash: -w, -rwx.
  const at = context.args.findIndex((arg) => !/^-[Rcvf]+$/.test(arg));
  const flags = context.args.slice(0, Math.max(0, at)).join("");
  const [mode, ...paths] = at < 0 ? [] : context.args.slice(at);
  if (mode === undefined || paths.length === 0) {
    await context.complain("usage: chmod [-R] MODE FILE...");
    return 1;
  }
  if (changeMode(mode, 0, false) === undefined) {
    await context.complain(`invalid mode '${mode}'`);
    return 1;
  }
  return throughout(context, paths, flags.includes("R"), (path) => {
    const found = statSync(hostPath(context, path));
    chmodSync(hostPath(context, path, true), changeMode(mode, found.mode, found.isDirectory()) ?? found.mode);
  });
}

async function changeOwner(context: AppletContext): Promise<number> {
  const { flags, rest } = parseOptions(context.args, "Rcvfh");
  const [whom = "", ...paths] = rest;
  const [user, group] = context.name === "chgrp" ? ["", whom] : whom.split(/[:.]/);
  const uid = user === "" ? -1 : userIdOf(user ?? "");
  const gid = group === undefined || group === "" ? -1 : userIdOf(group);
  if (uid === undefined || gid === undefined) {
    await context.complain(`unknown ${uid === undefined ? "user" : "group"} ${uid === undefined ? user : group}`);
    return 1;
  }
  return throughout(context, paths, flags.has("R"), (path) => {
    const host = hostPath(context, path, true);
    const found = statSync(host);
    chownSync(host, uid < 0 ? found.uid : uid, gid < 0 ? found.gid : gid);
  });
}

const kindOf = (found: Stats): string =>
  found.isDirectory()
    ? "directory"
    : found.isSymbolicLink()
      ? "symbolic link"
      : found.isFile()
        ? found.size === 0
          ? "regular empty file"
          : "regular file"
        : "special file";

type StatFormat = (found: Stats, path: string) => string | number;

const statFormats: ReadonlyMap<string, StatFormat> = new Map<string, StatFormat>([
  ["a", (found) => (found.mode & 0o7777).toString(8)],
  ["A", (found) => showMode(found.mode)],
  ["f", (found) => found.mode.toString(16)],
  ["F", kindOf],
  ["g", (found) => found.gid],
  ["G", (found) => nameOf(found.gid) ?? "UNKNOWN"],
  ["h", (found) => found.nlink],
  ["i", (found) => found.ino],
  ["n", (_found, path) => path],
  ["s", (found) => found.size],
  ["u", (found) => found.uid],
  ["U", (found) => nameOf(found.uid) ?? "UNKNOWN"],
  ["X", (found) => Math.floor(found.atimeMs / 1000)],
  ["Y", (found) => Math.floor(found.mtimeMs / 1000)],
  ["Z", (found) => Math.floor(found.ctimeMs / 1000)],
  ["y", (found) => formatDate(found.mtimeMs, "%Y-%m-%d %H:%M:%S")],
]);

const usual = "  File: %n\n  Size: %s\t%F\nInode: %i  Links: %h\nAccess: (0%a/%A)  Uid: (%u/%U)   Gid: (%g/%G)\nModify: %y";

async function stat(context: AppletContext): Promise<number> {
  const { flags, values, rest } = parseOptions(context.args, "Lt", "c", { format: "c" });
  let status = 0;
  for (const path of rest) {
    try {
      const found = flags.has("L") ? statSync(hostPath(context, path)) : lstatSync(hostPath(context, path));
      const text = (values.get("c") ?? usual).replace(/%([a-zA-Z%])/g, (whole, letter: string) =>
        letter === "%" ? "%" : String(statFormats.get(letter)?.(found, path) ?? whole),
      );
      await context.print(`${text}\n`);
    } catch (error) {
      await context.complain(`can't stat '${path}': ${describeError(error)}`);
      status = 1;
    }
  }
  return status;
}

export const modeApplets: ReadonlyArray<readonly [string, Applet]> = [
  ["chmod", chmod],
  ["chown", changeOwner],
  ["chgrp", changeOwner],
  ["stat", stat],
];
