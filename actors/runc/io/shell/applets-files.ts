/** Applets about files: ls, mkdir, touch, rm, rmdir, cp, mv, ln, readlink. */
import {
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { posix } from "node:path";
import { nameOf } from "../container/user.js";
import { formatDate } from "./date.js";
import { absolute, describeError, hostPath } from "./files.js";
import { showMode } from "./modes.js";
import { parseOptions } from "./options.js";
import type { Applet, AppletContext } from "./state.js";

/** Does something with each path; what fails is told with the applet's words, and the others are still done. */
async function each(
  context: AppletContext,
  paths: readonly string[],
  words: string,
  act: (path: string) => void,
): Promise<number> {
  let status = 0;
  for (const path of paths) {
    try {
      act(path);
    } catch (error) {
      await context.complain(`${words.replace("%", path)}: ${describeError(error)}`);
      status = 1;
    }
  }
  return status;
}

async function ls(context: AppletContext): Promise<number> {
  const { flags, rest } = parseOptions(context.args, "1alAhRdtrFSn");
  let status = 0;
  const paths = rest.length === 0 ? ["."] : rest;
  const line = (host: string, name: string): string => {
    if (!flags.has("l")) return name;
    const found = lstatSync(host);
    const owners = [found.uid, found.gid]
      .map((id) => (flags.has("n") ? String(id) : (nameOf(id) ?? String(id))).padEnd(8))
      .join(" ");
    const target = found.isSymbolicLink() ? ` -> ${context.host.toContainer(readlinkSync(host))}` : "";
    const links = String(found.nlink).padStart(5);
    return `${showMode(found.mode)} ${links} ${owners} ${String(found.size).padStart(9)} ${formatDate(found.mtimeMs, "%b %e %H:%M")} ${name}${target}`;
  };
  for (const path of paths) {
    try {
      const host = hostPath(context, path);
      if (!statSync(host).isDirectory() || flags.has("d")) {
        await context.print(`${line(host, path)}\n`);
        continue;
      }
      const names = readdirSync(host).filter((name) => flags.has("a") || flags.has("A") || !name.startsWith("."));
      const all = flags.has("a") ? [".", "..", ...names.sort()] : names.sort();
      const lines = all.map((name) => line(hostPath(context, posix.join(absolute(context, path), name)), name));
      if (paths.length > 1) await context.print(`${path}:\n`);
      if (lines.length > 0) await context.print(`${lines.join("\n")}\n`);
    } catch (error) {
      await context.complain(`${path}: ${describeError(error)}`);
      status = 1;
    }
  }
  return status;
}

async function mkdir(context: AppletContext): Promise<number> {
  const { flags, rest } = parseOptions(context.args, "p", "m");
  return each(context, rest, "can't create directory '%'", (path) => {
    mkdirSync(hostPath(context, path, true), { recursive: flags.has("p") });
  });
}

async function touch(context: AppletContext): Promise<number> {
  const { rest } = parseOptions(context.args, "cam", "dt");
  return each(context, rest, "%", (path) => {
    const host = hostPath(context, path, true);
    writeFileSync(host, "", { flag: "a" });
    const seconds = context.host.nowMs() / 1000;
    utimesSync(host, seconds, seconds);
  });
}

async function rm(context: AppletContext): Promise<number> {
  const { flags, rest } = parseOptions(context.args, "rRfi");
  const recursive = flags.has("r") || flags.has("R");
  return each(context, rest, "can't remove '%'", (path) => {
    const host = hostPath(context, path, true);
    if (!recursive && lstatSync(host, { throwIfNoEntry: false })?.isDirectory())
      throw Object.assign(new Error(), { code: "EISDIR" });
    rmSync(host, { recursive, force: flags.has("f") });
  });
}

/** Where a file goes: into the last argument when that is a directory. */
function destination(context: AppletContext, from: string, to: string): string {
  const found = statSync(hostPath(context, to), { throwIfNoEntry: false });
  const path = found?.isDirectory() ? posix.join(absolute(context, to), posix.basename(from)) : to;
  return hostPath(context, path, true);
}

const transfer =
  (words: string, act: (context: AppletContext, from: string, to: string) => void): Applet =>
  async (context) => {
    const { rest } = parseOptions(context.args, "rRafpT");
    const to = rest.at(-1);
    if (to === undefined || rest.length < 2) {
      await context.complain("missing file operand");
      return 1;
    }
    return each(context, rest.slice(0, -1), words, (from) => act(context, from, to));
  };

async function ln(context: AppletContext): Promise<number> {
  const { flags, rest } = parseOptions(context.args, "sfn");
  const [target = "", link = posix.basename(target)] = rest;
  return each(context, [link], "%", (path) => {
    const host = hostPath(context, path, true);
    if (flags.has("f")) rmSync(host, { force: true });
    symlinkSync(target.startsWith("/") ? context.host.toHost(target, false) : target, host);
  });
}

async function readlink(context: AppletContext): Promise<number> {
  const { flags, rest } = parseOptions(context.args, "fe");
  for (const path of rest) {
    const target = lstatSync(hostPath(context, path)).isSymbolicLink()
      ? context.host.toContainer(readlinkSync(hostPath(context, path)))
      : undefined;
    if (target === undefined && !flags.has("f")) return 1;
    await context.print(`${target ?? absolute(context, path)}\n`);
  }
  return 0;
}

export const fileApplets: ReadonlyArray<readonly [string, Applet]> = [
  ["ls", ls],
  ["mkdir", mkdir],
  ["touch", touch],
  ["rm", rm],
  ["rmdir", async (context) => each(context, context.args, "'%'", (path) => rmdirSync(hostPath(context, path, true)))],
  [
    "cp",
    transfer("can't copy '%'", (context, from, to) =>
      cpSync(hostPath(context, from), destination(context, from, to), { recursive: true }),
    ),
  ],
  [
    "mv",
    transfer("can't rename '%'", (context, from, to) =>
      renameSync(hostPath(context, from, true), destination(context, from, to)),
    ),
  ],
  ["ln", ln],
  ["readlink", readlink],
];
