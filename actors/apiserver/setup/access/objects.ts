/** The objects that bootstrap roles and bindings are. */
import type {
  ClusterRole,
  ClusterRoleBinding,
  ObjectMeta,
  PolicyRule,
  Role,
  RoleBinding,
  Subject,
} from "../../../../src/api/types.js";

const group = "rbac.authorization.k8s.io";
const apiVersion = `${group}/v1`;

/** Objects with this annotation are completed at every start; a user turns that off by another value. */
export const autoupdate = "rbac.authorization.kubernetes.io/autoupdate";

const metadata = (name: string, labels: Readonly<Record<string, string>> = {}): ObjectMeta => ({
  name,
  annotations: { [autoupdate]: "true" },
  labels: { "kubernetes.io/bootstrapping": "rbac-defaults", ...labels },
});

export const clusterRole = (
  name: string,
  rules: readonly PolicyRule[],
  labels: Readonly<Record<string, string>> = {},
): ClusterRole => ({ kind: "ClusterRole", apiVersion, metadata: metadata(name, labels), rules: [...rules] });

export const role = (namespace: string, name: string, rules: readonly PolicyRule[]): Role => ({
  kind: "Role",
  apiVersion,
  metadata: { ...metadata(name), namespace },
  rules: [...rules],
});

export const toGroup = (name: string): Subject => ({ kind: "Group", apiGroup: group, name });
export const toUser = (name: string): Subject => ({ kind: "User", apiGroup: group, name });
export const toServiceAccount = (name: string, namespace = "kube-system"): Subject => ({
  kind: "ServiceAccount",
  name,
  namespace,
});

const roleRef = (kind: string, name: string) => ({ apiGroup: group, kind, name });

/** Binds the role of the same name. */
export const clusterRoleBinding = (name: string, subjects: readonly Subject[], roleName = name): ClusterRoleBinding => ({
  kind: "ClusterRoleBinding",
  apiVersion,
  metadata: metadata(name),
  roleRef: roleRef("ClusterRole", roleName),
  ...(subjects.length === 0 ? {} : { subjects: [...subjects] }),
});

export const roleBinding = (namespace: string, name: string, subjects: readonly Subject[], roleName = name): RoleBinding => ({
  kind: "RoleBinding",
  apiVersion,
  metadata: { ...metadata(name), namespace },
  roleRef: roleRef("Role", roleName),
  subjects: [...subjects],
});
