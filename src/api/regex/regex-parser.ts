import {
  anyCharacter,
  digit,
  foldCase,
  maxCodePoint,
  namedClasses,
  negate,
  normalize,
  notNewline,
  type Ranges,
  space,
  unicodeClass,
  word,
} from "./character-class.js";

/** A regular expression of RE2's syntax as a tree. Source: https://github.com/google/re2/wiki/Syntax */
export type RegexNode =
  | { readonly kind: "empty" }
  | { readonly kind: "class"; readonly ranges: Ranges }
  | { readonly kind: "assertion"; readonly assertion: Assertion }
  | { readonly kind: "sequence"; readonly parts: readonly RegexNode[] }
  | { readonly kind: "choice"; readonly options: readonly RegexNode[] }
  | { readonly kind: "repeat"; readonly part: RegexNode; readonly min: number; readonly max: number; readonly greedy: boolean };

export type Assertion = "textStart" | "textEnd" | "lineStart" | "lineEnd" | "wordBoundary" | "notWordBoundary";

/** What is wrong with an expression, in Go's words. */
export class RegexError extends Error {
  constructor(what: string, where: string) {
    super(`error parsing regexp: ${what}${where === "" ? "" : `: \`${where}\``}`);
  }
}

interface Flags {
  readonly foldCase: boolean;
  readonly multiLine: boolean;
  readonly dotAll: boolean;
  readonly swapGreed: boolean;
}

const maxRepeat = 1000;
const maxNesting = 250;
const perlClasses = new Map<string, Ranges>([
  ["d", digit],
  ["D", negate(digit)],
  ["s", space],
  ["S", negate(space)],
  ["w", word],
  ["W", negate(word)],
]);
const controlEscapes = new Map([
  ["a", 7],
  ["f", 12],
  ["n", 10],
  ["r", 13],
  ["t", 9],
  ["v", 11],
]);

class RegexParser {
  readonly #characters: readonly string[];
  #at = 0;
  #nesting = 0;
  #flags: Flags = { foldCase: false, multiLine: false, dotAll: false, swapGreed: false };

  constructor(readonly pattern: string) {
    this.#characters = Array.from(pattern);
  }

  whole(): RegexNode {
    const node = this.#choice();
    if (this.#at < this.#characters.length) throw new RegexError("unexpected )", this.pattern);
    return node;
  }

  #peek(ahead = 0): string | undefined {
    return this.#characters[this.#at + ahead];
  }

  #rest(from: number, to?: number): string {
    return this.#characters.slice(from, to).join("");
  }

  #startsWith(text: string): boolean {
    return this.#rest(this.#at, this.#at + text.length) === text;
  }

  #choice(): RegexNode {
    const options = [this.#sequence()];
    while (this.#peek() === "|") {
      this.#at++;
      options.push(this.#sequence());
    }
    return options.length === 1 ? options[0]! : { kind: "choice", options };
  }

  #sequence(): RegexNode {
    const parts: RegexNode[] = [];
    while (this.#peek() !== undefined && this.#peek() !== "|" && this.#peek() !== ")") {
      if (this.#startsWith("\\Q")) parts.push(...this.#quoted());
      else parts.push(this.#repeated(this.#atom()));
    }
    return parts.length === 1 ? parts[0]! : parts.length === 0 ? { kind: "empty" } : { kind: "sequence", parts };
  }

  #quoted(): RegexNode[] {
    this.#at += 2;
    const parts: RegexNode[] = [];
    while (this.#peek() !== undefined && !this.#startsWith("\\E")) parts.push(this.#literal(this.#characters[this.#at++]!));
    if (this.#peek() !== undefined) this.#at += 2;
    // A repetition after it is one of the last character.
    const last = parts.pop();
    return last === undefined ? [] : [...parts, this.#repeated(last)];
  }

  #literal(character: string): RegexNode {
    const codePoint = character.codePointAt(0)!;
    return this.#class([[codePoint, codePoint]]);
  }

  #class(ranges: Ranges): RegexNode {
    return { kind: "class", ranges: this.#flags.foldCase ? foldCase(ranges) : ranges };
  }

  #repeated(atom: RegexNode): RegexNode {
    let part = atom;
    let operator = "";
    for (;;) {
      const start = this.#at;
      const repeat = this.#repetition();
      if (repeat === undefined) return part;
      if (operator !== "") throw new RegexError("invalid nested repetition operator", operator + this.#rest(start, this.#at));
      operator = this.#rest(start, this.#at);
      part = { kind: "repeat", part, ...repeat };
      if (repeatProduct(part) > maxRepeat) throw new RegexError("invalid repeat count", operator);
    }
  }

  #repetition(): { readonly min: number; readonly max: number; readonly greedy: boolean } | undefined {
    const bounds = this.#bounds();
    if (bounds === undefined) return undefined;
    const lazy = this.#peek() === "?";
    if (lazy) this.#at++;
    return { ...bounds, greedy: lazy === this.#flags.swapGreed };
  }

  #bounds(): { readonly min: number; readonly max: number } | undefined {
    const many = Number.POSITIVE_INFINITY;
    const simple = new Map([
      ["*", { min: 0, max: many }],
      ["+", { min: 1, max: many }],
      ["?", { min: 0, max: 1 }],
    ]).get(this.#peek() ?? "");
    if (simple !== undefined) {
      this.#at++;
      return simple;
    }
    if (this.#peek() !== "{") return undefined;
    const match = /^\{(\d+)(?:(,)(\d*))?\}/.exec(this.#rest(this.#at, this.#at + 20));
    if (match === null) return undefined;
    const min = Number(match[1]);
    const max = match[2] === undefined ? min : match[3] === "" ? many : Number(match[3]);
    if (min > maxRepeat || (max !== many && (max > maxRepeat || max < min))) {
      throw new RegexError("invalid repeat count", match[0]);
    }
    this.#at += match[0].length;
    return { min, max };
  }

  #atom(): RegexNode {
    const start = this.#at;
    const character = this.#characters[this.#at]!;
    if ("*+?".includes(character)) throw new RegexError("missing argument to repetition operator", character);
    if (character === "{") {
      const bounds = this.#bounds();
      if (bounds !== undefined) throw new RegexError("missing argument to repetition operator", this.#rest(start, this.#at));
    }
    this.#at++;
    switch (character) {
      case "(":
        return this.#group(start);
      case "[":
        return this.#class(this.#bracket(start));
      case ".":
        return { kind: "class", ranges: this.#flags.dotAll ? anyCharacter : notNewline };
      case "^":
        return { kind: "assertion", assertion: this.#flags.multiLine ? "lineStart" : "textStart" };
      case "$":
        return { kind: "assertion", assertion: this.#flags.multiLine ? "lineEnd" : "textEnd" };
      case "\\":
        return this.#escape(start);
    }
    return this.#literal(character);
  }

  #group(start: number): RegexNode {
    if (++this.#nesting > maxNesting) throw new RegexError("expression nests too deeply", this.pattern);
    const outer = this.#flags;
    if (this.#peek() === "?" && this.#groupHead(start)) {
      this.#nesting--;
      return { kind: "empty" };
    }
    const inner = this.#choice();
    if (this.#peek() !== ")") throw new RegexError("missing closing )", this.pattern);
    this.#at++;
    this.#nesting--;
    this.#flags = outer;
    return inner;
  }

  /** What follows `(?`; true when that was a whole group, as `(?i)` is. */
  #groupHead(start: number): boolean {
    const rest = this.#rest(this.#at);
    if (/^\?P?</.test(rest)) {
      const named = /^\?P?<([^>]*)>/.exec(rest);
      if (named === null) throw new RegexError("invalid named capture", this.#rest(start));
      if (!/^\w+$/.test(named[1]!)) throw new RegexError("invalid named capture", `(${named[0]}`);
      this.#at += named[0].length;
      return false;
    }
    const flags = /^\?([imsU]*)(?:-([imsU]+))?([:)])/.exec(rest);
    if (flags === null) {
      const end = /^\?[imsU-]*/.exec(rest)![0].length;
      if (end === rest.length) throw new RegexError("missing closing )", this.pattern);
      throw new RegexError("invalid or unsupported Perl syntax", this.#rest(start, this.#at + end + 1));
    }
    this.#setFlags(flags[1]!, true);
    this.#setFlags(flags[2] ?? "", false);
    this.#at += flags[0].length;
    return flags[3] === ")";
  }

  #setFlags(letters: string, value: boolean): void {
    for (const letter of letters) {
      const flag = ({ i: "foldCase", m: "multiLine", s: "dotAll", U: "swapGreed" } as const)[letter as "i" | "m" | "s" | "U"];
      this.#flags = { ...this.#flags, [flag]: value };
    }
  }

  #escape(start: number): RegexNode {
    const letter = this.#peek();
    if (letter === undefined) throw new RegexError("trailing backslash at end of expression", "");
    const assertions = new Map<string, Assertion>([
      ["A", "textStart"],
      ["z", "textEnd"],
      ["b", "wordBoundary"],
      ["B", "notWordBoundary"],
    ]);
    const assertion = assertions.get(letter);
    if (assertion !== undefined) {
      this.#at++;
      return { kind: "assertion", assertion };
    }
    return this.#class(this.#classEscape(start) ?? this.#characterEscape(start));
  }

  /** `\d`, `\pL` and their kind, when the escape at this place is one. */
  #classEscape(start: number): Ranges | undefined {
    const letter = this.#peek()!;
    const perl = perlClasses.get(letter);
    if (perl !== undefined) {
      this.#at++;
      return perl;
    }
    if (letter !== "p" && letter !== "P") return undefined;
    const match = /^[pP](?:\{(\^?)([^}]*)\}|(.))/u.exec(this.#rest(this.#at, this.#at + 40));
    const ranges = match === null ? undefined : unicodeClass(match[2] ?? match[3]!);
    const length = match === null ? 1 : Array.from(match[0]).length;
    if (ranges === undefined) throw new RegexError("invalid character class range", this.#rest(start, this.#at + length));
    this.#at += length;
    return (letter === "P") !== (match![1] === "^") ? negate(ranges) : ranges;
  }

  #characterEscape(start: number): Ranges {
    const rest = this.#rest(this.#at, this.#at + 12);
    const match = /^(?:x([0-9A-Fa-f]{2})|x\{([0-9A-Fa-f]{1,8})\}|(0[0-7]{0,2}|[1-7][0-7]{1,2}))/.exec(rest);
    let codePoint: number | undefined;
    if (match !== null) {
      codePoint = match[3] === undefined ? Number.parseInt(match[1] ?? match[2]!, 16) : Number.parseInt(match[3], 8);
      this.#at += match[0].length;
    } else {
      codePoint = controlEscapes.get(rest[0]!) ?? (/^[!-/:-@[-`{-~]/.test(rest) ? rest.charCodeAt(0) : undefined);
      this.#at++;
    }
    if (codePoint === undefined || codePoint > maxCodePoint) {
      throw new RegexError("invalid escape sequence", this.#rest(start, this.#at));
    }
    return [[codePoint, codePoint]];
  }

  #bracket(start: number): Ranges {
    const negated = this.#peek() === "^";
    if (negated) this.#at++;
    const ranges: Array<readonly [number, number]> = [];
    for (let first = true; first || this.#peek() !== "]"; first = false) {
      if (this.#peek() === undefined) throw new RegexError("missing closing ]", this.#rest(start));
      ranges.push(...this.#bracketItem(start));
    }
    this.#at++;
    const normal = normalize(this.#flags.foldCase ? foldCase(normalize(ranges)) : ranges);
    return negated ? negate(normal) : normal;
  }

  #bracketItem(start: number): Ranges {
    const named = /^\[:(\^?)(\w+):\]/.exec(this.#rest(this.#at, this.#at + 14));
    if (named !== null) {
      const ranges = namedClasses.get(named[2]!);
      if (ranges === undefined) throw new RegexError("invalid character class range", named[0]);
      this.#at += named[0].length;
      return named[1] === "^" ? negate(ranges) : ranges;
    }
    const from = this.#at;
    const low = this.#bracketCharacter(start);
    if (low.length !== 1 || low[0]![0] !== low[0]![1] || this.#peek() !== "-" || this.#peek(1) === "]") return low;
    if (this.#peek(1) === undefined) return low;
    this.#at++;
    const high = this.#bracketCharacter(start);
    if (high.length !== 1 || high[0]![0] < low[0]![0]) {
      throw new RegexError("invalid character class range", this.#rest(from, this.#at));
    }
    return [[low[0]![0], high[0]![0]]];
  }

  #bracketCharacter(start: number): Ranges {
    const character = this.#peek();
    if (character === undefined) throw new RegexError("missing closing ]", this.#rest(start));
    const from = this.#at++;
    if (character !== "\\") return [[character.codePointAt(0)!, character.codePointAt(0)!]];
    if (this.#peek() === undefined) throw new RegexError("missing closing ]", this.#rest(start));
    return this.#classEscape(from) ?? this.#characterEscape(from);
  }
}

/** How often the innermost part may be repeated by counted repetitions around each other. */
const repeatProduct = (node: RegexNode): number => {
  switch (node.kind) {
    case "repeat": {
      const count = node.max === Number.POSITIVE_INFINITY ? Math.max(1, node.min) : Math.max(1, node.max);
      return count * repeatProduct(node.part);
    }
    case "sequence":
      return Math.max(1, ...node.parts.map(repeatProduct));
    case "choice":
      return Math.max(1, ...node.options.map(repeatProduct));
    default:
      return 1;
  }
};

/** Parses an expression. Throws a RegexError when it is none. */
export const parseRegex = (pattern: string): RegexNode => new RegexParser(pattern).whole();
