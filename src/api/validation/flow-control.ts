import { at, child, duplicate, type FieldError, forbiddenField, invalidValue, notSupported, required } from "../field-errors.js";
import type {
  FlowcontrolV1Subject,
  FlowSchema,
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  PriorityLevelConfiguration,
  QueuingConfiguration,
  ResourcePolicyRule,
} from "../generated/types.js";
import { GoSyntax, quote } from "../go-format.js";
import { semanticEqual } from "../json-value.js";
import { mandatoryFlowSchemas, mandatoryLevels } from "../mandatory-flows.js";
import { dns1123Label, dns1123Subdomain } from "../names.js";
import { followsRule, oneOf } from "./common.js";

/** Priority and fairness. Source: "API Priority and Fairness" of the Kubernetes documentation. */

const maxPrecedence = 10_000;

/** Why a list may not be as it is: empty, or `*` beside others. */
const listErrors = (list: readonly string[] | undefined, path: string, missing: string, others: string): FieldError[] => {
  if ((list?.length ?? 0) === 0) return [required(path, missing)];
  return list!.length > 1 && list!.includes("*")
    ? [invalidValue(path, list, `if '*' is present, must not specify other ${others}`)]
    : [];
};

const supportedVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"];

const verbErrors = ({ verbs }: ResourcePolicyRule | NonResourcePolicyRule, path: string): FieldError[] => {
  const place = child(path, "verbs");
  const known = (verbs ?? []).includes("*") || (verbs ?? []).every((verb) => supportedVerbs.includes(verb));
  return known
    ? listErrors(verbs, place, "verbs must contain at least one value", "verbs")
    : [notSupported(place, verbs, supportedVerbs)];
};

const namespacesErrors = ({ namespaces = [], clusterScope }: ResourcePolicyRule, path: string): FieldError[] => {
  if (namespaces.length === 0 && clusterScope !== true)
    return [required(path, "resource rules that are not cluster scoped must supply at least one namespace")];
  if (namespaces.includes("*"))
    return namespaces.length > 1 ? [invalidValue(path, namespaces, "if '*' is present, must not specify other namespaces")] : [];
  const rule = "each member of this list must be '*' or a DNS-1123 label; ";
  return namespaces.flatMap((namespace, index) =>
    dns1123Label(namespace).map((why) => invalidValue(at(path, index), namespace, rule + why)),
  );
};

const resourceRuleErrors = (rule: ResourcePolicyRule, path: string): FieldError[] => [
  ...verbErrors(rule, path),
  ...listErrors(rule.apiGroups, child(path, "apiGroups"), "resource rules must supply at least one api group", "api groups"),
  ...listErrors(rule.resources, child(path, "resources"), "resource rules must supply at least one resource", "resources"),
  ...namespacesErrors(rule, child(path, "namespaces")),
];

const urlErrors = (urls: readonly string[] | undefined, path: string): FieldError[] => {
  if ((urls?.length ?? 0) === 0) return [required(path, "nonResourceURLs must contain at least one value")];
  if (urls!.includes("*"))
    return urls!.length > 1 ? [invalidValue(path, urls, "if '*' is present, must not specify other non-resource URLs")] : [];
  return urls!.flatMap((url, index) => {
    const place = at(path, index);
    if (url === "") return [required(place, "nonResourceURLs must not contain empty string")];
    if (!url.startsWith("/")) return [invalidValue(place, url, "must start with slash")];
    const star = url.indexOf("*");
    const misplaced = star >= 0 && (star !== url.length - 1 || url.at(-2) !== "/");
    return misplaced
      ? [invalidValue(place, url, 'wildcard can only be used to match all subpaths of a path, e.g. "/foo/*"')]
      : [];
  });
};

/** What is said of a subject of each kind, in the order in which Kubernetes looks at it. */
const subjectFields = {
  User: ["user", "serviceAccount", "group"],
  Group: ["group", "serviceAccount", "user"],
  ServiceAccount: ["serviceAccount", "user", "group"],
} as const;
const kindOfField = { user: "User", group: "Group", serviceAccount: "ServiceAccount" } as const;

const subjectErrors = (subject: FlowcontrolV1Subject, path: string): FieldError[] => {
  const { kind = "" } = subject;
  if (!Object.hasOwn(subjectFields, kind)) return [notSupported(child(path, "kind"), kind, ["Group", "ServiceAccount", "User"])];
  const [field, ...others] = subjectFields[kind as keyof typeof subjectFields];
  const named = subject[field];
  const place = child(path, field);
  const errors: FieldError[] = [];
  if (named === undefined) errors.push(required(place, `${field} is required when subject kind is '${kind}'`));
  else if (field === "serviceAccount") errors.push(...serviceAccountErrors(subject.serviceAccount!, place));
  else if (!named.name) errors.push(required(child(place, "name")));
  for (const other of others)
    if (subject[other] !== undefined)
      errors.push(forbiddenField(child(path, other), `${other} is forbidden when subject kind is not '${kindOfField[other]}'`));
  return errors;
};

const serviceAccountErrors = (
  { name = "", namespace = "" }: NonNullable<FlowcontrolV1Subject["serviceAccount"]>,
  path: string,
): FieldError[] => [
  ...(name === ""
    ? [required(child(path, "name"))]
    : name === "*"
      ? []
      : followsRule(dns1123Subdomain, name, child(path, "name"))),
  ...(namespace === ""
    ? [required(child(path, "namespace"), "must specify namespace for service account")]
    : followsRule(dns1123Label, namespace, child(path, "namespace"))),
];

const ruleErrors = (rule: PolicyRulesWithSubjects, path: string): FieldError[] => {
  const errors =
    (rule.subjects?.length ?? 0) === 0
      ? [required(child(path, "subjects"), "subjects must contain at least one value")]
      : rule.subjects.flatMap((subject, index) => subjectErrors(subject, at(child(path, "subjects"), index)));
  if ((rule.resourceRules?.length ?? 0) === 0 && (rule.nonResourceRules?.length ?? 0) === 0) {
    errors.push(required(path, "at least one of resourceRules and nonResourceRules has to be non-empty"));
  }
  for (const [index, of] of (rule.resourceRules ?? []).entries())
    errors.push(...resourceRuleErrors(of, at(child(path, "resourceRules"), index)));
  for (const [index, of] of (rule.nonResourceRules ?? []).entries()) {
    const place = at(child(path, "nonResourceRules"), index);
    errors.push(...verbErrors(of, place), ...urlErrors(of.nonResourceURLs, child(place, "nonResourceURLs")));
  }
  return errors;
};

export const flowSchemaErrors = (schema: FlowSchema): FieldError[] => {
  const { matchingPrecedence = 0, priorityLevelConfiguration, distinguisherMethod, rules = [] } = schema.spec ?? {};
  const errors: FieldError[] = [];
  const path = "spec.matchingPrecedence";
  if (matchingPrecedence <= 0) errors.push(invalidValue(path, matchingPrecedence, "must be a positive value"));
  if (matchingPrecedence > maxPrecedence)
    errors.push(invalidValue(path, matchingPrecedence, `must not be greater than ${maxPrecedence}`));
  if (matchingPrecedence === 1 && schema.metadata.name !== "exempt")
    errors.push(invalidValue(path, matchingPrecedence, "only the schema named 'exempt' may have matchingPrecedence 1"));
  if (distinguisherMethod !== undefined && !["ByNamespace", "ByUser"].includes(distinguisherMethod.type))
    errors.push(notSupported("spec.distinguisherMethod.type", goMethod(distinguisherMethod.type), ["ByNamespace", "ByUser"]));
  const level = priorityLevelConfiguration?.name ?? "";
  if (level === "") errors.push(required("spec.priorityLevelConfiguration.name", "must reference a priority level"));
  else errors.push(...followsRule(dns1123Subdomain, level, "spec.priorityLevelConfiguration.name"));
  return [
    ...errors,
    ...rules.flatMap((rule, index) => ruleErrors(rule, at("spec.rules", index))),
    ...fixedErrors(schema, mandatoryFlowSchemas),
    ...flowStatusErrors(schema),
  ];
};

/** The struct as Go prints it. */
const goMethod = (type: string): GoSyntax => new GoSyntax(`flowcontrol.FlowDistinguisherMethod{Type:${quote(type)}}`);

/** What every cluster needs as it is. */
const fixedErrors = (
  { metadata: { name = "" }, spec }: FlowSchema | PriorityLevelConfiguration,
  fixed: ReadonlyMap<string, object>,
): FieldError[] => {
  const wanted = fixed.get(name);
  return wanted === undefined || semanticEqual(spec, wanted)
    ? []
    : [invalidValue("spec", spec, `spec of '${name}' must equal the fixed value`)];
};

/** Conditions are of a type, and of each type there is one. */
export const flowStatusErrors = ({ status }: FlowSchema | PriorityLevelConfiguration): FieldError[] => {
  const types = (status?.conditions ?? []).map(({ type = "" }) => type);
  return types.flatMap((type, index) => {
    const path = child(at("status.conditions", index), "type");
    return [
      ...(types.indexOf(type) < index ? [duplicate(path, type)] : []),
      ...(type === "" ? [required(path, "must not be empty")] : []),
    ];
  });
};

const maxQueues = 10_000_000;
const maxEntropyBits = 60;

/** How many bits of a hash it takes to deal a hand of queues. */
const entropyBits = (deckSize: number, handSize: number): number =>
  Math.ceil(Array.from({ length: handSize }, (_, card) => Math.log2(deckSize - card)).reduce((sum, bits) => sum + bits, 0));

const queuingErrors = ({ queues = 0, handSize = 0, queueLengthLimit = 0 }: QueuingConfiguration, path: string): FieldError[] => {
  const errors: FieldError[] = [];
  const positive = "must be positive";
  if (queueLengthLimit <= 0) errors.push(invalidValue(child(path, "queueLengthLimit"), queueLengthLimit, positive));
  const queuesPath = child(path, "queues");
  const handPath = child(path, "handSize");
  if (queues <= 0) errors.push(invalidValue(queuesPath, queues, positive));
  else if (queues > maxQueues) errors.push(invalidValue(queuesPath, queues, `must not be greater than ${maxQueues}`));
  if (handSize <= 0) errors.push(invalidValue(handPath, handSize, positive));
  else if (handSize > queues) errors.push(invalidValue(handPath, handSize, `should not be greater than queues (${queues})`));
  else if (entropyBits(queues, handSize) > maxEntropyBits) {
    const why = `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${maxEntropyBits}`;
    errors.push(invalidValue(handPath, handSize, why));
  }
  return errors;
};

const percentErrors = (percent: number | undefined, path: string): FieldError[] =>
  percent !== undefined && (percent < 0 || percent > 100)
    ? [invalidValue(path, percent, "must be between 0 and 100, inclusive")]
    : [];

const sharesErrors = (shares: number | undefined, path: string): FieldError[] =>
  (shares ?? 0) < 0 ? [invalidValue(path, shares, "must be a non-negative integer")] : [];

const limitedErrors = ({ limited }: NonNullable<PriorityLevelConfiguration["spec"]>): FieldError[] => {
  const path = "spec.limited";
  if (limited === undefined) return [required(path, "must not be empty when type is Limited")];
  const errors = [
    ...sharesErrors(limited.nominalConcurrencyShares, child(path, "nominalConcurrencyShares")),
    ...percentErrors(limited.lendablePercent, child(path, "lendablePercent")),
  ];
  if ((limited.borrowingLimitPercent ?? 0) < 0) {
    const why = "if specified, must be a non-negative integer";
    errors.push(invalidValue(child(path, "borrowingLimitPercent"), limited.borrowingLimitPercent, why));
  }
  const { type = "", queuing } = limited.limitResponse ?? {};
  const response = child(path, "limitResponse");
  if (type === "Reject" && queuing !== undefined)
    errors.push(forbiddenField(child(response, "queuing"), "must be nil if limited.limitResponse.type is not Limited"));
  else if (type === "Queue" && queuing === undefined)
    errors.push(required(child(response, "queuing"), "must not be empty if limited.limitResponse.type is Limited"));
  else if (type === "Queue") errors.push(...queuingErrors(queuing!, child(response, "queuing")));
  else if (type !== "Reject") errors.push(notSupported(child(response, "type"), type, ["Queue", "Reject"]));
  return errors;
};

export const priorityLevelConfigurationErrors = (level: PriorityLevelConfiguration): FieldError[] => [
  ...levelErrors(level),
  ...fixedErrors(level, mandatoryLevels),
  ...flowStatusErrors(level),
];

const levelErrors = (level: PriorityLevelConfiguration): FieldError[] => {
  const spec = level.spec ?? { type: "" };
  const errors: FieldError[] = [];
  if ((level.metadata.name === "exempt") !== (spec.type === "Exempt"))
    errors.push(invalidValue("spec.type", spec.type, "type must be 'Exempt' if and only if `name` is 'exempt'"));
  switch (spec.type) {
    case "Exempt":
      if (spec.limited !== undefined) errors.push(forbiddenField("spec.limited", "must be nil if the type is not Limited"));
      errors.push(
        ...sharesErrors(spec.exempt?.nominalConcurrencyShares, "spec.exempt.nominalConcurrencyShares"),
        ...percentErrors(spec.exempt?.lendablePercent, "spec.exempt.lendablePercent"),
      );
      return errors;
    case "Limited":
      if (spec.exempt !== undefined) errors.push(forbiddenField("spec.exempt", "must be nil if the type is Limited"));
      return [...errors, ...limitedErrors(spec)];
    default:
      return [...errors, ...oneOf(spec.type, ["Exempt", "Limited"], "spec.type")];
  }
};
