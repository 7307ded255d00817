/**
 * Finds in JSON text what JSON.parse does not tell: fields given twice, and why text is not JSON in the words that
 * Kubernetes' own decoder has for it.
 */
import { readJson } from "../json/text.js";

export interface JsonScan {
  /** Set when the text is not JSON: `invalid character '}' looking for beginning of value`. */
  readonly error?: string;
  /** Paths of the fields that are given more than once: `spec.containers[0].image`. */
  readonly duplicates: readonly string[];
}

/** Objects and arrays may nest this deep. Kubernetes allows ten times as much; no real object comes near either. */
const depthLimit = 1000;

/** As many problems as Kubernetes collects before it stops counting. */
export const problemLimit = 100;

/** Reads all of `text`. Never throws. */
export const scanJson = (text: string): JsonScan => new Scanner(text).scan();

/** A quick look at how deep text nests, which may not even be JSON. */
export function nestsTooDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === Code.quote) at = endOfString(text, at);
    else if (code === Code.openBracket || code === Code.openBrace) {
      depth += 1;
      if (depth > depthLimit) return true;
    } else if (code === Code.closeBracket || code === Code.closeBrace) depth -= 1;
  }
  return false;
}

/** Where the string that begins at a quote ends. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  for (;;) {
    const end = text.indexOf('"', at);
    if (end === -1) return text.length;
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === Code.backslash) backslashes += 1;
    if (backslashes % 2 === 0) return end;
    at = end + 1;
  }
}

const Code = {
  quote: 34,
  plus: 43,
  comma: 44,
  minus: 45,
  dot: 46,
  zero: 48,
  nine: 57,
  colon: 58,
  openBracket: 91,
  backslash: 92,
  closeBracket: 93,
  openBrace: 123,
  closeBrace: 125,
} as const;

class Scanner {
  private at = 0;
  private error: string | undefined;
  private readonly path: Array<string | number> = [];
  private readonly duplicates: string[] = [];

  constructor(private readonly text: string) {}

  scan(): JsonScan {
    if (this.value("looking for beginning of value")) {
      this.space();
      if (this.at < this.text.length) this.unexpected("after top-level value");
    }
    return this.error === undefined ? { duplicates: this.duplicates } : { error: this.error, duplicates: this.duplicates };
  }

  private unexpected(where: string): false {
    this.error ??=
      this.at >= this.text.length
        ? "unexpected end of JSON input"
        : `invalid character ${quoteCharacter(this.text.charAt(this.at))} ${where}`;
    return false;
  }

  private space(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
      this.at += 1;
    }
  }

  private value(where: string): boolean {
    this.space();
    const code = this.text.charCodeAt(this.at);
    switch (code) {
      case Code.openBrace:
        return this.nested(() => this.object());
      case Code.openBracket:
        return this.nested(() => this.array());
      case Code.quote:
        return this.string();
      case 116:
        return this.literal("true");
      case 102:
        return this.literal("false");
      case 110:
        return this.literal("null");
      default:
        return code === Code.minus || isDigit(code) ? this.number() : this.unexpected(where);
    }
  }

  private nested(read: () => boolean): boolean {
    if (this.path.length >= depthLimit) {
      this.error ??= "exceeded max depth";
      return false;
    }
    this.at += 1;
    this.path.push(0);
    const fine = read();
    this.path.pop();
    return fine;
  }

  private object(): boolean {
    const seen = new Set<string>();
    this.space();
    if (this.text.charCodeAt(this.at) === Code.closeBrace) return this.step();
    for (;;) {
      this.space();
      if (this.text.charCodeAt(this.at) !== Code.quote) return this.unexpected("looking for beginning of object key string");
      const start = this.at;
      if (!this.string()) return false;
      const key = keyOf(this.text.slice(start, this.at));
      this.path[this.path.length - 1] = key;
      if (seen.has(key)) this.duplicate();
      else seen.add(key);
      this.space();
      if (this.text.charCodeAt(this.at) !== Code.colon) return this.unexpected("after object key");
      this.at += 1;
      if (!this.value("looking for beginning of value")) return false;
      this.space();
      const code = this.text.charCodeAt(this.at);
      if (code === Code.closeBrace) return this.step();
      if (code !== Code.comma) return this.unexpected("after object key:value pair");
      this.at += 1;
    }
  }

  private array(): boolean {
    this.space();
    if (this.text.charCodeAt(this.at) === Code.closeBracket) return this.step();
    for (let index = 0; ; index++) {
      this.path[this.path.length - 1] = index;
      if (!this.value("looking for beginning of value")) return false;
      this.space();
      const code = this.text.charCodeAt(this.at);
      if (code === Code.closeBracket) return this.step();
      if (code !== Code.comma) return this.unexpected("after array element");
      this.at += 1;
    }
  }

  private step(): true {
    this.at += 1;
    return true;
  }

  private string(): boolean {
    const { text } = this;
    this.at += 1;
    for (;;) {
      const code = text.charCodeAt(this.at);
      if (code === Code.quote) return this.step();
      // charCodeAt gives NaN at the end, which no comparison holds for.
      if (code === Code.backslash) {
        this.at += 1;
        const escaped = text.charAt(this.at);
        if (escaped === "u") {
          for (let digit = 0; digit < 4; digit++) {
            this.at += 1;
            if (!/^[0-9A-Fa-f]$/.test(text.charAt(this.at))) return this.unexpected("in \\u hexadecimal character escape");
          }
        } else if (escaped === "" || !'"\\/bfnrt'.includes(escaped)) return this.unexpected("in string escape code");
        this.at += 1;
      } else if (code >= 32) this.at += 1;
      else return this.unexpected("in string literal");
    }
  }

  private digits(): boolean {
    const start = this.at;
    while (isDigit(this.text.charCodeAt(this.at))) this.at += 1;
    return this.at > start;
  }

  private number(): boolean {
    const { text } = this;
    if (text.charCodeAt(this.at) === Code.minus) this.at += 1;
    if (text.charCodeAt(this.at) === Code.zero) this.at += 1;
    else if (!this.digits()) return this.unexpected("in numeric literal");
    if (text.charCodeAt(this.at) === Code.dot) {
      this.at += 1;
      if (!this.digits()) return this.unexpected("after decimal point in numeric literal");
    }
    if (text.charAt(this.at).toLowerCase() === "e") {
      this.at += 1;
      const sign = text.charCodeAt(this.at);
      if (sign === Code.plus || sign === Code.minus) this.at += 1;
      if (!this.digits()) return this.unexpected("in exponent of numeric literal");
    }
    return true;
  }

  private literal(word: string): boolean {
    for (const letter of word) {
      if (this.text.charAt(this.at) !== letter) return this.unexpected(`in literal ${word} (expecting '${letter}')`);
      this.at += 1;
    }
    return true;
  }

  private duplicate(): void {
    if (this.duplicates.length >= problemLimit) return;
    const path = pathText(this.path);
    if (!this.duplicates.includes(path)) this.duplicates.push(path);
  }
}

const isDigit = (code: number): boolean => code >= Code.zero && code <= Code.nine;

const keyOf = (quoted: string): string => (quoted.includes("\\") ? (readJson(quoted) as string) : quoted.slice(1, -1));

/** `["spec", "containers", 0, "image"]` is `spec.containers[0].image`. */
export function pathText(path: ReadonlyArray<string | number>): string {
  let text = "";
  for (const part of path) text += typeof part === "number" ? `[${part}]` : text === "" ? part : `.${part}`;
  return text;
}

function quoteCharacter(character: string): string {
  const escapes: Readonly<Record<string, string>> = { "'": "\\'", '"': '"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\" };
  const escaped = escapes[character];
  if (escaped !== undefined) return `'${escaped}'`;
  const code = character.charCodeAt(0);
  return code < 32 || code === 127 ? `'\\x${code.toString(16).padStart(2, "0")}'` : `'${character}'`;
}
