import { contains, word } from "./character-class.js";
import { Dfa } from "./dfa.js";
import { assemble, type Instruction } from "./program.js";
import { type Assertion, RegexError } from "./regex-parser.js";

/** The ways that are followed at one place of the text, in order of preference, each with where its match began. */
class Threads {
  readonly instructions: Int32Array;
  readonly starts: Int32Array;
  readonly #marks: Int32Array;
  #generation = 0;
  count = 0;

  constructor(size: number) {
    this.instructions = new Int32Array(size);
    this.starts = new Int32Array(size);
    this.#marks = new Int32Array(size);
  }

  clear(): void {
    this.count = 0;
    this.#generation++;
  }

  /** Whether the instruction was not followed yet at this place. */
  enter(instruction: number): boolean {
    if (this.#marks[instruction] === this.#generation) return false;
    this.#marks[instruction] = this.#generation;
    return true;
  }

  push(instruction: number, start: number): void {
    this.instructions[this.count] = instruction;
    this.starts[this.count++] = start;
  }
}

/** How many steps along the ways through an expression one search may take: about a tenth of a second. */
const maxSteps = 20_000_000;

interface Span {
  readonly start: number;
  readonly end: number;
}

/** A text as code points. */
const toCodePoints = (text: string): Uint32Array => {
  const codePoints = new Uint32Array(text.length);
  let count = 0;
  for (const character of text) codePoints[count++] = character.codePointAt(0)!;
  return codePoints.subarray(0, count);
};

const fromCodePoints = (text: Uint32Array, { start, end }: Span): string => {
  let part = "";
  for (let at = start; at < end; at++) part += String.fromCodePoint(text[at]!);
  return part;
};

/**
 * Regular expressions whose matching takes time linear in the text, whatever the expression: all ways through it are
 * followed at once (Thompson's construction, Pike's virtual machine).
 * Source: https://swtch.com/~rsc/regexp/regexp2.html
 */
export class Regex {
  readonly #program: readonly Instruction[];
  readonly #stack: number[] = [];
  readonly #dfa: Dfa | undefined;

  constructor(program: readonly Instruction[]) {
    this.#program = program;
    this.#dfa = Dfa.canRun(program) ? new Dfa(program) : undefined;
  }

  /** Whether the pattern matches anywhere in the text; what takes too many steps to tell counts as no match. */
  test(text: string): boolean {
    return this.matches(text) ?? false;
  }

  /** Whether the pattern matches anywhere in the text; undefined when that takes too many steps to tell. */
  matches(text: string): boolean | undefined {
    if (this.#dfa !== undefined) return this.#dfa.matches(text, maxSteps);
    const steps = { left: maxSteps };
    const found = this.#run(toCodePoints(text), 0, true, steps);
    return steps.left < 0 ? undefined : found !== undefined;
  }

  /**
   * The leftmost matches that do not overlap, preferring as Perl does; at most `limit` of them. Undefined when that takes
   * too many steps: an expression can make each search read all that is left.
   */
  findAll(text: string, limit = Number.POSITIVE_INFINITY): string[] | undefined {
    const steps = { left: maxSteps };
    const codePoints = toCodePoints(text);
    const found: string[] = [];
    let from = 0;
    let lastEnd = -1;
    while (from <= codePoints.length && found.length < limit) {
      const span = this.#run(codePoints, from, false, steps);
      if (steps.left < 0) return undefined;
      if (span === undefined) break;
      // An empty match right after another is none.
      if (span.end > span.start || span.start !== lastEnd) found.push(fromCodePoints(codePoints, span));
      lastEnd = span.end;
      from = span.end > span.start ? span.end : span.end + 1;
    }
    return found;
  }

  #run(text: Uint32Array, from: number, any: boolean, steps: { left: number }): Span | undefined {
    let now = new Threads(this.#program.length);
    let next = new Threads(this.#program.length);
    let found: Span | undefined;
    now.clear();
    for (let at = from; at <= text.length; at++) {
      if (found === undefined) this.#follow(now, 0, at, at, text);
      if (now.count === 0 && found !== undefined) break;
      next.clear();
      steps.left -= now.count + 1;
      if (steps.left < 0) return undefined;
      for (let index = 0; index < now.count; index++) {
        const instruction = this.#program[now.instructions[index]!]!;
        if (instruction.kind === "match") {
          found = { start: now.starts[index]!, end: at };
          if (any) return found;
          break;
        }
        if (instruction.kind === "class" && at < text.length && contains(instruction.ranges, text[at]!)) {
          this.#follow(next, now.instructions[index]! + 1, now.starts[index]!, at + 1, text);
        }
      }
      [now, next] = [next, now];
    }
    return found;
  }

  /** Adds an instruction and all that can be reached from it without reading on. */
  #follow(threads: Threads, first: number, start: number, at: number, text: Uint32Array): void {
    const stack = this.#stack;
    stack.push(first);
    while (stack.length > 0) {
      const index = stack.pop()!;
      if (!threads.enter(index)) continue;
      const instruction = this.#program[index]!;
      switch (instruction.kind) {
        case "jump":
          stack.push(instruction.to);
          break;
        case "split":
          stack.push(instruction.second, instruction.first);
          break;
        case "assert":
          if (holds(instruction.assertion, at, text)) stack.push(index + 1);
          break;
        default:
          threads.push(index, start);
      }
    }
  }
}

const isWord = (text: Uint32Array, at: number): boolean => at >= 0 && at < text.length && contains(word, text[at]!);

const holds = (assertion: Assertion, at: number, text: Uint32Array): boolean => {
  switch (assertion) {
    case "textStart":
      return at === 0;
    case "textEnd":
      return at === text.length;
    case "lineStart":
      return at === 0 || text[at - 1] === 10;
    case "lineEnd":
      return at === text.length || text[at] === 10;
    case "wordBoundary":
      return isWord(text, at - 1) !== isWord(text, at);
    case "notWordBoundary":
      return isWord(text, at - 1) === isWord(text, at);
  }
};

export type CompiledRegex = { readonly ok: true; readonly regex: Regex } | { readonly ok: false; readonly message: string };

const compiled = new Map<string, CompiledRegex>();
/** How many expressions are kept compiled. */
const maxCompiled = 256;

/** Compiles an expression of RE2's syntax. The message is Go's: "error parsing regexp: missing closing ): `(`". */
export const compileRegex = (pattern: string): CompiledRegex => {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  if (compiled.size >= maxCompiled) compiled.delete(compiled.keys().next().value!);
  const result = tryCompile(pattern);
  compiled.set(pattern, result);
  return result;
};

const tryCompile = (pattern: string): CompiledRegex => {
  try {
    return { ok: true, regex: new Regex(assemble(pattern)) };
  } catch (error) {
    if (error instanceof RegexError) return { ok: false, message: error.message };
    throw error;
  }
};
