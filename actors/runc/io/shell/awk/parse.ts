/** Reads an awk program: rules and functions, and their statements. */
import { ExpressionParser } from "./parse-expression.js";
import {
  AwkError,
  type AwkFunction,
  type AwkProgram,
  type Expression,
  type Pattern,
  type Rule,
  type Statement,
} from "./syntax.js";
import { tokensOf } from "./tokens.js";

export const parseAwk = (text: string): AwkProgram => new Parser(tokensOf(text)).program();

class Parser extends ExpressionParser {
  program(): AwkProgram {
    const rules: Rule[] = [];
    const functions = new Map<string, AwkFunction>();
    for (this.separators(); this.token.kind !== "end"; this.separators()) {
      if (this.takes("function") || this.takes("func")) {
        const name = this.name();
        this.expect("(");
        const parameters: string[] = [];
        while (!this.takes(")")) {
          parameters.push(this.name());
          this.takes(",");
        }
        this.newlines();
        functions.set(name, { parameters, body: this.block() });
      } else {
        const pattern = this.pattern();
        rules.push({ pattern, action: this.isAt("{") ? this.block() : undefined });
      }
    }
    return { rules, functions };
  }

  private pattern(): Pattern {
    if (this.isAt("{")) return { kind: "always" };
    if (this.takes("BEGIN")) return { kind: "begin" };
    if (this.takes("END")) return { kind: "end" };
    const test = this.expression();
    if (!this.takes(",")) return { kind: "when", test };
    this.newlines();
    return { kind: "range", from: test, to: this.expression() };
  }

  private block(): Statement {
    this.expect("{");
    const body: Statement[] = [];
    for (this.separators(); !this.takes("}"); this.separators()) body.push(this.statement());
    return { kind: "block", body };
  }

  private statement(): Statement {
    if (this.isAt("{")) return this.block();
    if (this.takes(";")) return { kind: "block", body: [] };
    if (this.takes("if")) return this.ifStatement();
    if (this.takes("while")) {
      const test = this.inBrackets();
      if (this.takes(";")) return { kind: "while", test, body: { kind: "block", body: [] }, bodyFirst: false };
      return { kind: "while", test, body: this.body(), bodyFirst: false };
    }
    if (this.takes("do")) {
      const body = this.body();
      this.separators();
      this.expect("while");
      const test = this.inBrackets();
      return this.ended({ kind: "while", test, body, bodyFirst: true });
    }
    if (this.takes("for")) return this.forStatement();
    return this.ended(this.simple());
  }

  private ifStatement(): Statement {
    const test = this.inBrackets();
    const then = this.body();
    const before = this.position;
    this.separators();
    if (this.takes("else")) return { kind: "if", test, then, otherwise: this.body() };
    this.position = before;
    return { kind: "if", test, then, otherwise: undefined };
  }

  private forStatement(): Statement {
    this.expect("(");
    const before = this.position;
    if (this.token.kind === "name") {
      const name = this.name();
      if (this.takes("in") && this.token.kind === "name") {
        const array = this.name();
        if (this.takes(")")) return { kind: "each", name, array, body: this.body() };
      }
      this.position = before;
    }
    const first = this.isAt(";") ? undefined : this.simple();
    this.expect(";");
    this.newlines();
    const test = this.isAt(";") ? undefined : this.expression();
    this.expect(";");
    this.newlines();
    const step = this.isAt(")") ? undefined : this.simple();
    this.expect(")");
    const body: Statement = this.takes(";") ? { kind: "block", body: [] } : this.body();
    return { kind: "for", first, test, step, body };
  }

  private simple(): Statement {
    for (const to of ["next", "break", "continue"] as const) if (this.takes(to)) return { kind: "jump", to };
    if (this.takes("exit")) return { kind: "leave", from: "program", value: this.optional() };
    if (this.takes("return")) return { kind: "leave", from: "function", value: this.optional() };
    if (this.takes("delete")) {
      const array = this.name();
      return { kind: "delete", array, keys: this.takes("[") ? this.list("]") : undefined };
    }
    if (this.takes("print")) return this.print(false);
    if (this.takes("printf")) return this.print(true);
    return { kind: "expression", of: this.expression() };
  }

  /** A `>` after what is printed names a file, so that comparisons need brackets. */
  private print(formatted: boolean): Statement {
    const args: Expression[] = [];
    this.inPrint = true;
    while (!this.atStatementEnd() && !this.isAt(">") && !this.isAt(">>") && !this.isAt("|")) {
      args.push(this.expression());
      if (!this.takes(",")) break;
      this.newlines();
    }
    this.inPrint = false;
    // print (a, b): what is in brackets is the list.
    const [only] = args;
    const list = args.length === 1 && only?.kind === "call" && only.name === "(list)" ? only.args : args;
    if (this.isAt("|")) throw new AwkError("output to commands is not there");
    const append = this.isAt(">>");
    if (!append && !this.isAt(">")) return { kind: "print", formatted, args: list, to: undefined };
    this.position += 1;
    return { kind: "print", formatted, args: list, to: { append, file: this.concatenation() } };
  }

  private optional(): Expression | undefined {
    return this.atStatementEnd() ? undefined : this.expression();
  }

  private body(): Statement {
    this.newlines();
    return this.statement();
  }

  private inBrackets(): Expression {
    this.expect("(");
    const test = this.expression();
    this.expect(")");
    return test;
  }

  private ended(statement: Statement): Statement {
    if (!this.takes(";") && !this.isAt("}") && this.token.kind !== "newline" && this.token.kind !== "end") this.unexpected();
    return statement;
  }

  private separators(): void {
    while (this.token.kind === "newline" || this.isAt(";")) this.position += 1;
  }
}
