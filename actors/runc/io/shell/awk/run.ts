/** Runs an awk program. Output gathers in `output` until whoever reads the records takes it. */
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { callBuiltin } from "./builtins.js";
import { Memory } from "./memory.js";
import { AwkError, type AwkProgram, type Expression, type Rule, type Statement, type Target } from "./syntax.js";
import { compare, isTrue, Read, sprintf, toNumber, toText, type Value } from "./value.js";

export class Next {}
export class AwkExit {
  constructor(readonly status: number) {}
}
class Jump {
  constructor(readonly to: "break" | "continue") {}
}
class Returned {
  constructor(readonly value: Value) {}
}

export interface AwkFiles {
  /** Where a path is on the host. */
  toHost(path: string, writes: boolean): string;
  /** The next record of the main input, where the program asks for it itself. */
  nextRecord(): string | undefined;
}

export class AwkRun {
  readonly memory = new Memory();
  output: string[] = [];
  errors: string[] = [];
  private readonly inRange = new Set<Rule>();
  private readonly written = new Set<string>();
  private readonly reading = new Map<string, string[]>();
  private seed = 0;
  private asks: boolean | undefined;

  constructor(
    private readonly program: AwkProgram,
    private readonly files: AwkFiles,
  ) {}

  /** Whether the program takes records of the main input itself. */
  get asksForRecords(): boolean {
    this.asks ??= /"kind":"getline"(?!,"file")/.test(JSON.stringify([this.program.rules, [...this.program.functions]]));
    return this.asks;
  }

  begin(): void {
    for (const { pattern, action } of this.program.rules) if (pattern.kind === "begin" && action !== undefined) this.run(action);
  }

  finish(): void {
    for (const { pattern, action } of this.program.rules) if (pattern.kind === "end" && action !== undefined) this.run(action);
  }

  /** One record; `next` and `exit` are thrown. */
  record(text: string): void {
    this.memory.setRecord(text);
    this.memory.count();
    for (const rule of this.program.rules) {
      if (!this.applies(rule)) continue;
      if (rule.action === undefined) this.output.push(toText(this.memory.field(0), "") + this.memory.text("ORS"));
      else this.run(rule.action);
    }
  }

  private applies(rule: Rule): boolean {
    const { pattern } = rule;
    if (pattern.kind === "always") return true;
    if (pattern.kind === "when") return isTrue(this.value(pattern.test));
    if (pattern.kind !== "range") return false;
    if (!this.inRange.has(rule) && !isTrue(this.value(pattern.from))) return false;
    if (isTrue(this.value(pattern.to))) this.inRange.delete(rule);
    else this.inRange.add(rule);
    return true;
  }

  private run(statement: Statement): void {
    const { memory } = this;
    switch (statement.kind) {
      case "expression":
        this.value(statement.of);
        return;
      case "print":
        this.print(statement);
        return;
      case "block":
        for (const each of statement.body) this.run(each);
        return;
      case "if":
        if (isTrue(this.value(statement.test))) this.run(statement.then);
        else if (statement.otherwise !== undefined) this.run(statement.otherwise);
        return;
      case "while":
        if (statement.bodyFirst && this.leavesLoop(statement.body)) return;
        while (isTrue(this.value(statement.test))) if (this.leavesLoop(statement.body)) return;
        return;
      case "for": {
        const { first, test, step, body } = statement;
        if (first !== undefined) this.run(first);
        while (test === undefined || isTrue(this.value(test))) {
          if (this.leavesLoop(body)) return;
          if (step !== undefined) this.run(step);
        }
        return;
      }
      case "each":
        for (const key of [...memory.array(statement.array).keys()]) {
          memory.set(statement.name, new Read(key));
          if (this.leavesLoop(statement.body)) return;
        }
        return;
      case "delete":
        if (statement.keys === undefined) memory.array(statement.array).clear();
        else memory.array(statement.array).delete(this.key(statement.keys));
        return;
      case "jump":
        throw statement.to === "next" ? new Next() : new Jump(statement.to);
      case "leave": {
        const value = statement.value === undefined ? undefined : this.value(statement.value);
        throw statement.from === "program" ? new AwkExit(toNumber(value) & 255) : new Returned(value);
      }
    }
  }

  private leavesLoop(body: Statement): boolean {
    try {
      this.run(body);
      return false;
    } catch (error) {
      if (!(error instanceof Jump)) throw error;
      return error.to === "break";
    }
  }

  private print({ formatted, args, to }: Extract<Statement, { kind: "print" }>): void {
    const { memory } = this;
    const values = args.map((each) => this.value(each));
    const format = memory.text("OFMT");
    const text = formatted
      ? sprintf(toText(values[0], format), values.slice(1), memory.format)
      : (values.length === 0
          ? toText(memory.field(0), "")
          : values.map((each) => toText(each, format)).join(memory.text("OFS"))) + memory.text("ORS");
    if (to === undefined) {
      this.output.push(text);
      return;
    }
    const file = toText(this.value(to.file), memory.format);
    if (file === "/dev/stdout" || file === "-") this.output.push(text);
    else if (file === "/dev/stderr") this.errors.push(text);
    else {
      const path = this.files.toHost(file, true);
      // What is opened stays open: only the first writing empties it.
      if (to.append || this.written.has(file)) appendFileSync(path, text);
      else writeFileSync(path, text);
      this.written.add(file);
    }
  }

  key(keys: readonly Expression[]): string {
    return keys.map((each) => toText(this.value(each), this.memory.format)).join(this.memory.text("SUBSEP"));
  }

  assign(target: Target, value: Value): void {
    if (target.kind === "variable") this.memory.set(target.name, value);
    else if (target.kind === "field") this.memory.setField(Math.trunc(toNumber(this.value(target.index))), value);
    else this.memory.array(target.array).set(this.key(target.keys), value);
  }

  value(expression: Expression): Value {
    const { memory } = this;
    switch (expression.kind) {
      case "number":
      case "string":
        return expression.value;
      case "regex":
        return memory.expression(expression.source).test(toText(memory.field(0), "")) ? 1 : 0;
      case "group":
        return this.value(expression.of);
      case "variable":
        return memory.get(expression.name);
      case "field":
        return memory.field(Math.trunc(toNumber(this.value(expression.index))));
      case "element": {
        const array = memory.array(expression.array);
        const key = this.key(expression.keys);
        // To look is to make.
        if (!array.has(key)) array.set(key, undefined);
        return array.get(key);
      }
      case "assign": {
        const value = this.value(expression.value);
        const { operator, target } = expression;
        const result = operator === "=" ? value : arithmetic(operator[0]!, toNumber(this.value(target)), toNumber(value));
        this.assign(target, result);
        return result;
      }
      case "increment": {
        const before = toNumber(this.value(expression.target));
        this.assign(expression.target, before + expression.by);
        return expression.before ? before + expression.by : before;
      }
      case "unary": {
        const value = this.value(expression.of);
        return expression.operator === "!"
          ? isTrue(value)
            ? 0
            : 1
          : expression.operator === "-"
            ? -toNumber(value)
            : toNumber(value);
      }
      case "binary":
        return this.binary(expression);
      case "condition":
        return this.value(isTrue(this.value(expression.test)) ? expression.then : expression.otherwise);
      case "in":
        return memory.array(expression.array).has(this.key(expression.keys)) ? 1 : 0;
      case "call":
        return this.call(expression.name, expression.args);
      case "getline":
        return this.getline(expression);
    }
  }

  private binary({ operator, left, right }: Extract<Expression, { kind: "binary" }>): Value {
    const { format } = this.memory;
    if (operator === "&&") return isTrue(this.value(left)) && isTrue(this.value(right)) ? 1 : 0;
    if (operator === "||") return isTrue(this.value(left)) || isTrue(this.value(right)) ? 1 : 0;
    if (operator === "~" || operator === "!~") {
      const matches = this.expressionOf(right).test(toText(this.value(left), format));
      return matches === (operator === "~") ? 1 : 0;
    }
    const one = this.value(left);
    const other = this.value(right);
    if (operator === " ") return toText(one, format) + toText(other, format);
    if (["<", "<=", "==", "!=", ">", ">="].includes(operator)) return compares(operator, compare(one, other, format)) ? 1 : 0;
    return arithmetic(operator, toNumber(one), toNumber(other));
  }

  /** A regular expression as it stands, or text that is one. */
  expressionOf(expression: Expression): RegExp {
    const source = expression.kind === "regex" ? expression.source : toText(this.value(expression), this.memory.format);
    return this.memory.expression(source);
  }

  random(): number {
    this.seed = (this.seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return this.seed / 2 ** 31;
  }

  reseed(seed: number): number {
    const before = this.seed;
    this.seed = Math.abs(Math.trunc(seed)) % 2 ** 31;
    return before;
  }

  private call(name: string, args: readonly Expression[]): Value {
    const own = this.program.functions.get(name);
    if (own === undefined) return callBuiltin(this, name, args);
    const frame = new Map<string, Value | Map<string, Value>>();
    for (const [index, parameter] of own.parameters.entries()) {
      const given = args[index];
      if (given === undefined) frame.set(parameter, undefined);
      else if (given.kind === "variable" && this.memory.hasArray(given.name)) frame.set(parameter, this.memory.array(given.name));
      else frame.set(parameter, this.value(given));
    }
    this.memory.enter(frame);
    try {
      this.run(own.body);
      return undefined;
    } catch (error) {
      if (error instanceof Returned) return error.value;
      throw error;
    } finally {
      this.memory.leave();
    }
  }

  private getline({ target, file }: Extract<Expression, { kind: "getline" }>): Value {
    let text: string | undefined;
    if (file === undefined) {
      text = this.files.nextRecord();
      if (text !== undefined) this.memory.count();
    } else {
      const path = toText(this.value(file), this.memory.format);
      try {
        const lines =
          this.reading.get(path) ?? readFileSync(this.files.toHost(path, false), "utf8").replace(/\n$/, "").split("\n");
        this.reading.set(path, lines);
        text = lines.shift();
      } catch {
        return -1;
      }
    }
    if (text === undefined) return 0;
    if (target === undefined) this.memory.setRecord(text);
    else this.assign(target, new Read(text));
    return 1;
  }

  close(file: string): void {
    this.reading.delete(file);
    this.written.delete(file);
  }
}

const compares = (operator: string, order: number): boolean =>
  operator === "<"
    ? order < 0
    : operator === "<="
      ? order <= 0
      : operator === "=="
        ? order === 0
        : operator === "!="
          ? order !== 0
          : operator === ">"
            ? order > 0
            : order >= 0;

function arithmetic(operator: string, left: number, right: number): number {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "^":
      return left ** right;
    default:
      if (right === 0) throw new AwkError("division by zero");
      return operator === "/" ? left / right : left % right;
  }
}
