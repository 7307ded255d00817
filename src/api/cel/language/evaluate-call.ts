import type { CallExpression, Expression } from "./ast.js";
import { equalValues } from "./equality.js";
import { literalValue, type Planner, relativeCost } from "./evaluator.js";
import { optionalField } from "./fields.js";
import { CostExceeded, type Step } from "./frame.js";
import type { Overload } from "./functions.js";
import type { CelType } from "./types.js";
import {
  CelError,
  Duration,
  ListValue,
  MapValue,
  OpaqueValue,
  OptionalValue,
  type Result,
  sizeOf,
  Timestamp,
  TypeValue,
  tooCostly,
  typeNameOf,
  Uint,
  type Value,
} from "./values.js";

const noSuchOverload = new CelError("no such overload");

/** Plans a call: operators that may leave an operand alone have a plan of their own, the rest is strict. */
export const planCall = (planner: Planner, call: CallExpression): Step => {
  switch (call.name) {
    case "_&&_":
      return planLogical(planner, call, false);
    case "_||_":
      return planLogical(planner, call, true);
    case "_?_:_":
      return planConditional(planner, call);
    case "@not_strictly_false":
      return planNotStrictlyFalse(planner, call);
    case "_==_":
      return planEquality(planner, call, true);
    case "_!=_":
      return planEquality(planner, call, false);
    case "_?._":
    case "_[?_]":
    case "_[_]":
      return planAccess(planner, call);
    case "@in":
      return planConstantMembership(planner, call) ?? planFunction(planner, call);
    case "or":
    case "orValue":
      if (call.target !== undefined && call.args.length === 1) return planOptionalOr(planner, call);
  }
  return planFunction(planner, call);
};

/** `&&` and `||`: the operand that decides (`absorbing`) does so whatever the other is, an error included. */
const planLogical = (planner: Planner, call: CallExpression, absorbing: boolean): Step => {
  const [left, right] = call.args.map((arg) => planner.plan(arg)) as [Step, Step];
  return (frame) => {
    const one = left(frame);
    if (one === absorbing) return absorbing;
    const other = right(frame);
    if (other === absorbing) return absorbing;
    if (one === !absorbing && other === !absorbing) return !absorbing;
    if (one instanceof CelError) return one;
    return other instanceof CelError ? other : noSuchOverload;
  };
};

const planConditional = (planner: Planner, call: CallExpression): Step => {
  const [condition, whenTrue, whenFalse] = call.args.map((arg) => planner.plan(arg)) as [Step, Step, Step];
  return (frame) => {
    const chosen = condition(frame);
    if (chosen === true) return whenTrue(frame);
    if (chosen === false) return whenFalse(frame);
    return chosen instanceof CelError ? chosen : noSuchOverload;
  };
};

const planNotStrictlyFalse = (planner: Planner, call: CallExpression): Step => {
  const operand = planner.plan(call.args[0]!);
  return (frame) => {
    const value = operand(frame);
    frame.charge(1);
    return value !== false;
  };
};

const stringTraversalCost = 0.1;

const planEquality = (planner: Planner, call: CallExpression, wanted: boolean): Step => {
  const [left, right] = call.args.map((arg) => planner.plan(arg)) as [Step, Step];
  return (frame) => {
    const one = left(frame);
    const other = right(frame);
    if (one instanceof CelError) return one;
    if (other instanceof CelError) return other;
    frame.charge(Math.ceil(Math.min(sizeOf(one), sizeOf(other)) * stringTraversalCost));
    return equalValues(one, other) === wanted;
  };
};

/** `e[i]`, `e[?i]` and `e.?f` */
const planAccess = (planner: Planner, call: CallExpression): Step => {
  const [operand, index] = call.args as [Expression, Expression];
  const [holder, key] = [planner.plan(operand), planner.plan(index)];
  const cost = 1 + relativeCost(operand);
  const access = call.name === "_[_]" ? indexValue : call.name === "_[?_]" ? optionalIndex : optionalFieldBy;
  return (frame) => {
    const one = holder(frame);
    if (one instanceof CelError) return one;
    const other = key(frame);
    frame.charge(cost);
    return other instanceof CelError ? other : access(one, other);
  };
};

const optionalFieldBy = (holder: Value, field: Value): Result => optionalField(holder, String(field));

/** An index of a list as a number; undefined when the value cannot be one. */
const listIndex = (index: Value): number | undefined => {
  if (typeof index === "bigint") return Number(index);
  if (index instanceof Uint) return Number(index.value);
  return typeof index === "number" && Number.isInteger(index) ? index : undefined;
};

export const formatKey = (key: Value): string => {
  if (key instanceof Uint) return String(key.value);
  return key === null || typeof key !== "object" ? String(key) : typeNameOf(key);
};

const lookUp = (holder: Value, index: Value): { readonly found: Result } | { readonly missing: CelError } => {
  if (holder instanceof ListValue) {
    const position = listIndex(index);
    if (position === undefined) return { found: new CelError(`unsupported index type '${typeNameOf(index)}' in list`) };
    if (position >= 0 && position < holder.size) return { found: holder.at(position) };
    return { missing: new CelError(`index out of bounds: ${formatKey(index)}`) };
  }
  if (holder instanceof MapValue) {
    const found = holder.find(index);
    return found === undefined ? { missing: new CelError(`no such key: ${formatKey(index)}`) } : { found };
  }
  return { found: noSuchOverload };
};

const indexValue = (holder: Value, index: Value): Result => {
  if (holder instanceof OptionalValue) return optionalIndex(holder, index);
  const result = lookUp(holder, index);
  return "found" in result ? result.found : result.missing;
};

const optionalIndex = (operand: Value, index: Value): Result => {
  const holder = operand instanceof OptionalValue ? operand.value : operand;
  if (holder === undefined) return OptionalValue.none;
  const result = lookUp(holder, index);
  if ("missing" in result) return OptionalValue.none;
  return result.found instanceof CelError ? result.found : new OptionalValue(result.found);
};

/** `x in [1, 2, 3]` over literals is a set membership, which cel-go does not charge for. */
const planConstantMembership = (planner: Planner, call: CallExpression): Step | undefined => {
  const list = call.args[1]!;
  if (list.kind !== "list") return undefined;
  const literals: Value[] = [];
  for (const { value, optional } of list.elements) {
    if (value.kind !== "literal" || optional) return undefined;
    literals.push(literalValue(value.value));
  }
  const element = planner.plan(call.args[0]!);
  return (frame) => {
    const value = element(frame);
    return value instanceof CelError ? value : literals.some((literal) => equalValues(value, literal));
  };
};

/** `a.or(b)` and `a.orValue(b)` evaluate `b` only when `a` is none. */
const planOptionalOr = (planner: Planner, call: CallExpression): Step => {
  const [optional, other] = [planner.plan(call.target!), planner.plan(call.args[0]!)];
  const unwrap = call.name === "orValue";
  return (frame) => {
    const value = optional(frame);
    if (value instanceof CelError) return value;
    frame.charge(1);
    if (!(value instanceof OptionalValue)) return noSuchOverload;
    if (value.value === undefined) return other(frame);
    return unwrap ? value.value : value;
  };
};

/** Whether a value may stand for an argument of this type, as far as can be told without looking into it. */
const fits = (type: CelType, value: Value): boolean => {
  switch (type.kind) {
    case "bool":
      return typeof value === "boolean";
    case "int":
      return typeof value === "bigint";
    case "uint":
      return value instanceof Uint;
    case "double":
      return typeof value === "number";
    case "string":
      return typeof value === "string";
    case "bytes":
      return value instanceof Uint8Array;
    case "null":
      return value === null;
    case "timestamp":
      return value instanceof Timestamp;
    case "duration":
      return value instanceof Duration;
    case "list":
      return value instanceof ListValue;
    case "map":
    case "struct":
      return value instanceof MapValue;
    case "optional":
      return value instanceof OptionalValue;
    case "type":
      return value instanceof TypeValue;
    case "opaque":
      return value instanceof OpaqueValue && value.type.name === type.name;
    default:
      return true;
  }
};

const isOperator = (name: string): boolean => !/^[a-z]/.test(name);

const noOverload = (name: string, values: readonly Value[]): CelError =>
  isOperator(name) ? noSuchOverload : new CelError(`no such overload: ${name}(${values.map(typeNameOf).join(", ")})`);

const planFunction = (planner: Planner, call: CallExpression): Step => {
  const overloads = planner.checked.overloadsOf(call);
  const name = planner.checked.nameOf(call) ?? call.name;
  const isMember = overloads[0]?.member ?? false;
  const operands = isMember && call.target !== undefined ? [call.target, ...call.args] : call.args;
  const steps = operands.map((operand) => planner.plan(operand));
  const constant = isFolded(name, operands);
  return (frame) => {
    const values: Value[] = [];
    for (const step of steps) {
      const value = step(frame);
      if (value instanceof CelError) return value;
      values.push(value);
    }
    const overload = overloads.find(({ args }) => args.every((type, index) => fits(type, values[index]!)));
    if (overload === undefined) {
      frame.charge(1);
      return noOverload(name, values);
    }
    // cel-go knows what a call costs by its signature only when the types leave one.
    if (!constant) frame.charge(overloads.length > 1 && isOperator(name) ? 1 : callCost(overload, values));
    const result = (overload.call as (...args: readonly Value[]) => Result)(...values);
    if (result === tooCostly) throw new CostExceeded();
    if (overload.resultCost !== undefined) frame.charge(overload.resultCost(result));
    return result;
  };
};

const callCost = (overload: Overload, values: readonly Value[]): number => {
  if (overload.cost !== undefined) return overload.cost(values);
  return overload.resultCost === undefined ? 1 : 0;
};

const conversions = new Set(["bool", "bytes", "double", "duration", "dyn", "int", "string", "timestamp", "uint"]);

/** Conversions of literals are done once by cel-go, and not charged. */
const isFolded = (name: string, operands: readonly Expression[]): boolean =>
  conversions.has(name) && operands.length === 1 && operands[0]!.kind === "literal";
