import type { Expression, Literal } from "./ast.js";
import type { Checked } from "./checker.js";
import { planCall } from "./evaluate-call.js";
import { planComprehension } from "./evaluate-loop.js";
import { selectField, testField } from "./fields.js";
import { Frame, type Step } from "./frame.js";
import {
  ArrayList,
  CelError,
  EntryMap,
  OptionalValue,
  type Result,
  StructValue,
  TypeValue,
  typeNameOf,
  Uint,
  type Value,
} from "./values.js";

/** Turns a checked expression into steps, so that evaluating it again and again only takes them. */
export class Planner {
  /** Slots of the local variables in scope, innermost last. */
  readonly #scopes: Array<ReadonlyMap<string, number>> = [];
  #slots = 0;

  constructor(readonly checked: Checked) {}

  /** How many local variables a frame has to hold. */
  get slots(): number {
    return this.#slots;
  }

  plan(expression: Expression): Step {
    switch (expression.kind) {
      case "literal": {
        const value = literalValue(expression.value);
        return () => value;
      }
      case "identifier":
        return this.#identifier(expression, expression.name);
      case "select":
        return this.#select(expression);
      case "call":
        return planCall(this, expression);
      case "list":
        return this.#list(expression);
      case "map":
        return this.#map(expression);
      case "struct":
        return this.#struct(expression);
      case "comprehension":
        return planComprehension(this, expression);
    }
  }

  /** Plans a part in which the named local variables exist; gives their slots. */
  withLocals<T>(names: readonly string[], plan: (slots: readonly number[]) => T): T {
    const slots = names.map(() => this.#slots++);
    this.#scopes.push(new Map(names.map((name, index) => [name, slots[index]!])));
    const planned = plan(slots);
    this.#scopes.pop();
    return planned;
  }

  #localSlot(name: string): number | undefined {
    for (let index = this.#scopes.length - 1; index >= 0; index--) {
      const slot = this.#scopes[index]!.get(name);
      if (slot !== undefined) return slot;
    }
    return undefined;
  }

  #identifier(expression: Expression, name: string): Step {
    const global = this.checked.nameOf(expression);
    if (global !== undefined) return this.#global(expression, global);
    const slot = this.#localSlot(name);
    if (slot === undefined) return this.#global(expression, name);
    return (frame) => {
      frame.charge(1);
      return frame.locals[slot]!;
    };
  }

  #global(expression: Expression, name: string): Step {
    const type = this.checked.typeOf(expression);
    const missing = new CelError(`no such attribute(s): ${name}`);
    const constant = type.kind === "type" && type.of !== undefined ? new TypeValue(name, type.of) : undefined;
    return (frame) => {
      frame.charge(1);
      return frame.variable(name) ?? constant ?? missing;
    };
  }

  #select(expression: Expression & { kind: "select" }): Step {
    const global = this.checked.nameOf(expression);
    if (global !== undefined) return this.#global(expression, global);
    const operand = this.plan(expression.operand);
    const { field } = expression;
    if (expression.testOnly) {
      return (frame) => {
        const value = operand(frame);
        return value instanceof CelError ? value : testField(value, field);
      };
    }
    const cost = 1 + relativeCost(expression.operand);
    return (frame) => {
      const value = operand(frame);
      frame.charge(cost);
      return value instanceof CelError ? value : selectField(value, field);
    };
  }

  #list(expression: Expression & { kind: "list" }): Step {
    const elements = expression.elements.map(({ value, optional }) => ({ step: this.plan(value), optional }));
    if (expression.elements.every(({ value, optional }) => value.kind === "literal" && !optional)) {
      const literals = expression.elements.map(({ value }) => literalValue((value as { value: Literal }).value));
      return constantStep(new ArrayList(literals));
    }
    return (frame) => {
      const values: Value[] = [];
      for (const { step, optional } of elements) {
        const value = unwrap(step(frame), optional);
        if (value instanceof CelError) return value;
        if (value !== undefined) values.push(value);
      }
      frame.charge(listCost);
      return new ArrayList(values);
    };
  }

  #map(expression: Expression & { kind: "map" }): Step {
    const entries = expression.entries.map((entry) => ({
      key: this.plan(entry.key),
      value: this.plan(entry.value),
      optional: entry.optional,
    }));
    const constant = expression.entries.every(
      ({ key, value, optional }) => key.kind === "literal" && value.kind === "literal" && !optional,
    );
    const build: Step = (frame) => {
      let map = EntryMap.empty;
      for (const entry of entries) {
        const key = entry.key(frame);
        if (key instanceof CelError) return key;
        const value = unwrap(entry.value(frame), entry.optional);
        if (value instanceof CelError) return value;
        if (value === undefined) continue;
        const inserted = map.insert(key, value);
        if (inserted === undefined) return new CelError(`unsupported key type: ${typeNameOf(key)}`);
        if (inserted === false) return new CelError(`Failed with repeated key`);
        map = inserted;
      }
      frame.charge(mapCost);
      return map;
    };
    return constant ? constantStep(build(new Frame(new Map(), Number.POSITIVE_INFINITY, 0))) : build;
  }

  #struct(expression: Expression & { kind: "struct" }): Step {
    const steps = expression.fields.map(({ name, value, optional }) => ({ name, step: this.plan(value), optional }));
    const typeName = expression.typeName.replace(/^\./, "");
    return (frame) => {
      const values = new Map<string, Value>();
      for (const { name, step, optional } of steps) {
        const value = unwrap(step(frame), optional);
        if (value instanceof CelError) return value;
        if (value !== undefined) values.set(name, value);
      }
      frame.charge(structCost);
      return new StructValue(typeName, values);
    };
  }
}

const listCost = 10;
const mapCost = 30;
const structCost = 40;

const constantStep =
  (value: Result): Step =>
  () =>
    value;

/** The value of an optional element; undefined when there is none. */
const unwrap = (value: Result, optional: boolean): Result | undefined => {
  if (!optional || value instanceof CelError) return value;
  return value instanceof OptionalValue ? value.value : new CelError("no such overload");
};

/** Selecting from what is no path of names costs one more, as cel-go counts attributes. */
export const relativeCost = (operand: Expression): number => {
  if (operand.kind === "identifier" || operand.kind === "select") return 0;
  return operand.kind === "call" && pathCalls.has(operand.name) ? 0 : 1;
};

const pathCalls = new Set(["_[_]", "_?._", "_[?_]", "_?_:_"]);

export const literalValue = (literal: Literal): Value =>
  typeof literal === "object" && literal !== null && "uint" in literal ? new Uint(literal.uint) : literal;
