import type { CelType } from "./types.js";
import type { CelError, Result, Value } from "./values.js";

/** A range of sizes or costs that an estimate reckons with; Infinity where nothing bounds it. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** What is known of an argument before the expression runs. */
export interface ArgumentEstimate {
  readonly size: Range;
  /** Of a list: the size of its elements, when those are strings or bytes. */
  readonly itemSize?: Range;
  readonly type: CelType;
}

export interface CallEstimate {
  readonly cost: Range;
  readonly resultSize?: Range;
}

/** One signature of a function with what it does and what it costs. */
export interface Overload {
  readonly id: string;
  /** Whether it is called as `args[0].name(…)`. */
  readonly member: boolean;
  readonly args: readonly CelType[];
  readonly result: CelType;
  readonly call: (...args: never[]) => Result;
  /** The cost of a call at run time by its arguments, known before the call; 1 when absent. */
  readonly cost?: (args: readonly Value[]) => number;
  /** A cost that depends on the result. */
  readonly resultCost?: (result: Value | CelError) => number;
  /** What a call may cost and how large its result may be; a cost of 1 when absent. */
  readonly estimate?: (args: readonly ArgumentEstimate[]) => CallEstimate;
}

export interface FunctionDeclaration {
  readonly name: string;
  readonly overloads: readonly Overload[];
}

type Details = Pick<Overload, "cost" | "resultCost" | "estimate">;

/** A signature `name(args)`. */
export const globalOverload = (
  id: string,
  args: readonly CelType[],
  result: CelType,
  call: (...args: never[]) => Result,
  details: Details = {},
): Overload => ({ id, member: false, args, result, call, ...details });

/** A signature `args[0].name(args[1], …)`. */
export const memberOverload = (
  id: string,
  args: readonly CelType[],
  result: CelType,
  call: (...args: never[]) => Result,
  details: Details = {},
): Overload => ({ id, member: true, args, result, call, ...details });

/** Names of functions with their signatures; a name declared in several libraries has the signatures of all. */
export class FunctionTable {
  readonly #functions = new Map<string, Overload[]>();

  constructor(declarations: ReadonlyArray<FunctionDeclaration>) {
    for (const { name, overloads } of declarations) {
      this.#functions.set(name, [...(this.#functions.get(name) ?? []), ...overloads]);
    }
  }

  overloads(name: string): readonly Overload[] | undefined {
    return this.#functions.get(name);
  }
}
