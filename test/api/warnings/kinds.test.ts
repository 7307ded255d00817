/** What writers of pods' owners and all other kinds are warned of. https://kubernetes.io/docs/reference/using-api/deprecation-policy/ */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { created, podOf, updated } from "./told.js";

test("names that become host names should be labels", () => {
  const told = (usedIn: string) =>
    `metadata.name: this is used in ${usedIn}, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]`;
  const metadata = { name: "a.b" };
  assert.equal(created("Pod", podOf({}, metadata)), [told("the Pod's hostname")]);
  const spec = { template: podOf({}) };
  for (const each of ["ReplicationController", "apps/ReplicaSet", "apps/Deployment", "batch/Job"])
    assert.equal(created(each, { metadata, spec }), [told("Pod names and hostnames")], each);
  assert.equal(created("batch/CronJob", { metadata, spec: { jobTemplate: { spec } } }), [told("Pod names and hostnames")]);
  for (const each of ["apps/DaemonSet", "apps/StatefulSet"]) assert.equal(created(each, { metadata, spec }), [], each);
});

test("templates are told of by their own path, and again when the object has a new generation", () => {
  const template = podOf({ terminationGracePeriodSeconds: -1 });
  const told = (path: string) => [
    `${path}.spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`,
  ];
  for (const each of [
    "apps/Deployment",
    "apps/DaemonSet",
    "apps/ReplicaSet",
    "apps/StatefulSet",
    "ReplicationController",
    "batch/Job",
  ]) {
    assert.equal(created(each, { spec: { template } }), told("spec.template"), each);
    const old = { metadata: { generation: 1 }, spec: { template } };
    assert.equal(updated(each, { ...old, metadata: { generation: 2 } }, old), told("spec.template"), each);
    assert.equal(updated(each, old), [], each);
    assert.equal(updated(each, { ...old, metadata: { generation: 2 } }, old, "status"), [], each);
    assert.equal(updated(each, { ...old, metadata: { generation: 2 } }, old, "scale"), [], each);
  }
  assert.equal(created("PodTemplate", { template }), told("template"));
  assert.equal(updated("PodTemplate", { template }), told("template"));
  assert.equal(updated("Pod", template), [], "pods that exist are left in peace");
});

test("Jobs that may grow out of their status, and schedules with a zone in them", () => {
  const spec = { completionMode: "Indexed", completions: 100_001, parallelism: 10_001, template: podOf({}) };
  const told = (path: string) =>
    `${path}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail`;
  assert.equal(created("batch/Job", { spec }), [told("spec")]);
  assert.equal(created("batch/Job", { spec: { ...spec, parallelism: 10_000 } }), []);
  const cronJob = { spec: { schedule: "TZ=UTC * * * * *", jobTemplate: { spec } } };
  assert.equal(created("batch/CronJob", cronJob), [told("spec.jobTemplate.spec")]);
  assert.equal(updated("batch/CronJob", cronJob), [
    "cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details",
  ]);
});

test("StatefulSets: claims with fractions of bytes, and all revisions kept", () => {
  const set = {
    spec: {
      template: podOf({}),
      revisionHistoryLimit: -1,
      volumeClaimTemplates: [{ spec: { resources: { limits: { storage: "100m" } } } }],
    },
  };
  const told = (within: string) => [
    `spec.volumeClaimTemplates[0]${within}.resources.limits[storage]: fractional byte value "100m" is invalid, must be an integer`,
    "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended",
  ];
  assert.equal(created("apps/StatefulSet", set), told(""));
  assert.equal(updated("apps/StatefulSet", set), told(".Spec"));
});

const others: ReadonlyArray<readonly [kind: string, object: object, told: readonly string[]]> = [
  [
    "Service",
    {
      metadata: { annotations: { "service.kubernetes.io/topology-aware-hints": "auto" } },
      spec: { type: "ClusterIP", clusterIP: "FD00::1", clusterIPs: ["FD00::1"], externalName: "x", sessionAffinity: "None" },
    },
    [
      "annotation service.kubernetes.io/topology-aware-hints is deprecated, please use service.kubernetes.io/topology-mode instead",
      'spec.clusterIPs[0]: IPv6 address "FD00::1" should be in RFC 5952 canonical format ("fd00::1")',
      'spec.externalName is ignored when spec.type is not "ExternalName"',
    ],
  ],
  [
    "Service",
    {
      spec: {
        type: "ClusterIP",
        clusterIP: "None",
        clusterIPs: ["None"],
        externalIPs: ["::ffff:1.2.3.4"],
        loadBalancerIP: "1.2.3.4",
        sessionAffinity: "ClientIP",
      },
    },
    [
      "spec.loadBalancerIP is ignored for headless services",
      "spec.externalIPs is ignored for headless services",
      "spec.SessionAffinity is ignored for headless services",
      'spec.externalIPs[0]: non-standard IP address "::ffff:1.2.3.4" will be considered invalid in a future Kubernetes release: use "1.2.3.4"',
    ],
  ],
  [
    "Service",
    {
      spec: {
        type: "ExternalName",
        externalName: "x",
        externalIPs: ["1.2.3.4"],
        loadBalancerSourceRanges: ["10.0.0.1/8", "FD00::/8"],
      },
    },
    [
      'spec.loadBalancerSourceRanges[0]: CIDR value "10.0.0.1/8" is ambiguous in this context (should be "10.0.0.0/8" or "10.0.0.1/32"?)',
      'spec.loadBalancerSourceRanges[1]: IPv6 CIDR value "FD00::/8" should be in RFC 5952 canonical format ("fd00::/8")',
      'spec.externalIPs is ignored when spec.type is "ExternalName"',
    ],
  ],
  [
    "Endpoints",
    { subsets: [{ addresses: [{ ip: "10.0.0.1" }, { ip: "A::1" }], notReadyAddresses: [{ ip: "A::2" }] }] },
    [
      'subsets[0].addresses[1].ip: IPv6 address "A::1" should be in RFC 5952 canonical format ("a::1")',
      'subsets[0].notReadyAddresses[0].ip: IPv6 address "A::2" should be in RFC 5952 canonical format ("a::2")',
    ],
  ],
  [
    "networking.k8s.io/NetworkPolicy",
    {
      spec: {
        ingress: [{ from: [{ ipBlock: { cidr: "10.1.0.0/8", except: ["10.2.0.0/16"] } }, { podSelector: {} }] }],
        egress: [{ to: [{ ipBlock: { cidr: "::ffff:10.0.0.0/104" } }] }],
      },
    },
    [
      'spec.ingress[0].from[0].ipBlock.cidr: CIDR value "10.1.0.0/8" is ambiguous in this context (should be "10.0.0.0/8" or "10.1.0.0/32"?)',
      'spec.egress[0].to[0].ipBlock.cidr: non-standard CIDR value "::ffff:10.0.0.0/104" will be considered invalid in a future Kubernetes release: use "10.0.0.0/8"',
    ],
  ],
  [
    "networking.k8s.io/ServiceCIDR",
    { spec: { cidrs: ["FD00::/64"] } },
    ['spec.cidrs[0]: IPv6 CIDR value "FD00::/64" should be in RFC 5952 canonical format ("fd00::/64")'],
  ],
  [
    "Node",
    { spec: { configSource: {}, externalID: "x", podCIDRs: ["10.0.0.1/24"] } },
    [
      "spec.configSource: the feature is removed",
      "spec.externalID: this field is deprecated, and is unused by Kubernetes",
      'spec.podCIDRs[0]: CIDR value "10.0.0.1/24" is ambiguous in this context (should be "10.0.0.0/24" or "10.0.0.1/32"?)',
    ],
  ],
  [
    "node.k8s.io/RuntimeClass",
    { scheduling: { nodeSelector: { "node-role.kubernetes.io/master": "" } } },
    ['scheduling.nodeSelector: use "node-role.kubernetes.io/control-plane" instead'],
  ],
  [
    "PersistentVolume",
    {
      metadata: { annotations: { "volume.beta.kubernetes.io/storage-class": "x" } },
      spec: {
        persistentVolumeReclaimPolicy: "Recycle",
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: "beta.kubernetes.io/instance-type", operator: "Exists" }] }],
          },
        },
        rbd: {},
        cephfs: {},
      },
    },
    [
      'metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use "storageClassName" attribute instead',
      "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.",
      'spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].key: beta.kubernetes.io/instance-type is deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
      "spec.cephfs: deprecated in v1.28, non-functional in v1.31+",
      "spec.rbd: deprecated in v1.28, non-functional in v1.31+",
    ],
  ],
  [
    "PersistentVolumeClaim",
    { spec: { resources: { requests: { storage: "1.5" } } } },
    ['spec.resources.requests[storage]: fractional byte value "1500m" is invalid, must be an integer'],
  ],
  [
    "storage.k8s.io/StorageClass",
    { allowedTopologies: [{ matchLabelExpressions: [{ key: "beta.kubernetes.io/os", values: ["a"] }] }] },
    ['allowedTopologies[0].matchLabelExpressions[0].key: deprecated since v1.14; use "kubernetes.io/os" instead'],
  ],
  [
    "storage.k8s.io/CSIStorageCapacity",
    {
      nodeTopology: {
        matchExpressions: [{ key: "beta.kubernetes.io/os", operator: "Exists" }],
        matchLabels: { "beta.kubernetes.io/arch": "x" },
      },
    },
    [
      'nodeTopology.matchExpressions[0].key: beta.kubernetes.io/os is deprecated since v1.14; use "kubernetes.io/os" instead',
      'nodeTopology.matchLabels.beta.kubernetes.io/arch: deprecated since v1.14; use "kubernetes.io/arch" instead',
    ],
  ],
];

for (const [name, object, told] of others)
  test(`${name} is told of ${told.length} things, whenever it is written`, () => {
    assert.equal(created(name, object), told);
    assert.equal(updated(name, object), told);
    assert.equal(updated(name, object, object, "finalize"), []);
  });

test("zeros before a number of an address or a range are kept, and warned of", () => {
  const later = "will be considered invalid in a future Kubernetes release";
  const spec = { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: "010.0.0.0/08", except: ["::ffff:10.1.0.0/112"] } }] }] };
  assert.equal(created("networking.k8s.io/NetworkPolicy", { metadata: { name: "a" }, spec }), [
    `spec.ingress[0].from[0].ipBlock.cidr: non-standard CIDR value "010.0.0.0/08" ${later}: use "10.0.0.0/8"`,
    `spec.ingress[0].from[0].ipBlock.except[0]: non-standard CIDR value "::ffff:10.1.0.0/112" ${later}: use "10.1.0.0/16"`,
  ]);
});

test("EndpointSlices: names in the place of addresses only when they are new; nothing of what controllers made", () => {
  const slice = { metadata: {}, addressType: "FQDN", endpoints: [{ addresses: ["A::1"] }] };
  const ip = 'endpoints[0].addresses[0]: IPv6 address "A::1" should be in RFC 5952 canonical format ("a::1")';
  assert.equal(created("discovery.k8s.io/EndpointSlice", slice), ["spec.addressType: FQDN endpoints are deprecated", ip]);
  assert.equal(updated("discovery.k8s.io/EndpointSlice", slice), [ip]);
  const labels = { "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io" };
  assert.equal(updated("discovery.k8s.io/EndpointSlice", { ...slice, metadata: { labels } }), []);
  const managed = { metadata: { labels: { "endpoints.kubernetes.io/managed-by": "endpoint-controller" } } };
  assert.equal(updated("Endpoints", { ...managed, subsets: [{ addresses: [{ ip: "A::1" }] }] }), []);
});

test("service accounts whose Secrets are enforced, when that is new", () => {
  const account = { metadata: { name: "a", annotations: { "kubernetes.io/enforce-mountable-secrets": "true" } } };
  const told = [
    "metadata.annotations[kubernetes.io/enforce-mountable-secrets]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets",
  ];
  assert.equal(created("ServiceAccount", account), told);
  assert.equal(updated("ServiceAccount", account, { metadata: {} }), told);
  assert.equal(updated("ServiceAccount", account), []);
});

test("statuses: addresses of pods and of load balancers", () => {
  const told = (path: string) => `${path}: IPv6 address "A::1" should be in RFC 5952 canonical format ("a::1")`;
  const pod = { status: { podIPs: [{ ip: "A::1" }], hostIPs: [{ ip: "A::1" }] } };
  assert.equal(updated("Pod", pod, pod, "status"), [told("status.podIPs[0].ip"), told("status.hostIPs[0].ip")]);
  const service = { status: { loadBalancer: { ingress: [{ hostname: "x" }, { ip: "A::1" }] } } };
  assert.equal(updated("Service", service, service, "status"), [told("status.loadBalancer.ingress[1]")]);
});

test("kinds without warnings have none", () => {
  assert.equal(created("ConfigMap", {}), []);
  assert.equal(updated("ConfigMap", {}), []);
});

test.run();
