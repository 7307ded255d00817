/**
 * What Kubernetes 1.33 says of its resources in code rather than in the API definitions: short names, categories,
 * the order of groups. Keys are `<group>/<plural>`, the core group being empty.
 */

/** Short names that kubectl resolves by discovery. Source: `kubectl api-resources` of Kubernetes 1.33. */
export const shortNames: ReadonlyMap<string, readonly string[]> = new Map([
  ["/componentstatuses", ["cs"]],
  ["/configmaps", ["cm"]],
  ["/endpoints", ["ep"]],
  ["/events", ["ev"]],
  ["/limitranges", ["limits"]],
  ["/namespaces", ["ns"]],
  ["/nodes", ["no"]],
  ["/persistentvolumeclaims", ["pvc"]],
  ["/persistentvolumes", ["pv"]],
  ["/pods", ["po"]],
  ["/replicationcontrollers", ["rc"]],
  ["/resourcequotas", ["quota"]],
  ["/serviceaccounts", ["sa"]],
  ["/services", ["svc"]],
  ["apiextensions.k8s.io/customresourcedefinitions", ["crd", "crds"]],
  ["apps/daemonsets", ["ds"]],
  ["apps/deployments", ["deploy"]],
  ["apps/replicasets", ["rs"]],
  ["apps/statefulsets", ["sts"]],
  ["autoscaling/horizontalpodautoscalers", ["hpa"]],
  ["batch/cronjobs", ["cj"]],
  ["certificates.k8s.io/certificatesigningrequests", ["csr"]],
  ["events.k8s.io/events", ["ev"]],
  ["networking.k8s.io/ingresses", ["ing"]],
  ["networking.k8s.io/ipaddresses", ["ip"]],
  ["networking.k8s.io/networkpolicies", ["netpol"]],
  ["policy/poddisruptionbudgets", ["pdb"]],
  ["scheduling.k8s.io/priorityclasses", ["pc"]],
  ["storage.k8s.io/storageclasses", ["sc"]],
  ["storage.k8s.io/volumeattributesclasses", ["vac"]],
]);

const membersOf: Readonly<Record<string, readonly string[]>> = {
  all: [
    "/pods",
    "/replicationcontrollers",
    "/services",
    "apps/daemonsets",
    "apps/deployments",
    "apps/replicasets",
    "apps/statefulsets",
    "autoscaling/horizontalpodautoscalers",
    "batch/cronjobs",
    "batch/jobs",
  ],
  "api-extensions": [
    "admissionregistration.k8s.io/mutatingadmissionpolicies",
    "admissionregistration.k8s.io/mutatingadmissionpolicybindings",
    "admissionregistration.k8s.io/mutatingwebhookconfigurations",
    "admissionregistration.k8s.io/validatingadmissionpolicies",
    "admissionregistration.k8s.io/validatingadmissionpolicybindings",
    "admissionregistration.k8s.io/validatingwebhookconfigurations",
    "apiextensions.k8s.io/customresourcedefinitions",
    "apiregistration.k8s.io/apiservices",
  ],
};

/** The categories that a resource is in, such as "all". */
export const categoriesOf = (key: string): string[] =>
  Object.keys(membersOf).filter((category) => membersOf[category]!.includes(key));

/** Groups in the order in which upstream's discovery lists them; a group that is not here comes after them, by name. */
export const groupOrder: readonly string[] = [
  "",
  "apiregistration.k8s.io",
  "apps",
  "events.k8s.io",
  "authentication.k8s.io",
  "authorization.k8s.io",
  "autoscaling",
  "batch",
  "certificates.k8s.io",
  "networking.k8s.io",
  "policy",
  "rbac.authorization.k8s.io",
  "storage.k8s.io",
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "scheduling.k8s.io",
  "coordination.k8s.io",
  "node.k8s.io",
  "resource.k8s.io",
  "discovery.k8s.io",
  "flowcontrol.apiserver.k8s.io",
  "internal.apiserver.k8s.io",
  "storagemigration.k8s.io",
];

/** Resources that two groups serve from one place: the group whose storage it is. */
export const storedUnder: ReadonlyMap<string, string> = new Map([["events.k8s.io/events", ""]]);

/** Resources that are answered from elsewhere than storage although they have more verbs than create. */
export const computed: ReadonlySet<string> = new Set(["/componentstatuses"]);
