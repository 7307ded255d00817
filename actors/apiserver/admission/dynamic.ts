/**
 * Admission by what users register: policies and webhooks. It is as current as the watch cache, and costs a few looks at a
 * number where nothing is registered.
 */
import type { AdmissionTarget, ClusterView } from "../../../src/api/admission/plugin.js";
import { semanticEqual } from "../../../src/api/json-value.js";
import { succeed } from "../../../src/api/status.js";
import type { UntypedObject } from "../../../src/api/types.js";
import type { Backing } from "../backing.js";
import type { Step } from "../consult/question.js";
import type { Served } from "../served.js";
import type { Situation } from "../writes/plan.js";
import type { Attributes } from "./attributes.js";
import { mutatingPolicies, PolicyMutation } from "./mutating-policies.js";
import { mutateByWebhooks } from "./mutating-webhooks.js";
import { Reinvocation } from "./reinvocation.js";
import { PolicyJudgement, validatingPolicies } from "./validating-policies.js";
import { validateByWebhooks } from "./validating-webhooks.js";
import { Webhooks } from "./webhooks.js";

/** One request on its way through those who may change it. */
export interface Mutating {
  /** The request with an object that has come so far. */
  attributesOf(object: UntypedObject | undefined): Attributes;
  /** What is built in does its part again. */
  rebuild(object: UntypedObject | undefined): Step<UntypedObject | undefined>;
}

export class DynamicAdmission {
  private readonly mutating: Webhooks;
  private readonly validating: Webhooks;
  private readonly changing: ReturnType<typeof mutatingPolicies>;
  private readonly judging: ReturnType<typeof validatingPolicies>;

  constructor(private readonly backing: Pick<Backing, "cache" | "catalog" | "host" | "metrics">) {
    this.mutating = new Webhooks(backing, "mutatingwebhookconfigurations");
    this.validating = new Webhooks(backing, "validatingwebhookconfigurations");
    this.changing = mutatingPolicies(backing);
    this.judging = validatingPolicies(backing);
  }

  mutates(target: AdmissionTarget, served: Served): boolean {
    return this.changing.concernedWith(target, served).length > 0 || this.mutating.concernedWith(target, served).length > 0;
  }

  validates(target: AdmissionTarget, served: Served): boolean {
    return this.judging.concernedWith(target, served).length > 0 || this.validating.concernedWith(target, served).length > 0;
  }

  /** `object` is what is built in made of it. */
  mutate(
    { target, served }: { readonly target: AdmissionTarget; readonly served: Served },
    object: UntypedObject | undefined,
    mutating: Mutating,
    cluster: ClusterView,
    situation: Situation,
  ): Step<UntypedObject | undefined> {
    const reinvocation = new Reinvocation();
    const invocations = this.mutating.concernedWith(target, served);
    const policies = this.changing.concernedWith(target, served);
    const { measures } = situation;
    const { operation } = target;
    const byPolicies = (each: UntypedObject | undefined) =>
      measures.plugin("MutatingAdmissionPolicy", "admit", operation, () =>
        new PolicyMutation(this.backing, this.changing, mutating.attributesOf(each), cluster, reinvocation).mutate(policies),
      );
    const byWebhooks = (each: UntypedObject | undefined) =>
      measures.plugin("MutatingAdmissionWebhook", "admit", operation, () =>
        mutateByWebhooks(invocations, mutating.attributesOf(each), cluster, situation, reinvocation),
      );
    const once = (each: UntypedObject | undefined) => {
      const changed = policies.length === 0 ? succeed(each) : byPolicies(each);
      return !changed.ok || invocations.length === 0 ? changed : byWebhooks(changed.value);
    };
    const first = once(object);
    if (!first.ok || !reinvocation.needed) return first;
    const rebuilt = mutating.rebuild(first.value);
    if (!rebuilt.ok) return rebuilt;
    reinvocation.begin(!semanticEqual(rebuilt.value, first.value));
    return once(rebuilt.value);
  }

  validate(
    { target, served }: { readonly target: AdmissionTarget; readonly served: Served },
    attributes: Attributes,
    cluster: ClusterView,
    situation: Situation,
  ): Step<undefined> {
    const { measures } = situation;
    const { operation } = target;
    const policies = this.judging.concernedWith(target, served);
    if (policies.length > 0) {
      const judgement = new PolicyJudgement(this.backing, this.judging, attributes, cluster, situation);
      const judged = measures.plugin("ValidatingAdmissionPolicy", "validate", operation, () => judgement.judge(policies));
      if (!judged.ok) return judged;
    }
    const invocations = this.validating.concernedWith(target, served);
    if (invocations.length === 0) return succeed(undefined);
    return measures.plugin("ValidatingAdmissionWebhook", "validate", operation, () =>
      validateByWebhooks(invocations, attributes, cluster, situation),
    );
  }
}
