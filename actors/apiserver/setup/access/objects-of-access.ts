import { builtinResources } from "../../../../src/api/kinds.js";
import { storageKey } from "../../../../src/api/paths.js";
import type { UntypedObject } from "../../../../src/api/types.js";
import type { BulkObject } from "../bulk-setup.js";
import { completed } from "./complete.js";
import { type AccessObject, bootstrapPolicy } from "./policy.js";

const plurals: ReadonlyMap<string, string> = new Map([
  ["ClusterRole", "clusterroles"],
  ["ClusterRoleBinding", "clusterrolebindings"],
  ["Role", "roles"],
  ["RoleBinding", "rolebindings"],
]);

function keyOf({ kind = "", metadata }: AccessObject): string {
  const resource = builtinResources().preferred("rbac.authorization.k8s.io", plurals.get(kind) ?? "")!;
  return storageKey(resource, metadata.namespace ?? "", metadata.name ?? "");
}

/** The roles and bindings that every cluster has. */
export const accessObjects = (): BulkObject[] =>
  bootstrapPolicy().map((wanted) => ({
    key: keyOf(wanted),
    object: wanted as unknown as UntypedObject,
    hasGeneration: false,
    completed: (stored) => completed(stored as unknown as AccessObject, wanted) as unknown as UntypedObject | undefined,
  }));
