/** Expands words: parameters, commands, arithmetic, then fields and file names. */
import { readdirSync } from "node:fs";
import { posix } from "node:path";
import { evaluate } from "./arithmetic.js";
import type { ShellState } from "./state.js";
import type { List, Word, WordPart } from "./syntax.js";

/** Runs a list and gives what it writes. */
export type Substitute = (list: List) => Promise<string>;

interface Piece {
  readonly text: string;
  /** Quoted text is neither split nor matched against file names. */
  readonly quoted: boolean;
  /** Stood in the script itself: not split. */
  readonly written?: boolean;
}

export class ShellError extends Error {}

/** One word without splitting: for assignments, redirections and `case`. */
export async function expandToText(word: Word, state: ShellState, substitute: Substitute): Promise<string> {
  const pieces: Piece[] = [];
  for (const part of word) for (const field of await expandPart(part, state, substitute)) pieces.push(field);
  return tilde(pieces, state)
    .map((piece) => piece.text)
    .join("");
}

/** A pattern for `case`: quoted characters stand for themselves. */
export async function expandToPattern(word: Word, state: ShellState, substitute: Substitute): Promise<string> {
  const pieces: Piece[] = [];
  for (const part of word) for (const field of await expandPart(part, state, substitute)) pieces.push(field);
  return pieces.map((piece) => (piece.quoted ? piece.text.replace(/[*?[\]\\]/g, "\\$&") : piece.text)).join("");
}

/** Words to fields, as a command gets them. */
export async function expandWords(words: readonly Word[], state: ShellState, substitute: Substitute): Promise<string[]> {
  const fields: string[] = [];
  for (const word of words) {
    const isAll =
      word.length === 1 && word[0]?.kind === "parameter" && word[0].name === "@" && word[0].quoted && word[0].operator === "";
    if (isAll) {
      fields.push(...state.positional);
      continue;
    }
    const pieces: Piece[] = [];
    for (const part of word) pieces.push(...(await expandPart(part, state, substitute)));
    for (const field of split(tilde(pieces, state), state.variables.get("IFS") ?? " \t\n"))
      fields.push(...fileNames(field, state));
  }
  return fields;
}

function tilde(pieces: Piece[], state: ShellState): Piece[] {
  const first = pieces[0];
  if (first === undefined || first.quoted || !/^~(?=\/|$)/.test(first.text)) return pieces;
  return [{ text: (state.variables.get("HOME") ?? "/root") + first.text.slice(1), quoted: true }, ...pieces.slice(1)];
}

async function expandPart(part: WordPart, state: ShellState, substitute: Substitute): Promise<Piece[]> {
  switch (part.kind) {
    case "text":
      return [{ text: part.text, quoted: part.quoted, written: true }];
    case "command":
      return [{ text: (await substitute(part.list)).replace(/\n+$/, ""), quoted: part.quoted }];
    case "arithmetic": {
      const expression = await expandToText(part.expression, state, substitute);
      return [{ text: String(evaluate(expression, state.variables)), quoted: true }];
    }
    case "parameter":
      return expandParameter(part, state, substitute);
  }
}

async function expandParameter(
  part: Extract<WordPart, { kind: "parameter" }>,
  state: ShellState,
  substitute: Substitute,
): Promise<Piece[]> {
  const value = parameter(part.name, state);
  const { operator, quoted } = part;
  const isUnset = value === undefined || (operator.startsWith(":") && value === "");
  const word = async (): Promise<string> => expandToText(part.word, state, substitute);
  switch (operator) {
    case "":
      return [{ text: value ?? "", quoted }];
    case "length":
      return [{ text: String((value ?? "").length), quoted }];
    case ":-":
    case "-":
      return [{ text: isUnset ? await word() : value, quoted }];
    case ":=":
    case "=":
      if (isUnset) state.variables.set(part.name, await word());
      return [{ text: state.variables.get(part.name) ?? "", quoted }];
    case ":+":
    case "+":
      return [{ text: isUnset ? "" : await word(), quoted }];
    case ":?":
    case "?":
      if (isUnset) throw new ShellError(`${part.name}: ${(await word()) || "parameter not set"}`);
      return [{ text: value, quoted }];
    default:
      return [{ text: strip(value ?? "", await expandToPattern(part.word, state, substitute), operator), quoted }];
  }
}

function parameter(name: string, state: ShellState): string | undefined {
  if (name === "?") return String(state.status);
  if (name === "#") return String(state.positional.length);
  if (name === "$") return "1";
  if (name === "!" || name === "-") return "";
  if (name === "@" || name === "*") return state.positional.join(" ");
  if (name === "0") return state.name;
  if (/^\d+$/.test(name)) return state.positional[Number(name) - 1];
  return state.variables.get(name) ?? (name === "RANDOM" ? String(Math.floor(Math.random() * 32_768)) : undefined);
}

function strip(value: string, pattern: string, operator: "#" | "##" | "%" | "%%"): string {
  const expression = patternToRegExp(pattern);
  const lengths = Array.from({ length: value.length + 1 }, (_, length) => length);
  if (operator === "##" || operator === "%%") lengths.reverse();
  for (const length of lengths) {
    const part = operator.startsWith("#") ? value.slice(0, length) : value.slice(value.length - length);
    if (expression.test(part)) return operator.startsWith("#") ? value.slice(length) : value.slice(0, value.length - length);
  }
  return value;
}

/** A shell pattern as a regular expression for the whole text. */
export function patternToRegExp(pattern: string): RegExp {
  let source = "";
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at]!;
    const close = char === "[" ? pattern.indexOf("]", at + 2) : -1;
    if (char === "*") source += "[\\s\\S]*";
    else if (char === "?") source += "[\\s\\S]";
    else if (char === "\\" && at + 1 < pattern.length) source += pattern[++at]!.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
    else if (close > 0) {
      source += `[${pattern
        .slice(at + 1, close)
        .replace(/^!/, "^")
        .replace(/\\/g, "\\\\")}]`;
      at = close;
    } else source += char.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
  }
  return new RegExp(`^${source}$`);
}

type Field = Piece[];

/** Splits what expansions gave, not what was written, at the field separators. */
function split(pieces: readonly Piece[], separators: string): Field[] {
  const fields: Field[] = [];
  let field: Field | undefined;
  const add = (piece: Piece): void => {
    field ??= [];
    field.push(piece);
  };
  const end = (): void => {
    if (field !== undefined) fields.push(field);
    field = undefined;
  };
  for (const piece of pieces) {
    if (piece.quoted || piece.written === true) {
      add(piece);
      continue;
    }
    let word = "";
    for (const char of piece.text) {
      if (!separators.includes(char)) {
        word += char;
        continue;
      }
      if (word !== "") add({ text: word, quoted: false });
      word = "";
      end();
    }
    if (word !== "") add({ text: word, quoted: false });
  }
  end();
  return fields;
}

function fileNames(field: Field, state: ShellState): string[] {
  const text = field.map((piece) => piece.text).join("");
  if (!field.some((piece) => !piece.quoted && /[*?[]/.test(piece.text))) return [text];
  const pattern = field.map((piece) => (piece.quoted ? piece.text.replace(/[*?[\]\\]/g, "\\$&") : piece.text)).join("");
  const found = matchPaths(pattern, state);
  return found.length === 0 ? [text] : found;
}

function matchPaths(pattern: string, state: ShellState): string[] {
  const absolute = pattern.startsWith("/");
  let paths = [absolute ? "/" : ""];
  for (const part of pattern.split("/").filter((each) => each !== "")) {
    const expression = patternToRegExp(part);
    const next: string[] = [];
    for (const path of paths) {
      if (!/[*?[]/.test(part)) {
        next.push(path + (path === "" || path.endsWith("/") ? "" : "/") + part.replace(/\\(.)/g, "$1"));
        continue;
      }
      for (const name of namesIn(posix.resolve(state.cwd, path), state)) {
        if (expression.test(name) && (!name.startsWith(".") || part.startsWith("."))) {
          next.push(path + (path === "" || path.endsWith("/") ? "" : "/") + name);
        }
      }
    }
    paths = next;
  }
  return paths.filter((path) => path !== "");
}

function namesIn(directory: string, state: ShellState): string[] {
  try {
    return readdirSync(state.host.toHost(directory, false)).sort();
  } catch {
    // A directory that cannot be read matches nothing.
    return [];
  }
}
