/** The applet tar, which `kubectl cp` runs at both ends of a copy. */
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { posix } from "node:path";
import { absolute, describeError, hostPath } from "./files.js";
import { parseOptions } from "./options.js";
import type { Applet, AppletContext } from "./state.js";
import { readAll } from "./streams.js";
import { readTar, type TarEntry, tarEnd, tarEntry } from "./tar.js";

const longOptions = { "no-same-permissions": "o", "no-same-owner": "o", directory: "C", file: "f" };

async function tar(context: AppletContext): Promise<number> {
  const [first = "", ...others] = context.args;
  // Its first word may come without a dash.
  const args = first === "" || first.startsWith("-") ? context.args : [`-${first}`, ...others];
  const { flags, values, rest, unknown } = parseOptions(args, "cxtvmpohk", "fC", longOptions);
  const modes = ["c", "x", "t"].filter((mode) => flags.has(mode));
  if (modes.length !== 1 || unknown !== undefined) {
    await context.complain(unknown === undefined ? "must specify one of -c, -x, -t" : `unrecognized option ${unknown}`);
    return 1;
  }
  const file = values.get("f") ?? "-";
  const directory = absolute(context, values.get("C") ?? ".");
  try {
    if (modes[0] === "c") return await create(context, file, directory, rest);
    const archive = file === "-" ? await readAll(context.input) : readFileSync(hostPath(context, file));
    for (const entry of readTar(archive)) {
      if (rest.length > 0 && !rest.some((path) => isWithin(path, entry.name))) continue;
      if (modes[0] === "x") extract(context, directory, entry);
      if (modes[0] === "t" || flags.has("v")) await context.print(`${entry.name}\n`);
    }
    return 0;
  } catch (error) {
    await context.complain(describeError(error));
    return 1;
  }
}

const isWithin = (path: string, name: string): boolean => name === path || name.startsWith(`${path.replace(/\/$/, "")}/`);

async function create(context: AppletContext, file: string, directory: string, paths: readonly string[]): Promise<number> {
  let status = 0;
  const made: Buffer[] = [];
  const write = async (bytes: Buffer) => {
    if (file === "-") await context.output.write(bytes);
    else made.push(bytes);
  };
  for (const path of paths) {
    if (path.startsWith("/")) await context.complain("removing leading '/' from member names");
    try {
      for (const entry of entriesOf(context, posix.resolve(directory, path), path.replace(/^\/+/, "") || "."))
        await write(tarEntry(entry));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      await context.complain(`${path}: ${describeError(error)}`);
      status = 1;
    }
  }
  await write(tarEnd);
  if (file !== "-") writeFileSync(hostPath(context, file, true), Buffer.concat(made));
  if (status !== 0) await context.complain("error exit delayed from previous errors");
  return status;
}

/** What is at a path of the container, and everything below it. */
function* entriesOf(context: AppletContext, path: string, name: string): Generator<TarEntry> {
  const host = context.host.toHost(path, false);
  const found = lstatSync(host);
  const common = { mode: found.mode, modifiedSeconds: found.mtimeMs / 1000, target: "", content: new Uint8Array() };
  if (found.isDirectory()) {
    yield { ...common, name: `${name.replace(/\/$/, "")}/`, type: "directory" };
    for (const child of readdirSync(host).sort()) yield* entriesOf(context, posix.join(path, child), posix.join(name, child));
  } else if (found.isSymbolicLink()) {
    yield { ...common, name, type: "link", target: context.host.toContainer(readlinkSync(host)) };
  } else if (found.isFile()) {
    yield { ...common, name, type: "file", content: readFileSync(host) };
  }
}

/** Nothing is written outside of the directory, whatever a name says. */
function extract(context: AppletContext, directory: string, { name, type, target, content, mode }: TarEntry): void {
  const path = posix.join(directory, posix.join("/", name));
  const host = context.host.toHost(path, true);
  if (type === "directory") {
    mkdirSync(host, { recursive: true });
    return;
  }
  mkdirSync(context.host.toHost(posix.dirname(path), true), { recursive: true });
  if (type === "link") {
    rmSync(host, { force: true });
    symlinkSync(target.startsWith("/") ? context.host.toHost(target, false) : target, host);
    return;
  }
  writeFileSync(host, content, { mode: mode & 0o777 });
  const nowSeconds = context.host.nowMs() / 1000;
  utimesSync(host, nowSeconds, nowSeconds);
}

export const archiveApplets: ReadonlyArray<readonly [string, Applet]> = [["tar", tar]];
