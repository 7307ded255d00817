#!/usr/bin/env node
/** The command line: finds the command, reads its arguments, and turns errors into words and exit codes. */
import { readFileSync } from "node:fs";
import { type Command, exitCodes, helpOf, overview, readArguments, UsageError, unknown } from "./command.js";

/** Each command's module is loaded only when it is asked for. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  up: async () => (await import("./up.js")).up,
  charts: async () => (await import("./charts.js")).charts,
  trace: async () => (await import("./trace.js")).trace,
  sim: async () => (await import("./sim.js")).sim,
};

function versionOf(): string {
  const manifest = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

async function run(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === "--version" || name === "-v") {
    process.stdout.write(`${versionOf()}\n`);
    return exitCodes.fine;
  }
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    const [of] = rest;
    if (name === "help" && of !== undefined && commands[of] !== undefined) return run([of, "--help"]);
    const all = await Promise.all(Object.values(commands).map((load) => load()));
    (name === undefined ? process.stderr : process.stdout).write(overview(all, versionOf()));
    return name === undefined ? exitCodes.wrongUse : exitCodes.fine;
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (load === undefined) throw new UsageError(unknown("command", name, Object.keys(commands)));
  const command = await load();
  const given = readArguments(command, rest);
  if (given.has("help")) {
    process.stdout.write(helpOf(command));
    return exitCodes.fine;
  }
  return command.run(given);
}

// Whoever reads the output may stop reading, as `head` does.
process.stdout.on("error", (error: NodeJS.ErrnoException) =>
  process.exit(error.code === "EPIPE" ? exitCodes.fine : exitCodes.failed),
);

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`chartroom: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof UsageError ? exitCodes.wrongUse : exitCodes.failed;
}
