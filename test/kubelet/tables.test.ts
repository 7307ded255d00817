import { suite } from "uvu";
import * as assert from "uvu/assert";
import { chooseContainer, loggedContainer, runningContainer } from "../../actors/kubelet/access/containers.js";
import { backoffMs, goDuration } from "../../actors/kubelet/backoff.js";
import { containerConfigOf } from "../../actors/kubelet/container/config.js";
import { ContainerRecord } from "../../actors/kubelet/container/record.js";
import { rootRefusal, securityOf, unenforced } from "../../actors/kubelet/container/security.js";
import { defaultPullPolicy, isImageName, tagOf } from "../../actors/kubelet/image-name.js";
import { nodeConditions } from "../../actors/kubelet/node/conditions.js";
import { targetOf } from "../../actors/kubelet/probe/target.js";
import { newestSandbox } from "../../actors/kubelet/runtime/view.js";
import { isGone, statusPatch } from "../../actors/kubelet/status/writing.js";
import type { Container, Pod } from "../../src/api/types.js";
import { podWith } from "./pods.js";

const test = suite("kubelet: tables");

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

test("container configuration: command, arguments, mounts, limits", () => {
  const mounts = [{ containerPath: "/a", hostPath: "/vol/data", readonly: true }];
  const words = { command: ["sh", "-c", "cd $(DIR)"], args: ["$(NONE)"] };
  const container: Container = { ...main, ...words, resources: { limits: { memory: "64Mi" } } };
  assert.equal(containerConfigOf({ pod: podWith({}), container, attempt: 2, environment: new Map([["DIR", "logs"]]), mounts }), {
    name: "main",
    attempt: 2,
    image: "nginx",
    command: ["sh", "-c", "cd logs"],
    args: ["$(NONE)"],
    workingDir: "",
    envs: [{ key: "DIR", value: "logs" }],
    mounts,
    ports: [{ name: "web", containerPort: 8080, protocol: "TCP" }],
    memoryLimitBytes: 64 * 1024 * 1024,
    tty: false,
    stdin: false,
    stdinOnce: false,
    terminationMessage: { path: "/dev/termination-log", fallbackToLogs: false },
    security: { supplementalGroups: [], readonlyRootfs: false, privileged: false, noNewPrivs: false },
  });
});

test("a container's security context goes before its pod's", () => {
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web", namespace: "shop", uid: "u-1" },
    spec: { containers: [], securityContext: { runAsUser: 1000, runAsGroup: 3000, fsGroup: 2000, supplementalGroups: [4000] } },
  } as unknown as Pod;
  assert.equal(securityOf(pod, { name: "main" }), {
    runAsUser: 1000,
    runAsGroup: 3000,
    supplementalGroups: [4000, 2000],
    readonlyRootfs: false,
    privileged: false,
    noNewPrivs: false,
  });
  const securityContext = { runAsUser: 7, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false };
  const own = securityOf(pod, { name: "main", securityContext });
  assert.equal([own.runAsUser, own.runAsGroup, own.readonlyRootfs, own.noNewPrivs], [7, 3000, true, true]);
});

const localhost = { type: "Localhost", localhostProfile: "audit.json" };
for (const [title, ofPod, ofContainer, asked] of [
  ["what every restricted pod asks for", { securityContext: { seccompProfile: { type: "RuntimeDefault" } } }, {}, []],
  ["a profile of the pod", { securityContext: { seccompProfile: localhost } }, {}, ["the seccomp profile audit.json"]],
  [
    "profiles of the container, which goes before its pod",
    { securityContext: { seccompProfile: localhost } },
    { securityContext: { seccompProfile: { type: "Unconfined" }, appArmorProfile: localhost } },
    ["the AppArmor profile audit.json"],
  ],
  [
    "labels, users and mounts",
    { securityContext: { seLinuxOptions: { level: "s0" } }, hostUsers: false },
    { volumeMounts: [{ name: "v", mountPath: "/v", mountPropagation: "Bidirectional" }] },
    ["SELinux options", "users of its own (hostUsers: false)", "Bidirectional mount propagation"],
  ],
] as const) {
  test(`what no kernel enforces: ${title}`, () =>
    assert.equal(unenforced(podWith(ofPod), { name: "main", ...ofContainer } as Container), asked));
}

test("who must not run as root does not", () => {
  const refusal = (runAsUser: number | undefined, imageUid: number | undefined, ofPod: boolean | undefined, own?: boolean) =>
    rootRefusal(
      {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "web", namespace: "shop", uid: "u-1" },
        spec: { containers: [], ...(ofPod === undefined ? {} : { securityContext: { runAsNonRoot: ofPod } }) },
      } as unknown as Pod,
      {
        name: "main",
        securityContext: {
          ...(runAsUser === undefined ? {} : { runAsUser }),
          ...(own === undefined ? {} : { runAsNonRoot: own }),
        },
      },
      imageUid,
    );
  const where = '(pod: "web_shop(u-1)", container: main)';
  assert.is(refusal(0, 0, undefined), undefined, "nothing is asked for");
  assert.is(refusal(0, 1234, true), `container's runAsUser breaks non-root policy ${where}`);
  assert.is(refusal(undefined, 0, true), `container has runAsNonRoot and image will run as root ${where}`);
  assert.is(refusal(undefined, 1234, true), undefined, "the image has a user of its own");
  assert.is(refusal(undefined, undefined, true), undefined, "nothing of the image runs");
  assert.is(refusal(1000, 0, true), undefined, "the user is named");
  assert.is(refusal(undefined, 0, true, false), undefined, "the container allows what its pod does not");
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
