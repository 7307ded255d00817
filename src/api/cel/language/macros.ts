import type { Expression, Literal } from "./ast.js";
import type { SourceError } from "./source.js";

/**
 * The macros: `has`, `all`, `exists`, `exists_one`, `map`, `filter`, those over two variables, `optMap` and `optFlatMap`.
 * Source: https://github.com/google/cel-spec/blob/master/doc/langdef.md#macros and
 * https://kubernetes.io/docs/reference/using-api/cel/#cel-options-language-features-and-libraries
 */
export type MacroExpansion = { readonly expression: Expression } | { readonly error: SourceError };

/** The accumulator's name, which no expression can write. */
const accumulator = "@result";
const unused = "@unused";

class Shape {
  constructor(readonly offset: number) {}
  literal(value: Literal): Expression {
    return { kind: "literal", offset: this.offset, value };
  }
  name(name: string): Expression {
    return { kind: "identifier", offset: this.offset, name };
  }
  call(name: string, ...args: Expression[]): Expression {
    return { kind: "call", offset: this.offset, name, args };
  }
  method(target: Expression, name: string, ...args: Expression[]): Expression {
    return { kind: "call", offset: this.offset, name, target, args };
  }
  list(...elements: Expression[]): Expression {
    return { kind: "list", offset: this.offset, elements: elements.map((value) => ({ value, optional: false })) };
  }
}

interface Loop {
  readonly initial: Expression;
  readonly condition: Expression;
  readonly step: Expression;
  readonly result: Expression;
}

/** What the loop of each macro is, given its arguments after the variables. */
type LoopOf = (shape: Shape, args: readonly Expression[], variables: readonly Expression[]) => Loop;

const all: LoopOf = (shape, [predicate]) => ({
  initial: shape.literal(true),
  condition: shape.call("@not_strictly_false", shape.name(accumulator)),
  step: shape.call("_&&_", shape.name(accumulator), predicate!),
  result: shape.name(accumulator),
});

const exists: LoopOf = (shape, [predicate]) => ({
  initial: shape.literal(false),
  condition: shape.call("@not_strictly_false", shape.call("!_", shape.name(accumulator))),
  step: shape.call("_||_", shape.name(accumulator), predicate!),
  result: shape.name(accumulator),
});

const existsOne: LoopOf = (shape, [predicate]) => ({
  initial: shape.literal(0n),
  condition: shape.literal(true),
  step: shape.call("_?_:_", predicate!, shape.call("_+_", shape.name(accumulator), shape.literal(1n)), shape.name(accumulator)),
  result: shape.call("_==_", shape.name(accumulator), shape.literal(1n)),
});

/** A loop that adds to its accumulator, for the elements that pass the filter if there is one. */
const collect = (shape: Shape, initial: Expression, step: Expression, filter: Expression | undefined): Loop => ({
  initial,
  condition: shape.literal(true),
  step: filter === undefined ? step : shape.call("_?_:_", filter, step, shape.name(accumulator)),
  result: shape.name(accumulator),
});

const append = (shape: Shape, element: Expression): Expression => shape.call("_+_", shape.name(accumulator), shape.list(element));

const map: LoopOf = (shape, args) => {
  const [filter, transform] = args.length === 2 ? args : [undefined, args[0]];
  return collect(shape, shape.list(), append(shape, transform!), filter);
};

const filter: LoopOf = (shape, [predicate], [variable]) => collect(shape, shape.list(), append(shape, variable!), predicate);

const emptyMap = (shape: Shape): Expression => ({ kind: "map", offset: shape.offset, entries: [] });

const transformMap: LoopOf = (shape, args, [key]) => {
  const [filter, transform] = args.length === 2 ? args : [undefined, args[0]];
  const step = shape.call("cel.@mapInsert", shape.name(accumulator), key!, transform!);
  return collect(shape, emptyMap(shape), step, filter);
};

const transformMapEntry: LoopOf = (shape, args) => {
  const [filter, transform] = args.length === 2 ? args : [undefined, args[0]];
  return collect(shape, emptyMap(shape), shape.call("cel.@mapInsert", shape.name(accumulator), transform!), filter);
};

/** Loops by name and number of arguments, with the number of variables among those. */
const loops = new Map<string, readonly [loop: LoopOf, variables: number, message: string]>([
  ["all/2", [all, 1, "argument must be a simple name"]],
  ["exists/2", [exists, 1, "argument must be a simple name"]],
  ["exists_one/2", [existsOne, 1, "argument must be a simple name"]],
  ["existsOne/2", [existsOne, 1, "argument must be a simple name"]],
  ["map/2", [map, 1, "argument is not an identifier"]],
  ["map/3", [map, 1, "argument is not an identifier"]],
  ["filter/2", [filter, 1, "argument is not an identifier"]],
  ["all/3", [all, 2, "argument must be a simple name"]],
  ["exists/3", [exists, 2, "argument must be a simple name"]],
  ["exists_one/3", [existsOne, 2, "argument must be a simple name"]],
  ["existsOne/3", [existsOne, 2, "argument must be a simple name"]],
  ["transformList/3", [map, 2, "argument must be a simple name"]],
  ["transformList/4", [map, 2, "argument must be a simple name"]],
  ["transformMap/3", [transformMap, 2, "argument must be a simple name"]],
  ["transformMap/4", [transformMap, 2, "argument must be a simple name"]],
  ["transformMapEntry/3", [transformMapEntry, 2, "argument must be a simple name"]],
  ["transformMapEntry/4", [transformMapEntry, 2, "argument must be a simple name"]],
]);

/** `value` under a name inside of `body`: a loop over nothing, whose accumulator is the value. */
const bind = (shape: Shape, name: string, value: Expression, body: Expression): Expression => ({
  kind: "comprehension",
  offset: shape.offset,
  variable: unused,
  range: shape.list(),
  accumulator: name,
  initial: value,
  condition: shape.literal(false),
  step: shape.name(name),
  result: body,
});

/** `target.optMap(name, body)` and `optFlatMap`: the target is evaluated once, whatever the body does. */
const mapOptional = (shape: Shape, target: Expression, args: readonly Expression[], flat: boolean): MacroExpansion => {
  const [variable, body] = args;
  if (variable!.kind !== "identifier") {
    return {
      error: {
        offset: variable!.offset,
        message: `${flat ? "optFlatMap" : "optMap"}() variable name must be a simple identifier`,
      },
    };
  }
  const held = "@optional";
  const mapped = bind(shape, variable!.name, shape.method(shape.name(held), "value"), body!);
  const chosen = shape.call(
    "_?_:_",
    shape.method(shape.name(held), "hasValue"),
    flat ? mapped : shape.call("optional.of", mapped),
    shape.call("optional.none"),
  );
  return { expression: bind(shape, held, target, chosen) };
};

const has = (offset: number, [argument]: readonly Expression[]): MacroExpansion => {
  if (argument!.kind === "select" && !argument!.testOnly) return { expression: { ...argument!, testOnly: true } };
  return { error: { offset, message: "invalid argument to has() macro" } };
};

/** What a call expands to, when it is one of a macro. */
export const expandMacro = (
  name: string,
  offset: number,
  args: readonly Expression[],
  target: Expression | undefined,
): MacroExpansion | undefined => {
  if (target === undefined) return name === "has" && args.length === 1 ? has(offset, args) : undefined;
  const shape = new Shape(offset);
  if ((name === "optMap" || name === "optFlatMap") && args.length === 2) {
    return mapOptional(shape, target, args, name === "optFlatMap");
  }
  const found = loops.get(`${name}/${args.length}`);
  if (found === undefined) return undefined;
  const [loop, variableCount, message] = found;
  const variables = args.slice(0, variableCount);
  const wrong = variables.find(({ kind }) => kind !== "identifier");
  if (wrong !== undefined) return { error: { offset: wrong.offset, message } };
  const [variable, secondVariable] = variables.map((each) => (each.kind === "identifier" ? each.name : ""));
  if (variable === secondVariable) {
    return { error: { offset: variables[1]!.offset, message: `duplicate variable name: ${variable}` } };
  }
  return {
    expression: {
      kind: "comprehension",
      offset,
      variable: variable!,
      ...(secondVariable === undefined ? {} : { secondVariable }),
      range: target,
      accumulator,
      ...loop(shape, args.slice(variableCount), variables),
    },
  };
};
