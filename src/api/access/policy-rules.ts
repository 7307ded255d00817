/** What a rule of a Role says, as pure functions. https://kubernetes.io/docs/reference/access-authn-authz/rbac/ */
import { writeJson } from "../../json/text.js";
import type { PolicyRule } from "../generated/types.js";
import { quote } from "../go-format.js";

const all = "*";

const has = (list: readonly string[] | undefined, value: string): boolean => list?.includes(value) ?? false;
const matches = (list: readonly string[] | undefined, value: string): boolean => has(list, all) || has(list, value);

/** `pods`, or `pods/log` for a subresource. */
export const combinedResource = (resource: string, subresource = ""): string =>
  subresource === "" ? resource : `${resource}/${subresource}`;

/** True when the rule is about this verb on this resource, whichever names it is limited to. `subresource` may be "". */
export function aboutResource(rule: PolicyRule, verb: string, group: string, resource: string, subresource: string): boolean {
  if (!matches(rule.verbs, verb) || !matches(rule.apiGroups, group)) return false;
  const { resources } = rule;
  if (matches(resources, combinedResource(resource, subresource))) return true;
  return subresource !== "" && has(resources, `*/${subresource}`);
}

/** The names that a rule is limited to; undefined for none. */
export const namesOf = ({ resourceNames }: PolicyRule): readonly string[] | undefined =>
  resourceNames === undefined || resourceNames.length === 0 ? undefined : resourceNames;

/** `*` at the end of a rule's path stands for anything, also for nothing. */
const pathCovers = (pattern: string, path: string): boolean =>
  pattern === path || (pattern.endsWith(all) && path.startsWith(pattern.replace(/\*+$/, "")));

/** True when the rule lets `verb` be done to a path that is no resource, such as /healthz. */
export const allowsPath = (rule: PolicyRule, verb: string, path: string): boolean =>
  matches(rule.verbs, verb) && (rule.nonResourceURLs ?? []).some((pattern) => pathCovers(pattern, path));

/** One verb on one thing. */
type Part = PolicyRule;

/** A rule taken apart into rules of one verb on one thing each. */
function partsOf(rule: PolicyRule): Part[] {
  const { verbs = [], apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const ofResources = apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      verbs.flatMap((verb): Part[] => {
        const part = { apiGroups: [group], resources: [resource], verbs: [verb] };
        return resourceNames.length === 0 ? [part] : resourceNames.map((name) => ({ ...part, resourceNames: [name] }));
      }),
    ),
  );
  return [...ofResources, ...nonResourceURLs.flatMap((url) => verbs.map((verb) => ({ nonResourceURLs: [url], verbs: [verb] })))];
}

function coversResource({ resources }: PolicyRule, resource: string): boolean {
  if (matches(resources, resource)) return true;
  const slash = resource.indexOf("/");
  return slash >= 0 && has(resources, `*/${resource.slice(slash + 1)}`);
}

function covers(rule: PolicyRule, part: Part): boolean {
  if (!matches(rule.verbs, part.verbs[0] ?? "")) return false;
  const [url] = part.nonResourceURLs ?? [];
  if (url !== undefined) return (rule.nonResourceURLs ?? []).some((pattern) => pathCovers(pattern, url));
  if (!matches(rule.apiGroups, part.apiGroups?.[0] ?? "") || !coversResource(rule, part.resources?.[0] ?? "")) return false;
  const names = namesOf(rule);
  return names === undefined || (part.resourceNames?.every((name) => names.includes(name)) ?? false);
}

/** What of `wanted` none of `held` covers: rules with one verb on one thing each, verbs on the same thing taken together. */
export function rulesNotHeld(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  const missing = new Map<string, PolicyRule>();
  for (const part of wanted.flatMap(partsOf)) {
    if (held.some((rule) => covers(rule, part))) continue;
    const { verbs, ...thing } = part;
    // Paths are told one by one.
    const key = writeJson(part.nonResourceURLs === undefined ? thing : part);
    const known = missing.get(key);
    if (known === undefined) missing.set(key, { ...thing, verbs: [...verbs] });
    else known.verbs.push(...verbs);
  }
  return [...missing.values()];
}
const quoted = (list: readonly string[]): string => `[${list.map((each) => quote(each)).join(" ")}]`;

/** `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}` */
export function ruleText(rule: PolicyRule): string {
  const parts: Array<[string, readonly string[] | undefined]> = [
    ["APIGroups", rule.apiGroups],
    ["Resources", rule.resources],
    ["NonResourceURLs", rule.nonResourceURLs],
    ["ResourceNames", rule.resourceNames],
    ["Verbs", rule.verbs],
  ];
  const told = parts.flatMap(([name, list]) => (list === undefined || list.length === 0 ? [] : [`${name}:${quoted(list)}`]));
  return `{${told.join(", ")}}`;
}

/** `["system:nodes" "system:authenticated"]` */
export const groupsText = quoted;
