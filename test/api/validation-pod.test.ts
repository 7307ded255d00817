import { test } from "uvu";
import * as assert from "uvu/assert";
import { defaulterFor } from "../../src/api/defaults/defaults.js";
import { fieldErrorText } from "../../src/api/field-errors.js";
import { builtinResources } from "../../src/api/kinds.js";
import type { Container, Pod, PodSpec, PodStatus, UntypedObject, Volume } from "../../src/api/types.js";
import { validationOptions } from "../../src/api/validation/options.js";
import { validateCreate, validateUpdate } from "../../src/api/validation/validation.js";

const kind = builtinResources().byObject("v1", "Pod")!;
const options = validationOptions();
const base = { name: "c", image: "nginx" };

const pod = (spec: Partial<PodSpec>, status?: PodStatus): UntypedObject =>
  defaulterFor(
    "",
    "v1",
    "Pod",
  )({
    metadata: { name: "web", namespace: "shop" },
    spec: { containers: [base], ...spec },
    ...(status === undefined ? {} : { status }),
  } as Pod as unknown as UntypedObject);

const creating = (spec: Partial<PodSpec>): string[] => validateCreate(kind, pod(spec), options).map(fieldErrorText);
const container = (more: Partial<Container>): Partial<PodSpec> => ({ containers: [{ ...base, ...more }] });
const volumes = (...list: Volume[]): Partial<PodSpec> => ({ volumes: list });

const subdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

const creates: Array<[title: string, spec: Partial<PodSpec>, errors: string[]]> = [
  ["the smallest pod", {}, []],
  ["no containers", { containers: [] }, ["spec.containers: Required value"]],
  [
    "a container without name and image",
    { containers: [{ name: "" }] },
    ["spec.containers[0].name: Required value", "spec.containers[0].image: Required value"],
  ],
  ["the same name twice", { containers: [base, base] }, ['spec.containers[1].name: Duplicate value: "c"']],
  ["the same name in init containers", { initContainers: [base] }, ['spec.initContainers[0].name: Duplicate value: "c"']],
  [
    "a restart policy that does not exist",
    { restartPolicy: "Sometimes" },
    ['spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"'],
  ],
  [
    "a pull policy that does not exist",
    container({ imagePullPolicy: "Maybe" }),
    ['spec.containers[0].imagePullPolicy: Unsupported value: "Maybe": supported values: "Always", "IfNotPresent", "Never"'],
  ],
  [
    "an image with blanks around it",
    container({ image: " nginx" }),
    ['spec.containers[0].image: Invalid value: " nginx": must not have leading or trailing whitespace'],
  ],
  ["a port of zero", container({ ports: [{ containerPort: 0 }] }), ["spec.containers[0].ports[0].containerPort: Required value"]],
  [
    "a port out of range",
    container({ ports: [{ containerPort: 99999 }] }),
    ["spec.containers[0].ports[0].containerPort: Invalid value: 99999: must be between 1 and 65535, inclusive"],
  ],
  [
    "a port name twice",
    container({
      ports: [
        { name: "a", containerPort: 1 },
        { name: "a", containerPort: 2 },
      ],
    }),
    ['spec.containers[0].ports[1].name: Duplicate value: "a"'],
  ],
  [
    "a protocol that does not exist",
    container({ ports: [{ containerPort: 1, protocol: "ICMP" }] }),
    ['spec.containers[0].ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"'],
  ],
  ["a variable without name", container({ env: [{ name: "" }] }), ["spec.containers[0].env[0].name: Required value"]],
  [
    "a variable with two sources",
    container({
      env: [{ name: "A", valueFrom: { fieldRef: { fieldPath: "metadata.name" }, secretKeyRef: { name: "s", key: "k" } } }],
    }),
    ['spec.containers[0].env[0].valueFrom: Invalid value: "": may not have more than one field specified at a time'],
  ],
  [
    "a variable with a value and a source",
    container({ env: [{ name: "A", value: "x", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }] }),
    ['spec.containers[0].env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty'],
  ],
  [
    "a field that cannot be a variable",
    container({ env: [{ name: "A", valueFrom: { fieldRef: { fieldPath: "spec.volumes" } } }] }),
    [
      'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.volumes": error converting fieldPath: field label not supported: spec.volumes',
    ],
  ],
  [
    "a label as a variable",
    container({ env: [{ name: "A", valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } }] }),
    [],
  ],
  [
    "a key without its map",
    container({ env: [{ name: "A", valueFrom: { configMapKeyRef: { key: "" } } }] }),
    [
      `spec.containers[0].env[0].valueFrom.configMapKeyRef.name: Invalid value: "": ${subdomain}`,
      "spec.containers[0].env[0].valueFrom.configMapKeyRef.key: Required value",
    ],
  ],
  [
    "envFrom from nowhere",
    container({ envFrom: [{}] }),
    ['spec.containers[0].envFrom: Invalid value: "": must specify one of: `configMapRef` or `secretRef`'],
  ],
  [
    "a mount without its volume",
    container({ volumeMounts: [{ name: "data", mountPath: "/data" }] }),
    ['spec.containers[0].volumeMounts[0].name: Not found: "data"'],
  ],
  [
    "two mounts at one place",
    {
      ...volumes({ name: "v", emptyDir: {} }),
      ...container({
        volumeMounts: [
          { name: "v", mountPath: "/a" },
          { name: "v", mountPath: "/a" },
        ],
      }),
    },
    ['spec.containers[0].volumeMounts[1].mountPath: Invalid value: "/a": must be unique'],
  ],
  [
    "a subPath upwards",
    {
      ...volumes({ name: "v", emptyDir: {} }),
      ...container({ volumeMounts: [{ name: "v", mountPath: "/a", subPath: "../x" }] }),
    },
    ["spec.containers[0].volumeMounts.subPath: Invalid value: \"../x\": must not contain '..'"],
  ],
  [
    "a request above its limit",
    container({ resources: { requests: { cpu: "2" }, limits: { cpu: "1" } } }),
    ['spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1'],
  ],
  [
    "a negative limit",
    container({ resources: { limits: { cpu: "-1" } } }),
    [
      'spec.containers[0].resources.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0',
      'spec.containers[0].resources.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0',
    ],
  ],
  [
    "a resource that does not exist",
    container({ resources: { requests: { gpu: "1" } } }),
    [
      'spec.containers[0].resources.requests[gpu]: Invalid value: "gpu": must be a standard resource type or fully qualified',
      'spec.containers[0].resources.requests[gpu]: Invalid value: "gpu": must be a standard resource for containers',
    ],
  ],
  [
    "half a device",
    container({ resources: { limits: { "example.com/gpu": "500m" } } }),
    [
      'spec.containers[0].resources.limits[example.com/gpu]: Invalid value: "500m": must be an integer',
      'spec.containers[0].resources.requests[example.com/gpu]: Invalid value: "500m": must be an integer',
    ],
  ],
  [
    "a probe without handler",
    container({ readinessProbe: {} }),
    ["spec.containers[0].readinessProbe: Required value: must specify a handler type"],
  ],
  [
    "a probe with two handlers",
    container({ livenessProbe: { httpGet: { port: 80 }, tcpSocket: { port: 80 } } }),
    ["spec.containers[0].livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type"],
  ],
  [
    "liveness that must succeed twice",
    container({ livenessProbe: { tcpSocket: { port: 80 }, successThreshold: 2 } }),
    ["spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1"],
  ],
  [
    "an exec probe without command",
    container({ livenessProbe: { exec: {} } }),
    ["spec.containers[0].livenessProbe.exec.command: Required value"],
  ],
  ["a probe of a named port", container({ readinessProbe: { httpGet: { port: "http" } } }), []],
  [
    "an init container with a probe",
    { initContainers: [{ name: "i", image: "x", readinessProbe: { tcpSocket: { port: 1 } } }] },
    ["spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always"],
  ],
  [
    "a sidecar with a probe",
    { initContainers: [{ name: "i", image: "x", restartPolicy: "Always", readinessProbe: { tcpSocket: { port: 1 } } }] },
    [],
  ],
  [
    "a main container with a restart policy",
    container({ restartPolicy: "Always" }),
    ["spec.containers[0].restartPolicy: Forbidden: may not be set for non-init containers"],
  ],
  [
    "a volume name twice",
    volumes({ name: "v", emptyDir: {} }, { name: "v", emptyDir: {} }),
    ['spec.volumes[1].name: Duplicate value: "v"'],
  ],
  [
    "a volume of two types",
    volumes({ name: "v", emptyDir: {}, configMap: { name: "c" } }),
    ["spec.volumes[0].configMap: Forbidden: may not specify more than 1 volume type"],
  ],
  ["a volume of an unnamed ConfigMap", volumes({ name: "v", configMap: {} }), ["spec.volumes[0].configMap.name: Required value"]],
  [
    "a mode out of range",
    volumes({ name: "v", secret: { secretName: "s", defaultMode: 4096 } }),
    ["spec.volumes[0].secret.defaultMode: Invalid value: 4096: must be a number between 0 and 0777 (octal), both inclusive"],
  ],
  [
    "an absolute item path",
    volumes({ name: "v", configMap: { name: "c", items: [{ key: "k", path: "/x" }] } }),
    ['spec.volumes[0].configMap.items[0].path: Invalid value: "/x": must be a relative path'],
  ],
  [
    "a token for a minute",
    {
      serviceAccountName: "a",
      ...volumes({ name: "v", projected: { sources: [{ serviceAccountToken: { path: "t", expirationSeconds: 60 } }] } }),
    },
    [
      "spec.volumes[0].projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes",
    ],
  ],
  [
    "a toleration of seconds for NoSchedule",
    { tolerations: [{ key: "a", operator: "Exists", effect: "NoSchedule", tolerationSeconds: 1 }] },
    ["spec.tolerations[0].effect: Invalid value: \"NoSchedule\": effect must be 'NoExecute' when `tolerationSeconds` is set"],
  ],
  [
    "a toleration of everything that compares",
    { tolerations: [{ operator: "Equal" }] },
    [
      'spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
    ],
  ],
  [
    "a host network port that differs",
    { hostNetwork: true, ...container({ ports: [{ containerPort: 80, hostPort: 81 }] }) },
    ["spec.containers[0].ports[0].hostPort: Invalid value: 81: must match `containerPort` when `hostNetwork` is true"],
  ],
  [
    "no deadline at all",
    { activeDeadlineSeconds: 0 },
    ["spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive"],
  ],
  ["no DNS at all", { dnsPolicy: "None" }, ["spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None"]],
  [
    "an ephemeral container from the start",
    { ephemeralContainers: [{ ...base, name: "e" }] },
    ["spec.ephemeralContainers: Forbidden: cannot be set on create"],
  ],
  [
    "an affinity without terms",
    { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } } },
    [
      "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required value: must have at least one node selector term",
    ],
  ],
];
for (const [title, spec, errors] of creates) {
  test(`create: ${title}`, () => assert.equal(creating(spec), errors));
}

const updating = (old: Partial<PodSpec>, spec: Partial<PodSpec>): string[] =>
  validateUpdate(kind, pod(spec), pod(old), undefined, options).map(fieldErrorText);

const updatable =
  "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

const updates: Array<[title: string, old: Partial<PodSpec>, spec: Partial<PodSpec>, errors: string[]]> = [
  ["nothing", {}, {}, []],
  ["an image", {}, container({ image: "nginx:latest" }), []],
  [
    "another container",
    {},
    { containers: [base, { ...base, name: "d" }] },
    ["spec.containers: Forbidden: pod updates may not add or remove containers"],
  ],
  [
    "a command",
    {},
    container({ command: ["sh"] }),
    [`spec: Forbidden: pod updates may not change fields other than ${updatable}\n+ spec.containers[0].command: ["sh"]\n`],
  ],
  [
    "the node",
    { nodeName: "a" },
    { nodeName: "b" },
    [`spec: Forbidden: pod updates may not change fields other than ${updatable}\n- spec.nodeName: "a"\n+ spec.nodeName: "b"\n`],
  ],
  [
    "a toleration more",
    { tolerations: [{ key: "a", operator: "Exists" }] },
    {
      tolerations: [
        { key: "a", operator: "Exists" },
        { key: "b", operator: "Exists" },
      ],
    },
    [],
  ],
  [
    "a toleration less",
    { tolerations: [{ key: "a", operator: "Exists" }] },
    {},
    ["spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds"],
  ],
  [
    "a later deadline",
    { activeDeadlineSeconds: 5 },
    { activeDeadlineSeconds: 9 },
    ["spec.activeDeadlineSeconds: Invalid value: 9: must be less than or equal to previous value"],
  ],
  ["an earlier deadline", { activeDeadlineSeconds: 5 }, { activeDeadlineSeconds: 3 }, []],
];
for (const [title, old, spec, errors] of updates) {
  test(`update: ${title}`, () => assert.equal(updating(old, spec), errors));
}

test("a container that ended for good does not run again", () => {
  const ended: PodStatus = {
    containerStatuses: [
      { name: "c", image: "", imageID: "", ready: false, restartCount: 0, state: { terminated: { exitCode: 0 } } },
    ],
  };
  const running: PodStatus = {
    containerStatuses: [{ name: "c", image: "", imageID: "", ready: true, restartCount: 1, state: { running: {} } }],
  };
  const errors = (restartPolicy: string): string[] =>
    validateUpdate(kind, pod({ restartPolicy }, running), pod({ restartPolicy }, ended), "status", options).map(fieldErrorText);
  assert.equal(errors("Never"), [
    "status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state",
  ]);
  assert.equal(errors("OnFailure"), [
    "status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state",
  ]);
  assert.equal(errors("Always"), []);
});

test.run();
