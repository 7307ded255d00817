/** hexdump: bytes as numbers, sixteen a line, repeated lines as `*`. */
import { eachInput } from "./inputs.js";
import { parseOptions } from "./options.js";
import type { Applet, AppletContext } from "./state.js";

const lineBytes = 16;

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");

/** `-C`: an offset of eight digits, bytes in two groups, and what of it is text. */
function canonical(bytes: readonly number[]): string {
  const group = (from: number): string =>
    Array.from({ length: lineBytes / 2 }, (_, index) => bytes[from + index])
      .map((byte) => (byte === undefined ? "   " : `${hex(byte, 2)} `))
      .join("");
  const text = bytes.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")).join("");
  return `  ${group(0)} ${group(lineBytes / 2)} |${text}|`;
}

/** Without options: words of two bytes, the second one first. */
function words(bytes: readonly number[]): string {
  let line = "";
  for (let at = 0; at < bytes.length; at += 2) line += ` ${hex((bytes[at] ?? 0) + ((bytes[at + 1] ?? 0) << 8), 4)}`;
  return line;
}

async function hexdump(context: AppletContext): Promise<number> {
  const { flags, rest } = parseOptions(context.args, "Cv");
  const [show, digits] = flags.has("C") ? [canonical, 8] : [words, 7];
  let pending: number[] = [];
  let offset = 0;
  let last = "";
  let starred = false;
  const line = async (bytes: readonly number[]): Promise<void> => {
    const shown = show(bytes);
    const repeats = !flags.has("v") && shown === last && bytes.length === lineBytes;
    if (repeats && !starred) await context.print("*\n");
    if (!repeats) await context.print(`${hex(offset, digits)}${shown}\n`);
    [last, starred] = [shown, repeats];
    offset += bytes.length;
  };
  const status = await eachInput(context, rest, async (input) => {
    for (let chunk = await input.read(); chunk !== undefined; chunk = await input.read()) {
      for (const byte of chunk) {
        pending.push(byte);
        if (pending.length < lineBytes) continue;
        await line(pending);
        pending = [];
      }
    }
  });
  if (pending.length > 0) await line(pending);
  if (offset > 0) await context.print(`${hex(offset, digits)}\n`);
  return status;
}

export const dumpApplets: ReadonlyArray<readonly [string, Applet]> = [["hexdump", hexdump]];
