import { test } from "uvu";
import * as assert from "uvu/assert";
import { defaulterFor } from "../../src/api/defaults/defaults.js";
import { fieldErrorText } from "../../src/api/field-errors.js";
import { builtinResources } from "../../src/api/kinds.js";
import type { UntypedObject } from "../../src/api/types.js";
import { validationOptions } from "../../src/api/validation/options.js";
import { validateCreate, validateUpdate } from "../../src/api/validation/validation.js";

/** Rules of built-in kinds, in the words of Kubernetes 1.33: what is created, and what is changed into what. */

const kinds = builtinResources();
const options = validationOptions();

const object = (kind: string, parts: object): UntypedObject => {
  const [group, version] = kind.includes("/") ? (kind.split("/") as [string, string]) : ["", "v1"];
  const name = kind.split("/").at(-1)!;
  return defaulterFor(group, version, name)({ metadata: { name: "web", namespace: "shop" }, ...parts } as UntypedObject);
};

const resourceOf = (kind: string) => {
  const [group, version, name] = kind.includes("/") ? kind.split("/") : ["", "v1", kind];
  return kinds.byObject(group === "" ? version! : `${group}/${version}`, name!)!;
};

type Created = [title: string, kind: string, parts: object, errors: string[]];

const service = (spec: object): object => ({ spec: { ports: [{ port: 80 }], ...spec } });
const balanced = (spec: object): object => service({ type: "LoadBalancer", ...spec });
const claim = (spec: object): object => ({
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, ...spec },
});
const volume = (spec: object): object => ({
  spec: { accessModes: ["ReadWriteOnce"], capacity: { storage: "1Gi" }, persistentVolumeReclaimPolicy: "Retain", ...spec },
});
const labels = { app: "web" };
const pods = { metadata: { labels }, spec: { containers: [{ name: "c", image: "x" }] } };
const set = (spec: object): object => ({ spec: { selector: { matchLabels: labels }, template: pods, ...spec } });
const job = (spec: object): object => ({
  metadata: { name: "web", namespace: "shop", uid: "u" },
  spec: {
    manualSelector: true,
    selector: { matchLabels: labels },
    template: { ...pods, spec: { ...pods.spec, restartPolicy: "Never" } },
    ...spec,
  },
});
const scaler = (spec: object): object => ({
  spec: { maxReplicas: 2, scaleTargetRef: { kind: "Deployment", name: "web" }, ...spec },
});
const policy = (ports: object[], from: object[] = []): object => ({
  spec: { podSelector: {}, policyTypes: ["Ingress"], ingress: [{ ports, from }] },
});
const ingress = (path: object, more: object = {}): object => ({
  spec: {
    rules: [
      { http: { paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: "a", port: { number: 1 } } }, ...path }] } },
    ],
    ...more,
  },
});
const cidr = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
const external = "may not be set for ExternalName services";
const onlyBalanced = "may only be used when `type` is 'LoadBalancer'";
const storageClass =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

const created: Created[] = [
  [
    "addresses outside",
    "Service",
    { spec: { type: "ExternalName", externalName: "a.b", clusterIPs: ["10.0.0.1"], ipFamilies: ["IPv4"] } },
    [`spec.clusterIPs: Forbidden: ${external}`, `spec.ipFamilies: Forbidden: ${external}`],
  ],
  [
    "addresses that disagree",
    "Service",
    service({ clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.2"] }),
    ['spec.clusterIPs: Invalid value: []string{"10.0.0.2"}: first value must match `clusterIP`'],
  ],
  [
    "a list without the one",
    "Service",
    service({ clusterIPs: ["10.0.0.2"] }),
    ['spec.clusterIPs: Invalid value: []string{"10.0.0.2"}: must be empty when `clusterIP` is not specified'],
  ],
  [
    "two of a family",
    "Service",
    service({ clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.1", "10.0.0.2"], ipFamilies: ["IPv4", "IPv4"] }),
    [
      'spec.ipFamilies[1]: Duplicate value: "IPv4"',
      'spec.clusterIPs: Invalid value: []string{"10.0.0.1", "10.0.0.2"}: may specify no more than one IP for each IP family',
    ],
  ],
  [
    "the wrong family",
    "Service",
    service({ clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.1"], ipFamilies: ["IPv6"] }),
    ['spec.clusterIPs[0]: Invalid value: "10.0.0.1": expected an IPv6 value as indicated by `ipFamilies[0]`'],
  ],
  [
    "what only balancers have",
    "Service",
    service({
      loadBalancerSourceRanges: ["x"],
      allocateLoadBalancerNodePorts: true,
      loadBalancerClass: "a",
      healthCheckNodePort: 1,
    }),
    [
      `spec.LoadBalancerSourceRanges: Forbidden: ${onlyBalanced}`,
      `spec.LoadBalancerSourceRanges[0]: Invalid value: "x": ${cidr}`,
      `spec.allocateLoadBalancerNodePorts: Forbidden: ${onlyBalanced}`,
      `spec.loadBalancerClass: Forbidden: ${onlyBalanced}`,
      "spec.healthCheckNodePort: Invalid value: 1: may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
    ],
  ],
  ["a balancer", "Service", balanced({ loadBalancerSourceRanges: [" 10.0.0.0/8 "], loadBalancerClass: "example.com/a" }), []],
  [
    "ranges in an annotation",
    "Service",
    {
      ...service({}),
      metadata: {
        name: "web",
        namespace: "shop",
        annotations: { "service.beta.kubernetes.io/load-balancer-source-ranges": "10.0.0.0/8,y" },
      },
    },
    [
      `metadata.annotations[service.beta.kubernetes.io/load-balancer-source-ranges]: Forbidden: ${onlyBalanced}`,
      `metadata.annotations[service.beta.kubernetes.io/load-balancer-source-ranges]: Invalid value: "y": ${cidr}`,
    ],
  ],
  [
    "a port of the nodes",
    "Service",
    service({ ports: [{ port: 80, nodePort: 30000 }] }),
    ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
  ],
  ["SCTP", "Service", service({ ports: [{ port: 80, protocol: "SCTP" }] }), []],

  [
    "ports to a smaller one",
    "networking.k8s.io/v1/NetworkPolicy",
    policy([
      { port: 80, endPort: 79 },
      { port: "web", endPort: 1 },
      { endPort: 1 },
      { port: 1, protocol: "ICMP" },
      { port: 1, protocol: "SCTP" },
    ]),
    [
      "spec.ingress[0].ports[0].endPort: Invalid value: 80: must be greater than or equal to `port`",
      "spec.ingress[0].ports[1].endPort: Invalid value: 1: may not be specified when `port` is non-numeric",
      "spec.ingress[0].ports[2].endPort: Invalid value: 1: may not be specified when `port` is not specified",
      'spec.ingress[0].ports[3].protocol: Unsupported value: "ICMP": supported values: "TCP", "UDP", "SCTP"',
    ],
  ],
  [
    "a block and what is not in it",
    "networking.k8s.io/v1/NetworkPolicy",
    policy([], [{ ipBlock: { cidr: "10.0.0.0/8", except: ["10.1.0.0/16", "11.0.0.0/16", "10.0.0.0/8"] } }]),
    [
      'spec.ingress[0].from[0].ipBlock.except[1]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`',
      'spec.ingress[0].from[0].ipBlock.except[2]: Invalid value: "10.0.0.0/8": must be a strict subset of `cidr`',
    ],
  ],

  [
    "paths that climb",
    "networking.k8s.io/v1/Ingress",
    ingress({ path: "/a//b/.." }),
    [
      "spec.rules[0].http.paths[0].path: Invalid value: \"/a//b/..\": must not contain '//'",
      "spec.rules[0].http.paths[0].path: Invalid value: \"/a//b/..\": cannot end with '/..'",
    ],
  ],
  [
    "a resource behind it",
    "networking.k8s.io/v1/Ingress",
    ingress({ backend: { resource: { kind: "", name: "a" } } }),
    ["spec.rules[0].http.paths[0].backend.resource.kind: Required value: kind is required"],
  ],
  [
    "hosts of its certificates",
    "networking.k8s.io/v1/Ingress",
    ingress({}, { tls: [{ hosts: ["*.a.b", "A"], secretName: "s" }] }),
    [`spec.tls[0].hosts[1]: Invalid value: "A": ${storageClass}`],
  ],
  [
    "parameters from nowhere",
    "networking.k8s.io/v1/IngressClass",
    { metadata: { name: "web" }, spec: { controller: "a", parameters: { kind: "K", name: "n", scope: "Namespace" } } },
    [
      'spec.controller: Invalid value: "a": must be a domain-prefixed path (such as "acme.io/foo")',
      "spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'",
    ],
  ],

  [
    "modes that exclude each other",
    "PersistentVolumeClaim",
    claim({ accessModes: ["ReadWriteOncePod", "ReadOnlyMany"] }),
    ["spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes"],
  ],
  [
    "nothing of it",
    "PersistentVolumeClaim",
    claim({ resources: { requests: { storage: "0" } } }),
    ['spec.resources[storage]: Invalid value: "0": must be greater than zero'],
  ],
  [
    "a source of another kind",
    "PersistentVolumeClaim",
    claim({ dataSource: { kind: "Pod", name: "a" }, dataSourceRef: { kind: "Pod", name: "b" } }),
    [
      "spec.dataSource: Invalid value: \"Pod\": must be 'PersistentVolumeClaim' when referencing the default apiGroup",
      "spec.dataSourceRef: Invalid value: \"Pod\": must be 'PersistentVolumeClaim' when referencing the default apiGroup",
      "spec: Invalid value: spec.dataSource: must match dataSourceRef",
    ],
  ],
  [
    "a local volume",
    "PersistentVolume",
    { metadata: { name: "v" }, ...volume({ local: { path: "/a" } }) },
    ["spec.nodeAffinity: Required value: Local volume requires node affinity"],
  ],
  [
    "the whole disk",
    "PersistentVolume",
    { metadata: { name: "v" }, ...volume({ hostPath: { path: "//." }, persistentVolumeReclaimPolicy: "Recycle" }) },
    ["spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'"],
  ],
  [
    "a driver without its volume",
    "PersistentVolume",
    {
      metadata: { name: "v" },
      ...volume({ csi: { driver: "d", volumeHandle: "", nodeStageSecretRef: {}, nodePublishSecretRef: { name: "a" } } }),
    },
    ["spec.csi.volumeHandle: Required value", "spec.csi.nodePublishSecretRef.namespace: Required value"],
  ],

  [
    "a claim of its own",
    "apps/v1/StatefulSet",
    set({
      template: { ...pods, spec: { containers: [{ name: "c", image: "x", volumeMounts: [{ name: "data", mountPath: "/d" }] }] } },
      volumeClaimTemplates: [{ metadata: { name: "data" }, ...claim({}) }],
    }),
    [],
  ],
  [
    "updates of no kind",
    "apps/v1/StatefulSet",
    set({
      updateStrategy: { type: "OnDelete", rollingUpdate: { partition: 1 } },
      ordinals: { start: -1 },
      podManagementPolicy: "X",
    }),
    [
      "spec.podManagementPolicy: Invalid value: \"X\": must be 'OrderedReady' or 'Parallel'",
      "spec.updateStrategy.rollingUpdate: Invalid value: {\"partition\":1}: only allowed for updateStrategy 'RollingUpdate'",
      "spec.ordinals.start: Invalid value: -1: must be greater than or equal to 0",
    ],
  ],
  [
    "neither before nor after",
    "apps/v1/DaemonSet",
    set({ updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: "0%" } } }),
    ["spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0"],
  ],
  [
    "before and after",
    "apps/v1/DaemonSet",
    set({ updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } } }),
    ["spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero"],
  ],

  [
    "indexes without a number",
    "batch/v1/Job",
    job({ completionMode: "Indexed", parallelism: 2 }),
    ["spec.completions: Required value: when completion mode is Indexed"],
  ],
  [
    "limits of indexes without indexes",
    "batch/v1/Job",
    job({ backoffLimitPerIndex: 1, maxFailedIndexes: 1 }),
    [
      "spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode",
      "spec.maxFailedIndexes: Invalid value: 1: requires indexed completion mode",
    ],
  ],
  [
    "a manager",
    "batch/v1/Job",
    job({ managedBy: "me" }),
    ['spec.managedBy: Invalid value: "me": must be a domain-prefixed path (such as "acme.io/foo")'],
  ],
  [
    "rules of failure",
    "batch/v1/Job",
    job({
      podFailurePolicy: {
        rules: [
          { action: "FailIndex" },
          { action: "Ignore", onExitCodes: { containerName: "x", operator: "In", values: [2, 0] } },
        ],
      },
    }),
    [
      'spec.podFailurePolicy.rules[0].action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set',
      "spec.podFailurePolicy.rules[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required",
      'spec.podFailurePolicy.rules[1].onExitCodes.containerName: Invalid value: "x": must be one of the container or initContainer names in the pod template',
      "spec.podFailurePolicy.rules[1].onExitCodes.values[1]: Invalid value: 0: must not be 0 for the In operator",
      "spec.podFailurePolicy.rules[1].onExitCodes.values: Invalid value: []int32{2, 0}: must be ordered",
    ],
  ],
  [
    "rules of success",
    "batch/v1/Job",
    job({
      completionMode: "Indexed",
      completions: 3,
      successPolicy: { rules: [{ succeededIndexes: "0-1", succeededCount: 3 }, { succeededIndexes: "2,1" }, {}] },
    }),
    [
      "spec.successPolicy.rules[0].succeededCount: Invalid value: 3: must be less than or equal to 2 (the number of indexes in the specified succeededIndexes field)",
      'spec.successPolicy.rules[1].succeededIndexes: Invalid value: "2,1": error parsing succeededIndexes: non-increasing order, previous: 2, current: 1',
      "spec.successPolicy.rules[2]: Required value: at least one of succeededCount or succeededIndexes must be specified",
    ],
  ],
  [
    "a selector that was not asked for",
    "batch/v1/Job",
    job({ manualSelector: false }),
    [
      'spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"app":"web"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: `selector` not auto-generated',
    ],
  ],
  [
    "a zone that is not",
    "batch/v1/CronJob",
    {
      spec: {
        schedule: "* * * * *",
        timeZone: "Europe/Bonn",
        jobTemplate: { spec: { template: { ...pods, spec: { ...pods.spec, restartPolicy: "Never" } } } },
      },
    },
    ['spec.timeZone: Invalid value: "Europe/Bonn": unknown time zone Europe/Bonn'],
  ],
  [
    "a zone in its schedule",
    "batch/v1/CronJob",
    {
      spec: {
        schedule: "TZ=UTC * * * * *",
        timeZone: "Europe/Berlin",
        jobTemplate: { spec: { template: { ...pods, spec: { ...pods.spec, restartPolicy: "Never" } } } },
      },
    },
    ['spec.schedule: Invalid value: "TZ=UTC * * * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead'],
  ],

  [
    "a metric of no kind",
    "autoscaling/v2/HorizontalPodAutoscaler",
    scaler({ metrics: [{ type: "X" }] }),
    [
      'spec.metrics[0].type: Unsupported value: "X": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"',
      'spec.metrics[0].type: Unsupported value: "X": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"',
    ],
  ],
  [
    "a metric without a target",
    "autoscaling/v2/HorizontalPodAutoscaler",
    scaler({
      metrics: [
        {
          type: "Resource",
          resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 0, averageValue: "1" } },
        },
      ],
    }),
    [
      "spec.metrics[0].resource.target.averageUtilization: Invalid value: 0: must be greater than 0",
      "spec.metrics[0].resource.target.averageValue: Forbidden: may not set both a target raw value and a target utilization",
    ],
  ],
  [
    "another metric than it says",
    "autoscaling/v2/HorizontalPodAutoscaler",
    scaler({ metrics: [{ type: "Pods", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 1 } } }] }),
    ["spec.metrics[0].pods: Required value: must populate information for the given metric source"],
  ],
  [
    "a behavior",
    "autoscaling/v2/HorizontalPodAutoscaler",
    scaler({
      behavior: { scaleUp: { stabilizationWindowSeconds: 3601, policies: [{ type: "X", value: 0, periodSeconds: 1801 }] } },
    }),
    [
      "spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 3601: must be less than or equal to 3600",
      'spec.behavior.scaleUp.policies[0].type: Unsupported value: "X": supported values: "Percent", "Pods"',
      "spec.behavior.scaleUp.policies[0].value: Invalid value: 0: must be greater than zero",
      "spec.behavior.scaleUp.policies[0].periodSeconds: Invalid value: 1801: must be less than or equal to 1800",
    ],
  ],
  [
    "whom it lets go",
    "policy/v1/PodDisruptionBudget",
    { spec: { unhealthyPodEvictionPolicy: "X" } },
    ['spec.unhealthyPodEvictionPolicy: Unsupported value: "X": supported values: "AlwaysAllow", "IfHealthyBudget"'],
  ],
  [
    "two ranges of a family",
    "Node",
    { metadata: { name: "n" }, spec: { podCIDRs: ["10.0.0.0/24", "10.0.1.0/24"] } },
    [
      'spec.podCIDRs: Invalid value: []string{"10.0.0.0/24", "10.0.1.0/24"}: may specify no more than one CIDR for each IP family',
    ],
  ],
  [
    "names of requests",
    "resource.k8s.io/v1beta2/ResourceClaim",
    {
      spec: {
        devices: {
          requests: [
            { name: "a", exactly: { deviceClassName: "gpu", allocationMode: "ExactCount", count: 1 } },
            { name: "a", exactly: { deviceClassName: "gpu", allocationMode: "ExactCount", count: 1 } },
          ],
          constraints: [{ requests: ["b"], matchAttribute: "x-y" }],
          config: [{ opaque: { driver: "d.example.com", parameters: [] } }],
        },
      },
    },
    [
      'spec.devices.requests[1].name: Duplicate value: "a"',
      "spec.devices.constraints[0].requests[0]: Invalid value: \"b\": must be the name of a request in the claim or the name of a request and a subrequest separated by '/'",
      "spec.devices.constraints[0].matchAttribute: Invalid value: \"x-y\": a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')",
      'spec.devices.constraints[0].matchAttribute: Invalid value: "x-y": must include a domain',
      'spec.devices.config[0].opaque.parameters: Invalid value: "<value omitted>": parameters must be a valid JSON object',
    ],
  ],
  [
    "a version that is none",
    "resource.k8s.io/v1beta2/ResourceSlice",
    {
      metadata: { name: "s" },
      spec: {
        driver: "d.example.com",
        nodeName: "n",
        pool: { name: "p", resourceSliceCount: 1, generation: 1 },
        devices: [{ name: "d", attributes: { model: { version: "1.2" } } }],
      },
    },
    ['spec.devices[0].attributes[model].version: Invalid value: "1.2": must be a string compatible with semver.org spec 2.0.0'],
  ],
  [
    "an older binary",
    "coordination.k8s.io/v1beta1/LeaseCandidate",
    { spec: { leaseName: "l", binaryVersion: "1.32.0", emulationVersion: "1.33.0", strategy: "Newest" } },
    [
      'spec.binaryVersion: Invalid value: "1.32.0": must be greater than or equal to `emulationVersion`',
      'spec.strategy.strategy: Unsupported value: "Newest": supported values: "OldestEmulationVersion"',
    ],
  ],
  [
    "servers that agree",
    "internal.apiserver.k8s.io/v1alpha1/StorageVersion",
    {
      metadata: { name: "apps.deployments" },
      spec: {},
      status: { storageVersions: [{ apiServerID: "a", encodingVersion: "apps/v1", decodableVersions: ["v1"] }] },
    },
    [
      'status.storageVersions[0].decodableVersions: Invalid value: []string{"v1"}: decodableVersions must include encodingVersion apps/v1',
      'status.commonEncodingVersion: Invalid value: "null": the common encoding version is apps/v1',
    ],
  ],
];

for (const [title, kind, parts, errors] of created)
  test(`create ${kind}: ${title}`, () =>
    assert.equal(validateCreate(resourceOf(kind), object(kind, parts), options).map(fieldErrorText), errors));

const noted = (status: object): object => ({ ...job({}), status });
const ended = (...types: string[]): object => ({
  startTime: "2026-01-01T00:00:00Z",
  conditions: types.map((type) => ({ type, status: "True" })),
});

type Changed = [title: string, kind: string, old: object, parts: object, errors: string[], part?: string];

const changed: Changed[] = [
  [
    "another address",
    "Service",
    service({ clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.1"] }),
    service({ clusterIP: "10.0.0.2", clusterIPs: ["10.0.0.2"] }),
    ['spec.clusterIPs[0]: Invalid value: []string{"10.0.0.2"}: may not change once set'],
  ],
  [
    "one address less",
    "Service",
    service({
      clusterIP: "10.0.0.1",
      clusterIPs: ["10.0.0.1", "fd00::1"],
      ipFamilies: ["IPv4", "IPv6"],
      ipFamilyPolicy: "PreferDualStack",
    }),
    service({ clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.1"], ipFamilies: ["IPv4"], ipFamilyPolicy: "PreferDualStack" }),
    [
      "spec.ipFamilyPolicy: Invalid value: \"PreferDualStack\": must be set to 'SingleStack' when releasing the secondary clusterIP",
      "spec.ipFamilyPolicy: Invalid value: \"PreferDualStack\": must be set to 'SingleStack' when releasing the secondary ipFamily",
    ],
  ],
  [
    "another class",
    "Service",
    balanced({ loadBalancerClass: "a.b/c" }),
    balanced({ loadBalancerClass: "a.b/d" }),
    ['spec.loadBalancerClass: Invalid value: "a.b/d": may not change once set'],
  ],
  [
    "an address from a balancer",
    "Service",
    service({}),
    { ...service({}), status: { loadBalancer: { ingress: [{ ip: "1.2.3.4" }] } } },
    ["status.loadBalancer.ingress: Forbidden: may only be used when `spec.type` is 'LoadBalancer'"],
    "status",
  ],
  [
    "a name from a balancer",
    "Service",
    balanced({}),
    { ...balanced({}), status: { loadBalancer: { ingress: [{ ip: "1.2.3.4" }, { hostname: "1.2.3.4", ipMode: "VIP" }] } } },
    [
      "status.loadBalancer.ingress[1].ipMode: Forbidden: may not be specified when `ip` is not set",
      'status.loadBalancer.ingress[1].hostname: Invalid value: "1.2.3.4": must be a DNS name, not an IP address',
    ],
    "status",
  ],
  [
    "less of it",
    "PersistentVolumeClaim",
    { ...claim({}), status: { phase: "Bound", capacity: { storage: "1Gi" } } },
    { ...claim({ resources: { requests: { storage: "1Mi" } } }), status: { phase: "Bound", capacity: { storage: "1Gi" } } },
    ["spec.resources.requests.storage: Forbidden: field can not be less than status.capacity"],
  ],
  [
    "other data",
    "PersistentVolume",
    { metadata: { name: "v" }, ...volume({ hostPath: { path: "/a" } }) },
    { metadata: { name: "v" }, ...volume({ hostPath: { path: "/b" } }) },
    [
      'spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation\n- spec.hostPath.path: "/a"\n+ spec.hostPath.path: "/b"\n',
    ],
  ],
  [
    "where its pods run, while it waits",
    "batch/v1/Job",
    job({ suspend: true }),
    job({ suspend: true, template: { ...pods, spec: { ...pods.spec, restartPolicy: "Never", nodeSelector: { a: "b" } } } }),
    [],
  ],
  [
    "as many as run at a time",
    "batch/v1/Job",
    job({ completionMode: "Indexed", completions: 2, parallelism: 2 }),
    job({ completionMode: "Indexed", completions: 3, parallelism: 3 }),
    [],
  ],
  [
    "more than run at a time",
    "batch/v1/Job",
    job({ completionMode: "Indexed", completions: 2, parallelism: 2 }),
    job({ completionMode: "Indexed", completions: 3, parallelism: 2 }),
    ["spec.completions: Invalid value: 3: can only be modified in tandem with spec.parallelism"],
  ],
  [
    "an end without reason",
    "batch/v1/Job",
    noted({}),
    noted(ended("Failed")),
    ["status.conditions: Invalid value: cannot set Failed=True condition without the FailureTarget=true condition"],
    "status",
  ],
  ["an end", "batch/v1/Job", noted({}), noted(ended("FailureTarget", "Failed")), [], "status"],
  [
    "both ends",
    "batch/v1/Job",
    noted({}),
    noted({ ...ended("FailureTarget", "Failed", "SuccessCriteriaMet", "Complete"), completionTime: "2026-01-02T00:00:00Z" }),
    [
      "status.conditions: Invalid value: cannot set Complete=True and Failed=true conditions",
      "status.conditions: Invalid value: cannot set Complete=True and FailureTarget=true conditions",
      "status.conditions: Invalid value: cannot set SuccessCriteriaMet=True and Failed=true conditions",
      "status.conditions: Invalid value: cannot set SuccessCriteriaMet=True and FailureTarget=true conditions",
    ],
    "status",
  ],
  [
    "a new beginning",
    "batch/v1/Job",
    noted(ended("FailureTarget", "Failed")),
    noted({ ...ended("FailureTarget"), failed: 0 }),
    ["status.conditions: Invalid value: cannot disable the terminal Failed=True condition"],
    "status",
  ],
  [
    "fewer of what was counted",
    "batch/v1/Job",
    noted({ failed: 2 }),
    noted({ failed: 1 }),
    ["status.failed: Invalid value: 1: cannot decrease the failed counter"],
    "status",
  ],
  [
    "fewer names that were taken",
    "apps/v1/DaemonSet",
    { ...set({}), status: { collisionCount: 2 } },
    { ...set({}), status: { collisionCount: 1 } },
    ["status.collisionCount: Invalid value: 1: cannot be decremented"],
    "status",
  ],
  [
    "an address twice",
    "Node",
    { metadata: { name: "n" } },
    {
      metadata: { name: "n" },
      status: {
        addresses: [
          { type: "A", address: "b" },
          { type: "A", address: "b" },
        ],
      },
    },
    ['status.addresses[1]: Duplicate value: {"type":"A","address":"b"}'],
    "status",
  ],
  [
    "an early end",
    "Namespace",
    { metadata: { name: "n" }, status: { phase: "Active" } },
    { metadata: { name: "n" }, status: { phase: "Terminating" } },
    ["status.Phase: Invalid value: \"Terminating\": may only be 'Active' if `deletionTimestamp` is empty"],
    "status",
  ],
  [
    "a user before there is anything to use",
    "resource.k8s.io/v1beta2/ResourceClaim",
    { spec: {} },
    { spec: {}, status: { reservedFor: [{ resource: "pods", name: "p", uid: "u" }] } },
    ["status.reservedFor: Forbidden: may not be specified when `allocated` is not set"],
    "status",
  ],
  [
    "a device of nobody",
    "resource.k8s.io/v1beta2/ResourceClaim",
    { spec: {} },
    { spec: {}, status: { allocation: { devices: { results: [{ request: "r", driver: "d", pool: "p", device: "x" }] } } } },
    [
      "status.allocation.devices.results[0].request: Invalid value: \"r\": must be the name of a request in the claim or the name of a request and a subrequest separated by '/'",
    ],
    "status",
  ],
  [
    "both ends of it",
    "storagemigration.k8s.io/v1alpha1/StorageVersionMigration",
    { metadata: { name: "m" }, spec: { resource: { version: "v1", resource: "pods" } } },
    {
      metadata: { name: "m" },
      spec: { resource: { version: "v1", resource: "pods" } },
      status: {
        conditions: ["Succeeded", "Failed"].map((type) => ({
          type,
          status: "True",
          reason: "A",
          lastUpdateTime: "2026-01-01T00:00:00Z",
        })),
      },
    },
    [
      'status.conditions: Invalid value: [{"type":"Succeeded","status":"True","reason":"A","lastUpdateTime":"2026-01-01T00:00:00Z"},{"type":"Failed","status":"True","reason":"A","lastUpdateTime":"2026-01-01T00:00:00Z"}]: Both success and failed conditions cannot be true at the same time',
    ],
    "status",
  ],
];

for (const [title, kind, old, parts, errors, part] of changed)
  test(`change ${kind}: ${title}`, () => {
    const found = validateUpdate(resourceOf(kind), object(kind, parts), object(kind, old), part, options);
    assert.equal(found.map(fieldErrorText), errors);
  });

test.run();
