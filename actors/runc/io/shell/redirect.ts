/** Redirections: files, other streams and here-documents in the place of a command's input and output. */
import { fstatSync, openSync, readSync, writeSync } from "node:fs";
import { posix } from "node:path";
import { expandToText, type Substitute } from "./expand.js";
import { describeError } from "./files.js";
import type { Streams } from "./host.js";
import type { ShellState } from "./state.js";
import { type Input, nowhere, type Output } from "./streams.js";
import type { Redirection } from "./syntax.js";

const encoder = new TextEncoder();

/** Undefined when a file could not be opened; what is wrong has been said. */
export async function redirect(
  redirections: readonly Redirection[],
  streams: Streams,
  state: ShellState,
  substitute: Substitute,
  opened: number[],
): Promise<Streams | undefined> {
  let current = streams;
  for (const { descriptor, operator, target } of redirections) {
    const text = await expandToText(target, state, substitute);
    if (operator === "<<") {
      current = { ...current, input: textInput(text) };
    } else if (operator === ">&") {
      const source = text === "2" ? current.errors : text === "1" ? current.output : nowhere;
      current = descriptor === 2 ? { ...current, errors: source } : { ...current, output: source };
    } else {
      try {
        const writes = operator !== "<";
        const path = state.host.toHost(
          posix.resolve(state.cwd, text),
          writes && text !== "/dev/stdout" && text !== "/dev/stderr",
        );
        if (text === "/dev/stdout" || text === "/dev/stderr") {
          const source = text === "/dev/stdout" ? streams.output : streams.errors;
          current = descriptor === 2 ? { ...current, errors: source } : { ...current, output: source };
          continue;
        }
        const file = openSync(path, operator === "<" ? "r" : operator === ">>" ? "a" : "w");
        opened.push(file);
        if (fstatSync(file).isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
        if (operator === "<") current = { ...current, input: fileInput(file) };
        else if (operator === "&>") current = { ...current, output: fileOutput(file), errors: fileOutput(file) };
        else current = descriptor === 2 ? { ...current, errors: fileOutput(file) } : { ...current, output: fileOutput(file) };
      } catch (error) {
        const verb = operator === "<" ? "open" : "create";
        await streams.errors.write(encoder.encode(`${state.name}: can't ${verb} ${text}: ${describeError(error)}\n`));
        return undefined;
      }
    }
  }
  return current;
}

function textInput(text: string): Input {
  let rest: Uint8Array | undefined = encoder.encode(text);
  return {
    read: async () => {
      const all = rest;
      rest = undefined;
      return all?.length === 0 ? undefined : all;
    },
  };
}

export function fileInput(descriptor: number): Input {
  return {
    read: async () => {
      const chunk = Buffer.alloc(64 * 1024);
      const size = readSync(descriptor, chunk);
      return size === 0 ? undefined : chunk.subarray(0, size);
    },
  };
}

const fileOutput = (descriptor: number): Output => ({
  write: async (bytes) => {
    writeSync(descriptor, bytes);
  },
});
