/** Reads sed scripts: https://pubs.opengroup.org/onlinepubs/9699919799/utilities/sed.html */
import { toExtended } from "../escapes.js";

export class SedError extends Error {}

export type Address =
  | { readonly kind: "line"; readonly number: number }
  | { readonly kind: "last" }
  | { readonly kind: "regex"; readonly regex: RegExp }
  | { readonly kind: "step"; readonly first: number; readonly step: number }
  /** As the end of a range only: so many lines after its beginning. */
  | { readonly kind: "after"; readonly lines: number };

export interface Substitution {
  readonly regex: RegExp;
  readonly replacement: string;
  readonly everywhere: boolean;
  /** Which of the matches is the first to be replaced. */
  readonly from: number;
  readonly prints: boolean;
}

export interface SedCommand {
  readonly from: Address | undefined;
  readonly to: Address | undefined;
  readonly negated: boolean;
  readonly name: string;
  /** Of a, i, c, r, w, b, t and labels. */
  readonly text: string;
  readonly substitution: Substitution | undefined;
  /** Of y: characters to characters. */
  readonly map: ReadonlyMap<string, string> | undefined;
  /** Of an opening brace: where it closes. */
  end: number;
}

export function parseSed(script: string, extended: boolean): SedCommand[] {
  return new Parser(script, extended).commands();
}

class Parser {
  private at = 0;
  private last: RegExp | undefined;

  constructor(
    private readonly script: string,
    private readonly extended: boolean,
  ) {}

  commands(): SedCommand[] {
    const commands: SedCommand[] = [];
    const open: number[] = [];
    for (;;) {
      this.skip(/[\s;]/);
      if (this.at >= this.script.length) break;
      if (this.script[this.at] === "#") {
        this.rest();
        continue;
      }
      if (this.script[this.at] === "}") {
        this.at += 1;
        const start = open.pop();
        if (start === undefined) throw new SedError("unexpected }");
        commands[start]!.end = commands.length;
        continue;
      }
      const command = this.command();
      if (command.name === "{") open.push(commands.length);
      commands.push(command);
    }
    if (open.length > 0) throw new SedError("unmatched {");
    return commands;
  }

  private command(): SedCommand {
    const from = this.address(false);
    let to: Address | undefined;
    if (from !== undefined && this.takes(",")) to = this.address(true) ?? this.fail("unexpected ,");
    this.skip(/\s/);
    const negated = this.takes("!");
    this.skip(/\s/);
    const name = this.script[this.at++] ?? this.fail("missing command");
    let text = "";
    let substitution: Substitution | undefined;
    let map: ReadonlyMap<string, string> | undefined;
    if (name === "s") substitution = this.substitution();
    else if (name === "y") map = this.transliteration();
    else if ("aic".includes(name)) text = this.textLines();
    else if ("bt:rw".includes(name)) {
      this.skip(/[ \t]/);
      text = (name === "r" || name === "w" ? /[^\n]*/y : /[^;}\n]*/y).exec(this.script.slice(this.at))?.[0] ?? "";
      this.at += text.length;
      text = text.trim();
    } else if (!"{dDgGhHnNpPqQx=l".includes(name)) this.fail(`unsupported command ${name}`);
    return { from, to, negated, name, text, substitution, map, end: 0 };
  }

  private address(isEnd: boolean): Address | undefined {
    this.skip(/\s/);
    const rest = this.script.slice(this.at);
    const step = /^(\d+)~(\d+)/.exec(rest);
    if (step !== null) {
      this.at += step[0].length;
      return { kind: "step", first: Number(step[1]), step: Number(step[2]) };
    }
    const number = /^\d+/.exec(rest)?.[0];
    if (number !== undefined) {
      this.at += number.length;
      return { kind: "line", number: Number(number) };
    }
    const after = isEnd ? /^\+(\d+)/.exec(rest) : null;
    if (after !== null) {
      this.at += after[0].length;
      return { kind: "after", lines: Number(after[1]) };
    }
    if (this.takes("$")) return { kind: "last" };
    const custom = this.takes("\\");
    if (!custom && this.script[this.at] !== "/") return undefined;
    const delimiter = this.script[this.at++] ?? "";
    const source = this.delimited(delimiter);
    const flags = this.takes("I") ? "i" : "";
    return { kind: "regex", regex: this.regex(source, flags) };
  }

  private substitution(): Substitution {
    const delimiter = this.script[this.at++] ?? this.fail("unterminated s");
    const source = this.delimited(delimiter);
    const replacement = this.delimited(delimiter);
    const flags = /^[gpiI0-9]*/.exec(this.script.slice(this.at))?.[0] ?? "";
    this.at += flags.length;
    const from = Number(/\d+/.exec(flags)?.[0] ?? 1);
    const regex = this.regex(source, /[iI]/.test(flags) ? "i" : "");
    return { regex, replacement, everywhere: flags.includes("g"), from, prints: flags.includes("p") };
  }

  private transliteration(): ReadonlyMap<string, string> {
    const delimiter = this.script[this.at++] ?? this.fail("unterminated y");
    const [from, to] = [this.delimited(delimiter), this.delimited(delimiter)].map((text) => [...text.replaceAll("\\n", "\n")]);
    if (from?.length !== to?.length) this.fail("y: strings have different lengths");
    return new Map((from ?? []).map((char, index) => [char, to?.[index] ?? ""]));
  }

  /** An empty regular expression is the last one again. */
  private regex(source: string, flags: string): RegExp {
    if (source === "" && this.last !== undefined) return this.last;
    try {
      this.last = new RegExp(toExtended(source.replaceAll("\\n", "\n"), this.extended), flags);
    } catch {
      this.fail(`bad regex '${source}'`);
    }
    return this.last!;
  }

  private delimited(delimiter: string): string {
    let text = "";
    let inClass = false;
    for (; this.at < this.script.length; this.at++) {
      const char = this.script[this.at]!;
      if (char === "\\") {
        const next = this.script[++this.at] ?? "";
        text += next === delimiter && delimiter !== "&" ? next : `\\${next}`;
      } else if (char === delimiter && !inClass) {
        this.at += 1;
        return text;
      } else {
        if (char === "[") inClass = true;
        else if (char === "]") inClass = false;
        text += char;
      }
    }
    return this.fail(`unmatched '${delimiter}'`);
  }

  /** After a backslash and a newline, or on the same line. */
  private textLines(): string {
    this.skip(/[ \t]/);
    if (this.script.startsWith("\\\n", this.at)) this.at += 2;
    else if (this.script[this.at] === "\\") this.at += 1;
    return this.rest().replace(/\\(.)/g, "$1");
  }

  /** Up to the end of the line, which a backslash continues. */
  private rest(): string {
    const found = /^(?:\\\n|[^\n])*/.exec(this.script.slice(this.at))?.[0] ?? "";
    this.at += found.length + 1;
    return found.replaceAll("\\\n", "\n");
  }

  private takes(text: string): boolean {
    const found = this.script.startsWith(text, this.at);
    if (found) this.at += text.length;
    return found;
  }

  private skip(chars: RegExp): void {
    while (this.at < this.script.length && chars.test(this.script[this.at]!)) this.at += 1;
  }

  private fail(message: string): never {
    throw new SedError(message);
  }
}
