/** Reads the words of an awk program. */
import { unescaped } from "../escapes.js";
import { AwkError } from "./syntax.js";

export interface Token {
  readonly kind: "number" | "string" | "regex" | "name" | "keyword" | "builtin" | "operator" | "newline" | "end";
  readonly text: string;
  /** A name right before a bracket calls a function. */
  readonly calls: boolean;
}

const keywords: ReadonlySet<string> = new Set([
  ...["BEGIN", "END", "function", "func", "if", "else", "while", "for", "do", "break", "continue", "next", "nextfile"],
  ...["exit", "return", "delete", "in", "getline", "print", "printf"],
]);

export const builtinNames: ReadonlySet<string> = new Set([
  ...["length", "substr", "index", "split", "sub", "gsub", "match", "sprintf", "tolower", "toupper"],
  ...["sin", "cos", "atan2", "exp", "log", "sqrt", "int", "rand", "srand", "system", "close", "fflush"],
]);

const operators = /^(?:\+\+|--|\+=|-=|\*\*=|\*=|\/=|%=|\^=|\*\*|==|<=|>=|!=|!~|&&|\|\||>>|[-+*/%^!<>|?:~$=(){}[\],;])/;

export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const add = (kind: Token["kind"], word: string, length: number, calls = false): void => {
    tokens.push({ kind, text: word, calls });
    at += length;
  };
  while (at < text.length) {
    const rest = text.slice(at);
    const blank = /^(?:[ \t\r]+|\\\r?\n|#[^\n]*)/.exec(rest);
    const word = /^[A-Za-z_]\w*/.exec(rest)?.[0];
    const number = /^(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)/.exec(rest)?.[0];
    if (blank !== null) at += blank[0].length;
    else if (rest[0] === "\n") add("newline", "\n", 1);
    else if (word !== undefined) {
      const kind = keywords.has(word) ? "keyword" : builtinNames.has(word) ? "builtin" : "name";
      add(kind, word, word.length, rest[word.length] === "(");
    } else if (number !== undefined) add("number", number, number.length);
    else if (rest[0] === '"') {
      const string = /^"((?:[^"\\\n]|\\[\s\S])*)"/.exec(rest);
      if (string === null) throw new AwkError("unterminated string");
      add("string", unescaped(string[1]!.replace(/\\\n/g, "").replace(/\\(["/])/g, "$1")), string[0].length);
    } else if (rest[0] === "/" && !endsOperand(tokens.at(-1))) {
      const regex = /^\/((?:[^/\\\n[]|\\.|\[\^?\]?(?:\[:\w+:\]|[^\]\n])*\])*)\//.exec(rest);
      if (regex === null) throw new AwkError("unterminated regex");
      add("regex", regex[1]!.replaceAll("\\/", "/"), regex[0].length);
    } else {
      const operator = operators.exec(rest)?.[0];
      if (operator === undefined) throw new AwkError(`syntax error near '${rest[0]}'`);
      add("operator", operator, operator.length);
    }
  }
  tokens.push({ kind: "end", text: "", calls: false });
  return tokens;
}

/** After an operand a slash divides; elsewhere it begins a regular expression. */
const endsOperand = (last: Token | undefined): boolean =>
  last !== undefined &&
  (["number", "string", "name", "builtin"].includes(last.kind) || [")", "]", "$", "++", "--"].includes(last.text));
