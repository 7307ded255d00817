import { at, child, type FieldError, forbiddenField, invalidValue, notSupported, required } from "../field-errors.js";
import type {
  FlowcontrolV1Subject,
  FlowSchema,
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  PriorityLevelConfiguration,
  QueuingConfiguration,
  ResourcePolicyRule,
} from "../generated/types.js";
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

const verbErrors = (rule: ResourcePolicyRule | NonResourcePolicyRule, path: string): FieldError[] =>
  listErrors(rule.verbs, child(path, "verbs"), "verbs must contain at least one value", "verbs");

const resourceRuleErrors = (rule: ResourcePolicyRule, path: string): FieldError[] => [
  ...verbErrors(rule, path),
  ...listErrors(rule.apiGroups, child(path, "apiGroups"), "resource rules must supply at least one api group", "api groups"),
  ...listErrors(rule.resources, child(path, "resources"), "resource rules must supply at least one resource", "resources"),
  ...((rule.namespaces?.length ?? 0) === 0 && rule.clusterScope !== true
    ? [required(child(path, "namespaces"), "resource rules that are not cluster scoped must supply at least one namespace")]
    : []),
  ...((rule.namespaces?.length ?? 0) > 1 && rule.namespaces!.includes("*")
    ? [invalidValue(child(path, "namespaces"), rule.namespaces, "if '*' is present, must not specify other namespaces")]
    : []),
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

const subjectErrors = (subject: FlowcontrolV1Subject, path: string): FieldError[] => {
  const of = { User: "user", Group: "group", ServiceAccount: "serviceAccount" } as const;
  if (!Object.hasOwn(of, subject.kind)) {
    return [notSupported(child(path, "kind"), subject.kind ?? "", ["Group", "ServiceAccount", "User"])];
  }
  const field = of[subject.kind as keyof typeof of];
  const others = Object.values(of).filter((other) => other !== field && subject[other] !== undefined);
  const errors = others.map((other) =>
    forbiddenField(child(path, other), `${other} is forbidden when subject kind is not '${subject.kind}'`),
  );
  const named = subject[field];
  if (named === undefined)
    return [...errors, required(child(path, field), `${field} is required when subject kind is '${subject.kind}'`)];
  if (!named.name) errors.push(required(child(child(path, field), "name")));
  if (field === "serviceAccount") {
    const { namespace = "" } = subject.serviceAccount!;
    if (namespace === "")
      errors.push(required(child(child(path, field), "namespace"), "must specify namespace for service account"));
    else if (namespace !== "*") errors.push(...followsRule(dns1123Label, namespace, child(child(path, field), "namespace")));
  }
  return errors;
};

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
    errors.push(notSupported("spec.distinguisherMethod", distinguisherMethod, ["ByNamespace", "ByUser"]));
  const level = priorityLevelConfiguration?.name ?? "";
  if (level === "") errors.push(required("spec.priorityLevelConfiguration.name", "must reference a priority level"));
  else errors.push(...followsRule(dns1123Subdomain, level, "spec.priorityLevelConfiguration.name"));
  return [...errors, ...rules.flatMap((rule, index) => ruleErrors(rule, at("spec.rules", index)))];
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

export const priorityLevelConfigurationErrors = (level: PriorityLevelConfiguration): FieldError[] => {
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
