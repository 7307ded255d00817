/** An expression as the parser makes it, with macros expanded. `offset` counts code points from the start of the source. */
export type Expression =
  | LiteralExpression
  | { readonly kind: "identifier"; readonly offset: number; readonly name: string }
  | SelectExpression
  | CallExpression
  | ListExpression
  | MapExpression
  | StructExpression
  | ComprehensionExpression;

export type Literal = null | boolean | string | number | bigint | { readonly uint: bigint } | Uint8Array;

export interface LiteralExpression {
  readonly kind: "literal";
  readonly offset: number;
  readonly value: Literal;
}

/** `operand.field`, or with `testOnly` what `has(operand.field)` became. */
export interface SelectExpression {
  readonly kind: "select";
  readonly offset: number;
  readonly operand: Expression;
  readonly field: string;
  readonly testOnly: boolean;
}

/** A call of a function, an operator (`_+_`, `_[_]`) or, with a target, of a method. */
export interface CallExpression {
  readonly kind: "call";
  readonly offset: number;
  readonly name: string;
  readonly target?: Expression;
  readonly args: readonly Expression[];
}

export interface ListExpression {
  readonly kind: "list";
  readonly offset: number;
  /** `optional` elements, written `?e`, are left out when they are none. */
  readonly elements: ReadonlyArray<{ readonly value: Expression; readonly optional: boolean }>;
}

export interface MapExpression {
  readonly kind: "map";
  readonly offset: number;
  readonly entries: ReadonlyArray<{ readonly key: Expression; readonly value: Expression; readonly optional: boolean }>;
}

export interface StructExpression {
  readonly kind: "struct";
  readonly offset: number;
  readonly typeName: string;
  readonly fields: ReadonlyArray<{
    readonly name: string;
    readonly offset: number;
    readonly value: Expression;
    readonly optional: boolean;
  }>;
}

/**
 * The one loop of CEL, which the macros expand to: for each element of the range, as long as the condition holds, the
 * accumulator becomes the step. Over a map the elements are its keys; with a second variable key (or index) and value.
 */
export interface ComprehensionExpression {
  readonly kind: "comprehension";
  readonly offset: number;
  readonly variable: string;
  readonly secondVariable?: string;
  readonly range: Expression;
  readonly accumulator: string;
  readonly initial: Expression;
  readonly condition: Expression;
  readonly step: Expression;
  readonly result: Expression;
}

/** `a.b.c` as a name, when the expression is only identifiers and selections. */
export const qualifiedName = (expression: Expression): string | undefined => {
  if (expression.kind === "identifier") return expression.name;
  if (expression.kind !== "select" || expression.testOnly) return undefined;
  const operand = qualifiedName(expression.operand);
  return operand === undefined ? undefined : `${operand}.${expression.field}`;
};

/** The expressions directly inside of one. */
export const childrenOf = (expression: Expression): readonly Expression[] => {
  switch (expression.kind) {
    case "select":
      return [expression.operand];
    case "call":
      return expression.target === undefined ? expression.args : [expression.target, ...expression.args];
    case "list":
      return expression.elements.map(({ value }) => value);
    case "map":
      return expression.entries.flatMap(({ key, value }) => [key, value]);
    case "struct":
      return expression.fields.map(({ value }) => value);
    case "comprehension":
      return [expression.range, expression.initial, expression.condition, expression.step, expression.result];
    default:
      return [];
  }
};
