import type { Source, SourceError } from "./source.js";

/** Source: https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax */
export interface Token {
  readonly kind: "identifier" | "int" | "uint" | "double" | "string" | "bytes" | "symbol" | "end";
  /** As it stands in the source; of an identifier in backquotes what is between them. */
  readonly text: string;
  readonly offset: number;
}

const symbols = ["==", "!=", "<=", ">=", "&&", "||", ..."()[]{}.,?:-+*/%!<>"];
const symbolStarts = new Set(symbols.map((symbol) => symbol[0]!));
/** Characters that only begin a symbol of two. */
const halfSymbols = new Set(["=", "&", "|"]);

const isDigit = (character: string | undefined): boolean => character !== undefined && character >= "0" && character <= "9";
const isHexDigit = (character: string | undefined): boolean => character !== undefined && /^[0-9a-fA-F]$/.test(character);
const isLetter = (character: string | undefined): boolean => character !== undefined && /^[A-Za-z_]$/.test(character);
const isSpace = (character: string): boolean => " \t\r\n\f".includes(character);

class Lexer {
  readonly tokens: Token[] = [];
  readonly errors: SourceError[] = [];
  readonly #characters: readonly string[];
  #at = 0;

  constructor(source: Source) {
    this.#characters = source.characters;
  }

  run(): void {
    while (this.#at < this.#characters.length) this.#next();
    this.tokens.push({ kind: "end", text: "<EOF>", offset: this.#at });
  }

  #peek(ahead = 0): string | undefined {
    return this.#characters[this.#at + ahead];
  }

  #next(): void {
    const character = this.#peek()!;
    if (isSpace(character)) this.#at++;
    else if (character === "/" && this.#peek(1) === "/") this.#skipComment();
    else if (isDigit(character) || (character === "." && isDigit(this.#peek(1)))) this.#number();
    else if (this.#stringStart() !== undefined) this.#string(this.#stringStart()!);
    else if (isLetter(character)) this.#identifier();
    else if (character === "`") this.#quotedIdentifier();
    else this.#symbol(character);
  }

  #skipComment(): void {
    while (this.#at < this.#characters.length && this.#peek() !== "\n") this.#at++;
  }

  #push(kind: Token["kind"], start: number): void {
    this.tokens.push({ kind, text: this.#characters.slice(start, this.#at).join(""), offset: start });
  }

  #unknown(start: number): void {
    const text = this.#characters.slice(start, this.#at).join("").replaceAll("\n", "\\n");
    this.errors.push({ offset: start, message: `Syntax error: token recognition error at: '${text}'` });
  }

  #symbol(character: string): void {
    const start = this.#at;
    const two = character + (this.#peek(1) ?? "");
    if (symbols.includes(two) && two.length === 2) {
      this.#at += 2;
      this.#push("symbol", start);
    } else if (symbolStarts.has(character) && !halfSymbols.has(character)) {
      this.#at++;
      this.#push("symbol", start);
    } else {
      this.#at = Math.min(this.#characters.length, this.#at + (halfSymbols.has(character) ? 2 : 1));
      this.#unknown(start);
    }
  }

  #identifier(): void {
    const start = this.#at;
    while (isLetter(this.#peek()) || isDigit(this.#peek())) this.#at++;
    this.#push("identifier", start);
  }

  /** Fields with other characters: `` `app.kubernetes.io/name` ``. */
  #quotedIdentifier(): void {
    const start = this.#at++;
    while (this.#peek() !== undefined && /^[A-Za-z0-9_./ -]$/.test(this.#peek()!)) this.#at++;
    if (this.#peek() !== "`" || this.#at === start + 1) {
      this.#at = Math.min(this.#characters.length, this.#at + 1);
      this.#unknown(start);
      return;
    }
    this.#at++;
    this.#push("identifier", start);
  }

  #digits(): void {
    while (isDigit(this.#peek())) this.#at++;
  }

  #number(): void {
    const start = this.#at;
    if (this.#peek() === "0" && this.#peek(1) === "x" && isHexDigit(this.#peek(2))) {
      this.#at += 2;
      while (isHexDigit(this.#peek())) this.#at++;
      this.#integer(start);
      return;
    }
    this.#digits();
    const fraction = this.#peek() === "." && isDigit(this.#peek(1));
    if (fraction) {
      this.#at++;
      this.#digits();
    }
    const signed = this.#peek(1) === "+" || this.#peek(1) === "-" ? 1 : 0;
    const exponent = (this.#peek() === "e" || this.#peek() === "E") && isDigit(this.#peek(1 + signed));
    if (exponent) {
      this.#at += 1 + signed;
      this.#digits();
    }
    if (fraction || exponent) this.#push("double", start);
    else this.#integer(start);
  }

  #integer(start: number): void {
    const unsigned = this.#peek() === "u" || this.#peek() === "U";
    if (unsigned) this.#at++;
    this.#push(unsigned ? "uint" : "int", start);
  }

  /** How far the quote of a string that starts here is, past `r`, `b` and their kind. */
  #stringStart(): number | undefined {
    for (const [length, pattern] of [
      [0, /^$/],
      [1, /^[rRbB]$/],
      [2, /^([rR][bB]|[bB][rR])$/],
    ] as const) {
      const prefix = this.#characters.slice(this.#at, this.#at + length).join("");
      const quote = this.#peek(length);
      if ((quote === '"' || quote === "'") && pattern.test(prefix)) return length;
    }
    return undefined;
  }

  #string(prefixLength: number): void {
    const start = this.#at;
    const prefix = this.#characters
      .slice(start, start + prefixLength)
      .join("")
      .toLowerCase();
    const quote = this.#peek(prefixLength)!;
    const triple = this.#peek(prefixLength + 1) === quote && this.#peek(prefixLength + 2) === quote;
    this.#at += prefixLength + (triple ? 3 : 1);
    while (this.#peek() !== undefined) {
      if (this.#peek() === quote && (!triple || (this.#peek(1) === quote && this.#peek(2) === quote))) {
        this.#at += triple ? 3 : 1;
        this.#push(prefix.includes("b") ? "bytes" : "string", start);
        return;
      }
      if (!triple && (this.#peek() === "\n" || this.#peek() === "\r")) break;
      this.#at += this.#peek() === "\\" && !prefix.includes("r") && this.#peek(1) !== undefined ? 2 : 1;
    }
    this.#unknown(start);
  }
}

/** The tokens of a source, and what in it is none. The last token is the end. */
export const tokenize = (source: Source): { readonly tokens: readonly Token[]; readonly errors: readonly SourceError[] } => {
  const lexer = new Lexer(source);
  lexer.run();
  return lexer;
};
