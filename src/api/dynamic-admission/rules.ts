/**
 * Which requests a webhook or policy asks to be told of. Source: "Dynamic Admission Control", matching requests: rules.
 * https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#matching-requests-rules
 */
import type { AdmissionTarget } from "../admission/plugin.js";
import type { Resource } from "../kinds.js";

export interface Rule {
  readonly operations?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly apiVersions?: readonly string[];
  readonly resources?: readonly string[];
  /** Policies only: the names of the objects; absent or empty for all. */
  readonly resourceNames?: readonly string[];
  readonly scope?: string;
}

type Place = Pick<AdmissionTarget, "operation" | "group" | "version" | "resource" | "subresource" | "namespaced">;

const holds = (words: readonly string[] | undefined, word: string): boolean =>
  words?.some((each) => each === "*" || each === word) ?? false;

/** `pods` is the object, `pods/status` a subresource, `pods/*` both, `*` all objects, and two stars everything. */
const holdsResource = (resources: readonly string[] | undefined, { resource, subresource }: Place): boolean =>
  resources?.some((each) => {
    const slash = each.indexOf("/");
    const name = slash < 0 ? each : each.slice(0, slash);
    const part = slash < 0 ? "" : each.slice(slash + 1);
    return (name === "*" || name === resource) && (part === "*" || part === subresource);
  }) ?? false;

/** Whatever happens to the object of a rule's scope; a namespace itself belongs to the cluster. */
const inScope = (scope: string | undefined, { namespaced }: Place): boolean =>
  scope === undefined || scope === "" || scope === "*" || (scope === "Namespaced") === namespaced;

/** True when the rule speaks of such requests; which object they are about is not looked at. */
export const matchesRule = (rule: Rule, place: Place): boolean =>
  inScope(rule.scope, place) &&
  holds(rule.operations, place.operation) &&
  holds(rule.apiGroups, place.group) &&
  holds(rule.apiVersions, place.version) &&
  holdsResource(rule.resources, place);

/** True when the rule is about this object, or about all. */
export const matchesName = ({ resourceNames = [] }: Rule, name: string): boolean =>
  resourceNames.length === 0 || resourceNames.includes(name);

/**
 * The resource as whose request rules match: the one that was asked for, or with `Equivalent` another version of the same
 * objects. Undefined when they do not match. `equivalents` tells all versions of the resource that have the subresource.
 */
export const matchedAs = <R extends Pick<Resource, "group" | "version" | "plural">>(
  rules: readonly Rule[],
  matchPolicy: string | undefined,
  place: Place,
  asked: R,
  equivalents: () => readonly R[],
): { readonly as: R; readonly rule: Rule } | undefined => {
  const exact = rules.find((rule) => matchesRule(rule, place));
  if (exact !== undefined) return { as: asked, rule: exact };
  if (matchPolicy === "Exact") return undefined;
  const others = rules.length === 0 ? [] : equivalents();
  for (const rule of rules) {
    for (const other of others) {
      if (other === asked) continue;
      const { group, version, plural } = other;
      if (matchesRule(rule, { ...place, group, version, resource: plural })) return { as: other, rule };
    }
  }
  return undefined;
};

/** All versions of a resource: those that are stored as the same objects. */
export const equivalentsOf = (resources: readonly Resource[], resource: Resource, subresource: string): Resource[] =>
  resources.filter(
    (other) =>
      other.plural === resource.plural &&
      other.storage.group === resource.storage.group &&
      (subresource === "" || other.subresources.some(({ name }) => name === subresource)),
  );

const configurationKinds = new Set([
  "ValidatingWebhookConfiguration",
  "MutatingWebhookConfiguration",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "MutatingAdmissionPolicy",
  "MutatingAdmissionPolicyBinding",
]);

/** Who decides about requests is no business of those who decide: a broken webhook could otherwise not be taken away. */
export const isExempt = ({ group, kind }: Pick<AdmissionTarget, "group" | "kind">): boolean =>
  group === "admissionregistration.k8s.io" && configurationKinds.has(kind);
