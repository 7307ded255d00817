/** `sed [-nEsi] [-e script] [-f file] [script] [file]…` */
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { describeError, hostPath } from "../files.js";
import { eachInput } from "../inputs.js";
import type { AppletContext } from "../state.js";
import { type Input, LineReader } from "../streams.js";
import { parseSed, type SedCommand, SedError } from "./parse.js";
import { type SedLines, type SedOutput, SedRun } from "./run.js";

interface Options {
  readonly silent: boolean;
  readonly extended: boolean;
  readonly inPlace: boolean;
  /** What a file is kept as before it is changed, after its name. */
  readonly suffix: string;
  readonly scripts: readonly string[];
  readonly files: readonly string[];
}

export async function sed(context: AppletContext): Promise<number> {
  let options: Options;
  let commands: SedCommand[];
  try {
    options = readOptions(context);
    commands = parseSed(options.scripts.join("\n"), options.extended);
  } catch (error) {
    await context.complain(error instanceof SedError ? error.message : describeError(error));
    return 1;
  }
  const files = (print: (text: string) => Promise<void>): SedOutput => ({
    print,
    read: (file) => {
      try {
        return readFileSync(hostPath(context, file), "utf8");
      } catch {
        // A file that cannot be read has nothing.
        return "";
      }
    },
    append: (file, text) => appendFileSync(hostPath(context, file, true), text),
  });
  if (!options.inPlace) {
    // All files are one text.
    const lines = new Lines();
    const status = await eachInput(context, options.files, (input) => lines.add(input));
    await new SedRun(
      commands,
      options.silent,
      lines,
      files((text) => context.print(text)),
    ).run();
    return status;
  }
  return eachInput(context, options.files, async (input, name) => {
    const lines = new Lines();
    await lines.add(input);
    let changed = "";
    const keep = async (text: string): Promise<void> => {
      changed += text;
    };
    await new SedRun(commands, options.silent, lines, files(keep)).run();
    const path = hostPath(context, name, true);
    if (options.suffix !== "") writeFileSync(hostPath(context, name + options.suffix, true), readFileSync(path));
    writeFileSync(path, changed);
  });
}

class Lines implements SedLines {
  private readonly waiting: string[] = [];

  async add(input: Input): Promise<void> {
    const reader = new LineReader(input);
    for (let line = await reader.next(); line !== undefined; line = await reader.next()) this.waiting.push(line);
  }

  async next(): Promise<string | undefined> {
    return this.waiting.shift();
  }

  async isLast(): Promise<boolean> {
    return this.waiting.length === 0;
  }
}

function readOptions(context: AppletContext): Options {
  const scripts: string[] = [];
  const files: string[] = [];
  const flags = new Set<string>();
  let suffix = "";
  const args = [...context.args];
  for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
    if (arg === "--") {
      files.push(...args.splice(0));
    } else if (/^-[nErs]*[ef]$/.test(arg)) {
      for (const letter of arg.slice(1, -1)) flags.add(letter);
      const value = args.shift() ?? "";
      scripts.push(arg.endsWith("e") ? value : readFileSync(hostPath(context, value), "utf8"));
    } else if (/^-[nErs]*i/.test(arg)) {
      for (const letter of arg.slice(1, arg.indexOf("i") + 1)) flags.add(letter);
      suffix = arg.slice(arg.indexOf("i") + 1);
    } else if (/^-[nErs]+$/.test(arg)) {
      for (const letter of arg.slice(1)) flags.add(letter);
    } else if (arg.startsWith("-") && arg !== "-") {
      throw new SedError(`unrecognized option: ${arg.slice(1)}`);
    } else files.push(arg);
  }
  if (scripts.length === 0) {
    const script = files.shift();
    if (script === undefined) throw new SedError("no script");
    scripts.push(script);
  }
  const extended = flags.has("E") || flags.has("r");
  return { silent: flags.has("n"), extended, inPlace: flags.has("i"), suffix, scripts, files };
}
