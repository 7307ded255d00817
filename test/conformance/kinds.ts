/** The kinds whose every operation is gone through, and what an object of each has beside its name. */
import { certificateRequest, signingRequest } from "../support/certificate-request.js";

export interface Kind {
  /** `apps/v1`, then the name in paths. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly resource: string;
  readonly clusterWide?: boolean;
  readonly name?: (index: number) => string;
  /** What an object has beside its name. */
  readonly body: (index: number) => object;
  /** What its status may be patched to; absent for kinds without one. */
  readonly status?: object;
}

const rules = [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"] }];
const webhook = {
  name: "hook.example.com",
  clientConfig: { url: "https://127.0.0.1:1/" },
  rules,
  failurePolicy: "Ignore",
  objectSelector: { matchLabels: { nobody: "is" } },
  sideEffects: "None",
  admissionReviewVersions: ["v1"],
};
const container = { name: "main", image: "pause" };
const template = { metadata: { labels: { app: "x" } }, spec: { containers: [container] } };
const condition = (type: string) => ({
  type,
  status: "True",
  reason: "E2E",
  message: "Set from a test",
  lastTransitionTime: "2026-01-01T00:00:00Z",
});
const registration = { apiVersion: "admissionregistration.k8s.io/v1", clusterWide: true } as const;
const flow = { apiVersion: "flowcontrol.apiserver.k8s.io/v1", clusterWide: true } as const;
const networking = { apiVersion: "networking.k8s.io/v1" } as const;
const storage = { apiVersion: "storage.k8s.io/v1", clusterWide: true } as const;

export const kinds: readonly Kind[] = [
  {
    apiVersion: "v1",
    kind: "ResourceQuota",
    resource: "resourcequotas",
    body: () => ({ spec: { hard: { pods: "3" } } }),
    status: { hard: { pods: "3" } },
  },
  {
    apiVersion: "v1",
    kind: "Event",
    resource: "events",
    body: () => ({ involvedObject: { namespace: "default" }, message: "told", reason: "Test", type: "Normal" }),
  },
  {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    resource: "events",
    body: () => ({
      regarding: { namespace: "default" },
      note: "told",
      reason: "Test",
      type: "Normal",
      action: "Do",
      eventTime: "2026-01-01T00:00:00.000000Z",
      reportingController: "test-controller",
      reportingInstance: "test-node",
    }),
  },
  {
    apiVersion: "v1",
    kind: "ServiceAccount",
    resource: "serviceaccounts",
    body: () => ({ automountServiceAccountToken: false }),
  },
  { apiVersion: "v1", kind: "Secret", resource: "secrets", body: () => ({ type: "Opaque", data: { key: "dmFsdWU=" } }) },
  { apiVersion: "v1", kind: "ConfigMap", resource: "configmaps", body: () => ({ data: { key: "value" } }) },
  { apiVersion: "v1", kind: "PodTemplate", resource: "podtemplates", body: () => ({ template }) },
  {
    apiVersion: "v1",
    kind: "LimitRange",
    resource: "limitranges",
    body: () => ({ spec: { limits: [{ type: "Pod", max: { cpu: "8" } }] } }),
  },
  { apiVersion: "coordination.k8s.io/v1", kind: "Lease", resource: "leases", body: () => ({ spec: { holderIdentity: "me" } }) },
  {
    ...registration,
    kind: "ValidatingWebhookConfiguration",
    resource: "validatingwebhookconfigurations",
    body: () => ({ webhooks: [webhook] }),
  },
  {
    ...registration,
    kind: "MutatingWebhookConfiguration",
    resource: "mutatingwebhookconfigurations",
    body: () => ({ webhooks: [webhook] }),
  },
  {
    ...registration,
    kind: "ValidatingAdmissionPolicy",
    resource: "validatingadmissionpolicies",
    body: () => ({ spec: { matchConstraints: { resourceRules: rules }, validations: [{ expression: "true" }] } }),
    status: { conditions: [condition("StatusPatched")] },
  },
  {
    ...registration,
    kind: "ValidatingAdmissionPolicyBinding",
    resource: "validatingadmissionpolicybindings",
    body: () => ({ spec: { policyName: "none", validationActions: ["Deny"] } }),
  },
  {
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    resource: "apiservices",
    clusterWide: true,
    name: (index) => `v${index}.operations.example.com`,
    body: (index) => ({
      spec: { group: "operations.example.com", version: `v${index}`, groupPriorityMinimum: 100, versionPriority: 10 },
    }),
    status: { conditions: [condition("StatusUpdated")] },
  },
  {
    ...flow,
    kind: "FlowSchema",
    resource: "flowschemas",
    body: () => ({ spec: { matchingPrecedence: 10000, priorityLevelConfiguration: { name: "global-default" } } }),
    status: { conditions: [condition("PatchStatusFailed")] },
  },
  {
    ...flow,
    kind: "PriorityLevelConfiguration",
    resource: "prioritylevelconfigurations",
    body: () => ({ spec: { type: "Limited", limited: { nominalConcurrencyShares: 2, limitResponse: { type: "Reject" } } } }),
    status: { conditions: [condition("PatchStatusFailed")] },
  },
  {
    apiVersion: "certificates.k8s.io/v1",
    kind: "CertificateSigningRequest",
    resource: "certificatesigningrequests",
    clusterWide: true,
    body: () => ({
      spec: { ...signingRequest("x", certificateRequest({ commonName: "x" })).spec, signerName: "example.com/e2e" },
    }),
    status: { certificate: "" },
  },
  { ...networking, kind: "NetworkPolicy", resource: "networkpolicies", body: () => ({ spec: { podSelector: {} } }) },
  {
    ...networking,
    kind: "Ingress",
    resource: "ingresses",
    body: () => ({ spec: { defaultBackend: { service: { name: "x", port: { number: 80 } } } } }),
    status: { loadBalancer: { ingress: [{ ip: "169.1.1.1" }] } },
  },
  {
    ...networking,
    kind: "IngressClass",
    resource: "ingressclasses",
    clusterWide: true,
    body: () => ({ spec: { controller: "example.com/c" } }),
  },
  {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    resource: "poddisruptionbudgets",
    body: () => ({ spec: { minAvailable: 1, selector: { matchLabels: { app: "none" } } } }),
    status: { disruptedPods: {} },
  },
  {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    resource: "endpointslices",
    body: () => ({ addressType: "IPv4", endpoints: [] }),
  },
  {
    apiVersion: "node.k8s.io/v1",
    kind: "RuntimeClass",
    resource: "runtimeclasses",
    clusterWide: true,
    body: () => ({ handler: "runc" }),
  },
  { ...storage, kind: "StorageClass", resource: "storageclasses", body: () => ({ provisioner: "example.com/p" }) },
  { ...storage, kind: "CSINode", resource: "csinodes", body: () => ({ spec: { drivers: [] } }) },
  { ...storage, kind: "CSIDriver", resource: "csidrivers", body: () => ({ spec: { podInfoOnMount: true } }) },
  {
    ...storage,
    kind: "VolumeAttachment",
    resource: "volumeattachments",
    body: () => ({ spec: { attacher: "csi.example.com", nodeName: "node-1", source: { persistentVolumeName: "pv" } } }),
    status: { attached: true },
  },
  {
    ...storage,
    clusterWide: false,
    kind: "CSIStorageCapacity",
    resource: "csistoragecapacities",
    body: () => ({ storageClassName: "fast" }),
  },
  {
    apiVersion: "batch/v1",
    kind: "CronJob",
    resource: "cronjobs",
    body: () => ({
      spec: {
        schedule: "0 0 1 1 *",
        suspend: true,
        jobTemplate: { spec: { template: { spec: { restartPolicy: "Never", containers: [container] } } } },
      },
    }),
    status: { lastScheduleTime: "2026-01-01T00:00:00Z" },
  },
  {
    apiVersion: "scheduling.k8s.io/v1",
    kind: "PriorityClass",
    resource: "priorityclasses",
    clusterWide: true,
    body: (index) => ({ value: 10 + index }),
  },
  ...(["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"] as const).map(
    (kind): Kind => ({
      apiVersion: "apps/v1",
      kind,
      resource: `${kind.toLowerCase()}s`,
      body: (index) => {
        const labels = { app: `${kind}-${index}` };
        const sized = { Deployment: { replicas: 0 }, ReplicaSet: { replicas: 0 }, StatefulSet: { replicas: 0 }, DaemonSet: {} }[
          kind
        ];
        return { spec: { ...sized, selector: { matchLabels: labels }, template: { ...template, metadata: { labels } } } };
      },
      status: { conditions: [condition("StatusPatched")] },
    }),
  ),
  {
    apiVersion: "v1",
    kind: "ReplicationController",
    resource: "replicationcontrollers",
    body: () => ({ spec: { replicas: 0, template } }),
    status: { conditions: [condition("StatusPatched")] },
  },
  {
    apiVersion: "apps/v1",
    kind: "ControllerRevision",
    resource: "controllerrevisions",
    body: (index) => ({ revision: index, data: { spec: {} } }),
  },
  {
    apiVersion: "batch/v1",
    kind: "Job",
    resource: "jobs",
    body: () => ({ spec: { suspend: true, template: { spec: { restartPolicy: "Never", containers: [container] } } } }),
    status: { conditions: [condition("StatusPatched")] },
  },
  {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    resource: "horizontalpodautoscalers",
    body: () => ({ spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "none" }, maxReplicas: 3 } }),
    status: { desiredReplicas: 1 },
  },
  {
    apiVersion: "v1",
    kind: "Pod",
    resource: "pods",
    body: () => ({ spec: { schedulerName: "nobody", containers: [container] } }),
    status: { message: "Patched by a test", reason: "E2E" },
  },
  {
    apiVersion: "v1",
    kind: "Service",
    resource: "services",
    body: () => ({ spec: { ports: [{ port: 80 }] } }),
    status: { conditions: [condition("StatusPatched")] },
  },
  {
    apiVersion: "v1",
    kind: "Endpoints",
    resource: "endpoints",
    body: () => ({ subsets: [{ addresses: [{ ip: "10.0.0.24" }], ports: [{ name: "http", port: 80 }] }] }),
  },
  {
    apiVersion: "v1",
    kind: "Node",
    resource: "nodes",
    clusterWide: true,
    body: () => ({ spec: { unschedulable: true } }),
    status: { conditions: [condition("StatusPatched")] },
  },
  {
    apiVersion: "v1",
    kind: "PersistentVolume",
    resource: "persistentvolumes",
    clusterWide: true,
    body: (index) => ({
      spec: {
        capacity: { storage: "2Gi" },
        accessModes: ["ReadWriteOnce"],
        storageClassName: "of-nobody",
        csi: { driver: "e2e-driver.example.com", volumeHandle: `e2e-${index}` },
      },
    }),
    status: { message: "StatusPatched", reason: "E2E" },
  },
  {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    resource: "persistentvolumeclaims",
    body: () => ({
      spec: { storageClassName: "none", accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    }),
    status: { conditions: [condition("StatusPatched")] },
  },
  {
    ...networking,
    kind: "IPAddress",
    resource: "ipaddresses",
    clusterWide: true,
    name: (index) => `203.0.113.${index}`,
    body: () => ({ spec: { parentRef: { group: "mygroup", resource: "myresources", namespace: "foo", name: "bar" } } }),
  },
  {
    ...networking,
    kind: "ServiceCIDR",
    resource: "servicecidrs",
    clusterWide: true,
    body: (index) => ({ spec: { cidrs: [`198.51.${index}.0/24`] } }),
    status: { conditions: [condition("StatusPatched")] },
  },
  {
    ...registration,
    apiVersion: "admissionregistration.k8s.io/v1alpha1",
    kind: "MutatingAdmissionPolicy",
    resource: "mutatingadmissionpolicies",
    body: () => ({
      spec: {
        reinvocationPolicy: "Never",
        matchConstraints: { resourceRules: rules },
        mutations: [
          {
            patchType: "ApplyConfiguration",
            applyConfiguration: { expression: 'Object{metadata: Object.metadata{annotations: {"my-foo": "value"}}}' },
          },
        ],
      },
    }),
  },
  {
    ...registration,
    apiVersion: "admissionregistration.k8s.io/v1alpha1",
    kind: "MutatingAdmissionPolicyBinding",
    resource: "mutatingadmissionpolicybindings",
    body: () => ({ spec: { policyName: "none" } }),
  },
  {
    ...storage,
    apiVersion: "storage.k8s.io/v1beta1",
    kind: "VolumeAttributesClass",
    resource: "volumeattributesclasses",
    body: () => ({ driverName: "example.com/p", parameters: { speed: "high" } }),
  },
];
