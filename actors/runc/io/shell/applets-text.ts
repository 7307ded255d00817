/** Applets that write and filter text: echo, printf, grep, wc, seq, sort, uniq, cut, tr. */
import { toExtended, unescaped } from "./escapes.js";
import { eachInput } from "./inputs.js";
import { parseOptions } from "./options.js";
import type { Applet, AppletContext } from "./state.js";
import { LineReader, readAll } from "./streams.js";

async function echo({ args, print }: AppletContext): Promise<number> {
  let at = 0;
  let newline = true;
  let escaped = false;
  for (; /^-[neE]+$/.test(args[at] ?? ""); at++) {
    if (args[at]!.includes("n")) newline = false;
    if (args[at]!.includes("e")) escaped = true;
  }
  const text = args.slice(at).join(" ");
  await print((escaped ? unescaped(text) : text) + (newline ? "\n" : ""));
  return 0;
}

async function printf({ args, print }: AppletContext): Promise<number> {
  const [format = "", ...values] = args;
  const template = unescaped(format);
  let at = 0;
  do {
    const before = at;
    await print(
      template.replace(
        /%(-?0?)(\d*)(?:\.(\d+))?([sdifxXoucb%])/g,
        (_whole, flags: string, width: string, precision: string | undefined, letter: string) => {
          if (letter === "%") return "%";
          const value = values[at++] ?? "";
          let text = value;
          if (letter === "b") text = unescaped(value);
          else if (letter === "c") text = value.slice(0, 1);
          else if (letter === "f") text = Number(value || 0).toFixed(Number(precision ?? 6));
          else if (letter !== "s") {
            const number = Math.trunc(Number(value || 0)) || 0;
            const base = { x: 16, X: 16, o: 8 }[letter] ?? 10;
            text = letter === "X" ? number.toString(base).toUpperCase() : number.toString(base);
          } else if (precision !== undefined) text = text.slice(0, Number(precision));
          if (flags.includes("-")) return text.padEnd(Number(width));
          return text.padStart(Number(width), flags.includes("0") ? "0" : " ");
        },
      ),
    );
    if (at === before) break;
  } while (at < values.length);
  return 0;
}

async function grep(context: AppletContext): Promise<number> {
  const { flags, values, rest } = parseOptions(context.args, "vicqnoEFwxlhHrs", "em", { quiet: "q" });
  const [pattern = "", ...files] = values.has("e") ? [values.get("e")!, ...rest] : rest;
  const source = flags.has("F") ? pattern.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&") : toExtended(pattern, flags.has("E"));
  let expression: RegExp;
  try {
    expression = new RegExp(
      flags.has("x") ? `^(?:${source})$` : flags.has("w") ? `\\b(?:${source})\\b` : source,
      flags.has("i") ? "gi" : "g",
    );
  } catch {
    await context.complain(`bad regex '${pattern}'`);
    return 2;
  }
  let found = 0;
  const status = await eachInput(context, files, async (input, name) => {
    const lines = new LineReader(input);
    let here = 0;
    let number = 0;
    const prefix = files.length > 1 && !flags.has("h") ? `${name}:` : "";
    for (let line = await lines.next(); line !== undefined; line = await lines.next()) {
      number += 1;
      const matches = line.match(expression);
      if ((matches !== null) === flags.has("v")) continue;
      here += 1;
      found += 1;
      if (flags.has("q")) return;
      if (flags.has("c") || flags.has("l")) continue;
      const numbered = prefix + (flags.has("n") ? `${number}:` : "");
      for (const text of flags.has("o") ? (matches ?? []) : [line]) await context.print(`${numbered}${text}\n`);
      if (values.has("m") && here >= Number(values.get("m"))) return;
    }
    if (flags.has("c")) await context.print(`${prefix}${here}\n`);
    if (flags.has("l") && here > 0) await context.print(`${name}\n`);
  });
  return status !== 0 ? 2 : found > 0 ? 0 : 1;
}

async function wc(context: AppletContext): Promise<number> {
  const { flags, rest } = parseOptions(context.args, "lwcm");
  return eachInput(context, rest, async (input, name) => {
    const data = await readAll(input);
    const text = data.toString("utf8");
    const counts = { l: text.split("\n").length - 1, w: text.split(/\s+/).filter((word) => word !== "").length, c: data.length };
    const shown =
      flags.size === 0
        ? [counts.l, counts.w, counts.c]
        : (["l", "w", "c"] as const).filter((each) => flags.has(each)).map((each) => counts[each]);
    const numbers = shown.length === 1 ? String(shown[0]) : shown.map((count) => String(count).padStart(9)).join(" ");
    await context.print(`${numbers}${name === "-" ? "" : ` ${name}`}\n`);
  });
}

async function seq({ args, print }: AppletContext): Promise<number> {
  const { values, rest } = parseOptions(
    args.map((argument) => (/^-\d/.test(argument) ? ` ${argument}` : argument)),
    "w",
    "s",
  );
  const numbers = rest.map(Number);
  const [first, step, last] =
    numbers.length === 1
      ? [1, 1, numbers[0]!]
      : numbers.length === 2
        ? [numbers[0]!, 1, numbers[1]!]
        : (numbers as [number, number, number]);
  if (numbers.some(Number.isNaN) || numbers.length === 0 || step === 0) return 1;
  const separator = values.get("s") ?? "\n";
  let batch: string[] = [];
  for (let number = first; step! > 0 ? number <= last! : number >= last!; number += step!) {
    batch.push(String(number));
    if (batch.length === 1_000) {
      await print(batch.join(separator) + separator);
      batch = [];
    }
  }
  if (batch.length > 0) await print(`${batch.join(separator)}\n`);
  return 0;
}

async function allLines(context: AppletContext, files: readonly string[]): Promise<string[]> {
  const all: string[] = [];
  await eachInput(context, files, async (input) => {
    const lines = new LineReader(input);
    for (let line = await lines.next(); line !== undefined; line = await lines.next()) all.push(line);
  });
  return all;
}

async function sort(context: AppletContext): Promise<number> {
  const { flags, rest } = parseOptions(context.args, "nru");
  let lines = await allLines(context, rest);
  const byText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
  lines.sort(
    flags.has("n")
      ? (one, other) => (Number.parseFloat(one) || 0) - (Number.parseFloat(other) || 0) || byText(one, other)
      : byText,
  );
  if (flags.has("r")) lines.reverse();
  if (flags.has("u")) lines = [...new Set(lines)];
  if (lines.length > 0) await context.print(`${lines.join("\n")}\n`);
  return 0;
}

async function uniq(context: AppletContext): Promise<number> {
  const { flags, rest } = parseOptions(context.args, "cd");
  const runs: Array<{ line: string; count: number }> = [];
  for (const line of await allLines(context, rest)) {
    const last = runs.at(-1);
    if (last?.line === line) last.count += 1;
    else runs.push({ line, count: 1 });
  }
  for (const { line, count } of runs) {
    if (flags.has("d") && count < 2) continue;
    await context.print(`${flags.has("c") ? `${String(count).padStart(7)} ` : ""}${line}\n`);
  }
  return 0;
}

async function cut(context: AppletContext): Promise<number> {
  const { values, rest } = parseOptions(context.args, "s", "dfc");
  const ranges = (values.get("f") ?? values.get("c") ?? "1").split(",").map((range): readonly [number, number] => {
    const [from, to] = range.split("-");
    return [Number(from || 1), range.includes("-") ? Number(to || Number.POSITIVE_INFINITY) : Number(from)];
  });
  const delimiter = values.has("c") ? "" : (values.get("d") ?? "\t");
  for (const line of await allLines(context, rest)) {
    const fields = line.split(delimiter);
    const chosen =
      fields.length === 1 && delimiter !== ""
        ? fields
        : fields.filter((_field, index) => ranges.some(([from, to]) => index + 1 >= from && index + 1 <= to));
    await context.print(`${chosen.join(delimiter)}\n`);
  }
  return 0;
}

const expandSet = (set: string): string[] => [
  ...unescaped(set)
    .replace(/\[:upper:\]/g, "A-Z")
    .replace(/\[:lower:\]/g, "a-z")
    .replace(/\[:digit:\]/g, "0-9")
    .replace(/\[:space:\]/g, " \t\n\r\f\v")
    .replace(/(.)-(.)/gs, (_whole, from: string, to: string) =>
      String.fromCharCode(
        ...Array.from(
          { length: Math.max(0, to.charCodeAt(0) - from.charCodeAt(0) + 1) },
          (_, index) => from.charCodeAt(0) + index,
        ),
      ),
    ),
];

async function tr(context: AppletContext): Promise<number> {
  const { flags, rest } = parseOptions(context.args, "dsc");
  const [from = [], to = []] = rest.map(expandSet);
  const squeezed = new Set(flags.has("d") ? to : to.length > 0 ? to : from);
  let last = "";
  const decoder = new TextDecoder();
  for (let chunk = await context.input.read(); chunk !== undefined; chunk = await context.input.read()) {
    let text = "";
    for (const char of decoder.decode(chunk, { stream: true })) {
      const index = flags.has("c") ? (from.includes(char) ? -1 : 0) : from.indexOf(char);
      if (index >= 0 && flags.has("d")) continue;
      const replaced = index < 0 || to.length === 0 ? char : (to[Math.min(index, to.length - 1)] ?? char);
      if (flags.has("s") && replaced === last && squeezed.has(replaced)) continue;
      last = replaced;
      text += replaced;
    }
    await context.print(text);
  }
  return 0;
}

export const textApplets: ReadonlyArray<readonly [string, Applet]> = [
  ["echo", echo],
  ["printf", printf],
  ["grep", grep],
  ["wc", wc],
  ["seq", seq],
  ["sort", sort],
  ["uniq", uniq],
  ["cut", cut],
  ["tr", tr],
];
