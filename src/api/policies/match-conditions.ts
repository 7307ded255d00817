/**
 * Conditions in CEL that decide whether a webhook or policy is asked at all.
 * https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#matching-requests-matchconditions
 */
import { costLimits } from "../cel/compile.js";
import { bool } from "../cel/language/types.js";
import type { MatchCondition } from "../types.js";
import { admissionEnvironment } from "./environment.js";
import { Budget, bindingsOf, evaluate, type Subject } from "./evaluation.js";
import { type Compiled, compileFor } from "./expressions.js";

/** `errors`: how many conditions could not be evaluated. */
export type Matched = { readonly errors: number } & (
  | { readonly ok: true; readonly matches: boolean }
  | { readonly ok: false; readonly message: string }
);

/** The conditions of one webhook or policy, compiled when they are first needed. */
export class MatchConditions {
  private compiled: readonly Compiled[] | undefined;

  constructor(
    private readonly conditions: readonly MatchCondition[],
    private readonly params: boolean,
    /** An error means a refusal, unless it is to be ignored: then it means no match. */
    private readonly failurePolicy: string | undefined,
  ) {}

  get isEmpty(): boolean {
    return this.conditions.length === 0;
  }

  /** All must hold. One that is false decides, whatever others have come to; else an error does. */
  match(subject: Subject): Matched {
    const environment = () => admissionEnvironment({ params: this.params, authorizer: true });
    this.compiled ??= this.conditions.map(({ expression = "" }) => compileFor(expression.trim(), environment(), [bool]));
    const bindings = bindingsOf(subject);
    const budget = new Budget(costLimits.matchConditionsPerRequest);
    const faults: string[] = [];
    for (const compiled of this.compiled) {
      const evaluated = evaluate(compiled, bindings, budget);
      if (evaluated.ok && evaluated.value === false) return { ok: true, matches: false, errors: faults.length };
      if (evaluated.ok) continue;
      faults.push(evaluated.message);
      if (evaluated.spent === true) break;
    }
    const errors = faults.length;
    if (errors === 0) return { ok: true, matches: true, errors };
    if (this.failurePolicy === "Ignore") return { ok: true, matches: false, errors };
    return { ok: false, errors, message: faults.length === 1 ? faults[0]! : `[${faults.join(", ")}]` };
  }
}
