/** Roles of Kubernetes' components: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#core-component-roles */
import type { ClusterRole } from "../../../../src/api/types.js";
import { nodeRules } from "./node-rules.js";
import { clusterRole } from "./objects.js";
import { eventsRule, read, readWrite, rule } from "./rules.js";

const readUpdate = `${read} patch update`;
const certificates = "certificates.k8s.io";
const reviews = [
  rule("create", "authentication.k8s.io", "tokenreviews"),
  rule("create", "authorization.k8s.io", "subjectaccessreviews"),
];

/** May approve certificates of one signer. */
const approver = (signer: string): ClusterRole =>
  clusterRole(`system:certificates.k8s.io:${signer}-approver`, [
    rule("approve", certificates, "signers", `kubernetes.io/${signer}`),
  ]);

/** Whose kubelets' certificates are approved without a person. */
const approved = (kind: string): ClusterRole =>
  clusterRole(`system:certificates.k8s.io:certificatesigningrequests:${kind}`, [
    rule("create", certificates, `certificatesigningrequests/${kind}`),
  ]);

export const componentRoles: readonly ClusterRole[] = [
  clusterRole("system:auth-delegator", reviews),
  approved("nodeclient"),
  approved("selfnodeclient"),
  approver("kube-apiserver-client"),
  approver("kube-apiserver-client-kubelet"),
  approver("kubelet-serving"),
  approver("legacy-unknown"),
  clusterRole("system:heapster", [rule(read, "core", "events namespaces nodes pods"), rule(read, "extensions", "deployments")]),
  clusterRole("system:kube-aggregator", [rule(read, "core", "endpoints services")]),
  clusterRole("system:kube-controller-manager", [
    eventsRule,
    rule("create", "coordination.k8s.io", "leases"),
    rule("get update", "coordination.k8s.io", "leases", "kube-controller-manager"),
    rule("create", "core", "secrets serviceaccounts"),
    rule("delete", "core", "secrets"),
    rule("get", "core", "configmaps namespaces secrets serviceaccounts"),
    rule("update", "core", "secrets serviceaccounts"),
    ...reviews,
    rule("list watch", "*", "*"),
    rule("create", "core", "serviceaccounts/token"),
  ]),
  clusterRole("system:kube-dns", [rule("list watch", "core", "endpoints services")]),
  clusterRole("system:kube-scheduler", [
    eventsRule,
    rule("create", "coordination.k8s.io", "leases"),
    rule("get list update watch", "coordination.k8s.io", "leases", "kube-scheduler"),
    rule(readWrite, "coordination.k8s.io", "leasecandidates"),
    rule(read, "core", "nodes"),
    rule("delete get list watch", "core", "pods"),
    rule("create", "core", "bindings pods/binding"),
    rule("patch update", "core", "pods/status"),
    rule(read, "core", "replicationcontrollers services"),
    rule(read, "apps extensions", "replicasets"),
    rule(read, "apps", "statefulsets"),
    rule(read, "policy", "poddisruptionbudgets"),
    rule(read, "core", "persistentvolumeclaims persistentvolumes"),
    ...reviews,
    rule(read, "storage.k8s.io", "csinodes"),
    rule(read, "storage.k8s.io", "volumeattachments"),
    rule(read, "core", "namespaces"),
    rule(read, "storage.k8s.io", "csidrivers"),
    rule(read, "storage.k8s.io", "csistoragecapacities"),
  ]),
  clusterRole("system:kubelet-api-admin", [
    rule(read, "core", "nodes"),
    rule("proxy", "core", "nodes"),
    rule("*", "core", "nodes/log nodes/metrics nodes/proxy nodes/stats"),
    rule("*", "core", "nodes/configz nodes/healthz nodes/pods"),
  ]),
  clusterRole("system:node", nodeRules),
  clusterRole("system:node-bootstrapper", [rule("create get list watch", certificates, "certificatesigningrequests")]),
  clusterRole("system:node-problem-detector", [rule("get", "core", "nodes"), rule("patch", "core", "nodes/status"), eventsRule]),
  clusterRole("system:node-proxier", [
    rule("list watch", "core", "endpoints services"),
    rule(read, "core", "nodes"),
    eventsRule,
    rule("list watch", "networking.k8s.io", "servicecidrs"),
    rule("list watch", "discovery.k8s.io", "endpointslices"),
  ]),
  clusterRole("system:persistent-volume-provisioner", [
    rule("create delete get list watch", "core", "persistentvolumes"),
    rule("get list update watch", "core", "persistentvolumeclaims"),
    rule(read, "storage.k8s.io", "storageclasses"),
    rule("watch", "core", "events"),
    eventsRule,
  ]),
  clusterRole("system:volume-scheduler", [
    rule(readUpdate, "core", "persistentvolumes"),
    rule(read, "storage.k8s.io", "storageclasses"),
    rule(readUpdate, "core", "persistentvolumeclaims"),
  ]),
];
