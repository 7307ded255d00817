import { at, child, duplicate, type FieldError, forbiddenField, invalidValue, required } from "../field-errors.js";
import type { LimitRange, LimitRangeItem, ResourceQuota, ScopedResourceSelectorRequirement } from "../generated/types.js";
import { semanticEqual } from "../json-value.js";
import { qualifiedName } from "../names.js";
import { compareQuantities, formatQuantity, isWholeQuantity, type ParsedQuantity, quantityOf } from "../quantity.js";
import { followsRule, quantityErrors } from "./common.js";

/** Quotas and ranges of limits. Source: "Resource Quotas" and "Limit Ranges" of the Kubernetes documentation. */

const counted = new Set([
  "pods",
  "services",
  "replicationcontrollers",
  "resourcequotas",
  "secrets",
  "configmaps",
  "persistentvolumeclaims",
  "services.nodeports",
  "services.loadbalancers",
]);
const computed = ["cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];
const standard = new Set([
  ...counted,
  ...computed,
  "ephemeral-storage",
  "requests.ephemeral-storage",
  "limits.ephemeral-storage",
  "requests.storage",
]);

const isStandard = (name: string): boolean => standard.has(name) || /^(requests\.)?hugepages-/.test(name);

const hardErrors = (name: string, amount: string, path: string): FieldError[] => {
  const errors = followsRule(qualifiedName, name, path);
  if (errors.length === 0 && !name.includes("/") && !isStandard(name))
    errors.push(invalidValue(path, name, "must be a standard resource for quota"));
  const faults = quantityErrors(amount, path);
  if (faults.length === 0 && counted.has(name) && !isWholeQuantity(quantityOf(amount)))
    faults.push(invalidValue(path, amount, "must be an integer"));
  return [...errors, ...faults];
};

const ofPods = new Set(["pods", ...computed]);
const scopeResources = new Map<string, ReadonlySet<string>>([
  ["Terminating", ofPods],
  ["NotTerminating", ofPods],
  ["NotBestEffort", ofPods],
  ["PriorityClass", ofPods],
  ["CrossNamespacePodAffinity", ofPods],
  ["BestEffort", new Set(["pods"])],
]);

/** Whether a scope makes sense for what is limited. */
const appliesToAll = (scope: string, hard: readonly string[]): boolean =>
  hard.every((name) => !isStandard(name) || scopeResources.get(scope)?.has(name) !== false);

const conflicting = [
  ["BestEffort", "NotBestEffort"],
  ["Terminating", "NotTerminating"],
] as const;

const scopesErrors = (scopes: readonly string[], hard: readonly string[]): FieldError[] => {
  const path = "spec.scopes";
  const errors = scopes.flatMap((scope) => [
    ...(scopeResources.has(scope) ? [] : [invalidValue(path, scopes, "unsupported scope")]),
    ...(appliesToAll(scope, hard) ? [] : [invalidValue(path, scopes, "unsupported scope applied to resource")]),
  ]);
  const pairs = conflicting.filter((pair) => pair.every((scope) => scopes.includes(scope)));
  return [...errors, ...pairs.map(() => invalidValue(path, scopes, "conflicting scopes"))];
};

const onlyExists =
  "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";

const selectorErrors = (of: ScopedResourceSelectorRequirement, hard: readonly string[]): FieldError[] => {
  const path = "spec.scopeSelector.matchExpressions";
  const { scopeName, operator, values = [] } = of;
  const errors: FieldError[] = [];
  if (!scopeResources.has(scopeName)) errors.push(invalidValue(child(path, "scopeName"), scopeName, "unsupported scope"));
  if (!appliesToAll(scopeName, hard)) errors.push(invalidValue(path, of, "unsupported scope applied to resource"));
  if (scopeResources.has(scopeName) && scopeName !== "PriorityClass" && operator !== "Exists")
    errors.push(invalidValue(child(path, "operator"), operator, onlyExists));
  switch (operator) {
    case "In":
    case "NotIn":
      if (values.length === 0) {
        const why = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
        errors.push(required(child(path, "values"), why));
      }
      return errors;
    case "Exists":
    case "DoesNotExist":
      if (values.length > 0) {
        const why = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
        errors.push(invalidValue(child(path, "values"), values, why));
      }
      return errors;
    default:
      return [...errors, invalidValue(child(path, "operator"), operator, "not a valid selector operator")];
  }
};

export const resourceQuotaErrors = ({ spec }: ResourceQuota): FieldError[] => {
  const hard = Object.entries(spec?.hard ?? {});
  const names = hard.map(([name]) => name);
  return [
    ...hard.flatMap(([name, amount]) => hardErrors(name, amount, at("spec.hard", name))),
    ...scopesErrors(spec?.scopes ?? [], names),
    ...(spec?.scopeSelector?.matchExpressions ?? []).flatMap((of) => selectorErrors(of, names)),
  ];
};

export const resourceQuotaUpdateErrors = (quota: ResourceQuota, old: ResourceQuota): FieldError[] => {
  const sorted = ({ spec }: ResourceQuota): string[] => [...new Set(spec?.scopes ?? [])].sort();
  const same = semanticEqual(sorted(quota), sorted(old));
  return [
    ...resourceQuotaErrors(quota),
    ...(same ? [] : [invalidValue("spec.scopes", quota.spec?.scopes ?? [], "field is immutable")]),
  ];
};

const limitTypes = ["Container", "Pod", "PersistentVolumeClaim"];
const amountFields = ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"] as const;

type AmountField = (typeof amountFields)[number];

/** One amount must not be above another. */
interface Order {
  readonly low: AmountField;
  readonly high: AmountField;
  /** The field that the error is about. */
  readonly at: AmountField;
  readonly words: readonly [low: string, high: string];
}

const orders: readonly Order[] = [
  { low: "min", high: "max", at: "min", words: ["min", "max"] },
  { low: "min", high: "defaultRequest", at: "defaultRequest", words: ["min", "default request"] },
  { low: "defaultRequest", high: "max", at: "defaultRequest", words: ["default request", "max"] },
  { low: "defaultRequest", high: "default", at: "defaultRequest", words: ["default request", "default limit"] },
  { low: "min", high: "default", at: "default", words: ["min", "default"] },
  { low: "default", high: "max", at: "default", words: ["default", "max"] },
];

const one = quantityOf("1");

const relationErrors = (item: LimitRangeItem, name: string, path: string): FieldError[] => {
  const amountOf = (field: AmountField): ParsedQuantity | undefined =>
    item[field]?.[name] === undefined ? undefined : quantityOf(item[field][name]);
  const errors = orders.flatMap(({ low, high, at: field, words }) => {
    const [below, above] = [amountOf(low), amountOf(high)];
    if (below === undefined || above === undefined || compareQuantities(below, above) <= 0) return [];
    const why = `${words[0]} value ${formatQuantity(below)} is greater than ${words[1]} value ${formatQuantity(above)}`;
    return [invalidValue(at(child(path, field), name), item[field]![name], why)];
  });
  const ratio = amountOf("maxLimitRequestRatio");
  if (ratio === undefined) return errors;
  const ratioPath = at(child(path, "maxLimitRequestRatio"), name);
  const shown = formatQuantity(ratio);
  if (compareQuantities(ratio, one) < 0) errors.push(invalidValue(ratioPath, shown, `ratio ${shown} is less than 1`));
  const [least, most] = [amountOf("min"), amountOf("max")];
  if (least === undefined || most === undefined || least.nano === 0n) return errors;
  const bound = Number(most.nano) / Number(least.nano);
  if (Number(ratio.nano) / 1e9 > bound)
    errors.push(invalidValue(ratioPath, shown, `ratio ${shown} is greater than max/min = ${bound.toFixed(6)}`));
  return errors;
};

const itemErrors = (item: LimitRangeItem, path: string): FieldError[] => {
  const typePath = child(path, "type");
  const type = item.type ?? "";
  const errors = followsRule(qualifiedName, type, typePath);
  if (errors.length === 0 && !type.includes("/") && !limitTypes.includes(type))
    errors.push(invalidValue(typePath, type, "must be a standard limit type or fully qualified"));
  if (type === "Pod") {
    for (const field of ["default", "defaultRequest"] as const) {
      if (Object.keys(item[field] ?? {}).length > 0)
        errors.push(forbiddenField(child(path, field), "may not be specified when `type` is 'Pod'"));
    }
  }
  if (type === "PersistentVolumeClaim" && item.min?.storage === undefined && item.max?.storage === undefined) {
    const why = "either minimum or maximum storage value is required, but neither was provided";
    errors.push(required(child(path, "limits"), why));
  }
  const names = new Set<string>();
  for (const field of amountFields) {
    for (const [name, amount] of Object.entries(item[field] ?? {})) {
      const place = at(child(path, field), name);
      names.add(name);
      errors.push(...followsRule(qualifiedName, name, place), ...quantityErrors(amount, place));
    }
  }
  return errors.length > 0 ? errors : [...names].sort().flatMap((name) => relationErrors(item, name, path));
};

export const limitRangeErrors = ({ spec }: LimitRange): FieldError[] => {
  const types = new Set<string>();
  return (spec?.limits ?? []).flatMap((item, index) => {
    const path = at("spec.limits", index);
    const repeated = types.has(item.type) ? [duplicate(child(path, "type"), item.type)] : [];
    types.add(item.type);
    return [...repeated, ...itemErrors(item, path)];
  });
};
