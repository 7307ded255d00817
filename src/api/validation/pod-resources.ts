import { at, child, type FieldError, forbiddenField, invalidValue, required } from "../field-errors.js";
import type { PodResourceClaim, ResourceRequirements } from "../generated/types.js";
import { qualifiedName } from "../names.js";
import { canonicalQuantity, compareQuantities, isWholeQuantity, parseQuantity, quantityOf } from "../quantity.js";
import { followsRule, quantityErrors } from "./common.js";
import { containerClaimsErrors } from "./pod-claims.js";

/** What a container asks for and may use. Source: "Resource Management for Pods and Containers". */

const overcommittable = (name: string): boolean =>
  !name.startsWith(hugePages) && (!name.includes("/") || name.includes("kubernetes.io/"));

const hugePages = "hugepages-";
const standardResources = new Set(["cpu", "memory", "ephemeral-storage"]);

const countedResources = new Set([
  "requests.cpu",
  "requests.memory",
  "requests.ephemeral-storage",
  "limits.cpu",
  "limits.memory",
  "limits.ephemeral-storage",
  "pods",
  "resourcequotas",
  "services",
  "replicationcontrollers",
  "secrets",
  "configmaps",
  "persistentvolumeclaims",
  "storage",
]);

export const resourceNameErrors = (name: string, path: string): FieldError[] => {
  const errors = followsRule(qualifiedName, name, path);
  if (name.includes("/")) {
    if (name.includes("kubernetes.io/") || (!name.startsWith("requests.") && qualifiedName(`requests.${name}`).length === 0))
      return errors;
    return [...errors, invalidValue(path, name, "doesn't follow extended resource name standard")];
  }
  if (standardResources.has(name) || name.startsWith(hugePages)) return errors;
  if (errors.length === 0 && !countedResources.has(name))
    errors.push(invalidValue(path, name, "must be a standard resource type or fully qualified"));
  return [...errors, invalidValue(path, name, "must be a standard resource for containers")];
};

type Amounts = { [key: string]: string };

/** Pages come whole. */
const pagesErrors = (name: string, amount: string, path: string): FieldError[] => {
  if (!name.startsWith(hugePages)) return [];
  const size = parseQuantity(name.slice(hugePages.length));
  const asked = quantityOf(amount).nano;
  if (size.ok && size.value.nano > 0n && asked > 0n && asked % size.value.nano === 0n) return [];
  const shown = canonicalQuantity(amount);
  return [invalidValue(path, shown, `${shown} is not positive integer multiple of ${name}`)];
};

const amountErrors = (name: string, amount: string, path: string): FieldError[] => {
  const errors = [...resourceNameErrors(name, path), ...quantityErrors(amount, path)];
  const extended = name.includes("/") && !name.includes("kubernetes.io/");
  if (errors.length === 0 && extended && !isWholeQuantity(quantityOf(amount)))
    errors.push(invalidValue(path, amount, "must be an integer"));
  return errors.length === 0 ? pagesErrors(name, amount, path) : errors;
};

/** What is asked for is at most what is allowed, and just that of what nobody gets more of than is there. */
const orderErrors = (name: string, request: string, limits: Amounts | undefined, path: string): FieldError[] => {
  if (limits === undefined || !Object.hasOwn(limits, name)) {
    if (overcommittable(name)) return [];
    return [required(child(path, "limits"), "Limit must be set for non overcommitable resources")];
  }
  const order = compareQuantities(quantityOf(request), quantityOf(limits[name]));
  const requestsPath = child(path, "requests");
  const limit = `${name} limit of ${canonicalQuantity(limits[name]!)}`;
  const shown = canonicalQuantity(request);
  if (order !== 0 && !overcommittable(name)) return [invalidValue(requestsPath, shown, `must be equal to ${limit}`)];
  return order > 0 ? [invalidValue(requestsPath, shown, `must be less than or equal to ${limit}`)] : [];
};

export const resourcesErrors = (
  resources: ResourceRequirements | undefined,
  path: string,
  claimed?: readonly PodResourceClaim[],
): FieldError[] => {
  if (resources === undefined) return [];
  const { limits, requests } = resources;
  const errors: FieldError[] = [];
  const names = [...Object.keys(limits ?? {}), ...Object.keys(requests ?? {})];
  for (const name of Object.keys(limits ?? {}))
    errors.push(...amountErrors(name, limits![name]!, at(child(path, "limits"), name)));
  for (const name of Object.keys(requests ?? {})) {
    const faults = amountErrors(name, requests![name]!, at(child(path, "requests"), name));
    const readable = parseQuantity(requests![name]!).ok && parseQuantity(limits?.[name] ?? "0").ok;
    errors.push(...faults, ...(readable ? orderErrors(name, requests![name]!, limits, path) : []));
  }
  const pages = names.some((name) => name.startsWith(hugePages));
  if (pages && !names.includes("cpu") && !names.includes("memory"))
    errors.push(forbiddenField(path, "HugePages require cpu or memory"));
  return [...errors, ...containerClaimsErrors(resources, child(path, "claims"), claimed)];
};
