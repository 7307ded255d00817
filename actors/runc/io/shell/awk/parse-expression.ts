/** Reads awk's expressions, from the weakest operator to the strongest. */
import { AwkError, type Expression, type Target } from "./syntax.js";
import type { Token } from "./tokens.js";

const assignments: ReadonlySet<string> = new Set(["=", "+=", "-=", "*=", "/=", "%=", "^=", "**="]);
const comparisons: ReadonlySet<string> = new Set(["<", "<=", "==", "!=", ">", ">="]);

const isTarget = (expression: Expression): expression is Target => ["variable", "element", "field"].includes(expression.kind);

export class ExpressionParser {
  protected position = 0;
  /** While what `print` prints is read: there a bare `>` is no comparison. */
  protected inPrint = false;

  constructor(private readonly tokens: readonly Token[]) {}

  protected get token(): Token {
    return this.tokens[this.position]!;
  }

  expression(): Expression {
    const left = this.conditional();
    if (!isTarget(left) || !assignments.has(this.token.text) || this.token.kind !== "operator") return left;
    const operator = this.take();
    this.newlines();
    return { kind: "assign", operator: operator.replace("**", "^"), target: left, value: this.expression() };
  }

  private conditional(): Expression {
    const test = this.or();
    if (!this.takes("?")) return test;
    this.newlines();
    const then = this.expression();
    this.newlines();
    this.expect(":");
    this.newlines();
    return { kind: "condition", test, then, otherwise: this.expression() };
  }

  private or(): Expression {
    return this.leftward(["||"], () => this.leftward(["&&"], () => this.membership()));
  }

  private leftward(operators: readonly string[], next: () => Expression): Expression {
    let left = next();
    while (this.token.kind === "operator" && operators.includes(this.token.text)) {
      const operator = this.take();
      if (operator === "||" || operator === "&&") this.newlines();
      left = { kind: "binary", operator, left, right: next() };
    }
    return left;
  }

  private membership(): Expression {
    let left = this.matching();
    while (this.takes("in")) {
      const keys = left.kind === "call" && left.name === "(list)" ? left.args : [left];
      left = { kind: "in", keys, array: this.name() };
    }
    return left;
  }

  private matching(): Expression {
    return this.leftward(["~", "!~"], () => this.comparison());
  }

  private comparison(): Expression {
    const left = this.concatenation();
    if (this.token.kind !== "operator" || !comparisons.has(this.token.text) || (this.inPrint && this.isAt(">"))) return left;
    return { kind: "binary", operator: this.take(), left, right: this.concatenation() };
  }

  protected concatenation(): Expression {
    let left = this.sum();
    while (this.beginsOperand()) left = { kind: "binary", operator: " ", left, right: this.sum() };
    return left;
  }

  private beginsOperand(): boolean {
    const { kind, text } = this.token;
    if (kind === "keyword") return false;
    if (kind !== "operator") return !["newline", "end"].includes(kind);
    return ["$", "(", "++", "--"].includes(text);
  }

  private sum(): Expression {
    return this.leftward(["+", "-"], () => this.leftward(["*", "/", "%"], () => this.unary()));
  }

  private unary(): Expression {
    const { kind, text } = this.token;
    if (kind !== "operator" || (text !== "!" && text !== "-" && text !== "+")) return this.power();
    this.position += 1;
    return { kind: "unary", operator: text, of: this.unary() };
  }

  private power(): Expression {
    const left = this.postfix();
    if (!this.isAt("^") && !this.isAt("**")) return left;
    this.position += 1;
    return { kind: "binary", operator: "^", left, right: this.unary() };
  }

  private postfix(): Expression {
    if (this.isAt("++") || this.isAt("--")) {
      const by = this.take() === "++" ? 1 : -1;
      const target = this.primary();
      if (!isTarget(target)) return this.unexpected();
      return { kind: "increment", by, before: true, target };
    }
    const of = this.primary();
    if (!isTarget(of) || (!this.isAt("++") && !this.isAt("--"))) return of;
    return { kind: "increment", by: this.take() === "++" ? 1 : -1, before: false, target: of };
  }

  private primary(): Expression {
    const { kind, text, calls } = this.token;
    if (kind === "end" || kind === "newline") return this.unexpected();
    this.position += 1;
    switch (kind) {
      case "number":
        return { kind: "number", value: Number(text) };
      case "string":
        return { kind: "string", value: text };
      case "regex":
        return { kind: "regex", source: text };
      case "builtin":
        return { kind: "call", name: text, args: this.takes("(") ? this.list(")") : [] };
      case "name":
        if (calls) {
          this.expect("(");
          return { kind: "call", name: text, args: this.list(")") };
        }
        return this.takes("[") ? { kind: "element", array: text, keys: this.list("]") } : { kind: "variable", name: text };
      default:
        if (text === "$") return { kind: "field", index: this.postfixOfField() };
        if (text === "(") return this.bracketed();
        if (text === "getline") return this.getline();
        this.position -= 1;
        return this.unexpected();
    }
  }

  /** `$i++` is `($i)++`, `$++i` and `$NF` are what they look like. */
  private postfixOfField(): Expression {
    return this.isAt("++") || this.isAt("--") ? this.postfix() : this.isAt("-") || this.isAt("!") ? this.unary() : this.primary();
  }

  private bracketed(): Expression {
    const { inPrint } = this;
    this.inPrint = false;
    const list = this.list(")");
    this.inPrint = inPrint;
    return list.length === 1 ? { kind: "group", of: list[0]! } : { kind: "call", name: "(list)", args: list };
  }

  private getline(): Expression {
    const target = this.token.kind === "name" || this.isAt("$") ? this.primary() : undefined;
    if (target !== undefined && !isTarget(target)) return this.unexpected();
    return { kind: "getline", target, file: this.takes("<") ? this.primary() : undefined };
  }

  protected list(close: string): Expression[] {
    const list: Expression[] = [];
    this.newlines();
    while (!this.takes(close)) {
      list.push(this.expression());
      this.newlines();
      if (this.takes(",")) this.newlines();
      else if (!this.isAt(close)) this.unexpected();
    }
    return list;
  }

  protected name(): string {
    if (this.token.kind !== "name") this.unexpected();
    return this.take();
  }

  protected take(): string {
    const { text } = this.token;
    this.position += 1;
    return text;
  }

  protected isAt(text: string): boolean {
    return this.token.text === text && (this.token.kind === "operator" || this.token.kind === "keyword");
  }

  protected takes(text: string): boolean {
    const found = this.isAt(text);
    if (found) this.position += 1;
    return found;
  }

  protected expect(text: string): void {
    if (!this.takes(text)) this.unexpected();
  }

  protected newlines(): void {
    while (this.token.kind === "newline") this.position += 1;
  }

  protected atStatementEnd(): boolean {
    return this.isAt(";") || this.isAt("}") || this.token.kind === "newline" || this.token.kind === "end";
  }

  protected unexpected(): never {
    const { kind, text } = this.token;
    throw new AwkError(`syntax error at ${kind === "end" ? "end of file" : kind === "newline" ? "end of line" : `'${text}'`}`);
  }
}
