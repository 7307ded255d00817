/** Mutating policies: each binding of each policy that a request concerns changes the object, one after the other. */
import { type ClusterView, forbidden } from "../../../src/api/admission/plugin.js";
import { deduced } from "../../../src/api/apply/atom.js";
import { atomOfType } from "../../../src/api/apply/builtin-atoms.js";
import { quote } from "../../../src/api/go-format.js";
import { semanticEqual } from "../../../src/api/json-value.js";
import { MutatingPolicy } from "../../../src/api/policies/mutating-policy.js";
import { fail, type Result, succeed } from "../../../src/api/status.js";
import type { MutatingAdmissionPolicyBindingSpec, MutatingAdmissionPolicySpec, UntypedObject } from "../../../src/api/types.js";
import type { Backing } from "../backing.js";
import { expectedAt, type Served } from "../served.js";
import { type Attributes, inVersion } from "./attributes.js";
import { decodeMutated } from "./decode-mutated.js";
import { paramsOf } from "./params.js";
import { type Binding, Policies, type Policy, type PolicyKind } from "./policies.js";
import type { Reinvocation } from "./reinvocation.js";
import { subjectOf } from "./subject.js";

type Bound = Binding<MutatingAdmissionPolicyBindingSpec>;
type Registered = Policy<MutatingPolicy, MutatingAdmissionPolicySpec, MutatingAdmissionPolicyBindingSpec>;

const kind: PolicyKind<MutatingPolicy, MutatingAdmissionPolicySpec> = {
  version: "v1alpha1",
  policies: "mutatingadmissionpolicies",
  bindings: "mutatingadmissionpolicybindings",
  compile: (spec) => new MutatingPolicy(spec),
};

export const mutatingPolicies = (backing: Pick<Backing, "cache" | "catalog" | "host" | "metrics">) =>
  new Policies<MutatingPolicy, MutatingAdmissionPolicySpec, MutatingAdmissionPolicyBindingSpec>(backing, kind);

interface Failure {
  readonly policy: string;
  readonly binding: string | undefined;
  readonly message: string;
  /** It came of the request, not of how the policy is set up. */
  readonly invalid: boolean;
}

/** One evaluation of a policy: for a binding, with a parameter. */
interface Invocation {
  readonly policy: Registered;
  readonly binding: Bound;
  readonly as: Served;
  readonly params: UntypedObject | undefined;
}

export class PolicyMutation {
  private readonly failures: Failure[] = [];

  constructor(
    private readonly backing: Pick<Backing, "cache" | "catalog">,
    private readonly policies: ReturnType<typeof mutatingPolicies>,
    private readonly attributes: Attributes,
    private readonly cluster: ClusterView,
    private readonly reinvocation: Reinvocation,
  ) {}

  /** The object as the policies leave it. */
  mutate(concerned: readonly Registered[]): Result<UntypedObject | undefined> {
    let { object } = this.attributes;
    for (const invocation of concerned.flatMap((policy) => this.invocationsOf(policy))) {
      if (object !== undefined) object = this.mutateBy(invocation, object);
    }
    const [first] = this.failures;
    if (first === undefined) return succeed(object);
    const { status, code } = forbidden(this.attributes, "admission request denied by policy");
    const causes = this.failures.map((failure) => ({ message: refusalText(failure) }));
    const reason = first.invalid ? { reason: "Invalid" } : {};
    return fail({ code, status: { ...status, ...reason, message: refusalText(first), details: { ...status.details, causes } } });
  }

  private invocationsOf(policy: Registered): Invocation[] {
    const { attributes, cluster, policies } = this;
    // A deletion leaves nothing to change.
    if (attributes.operation === "DELETE") return [];
    const matched = policies.matched(policy.match, attributes, cluster);
    if (!matched.ok) this.misconfigured(policy, undefined, matched.error.status.message ?? "");
    const as = matched.ok ? matched.value : undefined;
    if (as === undefined) return [];
    return policy.bindings.flatMap((binding) => {
      const bound = policies.matched(binding.match, attributes, cluster);
      if (!bound.ok) this.misconfigured(policy, binding, bound.error.status.message ?? "");
      if (!bound.ok || bound.value === undefined) return [];
      const found = paramsOf(this.backing, policy.spec.paramKind, binding.spec.paramRef, attributes.namespace);
      if (found.ok) return found.params.map((params) => ({ policy, binding, as, params }));
      this.misconfigured(policy, found.of === "policy" ? undefined : binding, found.why);
      return [];
    });
  }

  private mutateBy({ policy, binding, as, params }: Invocation, object: UntypedObject): UntypedObject {
    const { attributes, cluster, reinvocation } = this;
    const subject = (now: UntypedObject) => ({ ...subjectOf({ ...attributes, object: now }, as, cluster), params });
    const matched = policy.compiled.conditions.match(subject(object));
    if (!matched.ok) this.fail(policy, binding, matched.message);
    if (!matched.ok || !matched.matches) return object;
    const { namespace = "", name = "" } = params?.metadata ?? {};
    const uid = `policy ${policy.name}/${binding.name}/${namespace}/${name}`;
    if (!reinvocation.calls(uid)) return object;
    let now = object;
    for (let index = 0; index < policy.compiled.size; index += 1)
      now = this.mutateOnce(index, { policy, binding, as, params }, now);
    if (!semanticEqual(now, object)) reinvocation.changed();
    if (policy.spec.reinvocationPolicy === "IfNeeded") reinvocation.mayCallAgain(uid);
    return now;
  }

  private mutateOnce(index: number, { policy, binding, as, params }: Invocation, object: UntypedObject): UntypedObject {
    const { attributes, cluster } = this;
    const { served, subresource } = attributes;
    const subject = { ...subjectOf({ ...attributes, object }, as, cluster), params };
    const mutated = policy.compiled.mutate(index, subject, this.atomFor(as));
    if (!mutated.ok) {
      this.fail(policy, binding, mutated.message);
      return object;
    }
    const decoded = decodeMutated(mutated.object, as, subresource);
    if (decoded.ok) return inVersion(decoded.value, as, served, subresource);
    this.fail(policy, binding, decoded.error.status.message ?? "");
    return object;
  }

  private atomFor(as: Served) {
    const { subresource } = this.attributes;
    const { type } =
      subresource === "" ? as.resource : expectedAt(as, { ...as.resource, resource: as.resource.plural, subresource });
    return atomOfType(type) ?? deduced;
  }

  private misconfigured(policy: Registered, binding: Bound | undefined, why: string): void {
    this.fail(policy, binding, `failed to configure ${binding === undefined ? "policy" : "binding"}: ${why}`, false);
  }

  /** A failure refuses, unless the policy's failures are to be ignored. */
  private fail(policy: Registered, binding: Bound | undefined, message: string, invalid = true): void {
    if (policy.spec.failurePolicy === "Ignore") return;
    this.failures.push({ policy: policy.name, binding: binding?.name, message, invalid });
  }
}

const refusalText = ({ policy, binding, message }: Failure): string =>
  binding === undefined
    ? `policy ${quote(policy)} denied request: ${message}`
    : `policy '${policy}' with binding '${binding}' denied request: ${message}`;
