/**
 * ValidatingAdmissionPolicy: what its expressions say of a request.
 * https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
import { bool, nullType, string } from "../cel/language/types.js";
import type { AuditAnnotation, ValidatingAdmissionPolicySpec, Validation } from "../types.js";
import { admissionEnvironment } from "./environment.js";
import { Budget, bindingsOf, type Evaluated, evaluate, type Subject, type Variable, Variables } from "./evaluation.js";
import { type Compiled, compileFor } from "./expressions.js";
import { MatchConditions } from "./match-conditions.js";
import { composed } from "./variables.js";

export interface Decision {
  readonly denied: boolean;
  /** It comes of a failure, not of what the expression says. */
  readonly failed?: true;
  readonly tookMs: number;
  readonly message: string;
  /** Absent for Invalid. */
  readonly reason?: string;
}

export interface AuditFinding {
  readonly key: string;
  /** Absent: nothing to publish. */
  readonly value?: string;
  /** Why there is none; a refusal, unless failures are ignored. */
  readonly error?: string;
  readonly tookMs: number;
}

/** Milliseconds, from some beginning. */
type Clock = () => number;

export interface Judgement {
  /** One for each validation, or one that stands for all of them. */
  readonly decisions: readonly Decision[];
  readonly findings: readonly AuditFinding[];
}

interface CompiledValidation {
  readonly validation: Validation;
  readonly compiled: Compiled;
  readonly message: Compiled | undefined;
}

interface Timed {
  readonly evaluated: Evaluated;
  readonly tookMs: number;
}

const messageBytesMost = 5 * 1_024;
const nothing: Judgement = { decisions: [], findings: [] };

export class ValidatingPolicy {
  readonly conditions: MatchConditions;
  private readonly variables: readonly Variable[];
  private readonly validations: readonly CompiledValidation[];
  private readonly annotations: ReadonlyArray<{ readonly annotation: AuditAnnotation; readonly compiled: Compiled }>;
  private readonly ignoresFailures: boolean;

  constructor(spec: ValidatingAdmissionPolicySpec) {
    const params = spec.paramKind !== undefined;
    const { variables, types } = composed(spec.variables ?? [], params);
    const environment = admissionEnvironment({ params, authorizer: true, ...types });
    const forMessages = admissionEnvironment({ params, authorizer: false, ...types });
    this.conditions = new MatchConditions(spec.matchConditions ?? [], params, spec.failurePolicy);
    this.variables = variables;
    this.validations = (spec.validations ?? []).map((validation) => ({
      validation,
      compiled: compileFor(validation.expression ?? "", environment, [bool]),
      message: validation.messageExpression ? compileFor(validation.messageExpression, forMessages, [string]) : undefined,
    }));
    this.annotations = (spec.auditAnnotations ?? []).map((annotation) => ({
      annotation,
      compiled: compileFor((annotation.valueExpression ?? "").trim(), environment, [string, nullType]),
    }));
    this.ignoresFailures = spec.failurePolicy === "Ignore";
  }

  judge(subject: Subject, nowMs: Clock, onMatched: (errors: number, tookMs: number) => void): Judgement {
    if (!this.conditions.isEmpty) {
      const beganMs = nowMs();
      const matched = this.conditions.match(subject);
      onMatched(matched.errors, nowMs() - beganMs);
      if (!matched.ok) return { decisions: [this.failed(matched.message, 0)], findings: [] };
      if (!matched.matches) return nothing;
    }
    const budget = new Budget();
    const bindings = Variables.over(this.variables, bindingsOf(subject), budget);
    const results: Timed[] = [];
    for (const { compiled } of this.validations) {
      const beganMs = nowMs();
      const evaluated = evaluate(compiled, bindings, budget);
      const tookMs = nowMs() - beganMs;
      if (!evaluated.ok && evaluated.spent === true) return { decisions: [this.failed(evaluated.message, tookMs)], findings: [] };
      results.push({ evaluated, tookMs });
    }
    const decisions = this.validations.map((validation, index) => this.decide(validation, results[index]!, bindings, budget));
    return this.withFindings(decisions, subject, nowMs);
  }

  private failed(message: string, tookMs: number): Decision {
    return { denied: !this.ignoresFailures, failed: true, tookMs, message };
  }

  private decide(of: CompiledValidation, timed: Timed, bindings: ReturnType<typeof bindingsOf>, budget: Budget): Decision {
    const { evaluated: result, tookMs } = timed;
    if (!result.ok) return this.failed(result.message, tookMs);
    if (result.value === true) return { denied: false, message: "", tookMs };
    const { validation } = of;
    const computed = of.message === undefined ? undefined : evaluate(of.message, bindings, budget);
    if (computed !== undefined && !computed.ok && computed.spent === true)
      return this.failed(`failed messageExpression: ${computed.message}`, tookMs);
    const text = computed?.ok === true && typeof computed.value === "string" ? computed.value.trim() : "";
    const usable = text !== "" && !text.includes("\n") && new TextEncoder().encode(text).length <= messageBytesMost;
    const message = usable ? text : validation.message?.trim() || `failed expression: ${(validation.expression ?? "").trim()}`;
    return { denied: true, message, tookMs, ...(validation.reason === undefined ? {} : { reason: validation.reason }) };
  }

  private withFindings(decisions: readonly Decision[], subject: Subject, nowMs: Clock): Judgement {
    if (this.annotations.length === 0) return { decisions, findings: [] };
    const budget = new Budget();
    const bindings = Variables.over(this.variables, bindingsOf(subject), budget);
    const findings: AuditFinding[] = [];
    for (const { annotation, compiled } of this.annotations) {
      const { key } = annotation;
      const beganMs = nowMs();
      const evaluated = evaluate(compiled, bindings, budget);
      const tookMs = nowMs() - beganMs;
      if (!evaluated.ok && evaluated.spent === true) return { decisions: [this.failed(evaluated.message, tookMs)], findings: [] };
      if (!evaluated.ok) findings.push({ key, tookMs, ...(this.ignoresFailures ? {} : { error: evaluated.message }) });
      else if (typeof evaluated.value === "string" && evaluated.value.trim() !== "")
        findings.push({ key, tookMs, value: evaluated.value.trim() });
    }
    return { decisions, findings };
  }
}
