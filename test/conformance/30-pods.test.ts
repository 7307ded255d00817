/**
 * What containers of a pod are given and held to, and what changes in a pod that runs.
 * https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
 * https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/
 * https://kubernetes.io/docs/concepts/workloads/pods/ephemeral-containers/
 * https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
 */
import * as assert from "uvu/assert";
import { kubectlSuite } from "../interop/kubectl-world.js";

const busybox = "registry.k8s.io/e2e-test-images/busybox:1.36.1-1";
const pod = (name: string, spec: string) => `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, labels: { of: pods } }
spec:
  restartPolicy: Never
${spec.replaceAll(/^/gm, "  ")}
---`;

const objects = [
  pod("plain", `containers: [{ name: main, image: "${busybox}", command: [/bin/sleep, "10000"] }]`),
  pod(
    "groups",
    `securityContext: { runAsUser: 1001, runAsGroup: 2002, fsGroup: 3003, supplementalGroups: [1234, 5678] }
containers:
  - { name: of-pod, image: "${busybox}", command: [id] }
  - { name: own, image: "${busybox}", command: [id], securityContext: { runAsUser: 7, runAsGroup: 8 } }`,
  ),
  pod("root", `containers: [{ name: main, image: "${busybox}", command: [id, -u], securityContext: { runAsNonRoot: true } }]`),
  pod(
    "tuned",
    `securityContext: { sysctls: [{ name: kernel.shm_rmid_forced, value: "1" }] }
containers: [{ name: main, image: "${busybox}", command: [/bin/sysctl, kernel.shm_rmid_forced] }]`,
  ),
  pod(
    "untunable",
    `securityContext: { sysctls: [{ name: kernel.msgmax, value: "1" }] }
containers: [{ name: main, image: "${busybox}", command: [id] }]`,
  ),
  pod(
    "addressed",
    `containers:
  - name: main
    image: "${busybox}"
    command: [sh, -c, "echo $HOST_IP $HOST_IPS $POD_IPS"]
    env:
      - { name: HOST_IP, valueFrom: { fieldRef: { fieldPath: status.hostIP } } }
      - { name: HOST_IPS, valueFrom: { fieldRef: { fieldPath: status.hostIPs } } }
      - { name: POD_IPS, valueFrom: { fieldRef: { fieldPath: status.podIPs } } }`,
  ),
  pod(
    "gated",
    `schedulingGates: [{ name: example.com/one }, { name: example.com/other }]
containers: [{ name: main, image: "${busybox}", command: ["true"] }]`,
  ),
  pod(
    "inline",
    `schedulerName: nobody
containers: [{ name: main, image: "${busybox}", volumeMounts: [{ name: own, mountPath: /own }] }]
volumes: [{ name: own, csi: { driver: nobody.example.com, fsType: ext4, readOnly: true } }]`,
  ),
  pod(
    "sidecars",
    `terminationGracePeriodSeconds: 20
volumes: [{ name: notes, emptyDir: {} }]
initContainers:
  - name: first
    image: "${busybox}"
    restartPolicy: Always
    command: [sh, -c, "echo first begins >> /notes/all; trap 'echo first ends >> /notes/all; cat /notes/all > /dev/termination-log; exit' TERM; while true; do sleep 0.2; done"]
    volumeMounts: [{ name: notes, mountPath: /notes }]
    startupProbe: { exec: { command: [cat, /notes/all] }, periodSeconds: 1 }
  - name: between
    image: "${busybox}"
    command: [sh, -c, "echo between >> /notes/all"]
    volumeMounts: [{ name: notes, mountPath: /notes }]
  - name: second
    image: "${busybox}"
    restartPolicy: Always
    command: [sh, -c, "echo second begins >> /notes/all; trap 'echo second ends >> /notes/all; exit' TERM; while true; do sleep 0.2; done"]
    volumeMounts: [{ name: notes, mountPath: /notes }]
    startupProbe: { exec: { command: [grep, second, /notes/all] }, periodSeconds: 1 }
containers:
  - name: main
    image: "${busybox}"
    command: [sh, -c, "echo main >> /notes/all"]
    volumeMounts: [{ name: notes, mountPath: /notes }]`,
  ),
].join("\n");

kubectlSuite("pods", { nodes: 1 }, (test, world) => {
  test.before(async () => {
    await world().run(["apply", "-f", "-"], objects);
    await world().ok("wait --for=condition=Ready pod/plain --timeout=60s");
  });

  const ended = (name: string, container: string) =>
    world().until(
      `get pod ${name} -o jsonpath={.status.containerStatuses[?(@.name=="${container}")].state.terminated.reason}`,
      (reason) => reason === "Completed",
    );

  test("containers run as the users and groups of their pod, or of their own", async () => {
    await ended("groups", "of-pod");
    await ended("groups", "own");
    const groups = "1234,5678,3003\n";
    assert.is(await world().ok("logs groups -c of-pod"), `uid=1001 gid=2002 groups=2002,${groups}`);
    assert.is(await world().ok("logs groups -c own"), `uid=7 gid=8 groups=8,${groups}`);
  });

  test("who must not run as root is not started, and it is told why", async () => {
    const reason = "{.status.containerStatuses[0].state.waiting.reason}: {.status.containerStatuses[0].state.waiting.message}";
    const told = await world().until(`get pod root -o jsonpath=${reason.replaceAll(" ", "")}`, (text) => text.includes("root"));
    assert.match(
      told,
      /^CreateContainerConfigError:container has runAsNonRoot and image will run as root \(pod: "root_default\(/,
    );
  });

  test("safe kernel parameters are set, others are refused by the node, and names that are none by the API", async () => {
    await ended("tuned", "main");
    assert.is(await world().ok("logs tuned"), "kernel.shm_rmid_forced = 1\n");
    const refused = await world().until(
      "get pod untunable -o jsonpath={.status.reason}:{.status.message}",
      (text) => text !== ":",
    );
    assert.is(refused, 'SysctlForbidden:Pod was rejected: forbidden sysctl: "kernel.msgmax" not allowlisted');
    const invalid = pod(
      "invalid",
      `securityContext: { sysctls: [{ name: foo-, value: bar }] }\ncontainers: [{ name: c, image: c }]`,
    );
    const { stderr } = await world().run(["create", "-f", "-"], invalid);
    assert.match(stderr, 'spec.securityContext.sysctls[0].name: Invalid value: "foo-": must have at most 253 characters');
  });

  test("a container is told the addresses of its pod and of its node", async () => {
    await ended("addressed", "main");
    const addresses = "{.status.hostIP} {.status.hostIPs[*].ip} {.status.podIPs[*].ip}";
    const { stdout } = await world().run(["get", "pod", "addressed", "-o", `jsonpath=${addresses}`]);
    assert.match(stdout, /^\S+ \S+ \S+$/);
    assert.is(await world().ok("logs addressed"), `${stdout}\n`);
  });

  test("a gated pod is scheduled when its last gate is gone", async () => {
    const status = () => world().ok("get pod gated --no-headers -o custom-columns=S:.status.conditions[0].reason");
    assert.is(await status(), "SchedulingGated\n");
    assert.match(await world().ok("get pod gated"), /SchedulingGated/);
    const gate = JSON.stringify([{ op: "remove", path: "/spec/schedulingGates/0" }]);
    await world().ok("patch pod gated --type=json", "-p", gate);
    assert.is(await status(), "SchedulingGated\n");
    await world().ok("patch pod gated --type=json", "-p", gate);
    await ended("gated", "main");
  });

  test("a volume that a driver makes for the pod alone is kept as it was asked for", async () => {
    const csi = await world().ok('get pod inline -o jsonpath={.spec.volumes[?(@.name=="own")].csi}');
    assert.equal(JSON.parse(csi), { driver: "nobody.example.com", fsType: "ext4", readOnly: true });
  });

  test("ephemeral containers come in one after the other, each a generation of the pod", async () => {
    const generation = () => world().ok("get pod plain -o jsonpath={.metadata.generation}");
    assert.is(await generation(), "1");
    const loop = "while true; do echo polo; sleep 1; done";
    await world().run(["debug", "plain", `--image=${busybox}`, "-c", "debugger", "--attach=false", "--", "sh", "-c", loop]);
    const running = "{.status.ephemeralContainerStatuses[*].state.running.startedAt}";
    await world().until(`get pod plain -o jsonpath=${running}`, (text) => text !== "");
    assert.is(await generation(), "2");
    assert.is(await world().ok("exec plain -c debugger -- /bin/echo marco"), "marco\n");
    await world().until("logs plain -c debugger", (log) => log.includes("polo"));
    await world().run(["debug", "plain", "--image=registry.k8s.io/pause:3.10", "-c", "second", "--attach=false"]);
    const names = await world().ok(
      "get pod plain --subresource=ephemeralcontainers -o jsonpath={.spec.ephemeralContainers[*].name}",
    );
    assert.is(names, "debugger second");
    assert.is(await generation(), "3");
  });

  test("sidecars begin in their order, before what comes after them, and end in the reverse one when the others are done", async () => {
    const state = '{.status.initContainerStatuses[?(@.name=="first")].state.terminated.message}';
    const told = await world().until(`get pod sidecars -o jsonpath=${state}`, (text) => text !== "");
    assert.equal(told.trim().split("\n"), ["first begins", "between", "second begins", "main", "second ends", "first ends"]);
    await world().until("get pod sidecars -o jsonpath={.status.phase}", (phase) => phase === "Succeeded");
  });

  test("a pod's status is patched by whoever may", async () => {
    const patch = { status: { message: "Patched by a test", reason: "TestPatch" } };
    await world().ok("patch pod plain --subresource=status --type=merge", "-p", JSON.stringify(patch));
    // The kubelet, whose status it is, may have its own say later; what was patched was answered.
    const { stdout } = await world().run([
      "patch",
      "pod",
      "plain",
      "--subresource=status",
      "--type=merge",
      "-p",
      JSON.stringify(patch),
      "-o",
      "jsonpath={.status.reason}",
    ]);
    assert.is(stdout, "TestPatch");
  });

  test("pods are deleted together, by their label", async () => {
    await world().ok("delete pods -l of=pods --grace-period=1");
    await world().until("get pods -l of=pods -o name", (names) => names === "");
  });
});
