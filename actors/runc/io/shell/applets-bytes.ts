/** Applets about bytes: md5sum and its kin, base64, dd, tac, rev. */
import { createHash } from "node:crypto";
import { closeSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { hostPath } from "./files.js";
import { eachInput } from "./inputs.js";
import { parseOptions } from "./options.js";
import { fileInput } from "./redirect.js";
import type { Applet, AppletContext } from "./state.js";
import { type Input, LineReader, readAll } from "./streams.js";

const sum =
  (algorithm: string): Applet =>
  async (context) => {
    const { flags, rest } = parseOptions(context.args, "csbt");
    let status = 0;
    const read = await eachInput(context, rest, async (input, name) => {
      if (!flags.has("c")) {
        await context.print(`${await digestOf(algorithm, input)}  ${name}\n`);
        return;
      }
      const lines = new LineReader(input);
      for (let line = await lines.next(); line !== undefined; line = await lines.next()) {
        const [, wanted = "", file = ""] = /^(\S+) [ *](.+)$/.exec(line) ?? [];
        const read = await eachInput(context, [file], async (of) => {
          const holds = (await digestOf(algorithm, of)) === wanted;
          if (!holds) status = 1;
          if (!flags.has("s")) await context.print(`${file}: ${holds ? "OK" : "FAILED"}\n`);
        });
        if (read !== 0) status = 1;
      }
    });
    return read === 0 ? status : read;
  };

async function digestOf(algorithm: string, input: Input): Promise<string> {
  const hash = createHash(algorithm);
  for (let chunk = await input.read(); chunk !== undefined; chunk = await input.read()) hash.update(chunk);
  return hash.digest("hex");
}

async function base64(context: AppletContext): Promise<number> {
  const { flags, values, rest } = parseOptions(context.args, "d", "w", { decode: "d", wrap: "w" });
  const columns = Number(values.get("w") ?? 76);
  return eachInput(context, rest, async (input) => {
    const bytes = await readAll(input);
    if (flags.has("d")) {
      await context.output.write(Buffer.from(bytes.toString("latin1"), "base64"));
      return;
    }
    const text = bytes.toString("base64");
    const lines = columns === 0 ? [text] : (text.match(new RegExp(`.{1,${columns}}`, "g")) ?? []);
    await context.print(columns === 0 ? text : lines.map((line) => `${line}\n`).join(""));
  });
}

const units: Readonly<Record<string, number>> = { "": 1, c: 1, w: 2, b: 512, k: 1024, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };
const blockBytesMost = 64 * 1024 * 1024;

const bytesOf = (text: string): number => {
  const [, number = "", unit = ""] = /^(\d+)([cwbkKMG]?)(?:i?B)?$/.exec(text) ?? [];
  return number === "" ? Number.NaN : Number(number) * (units[unit] ?? 1);
};

/** Copies blocks: `if= of= bs= count= skip= seek= conv=notrunc`. */
async function dd(context: AppletContext): Promise<number> {
  const given = new Map(context.args.map((arg) => [arg.slice(0, arg.indexOf("=")), arg.slice(arg.indexOf("=") + 1)]));
  const blockBytes = bytesOf(given.get("bs") ?? given.get("ibs") ?? "512");
  const count = given.has("count") ? bytesOf(given.get("count") ?? "") : Number.POSITIVE_INFINITY;
  const skip = bytesOf(given.get("skip") ?? "0") * blockBytes;
  const seek = bytesOf(given.get("seek") ?? "0") * blockBytes;
  if (
    ![blockBytes, skip, seek].every(Number.isFinite) ||
    Number.isNaN(count) ||
    blockBytes === 0 ||
    blockBytes > blockBytesMost
  ) {
    await context.complain("invalid number");
    return 1;
  }
  const from = given.get("if");
  const to = given.get("of");
  const source = from === undefined ? undefined : openSync(hostPath(context, from), "r");
  let target: number | undefined;
  try {
    if (to !== undefined) {
      const keeps = (given.get("conv") ?? "").split(",").includes("notrunc");
      target = openSync(hostPath(context, to, true), keeps || seek > 0 ? "a" : "w");
      if (keeps || seek > 0) {
        closeSync(target);
        target = openSync(hostPath(context, to, true), "r+");
        if (!keeps) ftruncateSync(target, seek);
      }
    }
    const input = source === undefined ? context.input : skipping(source, skip, blockBytes);
    let full = 0;
    let partial = 0;
    let copied = 0;
    for (let left = count; left > 0; left--) {
      const block = await blockOf(input, blockBytes);
      if (block.length === 0) break;
      if (target === undefined) await context.output.write(block);
      else writeSync(target, block, 0, block.length, seek + copied);
      copied += block.length;
      if (block.length === blockBytes) full += 1;
      else partial += 1;
    }
    const records = `${full}+${partial} records`;
    if (given.get("status") !== "none") {
      await context.errors.write(Buffer.from(`${records} in\n${records} out\n${copied} bytes copied\n`));
    }
    return 0;
  } finally {
    if (source !== undefined) closeSync(source);
    if (target !== undefined) closeSync(target);
  }
}

/** A file from an offset on; one that has no offsets, as a device, is read from where it is. */
function skipping(descriptor: number, skip: number, blockBytes: number): Input {
  if (skip === 0) return fileInput(descriptor);
  let position = skip;
  return {
    read: async () => {
      const chunk = Buffer.alloc(blockBytes);
      const size = readSync(descriptor, chunk, 0, blockBytes, position);
      position += size;
      return size === 0 ? undefined : chunk.subarray(0, size);
    },
  };
}

const leftOver = new WeakMap<Input, Buffer>();

async function blockOf(input: Input, size: number): Promise<Buffer> {
  const chunks = [leftOver.get(input) ?? Buffer.alloc(0)];
  let have = chunks[0]!.length;
  while (have < size) {
    const chunk = await input.read();
    if (chunk === undefined) break;
    chunks.push(Buffer.from(chunk));
    have += chunk.length;
  }
  const all = Buffer.concat(chunks);
  leftOver.set(input, all.subarray(size));
  return all.subarray(0, size);
}

const byLine =
  (change: (lines: string[]) => string[]): Applet =>
  async (context) =>
    eachInput(context, context.args, async (input) => {
      const lines = (await readAll(input)).toString("utf8").replace(/\n$/, "").split("\n");
      await context.print(
        change(lines)
          .map((line) => `${line}\n`)
          .join(""),
      );
    });

export const byteApplets: ReadonlyArray<readonly [string, Applet]> = [
  ["md5sum", sum("md5")],
  ["sha1sum", sum("sha1")],
  ["sha256sum", sum("sha256")],
  ["sha512sum", sum("sha512")],
  ["base64", base64],
  ["dd", dd],
  ["tac", byLine((lines) => lines.reverse())],
  ["rev", byLine((lines) => lines.map((line) => [...line].reverse().join("")))],
];
