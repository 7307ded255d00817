import { work } from "./equality.js";
import type { CelError, Result, Value } from "./values.js";

/** One part of a planned expression. */
export type Step = (frame: Frame) => Result;

/** The value of a variable, or how to get it when it is first needed. */
export type Binding = Value | CelError | (() => Result);

/** How many comparisons inside of lists and maps a unit of the cost limit allows: equality itself is charged once. */
const comparisonsPerCost = 10;

/** Thrown when an evaluation costs more than it may; never leaves `Program.evaluate`. */
export class CostExceeded extends Error {}

/** One evaluation: its variables, and what it has cost. */
export class Frame {
  cost = 0;
  readonly locals: Result[];
  readonly #variables = new Map<string, Result>();
  readonly #maxComparisons: number;

  constructor(
    readonly bindings: ReadonlyMap<string, Binding>,
    readonly costLimit: number,
    slots: number,
  ) {
    this.locals = new Array<Result>(slots).fill(null);
    this.#maxComparisons = work.comparisons + comparisonsPerCost * costLimit;
  }

  charge(cost: number): void {
    this.cost += cost;
    if (this.cost > this.costLimit || work.comparisons > this.#maxComparisons) throw new CostExceeded();
  }

  variable(name: string): Result | undefined {
    const binding = this.bindings.get(name);
    if (typeof binding !== "function") return binding;
    const known = this.#variables.get(name);
    if (known !== undefined) return known;
    const value = binding();
    this.#variables.set(name, value);
    return value;
  }
}
