/** Applets about the container and the shell: sh, sleep, date, env, hostname, test, kill … */
import { accessSync, constants, lstatSync, readFileSync, statSync } from "node:fs";
import { posix } from "node:path";
import { formatDate } from "./date.js";
import { describeError, hostPath } from "./files.js";
import { Interpreter } from "./interpret.js";
import { type Applet, type AppletContext, Exit, ShellState } from "./state.js";
import { type Input, LineReader } from "./streams.js";

const sleepUnits: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3_600, d: 86_400 };

/** Longest delay of a timer. */
const timerMostMs = 2 ** 31 - 1;

async function sleep(context: AppletContext): Promise<number> {
  let seconds = 0;
  for (const argument of context.args) {
    const match = /^(\d*\.?\d+)([smhd]?)$/.exec(argument);
    if (argument === "infinity" || argument === "inf") seconds = Number.POSITIVE_INFINITY;
    else if (match === null) {
      await context.complain(`invalid number '${argument}'`);
      return 1;
    } else seconds += Number(match[1]) * sleepUnits[match[2]!]!;
  }
  for (let leftMs = seconds * 1000; leftMs > 0; leftMs -= timerMostMs) {
    await pause(Math.min(leftMs, timerMostMs), context.host.ended);
  }
  return 0;
}

function pause(delayMs: number, ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      clearTimeout(timer);
      ended.removeEventListener("abort", stop);
      resolve();
    };
    const timer = setTimeout(stop, delayMs);
    ended.addEventListener("abort", stop);
  });
}

/** A shell of its own: `-c` text, a script, or its input line by line. */
async function sh(context: AppletContext): Promise<number> {
  const { state, host } = context;
  const below = new ShellState(host, {
    variables: new Map(state.environment()),
    exported: state.exported,
    cwd: state.cwd,
    name: context.calledAs,
  });
  const interpreter = new Interpreter(below);
  // A signal that comes to the outermost shell is meant for the one that runs now.
  state.inner = below;
  let args = [...context.args];
  let text: string | undefined;
  while (args[0]?.startsWith("-") || args[0]?.startsWith("+")) {
    const flag = args.shift()!;
    if (flag === "--") break;
    if (flag.includes("e") && !flag.startsWith("--")) below.errexit = true;
    if (flag.includes("x") && !flag.startsWith("--")) below.xtrace = true;
    if (/^-[a-z]*c$/.test(flag)) {
      text = args.shift();
      if (text === undefined) {
        await context.complain("-c requires an argument");
        return 2;
      }
      below.name = args.shift() ?? context.calledAs;
      break;
    }
  }
  if (text === undefined && args[0] !== undefined) {
    const file = args[0];
    args = args.slice(1);
    below.name = file;
    try {
      text = readFileSync(hostPath(context, file), "utf8");
    } catch (error) {
      await context.complain(`can't open '${file}': ${describeError(error)}`);
      return 2;
    }
  }
  below.positional = args;
  const status = text === undefined ? await interactive(interpreter, context) : await interpreter.script(text, context);
  const atExit = below.traps.get("EXIT");
  if (atExit !== undefined) await interpreter.script(atExit, context);
  state.inner = undefined;
  return atExit === undefined ? status : below.status;
}

async function interactive(interpreter: Interpreter, context: AppletContext): Promise<number> {
  const { state } = interpreter;
  const lines = new LineReader(context.input);
  const prompt = async (text: string): Promise<void> => {
    if (context.isTerminal) await context.print(text);
  };
  let script = "";
  // At the prompt, Control-C only gives a new one.
  if (context.isTerminal) state.interruptLine = () => void prompt(`${state.cwd} # `);
  await prompt(`${state.cwd} # `);
  for (let line = await lines.next(); line !== undefined; line = await lines.next()) {
    script += `${line}\n`;
    if (isUnfinished(script)) {
      await prompt("> ");
      continue;
    }
    try {
      const { output, errors, isTerminal } = context;
      await interruptible(state, () =>
        interpreter.interactiveLine(script, { input: typedInput(lines), output, errors, isTerminal }),
      );
    } catch (error) {
      if (error instanceof Exit) return error.status;
      throw error;
    }
    script = "";
    await prompt(`${state.cwd} # `);
  }
  return state.status;
}

/** Runs a line so that Control-C ends it, 130, and not the shell. */
async function interruptible(state: ShellState, run: () => Promise<void>): Promise<void> {
  const { host, interruptLine } = state;
  const line = new AbortController();
  const stop = (): void => line.abort();
  host.ended.addEventListener("abort", stop);
  state.host = { ...host, ended: line.signal };
  state.interruptLine = stop;
  try {
    await run();
    if (line.signal.aborted) state.status = 130;
  } finally {
    host.ended.removeEventListener("abort", stop);
    state.host = host;
    state.interruptLine = interruptLine;
  }
}

/** What is typed while a command runs is the command's. */
const typedInput = (lines: LineReader): Input => ({
  read: async () => {
    const line = await lines.next();
    return line === undefined ? undefined : new TextEncoder().encode(`${line}\n`);
  },
});

/** Whether more lines are needed: an open quote or an open compound command. */
function isUnfinished(script: string): boolean {
  const plain = script.replace(/\\[\s\S]/g, "").replace(/'[^']*'|"[^"]*"/g, "");
  if (/['"]/.test(plain) || /\\\n$/.test(script)) return true;
  const words = plain.match(/[A-Za-z{}]+/g) ?? [];
  const count = (names: readonly string[]): number => words.filter((word) => names.includes(word)).length;
  return count(["if", "do", "case", "{"]) > count(["fi", "done", "esac", "}"]);
}

async function env(context: AppletContext): Promise<number> {
  const { state } = context;
  const args = [...context.args];
  const variables = new Map(args[0] === "-i" || args[0] === "-" ? [] : state.environment());
  if (args[0] === "-i" || args[0] === "-") args.shift();
  for (
    let match = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(args[0] ?? "");
    match !== null;
    match = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(args[0] ?? "")
  ) {
    variables.set(match[1]!, match[2]!);
    args.shift();
  }
  if (args.length === 0) {
    for (const [name, value] of variables) await context.print(`${name}=${value}\n`);
    return 0;
  }
  const below = new ShellState(context.host, {
    variables,
    exported: new Set(variables.keys()),
    cwd: state.cwd,
    name: state.name,
  });
  return new Interpreter(below).run(args, context);
}

async function printenv(context: AppletContext): Promise<number> {
  const environment = new Map(context.state.environment());
  if (context.args.length === 0) return env(context);
  let status = 0;
  for (const name of context.args) {
    const value = environment.get(name);
    if (value === undefined) status = 1;
    else await context.print(`${value}\n`);
  }
  return status;
}

/** How `test` ends when it is called by a bracket. As in busybox, `[[` is no more than that. */
const brackets: ReadonlyMap<string, string> = new Map([
  ["[", "]"],
  ["[[", "]]"],
]);

async function test(context: AppletContext): Promise<number> {
  const args = [...context.args];
  const bracket = brackets.get(context.name);
  if (bracket !== undefined && args.pop() !== bracket) {
    await context.complain(`missing ${bracket}`);
    return 2;
  }
  let at = 0;
  const fileTest = (letter: string, path: string): boolean => {
    try {
      const host = hostPath(context, path);
      if (letter === "L" || letter === "h") return lstatSync(host).isSymbolicLink();
      const found = statSync(host);
      if (letter === "f") return found.isFile();
      if (letter === "d") return found.isDirectory();
      if (letter === "b") return found.isBlockDevice();
      if (letter === "c") return found.isCharacterDevice();
      if (letter === "p") return found.isFIFO();
      if (letter === "S") return found.isSocket();
      if (letter === "s") return found.size > 0;
      if (letter === "r" || letter === "w" || letter === "x") {
        accessSync(hostPath(context, path, letter === "w"), { r: constants.R_OK, w: constants.W_OK, x: constants.X_OK }[letter]);
      }
      return true;
    } catch {
      return false;
    }
  };
  const primary = (): boolean => {
    const first = args[at] ?? "";
    const operator = args[at + 1];
    const right = args[at + 2];
    if (first === "!" && args.length > at + 1) {
      at += 1;
      return !primary();
    }
    if (first === "(" && args.length > at + 1) {
      at += 1;
      const value = or();
      at += 1;
      return value;
    }
    if (operator !== undefined && right !== undefined && binaryTests.has(operator)) {
      at += 3;
      return binaryTests.get(operator)!(first, right);
    }
    if (/^-[a-zA-Z]$/.test(first) && operator !== undefined) {
      at += 2;
      if (first === "-n") return operator !== "";
      if (first === "-z") return operator === "";
      if (first === "-t") return context.isTerminal;
      return fileTest(first[1]!, operator);
    }
    at += 1;
    return first !== "";
  };
  const and = (): boolean => {
    let value = primary();
    while (args[at] === "-a") {
      at += 1;
      value = primary() && value;
    }
    return value;
  };
  const or = (): boolean => {
    let value = and();
    while (args[at] === "-o") {
      at += 1;
      value = and() || value;
    }
    return value;
  };
  if (args.length === 0) return 1;
  const holds = or();
  if (at < args.length) {
    await context.complain(`${args[at]}: unknown operand`);
    return 2;
  }
  return holds ? 0 : 1;
}

const binaryTests: ReadonlyMap<string, (left: string, right: string) => boolean> = new Map([
  ["=", (left: string, right: string) => left === right],
  ["==", (left: string, right: string) => left === right],
  ["!=", (left: string, right: string) => left !== right],
  ["-eq", (left: string, right: string) => Number(left) === Number(right)],
  ["-ne", (left: string, right: string) => Number(left) !== Number(right)],
  ["-lt", (left: string, right: string) => Number(left) < Number(right)],
  ["-le", (left: string, right: string) => Number(left) <= Number(right)],
  ["-gt", (left: string, right: string) => Number(left) > Number(right)],
  ["-ge", (left: string, right: string) => Number(left) >= Number(right)],
]);

async function date(context: AppletContext): Promise<number> {
  const args = context.args.filter((argument) => argument !== "-u");
  const iso = args.find((argument) => argument.startsWith("-I"));
  const format = args.find((argument) => argument.startsWith("+"))?.slice(1);
  const nowMs = context.host.nowMs();
  await context.print(
    `${formatDate(nowMs, format ?? (iso === undefined ? "%a %b %e %H:%M:%S UTC %Y" : iso === "-I" ? "%Y-%m-%d" : "%Y-%m-%dT%H:%M:%S+00:00"))}\n`,
  );
  return 0;
}

async function kill(context: AppletContext): Promise<number> {
  let signal = "SIGTERM";
  let status = 0;
  for (const argument of context.args) {
    const match = /^-(?:s\s*)?(?:SIG)?([A-Z0-9]+)$/.exec(argument);
    const numbers: Readonly<Record<string, string>> = { 1: "HUP", 2: "INT", 3: "QUIT", 9: "KILL", 15: "TERM" };
    if (match !== null) signal = `SIG${numbers[match[1]!] ?? match[1]}`;
    else if (!context.host.kill(Number(argument), signal)) {
      await context.complain(`can't kill pid ${argument}: No such process`);
      status = 1;
    }
  }
  return status;
}

async function uname(context: AppletContext): Promise<number> {
  const all = context.args[0] === "-a";
  const words: Readonly<Record<string, string>> = { "-n": context.host.hostname, "-m": "x86_64", "-r": "0.0.0-chartroom" };
  await context.print(
    `${all ? `Linux ${context.host.hostname} 0.0.0-chartroom x86_64` : (words[context.args[0] ?? ""] ?? "Linux")}\n`,
  );
  return 0;
}

async function hostname(context: AppletContext): Promise<number> {
  const wantsAddress = context.args[0] === "-i" || context.args[0] === "-I";
  await context.print(`${wantsAddress ? context.host.podIP : context.host.hostname}\n`);
  return 0;
}

const say =
  (text: (context: AppletContext) => string): Applet =>
  async (context) => {
    await context.print(`${text(context)}\n`);
    return 0;
  };

export const systemApplets: ReadonlyArray<readonly [string, Applet]> = [
  ["sh", sh],
  ["ash", sh],
  ["bash", sh],
  ["true", async () => 0],
  ["false", async () => 1],
  ["sleep", sleep],
  ["date", date],
  ["env", env],
  ["printenv", printenv],
  ["hostname", hostname],
  ["test", test],
  ["[", test],
  ["[[", test],
  ["kill", kill],
  ["uname", uname],
  ["pwd", say(({ state }) => state.cwd)],
  ["basename", say(({ args }) => posix.basename(args[0] ?? "", args[1]))],
  ["dirname", say(({ args }) => posix.dirname(args[0] ?? "."))],
  ["ps", say(({ host }) => `PID   USER     TIME  COMMAND\n    1 root      0:00 ${host.command}`)],
];
