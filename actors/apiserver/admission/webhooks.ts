/** The webhooks that are registered, in the order in which they are called, and which of them a request may concern. */
import type { AdmissionTarget } from "../../../src/api/admission/plugin.js";
import { equivalentsOf, isExempt, matchedAs } from "../../../src/api/dynamic-admission/rules.js";
import type { ResourceTable } from "../../../src/api/kinds.js";
import { storagePrefix } from "../../../src/api/paths.js";
import { MatchConditions } from "../../../src/api/policies/match-conditions.js";
import { compileLabelSelector, type LabelPredicate } from "../../../src/api/selectors.js";
import type { LabelSelector, MutatingWebhook, MutatingWebhookConfiguration } from "../../../src/api/types.js";
import type { Backing } from "../backing.js";
import type { Served } from "../served.js";
import type { StoredObject } from "../watch-cache/stored-object.js";
import { Registered } from "./registered.js";

/** A webhook with what is made of it once. A validating one has no reinvocation policy, and is the same otherwise. */
export interface Hook {
  /** Its configuration, its name, and how many of that name came before it. */
  readonly uid: string;
  readonly configuration: string;
  /** Its place among all webhooks of all configurations. */
  readonly index: number;
  readonly webhook: MutatingWebhook;
  /** Undefined when all are selected. */
  readonly selectsNamespace: LabelPredicate | undefined;
  readonly selectsObject: LabelPredicate | undefined;
  readonly conditions: MatchConditions;
}

/** A webhook that a form of request concerns, and the version of the resource in which it is told of it. */
export interface Invocation {
  readonly hook: Hook;
  readonly as: Served;
}

const none: readonly Invocation[] = [];

/** The webhooks of one kind of configuration. */
export class Webhooks {
  private readonly hooks: Registered<readonly Hook[]>;
  /** By the form of request, as long as neither webhooks nor resources change. */
  private invocations = new Map<AdmissionTarget, readonly Invocation[]>();
  private madeFrom: readonly Hook[] | undefined;
  private madeFor: ResourceTable | undefined;

  constructor(
    private readonly backing: Pick<Backing, "cache" | "catalog">,
    plural: "mutatingwebhookconfigurations" | "validatingwebhookconfigurations",
  ) {
    const resource = backing.catalog.resources.byResource("admissionregistration.k8s.io", "v1", plural)!;
    this.hooks = new Registered(backing.cache.store(storagePrefix(resource)), hooksIn);
  }

  /** Those whose rules match a form of request. Whether they are called depends on the object and its namespace too. */
  concernedWith(target: AdmissionTarget, asked: Served): readonly Invocation[] {
    if (this.hooks.isEmpty || isExempt(target)) return none;
    const hooks = this.hooks.current;
    const { resources } = this.backing.catalog;
    if (hooks !== this.madeFrom || resources !== this.madeFor) {
      this.madeFrom = hooks;
      this.madeFor = resources;
      this.invocations = new Map();
    }
    const known = this.invocations.get(target);
    if (known !== undefined) return known;
    const made = this.matching(hooks, target, asked);
    this.invocations.set(target, made);
    return made;
  }

  private matching(hooks: readonly Hook[], target: AdmissionTarget, asked: Served): readonly Invocation[] {
    const { catalog } = this.backing;
    const equivalents = equivalentsOf(catalog.resources.resources, asked.resource, target.subresource);
    return hooks.flatMap((hook) => {
      const { rules = [], matchPolicy } = hook.webhook;
      const matched = matchedAs(rules, matchPolicy, target, asked.resource, () => equivalents);
      return matched === undefined ? [] : [{ hook, as: matched.as === asked.resource ? asked : catalog.of(matched.as) }];
    });
  }
}

/** Configurations come in the order of their names, which is that of their keys. */
function hooksIn(configurations: readonly StoredObject[]): readonly Hook[] {
  let index = 0;
  return configurations.flatMap(({ name: configuration, object }) => {
    const seen = new Map<string, number>();
    return ((object as MutatingWebhookConfiguration).webhooks ?? []).map((webhook) => {
      const before = seen.get(webhook.name) ?? 0;
      seen.set(webhook.name, before + 1);
      return {
        uid: `${configuration}/${webhook.name}/${before}`,
        configuration,
        index: index++,
        webhook,
        selectsNamespace: selects(webhook.namespaceSelector),
        selectsObject: selects(webhook.objectSelector),
        conditions: new MatchConditions(webhook.matchConditions ?? [], false, webhook.failurePolicy),
      };
    });
  });
}

/** Undefined for a selector that selects everything. */
export const selects = (selector: LabelSelector | undefined): LabelPredicate | undefined => {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
  const selectsAll = Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
  return selectsAll ? undefined : compileLabelSelector(selector);
};
