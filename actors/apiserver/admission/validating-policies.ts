/** Validating policies: each binding of each policy that a request concerns judges it, and may refuse it, warn or note. */
import { type ClusterView, forbidden } from "../../../src/api/admission/plugin.js";
import { outOfBudget } from "../../../src/api/policies/evaluation.js";
import { type Decision, ValidatingPolicy } from "../../../src/api/policies/validating-policy.js";
import { type ApiError, fail, type Result, succeed } from "../../../src/api/status.js";
import type { ValidatingAdmissionPolicyBindingSpec, ValidatingAdmissionPolicySpec } from "../../../src/api/types.js";
import type { Backing } from "../backing.js";
import type { PolicyCheck } from "../metrics/admission-metrics.js";
import type { Situation } from "../writes/plan.js";
import type { Attributes } from "./attributes.js";
import { paramsOf } from "./params.js";
import { type Binding, Policies, type Policy, type PolicyKind } from "./policies.js";
import { subjectOf } from "./subject.js";

type Bound = Binding<ValidatingAdmissionPolicyBindingSpec>;
type Registered = Policy<ValidatingPolicy, ValidatingAdmissionPolicySpec, ValidatingAdmissionPolicyBindingSpec>;

const kind: PolicyKind<ValidatingPolicy, ValidatingAdmissionPolicySpec> = {
  version: "v1",
  policies: "validatingadmissionpolicies",
  bindings: "validatingadmissionpolicybindings",
  compile: (spec) => new ValidatingPolicy(spec),
};

export const validatingPolicies = (backing: Pick<Backing, "cache" | "catalog" | "host" | "metrics">) =>
  new Policies<ValidatingPolicy, ValidatingAdmissionPolicySpec, ValidatingAdmissionPolicyBindingSpec>(backing, kind);

/** A refusal by a policy itself, or by one of its bindings. */
interface Denial {
  readonly policy: string;
  readonly binding: string | undefined;
  readonly message: string;
  readonly reason?: string;
}

const annotationCharactersMost = 10 * 1_024;
const codes: ReadonlyMap<string, number> = new Map([
  ["Forbidden", 403],
  ["Unauthorized", 401],
  ["RequestEntityTooLarge", 413],
]);
const invalidCode = 422;

const actionLabels: Readonly<Record<string, PolicyCheck["action"]>> = { Deny: "deny", Warn: "warn", Audit: "audit" };

/** What a failure is counted as, by how kube-apiserver tells them apart too: how they are told. */
function errorTypeOf(message: string): PolicyCheck["errorType"] {
  if (message.startsWith("compilation")) return "compile_error";
  return message === outOfBudget ? "out_of_budget" : "invalid_error";
}

export class PolicyJudgement {
  private readonly denials: Denial[] = [];
  private checks = 0;

  constructor(
    private readonly backing: Pick<Backing, "cache" | "catalog">,
    private readonly policies: ReturnType<typeof validatingPolicies>,
    private readonly attributes: Attributes,
    private readonly cluster: ClusterView,
    private readonly situation: Pick<Situation, "remarks" | "measures">,
  ) {}

  judge(concerned: readonly Registered[]): Result<undefined> {
    for (const policy of concerned) this.judgeBy(policy);
    const [first] = this.denials;
    return first === undefined ? succeed(undefined) : fail(this.refusal(first));
  }

  private judgeBy(policy: Registered): void {
    const { attributes, cluster } = this;
    const matched = this.policies.matched(policy.match, attributes, cluster);
    if (!matched.ok) {
      this.misconfigured(policy, undefined, matched.error.status.message ?? "");
      return;
    }
    if (matched.value === undefined) return;
    const subject = subjectOf(attributes, matched.value, cluster);
    const annotations = new Map<string, string[]>();
    for (const binding of policy.bindings) {
      const bound = this.policies.matched(binding.match, attributes, cluster);
      if (!bound.ok) this.misconfigured(policy, binding, bound.error.status.message ?? "");
      if (!bound.ok || bound.value === undefined) continue;
      const found = paramsOf(this.backing, policy.spec.paramKind, binding.spec.paramRef, attributes.namespace);
      if (!found.ok) {
        this.misconfigured(policy, found.of === "policy" ? undefined : binding, found.why);
        continue;
      }
      for (const params of found.params) this.judgeWith(policy, binding, { ...subject, params }, annotations);
    }
    for (const [key, values] of annotations) this.situation.remarks.annotate(`${policy.name}/${key}`, values.join(", "));
  }

  private judgeWith(
    policy: Registered,
    binding: Bound,
    subject: Parameters<ValidatingPolicy["judge"]>[0],
    annotations: Map<string, string[]>,
  ): void {
    const { measures } = this.situation;
    const { decisions, findings } = policy.compiled.judge(
      subject,
      () => measures.nowMs(),
      (errors, tookMs) => this.measureConditions(policy, binding, errors, tookMs),
    );
    for (const [index, decision] of decisions.entries()) {
      const { denied, failed, message, reason } = decision;
      if (!denied && failed === true) this.measure(policy, binding, decision, "allow");
      if (!denied) continue;
      for (const action of binding.spec.validationActions ?? []) {
        if (action === "Deny") this.deny(policy, binding, message, reason);
        else if (action === "Warn")
          this.situation.remarks.warn(
            `Validation failed for ValidatingAdmissionPolicy '${policy.name}' with binding '${binding.name}': ${message}`,
          );
        else this.note(policy, binding, index, message);
        this.measure(policy, binding, decision, actionLabels[action] ?? "audit");
      }
    }
    for (const { key, value, error, tookMs } of findings) {
      if (error !== undefined) {
        this.deny(policy, binding, error);
        this.measure(policy, binding, { failed: true, message: error, tookMs }, "deny");
      }
      if (value === undefined) continue;
      const known = annotations.get(key) ?? [];
      const shown = value.slice(0, annotationCharactersMost);
      if (!known.includes(shown)) annotations.set(key, [...known, shown]);
    }
  }

  /** Each once for a request: what a policy says of it does not change while others are asked. */
  private measure(
    policy: Registered,
    { name: binding }: Bound,
    { failed, message, tookMs }: Pick<Decision, "failed" | "message" | "tookMs">,
    action: PolicyCheck["action"],
  ): void {
    const errorType = failed === true ? errorTypeOf(message) : "no_error";
    this.checks += 1;
    this.situation.measures.once(`policy check ${this.checks}`, (metrics) =>
      metrics.checked({ policy: policy.name, binding, errorType, action, tookMs }),
    );
  }

  private measureConditions({ name }: Registered, binding: Bound, errors: number, tookMs: number): void {
    const { operation } = this.attributes;
    this.situation.measures.once(`conditions of policy ${name}/${binding.name}`, (metrics) =>
      metrics.matched({ name, kind: "policy", type: "validate", operation, tookMs, errors, excluded: false }),
    );
  }

  private deny(policy: Registered, binding: Bound | undefined, message: string, reason?: string): void {
    const why = reason === undefined ? {} : { reason };
    this.denials.push({ policy: policy.name, binding: binding?.name, message, ...why });
  }

  /** A policy that cannot be used refuses, unless its failures are to be ignored. */
  private misconfigured(policy: Registered, binding: Bound | undefined, why: string): void {
    if (policy.spec.failurePolicy === "Ignore") return;
    this.deny(policy, binding, `failed to configure ${binding === undefined ? "policy" : "binding"}: ${why}`);
  }

  private note(policy: Registered, { name, spec }: Bound, expressionIndex: number, message: string): void {
    const failure = { message, policy: policy.name, binding: name, expressionIndex, validationActions: spec.validationActions };
    this.situation.remarks.annotate("validation.policy.admission.k8s.io/validation_failure", JSON.stringify([failure]));
  }

  private refusal({ policy, binding, message, reason = "Invalid" }: Denial): ApiError {
    const by = binding === undefined ? "" : ` with binding '${binding}'`;
    const text = `ValidatingAdmissionPolicy '${policy}'${by} denied request: ${message}`;
    const { status } = forbidden(this.attributes, text);
    const code = codes.get(reason) ?? invalidCode;
    const details = { ...status.details, causes: [{ message: text }] };
    return { code, status: { ...status, reason, code, details } };
  }
}
