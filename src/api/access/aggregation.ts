/** Roles that gather the rules of others: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles */
import type { ClusterRole, PolicyRule } from "../generated/types.js";
import { deepEqual } from "../json-value.js";
import { compileLabelSelector } from "../selectors.js";

/** The rules of all roles that `role` selects, in the order of their names, each once. */
export function aggregatedRules(role: ClusterRole, roles: readonly ClusterRole[]): PolicyRule[] {
  const selectors = (role.aggregationRule?.clusterRoleSelectors ?? []).map((selector) => compileLabelSelector(selector));
  const nameOf = ({ metadata }: ClusterRole): string => metadata.name ?? "";
  const inOrder = [...roles].sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
  const gathered: PolicyRule[] = [];
  const seen = new Set<ClusterRole>();
  for (const selects of selectors) {
    for (const other of inOrder) {
      // A role does not gather itself.
      if (nameOf(other) === nameOf(role) || seen.has(other) || !selects(other.metadata.labels)) continue;
      seen.add(other);
      for (const rule of other.rules ?? []) if (!gathered.some((known) => deepEqual(known, rule))) gathered.push(rule);
    }
  }
  return gathered;
}
