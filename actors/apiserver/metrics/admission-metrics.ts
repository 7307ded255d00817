/**
 * What is measured of admission, by the names that kube-apiserver measures under.
 * https://kubernetes.io/docs/reference/instrumentation/metrics/
 */
import type { AdmissionOperation } from "../../../src/api/admission/plugin.js";
import type { Counter, Distribution, Histogram, Registry } from "./registry.js";

/** Seconds. */
const bounds = [0.005, 0.025, 0.1, 0.5, 1, 2.5];
const webhookBounds = [...bounds, 10, 25];
const expressionBounds = [0.0000005, 0.001, 0.01, 0.1, 1];
const celBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Codes above are counted as this one. */
const codeMost = 600;

export type Phase = "admit" | "validate";

/** Series by whether the request was let pass; each is made when something is first counted in it. */
export class Outcomes {
  private passed: Distribution | undefined;
  private rejected: Distribution | undefined;

  constructor(
    private readonly histogram: Histogram,
    private readonly labels: readonly string[],
  ) {}

  observe(tookMs: number, passed: boolean): void {
    if (passed) this.passed ??= this.histogram.of(...this.labels, "false");
    else this.rejected ??= this.histogram.of(...this.labels, "true");
    (passed ? this.passed : this.rejected)!.observe(tookMs / 1_000);
  }
}

type ByPhase<T> = Readonly<Record<Phase, Readonly<Record<AdmissionOperation, T>>>>;

function byPhase<T>(make: (phase: Phase, operation: AdmissionOperation) => T): ByPhase<T> {
  const ofPhase = (phase: Phase) => ({
    CREATE: make(phase, "CREATE"),
    UPDATE: make(phase, "UPDATE"),
    DELETE: make(phase, "DELETE"),
    CONNECT: make(phase, "CONNECT"),
  });
  return { admit: ofPhase("admit"), validate: ofPhase("validate") };
}

export interface WebhookCall {
  readonly name: string;
  readonly type: "admit" | "validating";
  readonly operation: AdmissionOperation;
  readonly tookMs: number;
  readonly code: number;
  /** Why the request was refused; absent where it was not. */
  readonly refusal?: "calling_webhook_error" | "apiserver_internal_error" | "no_error";
  /** It failed, and was forgiven. */
  readonly failedOpen: boolean;
}

export interface ConditionMatch {
  readonly name: string;
  readonly kind: "webhook" | "policy";
  readonly type: "admit" | "validate" | "validating";
  readonly operation: AdmissionOperation;
  readonly tookMs: number;
  readonly errors: number;
  /** What the conditions are of is not asked. */
  readonly excluded: boolean;
}

export interface PolicyCheck {
  readonly policy: string;
  readonly binding: string;
  readonly errorType: "compile_error" | "invalid_error" | "out_of_budget" | "no_error";
  readonly action: "allow" | "deny" | "audit" | "warn";
  readonly tookMs: number;
}

export class AdmissionMetrics {
  private readonly steps: Histogram;
  private readonly controllers: Histogram;
  private readonly webhooks: Histogram;
  private readonly conditions: Histogram;
  private readonly checks: Histogram;
  private readonly rejections: Counter;
  private readonly failuresForgiven: Counter;
  private readonly requests: Counter;
  private readonly conditionErrors: Counter;
  private readonly exclusions: Counter;
  private readonly checksTotal: Counter;
  private readonly compilations: Histogram;
  private readonly evaluations: Histogram;
  private readonly ofSteps: ByPhase<Outcomes>;
  private readonly ofPlugins: ByPhase<Map<string, Outcomes>>;

  constructor(registry: Registry) {
    const named = ["name", "type", "operation"];
    const conditioned = ["name", "kind", "type", "operation"];
    const stepName = "apiserver_admission_step_admission_duration_seconds";
    const ofSteps = "Seconds that all of admission that may change a request, or all that may only refuse it, took.";
    this.steps = registry.histogram(stepName, ofSteps, ["type", "operation", "rejected"], bounds);
    registry.summary(`${stepName}_summary`, ofSteps, this.steps);
    this.ofSteps = byPhase((phase, operation) => new Outcomes(this.steps, [phase, operation]));
    this.ofPlugins = byPhase(() => new Map());
    this.controllers = registry.histogram(
      "apiserver_admission_controller_admission_duration_seconds",
      "Seconds that an admission plugin took.",
      [...named, "rejected"],
      bounds,
    );
    this.webhooks = registry.histogram(
      "apiserver_admission_webhook_admission_duration_seconds",
      "Seconds that an admission webhook took.",
      [...named, "rejected"],
      webhookBounds,
    );
    this.rejections = registry.counter(
      "apiserver_admission_webhook_rejection_count",
      "Requests that were refused because of a webhook, by what came of asking it.",
      [...named, "error_type", "rejection_code"],
    );
    this.failuresForgiven = registry.counter(
      "apiserver_admission_webhook_fail_open_count",
      "Requests that passed although a webhook could not be asked.",
      ["name", "type"],
    );
    this.requests = registry.counter("apiserver_admission_webhook_request_total", "Requests that a webhook was asked about.", [
      ...named,
      "code",
      "rejected",
    ]);
    this.conditions = registry.histogram(
      "apiserver_admission_match_condition_evaluation_seconds",
      "Seconds that the match conditions of a webhook or policy took.",
      conditioned,
      bounds,
    );
    this.conditionErrors = registry.counter(
      "apiserver_admission_match_condition_evaluation_errors_total",
      "Match conditions that could not be evaluated.",
      conditioned,
    );
    this.exclusions = registry.counter(
      "apiserver_admission_match_condition_exclusions_total",
      "Requests that a webhook was not asked about because of its match conditions.",
      conditioned,
    );
    const checked = ["policy", "policy_binding", "error_type", "enforcement_action"];
    this.checksTotal = registry.counter(
      "apiserver_validating_admission_policy_check_total",
      "Validations of policies that were enforced, or that failed.",
      checked,
    );
    this.checks = registry.histogram(
      "apiserver_validating_admission_policy_check_duration_seconds",
      "Seconds that a validation of a policy took.",
      checked,
      expressionBounds,
    );
    this.compilations = registry.histogram(
      "apiserver_cel_compilation_duration_seconds",
      "Seconds that compiling the expressions of a policy took.",
      [],
      celBounds,
    );
    this.evaluations = registry.histogram(
      "apiserver_cel_evaluation_duration_seconds",
      "Seconds that expressions of policies and conditions took.",
      [],
      celBounds,
    );
  }

  compiled(tookMs: number): void {
    this.compilations.of().observe(tookMs / 1_000);
  }

  step(phase: Phase, operation: AdmissionOperation): Outcomes {
    return this.ofSteps[phase][operation];
  }

  plugin(name: string, phase: Phase, operation: AdmissionOperation): Outcomes {
    const ofForm = this.ofPlugins[phase][operation];
    const known = ofForm.get(name);
    if (known !== undefined) return known;
    const made = new Outcomes(this.controllers, [name, phase, operation]);
    ofForm.set(name, made);
    return made;
  }

  webhook({ name, type, operation, tookMs, code, refusal, failedOpen }: WebhookCall): void {
    const bounded = String(Math.min(code, codeMost));
    const rejected = String(refusal !== undefined);
    if (refusal !== undefined) this.rejections.of(name, type, operation, refusal, bounded).value += 1;
    if (failedOpen) this.failuresForgiven.of(name, type).value += 1;
    this.requests.of(name, type, operation, bounded, rejected).value += 1;
    this.webhooks.of(name, type, operation, rejected).observe(tookMs / 1_000);
  }

  matched({ name, kind, type, operation, tookMs, errors, excluded }: ConditionMatch): void {
    const labels = [name, kind, type, operation];
    if (errors > 0) this.conditionErrors.of(...labels).value += errors;
    if (excluded) this.exclusions.of(...labels).value += 1;
    this.conditions.of(...labels).observe(tookMs / 1_000);
    this.evaluations.of().observe(tookMs / 1_000);
  }

  checked({ policy, binding, errorType, action, tookMs }: PolicyCheck): void {
    this.checksTotal.of(policy, binding, errorType, action).value += 1;
    this.checks.of(policy, binding, errorType, action).observe(tookMs / 1_000);
    this.evaluations.of().observe(tookMs / 1_000);
  }
}
