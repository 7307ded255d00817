/**
 * Keeps the rules of roles that gather those of others:
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles
 */
import { aggregatedRules } from "../../../../src/api/access/aggregation.js";
import { semanticEqual } from "../../../../src/api/json-value.js";
import type { ClusterRole, KubernetesObject } from "../../../../src/api/types.js";
import type { ControllerDefinition } from "../../engine/controller.js";
import type { Informed, Informers } from "../../engine/informers.js";
import { keyOf, pathTo } from "../../engine/ownership.js";
import { nothingToDo, type Plan } from "../../engine/plan.js";

const path = { group: "rbac.authorization.k8s.io", version: "v1", resource: "clusterroles" } as const;

export function reconcileAggregation(role: ClusterRole, roles: readonly ClusterRole[]): Plan {
  if (role.aggregationRule === undefined) return nothingToDo;
  const rules = aggregatedRules(role, roles);
  if (semanticEqual(rules, role.rules ?? [])) return nothingToDo;
  const { managedFields: _, ...metadata } = role.metadata;
  const object: ClusterRole = { ...role, metadata, rules };
  return { writes: [{ request: { verb: "update", path: pathTo(path, role), object } }] };
}

export function roleAggregationController(informers: Informers): ControllerDefinition {
  const roles = informers.of<ClusterRole>({ path });
  return {
    name: "clusterrole-aggregation",
    serviceAccount: "clusterrole-aggregation-controller",
    workers: 1,
    needs: [roles] as ReadonlyArray<Informed<KubernetesObject>>,
    reconcile: (key) => {
      const role = roles.store.get(key);
      return role === undefined ? nothingToDo : reconcileAggregation(role, roles.store.list());
    },
    follow: (enqueue) => {
      roles.subscribe(() => {
        for (const role of roles.store.list()) if (role.aggregationRule !== undefined) enqueue(keyOf(role));
      });
    },
  };
}
