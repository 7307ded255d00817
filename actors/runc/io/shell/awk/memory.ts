/** What an awk program remembers: variables, arrays, and the record with its fields. */
import { toExtended } from "../escapes.js";
import { AwkError } from "./syntax.js";
import { Read, toNumber, toText, type Value } from "./value.js";

export type AwkArray = Map<string, Value>;

const fieldsMost = 100_000;

export class Memory {
  private readonly variables = new Map<string, Value>([
    ["FS", " "],
    ["OFS", " "],
    ["ORS", "\n"],
    ["RS", "\n"],
    ["NR", 0],
    ["FNR", 0],
    ["CONVFMT", "%.6g"],
    ["OFMT", "%.6g"],
    ["SUBSEP", "\x1c"],
    ["RSTART", 0],
    ["RLENGTH", -1],
    ["FILENAME", ""],
  ]);
  private readonly arrays = new Map<string, AwkArray>();
  /** Parameters and local variables of the functions that run, innermost last. */
  private readonly frames: Array<Map<string, Value | AwkArray>> = [];
  private record = "";
  private fields: Value[] | undefined;
  private readonly expressions = new Map<string, RegExp>();

  get format(): string {
    return String(this.variables.get("CONVFMT"));
  }

  text(name: string): string {
    return toText(this.get(name), this.format);
  }

  get(name: string): Value {
    if (name === "NF") return this.split().length;
    const frame = this.frames.at(-1);
    if (frame?.has(name) === true) {
      const local = frame.get(name);
      if (local instanceof Map) throw new AwkError(`${name} is an array`);
      return local;
    }
    return this.variables.get(name);
  }

  set(name: string, value: Value): void {
    const frame = this.frames.at(-1);
    if (name === "NF") {
      const fields = this.split();
      fields.length = Math.max(0, Math.min(fieldsMost, Math.trunc(toNumber(value))));
      this.rejoin();
    } else if (frame?.has(name) === true) frame.set(name, value);
    else this.variables.set(name, value);
  }

  array(name: string): AwkArray {
    const frame = this.frames.at(-1);
    if (frame?.has(name) === true) {
      const local = frame.get(name);
      if (local instanceof Map) return local;
      const made: AwkArray = new Map();
      frame.set(name, made);
      return made;
    }
    const array = this.arrays.get(name) ?? new Map<string, Value>();
    this.arrays.set(name, array);
    return array;
  }

  hasArray(name: string): boolean {
    return this.arrays.has(name) || this.frames.at(-1)?.get(name) instanceof Map;
  }

  enter(frame: Map<string, Value | AwkArray>): void {
    if (this.frames.length > 1_000) throw new AwkError("functions call each other too deeply");
    this.frames.push(frame);
  }

  leave(): void {
    this.frames.pop();
  }

  setRecord(text: string): void {
    this.record = text;
    this.fields = undefined;
  }

  count(): void {
    for (const name of ["NR", "FNR"]) this.variables.set(name, toNumber(this.variables.get(name)) + 1);
  }

  field(index: number): Value {
    if (index === 0) return new Read(this.record);
    return this.split()[this.checked(index) - 1];
  }

  setField(index: number, value: Value): void {
    if (index === 0) {
      this.setRecord(toText(value, this.format));
      return;
    }
    const fields = this.split();
    while (fields.length < this.checked(index)) fields.push("");
    fields[index - 1] = value;
    this.rejoin();
  }

  private checked(index: number): number {
    if (index < 0 || index > fieldsMost) throw new AwkError(`access to field ${index}`);
    return index;
  }

  private rejoin(): void {
    this.record = this.split()
      .map((field) => toText(field, this.format))
      .join(this.text("OFS"));
  }

  private split(): Value[] {
    this.fields ??= this.parts(this.record, this.text("FS")).map((part) => new Read(part));
    return this.fields;
  }

  /** Text at its separators: one space is any run of blanks, another character is itself, all else a regular expression. */
  parts(text: string, separator: string): string[] {
    if (text === "") return [];
    if (separator === " ") return text.trim() === "" ? [] : text.trim().split(/[ \t\n]+/);
    if (separator === "") return [...text];
    if (separator.length === 1) return text.split(separator);
    return text.split(this.expression(separator));
  }

  expression(source: string): RegExp {
    let expression = this.expressions.get(source);
    if (expression === undefined) {
      try {
        expression = new RegExp(toExtended(source, true));
      } catch {
        throw new AwkError(`bad regex '${source}'`);
      }
      this.expressions.set(source, expression);
    }
    return expression;
  }
}
