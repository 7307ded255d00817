import { suite } from "uvu";
import * as assert from "uvu/assert";
import { chooseContainer, loggedContainer, runningContainer } from "../../actors/kubelet/access/containers.js";
import { backoffMs, goDuration } from "../../actors/kubelet/backoff.js";
import { containerConfigOf } from "../../actors/kubelet/container/config.js";
import { ContainerRecord } from "../../actors/kubelet/container/record.js";
import { defaultPullPolicy, isImageName, tagOf } from "../../actors/kubelet/image-name.js";
import { nodeConditions } from "../../actors/kubelet/node/conditions.js";
import { rejectionOf, selectsNode } from "../../actors/kubelet/pod/admission.js";
import { podRequests, qosClassOf } from "../../actors/kubelet/pod/resources.js";
import { targetOf } from "../../actors/kubelet/probe/target.js";
import { newestSandbox } from "../../actors/kubelet/runtime/view.js";
import { isGone, statusPatch } from "../../actors/kubelet/status/writing.js";
import { planVolumes } from "../../actors/kubelet/volume/plan.js";
import { formatQuantity, quantityOf } from "../../src/api/quantity.js";
import type { Container, NodeSelectorRequirement, Pod, Volume } from "../../src/api/types.js";

const test = suite("kubelet: tables");

const podWith = (spec: object, metadata: object = {}): Pod => ({
  metadata: { name: "web", namespace: "shop", uid: "u", ...metadata },
  spec: { containers: [], ...spec },
});

test("back-off doubles up to its bound", () => {
  const bounds = { firstMs: 10_000, mostMs: 300_000 };
  assert.equal(
    [0, 1, 2, 3, 5, 6, 1_000].map((failures) => backoffMs(failures, bounds)),
    [0, 10_000, 20_000, 40_000, 160_000, 300_000, 300_000],
  );
});

for (const [ms, text] of [
  [0, "0s"],
  [12, "12ms"],
  [1_500, "1.5s"],
  [10_000, "10s"],
  [80_000, "1m20s"],
  [300_000, "5m0s"],
  [3_600_000, "1h0m0s"],
] as const) {
  test(`${ms} ms is ${text}`, () => assert.is(goDuration(ms), text));
}

for (const [image, valid, tag, policy] of [
  ["nginx", true, "latest", "Always"],
  ["nginx:1.27", true, "1.27", "IfNotPresent"],
  ["registry.example.com:5000/a/b:v1", true, "v1", "IfNotPresent"],
  [`nginx@sha256:${"a".repeat(64)}`, true, undefined, "IfNotPresent"],
  ["nginx:", false, "latest", "Always"],
  ["Nginx", false, "latest", "Always"],
  ["a b", false, "latest", "Always"],
  ["", false, "latest", "Always"],
] as const) {
  test(`image name "${image}"`, () =>
    assert.equal([isImageName(image), tagOf(image), defaultPullPolicy(image)], [valid, tag, policy]));
}

const container = (requests: Record<string, string>, more: object = {}): Container => ({
  name: "c",
  resources: { requests },
  ...more,
});

for (const [name, spec, cpu] of [
  ["the sum of its containers", { containers: [container({ cpu: "1" }), container({ cpu: "500m" })] }, "1500m"],
  [
    "an init container that asks for more",
    { containers: [container({ cpu: "1" })], initContainers: [container({ cpu: "3" })] },
    "3",
  ],
  [
    "sidecars on top",
    { containers: [container({ cpu: "1" })], initContainers: [container({ cpu: "1" }, { restartPolicy: "Always" })] },
    "2",
  ],
  [
    "an init container beside the sidecars before it",
    {
      containers: [container({ cpu: "1" })],
      initContainers: [container({ cpu: "1" }, { restartPolicy: "Always" }), container({ cpu: "2" })],
    },
    "3",
  ],
  ["its overhead", { containers: [container({ cpu: "1" })], overhead: { cpu: "100m" } }, "1100m"],
] as const) {
  test(`a pod asks for ${name}`, () => assert.is(formatQuantity(podRequests(podWith(spec)).get("cpu")!), cpu));
}

for (const [name, resources, expected] of [
  ["nothing", {}, "BestEffort"],
  ["requests below limits", { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "2", memory: "1Gi" } }, "Burstable"],
  ["only a request", { requests: { cpu: "1" } }, "Burstable"],
  ["requests as its limits", { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "1", memory: "1Gi" } }, "Guaranteed"],
  ["limits alone", { limits: { cpu: "1", memory: "1Gi" } }, "Guaranteed"],
] as const) {
  test(`quality of service with ${name}: ${expected}`, () =>
    assert.is(qosClassOf(podWith({ containers: [{ name: "c", resources }] })), expected));
}

const node = {
  name: "node-1",
  labels: new Map([
    ["disk", "ssd"],
    ["size", "5"],
  ]),
  allocatable: new Map([
    ["cpu", quantityOf("2")],
    ["pods", quantityOf("3")],
  ]),
};
const asks = (cpu: string) => podWith({ containers: [container({ cpu })] });

test("admission: what a node cannot take", () => {
  assert.is(rejectionOf(asks("1"), podRequests(asks("1")), node, [podRequests(asks("1"))]), undefined);
  assert.equal(rejectionOf(asks("1500m"), podRequests(asks("1500m")), node, [podRequests(asks("1"))]), {
    reason: "OutOfcpu",
    message: "Node didn't have enough resource: cpu, requested: 1500, used: 1000, capacity: 2000",
  });
  assert.equal(rejectionOf(podWith({}), new Map(), node, [new Map(), new Map(), new Map()]), {
    reason: "OutOfpods",
    message: "Node didn't have enough resource: pods, requested: 1, used: 3, capacity: 3",
  });
  assert.is(rejectionOf(podWith({ nodeSelector: { disk: "hdd" } }), new Map(), node, [])?.reason, "NodeAffinity");
});

const affinity = (...matchExpressions: NodeSelectorRequirement[]) =>
  podWith({
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } } },
  });
for (const [key, operator, values, expected] of [
  ["disk", "In", ["ssd"], true],
  ["disk", "NotIn", ["ssd"], false],
  ["none", "NotIn", ["ssd"], true],
  ["disk", "Exists", [], true],
  ["disk", "DoesNotExist", [], false],
  ["size", "Gt", ["4"], true],
  ["size", "Lt", ["4"], false],
  ["size", "Near", ["4"], false],
] as const) {
  test(`node affinity ${key} ${operator} ${values}: ${expected}`, () =>
    assert.is(selectsNode(affinity({ key, operator, values: [...values] }), node), expected));
}
test("an empty term selects nothing, matchFields select by name", () => {
  const term = (nodeSelectorTerms: object[]) =>
    podWith({ affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } } });
  assert.not(selectsNode(term([{}]), node));
  assert.ok(selectsNode(term([{ matchFields: [{ key: "metadata.name", operator: "In", values: ["node-1"] }] }]), node));
  assert.not(selectsNode(term([{ matchFields: [{ key: "metadata.uid", operator: "In", values: ["node-1"] }] }]), node));
});

const plan = (volumes: Volume[]) => {
  const planned = planVolumes({
    pod: podWith({ volumes }, { labels: { app: "web", a: 'x "y"' } }),
    podIp: "10.1.0.2",
    hostIp: "10.0.0.1",
    allocatable: { cpu: "4", memory: "8Gi", ephemeralStorage: "1Gi" },
    objects: {
      configMap: (name) => (name === "cm" ? { metadata: {}, data: { a: "1", b: "2" }, binaryData: { raw: "AAE=" } } : undefined),
      secret: (name) => (name === "key" ? { metadata: {}, data: { token: "czNjcjN0" } } : undefined),
    },
    token: (audience) => (audience === "denied" ? undefined : `token for ${audience}`),
  });
  if (!planned.ok) return planned.message;
  return planned.value.map((volume) =>
    volume.kind === "files"
      ? `${volume.name}: ${volume.files.map(({ path, data, mode }) => `${path}=${new TextDecoder().decode(data)} ${mode.toString(8)}`).join(", ")}`
      : `${volume.name}: ${volume.kind}`,
  );
};

const volumes: ReadonlyArray<readonly [string, Volume, string | string[]]> = [
  ["emptyDir", { name: "v", emptyDir: {} }, ["v: directory"]],
  ["hostPath", { name: "v", hostPath: { path: "/srv" } }, ["v: hostPath"]],
  ["configMap", { name: "v", configMap: { name: "cm" } }, ["v: a=1 644, b=2 644, raw=\0\u0001 644"]],
  [
    "items and modes",
    {
      name: "v",
      configMap: {
        name: "cm",
        defaultMode: 0o400,
        items: [
          { key: "b", path: "x/y" },
          { key: "a", path: "z", mode: 0o600 },
        ],
      },
    },
    ["v: x/y=2 400, z=1 600"],
  ],
  [
    "a missing key",
    { name: "v", configMap: { name: "cm", items: [{ key: "c", path: "c" }] } },
    'MountVolume.SetUp failed for volume "v" : references non-existent config key: c',
  ],
  [
    "a missing ConfigMap",
    { name: "v", configMap: { name: "none" } },
    'MountVolume.SetUp failed for volume "v" : configmap "none" not found',
  ],
  ["what is optional", { name: "v", configMap: { name: "none", optional: true } }, ["v: "]],
  ["secret", { name: "v", secret: { secretName: "key", defaultMode: 0o400 } }, ["v: token=s3cr3t 400"]],
  [
    "a missing Secret",
    { name: "v", secret: { secretName: "none" } },
    'MountVolume.SetUp failed for volume "v" : secret "none" not found',
  ],
  [
    "downward API",
    {
      name: "v",
      downwardAPI: {
        items: [
          { path: "labels", fieldRef: { fieldPath: "metadata.labels" } },
          { path: "name", fieldRef: { fieldPath: "metadata.name" } },
        ],
      },
    },
    ['v: labels=a="x \\"y\\""\napp="web" 644, name=web 644'],
  ],
  [
    "projected",
    {
      name: "v",
      projected: {
        sources: [
          { serviceAccountToken: { path: "token", audience: "api" } },
          { configMap: { name: "cm", items: [{ key: "a", path: "ca" }] } },
          { secret: { name: "key" } },
          { downwardAPI: { items: [{ path: "ns", fieldRef: { fieldPath: "metadata.namespace" } }] } },
        ],
      },
    },
    ["v: token=s3cr3t 644, ca=1 644, ns=shop 644"],
  ],
  [
    "a token that is not given",
    { name: "v", projected: { sources: [{ serviceAccountToken: { path: "token", audience: "denied" } }] } },
    'MountVolume.SetUp failed for volume "v" : failed to fetch token',
  ],
  [
    "a kind that no plugin knows",
    { name: "v", nfs: { server: "s", path: "/" } },
    'MountVolume.SetUp failed for volume "v" : no volume plugin matched: volumes of type nfs are not supported on this node',
  ],
];
for (const [name, volume, expected] of volumes) test(`volume: ${name}`, () => assert.equal(plan([volume]), expected));

const main: Container = { name: "main", image: "nginx", ports: [{ name: "web", containerPort: 8080 }] };
const network = (request: object) => ({ kind: "network", request: { podSandboxId: "s", timeoutMs: 1_000, ...request } });
for (const [name, handler, expected] of [
  [
    "http by the name of its port",
    { httpGet: { port: "web", path: "ready", httpHeaders: [{ name: "A", value: "b" }] } },
    network({ kind: "http", scheme: "HTTP", host: "", port: 8080, path: "/ready", headers: [{ name: "A", value: "b" }] }),
  ],
  [
    "https",
    { httpGet: { port: 443, scheme: "HTTPS", host: "h" } },
    network({ kind: "http", scheme: "HTTPS", host: "h", port: 443, path: "/", headers: [] }),
  ],
  ["tcp", { tcpSocket: { port: "8081" } }, network({ kind: "tcp", host: "", port: 8081 })],
  ["exec", { exec: { command: ["a", "b"] } }, { kind: "exec", command: ["a", "b"] }],
  [
    "a port that has no name",
    { tcpSocket: { port: "none" } },
    { kind: "refused", message: 'couldn\'t find port: "none" in the container' },
  ],
  ["grpc", { grpc: { port: 1, service: "db" } }, network({ kind: "grpc", port: 1, service: "db" })],
  ["nothing", {}, { kind: "refused", message: "missing probe handler" }],
] as const) {
  test(`probe: ${name}`, () => assert.equal(targetOf(handler as object, main, "s", 1_000), expected));
}

const config = (more: Partial<Container>) => {
  const result = containerConfigOf({
    pod: podWith({}),
    container: { ...main, ...more },
    attempt: 2,
    environment: new Map([["DIR", "logs"]]),
    volumePath: (volume) => (volume === "data" ? "/vol/data" : undefined),
  });
  return result.ok ? result.value : result.message;
};
test("container configuration: command, arguments, mounts, limits", () => {
  assert.equal(
    config({
      command: ["sh", "-c", "cd $(DIR)"],
      args: ["$(NONE)"],
      resources: { limits: { memory: "64Mi" } },
      volumeMounts: [
        { name: "data", mountPath: "/a", readOnly: true },
        { name: "data", mountPath: "/b", subPath: "x/./y" },
        { name: "data", mountPath: "/c", subPathExpr: "$(DIR)" },
      ],
    }),
    {
      name: "main",
      attempt: 2,
      image: "nginx",
      command: ["sh", "-c", "cd logs"],
      args: ["$(NONE)"],
      workingDir: "",
      envs: [{ key: "DIR", value: "logs" }],
      mounts: [
        { containerPath: "/a", hostPath: "/vol/data", readonly: true },
        { containerPath: "/b", hostPath: "/vol/data/x/y", readonly: false },
        { containerPath: "/c", hostPath: "/vol/data/logs", readonly: false },
      ],
      ports: [{ name: "web", containerPort: 8080, protocol: "TCP" }],
      memoryLimitBytes: 64 * 1024 * 1024,
      tty: false,
      stdin: false,
      terminationMessage: { path: "/dev/termination-log", fallbackToLogs: false },
    },
  );
  assert.is(
    config({ volumeMounts: [{ name: "none", mountPath: "/a" }] }),
    'cannot find volume "none" to mount into container "main"',
  );
  assert.match(String(config({ volumeMounts: [{ name: "data", mountPath: "/a", subPath: "../x" }] })), /leaves the volume/);
});

const records = (...names: string[]) =>
  names.map((name) => new ContainerRecord({ name }, name.startsWith("i") ? "init" : "main", "ContainerCreating"));
const message = (chosen: { ok: true } | { ok: false; error: { code: number; status: { message?: string } } }) =>
  chosen.ok ? "" : `${chosen.error.code} ${chosen.error.status.message}`;
test("which container a request means", () => {
  assert.is(message(chooseContainer(records("a"), "p")), "");
  assert.is(
    message(chooseContainer(records("a", "b"), "p")),
    "400 a container name must be specified for pod p, choose one of: [a b]",
  );
  assert.is(
    message(chooseContainer(records("i1", "a", "b"), "p")),
    "400 a container name must be specified for pod p, choose one of: [a b] or one of the init containers: [i1]",
  );
  assert.is(message(chooseContainer(records("a"), "p", "c")), "400 container c is not valid for pod p");
});
test("which attempt has the log", () => {
  const [record] = records("a") as [ContainerRecord];
  const of = (previous = false) => {
    const logged = loggedContainer(record, "p", previous);
    return logged.ok ? logged.value : message(logged);
  };
  assert.is(of(), '400 container "a" in pod "p" is waiting to start: ContainerCreating');
  assert.is(of(true), '400 previous terminated container "a" in pod "p" not found');
  assert.is(message(runningContainer(record)), '500 container not found ("a")');
  record.waits("ErrImagePull");
  assert.is(of(), '400 container "a" in pod "p" is waiting to start: image can\'t be pulled');
  record.waits("ImagePullBackOff");
  assert.is(of(), '400 container "a" in pod "p" is waiting to start: trying and failing to pull image');
  record.containerId = "one";
  record.runs(1);
  assert.is(of(), "one");
  assert.equal(runningContainer(record), { ok: true, value: "one" });
  record.terminates({ exitCode: 1, reason: "Error", startedAtMs: 1, finishedAtMs: 2, containerId: "one" });
  assert.is(of(), "one");
  record.waits("CrashLoopBackOff");
  assert.is(of(), "one", "what it said before it crashed");
  assert.is(of(true), "one");
  record.terminates({ exitCode: 137, reason: "ContainerStatusUnknown", startedAtMs: 0, finishedAtMs: 0, containerId: "" });
  record.last = undefined;
  assert.is(of(), '400 container "a" in pod "p" is terminated');
});

test("node conditions", () => {
  const view = { runtimeReady: true, proxy: { kind: "unknown" } as const, podsRunning: 3 };
  const shown = (of: Parameters<typeof nodeConditions>[0], type: string) => {
    const { status, reason, message } = nodeConditions(of, [], 0).find((each) => each.type === type)!;
    return [status, reason, message];
  };
  assert.equal(shown(view, "Ready"), ["True", "KubeletReady", "kubelet is posting ready status"]);
  assert.equal(shown({ ...view, runtimeReady: false }, "Ready"), ["False", "KubeletNotReady", "container runtime is down"]);
  assert.equal(shown(view, "PodsRunning"), ["True", "PodsCounted", "3 pods are running"]);
  assert.equal(shown(view, "KubeProxyReady").slice(0, 2), ["Unknown", "KubeProxyNotAsked"]);
  assert.equal(shown({ ...view, proxy: { kind: "silent", message: "m" } }, "KubeProxyReady"), [
    "False",
    "KubeProxyNotResponding",
    "m",
  ]);
  const health = { synced: true, services: 2, endpoints: 5, problems: [] as string[] };
  assert.equal(shown({ ...view, proxy: { kind: "answered", health } }, "KubeProxyReady"), [
    "True",
    "KubeProxySynced",
    "kube-proxy serves 2 services with 5 endpoints",
  ]);
  assert.is(
    shown({ ...view, proxy: { kind: "answered", health: { ...health, synced: false } } }, "KubeProxyReady")[1],
    "KubeProxyNotSynced",
  );
  assert.is(
    shown({ ...view, proxy: { kind: "answered", health: { ...health, problems: ["port 80"] } } }, "KubeProxyReady")[2],
    "kube-proxy serves 2 services with 5 endpoints; port 80",
  );
});

test("a write that lost a race is no sign that the pod is gone", () => {
  const of = (code: number, message: string) => isGone({ code: "rejected", message, details: { code, message } });
  assert.ok(of(404, 'pods "web" not found'));
  assert.ok(of(409, "Precondition failed: UID in precondition: a, UID in object meta: b"));
  assert.ok(of(409, "the UID in the precondition (a) does not match the UID in record (b)."));
  assert.not(of(409, "the object has been modified; please apply your changes to the latest version and try again"));
  assert.not(isGone({ code: "unavailable", message: "" }));
});

test("status patches name what no longer holds", () => {
  const status = { conditions: [{ type: "Ready", status: "True" }], podIP: "10.1.0.3", podIPs: [{ ip: "10.1.0.3" }] };
  const conditions = [{ type: "Ready", status: "True", reason: null, message: null }];
  assert.equal(statusPatch("u", status, undefined), { metadata: { uid: "u" }, status: { ...status, conditions } });
  assert.equal(statusPatch("u", status, { podIPs: [{ ip: "10.1.0.2" }] }), {
    metadata: { uid: "u" },
    status: { ...status, conditions, podIPs: [{ $patch: "replace" }, { ip: "10.1.0.3" }] },
  });
});

test("the newest sandbox of a pod is the one of its last attempt", () => {
  const sandbox = (id: string, uid: string, attempt: number) => ({
    id,
    metadata: { name: "n", namespace: "d", uid, attempt },
    state: "SANDBOX_READY" as const,
    createdAtMs: 0,
    ip: "",
  });
  assert.is(newestSandbox([sandbox("a", "u", 0), sandbox("b", "u", 1), sandbox("c", "v", 2)], "u")?.id, "b");
  assert.is(newestSandbox([], "u"), undefined);
});

test.run();
