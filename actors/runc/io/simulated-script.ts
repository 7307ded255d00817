/**
 * What a simulated container can tell from its command line without running it: `sleep 5`, `exit 3`, `echo x`,
 * joined by `;` and `&&`, alone or under `sh -c`. Whatever it cannot read runs until it is killed.
 */

export interface Timeline {
  readonly output: ReadonlyArray<{ readonly atMs: number; readonly text: string }>;
  /** Undefined: it runs until it is killed. */
  readonly exit: { readonly atMs: number; readonly exitCode: number } | undefined;
}

const endless: Timeline = { output: [], exit: undefined };
const shells = new Set(["sh", "/bin/sh", "ash", "/bin/ash", "bash", "/bin/bash"]);
/** Characters that need a real shell. */
const beyond = /[|<>$`(){}*?[\]\\#!]|(?<!&)&(?!&)|\|\|/;

const unquote = (word: string): string =>
  word.length >= 2 && (word[0] === '"' || word[0] === "'") && word.endsWith(word[0]!) ? word.slice(1, -1) : word;

const sleepUnits: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function sleepMs(word: string | undefined): number | undefined {
  if (word === "infinity" || word === "inf") return Number.POSITIVE_INFINITY;
  const match = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(word ?? "");
  return match === null ? undefined : Number(match[1]) * sleepUnits[match[2] || "s"]!;
}

/** Reads `[command, ...args]` as a container's spec gives them. */
export function timelineOf(words: readonly string[]): Timeline {
  const [program, flag, script] = words;
  if (program === undefined) return endless;
  if (shells.has(program) && flag !== undefined && /^-e?u?x?c$/.test(flag) && script !== undefined)
    return timelineOfScript(script);
  return timelineOfSteps([words]);
}

function timelineOfScript(script: string): Timeline {
  if (beyond.test(script)) return endless;
  // After a failure, `&&` skips what `;` does not.
  if (script.includes("&&") && /\bfalse\b/.test(script)) return endless;
  const steps = script
    .split(/;|&&|\n/)
    .map((step) => (step.match(/"[^"]*"|'[^']*'|[^\s"']+/g) ?? []).map(unquote))
    .filter((step) => step.length > 0);
  return steps.length === 0 ? { output: [], exit: { atMs: 0, exitCode: 0 } } : timelineOfSteps(steps);
}

function timelineOfSteps(steps: ReadonlyArray<readonly string[]>): Timeline {
  const output: Array<{ atMs: number; text: string }> = [];
  let atMs = 0;
  let exitCode = 0;
  for (const [name = "", ...args] of steps) {
    const command = name.slice(name.lastIndexOf("/") + 1);
    if (command === "sleep") {
      const delayMs = sleepMs(args[0]);
      if (delayMs === undefined) return endless;
      if (delayMs === Number.POSITIVE_INFINITY) return { output, exit: undefined };
      atMs += delayMs;
      exitCode = 0;
    } else if (command === "echo") {
      output.push({ atMs, text: args.join(" ") });
      exitCode = 0;
    } else if (command === "exit") {
      const code = args[0] === undefined ? exitCode : Number(args[0]);
      return Number.isInteger(code) ? { output, exit: { atMs, exitCode: code & 255 } } : endless;
    } else if (command === "true" || command === ":") {
      exitCode = 0;
    } else if (command === "false") {
      exitCode = 1;
    } else {
      return { output, exit: undefined };
    }
  }
  return { output, exit: { atMs, exitCode } };
}
