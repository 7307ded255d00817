import type { Expression, ListExpression, Literal, MapExpression, StructExpression } from "./ast.js";
import { qualifiedName } from "./ast.js";
import { type Token, tokenize } from "./lexer.js";
import { expandMacro, type MacroExpansion } from "./macros.js";
import type { Source, SourceError } from "./source.js";
import { unquote } from "./string-literal.js";
import { maxInt, maxUint, minInt } from "./values.js";

/** How deeply an expression may nest, and how long a chain of operators or selections may be, together: cel-go's limit. */
const maxDepth = 250;
/** The longest expression in code points that cel-go parses. */
const maxCodePoints = 100_000;

const startSet =
  "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

const reserved = new Set(
  "as break const continue else for function if import let loop package namespace return var void while".split(" "),
);

const relations = new Map([
  ["==", "_==_"],
  ["!=", "_!=_"],
  ["<", "_<_"],
  ["<=", "_<=_"],
  [">", "_>_"],
  [">=", "_>=_"],
  ["in", "@in"],
]);
const additions = new Map([
  ["+", "_+_"],
  ["-", "_-_"],
]);
const multiplications = new Map([
  ["*", "_*_"],
  ["/", "_/_"],
  ["%", "_%_"],
]);

class SyntaxFailure extends Error {
  constructor(readonly error: SourceError) {
    super(error.message);
  }
}

class Parser {
  readonly errors: SourceError[] = [];
  #at = 0;
  #depth = 0;

  constructor(readonly tokens: readonly Token[]) {}

  whole(): Expression {
    const expression = this.#expression();
    if (this.#token.kind !== "end") {
      const last = this.tokens[this.#at + 1]?.kind === "end";
      this.#fail(`Syntax error: ${last ? "extraneous" : "mismatched"} input '${this.#token.text}' expecting <EOF>`);
    }
    return expression;
  }

  get #token(): Token {
    return this.tokens[this.#at]!;
  }

  #fail(message: string, offset = this.#token.offset): never {
    throw new SyntaxFailure({ offset, message });
  }

  #is(symbol: string): boolean {
    return (this.#token.kind === "symbol" || symbol === "in") && this.#token.text === symbol;
  }

  #accept(symbol: string): Token | undefined {
    if (!this.#is(symbol)) return undefined;
    return this.tokens[this.#at++];
  }

  #expect(symbol: string): Token {
    return this.#accept(symbol) ?? this.#fail(`Syntax error: missing '${symbol}' at '${this.#token.text}'`);
  }

  /** Runs a part one level deeper. */
  #deeper<T>(parse: () => T): T {
    if (++this.#depth > maxDepth) this.#fail(`expression recursion limit exceeded: ${maxDepth}`, -1);
    const parsed = parse();
    this.#depth--;
    return parsed;
  }

  #expression(): Expression {
    return this.#deeper(() => {
      const condition = this.#logical("||", "_||_", () => this.#logical("&&", "_&&_", () => this.#relation()));
      const question = this.#accept("?");
      if (question === undefined) return condition;
      const whenTrue = this.#logical("||", "_||_", () => this.#logical("&&", "_&&_", () => this.#relation()));
      this.#expect(":");
      const args = [condition, whenTrue, this.#expression()];
      return { kind: "call", offset: question.offset, name: "_?_:_", args };
    });
  }

  /** A chain of `&&` or `||` becomes a balanced tree, so that long ones are not deep. */
  #logical(symbol: string, name: string, operand: () => Expression): Expression {
    const operands = [operand()];
    const offsets: number[] = [];
    for (let token = this.#accept(symbol); token !== undefined; token = this.#accept(symbol)) {
      offsets.push(token.offset);
      operands.push(operand());
    }
    const balance = (from: number, to: number): Expression => {
      if (from === to) return operands[from]!;
      const middle = (from + to) >> 1;
      return { kind: "call", offset: offsets[middle]!, name, args: [balance(from, middle), balance(middle + 1, to)] };
    };
    return balance(0, operands.length - 1);
  }

  /** A chain of operators that bind to the left; each link is a level of depth. */
  #chain(operators: ReadonlyMap<string, string>, operand: () => Expression): Expression {
    let left = operand();
    const depth = this.#depth;
    for (;;) {
      const token = this.#token;
      const name = token.kind === "symbol" || token.text === "in" ? operators.get(token.text) : undefined;
      if (name === undefined) break;
      this.#at++;
      left = this.#deeperBy(() => ({ kind: "call", offset: token.offset, name, args: [left, operand()] }));
    }
    this.#depth = depth;
    return left;
  }

  /** As `#deeper`, but the level stays until the chain ends. */
  #deeperBy(parse: () => Expression): Expression {
    if (++this.#depth > maxDepth) this.#fail(`expression recursion limit exceeded: ${maxDepth}`, -1);
    return parse();
  }

  #relation(): Expression {
    return this.#chain(relations, () => this.#chain(additions, () => this.#chain(multiplications, () => this.#unary())));
  }

  #unary(): Expression {
    const first = this.#token;
    if (!this.#is("!") && !this.#is("-")) return this.#member();
    let count = 0;
    while (this.#accept(first.text) !== undefined) count++;
    if (first.text === "-" && count === 1) {
      const number = this.#token;
      if (number.kind === "int" || number.kind === "double") {
        return this.#member(this.#numberLiteral(number, first.offset, "-"));
      }
    }
    const operand = this.#member();
    if (count % 2 === 0) return operand;
    return { kind: "call", offset: first.offset, name: first.text === "!" ? "!_" : "-_", args: [operand] };
  }

  #member(start?: Expression): Expression {
    let expression = start ?? this.#primary();
    const depth = this.#depth;
    for (;;) {
      const token = this.#token;
      if (this.#accept(".") !== undefined) expression = this.#deeperBy(() => this.#selection(expression, token));
      else if (this.#accept("[") !== undefined) expression = this.#deeperBy(() => this.#index(expression, token));
      else if (this.#is("{") && qualifiedName(expression) !== undefined) expression = this.#struct(expression);
      else break;
    }
    this.#depth = depth;
    return expression;
  }

  #selection(operand: Expression, dot: Token): Expression {
    const optional = this.#accept("?") !== undefined;
    const token = this.#token;
    if (token.kind !== "identifier" || ["true", "false", "null", "in"].includes(token.text)) {
      this.#fail(
        token.kind === "end" || token.kind === "symbol"
          ? `Syntax error: mismatched input '${token.text}' expecting ${optional ? "IDENTIFIER" : "{'?', IDENTIFIER, ESC_IDENTIFIER}"}`
          : `Syntax error: no viable alternative at input '.${token.text}'`,
      );
    }
    this.#at++;
    const name = token.text.startsWith("`") ? token.text.slice(1, -1) : token.text;
    if (optional) {
      const field: Expression = { kind: "literal", offset: token.offset, value: name };
      return { kind: "call", offset: dot.offset, name: "_?._", args: [operand, field] };
    }
    const open = this.#token;
    if (token.text.startsWith("`") || this.#accept("(") === undefined) {
      return { kind: "select", offset: dot.offset, operand, field: name, testOnly: false };
    }
    return this.#call(name, open.offset, this.#arguments(), operand);
  }

  #index(operand: Expression, open: Token): Expression {
    const optional = this.#accept("?") !== undefined;
    const index = this.#expression();
    this.#expect("]");
    return { kind: "call", offset: open.offset, name: optional ? "_[?_]" : "_[_]", args: [operand, index] };
  }

  #arguments(): Expression[] {
    const args: Expression[] = [];
    if (this.#accept(")") !== undefined) return args;
    do args.push(this.#expression());
    while (this.#accept(",") !== undefined);
    this.#expect(")");
    return args;
  }

  #call(name: string, offset: number, args: readonly Expression[], target?: Expression): Expression {
    const expansion: MacroExpansion | undefined = expandMacro(name, offset, args, target);
    if (expansion === undefined) return { kind: "call", offset, name, args, ...(target === undefined ? {} : { target }) };
    if ("expression" in expansion) return expansion.expression;
    this.errors.push(expansion.error);
    return { kind: "literal", offset, value: null };
  }

  #primary(): Expression {
    const token = this.#token;
    if (this.#accept("(") !== undefined) {
      const inner = this.#expression();
      this.#expect(")");
      return inner;
    }
    if (this.#accept("[") !== undefined) return this.#list(token.offset);
    if (this.#accept("{") !== undefined) return this.#map(token.offset);
    if (this.#is(".")) return this.#identifier();
    switch (token.kind) {
      case "identifier":
        return this.#identifier();
      case "int":
      case "uint":
      case "double":
        return this.#numberLiteral(token, token.offset, "");
      case "string":
      case "bytes":
        return this.#stringLiteral(token);
    }
    const kind = token.kind === "end" || this.#at > 0 ? "mismatched" : "extraneous";
    return this.#fail(`Syntax error: ${kind} input '${token.text}' expecting ${startSet}`);
  }

  #identifier(): Expression {
    const leadingDot = this.#accept(".") !== undefined;
    const token = this.#token;
    const constants = new Map<string, Literal>([
      ["true", true],
      ["false", false],
      ["null", null],
    ]);
    if (token.kind !== "identifier" || token.text === "in" || token.text.startsWith("`")) {
      this.#fail(`Syntax error: mismatched input '${token.text}' expecting ${leadingDot ? "IDENTIFIER" : startSet}`);
    }
    this.#at++;
    const constant = constants.get(token.text);
    if (constant !== undefined && !leadingDot) return { kind: "literal", offset: token.offset, value: constant };
    if (reserved.has(token.text)) this.errors.push({ offset: token.offset, message: `reserved identifier: ${token.text}` });
    const name = `${leadingDot ? "." : ""}${token.text}`;
    const open = this.#token;
    if (this.#accept("(") === undefined) return { kind: "identifier", offset: token.offset, name };
    return this.#call(name, open.offset, this.#arguments());
  }

  #list(offset: number): ListExpression {
    const elements: Array<ListExpression["elements"][number]> = [];
    while (!this.#is("]")) {
      const optional = this.#accept("?") !== undefined;
      elements.push({ value: this.#expression(), optional });
      if (this.#accept(",") === undefined) break;
    }
    this.#expect("]");
    return { kind: "list", offset, elements };
  }

  #map(offset: number): MapExpression {
    const entries: Array<MapExpression["entries"][number]> = [];
    while (!this.#is("}")) {
      const optional = this.#accept("?") !== undefined;
      const key = this.#expression();
      this.#expect(":");
      entries.push({ key, value: this.#expression(), optional });
      if (this.#accept(",") === undefined) break;
    }
    this.#expect("}");
    return { kind: "map", offset, entries };
  }

  #struct(type: Expression): StructExpression {
    const { offset } = this.#expect("{");
    const fields: Array<StructExpression["fields"][number]> = [];
    while (!this.#is("}")) {
      const optional = this.#accept("?") !== undefined;
      const token = this.#token;
      if (token.kind !== "identifier") this.#fail(`Syntax error: mismatched input '${token.text}' expecting IDENTIFIER`);
      this.#at++;
      const colon = this.#expect(":");
      const name = token.text.startsWith("`") ? token.text.slice(1, -1) : token.text;
      fields.push({ name, offset: colon.offset, value: this.#expression(), optional });
      if (this.#accept(",") === undefined) break;
    }
    this.#expect("}");
    return { kind: "struct", offset, typeName: qualifiedName(type)!, fields };
  }

  #numberLiteral(token: Token, offset: number, sign: "" | "-"): Expression {
    this.#at++;
    const literal = (value: Literal): Expression => ({ kind: "literal", offset, value });
    if (token.kind === "double") {
      const value = Number(sign + token.text);
      if (!Number.isFinite(value)) this.errors.push({ offset, message: "invalid double literal" });
      return literal(value);
    }
    if (token.kind === "uint") {
      const value = BigInt(token.text.slice(0, -1));
      if (value > maxUint) this.errors.push({ offset, message: "invalid uint literal" });
      return literal({ uint: value });
    }
    const magnitude = BigInt(token.text);
    const value = sign === "-" ? -magnitude : magnitude;
    if (value > maxInt || value < minInt) this.errors.push({ offset, message: "invalid int literal" });
    return literal(value);
  }

  #stringLiteral(token: Token): Expression {
    this.#at++;
    const contents = unquote(token.text);
    if (contents === undefined) this.errors.push({ offset: token.offset, message: "unable to unescape string" });
    const value = token.kind === "bytes" ? (contents?.bytes ?? new Uint8Array()) : (contents?.text ?? "");
    return { kind: "literal", offset: token.offset, value };
  }
}

export type Parsed =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly errors: readonly SourceError[] };

/** Parses an expression and expands its macros. Never throws; nesting and length are bounded. */
export const parse = (source: Source): Parsed => {
  const length = source.characters.length;
  if (length > maxCodePoints) {
    const message = `expression code point size exceeds limit: size: ${length}, limit ${maxCodePoints}`;
    return { ok: false, errors: [{ offset: -1, message }] };
  }
  const { tokens, errors } = tokenize(source);
  const parser = new Parser(tokens);
  try {
    const expression = parser.whole();
    const all = [...errors, ...parser.errors];
    return all.length === 0 ? { ok: true, expression } : { ok: false, errors: all };
  } catch (failure) {
    if (!(failure instanceof SyntaxFailure)) throw failure;
    return { ok: false, errors: [...errors, ...parser.errors, failure.error] };
  }
};
