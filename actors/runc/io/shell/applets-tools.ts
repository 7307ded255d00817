/** Small tools of scripts: expr, mktemp, timeout, which, sync, nproc, mount, df, sysctl. */

import { mkdirSync, readFileSync, statfsSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { toExtended } from "./escapes.js";
import { describeError, hostPath } from "./files.js";
import { Interpreter } from "./interpret.js";
import { parseOptions } from "./options.js";
import { type Applet, type AppletContext, ShellState } from "./state.js";

class ExprError extends Error {}

const comparisons: ReadonlyMap<string, (order: number) => boolean> = new Map([
  ["=", (order: number) => order === 0],
  ["==", (order: number) => order === 0],
  ["!=", (order: number) => order !== 0],
  ["<", (order: number) => order < 0],
  ["<=", (order: number) => order <= 0],
  [">", (order: number) => order > 0],
  [">=", (order: number) => order >= 0],
]);

/** Evaluates words: `|`, `&`, comparisons, sums, products, and `text : regex`. */
class Expr {
  private at = 0;

  constructor(private readonly words: readonly string[]) {}

  result(): string {
    const value = this.or();
    if (this.at < this.words.length) throw new ExprError("syntax error");
    return value;
  }

  private or(): string {
    let left = this.and();
    while (this.takes("|")) {
      const right = this.and();
      left = isNothing(left) ? right : left;
    }
    return left;
  }

  private and(): string {
    let left = this.comparison();
    while (this.takes("&")) {
      const right = this.comparison();
      left = isNothing(left) || isNothing(right) ? "0" : left;
    }
    return left;
  }

  private comparison(): string {
    let left = this.calculated(["+", "-"], () => this.calculated(["*", "/", "%"], () => this.matched()));
    for (
      let holds = comparisons.get(this.words[this.at] ?? "");
      holds !== undefined;
      holds = comparisons.get(this.words[this.at] ?? "")
    ) {
      this.at += 1;
      const right = this.calculated(["+", "-"], () => this.calculated(["*", "/", "%"], () => this.matched()));
      const numbers = isNumber(left) && isNumber(right);
      const order = numbers ? Number(left) - Number(right) : left < right ? -1 : left > right ? 1 : 0;
      left = holds(order) ? "1" : "0";
    }
    return left;
  }

  private calculated(operators: readonly string[], next: () => string): string {
    let left = next();
    for (let operator = this.words[this.at]; operators.includes(operator ?? ""); operator = this.words[this.at]) {
      this.at += 1;
      const right = next();
      if (!isNumber(left) || !isNumber(right)) throw new ExprError("non-numeric argument");
      const [one, other] = [BigInt(left), BigInt(right)];
      if ((operator === "/" || operator === "%") && other === 0n) throw new ExprError("division by zero");
      const value = {
        "+": () => one + other,
        "-": () => one - other,
        "*": () => one * other,
        "/": () => one / other,
        "%": () => one % other,
      };
      left = String(value[operator as keyof typeof value]());
    }
    return left;
  }

  private matched(): string {
    let left = this.primary();
    while (this.takes(":")) {
      const found = new RegExp(`^(?:${toExtended(this.primary(), false)})`).exec(left);
      left = found === null ? "0" : found.length > 1 ? (found[1] ?? "") : String(found[0].length);
    }
    return left;
  }

  private primary(): string {
    const word = this.words[this.at++];
    if (word === undefined) throw new ExprError("syntax error");
    if (word === "length" && this.at < this.words.length) return String(this.primary().length);
    if (word !== "(") return word;
    const value = this.or();
    if (!this.takes(")")) throw new ExprError("syntax error");
    return value;
  }

  private takes(word: string): boolean {
    const found = this.words[this.at] === word;
    if (found) this.at += 1;
    return found;
  }
}

const isNumber = (text: string): boolean => /^-?\d+$/.test(text);
const isNothing = (text: string): boolean => text === "" || /^-?0+$/.test(text);

async function expr(context: AppletContext): Promise<number> {
  try {
    const value = new Expr(context.args).result();
    await context.print(`${value}\n`);
    return isNothing(value) ? 1 : 0;
  } catch (error) {
    if (!(error instanceof ExprError)) throw error;
    await context.complain(error.message);
    return 2;
  }
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

async function mktemp(context: AppletContext): Promise<number> {
  const { flags, values, rest } = parseOptions(context.args, "dqtu", "p");
  const template = rest[0] ?? "tmp.XXXXXX";
  const name = template.replace(/X{6,}$/, (all) =>
    Array.from(all, () => letters[Math.floor(Math.random() * letters.length)]).join(""),
  );
  const directory = values.get("p") ?? (flags.has("t") || rest[0] === undefined ? "/tmp" : "");
  const path = directory === "" ? name : `${directory}/${name}`;
  if (!flags.has("u")) {
    if (flags.has("d")) mkdirSync(hostPath(context, path, true), { mode: 0o700 });
    else writeFileSync(hostPath(context, path, true), "", { mode: 0o600, flag: "wx" });
  }
  await context.print(`${path}\n`);
  return 0;
}

const secondUnits: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3_600, d: 86_400 };

/** Ends a command after a time: 143, as by SIGTERM. */
async function timeout(context: AppletContext): Promise<number> {
  const { rest } = parseOptions(context.args.slice(0, context.args.findIndex((arg) => /^\d/.test(arg)) + 1), "", "sk");
  const command = context.args.slice(context.args.findIndex((arg) => /^\d/.test(arg)) + 1);
  const [, number = "", unit = ""] = /^(\d*\.?\d+)([smhd]?)$/.exec(rest.at(-1) ?? "") ?? [];
  if (number === "" || command.length === 0) {
    await context.complain("usage: timeout SECS PROG ARGS");
    return 1;
  }
  const ended = new AbortController();
  const stop = (): void => ended.abort();
  context.host.ended.addEventListener("abort", stop);
  const timer = setTimeout(stop, Number(number) * (secondUnits[unit] ?? 1) * 1000);
  const below = new ShellState({ ...context.host, ended: ended.signal }, context.state, context.state);
  try {
    const status = await new Interpreter(below).run(command, context);
    return ended.signal.aborted ? 143 : status;
  } catch (error) {
    if (ended.signal.aborted) return 143;
    throw error;
  } finally {
    clearTimeout(timer);
    context.host.ended.removeEventListener("abort", stop);
  }
}

async function df(context: AppletContext): Promise<number> {
  const { rest } = parseOptions(context.args, "hkPTa");
  await context.print("Filesystem           1K-blocks      Used Available Use% Mounted on\n");
  for (const path of rest.length === 0 ? ["/"] : rest) {
    const { bsize, blocks, bfree, bavail } = statfsSync(hostPath(context, path));
    const size = (count: number): string => String(Math.floor((count * bsize) / 1024)).padStart(9);
    const used = blocks - bfree;
    const percent = `${Math.ceil((used / Math.max(1, used + bavail)) * 100)}%`.padStart(4);
    await context.print(`${"overlay".padEnd(20)} ${size(blocks)} ${size(used)} ${size(bavail)} ${percent} ${path}\n`);
  }
  return 0;
}

/** Kernel parameters as files below /proc/sys. */
async function sysctl(context: AppletContext): Promise<number> {
  const { flags, rest } = parseOptions(context.args, "ne");
  let status = 0;
  for (const name of rest) {
    try {
      const value = readFileSync(hostPath(context, `/proc/sys/${name.replaceAll(".", "/")}`), "utf8").trim();
      await context.print(flags.has("n") ? `${value}\n` : `${name} = ${value}\n`);
    } catch (error) {
      if (!flags.has("e")) await context.complain(`error reading key '${name}': ${describeError(error)}`);
      status = 1;
    }
  }
  return status;
}

async function which(context: AppletContext): Promise<number> {
  let status = 0;
  for (const name of context.args) if ((await context.run(["command", "-v", name], context)) !== 0) status = 1;
  return status;
}

export const toolApplets: ReadonlyArray<readonly [string, Applet]> = [
  ["expr", expr],
  ["mktemp", mktemp],
  ["timeout", timeout],
  ["df", df],
  ["sysctl", sysctl],
  ["which", which],
  // What is written is handed to the system at once.
  ["sync", async () => 0],
  ["nproc", async (context) => context.print(`${availableParallelism()}\n`).then(() => 0)],
  ["usleep", async ({ args }) => new Promise((resolve) => setTimeout(() => resolve(0), Number(args[0] ?? 0) / 1000))],
];
