/** Commands that change the shell itself. */
import { readFileSync, statSync } from "node:fs";
import { posix } from "node:path";
import { applets } from "./applets.js";
import type { Interpreter } from "./interpret.js";
import { type AppletContext, Exit, LoopJump, Return } from "./state.js";
import { type Input, LineReader } from "./streams.js";

type Builtin = (context: AppletContext, interpreter: Interpreter) => Promise<number>;

const isName = (text: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(text);

const quote = (value: string): string => `'${value.replaceAll("'", "'\\''")}'`;

async function cd(context: AppletContext): Promise<number> {
  const { state, host, args } = context;
  const target = args[0] === "-" ? (state.variables.get("OLDPWD") ?? "/") : (args[0] ?? state.variables.get("HOME") ?? "/root");
  const path = posix.resolve(state.cwd, target);
  if (!statSync(host.toHost(path, false), { throwIfNoEntry: false })?.isDirectory()) {
    await context.errors.write(new TextEncoder().encode(`${state.name}: cd: can't cd to ${target}: No such file or directory\n`));
    return 1;
  }
  state.variables.set("OLDPWD", state.cwd);
  state.cwd = path;
  state.variables.set("PWD", path);
  return 0;
}

function assign(context: AppletContext, exports: boolean): number {
  const { state } = context;
  for (const argument of context.args) {
    const equals = argument.indexOf("=");
    const name = equals < 0 ? argument : argument.slice(0, equals);
    if (!isName(name)) continue;
    if (equals >= 0) state.variables.set(name, argument.slice(equals + 1));
    if (exports) state.exported.add(name);
  }
  return 0;
}

async function read(context: AppletContext): Promise<number> {
  const names = context.args.filter((argument) => !argument.startsWith("-"));
  const line = await lineReaderOf(context.input).next();
  const fields = (line ?? "").trim().split(/[ \t]+/);
  for (const [index, name] of (names.length === 0 ? ["REPLY"] : names).entries()) {
    const isLast = index === Math.max(names.length, 1) - 1;
    context.state.variables.set(
      name,
      isLast ? (names.length <= 1 ? (line ?? "").trim() : fields.slice(index).join(" ")) : (fields[index] ?? ""),
    );
  }
  return line === undefined ? 1 : 0;
}

/** What one `read` has taken of its input beyond its line is there for the next. */
const lineReaders = new WeakMap<Input, LineReader>();

function lineReaderOf(input: Input): LineReader {
  const reader = lineReaders.get(input) ?? new LineReader(input);
  lineReaders.set(input, reader);
  return reader;
}

async function set(context: AppletContext): Promise<number> {
  const { state, args } = context;
  if (args.length === 0) {
    for (const [name, value] of [...state.variables].sort(([one], [other]) => (one < other ? -1 : 1)))
      await context.print(`${name}=${quote(value)}\n`);
    return 0;
  }
  const rest = [...args];
  for (let flag = rest[0]; flag !== undefined && /^[-+]/.test(flag); flag = rest[0]) {
    rest.shift();
    if (flag === "--") {
      state.positional = rest;
      return 0;
    }
    if (flag.includes("e")) state.errexit = flag.startsWith("-");
    if (flag.includes("x")) state.xtrace = flag.startsWith("-");
    if (flag === "-o" || flag === "+o") rest.shift();
  }
  if (rest.length > 0) state.positional = rest;
  return 0;
}

async function trap({ state, args }: AppletContext): Promise<number> {
  const [text = "", ...signals] = args;
  for (const signal of signals) {
    const name = signal.replace(/^SIG/, "").replace(/^0$/, "EXIT").replace(/^15$/, "TERM").replace(/^2$/, "INT");
    if (text === "-") state.traps.delete(name);
    else state.traps.set(name, text);
  }
  return 0;
}

async function wait({ state }: AppletContext): Promise<number> {
  const signalled = new Promise<number>((resolve) => {
    state.wakeOnSignal = () => resolve(143);
  });
  const all = Promise.all(state.background.splice(0)).then((statuses) => statuses.at(-1) ?? 0);
  return Promise.race([all, signalled]);
}

async function command(context: AppletContext): Promise<number> {
  const { args, state, host } = context;
  if (args[0] !== "-v" && args[0] !== "-V") return context.run(args, context);
  const name = args[1] ?? "";
  const known = state.functions.has(name) || builtins.has(name) || (applets.has(name) && !host.lacks(name));
  if (!known) return 127;
  await context.print(`${applets.has(name) && !builtins.has(name) ? `/bin/${name}` : name}\n`);
  return 0;
}

const jump =
  (kind: "break" | "continue"): Builtin =>
  async ({ args }) => {
    throw new LoopJump(kind, Number(args[0] ?? 1));
  };

export const builtins: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  [":", async () => 0],
  ["cd", cd],
  ["pwd", async (context) => context.print(`${context.state.cwd}\n`).then(() => 0)],
  ["export", async (context) => assign(context, true)],
  ["readonly", async (context) => assign(context, false)],
  ["local", async (context) => assign(context, false)],
  [
    "unset",
    async ({ state, args }) => {
      for (const name of args) {
        state.variables.delete(name);
        state.functions.delete(name);
      }
      return 0;
    },
  ],
  ["read", read],
  ["set", set],
  ["trap", trap],
  ["wait", wait],
  [
    "shift",
    async ({ state, args }) => {
      state.positional = state.positional.slice(Number(args[0] ?? 1));
      return 0;
    },
  ],
  ["break", jump("break")],
  ["continue", jump("continue")],
  [
    "exit",
    async ({ state, args }) => {
      throw new Exit(Number(args[0] ?? state.status) & 255);
    },
  ],
  [
    "return",
    async ({ state, args }) => {
      throw new Return(Number(args[0] ?? state.status) & 255);
    },
  ],
  ["eval", async (context, interpreter) => interpreter.script(context.args.join(" "), context)],
  [
    "exec",
    async (context) => {
      if (context.args.length === 0) return 0;
      throw new Exit(await context.run(context.args, context));
    },
  ],
  [
    ".",
    async (context, interpreter) => {
      const path = context.host.toHost(posix.resolve(context.state.cwd, context.args[0] ?? ""), false);
      return interpreter.script(readFileSync(path, "utf8"), context);
    },
  ],
  ["command", command],
  ["type", async (context) => command({ ...context, args: ["-v", ...context.args] })],
]);
