/** `awk [-F separator] [-v name=value] 'program' [file | name=value]…`, or `-f file`. */
import { readFileSync } from "node:fs";
import { unescaped } from "../escapes.js";
import { describeError, hostPath } from "../files.js";
import { eachInput } from "../inputs.js";
import { parseOptions } from "../options.js";
import type { AppletContext } from "../state.js";
import { LineReader } from "../streams.js";
import { parseAwk } from "./parse.js";
import { AwkExit, AwkRun, Next } from "./run.js";
import { AwkError, type AwkProgram } from "./syntax.js";
import { Read } from "./value.js";

const assignment = /^([A-Za-z_]\w*)=([\s\S]*)$/;

export async function awk(context: AppletContext): Promise<number> {
  const { args, assigned, separator, files } = options(context.args);
  let program: AwkProgram;
  const rest = [...args];
  try {
    const text = files.length > 0 ? files.map((file) => readFileSync(hostPath(context, file), "utf8")).join("\n") : rest.shift();
    if (text === undefined) {
      await context.complain("usage: awk [-F sep] [-v var=val] 'program' [file...]");
      return 1;
    }
    program = parseAwk(text);
  } catch (error) {
    await context.complain(error instanceof AwkError ? error.message : describeError(error));
    return 1;
  }
  const waiting: string[] = [];
  const run = new AwkRun(program, {
    toHost: (path, writes) => hostPath(context, path, writes),
    nextRecord: () => waiting.shift(),
  });
  if (separator !== undefined) run.memory.set("FS", separator === "t" ? "\t" : unescaped(separator));
  const assign = (text: string): void => {
    const [, name = "", value = ""] = assignment.exec(text) ?? [];
    run.memory.set(name, new Read(unescaped(value)));
  };
  for (const each of assigned) assign(each);
  for (const [name, value] of context.state.environment()) run.memory.array("ENVIRON").set(name, new Read(value));
  for (const [index, value] of ["awk", ...rest].entries()) run.memory.array("ARGV").set(String(index), new Read(value));
  run.memory.set("ARGC", rest.length + 1);
  const flush = async (): Promise<void> => {
    if (run.errors.length > 0) await context.errors.write(Buffer.from(run.errors.splice(0).join("")));
    if (run.output.length > 0) await context.print(run.output.splice(0).join(""));
  };
  let status = 0;
  let failed = 0;
  try {
    run.begin();
    await flush();
    if (program.rules.some(({ pattern }) => pattern.kind !== "begin"))
      failed = await readAll(context, rest, assign, run, waiting, flush);
  } catch (error) {
    if (!(error instanceof AwkExit)) return complain(context, error, flush);
    status = error.status;
  }
  try {
    run.finish();
  } catch (error) {
    if (!(error instanceof AwkExit)) return complain(context, error, flush);
    status = error.status;
  }
  await flush();
  return status === 0 ? failed : status;
}

/** Reads the records of all files; with a program that asks for records itself, all of a file first. */
async function readAll(
  context: AppletContext,
  args: readonly string[],
  assign: (text: string) => void,
  run: AwkRun,
  waiting: string[],
  flush: () => Promise<void>,
): Promise<number> {
  const isFile = (arg: string): boolean => !assignment.test(arg);
  const todo = args.some(isFile) ? args : [...args, "-"];
  let failed = 0;
  const one = (text: string): void => {
    try {
      run.record(text);
    } catch (error) {
      if (!(error instanceof Next)) throw error;
    }
  };
  for (const arg of todo) {
    if (!isFile(arg)) {
      assign(arg);
      continue;
    }
    run.memory.set("FILENAME", arg === "-" ? "" : arg);
    run.memory.set("FNR", 0);
    const status = await eachInput(context, [arg], async (input) => {
      const separator = run.memory.text("RS");
      const lines = new LineReader(input);
      if (separator !== "\n" || run.asksForRecords) {
        for (let line = await lines.next(); line !== undefined; line = await lines.next()) waiting.push(line);
        if (separator !== "\n") waiting.splice(0, waiting.length, ...recordsOf(waiting, separator));
        for (let text = waiting.shift(); text !== undefined; text = waiting.shift()) one(text);
        await flush();
        return;
      }
      for (let line = await lines.next(); line !== undefined; line = await lines.next()) {
        one(line);
        await flush();
      }
    });
    failed = Math.max(failed, status === 0 ? 0 : 2);
  }
  return failed;
}

/** No separator at all is an empty line. */
function recordsOf(lines: readonly string[], separator: string): string[] {
  const text = lines.join("\n");
  if (separator === "") return text.trim() === "" ? [] : text.replace(/^\n+|\n+$/g, "").split(/\n{2,}/);
  return text === "" ? [] : text.split(separator.length === 1 ? separator : new RegExp(separator));
}

async function complain(context: AppletContext, error: unknown, flush: () => Promise<void>): Promise<number> {
  await flush();
  if (!(error instanceof AwkError) && (error as NodeJS.ErrnoException).code === undefined) throw error;
  await context.complain(error instanceof AwkError ? error.message : describeError(error));
  return 2;
}

/** -F and -v may come again, and stand together with their values. */
function options(given: readonly string[]): {
  args: string[];
  assigned: string[];
  separator: string | undefined;
  files: string[];
} {
  const assigned: string[] = [];
  const files: string[] = [];
  let separator: string | undefined;
  let at = 0;
  for (; at < given.length && /^-[Fvf]/.test(given[at]!); at++) {
    const { values } = parseOptions(given.slice(at, at + (given[at]!.length === 2 ? 2 : 1)), "", "Fvf");
    if (given[at]!.length === 2) at += 1;
    separator = values.get("F") ?? separator;
    assigned.push(...[values.get("v")].filter((each) => each !== undefined));
    files.push(...[values.get("f")].filter((each) => each !== undefined));
  }
  if (given[at] === "--") at += 1;
  return { args: given.slice(at), assigned, separator, files };
}
