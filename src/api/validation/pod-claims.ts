import { at, child, duplicate, type FieldError, invalidValue, notFoundValue, required } from "../field-errors.js";
import type { PodResourceClaim, PodSpec, ResourceRequirements } from "../generated/types.js";
import { dns1123Label, dns1123Subdomain } from "../names.js";
import { followsRule } from "./common.js";

/** The devices that a pod claims. Source: "Dynamic Resource Allocation" of the Kubernetes documentation. */

const claimErrors = (claim: PodResourceClaim, path: string, seen: Set<string>): FieldError[] => {
  const { name, resourceClaimName, resourceClaimTemplateName } = claim;
  const namePath = child(path, "name");
  const errors: FieldError[] = [];
  if (!name) errors.push(required(namePath));
  else if (seen.has(name)) errors.push(duplicate(namePath, name));
  else errors.push(...followsRule(dns1123Label, name, namePath));
  seen.add(name);
  if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined) {
    const detail = "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified";
    errors.push(invalidValue(path, claim, detail));
  }
  if (resourceClaimName === undefined && resourceClaimTemplateName === undefined) {
    const detail = "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`";
    errors.push(invalidValue(path, claim, detail));
  }
  for (const field of ["resourceClaimName", "resourceClaimTemplateName"] as const)
    if (claim[field] !== undefined) errors.push(...followsRule(dns1123Subdomain, claim[field], child(path, field)));
  return errors;
};

export const podClaimsErrors = (spec: PodSpec, path: string): FieldError[] => {
  const seen = new Set<string>();
  return (spec.resourceClaims ?? []).flatMap((claim, index) => claimErrors(claim, at(path, index), seen));
};

/** A claim that is not among those of the pod. */
const unclaimed = (name: string, claimed: readonly PodResourceClaim[], path: string): FieldError => {
  const names = claimed.map((claim) => claim.name).sort();
  const known = names.length === 0 ? " which is empty" : `: ${names.join(", ")}`;
  const error = notFoundValue(path, name);
  return { ...error, body: `${error.body}: must be one of the names in pod.spec.resourceClaims${known}` };
};

/** A container names claims of its pod, each once: all of it, or one request of it. */
export const containerClaimsErrors = (
  resources: ResourceRequirements | undefined,
  path: string,
  claimed: readonly PodResourceClaim[] | undefined,
): FieldError[] => {
  const seen = new Set<string>();
  return (resources?.claims ?? []).flatMap(({ name, request }, index) => {
    const itemPath = at(path, index);
    if (!name) return [required(itemPath)];
    const errors: FieldError[] = [];
    if (seen.has(name)) errors.push(duplicate(itemPath, name));
    else {
      if (request) errors.push(...followsRule(dns1123Label, request, child(itemPath, "request")));
      const key = request ? `${name}/${request}` : name;
      const overlaps = !request && [...seen].some((other) => other.startsWith(`${name}/`));
      if (seen.has(key) || overlaps) errors.push(duplicate(itemPath, key));
      seen.add(key);
    }
    if (!claimed?.some((claim) => claim.name === name)) errors.push(unclaimed(name, claimed ?? [], itemPath));
    return errors;
  });
};
