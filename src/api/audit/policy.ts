/** What is told of which requests: the audit policy. https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/#audit-policy */
import { combinedResource } from "../access/policy-rules.js";
import type { Requester } from "../admission/plugin.js";
import { isJsonObject } from "../json-value.js";

const levels = ["None", "Metadata", "Request", "RequestResponse"] as const;
const stages = ["RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"] as const;
export type AuditLevel = (typeof levels)[number];
export type AuditStage = (typeof stages)[number];

interface GroupResources {
  readonly group?: string;
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
}

interface AuditRule {
  readonly level: AuditLevel;
  readonly users?: readonly string[];
  readonly userGroups?: readonly string[];
  readonly verbs?: readonly string[];
  readonly resources?: readonly GroupResources[];
  readonly namespaces?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly omitStages?: readonly AuditStage[];
  readonly omitManagedFields?: boolean;
}

export interface AuditPolicy {
  readonly rules: readonly AuditRule[];
  readonly omitStages?: readonly AuditStage[];
  readonly omitManagedFields?: boolean;
}

/** What a request is to a policy; `path` for what is no resource. */
export interface AuditSubject {
  readonly verb: string;
  readonly path?: string;
  readonly group?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** How a request is told. */
export interface AuditTelling {
  readonly level: Exclude<AuditLevel, "None">;
  readonly omitStages: readonly string[];
  readonly omitManagedFields: boolean;
}

const anyOf = (list: readonly string[] | undefined, holds: (entry: string) => boolean): boolean =>
  list === undefined || list.length === 0 || list.some(holds);

const matchesPath = (pattern: string, path: string): boolean =>
  pattern === "*" || pattern === path || (pattern.endsWith("*") && path.startsWith(pattern.slice(0, -1)));

function matchesResource({ group = "", resources = [], resourceNames = [] }: GroupResources, asked: AuditSubject): boolean {
  if (group !== (asked.group ?? "")) return false;
  if (resources.length === 0) return true;
  const { resource = "", subresource = "", name = "" } = asked;
  if (resourceNames.length > 0 && !resourceNames.includes(name)) return false;
  const combined = combinedResource(resource, subresource);
  return resources.some((entry) => {
    if (entry === "*" || entry === combined) return true;
    // A pattern for all that is beneath a resource is one for the resource itself too, as kube-apiserver has it.
    return entry === `${resource}/*` || (subresource !== "" && entry === `*/${subresource}`);
  });
}

function matches(rule: AuditRule, user: Requester | undefined, asked: AuditSubject): boolean {
  if (!anyOf(rule.users, (name) => name === user?.name)) return false;
  if (!anyOf(rule.userGroups, (group) => user?.groups.includes(group) === true)) return false;
  if (!anyOf(rule.verbs, (verb) => verb === asked.verb)) return false;
  const { namespaces = [], resources = [], nonResourceURLs = [] } = rule;
  if (namespaces.length > 0 || resources.length > 0) {
    if (asked.path !== undefined || !anyOf(namespaces, (each) => each === (asked.namespace ?? ""))) return false;
    return resources.length === 0 || resources.some((each) => matchesResource(each, asked));
  }
  if (nonResourceURLs.length === 0) return true;
  return asked.path !== undefined && nonResourceURLs.some((pattern) => matchesPath(pattern, asked.path ?? ""));
}

/** The first rule that matches decides; undefined when nothing is told. `user` is undefined where it is not known who asks. */
export function tellingOf(policy: AuditPolicy, user: Requester | undefined, asked: AuditSubject): AuditTelling | undefined {
  const rule = policy.rules.find((each) => matches(each, user, asked));
  if (rule === undefined || rule.level === "None") return undefined;
  return {
    level: rule.level,
    omitStages: [...(policy.omitStages ?? []), ...(rule.omitStages ?? [])],
    omitManagedFields: rule.omitManagedFields ?? policy.omitManagedFields ?? false,
  };
}

/** Everything, without bodies: what is told where nobody gives a policy. */
export const everythingsMetadata: AuditPolicy = { rules: [{ level: "Metadata" }] };

/** The faults of a policy that somebody wrote, by their fields. */
export function auditPolicyFaults(value: unknown): string[] {
  if (!isJsonObject(value)) return ["it is no object"];
  const faults: string[] = [];
  if (value.apiVersion !== "audit.k8s.io/v1")
    faults.push(`apiVersion: ${JSON.stringify(value.apiVersion)} is not "audit.k8s.io/v1"`);
  if (value.kind !== "Policy") faults.push(`kind: ${JSON.stringify(value.kind)} is not "Policy"`);
  faults.push(...stageFaults("omitStages", value.omitStages));
  if (!Array.isArray(value.rules) || value.rules.length === 0) return [...faults, "rules: there must be at least one"];
  for (const [index, rule] of value.rules.entries()) faults.push(...ruleFaults(`rules[${index}]`, rule));
  return faults;
}

function stageFaults(path: string, value: unknown): string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return [`${path}: must be a list`];
  const unknown = value.filter((stage) => !stages.includes(stage));
  return unknown.map((stage) => `${path}: ${JSON.stringify(stage)} is not one of ${stages.join(", ")}`);
}

const lists = ["users", "userGroups", "verbs", "namespaces", "nonResourceURLs"] as const;

function ruleFaults(path: string, rule: unknown): string[] {
  if (!isJsonObject(rule)) return [`${path}: must be an object`];
  const faults: string[] = [];
  if (!levels.includes(rule.level as AuditLevel))
    faults.push(`${path}.level: ${JSON.stringify(rule.level)} is not one of ${levels.join(", ")}`);
  for (const field of lists) {
    const list = rule[field];
    if (list !== undefined && !(Array.isArray(list) && list.every((entry) => typeof entry === "string")))
      faults.push(`${path}.${field}: must be a list of texts`);
  }
  const { resources, namespaces, nonResourceURLs } = rule;
  if (resources !== undefined && !(Array.isArray(resources) && resources.every(isJsonObject)))
    faults.push(`${path}.resources: must be a list of objects`);
  if (nonResourceURLs !== undefined && (resources !== undefined || namespaces !== undefined))
    faults.push(`${path}.nonResourceURLs: rules cannot apply to both regular resources and non-resource URLs`);
  return [...faults, ...stageFaults(`${path}.omitStages`, rule.omitStages)];
}
