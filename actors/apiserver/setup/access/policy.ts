/**
 * Every role and binding that a cluster has from the first moment on, those of Kubernetes 1.33:
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings
 */
import { aggregatedRules } from "../../../../src/api/access/aggregation.js";
import type { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from "../../../../src/api/types.js";
import { componentRoles } from "./component-roles.js";
import { controllerRules } from "./controller-roles.js";
import { clusterRole, clusterRoleBinding, role, roleBinding, toGroup, toServiceAccount, toUser } from "./objects.js";
import { eventsRule, read, rule } from "./rules.js";
import { userRoles } from "./user-roles.js";

export type AccessObject = ClusterRole | ClusterRoleBinding | Role | RoleBinding;

const controllerRole = (serviceAccount: string): string => `system:controller:${serviceAccount}`;

const authenticated = toGroup("system:authenticated");
const controllerManager = toUser("system:kube-controller-manager");
const scheduler = toUser("system:kube-scheduler");

function clusterRoles(): ClusterRole[] {
  const roles = [
    ...userRoles,
    ...componentRoles,
    ...controllerRules.map(([serviceAccount, rules]) => clusterRole(controllerRole(serviceAccount), rules)),
  ];
  // What the aggregation controller would fill in when it has come up is there at once. view is gathered by edit, edit by admin.
  for (const name of ["view", "edit", "admin"]) {
    const index = roles.findIndex(({ metadata }) => metadata.name === name);
    roles[index] = { ...roles[index]!, rules: aggregatedRules(roles[index]!, roles) };
  }
  return roles;
}

const clusterRoleBindings = (): ClusterRoleBinding[] => [
  clusterRoleBinding("cluster-admin", [toGroup("system:masters")]),
  clusterRoleBinding("system:basic-user", [authenticated]),
  clusterRoleBinding("system:discovery", [authenticated]),
  clusterRoleBinding("system:kube-controller-manager", [controllerManager]),
  clusterRoleBinding("system:kube-dns", [toServiceAccount("kube-dns")]),
  clusterRoleBinding("system:kube-scheduler", [scheduler]),
  clusterRoleBinding("system:monitoring", [toGroup("system:monitoring")]),
  // Kubelets are let in by the node authorizer.
  clusterRoleBinding("system:node", []),
  clusterRoleBinding("system:node-proxier", [toUser("system:kube-proxy")]),
  clusterRoleBinding("system:public-info-viewer", [authenticated, toGroup("system:unauthenticated")]),
  clusterRoleBinding("system:service-account-issuer-discovery", [toGroup("system:serviceaccounts")]),
  clusterRoleBinding("system:volume-scheduler", [scheduler]),
  ...controllerRules.map(([account]) => clusterRoleBinding(controllerRole(account), [toServiceAccount(account)])),
];

const leaderLocking = (component: string): Role =>
  role("kube-system", `system::leader-locking-${component}`, [
    rule("watch", "core", "configmaps"),
    rule("get update", "core", "configmaps", component),
    rule("create get list update watch", "coordination.k8s.io", "leases"),
    rule("create get list update watch", "coordination.k8s.io", "leasecandidates"),
  ]);

const namespacedRoles = (): Role[] => [
  role("kube-public", controllerRole("bootstrap-signer"), [
    rule(read, "core", "configmaps"),
    rule("update", "core", "configmaps", "cluster-info"),
    eventsRule,
  ]),
  role("kube-system", "extension-apiserver-authentication-reader", [
    rule(read, "core", "configmaps", "extension-apiserver-authentication"),
  ]),
  leaderLocking("kube-controller-manager"),
  leaderLocking("kube-scheduler"),
  role("kube-system", controllerRole("bootstrap-signer"), [rule(read, "core", "secrets")]),
  role("kube-system", controllerRole("cloud-provider"), [rule(`${read} create`, "core", "configmaps")]),
  role("kube-system", controllerRole("token-cleaner"), [rule(`${read} delete`, "core", "secrets"), eventsRule]),
];

const toItsAccount = (namespace: string, account: string): RoleBinding =>
  roleBinding(namespace, controllerRole(account), [toServiceAccount(account)]);

const roleBindings = (): RoleBinding[] => [
  toItsAccount("kube-public", "bootstrap-signer"),
  roleBinding(
    "kube-system",
    "system::extension-apiserver-authentication-reader",
    [controllerManager, scheduler],
    "extension-apiserver-authentication-reader",
  ),
  roleBinding("kube-system", "system::leader-locking-kube-controller-manager", [
    controllerManager,
    toServiceAccount("kube-controller-manager"),
  ]),
  roleBinding("kube-system", "system::leader-locking-kube-scheduler", [scheduler, toServiceAccount("kube-scheduler")]),
  toItsAccount("kube-system", "bootstrap-signer"),
  toItsAccount("kube-system", "cloud-provider"),
  toItsAccount("kube-system", "token-cleaner"),
];

let made: readonly AccessObject[] | undefined;

/** Never to be changed: all API servers of a process share them. */
export function bootstrapPolicy(): readonly AccessObject[] {
  made ??= [...clusterRoles(), ...clusterRoleBindings(), ...namespacedRoles(), ...roleBindings()];
  return made;
}
