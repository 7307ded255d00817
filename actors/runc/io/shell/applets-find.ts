/** Applets that look for files and run others with many arguments: find, xargs. */
import { lstatSync, readdirSync, rmSync, type Stats, statSync } from "node:fs";
import { posix } from "node:path";
import { patternToRegExp } from "./expand.js";
import { describeError, hostPath } from "./files.js";
import { parseOptions } from "./options.js";
import type { Applet, AppletContext } from "./state.js";
import { readAll } from "./streams.js";

interface Found {
  readonly path: string;
  readonly depth: number;
  readonly stats: Stats;
}

/** True when what it stands for holds, or was done. */
type Test = (found: Found) => Promise<boolean>;

class FindError extends Error {}

const typeTests: ReadonlyMap<string, (stats: Stats) => boolean> = new Map([
  ["f", (stats: Stats) => stats.isFile()],
  ["d", (stats: Stats) => stats.isDirectory()],
  ["l", (stats: Stats) => stats.isSymbolicLink()],
]);

const sizeUnits: Readonly<Record<string, number>> = { c: 1, k: 1024, M: 1024 ** 2, G: 1024 ** 3, "": 512 };

/** `+n` more, `-n` less, `n` just so many. */
const counts = (text: string, value: number): boolean =>
  text.startsWith("+")
    ? value > Number(text.slice(1))
    : text.startsWith("-")
      ? value < Number(text.slice(1))
      : value === Number(text);

class Finder {
  private at = 0;
  private acts = false;
  minDepth = 0;
  maxDepth = Number.POSITIVE_INFINITY;
  depthFirst = false;

  constructor(
    private readonly context: AppletContext,
    private readonly words: readonly string[],
  ) {}

  test(): Test {
    const test = this.or();
    if (this.at < this.words.length) throw new FindError(`unrecognized: ${this.words[this.at]}`);
    return async (found) => {
      const holds = await test(found);
      if (holds && !this.acts) await this.context.print(`${found.path}\n`);
      return holds;
    };
  }

  private or(): Test {
    const first = this.and();
    if (!this.takes("-o", "-or")) return first;
    const second = this.or();
    return async (found) => (await first(found)) || second(found);
  }

  private and(): Test {
    const first = this.not();
    this.takes("-a", "-and");
    const next = this.words[this.at];
    if (next === undefined || next === ")" || next === "-o" || next === "-or") return first;
    const second = this.and();
    return async (found) => (await first(found)) && second(found);
  }

  private not(): Test {
    if (!this.takes("!", "-not")) return this.primary();
    const test = this.not();
    return async (found) => !(await test(found));
  }

  private primary(): Test {
    if (this.at >= this.words.length) return async () => true;
    if (this.takes("(")) {
      const test = this.or();
      if (!this.takes(")")) throw new FindError("unmatched (");
      return test;
    }
    const name = this.words[this.at++] ?? "";
    switch (name) {
      case "-name":
      case "-iname": {
        const pattern = patternToRegExp(this.value(name));
        const expression = name === "-iname" ? new RegExp(pattern.source, "i") : pattern;
        return async ({ path }) => expression.test(posix.basename(path));
      }
      case "-path": {
        const pattern = patternToRegExp(this.value(name));
        return async ({ path }) => pattern.test(path);
      }
      case "-type": {
        const isType = typeTests.get(this.value(name));
        return async ({ stats }) => isType?.(stats) ?? false;
      }
      case "-size": {
        const [, sign = "", number = "0", unit = ""] = /^([-+]?)(\d+)([ckMG]?)$/.exec(this.value(name)) ?? [];
        return async ({ stats }) => counts(`${sign}${number}`, Math.ceil(stats.size / (sizeUnits[unit] ?? 512)));
      }
      case "-mtime":
      case "-mmin": {
        const age = this.value(name);
        const unitMs = name === "-mmin" ? 60_000 : 86_400_000;
        return async ({ stats }) => counts(age, Math.floor((this.context.host.nowMs() - stats.mtimeMs) / unitMs));
      }
      case "-newer": {
        const { mtimeMs } = statSync(hostPath(this.context, this.value(name)));
        return async ({ stats }) => stats.mtimeMs > mtimeMs;
      }
      case "-empty":
        return async ({ stats, path }) =>
          stats.isDirectory() ? readdirSync(hostPath(this.context, path)).length === 0 : stats.size === 0;
      case "-mindepth":
        this.minDepth = Number(this.value(name));
        return async () => true;
      case "-maxdepth":
        this.maxDepth = Number(this.value(name));
        return async () => true;
      case "-depth":
        this.depthFirst = true;
        return async () => true;
      case "-print":
      case "-print0":
        this.acts = true;
        return async ({ path }) => this.context.print(name === "-print" ? `${path}\n` : `${path}\0`).then(() => true);
      case "-delete":
        this.acts = true;
        this.depthFirst = true;
        return async ({ path }) => {
          rmSync(hostPath(this.context, path, true), { recursive: true });
          return true;
        };
      case "-exec":
        return this.exec();
      default:
        throw new FindError(`unrecognized: ${name}`);
    }
  }

  private exec(): Test {
    this.acts = true;
    const command: string[] = [];
    for (let word = this.value("-exec"); word !== ";" && word !== "+"; word = this.value("-exec")) command.push(word);
    return async ({ path }) =>
      (await this.context.run(
        command.map((word) => word.replaceAll("{}", path)),
        this.context,
      )) === 0;
  }

  private value(of: string): string {
    const value = this.words[this.at++];
    if (value === undefined) throw new FindError(`${of} requires an argument`);
    return value;
  }

  private takes(...names: string[]): boolean {
    const found = names.includes(this.words[this.at] ?? "");
    if (found) this.at += 1;
    return found;
  }
}

async function find(context: AppletContext): Promise<number> {
  const firstTest = context.args.findIndex((arg) => /^(?:-|!|\()/.test(arg));
  const starts = firstTest < 0 ? context.args : context.args.slice(0, firstTest);
  const finder = new Finder(context, firstTest < 0 ? [] : context.args.slice(firstTest));
  let status = 0;
  try {
    const test = finder.test();
    const visit = async (path: string, depth: number): Promise<void> => {
      if (context.host.ended.aborted) return;
      try {
        const stats = lstatSync(hostPath(context, path));
        const isIn = depth >= finder.minDepth;
        const below = stats.isDirectory() && depth < finder.maxDepth ? readdirSync(hostPath(context, path)).sort() : [];
        if (isIn && !finder.depthFirst) await test({ path, depth, stats });
        for (const name of below) await visit(path.endsWith("/") ? path + name : `${path}/${name}`, depth + 1);
        if (isIn && finder.depthFirst) await test({ path, depth, stats });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === undefined) throw error;
        await context.complain(`${path}: ${describeError(error)}`);
        status = 1;
      }
    };
    for (const start of starts.length === 0 ? ["."] : starts) await visit(start, 0);
  } catch (error) {
    if (!(error instanceof FindError)) throw error;
    await context.complain(error.message);
    return 1;
  }
  return status;
}

/** Words of its input as arguments: all at once, `-n` at a time, or one in the place of `-I`'s text. */
async function xargs(context: AppletContext): Promise<number> {
  const firstWord = context.args.findIndex(
    (arg, index) => !arg.startsWith("-") && !/^-[nIP]$/.test(context.args[index - 1] ?? ""),
  );
  const command = firstWord < 0 ? ["echo"] : context.args.slice(firstWord);
  const { flags, values } = parseOptions(firstWord < 0 ? context.args : context.args.slice(0, firstWord), "0rt", "nIP");
  const text = (await readAll(context.input)).toString("utf8");
  const placeholder = values.get("I");
  const words = (
    flags.has("0")
      ? text.split("\0")
      : placeholder !== undefined
        ? text.split("\n")
        : [...text.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, single, double, plain]) => single ?? double ?? plain ?? "")
  ).filter((word) => word !== "");
  if (words.length === 0 && (flags.has("r") || placeholder !== undefined)) return 0;
  const size = placeholder !== undefined ? 1 : Number(values.get("n") ?? Math.max(1, words.length));
  let status = 0;
  for (let at = 0; at < Math.max(1, words.length); at += size) {
    const some = words.slice(at, at + size);
    const line =
      placeholder === undefined ? [...command, ...some] : command.map((word) => word.replaceAll(placeholder, some[0] ?? ""));
    if (flags.has("t")) await context.errors.write(Buffer.from(`${line.join(" ")}\n`));
    const one = await context.run(line, { ...context, input: { read: async () => undefined } });
    if (one === 255) return 124;
    if (one !== 0) status = one === 127 || one === 126 ? one : 123;
    if (status === 127) return status;
  }
  return status;
}

export const findApplets: ReadonlyArray<readonly [string, Applet]> = [
  ["find", find],
  ["xargs", xargs],
];
