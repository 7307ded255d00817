import type { CallExpression, ComprehensionExpression, Expression } from "./ast.js";
import type { Checked } from "./checker.js";
import type { ArgumentEstimate, CallEstimate, Range } from "./functions.js";
import { addRanges, exactly, multiplyRanges, unbounded, unionOfRanges } from "./ranges.js";
import type { CelType } from "./types.js";
import { codePoints } from "./values.js";

/**
 * What is known of a variable's size from its schema: how many characters, bytes, items or entries it can have at
 * most, and the same of what is in it.
 */
export interface DeclaredSize {
  readonly maxElements: number;
  readonly items?: DeclaredSize;
  readonly keys?: DeclaredSize;
  readonly fields?: ReadonlyMap<string, DeclaredSize>;
}

/** A way from a variable to a value: the variable, then names of fields, `@items`, `@keys` and `@values`. */
type Path = readonly string[];

const identifierCost = exactly(1);
const listCost = exactly(10);
const mapCost = exactly(30);
const structCost = exactly(40);

/**
 * Estimates what an expression costs before it has run, as cel-go does it: from the sizes that its variables can have.
 * Source: https://kubernetes.io/docs/reference/using-api/cel/#estimated-cost-limits
 */
class Estimator {
  readonly #paths = new Map<Expression, Path>();
  readonly #sizes = new Map<Expression, Range>();
  readonly #locals: Array<ReadonlyMap<string, Path | undefined>> = [];

  constructor(
    readonly checked: Checked,
    readonly variables: ReadonlyMap<string, DeclaredSize>,
  ) {}

  cost(expression: Expression): Range {
    switch (expression.kind) {
      case "literal":
        return exactly(0);
      case "identifier": {
        const path = this.#pathOfName(expression.name);
        if (path !== undefined) this.#paths.set(expression, path);
        return identifierCost;
      }
      case "select":
        return this.#select(expression);
      case "call":
        return this.#call(expression);
      case "list":
        return this.#sum(
          expression.elements.map(({ value }) => value),
          listCost,
        );
      case "map":
        return this.#sum(
          expression.entries.flatMap(({ key, value }) => [key, value]),
          mapCost,
        );
      case "struct":
        return this.#sum(
          expression.fields.map(({ value }) => value),
          structCost,
        );
      case "comprehension":
        return this.#comprehension(expression);
    }
  }

  #sum(parts: readonly Expression[], base: Range): Range {
    return parts.reduce((sum, part) => addRanges(sum, this.cost(part)), base);
  }

  #pathOfName(name: string): Path | undefined {
    for (let index = this.#locals.length - 1; index >= 0; index--) {
      if (this.#locals[index]!.has(name)) return this.#locals[index]!.get(name);
    }
    return [name];
  }

  #select(expression: Expression & { kind: "select" }): Range {
    const operand = this.cost(expression.operand);
    if (expression.testOnly) return operand;
    const path = this.#paths.get(expression.operand);
    if (path !== undefined) this.#paths.set(expression, [...path, expression.field]);
    const { kind } = this.checked.typeOf(expression.operand);
    return kind === "map" || kind === "struct" ? addRanges(operand, identifierCost) : operand;
  }

  #comprehension(loop: ComprehensionExpression): Range {
    let sum = addRanges(this.cost(loop.range), this.cost(loop.initial));
    const path = this.#paths.get(loop.range);
    const isMap = this.checked.typeOf(loop.range).kind === "map";
    const below = (part: string): Path | undefined => (path === undefined ? undefined : [...path, part]);
    // What runs over nothing only gives a name to a value.
    const named = loop.range.kind === "list" && loop.range.elements.length === 0;
    this.#locals.push(new Map([[loop.accumulator, named ? this.#paths.get(loop.initial) : undefined]]));
    const elements = new Map<string, Path | undefined>();
    if (loop.secondVariable === undefined) elements.set(loop.variable, below(isMap ? "@keys" : "@items"));
    else {
      elements.set(loop.variable, isMap ? below("@keys") : undefined);
      elements.set(loop.secondVariable, below(isMap ? "@values" : "@items"));
    }
    this.#locals.push(elements);
    const each = addRanges(this.cost(loop.condition), this.cost(loop.step));
    this.#locals.pop();
    sum = addRanges(sum, this.cost(loop.result));
    this.#locals.pop();
    const count = this.#size(loop.range);
    if (named) this.#sizes.set(loop, this.#size(loop.result));
    else if (loop.initial.kind === "literal") this.#sizes.set(loop, exactly(1));
    else this.#sizes.set(loop, count);
    return addRanges(sum, multiplyRanges(count, each));
  }

  #call(call: CallExpression): Range {
    const isMember = this.checked.overloadsOf(call)[0]?.member === true && call.target !== undefined;
    const operands = isMember ? [call.target!, ...call.args] : call.args;
    const costs = operands.map((operand) => this.cost(operand));
    const special = this.#specialCall(call, costs);
    if (special !== undefined) return special;
    const args = operands.map((operand) => this.#argument(operand));
    let cost: Range | undefined;
    let resultSize: Range | undefined;
    for (const overload of this.checked.overloadsOf(call)) {
      const estimate: CallEstimate = overload.estimate?.(args) ?? { cost: exactly(1) };
      cost = cost === undefined ? estimate.cost : unionOfRanges(cost, estimate.cost);
      if (estimate.resultSize !== undefined) {
        resultSize = resultSize === undefined ? estimate.resultSize : unionOfRanges(resultSize, estimate.resultSize);
      }
      this.#index(call, overload.id);
    }
    if (resultSize !== undefined) this.#sizes.set(call, resultSize);
    return costs.reduce(addRanges, cost ?? exactly(0));
  }

  /** What an index leads to is an item or a value of what is indexed. */
  #index(call: CallExpression, overload: string): void {
    const path = call.args[0] === undefined ? undefined : this.#paths.get(call.args[0]);
    if (path === undefined) return;
    if (overload === "index_list") this.#paths.set(call, [...path, "@items"]);
    if (overload === "index_map") this.#paths.set(call, [...path, "@values"]);
  }

  /** Operators that do not always evaluate all of their operands. */
  #specialCall(call: CallExpression, costs: readonly Range[]): Range | undefined {
    const [first, second, third] = costs;
    switch (call.name) {
      case "_&&_":
      case "_||_":
        return { min: first!.min, max: first!.max + second!.max };
      case "_?_:_":
        this.#sizes.set(call, unionOfRanges(this.#size(call.args[1]!), this.#size(call.args[2]!)));
        return addRanges(first!, unionOfRanges(second!, third!));
      case "dyn":
        this.#sizes.set(call, this.#size(call.args[0]!));
        return addRanges(first!, exactly(1));
    }
    return undefined;
  }

  #argument(expression: Expression): ArgumentEstimate {
    const type = this.checked.typeOf(expression);
    const size = this.#size(expression);
    if (type.kind !== "list") return { type, size };
    const path = this.#paths.get(expression);
    const declared = path === undefined ? undefined : this.#declared([...path, "@items"]);
    const itemSize = typeSize(type.item) ?? (declared === undefined ? unbounded : { min: 0, max: declared.maxElements });
    return { type, size, itemSize };
  }

  #size(expression: Expression): Range {
    const known = this.#sizes.get(expression) ?? literalSize(expression) ?? typeSize(this.checked.typeOf(expression));
    if (known !== undefined) return known;
    const path = this.#paths.get(expression);
    const declared = path === undefined ? undefined : this.#declared(path);
    return declared === undefined ? unbounded : { min: 0, max: declared.maxElements };
  }

  #declared([variable, ...parts]: Path): DeclaredSize | undefined {
    let declared = this.variables.get(variable!);
    for (const part of parts) {
      if (declared === undefined) return undefined;
      if (part === "@items" || part === "@values") declared = declared.items;
      else if (part === "@keys") declared = declared.keys;
      else declared = declared.fields?.get(part);
    }
    return declared;
  }
}

const literalSize = (expression: Expression): Range | undefined => {
  if (expression.kind === "list") return exactly(expression.elements.length);
  if (expression.kind === "map") return exactly(expression.entries.length);
  if (expression.kind !== "literal") return undefined;
  if (typeof expression.value === "string") return exactly(codePoints(expression.value));
  return exactly(expression.value instanceof Uint8Array ? expression.value.length : 1);
};

/** The size of values that are all alike. */
const typeSize = (type: CelType): Range | undefined => {
  switch (type.kind) {
    case "bool":
    case "int":
    case "uint":
    case "double":
    case "timestamp":
    case "duration":
      return exactly(1);
    case "optional":
      return typeSize(type.value);
    default:
      return undefined;
  }
};

/** The least and the most that an expression can cost; the most is Infinity where nothing bounds it. */
export const estimateCost = (checked: Checked, variables: ReadonlyMap<string, DeclaredSize>): Range =>
  new Estimator(checked, variables).cost(checked.expression);
