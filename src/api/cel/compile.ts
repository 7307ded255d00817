import { type Checked, check } from "./language/checker.js";
import { type DeclaredSize, estimateCost } from "./language/estimate.js";
import { Planner } from "./language/evaluator.js";
import { type Binding, CostExceeded, Frame, type Step } from "./language/frame.js";
import { FunctionTable, type Range } from "./language/functions.js";
import { parse } from "./language/parser.js";
import { Source, type SourceError } from "./language/source.js";
import type * as types from "./language/types.js";
import { CelError, tooCostly, type Value } from "./language/values.js";
import { kubernetesLibraries, libraryTypes, mutationLibraries } from "./library/libraries.js";
import { checkLiterals } from "./literals.js";

/**
 * The Common Expression Language as Kubernetes 1.33 has it.
 *
 * `compile` parses and checks an expression against what its environment declares; the program that comes of it is
 * evaluated as often as needed, each time with the values of the variables and a limit to its cost. Both are pure and
 * bounded: no expression and no input makes them throw, and an evaluation ends when its cost limit is used up.
 *
 * Source: https://kubernetes.io/docs/reference/using-api/cel/ and https://github.com/google/cel-spec/blob/master/doc/langdef.md
 */
export interface Environment {
  readonly variables: ReadonlyMap<string, VariableDeclaration>;
  /** Object types that an expression may make, as in `Object.spec{replicas: 3}`, by name: only those of mutations do. */
  readonly structTypes?: (name: string) => types.StructType | undefined;
}

export interface VariableDeclaration {
  readonly type: types.CelType;
  /** The most that values of the variable can hold, for estimates; unbounded when absent. */
  readonly size?: DeclaredSize;
}

/** The cost that one evaluation may have, and all evaluations for one object or policy together. */
export const costLimits = {
  perCall: 1_000_000,
  perRequest: 10_000_000,
  matchConditionsPerRequest: 2_500_000,
} as const;

export type Compilation =
  | { readonly ok: true; readonly program: Program }
  | {
      readonly ok: false;
      /** Where and what, in the order they were found. */
      readonly errors: readonly SourceError[];
      /** All of them as cel-go displays them: `ERROR: <input>:1:5: undeclared reference to 'x' (in container '')` and the line of source. */
      readonly message: string;
    };

export type Evaluation =
  | { readonly ok: true; readonly value: Value; readonly cost: number }
  | {
      readonly ok: false;
      /** `no such key: x`, `integer overflow`, … or `operation cancelled: actual cost limit exceeded`. */
      readonly message: string;
      readonly costExceeded: boolean;
      readonly cost: number;
    };

export const costExceededMessage = tooCostly.message;

export class Program {
  readonly #step: Step;
  readonly #slots: number;

  constructor(
    readonly expression: string,
    readonly checked: Checked,
    readonly environment: Environment,
  ) {
    const planner = new Planner(checked);
    this.#step = planner.plan(checked.expression);
    this.#slots = planner.slots;
  }

  get resultType(): types.CelType {
    return this.checked.type;
  }

  /** The variables of the environment that the expression uses. */
  get variables(): ReadonlySet<string> {
    return this.checked.variables;
  }

  /** What an evaluation can cost, by the sizes that the environment declares. */
  estimate(): Range {
    const sizes = new Map<string, DeclaredSize>();
    for (const [name, { size }] of this.environment.variables) if (size !== undefined) sizes.set(name, size);
    return estimateCost(this.checked, sizes);
  }

  /** Evaluates with a value, or a way to get one, for each variable. A variable without one is an error where it is used. */
  evaluate(bindings: ReadonlyMap<string, Binding>, costLimit: number = costLimits.perCall): Evaluation {
    const frame = new Frame(bindings, costLimit, this.#slots);
    try {
      const value = this.#step(frame);
      if (value instanceof CelError) return { ok: false, message: value.message, costExceeded: false, cost: frame.cost };
      return { ok: true, value, cost: frame.cost };
    } catch (error) {
      if (!(error instanceof CostExceeded)) throw error;
      return { ok: false, message: costExceededMessage, costExceeded: true, cost: frame.cost };
    }
  }
}

const functions = new FunctionTable(kubernetesLibraries);
const mutationFunctions = new FunctionTable(mutationLibraries);

/** Compiles an expression; what is wrong with it is in the result. */
export const compile = (expression: string, environment: Environment): Compilation => {
  const source = new Source(expression);
  const failed = (errors: readonly SourceError[]): Compilation => ({ ok: false, errors, message: source.display(errors) });
  const parsed = parse(source);
  if (!parsed.ok) return failed(parsed.errors);
  const checked = check(parsed.expression, {
    variable: (name) => environment.variables.get(name)?.type ?? libraryTypes.get(name),
    structType: (name) => environment.structTypes?.(name),
    functions: environment.structTypes === undefined ? functions : mutationFunctions,
  });
  if (checked.errors.length > 0) return failed(checked.errors);
  const literalErrors = checkLiterals(checked);
  if (literalErrors.length > 0) return failed(literalErrors);
  return { ok: true, program: new Program(expression, checked, environment) };
};
