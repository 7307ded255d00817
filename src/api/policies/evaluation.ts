/** Evaluates the expressions of webhooks and policies within what they may cost together. */
import { costLimits } from "../cel/compile.js";
import { fromJson } from "../cel/json.js";
import type { Binding } from "../cel/language/frame.js";
import { CelError, MapValue, type Result, type Value } from "../cel/language/values.js";
import type { JsonObject, JsonValue } from "../json-value.js";
import type { Namespace, UntypedObject } from "../types.js";
import { variablesName } from "./environment.js";
import type { Compiled } from "./expressions.js";

/** What the expressions are about. */
export interface Subject {
  readonly object: UntypedObject | undefined;
  readonly old: UntypedObject | undefined;
  /** The AdmissionRequest without the objects. */
  readonly request: JsonObject;
  /** Absent for what belongs to no namespace. */
  readonly namespace: Namespace | undefined;
  readonly params?: UntypedObject | undefined;
  readonly authorizer?: { readonly authorizer: Value; readonly requestResource: Value };
}

const celOf = (object: object | undefined): Value => (object === undefined ? null : fromJson(object as JsonValue));

/** The variables of the environment. */
export function bindingsOf(subject: Subject): Map<string, Binding> {
  const bindings = new Map<string, Binding>([
    ["object", () => celOf(subject.object)],
    ["oldObject", () => celOf(subject.old)],
    ["namespaceObject", () => celOf(subject.namespace)],
    ["request", () => fromJson(subject.request)],
    ["params", () => celOf(subject.params)],
  ]);
  if (subject.authorizer !== undefined) {
    bindings.set("authorizer", subject.authorizer.authorizer);
    bindings.set("authorizer.requestResource", subject.authorizer.requestResource);
  }
  return bindings;
}

export const outOfBudget = "validation failed due to running out of cost budget, no further validation rules will be run";

/** What a number of evaluations may cost together. */
export class Budget {
  constructor(private left: number = costLimits.perRequest) {}

  get isSpent(): boolean {
    return this.left < 0;
  }

  get limit(): number {
    return Math.max(0, Math.min(this.left, costLimits.perCall));
  }

  spend(cost: number): void {
    this.left -= cost;
  }
}

export type Evaluated =
  | { readonly ok: true; readonly value: Value }
  /** `spent`: nothing more is evaluated. */
  | { readonly ok: false; readonly message: string; readonly spent?: true };

export function evaluate(compiled: Compiled, bindings: ReadonlyMap<string, Binding>, budget: Budget): Evaluated {
  if (!compiled.ok) return { ok: false, message: `compilation error: ${compiled.message}` };
  const { program } = compiled;
  const { limit } = budget;
  const evaluation = program.evaluate(bindings, limit);
  budget.spend(evaluation.cost);
  if (evaluation.ok) return budget.isSpent ? spent : { ok: true, value: evaluation.value };
  if (budget.isSpent || (evaluation.costExceeded && limit < costLimits.perCall)) return spent;
  return { ok: false, message: `expression '${program.expression}' resulted in error: ${evaluation.message}` };
}

const spent: Evaluated = { ok: false, message: outOfBudget, spent: true };

/** A variable that a policy composes; its expression may use those before it. */
export interface Variable {
  readonly name: string;
  readonly compiled: Compiled;
}

/** `variables`: each is worked out when it is first asked for, on the budget of who asks. */
export class Variables extends MapValue {
  override readonly typeName = "kubernetes.variables";
  private readonly known = new Map<string, Result>();

  constructor(
    private readonly declared: ReadonlyMap<string, Variable>,
    private readonly bindings: ReadonlyMap<string, Binding>,
    private readonly budget: Budget,
  ) {
    super();
  }

  /** The bindings with the variables among them. */
  static over(variables: readonly Variable[], bindings: Map<string, Binding>, budget: Budget): Map<string, Binding> {
    if (variables.length === 0) return bindings;
    const bound = new Map(bindings);
    bound.set(variablesName, new Variables(new Map(variables.map((each) => [each.name, each])), bound, budget));
    return bound;
  }

  get size(): number {
    return this.declared.size;
  }

  keys(): Iterable<Value> {
    return this.declared.keys();
  }

  find(key: Value): Result | undefined {
    if (typeof key !== "string") return undefined;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const variable = this.declared.get(key);
    if (variable === undefined) return undefined;
    const value = this.evaluate(variable);
    this.known.set(key, value);
    return value;
  }

  override hasField(name: string): boolean {
    return this.declared.has(name);
  }

  private evaluate({ name, compiled }: Variable): Result {
    const of = `composited variable ${JSON.stringify(name)}`;
    if (!compiled.ok) return new CelError(`${of} fails to compile: ${compiled.message}`);
    const evaluation = compiled.program.evaluate(this.bindings, this.budget.limit);
    this.budget.spend(evaluation.cost);
    return evaluation.ok ? evaluation.value : new CelError(`${of} fails to evaluate: ${evaluation.message}`);
  }
}
