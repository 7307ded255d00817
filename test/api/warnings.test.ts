/** What writers are warned of, kind by kind. https://kubernetes.io/docs/reference/using-api/deprecation-policy/ */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { UntypedObject } from "../../src/api/types.js";
import { createWarnings, updateWarnings } from "../../src/api/warnings/warnings.js";

const kind = (name: string): { group: string; kind: string } => {
  const slash = name.indexOf("/");
  return { group: name.slice(0, Math.max(0, slash)), kind: name.slice(slash + 1) };
};
const created = (name: string, object: object): string[] =>
  createWarnings(kind(name), { metadata: { name: "a" }, ...object } as UntypedObject, object as UntypedObject);
const updated = (name: string, object: object, old: object = object, subresource?: string): string[] =>
  updateWarnings(
    kind(name),
    { metadata: {}, ...object } as UntypedObject,
    { metadata: {}, ...old } as UntypedObject,
    subresource,
  );

const container = { name: "main", image: "nginx" };
const podOf = (spec: object, metadata: object = { name: "a" }) => ({ metadata, spec: { containers: [container], ...spec } });

interface Row {
  readonly what: string;
  readonly spec: object;
  readonly told: readonly string[];
}

const pods: readonly Row[] = [
  { what: "nothing of a plain pod", spec: {}, told: [] },
  {
    what: "node labels that others replaced",
    spec: {
      nodeSelector: { "beta.kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64" },
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: "failure-domain.beta.kubernetes.io/zone", operator: "Exists" }] }],
          },
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 1, preference: { matchExpressions: [{ key: "zone", operator: "In", values: ["-a"] }] } },
          ],
        },
      },
      topologySpreadConstraints: [{ topologyKey: "beta.kubernetes.io/arch", maxSkew: 1, whenUnsatisfiable: "DoNotSchedule" }],
    },
    told: [
      'spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead',
      'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].key: failure-domain.beta.kubernetes.io/zone is deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
      "spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].preference.matchExpressions[0].values[0]: -a is invalid, a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
      'spec.topologySpreadConstraints[0].topologyKey: beta.kubernetes.io/arch is deprecated since v1.14; use "kubernetes.io/arch" instead',
      "spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in matching no pod",
    ],
  },
  {
    what: "volumes whose plugins are gone",
    spec: {
      volumes: [
        { name: "a", gitRepo: { repository: "x" } },
        { name: "b", storageos: {} },
        { name: "c", rbd: {} },
        { name: "d", ephemeral: { volumeClaimTemplate: { spec: { resources: { requests: { storage: "1500m" } } } } } },
      ],
    },
    told: [
      "spec.volumes[0].gitRepo: deprecated in v1.11, and disabled by default in v1.33+",
      "spec.volumes[1].storageOS: deprecated in v1.22, non-functional in v1.25+",
      "spec.volumes[2].rbd: deprecated in v1.28, non-functional in v1.31+",
      'spec.volumes[3].ephemeral.volumeClaimTemplate.spec.resources.requests[storage]: fractional byte value "1500m" is invalid, must be an integer',
    ],
  },
  {
    what: "files of a volume that lie over each other",
    spec: {
      volumes: [
        {
          name: "c",
          configMap: {
            name: "m",
            items: [
              { key: "a", path: "x/" },
              { key: "b", path: "x/y" },
            ],
          },
        },
        {
          name: "s",
          secret: {
            secretName: "n",
            items: [
              { key: "a", path: "x" },
              { key: "b", path: "x" },
            ],
          },
        },
        { name: "d", downwardAPI: { items: [{ path: "one" }, { path: "two" }] } },
        {
          name: "p",
          projected: {
            sources: [
              {},
              { serviceAccountToken: { path: "token" } },
              { configMap: { name: "m", items: [{ key: "a", path: "token" }] } },
              { clusterTrustBundle: { signerName: "sign", path: "bundle" } },
              { secret: { name: "n" } },
            ],
          },
        },
      ],
    },
    told: [
      'volume "c" (ConfigMap "m"): overlapping paths: "x/y" with "x"',
      'volume "s" (Secret "n"): overlapping paths: "x" with "x"',
      'volume "p" (Projected) has no sources provided',
      'volume "p" (Projected ConfigMap "m"): overlapping paths: "token" with "token"',
    ],
  },
  {
    what: "what is listed twice, or without a name",
    spec: {
      hostAliases: [{ ip: "10.0.0.1" }, { ip: "10.0.0.1" }],
      imagePullSecrets: [{ name: "a" }, { name: "a" }, {}],
    },
    told: [
      'spec.hostAliases[1].ip: duplicate ip "10.0.0.1"',
      'spec.imagePullSecrets[1].name: duplicate name "a"',
      'spec.imagePullSecrets[2].name: invalid empty name ""',
    ],
  },
  {
    what: "fractions of bytes",
    spec: {
      overhead: { memory: "100m", cpu: "100m" },
      containers: [
        { ...container, resources: { limits: { memory: "1.5" }, requests: { "ephemeral-storage": "2500m", cpu: "1m" } } },
      ],
    },
    told: [
      'spec.overhead[memory]: fractional byte value "100m" is invalid, must be an integer',
      'spec.containers[0].resources.limits[memory]: fractional byte value "1500m" is invalid, must be an integer',
      'spec.containers[0].resources.requests[ephemeral-storage]: fractional byte value "2500m" is invalid, must be an integer',
    ],
  },
  {
    what: "variables that hide others, and not those that are made of them",
    spec: {
      containers: [
        {
          ...container,
          env: [
            { name: "A", value: "1" },
            { name: "A", value: "$(A)2" },
            { name: "A", value: "$(A)" },
            { name: "A", value: "3" },
            { name: "A", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
          ],
        },
      ],
    },
    told: [2, 3, 4].map(
      (index) => `spec.containers[0].env[${index}]: hides previous definition of "A", which may be dropped when using apply`,
    ),
  },
  {
    what: "ports that mean the same",
    spec: {
      initContainers: [{ ...container, ports: [{ containerPort: 80, protocol: "TCP" }] }],
      containers: [
        {
          ...container,
          ports: [
            { name: "web", containerPort: 80, protocol: "TCP" },
            { containerPort: 80, protocol: "TCP", hostPort: 81 },
            { containerPort: 90, protocol: "TCP", hostPort: 90 },
            { containerPort: 90, protocol: "TCP", hostPort: 90, hostIP: "10.0.0.1" },
            { name: "lost", containerPort: 70, protocol: "UDP", hostIP: "10.0.0.1" },
          ],
        },
      ],
    },
    told: [
      "spec.containers[0].ports[0]: duplicate port definition with spec.initContainers[0].ports[0]",
      "spec.containers[0].ports[1]: overlapping port definition with spec.initContainers[0].ports[0]",
      "spec.containers[0].ports[1]: overlapping port definition with spec.containers[0].ports[0]",
      "spec.containers[0].ports[3]: dangerously ambiguous port definition with spec.containers[0].ports[2]",
      "spec.containers[0].ports[4]: hostIP set without hostPort: {Name:lost HostPort:0 ContainerPort:70 Protocol:UDP HostIP:10.0.0.1}",
    ],
  },
  {
    what: "selectors of no pod",
    spec: {
      terminationGracePeriodSeconds: -1,
      affinity: {
        podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "zone" }] },
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: { topologyKey: "zone" } }],
        },
      },
    },
    told: [
      "spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1",
      "spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector: a null labelSelector results in matching no pod",
      "spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm.labelSelector: a null labelSelector results in matching no pod",
    ],
  },
  {
    what: "addresses that are not written as they should be",
    spec: { dnsConfig: { nameservers: ["::ffff:10.0.0.1", "2001:DB8::1", "10.0.0.1"] }, hostAliases: [{ ip: "::0" }] },
    told: [
      'spec.dnsConfig.nameservers[0]: non-standard IP address "::ffff:10.0.0.1" will be considered invalid in a future Kubernetes release: use "10.0.0.1"',
      'spec.dnsConfig.nameservers[1]: IPv6 address "2001:DB8::1" should be in RFC 5952 canonical format ("2001:db8::1")',
      'spec.hostAliases[0].ip: IPv6 address "::0" should be in RFC 5952 canonical format ("::")',
    ],
  },
];

for (const { what, spec, told } of pods) test(`a pod is told of: ${what}`, () => assert.equal(created("Pod", podOf(spec)), told));

test("annotations that became fields are told of where the field is not set", () => {
  const annotations = {
    "scheduler.alpha.kubernetes.io/critical-pod": "",
    "seccomp.security.alpha.kubernetes.io/pod": "x",
    "container.seccomp.security.alpha.kubernetes.io/main": "x",
    "container.apparmor.security.beta.kubernetes.io/main": "unconfined",
  };
  assert.equal(created("Pod", podOf({}, { name: "a", annotations })), [
    'metadata.annotations[container.apparmor.security.beta.kubernetes.io/main]: deprecated since v1.30; use the "appArmorProfile" field instead',
    'metadata.annotations[scheduler.alpha.kubernetes.io/critical-pod]: non-functional in v1.16+; use the "priorityClassName" field instead',
    'metadata.annotations[seccomp.security.alpha.kubernetes.io/pod]: non-functional in v1.27+; use the \\"seccompProfile\\" field instead',
    'metadata.annotations[container.seccomp.security.alpha.kubernetes.io/main]: non-functional in v1.27+; use the \\"seccompProfile\\" field instead',
  ]);
  const securityContext = { seccompProfile: { type: "RuntimeDefault" }, appArmorProfile: { type: "Unconfined" } };
  const set = { securityContext, containers: [{ ...container, securityContext }] };
  assert.is(created("Pod", podOf(set, { name: "a", annotations })).length, 1);
});

test("annotations for AppArmor are told of unless they say what the pod says anyway", () => {
  const key = "container.apparmor.security.beta.kubernetes.io/main";
  const told = `metadata.annotations[${key}]: deprecated since v1.30; use the "appArmorProfile" field instead`;
  const pod = (annotation: string, spec: object = {}) =>
    created("Pod", podOf(spec, { name: "a", annotations: { [key]: annotation } }));
  assert.equal(pod("runtime/default"), [told]);
  assert.equal(pod("localhost/ padded"), [told], "what makes no field");
  const securityContext = { appArmorProfile: { type: "RuntimeDefault" } };
  assert.equal(pod("runtime/default", { securityContext }), []);
  assert.equal(pod("unconfined", { securityContext }), [told]);
  assert.equal(pod("unconfined", { containers: [{ ...container, securityContext }] }), []);
  assert.equal(pod("unconfined", { os: { name: "windows" } }), []);
  const template = podOf({}, { annotations: { [key]: "unconfined" } });
  assert.equal(created("apps/Deployment", { spec: { template } }), [
    `spec.template.metadata.annotations[${key}]: deprecated since v1.30; use the \\"appArmorProfile\\" field instead`,
  ]);
});

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
        egress: [{ to: [{ ipBlock: { cidr: "::ffff:10.0.0.0/8" } }] }],
      },
    },
    [
      'spec.ingress[0].from[0].ipBlock.cidr: CIDR value "10.1.0.0/8" is ambiguous in this context (should be "10.0.0.0/8" or "10.1.0.0/32"?)',
      'spec.egress[0].to[0].ipBlock.cidr: non-standard CIDR value "::ffff:10.0.0.0/8" will be considered invalid in a future Kubernetes release: use "10.0.0.0/8"',
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
