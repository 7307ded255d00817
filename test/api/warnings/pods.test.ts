/** What writers of pods are warned of. https://kubernetes.io/docs/reference/using-api/deprecation-policy/ */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { container, created, podOf } from "./told.js";

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
    spec: { dnsConfig: { nameservers: ["::ffff:10.0.0.1", "2001:DB8::1", "010.0.000.1"] }, hostAliases: [{ ip: "::0" }] },
    told: [
      'spec.dnsConfig.nameservers[0]: non-standard IP address "::ffff:10.0.0.1" will be considered invalid in a future Kubernetes release: use "10.0.0.1"',
      'spec.dnsConfig.nameservers[1]: IPv6 address "2001:DB8::1" should be in RFC 5952 canonical format ("2001:db8::1")',
      'spec.dnsConfig.nameservers[2]: non-standard IP address "010.0.000.1" will be considered invalid in a future Kubernetes release: use "10.0.0.1"',
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

test.run();
