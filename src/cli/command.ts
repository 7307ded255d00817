/** Commands as data: their flags, their help, and how their arguments are read and refused. */
import { parseArgs } from "node:util";

export interface Flag {
  readonly name: string;
  /** What the value is, in help; absent for flags that are there or not. */
  readonly value?: string;
  readonly about: string;
  readonly choices?: readonly string[];
  /** A whole number from … to. */
  readonly range?: readonly [number, number];
  /** As help shows it. */
  readonly default?: string;
}

export interface Arguments {
  readonly positionals: readonly string[];
  has(flag: string): boolean;
  text(flag: string): string | undefined;
  number(flag: string): number | undefined;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Names of the positional arguments, as help shows them; `[X]` may be left out. */
  readonly positionals: readonly string[];
  readonly flags: readonly Flag[];
  readonly examples: readonly string[];
  /** Gives the exit code. */
  run(given: Arguments): Promise<number>;
}

/** Wrong use: told with a hint at what is right; exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export const exitCodes = { fine: 0, failed: 1, wrongUse: 2 } as const;

const helpFlag: Flag = { name: "help", about: "show this help" };

export function readArguments(command: Command, argv: readonly string[]): Arguments {
  const flags = [...command.flags, helpFlag];
  const options = Object.fromEntries(
    flags.map((flag) => [flag.name, { type: flag.value === undefined ? ("boolean" as const) : ("string" as const) }]),
  );
  const { tokens } = parseArgs({
    args: [...argv],
    options: { ...options, help: { type: "boolean", short: "h" } },
    strict: false,
    tokens: true,
    allowPositionals: true,
  });
  const values = new Map<string, string | true>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const flag = flags.find(({ name }) => name === token.name);
    if (flag === undefined)
      throw new UsageError(
        unknown(
          "flag",
          token.rawName,
          flags.map(({ name }) => `--${name}`),
          command.name,
        ),
      );
    values.set(flag.name, checked(flag, token.value, command.name));
  }
  const most = command.positionals.length;
  if (positionals.length > most)
    throw new UsageError(`unexpected argument "${positionals[most]}"; see: chartroom ${command.name} --help`);
  const required = command.positionals.filter((name) => !name.startsWith("["));
  if (positionals.length < required.length && !values.has("help"))
    throw new UsageError(`${required[positionals.length]} is missing; for example: ${command.examples[0]}`);
  return {
    positionals,
    has: (name) => values.has(name),
    text: (name) => {
      const value = values.get(name);
      return value === true ? undefined : value;
    },
    number: (name) => (values.has(name) ? Number(values.get(name)) : undefined),
  };
}

function checked({ name, value: wanted, choices, range }: Flag, value: string | undefined, command: string): string | true {
  if (wanted === undefined) {
    if (value !== undefined) throw new UsageError(`--${name} takes no value; see: chartroom ${command} --help`);
    return true;
  }
  if (value === undefined || value === "") throw new UsageError(`--${name} needs a value: --${name} ${wanted}`);
  if (choices !== undefined && !choices.includes(value)) {
    throw new UsageError(`--${name}: "${value}" is not one of ${choices.join(", ")}${didYouMean(value, choices)}`);
  }
  if (range !== undefined && !(/^\d+$/.test(value) && Number(value) >= range[0] && Number(value) <= range[1])) {
    throw new UsageError(`--${name}: "${value}" is not a whole number from ${range[0]} to ${range[1]}`);
  }
  return value;
}

export const unknown = (what: string, given: string, known: readonly string[], command?: string): string =>
  `unknown ${what} "${given}"${didYouMean(given, known)}; see: chartroom ${command === undefined ? "" : `${command} `}--help`;

function didYouMean(given: string, known: readonly string[]): string {
  const nearest = [...known].sort((a, b) => distance(given, a) - distance(given, b))[0];
  return nearest !== undefined && distance(given, nearest) <= Math.max(2, given.length / 3) ? `; did you mean "${nearest}"?` : "";
}

/** Levenshtein's distance: how many letters to change, add or remove. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}

export function helpOf(command: Command): string {
  const usage = ["chartroom", command.name, ...command.positionals, ...(command.flags.length > 0 ? ["[flags]"] : [])].join(" ");
  const flags = [...command.flags, helpFlag].map((flag) => {
    const left = `--${flag.name}${flag.value === undefined ? "" : ` ${flag.choices?.join("|") ?? flag.value}`}`;
    return `  ${left.padEnd(34)} ${flag.about}${flag.default === undefined ? "" : ` (default ${flag.default})`}`;
  });
  const examples = command.examples.map((example) => `  ${example}`);
  return [command.summary, "", `Usage: ${usage}`, "", "Flags:", ...flags, "", "Examples:", ...examples, ""].join("\n");
}

export function overview(commands: readonly Command[], version: string): string {
  return [
    `chartroom ${version}: a Kubernetes you can see inside`,
    "",
    "Usage: chartroom COMMAND [flags]",
    "",
    "Commands:",
    ...commands.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`),
    "",
    "chartroom COMMAND --help tells more; chartroom --version tells the version.",
    "Example: chartroom up --nodes 3",
    "",
  ].join("\n");
}
