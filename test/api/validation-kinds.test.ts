/** What is refused when objects of the most used kinds are created. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fieldErrorText } from "../../src/api/field-errors.js";
import { builtinResources } from "../../src/api/kinds.js";
import { kindsWithValidation, validateCreate } from "../../src/api/validation/validation.js";
import { made, options, resourceOf, selector, template } from "./validation-kinds.js";

const creating = (apiVersion: string, kind: string, object: object): string[] =>
  validateCreate(resourceOf(apiVersion, kind), made(apiVersion, kind, object), options).map(fieldErrorText);

test("every kind with rules is a kind of the API", () => {
  const known = new Set(builtinResources().resources.map(({ group, kind }) => `${group}/${kind}`));
  for (const kind of kindsWithValidation()) assert.ok(known.has(kind), kind);
});

const subdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

const creates: Array<[title: string, apiVersion: string, kind: string, object: object, errors: string[]]> = [
  ["a good ConfigMap", "v1", "ConfigMap", { data: { a: "b" } }, []],
  [
    "a bad name",
    "v1",
    "ConfigMap",
    { metadata: { name: "A_b", namespace: "shop" } },
    [`metadata.name: Invalid value: "A_b": ${subdomain}`],
  ],
  [
    "no name",
    "v1",
    "ConfigMap",
    { metadata: { namespace: "shop" } },
    ["metadata.name: Required value: name or generateName is required"],
  ],
  ["a prefix may end in a dash", "v1", "ConfigMap", { metadata: { name: "web-x", generateName: "web-", namespace: "shop" } }, []],
  ["a namespaced kind without namespace", "v1", "ConfigMap", { metadata: { name: "a" } }, ["metadata.namespace: Required value"]],
  [
    "a namespace where none belongs",
    "v1",
    "Node",
    { metadata: { name: "a", namespace: "shop" } },
    ["metadata.namespace: Forbidden: not allowed on this type"],
  ],
  [
    "a role may have any path segment as its name",
    "rbac.authorization.k8s.io/v1",
    "ClusterRole",
    { metadata: { name: "system:Admin" } },
    [],
  ],
  [
    "an owner without UID",
    "v1",
    "ConfigMap",
    { metadata: { name: "a", namespace: "shop", ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: "p", uid: "" }] } },
    ['metadata.ownerReferences.uid: Invalid value: "": must not be empty'],
  ],
  [
    "a finalizer without a domain",
    "v1",
    "ConfigMap",
    { metadata: { name: "a", namespace: "shop", finalizers: ["mine"] } },
    ['metadata.finalizers[0]: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified'],
  ],
  [
    "annotations too large",
    "v1",
    "ConfigMap",
    { metadata: { name: "a", namespace: "shop", annotations: { big: "x".repeat(300000) } } },
    ["metadata.annotations: Too long: may not be more than 262144 bytes"],
  ],
  [
    "a ConfigMap's key",
    "v1",
    "ConfigMap",
    { data: { "a b": "c" } },
    [
      "data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    ],
  ],
  [
    "a key in both maps",
    "v1",
    "ConfigMap",
    { data: { a: "b" }, binaryData: { a: "eA==" } },
    ['data[a]: Invalid value: "a": duplicate of key present in binaryData'],
  ],
  [
    "too large a ConfigMap",
    "v1",
    "ConfigMap",
    { data: { a: "x".repeat(1048577) } },
    ["[]: Too long: may not be more than 1048576 bytes"],
  ],
  [
    "a TLS Secret without its key",
    "v1",
    "Secret",
    { type: "kubernetes.io/tls", data: { "tls.crt": "eA==" } },
    ["data[tls.key]: Required value"],
  ],
  ["basic auth with a password alone", "v1", "Secret", { type: "kubernetes.io/basic-auth", data: { password: "eA==" } }, []],
  [
    "a token Secret without an account",
    "v1",
    "Secret",
    { type: "kubernetes.io/service-account-token" },
    ["metadata.annotations[kubernetes.io/service-account.name]: Required value"],
  ],
  ["a Service without ports", "v1", "Service", { spec: { selector: { a: "b" } } }, ["spec.ports: Required value"]],
  [
    "a headless Service without ports",
    "v1",
    "Service",
    { spec: { clusterIP: "None", clusterIPs: ["None"], selector: { a: "b" } } },
    [],
  ],
  [
    "two ports need names",
    "v1",
    "Service",
    { spec: { ports: [{ port: 80 }, { port: 81, name: "b" }] } },
    ["spec.ports[0].name: Required value"],
  ],
  [
    "a port out of range",
    "v1",
    "Service",
    { spec: { ports: [{ port: 70000, targetPort: 80 }] } },
    ["spec.ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive"],
  ],
  [
    "the same port twice",
    "v1",
    "Service",
    {
      spec: {
        ports: [
          { name: "a", port: 80 },
          { name: "b", port: 80 },
        ],
      },
    },
    [
      'spec.ports[1]: Duplicate value: core.ServicePort{Name:"", Protocol:"TCP", AppProtocol:(*string)(nil), Port:80, TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:""}, NodePort:0}',
    ],
  ],
  [
    "a node port on a ClusterIP Service",
    "v1",
    "Service",
    { spec: { ports: [{ port: 80, nodePort: 30000 }] } },
    ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
  ],
  [
    "a type that does not exist",
    "v1",
    "Service",
    { spec: { type: "Magic", ports: [{ port: 80 }] } },
    ['spec.type: Unsupported value: "Magic": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"'],
  ],
  ["an external name that is none", "v1", "Service", { spec: { type: "ExternalName" } }, ["spec.externalName: Required value"]],
  [
    "a Service name must start with a letter",
    "v1",
    "Service",
    { metadata: { name: "1a", namespace: "shop" }, spec: { ports: [{ port: 80 }] } },
    [
      "metadata.name: Invalid value: \"1a\": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
    ],
  ],
  [
    "a loopback endpoint",
    "discovery.k8s.io/v1",
    "EndpointSlice",
    { addressType: "IPv4", endpoints: [{ addresses: ["127.0.0.1"] }] },
    ['endpoints[0].addresses[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)'],
  ],
  [
    "a pod of this cluster as endpoint",
    "discovery.k8s.io/v1",
    "EndpointSlice",
    { addressType: "IPv4", endpoints: [{ addresses: ["127.64.3.2"] }], ports: [{ port: 80 }] },
    [],
  ],
  [
    "an endpoint without address",
    "discovery.k8s.io/v1",
    "EndpointSlice",
    { addressType: "IPv4", endpoints: [{ addresses: [] }] },
    ["endpoints[0].addresses: Required value: must contain at least 1 address"],
  ],
  [
    "an address type that does not exist",
    "discovery.k8s.io/v1",
    "EndpointSlice",
    { addressType: "IPX", endpoints: [] },
    ['addressType: Unsupported value: "IPX": supported values: "FQDN", "IPv4", "IPv6"'],
  ],
  [
    "loopback in Endpoints",
    "v1",
    "Endpoints",
    { subsets: [{ addresses: [{ ip: "127.0.0.1" }, { ip: "127.64.0.9" }], ports: [{ port: 80 }] }] },
    ['subsets[0].addresses[0].ip: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)'],
  ],
  [
    "no IP in Endpoints",
    "v1",
    "Endpoints",
    { subsets: [{ addresses: [{ ip: "web" }] }] },
    ['subsets[0].addresses[0].ip: Invalid value: "web": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
  ],
  [
    "an event elsewhere than its object",
    "v1",
    "Event",
    { involvedObject: { namespace: "other" } },
    ['involvedObject.namespace: Invalid value: "other": does not match event.namespace'],
  ],
  [
    "an event with a time needs a reporter",
    "v1",
    "Event",
    { involvedObject: { namespace: "shop" }, eventTime: "t" },
    [
      "reportingComponent: Required value",
      'reportingComponent: Invalid value: "": name part must be non-empty',
      `reportingComponent: Invalid value: "": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
      "reportingInstance: Required value",
      "action: Required value",
      "reason: Required value",
    ],
  ],
  [
    "an event of the cluster in a namespace of its own",
    "v1",
    "Event",
    { eventTime: "t", reportingComponent: "a", reportingInstance: "b", action: "c", reason: "d".repeat(129) },
    [
      'involvedObject.namespace: Invalid value: "": does not match event.namespace',
      'reason: Invalid value: "": can have at most 128 characters',
    ],
  ],
  [
    "an event of events.k8s.io in the words of old",
    "events.k8s.io/v1",
    "Event",
    {
      regarding: { namespace: "shop" },
      type: "Odd",
      series: { count: 1 },
      deprecatedCount: 2,
      deprecatedFirstTimestamp: "t",
      deprecatedSource: { host: "node-1" },
    },
    [
      'series.count: Invalid value: "": should be at least 2',
      "series.lastObservedTime: Required value",
      "eventTime: Required value",
      'type: Invalid value: "": has invalid value: Odd',
      'firstTimestamp: Invalid value: "": needs to be unset',
      'count: Invalid value: "": needs to be unset',
      'source: Invalid value: "": needs to be unset',
    ],
  ],
  [
    "hints for whom endpoints are",
    "discovery.k8s.io/v1",
    "EndpointSlice",
    {
      addressType: "FQDN",
      endpoints: [
        {
          addresses: ["web.example.com.", "web"],
          deprecatedTopology: { "-": "x" },
          hints: { forZones: [{ name: "a" }, { name: "a" }, { name: "-" }], forNodes: Array(9).fill({ name: "n" }) },
        },
      ],
    },
    [
      'endpoints[0].addresses[1]: Invalid value: "web": should be a domain with at least two segments separated by dots',
      `endpoints[0].deprecatedTopology: Invalid value: "-": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
      'endpoints[0].hints.forZones[1].name: Duplicate value: "a"',
      `endpoints[0].hints.forZones[2].name: Invalid value: "-": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
      "endpoints[0].hints.forNodes: Too many: 9: must have at most 8 items",
    ],
  ],
  [
    "a RuntimeClass whose pods cost no amount and go nowhere",
    "node.k8s.io/v1",
    "RuntimeClass",
    {
      handler: "fast",
      overhead: { podFixed: { cpu: "-1" } },
      scheduling: {
        nodeSelector: { a: "-" },
        tolerations: [{ operator: "Exists" }, { operator: "Exists", value: "" }, { key: "a", operator: "Odd" }],
      },
    },
    [
      'overhead.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0',
      `scheduling.nodeSelector: Invalid value: "-": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
      'scheduling.tolerations.tolerations[2].operator: Unsupported value: "Odd": supported values: "Equal", "Exists"',
      'scheduling.tolerations[1]: Duplicate value: {"operator":"Exists","value":""}',
    ],
  ],
  [
    "a Lease that never lasts",
    "coordination.k8s.io/v1",
    "Lease",
    { spec: { leaseDurationSeconds: 0 } },
    ["spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0"],
  ],
  [
    "a taint twice",
    "v1",
    "Node",
    {
      spec: {
        taints: [
          { key: "a", effect: "NoSchedule" },
          { key: "a", effect: "NoSchedule", value: "b" },
        ],
      },
    },
    [
      'metadata.taints[1]: Duplicate value: core.Taint{Key:"a", Value:"b", Effect:"NoSchedule", TimeAdded:<nil>}: taints must be unique by key and effect pair',
    ],
  ],
  ["a good Deployment", "apps/v1", "Deployment", { spec: { selector, template } }, []],
  [
    "a selector that misses its template",
    "apps/v1",
    "Deployment",
    { spec: { selector: { matchLabels: { app: "db" } }, template } },
    ['spec.template.metadata.labels: Invalid value: map[string]string{"app":"web"}: `selector` does not match template `labels`'],
  ],
  [
    "no selector, which finds nothing",
    "apps/v1",
    "Deployment",
    { spec: { template } },
    [
      "spec.selector: Required value",
      'spec.template.metadata.labels: Invalid value: map[string]string{"app":"web"}: `selector` does not match template `labels`',
    ],
  ],
  [
    "an empty selector",
    "apps/v1",
    "ReplicaSet",
    { spec: { selector: {}, template } },
    [
      "spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string(nil), MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: empty selector is invalid for deployment",
    ],
  ],
  [
    "fewer than no replicas",
    "apps/v1",
    "Deployment",
    { spec: { replicas: -1, selector, template } },
    ["spec.replicas: Invalid value: -1: must be greater than or equal to 0"],
  ],
  [
    "an update that may not move",
    "apps/v1",
    "Deployment",
    { spec: { selector, template, strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: "0%" } } } },
    ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0'],
  ],
  [
    "Recreate does not roll",
    "apps/v1",
    "Deployment",
    { spec: { selector, template, strategy: { type: "Recreate", rollingUpdate: {} } } },
    ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
  ],
  [
    "a deadline before the pods are ready",
    "apps/v1",
    "Deployment",
    { spec: { selector, template, progressDeadlineSeconds: 5, minReadySeconds: 5 } },
    ["spec.progressDeadlineSeconds: Invalid value: 5: must be greater than minReadySeconds"],
  ],
  [
    "pods that end under a ReplicaSet",
    "apps/v1",
    "ReplicaSet",
    { spec: { selector, template: { ...template, spec: { ...template.spec, restartPolicy: "Never" } } } },
    ['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'],
  ],
  [
    "pods that never end under a Job",
    "batch/v1",
    "Job",
    { spec: { selector, manualSelector: true, template } },
    ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
  ],
  ["a StatefulSet", "apps/v1", "StatefulSet", { spec: { selector, template, serviceName: "web" } }, []],
  ["a DaemonSet", "apps/v1", "DaemonSet", { spec: { selector, template } }, []],
];

for (const [title, apiVersion, kind, object, errors] of creates) {
  test(`create ${kind}: ${title}`, () => assert.equal(creating(apiVersion, kind, object), errors));
}

test.run();
