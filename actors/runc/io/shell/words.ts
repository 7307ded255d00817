/** Reads words: quotes, parameters, command substitution, arithmetic, here-documents. */
import { type List, ShellSyntaxError, type Word, type WordPart } from "./syntax.js";

export interface HereDocument {
  readonly end: string;
  readonly literal: boolean;
  readonly stripTabs: boolean;
  /** Filled once the line with the redirection has ended. */
  readonly parts: WordPart[];
}

type Parameter = Extract<WordPart, { kind: "parameter" }>;

export class WordReader {
  position = 0;

  constructor(
    private readonly text: string,
    private readonly parse: (text: string) => List,
  ) {}

  get atEnd(): boolean {
    return this.position >= this.text.length;
  }

  get atWordEnd(): boolean {
    return this.atEnd || " \t\n;&|()<>".includes(this.text[this.position]!);
  }

  ahead(count: number): string {
    return this.text.slice(this.position, this.position + count);
  }

  advance(count: number): void {
    this.position += count;
  }

  /** Spaces, tabs, continued lines and comments. */
  blanks(): void {
    for (;;) {
      const char = this.text[this.position];
      if (char === " " || char === "\t" || char === "\r") this.position += 1;
      else if (char === "\\" && this.text[this.position + 1] === "\n") this.position += 2;
      else if (char === "#" && (this.position === 0 || " \t\n;".includes(this.text[this.position - 1]!))) {
        const end = this.text.indexOf("\n", this.position);
        this.position = end < 0 ? this.text.length : end;
      } else return;
    }
  }

  word(): Word {
    if (this.atWordEnd)
      throw new ShellSyntaxError(`syntax error: unexpected ${this.atEnd ? "end of file" : `"${this.text[this.position]}"`}`);
    const parts: WordPart[] = [];
    while (!this.atWordEnd) this.part(parts);
    return parts;
  }

  hereDocument(stripTabs: boolean): HereDocument {
    const parts = this.word();
    const literal = parts.some((part) => part.kind === "text" && part.quoted);
    const end = parts.map((part) => (part.kind === "text" ? part.text : "")).join("");
    return { end, literal, stripTabs, parts: [] };
  }

  /** Reads the body, which starts at the current position. */
  readHereDocument(document: HereDocument): void {
    const lines: string[] = [];
    while (!this.atEnd) {
      const end = this.text.indexOf("\n", this.position);
      const raw = this.text.slice(this.position, end < 0 ? undefined : end);
      this.position = end < 0 ? this.text.length : end + 1;
      const line = document.stripTabs ? raw.replace(/^\t+/, "") : raw;
      if (line === document.end) break;
      lines.push(`${line}\n`);
    }
    // The newline that ended the document still separates commands.
    if (!this.atEnd || this.text.endsWith("\n")) this.position -= 1;
    const body = lines.join("");
    if (document.literal) document.parts.push({ kind: "text", text: body, quoted: true });
    else document.parts.push(...new WordReader(body, this.parse).quotedParts(undefined));
  }

  private part(parts: WordPart[]): void {
    const char = this.text[this.position]!;
    if (char === "'") {
      const end = this.text.indexOf("'", this.position + 1);
      if (end < 0) throw new ShellSyntaxError("syntax error: unterminated quoted string");
      parts.push({ kind: "text", text: this.text.slice(this.position + 1, end), quoted: true });
      this.position = end + 1;
    } else if (char === '"') {
      this.position += 1;
      const inner = this.quotedParts('"');
      parts.push(...(inner.length === 0 ? [{ kind: "text", text: "", quoted: true } as const] : inner));
    } else if (char === "\\") {
      if (this.text[this.position + 1] !== "\n")
        parts.push({ kind: "text", text: this.text[this.position + 1] ?? "\\", quoted: true });
      this.position += 2;
    } else if (char === "$" || char === "`") {
      this.dollar(parts, false);
    } else {
      const start = this.position;
      while (!this.atWordEnd && !"'\"\\$`".includes(this.text[this.position]!)) this.position += 1;
      parts.push({ kind: "text", text: this.text.slice(start, this.position), quoted: false });
    }
  }

  /** Text with expansions, up to a closing quote or the end. */
  quotedParts(close: '"' | undefined): WordPart[] {
    const parts: WordPart[] = [];
    let text = "";
    const flush = (): void => {
      if (text !== "") parts.push({ kind: "text", text, quoted: true });
      text = "";
    };
    for (;;) {
      if (this.atEnd) {
        if (close !== undefined) throw new ShellSyntaxError("syntax error: unterminated quoted string");
        flush();
        return parts;
      }
      const char = this.text[this.position]!;
      if (char === close) {
        this.position += 1;
        flush();
        return parts;
      }
      if (char === "\\") {
        const next = this.text[this.position + 1] ?? "";
        if (next === "\n") text += "";
        else text += `$\`"\\`.includes(next) && next !== "" ? next : `\\${next}`;
        this.position += 2;
      } else if (char === "$" || char === "`") {
        flush();
        this.dollar(parts, true);
      } else {
        text += char;
        this.position += 1;
      }
    }
  }

  private dollar(parts: WordPart[], quoted: boolean): void {
    if (this.text[this.position] === "`") {
      const end = this.text.indexOf("`", this.position + 1);
      if (end < 0) throw new ShellSyntaxError("syntax error: EOF in backquote substitution");
      const inner = this.text.slice(this.position + 1, end).replace(/\\([$`\\])/g, "$1");
      parts.push({ kind: "command", list: this.parse(inner), quoted });
      this.position = end + 1;
      return;
    }
    const rest = this.ahead(300);
    if (rest.startsWith("$((")) {
      const inner = this.balanced(3, "))");
      parts.push({ kind: "arithmetic", expression: new WordReader(inner, this.parse).quotedParts(undefined), quoted });
    } else if (rest.startsWith("$(")) {
      parts.push({ kind: "command", list: this.parse(this.balanced(2, ")")), quoted });
    } else if (rest.startsWith("${")) {
      parts.push(this.braced(this.balanced(2, "}"), quoted));
    } else {
      const name = /^\$([A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-])/.exec(rest)?.[1];
      if (name === undefined) parts.push({ kind: "text", text: "$", quoted: true });
      else parts.push({ kind: "parameter", name, operator: "", word: [], quoted });
      this.position += 1 + (name?.length ?? 0);
    }
  }

  private braced(inner: string, quoted: boolean): Parameter {
    const length = /^#([A-Za-z_][A-Za-z0-9_]*|[0-9@*])$/.exec(inner);
    if (length !== null) return { kind: "parameter", name: length[1]!, operator: "length", word: [], quoted };
    const match = /^([A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-])(:?[-=+?]|##?|%%?)?([\s\S]*)$/.exec(inner);
    if (match === null || (match[2] === undefined && match[3] !== ""))
      throw new ShellSyntaxError("syntax error: bad substitution");
    const word = new WordReader(match[3] ?? "", this.parse);
    const parts: WordPart[] = [];
    if (quoted) parts.push(...word.quotedParts(undefined));
    else {
      while (!word.atEnd) {
        if (word.atWordEnd) {
          parts.push({ kind: "text", text: word.ahead(1), quoted: false });
          word.advance(1);
        } else word.part(parts);
      }
    }
    return { kind: "parameter", name: match[1]!, operator: (match[2] ?? "") as Parameter["operator"], word: parts, quoted };
  }

  /** The text between an opening of `opening` characters and its matching close, quotes and nesting respected. */
  private balanced(opening: number, close: string): string {
    const start = this.position + opening;
    const open = close[0] === "}" ? "{" : "(";
    let depth = 0;
    for (let at = start; at < this.text.length; at++) {
      const char = this.text[at]!;
      if (char === "\\") at += 1;
      else if (char === "'" && open === "(" && close !== "))") at = this.closing("'", at);
      else if (char === '"' && close !== "))") at = this.closing('"', at);
      else if (depth === 0 && this.text.startsWith(close, at)) {
        this.position = at + close.length;
        return this.text.slice(start, at);
      } else if (char === open) depth += 1;
      else if (char === close[0]) depth -= 1;
    }
    throw new ShellSyntaxError("syntax error: unexpected end of file");
  }

  private closing(quote: string, from: number): number {
    for (let at = from + 1; at < this.text.length; at++) {
      if (this.text[at] === "\\" && quote === '"') at += 1;
      else if (this.text[at] === quote) return at;
    }
    throw new ShellSyntaxError("syntax error: unterminated quoted string");
  }
}
