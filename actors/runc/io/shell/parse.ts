/** Reads a script. Errors are worded as busybox's ash words them. */
import { type AndOr, type Command, type List, type Pipeline, type Redirection, ShellSyntaxError, type Word } from "./syntax.js";
import { type HereDocument, WordReader } from "./words.js";

const reserved: ReadonlySet<string> = new Set([
  "if",
  "then",
  "elif",
  "else",
  "fi",
  "while",
  "until",
  "for",
  "do",
  "done",
  "case",
  "esac",
  "{",
  "}",
  "in",
  "!",
]);

export const parseScript = (text: string): List => new Parser(text).script();

class Parser {
  private readonly words: WordReader;
  private hereDocuments: HereDocument[] = [];

  constructor(private readonly text: string) {
    this.words = new WordReader(text, parseScript);
  }

  script(): List {
    const list = this.list(new Set());
    if (!this.words.atEnd) this.unexpected();
    return list;
  }

  /** Up to one of the reserved words or a closing bracket that ends it. */
  private list(ends: ReadonlySet<string>): List {
    const list: AndOr[] = [];
    for (;;) {
      this.separators();
      if (this.words.atEnd || this.looksAt(")") || this.looksAt(";;") || ends.has(this.peekWord())) return list;
      const andOr = this.andOr();
      this.words.blanks();
      const background = this.looksAt("&") && !this.looksAt("&&");
      if (background) this.words.advance(1);
      else if (this.looksAt(";") && !this.looksAt(";;")) this.words.advance(1);
      else if (!this.words.atEnd && !this.looksAt("\n") && !this.looksAt(")") && !this.looksAt(";;")) this.unexpected();
      list.push({ ...andOr, background });
    }
  }

  private andOr(): Omit<AndOr, "background"> {
    const first = this.pipeline();
    const rest: Array<{ operator: "&&" | "||"; pipeline: Pipeline }> = [];
    for (;;) {
      this.words.blanks();
      const operator = this.looksAt("&&") ? "&&" : this.looksAt("||") ? "||" : undefined;
      if (operator === undefined) return { first, rest };
      this.words.advance(2);
      this.newlines();
      rest.push({ operator, pipeline: this.pipeline() });
    }
  }

  private pipeline(): Pipeline {
    this.words.blanks();
    const negated = this.peekWord() === "!";
    if (negated) this.words.advance(1);
    const commands = [this.command()];
    for (;;) {
      this.words.blanks();
      if (!this.looksAt("|") || this.looksAt("||")) return { negated, commands };
      this.words.advance(1);
      this.newlines();
      commands.push(this.command());
    }
  }

  private command(): Command {
    this.words.blanks();
    if (this.looksAt("(")) {
      this.words.advance(1);
      const body = this.list(new Set());
      this.expectText(")");
      return { kind: "group", body, subshell: true, redirections: this.redirections() };
    }
    switch (this.peekWord()) {
      case "{": {
        this.words.advance(1);
        const body = this.list(new Set(["}"]));
        this.expect("}");
        return { kind: "group", body, subshell: false, redirections: this.redirections() };
      }
      case "if":
        return this.ifCommand();
      case "while":
      case "until": {
        const until = this.takeWord() === "until";
        const condition = this.list(new Set(["do"]));
        return { kind: "loop", until, condition, body: this.doGroup(), redirections: this.redirections() };
      }
      case "for":
        return this.forCommand();
      case "case":
        return this.caseCommand();
      default:
        return this.simpleOrFunction();
    }
  }

  private ifCommand(): Command {
    const branches: Array<{ condition: List; body: List }> = [];
    this.expect("if");
    for (;;) {
      const condition = this.list(new Set(["then"]));
      this.expect("then");
      branches.push({ condition, body: this.list(new Set(["elif", "else", "fi"])) });
      if (this.peekWord() !== "elif") break;
      this.expect("elif");
    }
    let otherwise: List | undefined;
    if (this.peekWord() === "else") {
      this.expect("else");
      otherwise = this.list(new Set(["fi"]));
    }
    this.expect("fi");
    return { kind: "if", branches, otherwise, redirections: this.redirections() };
  }

  private forCommand(): Command {
    this.expect("for");
    this.words.blanks();
    const name = this.takeWord();
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new ShellSyntaxError("bad for loop variable");
    this.separators();
    let words: Word[] | undefined;
    if (this.peekWord() === "in") {
      this.expect("in");
      words = [];
      for (this.words.blanks(); !this.words.atEnd && !this.looksAt(";") && !this.looksAt("\n"); this.words.blanks()) {
        words.push(this.words.word());
      }
    }
    this.separators();
    return { kind: "for", name, words, body: this.doGroup(), redirections: this.redirections() };
  }

  private caseCommand(): Command {
    this.expect("case");
    this.words.blanks();
    const word = this.words.word();
    this.newlines();
    this.expect("in");
    const branches: Array<{ patterns: Word[]; body: List }> = [];
    for (;;) {
      this.separators();
      if (this.peekWord() === "esac") break;
      if (this.looksAt("(")) this.words.advance(1);
      const patterns: Word[] = [];
      for (;;) {
        this.words.blanks();
        patterns.push(this.words.word());
        this.words.blanks();
        if (!this.looksAt("|")) break;
        this.words.advance(1);
      }
      this.expectText(")");
      branches.push({ patterns, body: this.list(new Set(["esac"])) });
      this.words.blanks();
      if (this.looksAt(";;")) this.words.advance(2);
    }
    this.expect("esac");
    return { kind: "case", word, branches, redirections: this.redirections() };
  }

  private doGroup(): List {
    this.separators();
    this.expect("do");
    const body = this.list(new Set(["done"]));
    this.expect("done");
    return body;
  }

  private simpleOrFunction(): Command {
    const assignments: Array<{ name: string; value: Word }> = [];
    const words: Word[] = [];
    const redirections: Redirection[] = [];
    for (;;) {
      this.words.blanks();
      const redirection = this.redirection();
      if (redirection !== undefined) {
        redirections.push(redirection);
        continue;
      }
      if (this.words.atWordEnd) break;
      if (words.length === 0) {
        const definition = /^([A-Za-z_][A-Za-z0-9_]*)\s*\(\s*\)/.exec(this.words.ahead(200));
        if (definition !== null) {
          this.words.advance(definition[0].length);
          this.newlines();
          return { kind: "function", name: definition[1]!, body: this.command(), redirections: [] };
        }
        const assignment = /^([A-Za-z_][A-Za-z0-9_]*)=/.exec(this.words.ahead(200));
        if (assignment !== null) {
          this.words.advance(assignment[0].length);
          assignments.push({ name: assignment[1]!, value: this.words.atWordEnd ? [] : this.words.word() });
          continue;
        }
        if (reserved.has(this.peekWord())) this.unexpected();
      }
      words.push(this.words.word());
    }
    if (words.length === 0 && assignments.length === 0 && redirections.length === 0) this.unexpected();
    return { kind: "simple", assignments, words, redirections };
  }

  private redirections(): Redirection[] {
    const redirections: Redirection[] = [];
    for (;;) {
      this.words.blanks();
      const redirection = this.redirection();
      if (redirection === undefined) return redirections;
      redirections.push(redirection);
    }
  }

  private redirection(): Redirection | undefined {
    const match = /^(\d?)(<<-?|>>|>&|<|>\|?)|^(&>)/.exec(this.words.ahead(5));
    if (match === null) return undefined;
    this.words.advance(match[0].length);
    const operator = (match[3] ?? match[2] ?? ">").replace("-", "").replace("|", "") as Redirection["operator"];
    const descriptor = match[1] ? Number(match[1]) : operator.startsWith("<") ? 0 : 1;
    this.words.blanks();
    if (operator !== "<<") return { descriptor, operator, target: this.words.word() };
    const document = this.words.hereDocument(match[2] === "<<-");
    this.hereDocuments.push(document);
    return { descriptor, operator, target: document.parts };
  }

  private separators(): void {
    for (;;) {
      this.newlines();
      if (!this.looksAt(";") || this.looksAt(";;")) return;
      this.words.advance(1);
    }
  }

  private newlines(): void {
    for (this.words.blanks(); this.looksAt("\n"); this.words.blanks()) {
      this.words.advance(1);
      for (const document of this.hereDocuments.splice(0)) this.words.readHereDocument(document);
    }
  }

  private looksAt(text: string): boolean {
    return this.words.ahead(text.length) === text;
  }

  /** A reserved word is one only when it stands alone and unquoted. */
  private peekWord(): string {
    this.words.blanks();
    return /^(?:[{}!](?=[\s;]|$)|[A-Za-z_0-9-]+(?=[\s;&|()<>]|$))/.exec(this.words.ahead(100))?.[0] ?? "";
  }

  private takeWord(): string {
    const word = this.peekWord();
    this.words.advance(word.length);
    return word;
  }

  private expect(word: string): void {
    this.separators();
    if (this.takeWord() !== word) this.unexpected(word);
  }

  private expectText(text: string): void {
    this.separators();
    if (!this.looksAt(text)) this.unexpected(text);
    this.words.advance(text.length);
  }

  private unexpected(expecting?: string): never {
    const rest = this.text.slice(this.words.position);
    const found =
      rest === ""
        ? "end of file"
        : `"${(/^(?:\n|[;&|()<>]+|[^\s;&|()<>]+)/.exec(rest)?.[0] ?? rest[0]!).replace("\n", "newline")}"`;
    throw new ShellSyntaxError(
      `syntax error: unexpected ${found}${expecting === undefined ? "" : ` (expecting "${expecting}")`}`,
    );
  }
}
