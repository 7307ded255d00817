/** Functions that every awk program has. */
import type { AwkRun } from "./run.js";
import { AwkError, type Expression } from "./syntax.js";
import { Read, sprintf, toNumber, toText, type Value } from "./value.js";

type Builtin = (run: AwkRun, args: readonly Expression[]) => Value;

const numeric =
  (compute: (...numbers: number[]) => number): Builtin =>
  (run, args) =>
    compute(...args.map((each) => toNumber(run.value(each))));

const textOf = (run: AwkRun, expression: Expression | undefined): string =>
  expression === undefined ? toText(run.memory.field(0), "") : toText(run.value(expression), run.memory.format);

/** Characters from `from`, which counts from 1 and may lie before the beginning. */
function substr(run: AwkRun, [of, from, length]: readonly Expression[]): string {
  const text = textOf(run, of);
  const first = Math.round(from === undefined ? 1 : toNumber(run.value(from)));
  const end = length === undefined ? text.length + 1 : first + Math.round(toNumber(run.value(length)));
  return text.slice(Math.max(0, first - 1), Math.max(0, end - 1));
}

function split(run: AwkRun, [of, into, by]: readonly Expression[]): number {
  if (into?.kind !== "variable") throw new AwkError("split needs an array");
  const text = textOf(run, of);
  const parts =
    by === undefined
      ? run.memory.parts(text, run.memory.text("FS"))
      : by.kind === "regex"
        ? text === ""
          ? []
          : text.split(run.expressionOf(by))
        : run.memory.parts(text, textOf(run, by));
  const array = run.memory.array(into.name);
  array.clear();
  for (const [index, part] of parts.entries()) array.set(String(index + 1), new Read(part));
  return parts.length;
}

/** In what is put in, & is what was found. */
function substitute(run: AwkRun, [pattern, by, into]: readonly Expression[], everywhere: boolean): number {
  if (pattern === undefined) throw new AwkError("sub needs a regex");
  const expression = new RegExp(run.expressionOf(pattern).source, everywhere ? "g" : "");
  const replacement = textOf(run, by);
  const target = into?.kind === "group" ? into.of : (into ?? ({ kind: "field", index: { kind: "number", value: 0 } } as const));
  let count = 0;
  const result = textOf(run, target).replace(expression, (found) => {
    count += 1;
    return replacement.replace(/\\\\|\\&|&/g, (each) => (each === "&" ? found : each.slice(1)));
  });
  if (count > 0 && (target.kind === "variable" || target.kind === "element" || target.kind === "field"))
    run.assign(target, result);
  return count;
}

function match(run: AwkRun, [of, pattern]: readonly Expression[]): number {
  if (pattern === undefined) throw new AwkError("match needs a regex");
  const found = run.expressionOf(pattern).exec(textOf(run, of));
  run.memory.set("RSTART", found === null ? 0 : found.index + 1);
  run.memory.set("RLENGTH", found === null ? -1 : found[0].length);
  return found === null ? 0 : found.index + 1;
}

const builtins: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  [
    "length",
    (run, [of]) =>
      of?.kind === "variable" && run.memory.hasArray(of.name) ? run.memory.array(of.name).size : textOf(run, of).length,
  ],
  ["substr", substr],
  ["index", (run, [of, part]) => textOf(run, of).indexOf(textOf(run, part)) + 1],
  ["split", split],
  ["sub", (run, args) => substitute(run, args, false)],
  ["gsub", (run, args) => substitute(run, args, true)],
  ["match", match],
  [
    "sprintf",
    (run, [format, ...args]) =>
      sprintf(
        textOf(run, format),
        args.map((each) => run.value(each)),
        run.memory.format,
      ),
  ],
  ["tolower", (run, [of]) => textOf(run, of).toLowerCase()],
  ["toupper", (run, [of]) => textOf(run, of).toUpperCase()],
  ["sin", numeric(Math.sin)],
  ["cos", numeric(Math.cos)],
  ["atan2", numeric(Math.atan2)],
  ["exp", numeric(Math.exp)],
  ["log", numeric(Math.log)],
  ["sqrt", numeric(Math.sqrt)],
  ["int", numeric(Math.trunc)],
  ["rand", (run) => run.random()],
  ["srand", (run, [seed]) => run.reseed(seed === undefined ? Date.now() / 1000 : toNumber(run.value(seed)))],
  [
    "close",
    (run, [file]) => {
      run.close(textOf(run, file));
      return 0;
    },
  ],
  ["fflush", () => 0],
]);

export function callBuiltin(run: AwkRun, name: string, args: readonly Expression[]): Value {
  const builtin = builtins.get(name);
  if (builtin === undefined) throw new AwkError(name === "system" ? "commands are not there" : `${name} is not defined`);
  return builtin(run, args);
}
