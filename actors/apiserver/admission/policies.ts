/** The policies of one kind that are registered, each with its bindings, and which of them a request may concern. */
import type { AdmissionTarget, ClusterView } from "../../../src/api/admission/plugin.js";
import { equivalentsOf, isExempt, matchedAs, matchesName, type Rule } from "../../../src/api/dynamic-admission/rules.js";
import type { ResourceTable } from "../../../src/api/kinds.js";
import { storagePrefix } from "../../../src/api/paths.js";
import type { LabelPredicate } from "../../../src/api/selectors.js";
import { type Result, succeed } from "../../../src/api/status.js";
import type { MatchResources, ParamKind, ParamRef } from "../../../src/api/types.js";
import type { Backing } from "../backing.js";
import type { Served } from "../served.js";
import type { StoredObject } from "../watch-cache/stored-object.js";
import type { Attributes } from "./attributes.js";
import { Registered } from "./registered.js";
import { isSelected } from "./selection.js";
import { selects } from "./webhooks.js";

/** What all policies say of whom they concern. */
export interface PolicySpec {
  readonly failurePolicy?: string;
  readonly paramKind?: ParamKind;
  readonly matchConstraints?: MatchResources;
}

export interface BindingSpec {
  readonly policyName?: string;
  readonly paramRef?: ParamRef;
  readonly matchResources?: MatchResources;
}

interface Match {
  readonly rules: readonly Rule[];
  readonly excluded: readonly Rule[];
  readonly matchPolicy: string | undefined;
  readonly selectsNamespace: LabelPredicate | undefined;
  readonly selectsObject: LabelPredicate | undefined;
}

export interface Binding<Spec> {
  readonly name: string;
  readonly spec: Spec;
  readonly match: Match;
}

export interface Policy<Compiled, Spec, Bound> {
  readonly name: string;
  readonly spec: Spec;
  readonly compiled: Compiled;
  readonly match: Match;
  readonly bindings: ReadonlyArray<Binding<Bound>>;
}

const matchOf = (resources: MatchResources = {}): Match => ({
  rules: resources.resourceRules ?? [],
  excluded: resources.excludeResourceRules ?? [],
  matchPolicy: resources.matchPolicy,
  selectsNamespace: selects(resources.namespaceSelector),
  selectsObject: selects(resources.objectSelector),
});

/** Reviews are questions, not changes: no policy decides about them. */
const reviewGroups = new Set(["authentication.k8s.io", "authorization.k8s.io"]);

const none: readonly never[] = [];

export interface PolicyKind<Compiled, Spec extends PolicySpec> {
  readonly version: string;
  readonly policies: string;
  readonly bindings: string;
  compile(spec: Spec): Compiled;
}

export class Policies<Compiled, Spec extends PolicySpec, Bound extends BindingSpec> {
  private readonly policies: Registered<ReadonlyMap<string, { readonly spec: Spec; readonly compiled: Compiled }>>;
  private readonly bindings: Registered<ReadonlyArray<Binding<Bound>>>;
  private readonly known = new Map<AdmissionTarget, ReadonlyArray<Policy<Compiled, Spec, Bound>>>();
  private all: ReadonlyArray<Policy<Compiled, Spec, Bound>> = [];
  private madeOf: readonly unknown[] = [];
  private madeFor: ResourceTable | undefined;

  constructor(
    private readonly backing: Pick<Backing, "cache" | "catalog" | "host" | "metrics">,
    kind: PolicyKind<Compiled, Spec>,
  ) {
    const store = (plural: string) => {
      const resource = backing.catalog.resources.byResource("admissionregistration.k8s.io", kind.version, plural)!;
      return backing.cache.store(storagePrefix(resource));
    };
    const compiled = new WeakMap<StoredObject, { readonly spec: Spec; readonly compiled: Compiled }>();
    const compile = (stored: StoredObject) => {
      const before = compiled.get(stored);
      if (before !== undefined) return before;
      const spec = (stored.object.spec ?? {}) as Spec;
      const { clock } = backing.host;
      const beganMs = clock.monotonicMs();
      const made = { spec, compiled: kind.compile(spec) };
      backing.metrics.admission.compiled(clock.monotonicMs() - beganMs);
      compiled.set(stored, made);
      return made;
    };
    this.policies = new Registered(
      store(kind.policies),
      (objects) => new Map(objects.map((stored) => [stored.name, compile(stored)])),
    );
    this.bindings = new Registered(store(kind.bindings), (objects) =>
      objects.map(({ name, object }) => {
        const spec = (object.spec ?? {}) as Bound;
        return { name, spec, match: matchOf(spec.matchResources) };
      }),
    );
  }

  /** Those that are bound and whose rules match a form of request, in the order of their names. */
  concernedWith(target: AdmissionTarget, asked: Served): ReadonlyArray<Policy<Compiled, Spec, Bound>> {
    if (this.policies.isEmpty || this.bindings.isEmpty) return none;
    if (isExempt(target) || reviewGroups.has(target.group)) return none;
    this.refresh();
    const known = this.known.get(target);
    if (known !== undefined) return known;
    const made = this.all.filter(({ match }) => this.matchedBy(match, target, asked, undefined) !== undefined);
    this.known.set(target, made);
    return made;
  }

  /** The version as which a request matches; undefined when it does not. An error when nobody can tell. */
  matched(match: Match, attributes: Attributes, cluster: ClusterView): Result<Served | undefined> {
    const as = this.matchedBy(match, attributes, attributes.served, attributes.name);
    if (as === undefined) return succeed(undefined);
    const selected = isSelected(match, attributes, cluster);
    return selected.ok ? succeed(selected.value ? as : undefined) : selected;
  }

  private matchedBy(match: Match, target: AdmissionTarget, asked: Served, name: string | undefined): Served | undefined {
    const { catalog } = this.backing;
    const equivalents = () => equivalentsOf(catalog.resources.resources, asked.resource, target.subresource);
    // Without a name it is only asked whether any object could match.
    const named = (rules: readonly Rule[]) => (name === undefined ? rules : rules.filter((rule) => matchesName(rule, name)));
    const policy = match.matchPolicy ?? "Exact";
    const excluded = name === undefined ? [] : named(match.excluded);
    if (matchedAs(excluded, policy, target, asked.resource, equivalents) !== undefined) return undefined;
    if (match.rules.length === 0) return asked;
    const matched = matchedAs(named(match.rules), policy, target, asked.resource, equivalents);
    if (matched === undefined) return undefined;
    return matched.as === asked.resource ? asked : catalog.of(matched.as);
  }

  private refresh(): void {
    const policies = this.policies.current;
    const bindings = this.bindings.current;
    const { resources } = this.backing.catalog;
    if (this.madeOf[0] === policies && this.madeOf[1] === bindings && this.madeFor === resources) return;
    this.madeOf = [policies, bindings];
    this.madeFor = resources;
    this.known.clear();
    this.all = [...policies].flatMap(([name, { spec, compiled }]) => {
      const bound = bindings.filter((binding) => binding.spec.policyName === name);
      return bound.length === 0 ? [] : [{ name, spec, compiled, match: matchOf(spec.matchConstraints), bindings: bound }];
    });
  }
}
