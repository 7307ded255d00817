import { type Expression, type Literal, qualifiedName } from "./ast.js";
import type { FunctionTable, Overload } from "./functions.js";
import { Inference, replaceParameters } from "./inference.js";
import type { SourceError } from "./source.js";
import * as types from "./types.js";
import { type CelType, formatArguments, formatType } from "./types.js";

/** What an expression may name. */
export interface Scope {
  /** The type of a variable, or `type(T)` of the name of a type. */
  readonly variable: (name: string) => CelType | undefined;
  /** An object type that an expression may make by `Name{…}`. */
  readonly structType: (name: string) => types.StructType | undefined;
  readonly functions: FunctionTable;
}

/** What the checker found out about an expression. */
export interface Checked {
  readonly expression: Expression;
  readonly type: CelType;
  readonly typeOf: (expression: Expression) => CelType;
  /** The signatures that a call may turn out to mean, by its static types. */
  readonly overloadsOf: (expression: Expression) => readonly Overload[];
  /** The qualified name of a variable, type or function that an expression is, where it is one. */
  readonly nameOf: (expression: Expression) => string | undefined;
  /** The variables of the environment that the expression uses. */
  readonly variables: ReadonlySet<string>;
  readonly errors: readonly SourceError[];
}

const literalType = (value: Literal): CelType => {
  if (value === null) return types.nullType;
  switch (typeof value) {
    case "boolean":
      return types.bool;
    case "string":
      return types.string;
    case "number":
      return types.double;
    case "bigint":
      return types.int;
  }
  return value instanceof Uint8Array ? types.bytes : types.uint;
};

class Checker {
  readonly errors: SourceError[] = [];
  readonly types = new Map<Expression, CelType>();
  readonly overloads = new Map<Expression, readonly Overload[]>();
  readonly names = new Map<Expression, string>();
  readonly variables = new Set<string>();
  readonly inference = new Inference();
  #locals: Array<ReadonlyMap<string, CelType>> = [];
  #parameters = 0;

  constructor(readonly scope: Scope) {}

  check(expression: Expression): CelType {
    const type = this.#typeOf(expression);
    this.types.set(expression, type);
    return type;
  }

  #error(offset: number, message: string): CelType {
    this.errors.push({ offset, message });
    return types.errorType;
  }

  #undeclared(offset: number, name: string): CelType {
    return this.#error(offset, `undeclared reference to '${name}' (in container '')`);
  }

  #newParameter(): CelType {
    return types.parameter(`_var${this.#parameters++}`);
  }

  #typeOf(expression: Expression): CelType {
    switch (expression.kind) {
      case "literal":
        return literalType(expression.value);
      case "identifier":
        return this.#lookUp(expression, expression.name) ?? this.#undeclared(expression.offset, expression.name);
      case "select":
        return this.#select(expression);
      case "call":
        return this.#call(expression);
      case "list":
        return this.#list(expression);
      case "map":
        return this.#map(expression);
      case "struct":
        return this.#struct(expression);
      case "comprehension":
        return this.#comprehension(expression);
    }
  }

  /** A local variable, a variable of the environment or a type of this name. */
  #lookUp(expression: Expression, written: string): CelType | undefined {
    const name = written.replace(/^\./, "");
    for (let index = this.#locals.length - 1; index >= 0 && !written.startsWith("."); index--) {
      const local = this.#locals[index]!.get(name);
      if (local !== undefined) return local;
    }
    const type = this.scope.variable(name);
    if (type !== undefined) {
      this.names.set(expression, name);
      this.variables.add(name);
    }
    return type;
  }

  #isLocal(name: string): boolean {
    return this.#locals.some((scope) => scope.has(name));
  }

  #select(expression: Expression & { kind: "select" }): CelType {
    const qualified = qualifiedName(expression);
    if (qualified !== undefined && !this.#isLocal(qualified.split(".")[0]!)) {
      const type = this.#lookUp(expression, qualified);
      if (type !== undefined) return type;
    }
    const operand = this.check(expression.operand);
    const field = this.#field(operand, expression.field, expression.offset);
    return expression.testOnly ? types.bool : field;
  }

  #field(operandType: CelType, field: string, offset: number): CelType {
    const operand = this.inference.substitute(operandType, false);
    switch (operand.kind) {
      case "dyn":
      case "error":
        return types.dyn;
      case "parameter":
        this.#assign(operand, types.dyn);
        return types.dyn;
      case "map":
        return operand.value;
      case "struct":
        return operand.field(field) ?? this.#error(offset, `undefined field '${field}'`);
      case "optional":
        return types.optionalOf(this.#field(operand.value, field, offset));
      default:
        return this.#error(offset, `type '${formatType(operand)}' does not support field selection`);
    }
  }

  #call(expression: Expression & { kind: "call" }): CelType {
    if (expression.name === "_?._") return this.#optionalSelect(expression);
    const args = expression.args.map((arg) => this.check(arg));
    if (expression.target === undefined) return this.#resolve(expression, expression.name, args, false);
    const prefix = qualifiedName(expression.target);
    if (prefix !== undefined && !this.#isLocal(prefix.split(".")[0]!)) {
      const name = `${prefix}.${expression.name}`.replace(/^\./, "");
      if (this.scope.functions.overloads(name) !== undefined) {
        this.names.set(expression, name);
        return this.#resolve(expression, name, args, false);
      }
    }
    return this.#resolve(expression, expression.name, [this.check(expression.target), ...args], true);
  }

  #optionalSelect(expression: Expression & { kind: "call" }): CelType {
    const [operand, field] = expression.args as [Expression, Expression];
    const name = field.kind === "literal" && typeof field.value === "string" ? field.value : "";
    this.check(field);
    const type = this.inference.substitute(this.check(operand), false);
    const fieldType = this.#field(type, name, expression.offset);
    return type.kind === "optional" ? fieldType : types.optionalOf(fieldType);
  }

  /** Finds the signatures that fit the arguments; more than one leaves the choice to the run and the type dynamic. */
  #resolve(expression: Expression, written: string, args: readonly CelType[], member: boolean): CelType {
    const name = written.replace(/^\./, "");
    const overloads = this.scope.functions.overloads(name);
    if (overloads === undefined) return this.#undeclared(expression.offset, name);
    const found: Overload[] = [];
    let result: CelType | undefined;
    for (const overload of overloads) {
      if (overload.member !== member) continue;
      const fresh = this.#fresh(overload);
      if (!this.inference.assign(fresh.args, args)) continue;
      const type = this.inference.substitute(fresh.result, false);
      result = found.length === 0 || (result !== undefined && formatType(result) === formatType(type)) ? type : types.dyn;
      found.push(overload);
    }
    if (result === undefined) {
      const given = args.map((arg) => this.inference.substitute(arg, true));
      const signature = formatArguments(given, member);
      return this.#error(expression.offset, `found no matching overload for '${name}' applied to '${signature}'`);
    }
    this.overloads.set(expression, found);
    return result;
  }

  /** A signature with type parameters of its own. */
  #fresh(overload: Overload): { readonly args: readonly CelType[]; readonly result: CelType } {
    const own = new Map<string, CelType>();
    const renew = (type: CelType): CelType =>
      replaceParameters(type, ({ name }) => {
        const fresh = own.get(name) ?? this.#newParameter();
        own.set(name, fresh);
        return fresh;
      });
    return { args: overload.args.map(renew), result: renew(overload.result) };
  }

  #assign(to: CelType, from: CelType): boolean {
    return this.inference.assign([to], [from]);
  }

  /** Elements of a list and entries of a map are all of one type in Kubernetes. */
  #join(previous: CelType | undefined, current: CelType, offset: number): CelType {
    if (previous === undefined) return current;
    if (this.#assign(previous, current)) return isGeneral(current) ? current : previous;
    const [expected, found] = [previous, current].map((type) => formatType(this.inference.substitute(type, true)));
    this.#error(offset, `expected type '${expected}' but found '${found}'`);
    return previous;
  }

  /** The type inside of an optional element or entry. */
  #unwrapped(type: CelType, offset: number): CelType {
    const given = this.inference.substitute(type, false);
    if (given.kind === "optional") return given.value;
    if (given.kind === "dyn" || given.kind === "error") return types.dyn;
    return this.#error(offset, `expected type 'optional_type(${formatType(given)})' but found '${formatType(given)}'`);
  }

  #list(expression: Expression & { kind: "list" }): CelType {
    let item: CelType | undefined;
    for (const { value, optional } of expression.elements) {
      const type = this.check(value);
      item = this.#join(item, optional ? this.#unwrapped(type, value.offset) : type, value.offset);
    }
    return types.listOf(item ?? this.#newParameter());
  }

  #map(expression: Expression & { kind: "map" }): CelType {
    let key: CelType | undefined;
    let value: CelType | undefined;
    for (const entry of expression.entries) {
      key = this.#join(key, this.check(entry.key), entry.key.offset);
      const type = this.check(entry.value);
      value = this.#join(value, entry.optional ? this.#unwrapped(type, entry.value.offset) : type, entry.value.offset);
    }
    return types.mapOf(key ?? this.#newParameter(), value ?? this.#newParameter());
  }

  #struct(expression: Expression & { kind: "struct" }): CelType {
    const name = expression.typeName.replace(/^\./, "");
    const struct = this.scope.structType(name);
    if (struct === undefined) {
      const type = this.scope.variable(name);
      if (type === undefined) return this.#undeclared(expression.offset, name);
      return this.#error(expression.offset, `'${name}' is not a ${type.kind === "type" ? "message " : ""}type`);
    }
    for (const field of expression.fields) {
      const given = this.check(field.value);
      const type = field.optional ? this.#unwrapped(given, field.value.offset) : given;
      const wanted = struct.field(field.name);
      if (wanted === undefined) this.#error(field.offset, `undefined field '${field.name}'`);
      else if (!this.#assign(wanted, type)) {
        const [expected, found] = [wanted, type].map((each) => formatType(this.inference.substitute(each, true)));
        this.#error(field.offset, `expected type of field '${field.name}' is '${expected}' but provided type is '${found}'`);
      }
    }
    return struct;
  }

  #comprehension(expression: Expression & { kind: "comprehension" }): CelType {
    const range = this.inference.substitute(this.check(expression.range), false);
    const accumulator = this.check(expression.initial);
    const [first, second] = this.#elementTypes(range, expression);
    this.#locals.push(new Map([[expression.accumulator, accumulator]]));
    const elements = new Map([[expression.variable, first]]);
    if (expression.secondVariable !== undefined) elements.set(expression.secondVariable, second);
    this.#locals.push(elements);
    this.#expect(expression.condition, types.bool);
    this.#expect(expression.step, accumulator);
    this.#locals.pop();
    const result = this.check(expression.result);
    this.#locals.pop();
    return this.inference.substitute(result, false);
  }

  #elementTypes(range: CelType, expression: Expression & { kind: "comprehension" }): [CelType, CelType] {
    const two = expression.secondVariable !== undefined;
    switch (range.kind) {
      case "list":
        return two ? [types.int, range.item] : [range.item, range.item];
      case "map":
        return [range.key, range.value];
      case "dyn":
      case "error":
        return [types.dyn, types.dyn];
      case "parameter":
        this.#assign(range, types.dyn);
        return [types.dyn, types.dyn];
    }
    const type = formatType(range);
    const message = `expression of type '${type}' cannot be range of a comprehension (must be list, map, or dynamic)`;
    this.#error(expression.range.offset, message);
    return [types.errorType, types.errorType];
  }

  #expect(expression: Expression, wanted: CelType): void {
    const given = this.check(expression);
    if (this.#assign(wanted, given)) return;
    const [expected, found] = [wanted, given].map((type) => formatType(this.inference.substitute(type, true)));
    this.#error(expression.offset, `expected type '${expected}' but found '${found}'`);
  }
}

const isGeneral = (type: CelType): boolean => type.kind === "dyn";

/** Finds the type of every part of an expression, and what does not fit together, in cel-go's words. */
export const check = (expression: Expression, scope: Scope): Checked => {
  const checker = new Checker(scope);
  const type = checker.check(expression);
  const finished = (part: CelType): CelType => checker.inference.substitute(part, true);
  return {
    expression,
    type: finished(type),
    typeOf: (part) => finished(checker.types.get(part) ?? types.dyn),
    overloadsOf: (part) => checker.overloads.get(part) ?? [],
    nameOf: (part) => checker.names.get(part),
    variables: checker.variables,
    errors: checker.errors,
  };
};
