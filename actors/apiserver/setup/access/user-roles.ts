/**
 * Roles for people and for whoever asks: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles and
 * #discovery-roles. admin, edit and view gather the rules of the roles that are labelled for them.
 */
import type { ClusterRole } from "../../../../src/api/types.js";
import { clusterRole } from "./objects.js";
import { pathRule, read, readWrite, rule, write } from "./rules.js";

const aggregateTo = (role: string): string => `rbac.authorization.k8s.io/aggregate-to-${role}`;
const labelledFor = (role: string) => ({ [aggregateTo(role)]: "true" });

/** Gathers what is labelled for it; is itself gathered by `into`. */
function gathering(name: string, into?: string): ClusterRole {
  const role = clusterRole(name, [], into === undefined ? {} : labelledFor(into));
  return { ...role, aggregationRule: { clusterRoleSelectors: [{ matchLabels: labelledFor(name) }] } };
}

const toEdit = [
  rule(read, "core", "pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy"),
  rule("impersonate", "core", "serviceaccounts"),
  rule(write, "core", "pods pods/attach pods/exec pods/portforward pods/proxy"),
  rule("create", "core", "pods/eviction"),
  rule(
    write,
    "core",
    "configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy",
  ),
  rule("create", "core", "serviceaccounts/token"),
  rule(
    write,
    "apps",
    "daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale",
  ),
  rule(write, "autoscaling", "horizontalpodautoscalers"),
  rule(write, "batch", "cronjobs jobs"),
  rule(
    write,
    "extensions",
    "daemonsets deployments deployments/rollback deployments/scale ingresses networkpolicies replicasets replicasets/scale replicationcontrollers/scale",
  ),
  rule(write, "policy", "poddisruptionbudgets"),
  rule(write, "networking.k8s.io", "ingresses networkpolicies"),
  rule(readWrite, "coordination.k8s.io", "leases"),
];

const toView = [
  rule(
    read,
    "core",
    "configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status",
  ),
  rule(
    read,
    "core",
    "bindings events limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status",
  ),
  rule(read, "core", "namespaces"),
  rule(read, "discovery.k8s.io", "endpointslices"),
  rule(
    read,
    "apps",
    "controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status",
  ),
  rule(read, "autoscaling", "horizontalpodautoscalers horizontalpodautoscalers/status"),
  rule(read, "batch", "cronjobs cronjobs/status jobs jobs/status"),
  rule(
    read,
    "extensions",
    "daemonsets daemonsets/status deployments deployments/scale deployments/status ingresses ingresses/status networkpolicies replicasets replicasets/scale replicasets/status replicationcontrollers/scale",
  ),
  rule(read, "policy", "poddisruptionbudgets poddisruptionbudgets/status"),
  rule(read, "networking.k8s.io", "ingresses ingresses/status networkpolicies"),
];

export const userRoles: readonly ClusterRole[] = [
  clusterRole("cluster-admin", [rule("*", "*", "*"), pathRule("*", "*")]),
  gathering("admin"),
  gathering("edit", "admin"),
  gathering("view", "edit"),
  clusterRole(
    "system:aggregate-to-admin",
    [
      rule("create", "authorization.k8s.io", "localsubjectaccessreviews"),
      rule(readWrite, "rbac.authorization.k8s.io", "rolebindings roles"),
    ],
    labelledFor("admin"),
  ),
  clusterRole("system:aggregate-to-edit", toEdit, labelledFor("edit")),
  clusterRole("system:aggregate-to-view", toView, labelledFor("view")),
  clusterRole("system:discovery", [
    pathRule("get", "/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/"),
  ]),
  clusterRole("system:monitoring", [
    pathRule("get", "/healthz /healthz/* /livez /livez/* /metrics /metrics/slis /readyz /readyz/*"),
  ]),
  clusterRole("system:basic-user", [
    rule("create", "authorization.k8s.io", "selfsubjectaccessreviews selfsubjectrulesreviews"),
    rule("create", "authentication.k8s.io", "selfsubjectreviews"),
  ]),
  clusterRole("system:public-info-viewer", [pathRule("get", "/healthz /livez /readyz /version /version/")]),
  clusterRole("system:service-account-issuer-discovery", [
    pathRule("get", "/.well-known/openid-configuration /.well-known/openid-configuration/ /openid/v1/jwks /openid/v1/jwks/"),
  ]),
];
