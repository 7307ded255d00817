/**
 * A role for each controller, bound to the service account of kube-system that it acts as:
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#controller-roles
 */
import type { PolicyRule } from "../../../../src/api/types.js";
import { eventsRule, read, rule } from "./rules.js";

const readUpdate = `${read} update`;

export const controllerRules: ReadonlyArray<readonly [serviceAccount: string, rules: readonly PolicyRule[]]> = [
  [
    "attachdetach-controller",
    [
      rule("list watch", "core", "persistentvolumeclaims persistentvolumes"),
      rule(read, "core", "nodes"),
      rule("patch update", "core", "nodes/status"),
      rule("list watch", "core", "pods"),
      eventsRule,
      rule("create delete get list watch", "storage.k8s.io", "volumeattachments"),
      rule(read, "storage.k8s.io", "csidrivers"),
      rule(read, "storage.k8s.io", "csinodes"),
    ],
  ],
  [
    "certificate-controller",
    [
      rule(`${read} delete`, "certificates.k8s.io", "certificatesigningrequests"),
      rule("update", "certificates.k8s.io", "certificatesigningrequests/approval certificatesigningrequests/status"),
      rule("approve", "certificates.k8s.io", "signers", "kubernetes.io/kube-apiserver-client-kubelet"),
      rule(
        "sign",
        "certificates.k8s.io",
        "signers",
        "kubernetes.io/kube-apiserver-client kubernetes.io/kube-apiserver-client-kubelet kubernetes.io/kubelet-serving kubernetes.io/legacy-unknown",
      ),
      rule("create", "authorization.k8s.io", "subjectaccessreviews"),
      eventsRule,
    ],
  ],
  ["clusterrole-aggregation-controller", [rule(`${read} escalate patch update`, "rbac.authorization.k8s.io", "clusterroles")]],
  [
    "cronjob-controller",
    [
      rule(readUpdate, "batch", "cronjobs"),
      rule(`${readUpdate} create delete patch`, "batch", "jobs"),
      rule("update", "batch", "cronjobs/status"),
      rule("update", "batch", "cronjobs/finalizers"),
      rule("delete list watch", "core", "pods"),
      eventsRule,
    ],
  ],
  [
    "daemon-set-controller",
    [
      rule(read, "apps extensions", "daemonsets"),
      rule("update", "apps extensions", "daemonsets/status"),
      rule("update", "apps extensions", "daemonsets/finalizers"),
      rule("list watch", "core", "nodes"),
      rule("create delete list patch watch", "core", "pods"),
      rule("create", "core", "pods/binding"),
      rule(`${readUpdate} create delete patch`, "apps", "controllerrevisions"),
      eventsRule,
    ],
  ],
  [
    "deployment-controller",
    [
      rule(readUpdate, "apps extensions", "deployments"),
      rule("update", "apps extensions", "deployments/status"),
      rule("update", "apps extensions", "deployments/finalizers"),
      rule(`${readUpdate} create delete patch`, "apps extensions", "replicasets"),
      rule(readUpdate, "core", "pods"),
      eventsRule,
    ],
  ],
  [
    "disruption-controller",
    [
      rule(read, "apps extensions", "deployments"),
      rule(read, "apps extensions", "replicasets"),
      rule(read, "core", "replicationcontrollers"),
      rule(read, "policy", "poddisruptionbudgets"),
      rule(read, "apps", "statefulsets"),
      rule("update", "policy", "poddisruptionbudgets/status"),
      rule("patch update", "core", "pods/status"),
      rule("get", "*", "*/scale"),
      eventsRule,
    ],
  ],
  [
    "endpoint-controller",
    [
      rule(read, "core", "pods services"),
      rule(`${readUpdate} create delete`, "core", "endpoints"),
      rule("create", "core", "endpoints/restricted"),
      eventsRule,
    ],
  ],
  [
    "endpointslice-controller",
    [
      rule(read, "core", "nodes pods services"),
      rule("update", "core", "services/finalizers"),
      rule(`${readUpdate} create delete`, "discovery.k8s.io", "endpointslices"),
      eventsRule,
    ],
  ],
  [
    "endpointslicemirroring-controller",
    [
      rule(read, "core", "endpoints services"),
      rule("update", "core", "services/finalizers"),
      rule("update", "core", "endpoints/finalizers"),
      rule(`${readUpdate} create delete`, "discovery.k8s.io", "endpointslices"),
      eventsRule,
    ],
  ],
  [
    "ephemeral-volume-controller",
    [
      rule(read, "core", "pods"),
      rule("update", "core", "pods/finalizers"),
      rule(`${read} create`, "core", "persistentvolumeclaims"),
      eventsRule,
    ],
  ],
  [
    "expand-controller",
    [
      rule(`${readUpdate} patch`, "core", "persistentvolumes"),
      rule("patch update", "core", "persistentvolumeclaims/status"),
      rule(read, "core", "persistentvolumeclaims"),
      eventsRule,
      rule("get", "core", "services"),
    ],
  ],
  ["generic-garbage-collector", [rule(`${readUpdate} delete patch`, "*", "*"), eventsRule]],
  [
    "horizontal-pod-autoscaler",
    [
      rule(read, "autoscaling", "horizontalpodautoscalers"),
      rule("update", "autoscaling", "horizontalpodautoscalers/status"),
      rule("get update", "*", "*/scale"),
      rule("list watch", "core", "pods"),
      rule("list watch", "metrics.k8s.io", "pods"),
      rule(read, "custom.metrics.k8s.io", "*"),
      rule(read, "external.metrics.k8s.io", "*"),
      eventsRule,
    ],
  ],
  [
    "job-controller",
    [
      rule(`${readUpdate} patch`, "batch", "jobs"),
      rule("update", "batch", "jobs/status"),
      rule("update", "batch", "jobs/finalizers"),
      rule("create delete list patch watch", "core", "pods"),
      eventsRule,
    ],
  ],
  [
    "legacy-service-account-token-cleaner",
    [
      rule("get", "core", "configmaps", "kube-apiserver-legacy-service-account-token-tracking"),
      rule("delete patch", "core", "secrets"),
    ],
  ],
  [
    "namespace-controller",
    [
      rule(`${read} delete`, "core", "namespaces"),
      rule("update", "core", "namespaces/finalize namespaces/status"),
      rule(`${read} delete deletecollection`, "*", "*"),
    ],
  ],
  [
    "node-controller",
    [
      rule(`${readUpdate} delete patch`, "core", "nodes"),
      rule("patch update", "core", "nodes/status"),
      rule("patch update", "core", "pods/status"),
      rule(`${read} delete`, "core", "pods"),
      eventsRule,
    ],
  ],
  [
    "persistent-volume-binder",
    [
      rule(`${readUpdate} create delete`, "core", "persistentvolumes"),
      rule("update", "core", "persistentvolumes/status"),
      rule(readUpdate, "core", "persistentvolumeclaims"),
      rule("update", "core", "persistentvolumeclaims/status"),
      rule(`${read} create delete`, "core", "pods"),
      rule(read, "storage.k8s.io", "storageclasses"),
      rule("list watch", "core", "nodes"),
      eventsRule,
      rule("watch", "core", "events"),
      rule("get", "core", "services"),
    ],
  ],
  [
    "pod-garbage-collector",
    [rule("delete list watch", "core", "pods"), rule(read, "core", "nodes"), rule("patch", "core", "pods/status")],
  ],
  ["pv-protection-controller", [rule(readUpdate, "core", "persistentvolumes"), eventsRule]],
  ["pvc-protection-controller", [rule(readUpdate, "core", "persistentvolumeclaims"), rule(read, "core", "pods"), eventsRule]],
  [
    "replicaset-controller",
    [
      rule(readUpdate, "apps extensions", "replicasets"),
      rule("update", "apps extensions", "replicasets/status"),
      rule("update", "apps extensions", "replicasets/finalizers"),
      rule("create delete list patch watch", "core", "pods"),
      eventsRule,
    ],
  ],
  [
    "replication-controller",
    [
      rule(readUpdate, "core", "replicationcontrollers"),
      rule("update", "core", "replicationcontrollers/status"),
      rule("update", "core", "replicationcontrollers/finalizers"),
      rule("create delete list patch watch", "core", "pods"),
      eventsRule,
    ],
  ],
  ["resourcequota-controller", [rule("list watch", "*", "*"), rule("update", "core", "resourcequotas/status"), eventsRule]],
  ["root-ca-cert-publisher", [rule("create update", "core", "configmaps"), eventsRule]],
  ["route-controller", [rule("list watch", "core", "nodes"), rule("patch", "core", "nodes/status"), eventsRule]],
  [
    "selinux-warning-controller",
    [
      eventsRule,
      rule(read, "core", "persistentvolumes"),
      rule(read, "core", "persistentvolumeclaims"),
      rule(read, "core", "pods"),
      rule(read, "storage.k8s.io", "csidrivers"),
    ],
  ],
  ["service-account-controller", [rule("create", "core", "serviceaccounts"), eventsRule]],
  [
    "service-cidrs-controller",
    [
      rule(`${readUpdate} patch`, "networking.k8s.io", "servicecidrs"),
      rule("patch update", "networking.k8s.io", "servicecidrs/finalizers"),
      rule("patch update", "networking.k8s.io", "servicecidrs/status"),
      rule(read, "networking.k8s.io", "ipaddresses"),
      eventsRule,
    ],
  ],
  [
    "service-controller",
    [
      rule(read, "core", "services"),
      rule("patch update", "core", "services/status"),
      rule("list watch", "core", "nodes"),
      eventsRule,
    ],
  ],
  [
    "statefulset-controller",
    [
      rule("list watch", "core", "pods"),
      rule(read, "apps", "statefulsets"),
      rule("update", "apps", "statefulsets/status"),
      rule("update", "apps", "statefulsets/finalizers"),
      rule("create delete get patch update", "core", "pods"),
      rule(`${readUpdate} create delete patch`, "apps", "controllerrevisions"),
      rule(`${read} create`, "core", "persistentvolumeclaims"),
      rule("delete update", "core", "persistentvolumeclaims"),
      rule("update", "core", "pods/finalizers"),
      eventsRule,
    ],
  ],
  ["ttl-after-finished-controller", [rule(`${read} delete`, "batch", "jobs"), eventsRule]],
  ["ttl-controller", [rule("list patch update watch", "core", "nodes"), eventsRule]],
  [
    "validatingadmissionpolicy-status-controller",
    [
      rule(read, "admissionregistration.k8s.io", "validatingadmissionpolicies"),
      rule("get patch update", "admissionregistration.k8s.io", "validatingadmissionpolicies/status"),
      eventsRule,
    ],
  ],
];
