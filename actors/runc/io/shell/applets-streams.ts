/** Applets that pass on what they read: cat, head, tail, tee, yes. */
import { closeSync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import { hostPath } from "./files.js";
import { eachInput } from "./inputs.js";
import { parseOptions } from "./options.js";
import type { Applet, AppletContext } from "./state.js";
import { LineReader, readAll } from "./streams.js";

async function cat(context: AppletContext): Promise<number> {
  const { rest } = parseOptions(context.args, "nuveAbst");
  return eachInput(context, rest, async (input) => {
    for (let chunk = await input.read(); chunk !== undefined; chunk = await input.read()) await context.output.write(chunk);
  });
}

/** `-5` is `-n 5`. */
const counted = (args: readonly string[]): string[] => args.map((argument) => argument.replace(/^-(\d+)$/, "-n$1"));

async function head(context: AppletContext): Promise<number> {
  const { values, rest } = parseOptions(counted(context.args), "q", "nc", { lines: "n", bytes: "c" });
  return eachInput(context, rest, async (input) => {
    if (values.has("c")) {
      await context.output.write((await readAll(input)).subarray(0, Number(values.get("c"))));
      return;
    }
    const lines = new LineReader(input);
    for (let left = Number(values.get("n") ?? 10); left > 0; left--) {
      const line = await lines.next();
      if (line === undefined) return;
      await context.print(`${line}\n`);
    }
  });
}

/** How often a followed file is looked at. */
const followEveryMs = 200;

async function tail(context: AppletContext): Promise<number> {
  const { flags, values, rest } = parseOptions(counted(context.args), "fFq", "nc", { lines: "n", follow: "f", bytes: "c" });
  const count = values.get("n") ?? "10";
  const status = await eachInput(context, rest, async (input) => {
    const text = (await readAll(input)).toString("utf8");
    const lines = text.split("\n");
    const ended = lines.at(-1) === "";
    if (ended) lines.pop();
    const shown = count.startsWith("+") ? lines.slice(Number(count) - 1) : Number(count) === 0 ? [] : lines.slice(-Number(count));
    if (shown.length > 0) await context.print(shown.join("\n") + (ended ? "\n" : ""));
  });
  const file = rest.at(-1);
  if ((!flags.has("f") && !flags.has("F")) || file === undefined || (status !== 0 && !flags.has("F"))) return status;
  await follow(context, file, status === 0);
  return 0;
}

async function follow(context: AppletContext, file: string, fromEnd: boolean): Promise<void> {
  const path = hostPath(context, file);
  if (file === "/dev/null") await untilEnded(context);
  let position = fromEnd ? sizeOf(path) : 0;
  while (!context.host.ended.aborted) {
    const size = sizeOf(path);
    if (size < position) position = 0;
    if (size > position) {
      const descriptor = openSync(path, "r");
      const chunk = Buffer.alloc(Math.min(size - position, 64 * 1024));
      position += readSync(descriptor, chunk, 0, chunk.length, position);
      closeSync(descriptor);
      await context.output.write(chunk);
    } else {
      await new Promise((resolve) => setTimeout(resolve, followEveryMs));
    }
  }
}

function untilEnded(context: AppletContext): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {}, 2 ** 31 - 1);
    context.host.ended.addEventListener("abort", () => {
      clearInterval(timer);
      resolve();
    });
  });
}

function sizeOf(path: string): number {
  try {
    const descriptor = openSync(path, "r");
    const { size } = fstatSync(descriptor);
    closeSync(descriptor);
    return size;
  } catch {
    return 0;
  }
}

async function tee(context: AppletContext): Promise<number> {
  const { flags, rest } = parseOptions(context.args, "a");
  const descriptors = rest.map((file) => openSync(hostPath(context, file, true), flags.has("a") ? "a" : "w"));
  for (let chunk = await context.input.read(); chunk !== undefined; chunk = await context.input.read()) {
    for (const descriptor of descriptors) writeSync(descriptor, chunk);
    await context.output.write(chunk);
  }
  for (const descriptor of descriptors) closeSync(descriptor);
  return 0;
}

async function yes({ args, print, host }: AppletContext): Promise<number> {
  const text = `${args.length === 0 ? "y" : args.join(" ")}\n`.repeat(256);
  while (!host.ended.aborted) {
    await print(text);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return 0;
}

/** `stty size` says what the terminal's size is; settings change nothing, as there is no line discipline to set. */
async function stty(context: AppletContext): Promise<number> {
  const size = context.host.terminalSize();
  if (size === undefined) {
    await context.complain("standard input: Inappropriate ioctl for device");
    return 1;
  }
  const { columns, rows } = size;
  if (context.args.includes("size")) await context.print(`${rows} ${columns}\n`);
  else if (context.args.length === 0 || context.args.includes("-a")) await context.print(`rows ${rows}; columns ${columns};\n`);
  return 0;
}

export const streamApplets: ReadonlyArray<readonly [string, Applet]> = [
  ["stty", stty],
  ["cat", cat],
  ["head", head],
  ["tail", tail],
  ["tee", tee],
  ["yes", yes],
];
