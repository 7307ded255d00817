import { suite } from "uvu";
import * as assert from "uvu/assert";
import { podsPath } from "./apiserver-world.js";
import { KubeletWorld, oneContainer } from "./kubelet-world.js";

const test = suite("kubelet");

const condition = (world: KubeletWorld, pod: string, type: string) =>
  world.pod(pod)?.status?.conditions?.find((each) => each.type === type);

test("a node registers, is ready at once and keeps its Lease", () => {
  const world = new KubeletWorld();
  const { metadata, status } = world.node();
  assert.is(metadata.labels?.["kubernetes.io/hostname"], "node-1");
  assert.equal(status?.addresses, [
    { type: "InternalIP", address: "10.0.1.1" },
    { type: "Hostname", address: "node-1" },
  ]);
  assert.is(status?.allocatable?.pods, "110");
  assert.is(status?.nodeInfo?.containerRuntimeVersion, "runc://1.0.0");
  assert.is(world.nodeCondition("Ready")?.message, "kubelet is posting ready status");
  const leases = { group: "coordination.k8s.io", version: "v1", resource: "leases", namespace: "kube-node-lease" };
  const renewed = () => (world.world.get(leases, "node-1").object.spec as { renewTime?: string } | undefined)?.renewTime ?? "";
  world.until("the node has a Lease", () => renewed() !== "", 20_000);
  const first = renewed();
  world.until("the Lease is renewed", () => renewed() > first, 11_000);
  world.until("the node says how kube-proxy is", () => world.nodeCondition("KubeProxyReady")?.status === "True", 30_000);
});

test("a pod is accepted in etcd before the runtime is asked for anything", () => {
  const world = new KubeletWorld();
  world.run("web", oneContainer());
  world.until("the pod runs", () => world.phase("web") === "Running");
  assert.equal(world.states("pod default/web"), [
    "alive.accepting",
    "alive.creatingSandbox",
    "alive.readingSandbox",
    "alive.initializing",
    "alive.running",
  ]);
  const sent = world.trace.flatMap((record) =>
    record.kind === "message" && record.actor === "kubelet/node-1" && record.direction !== "relayed"
      ? [`${record.direction} ${record.envelope.kind} ${record.envelope.name}`]
      : [],
  );
  const accepted = sent.lastIndexOf("received reply patch", sent.indexOf("sent call runPodSandbox"));
  assert.ok(accepted > 0 && accepted < sent.indexOf("sent call runPodSandbox"), "the accepting write is acknowledged first");
  assert.equal(world.states("status default/web"), ["queued", "writing", "settled", "queued", "writing", "settled"]);

  const status = world.pod("web")?.status;
  assert.equal(
    status?.conditions?.map(({ type, status, reason }) => [type, status, reason]),
    [
      ["PodReadyToStartContainers", "True", undefined],
      ["Initialized", "True", undefined],
      ["Ready", "True", undefined],
      ["ContainersReady", "True", undefined],
      ["PodScheduled", "True", undefined],
    ],
  );
  assert.equal(status?.podIPs, [{ ip: status?.podIP }]);
  assert.is(status?.hostIP, "10.0.1.1");
  assert.is(status?.qosClass, "BestEffort");
  const container = world.container("web");
  assert.match(container?.containerID ?? "", /^runc:\/\/[0-9a-f]{64}$/);
  assert.is(container?.imageID, "simulated://docker.io/library/nginx:1.27");
  assert.is(container?.started, true);
  world.until("the events are written", () => world.events("web").length === 5);
  assert.equal(
    world
      .events("web")
      .map((event) => event.split(" ")[0])
      .sort(),
    ["Created", "Pulled", "Pulling", "Simulated", "Started"],
  );
});

test("a deleted pod is stopped within its grace, its end is written, and then it is deleted", () => {
  const world = new KubeletWorld({ runtime: { rules: [{ onSigterm: { afterMs: 3_000, exitCode: 143 } }] } });
  world.run("web", oneContainer());
  world.until("the pod runs", () => world.phase("web") === "Running");
  const watch = world.world.watch(podsPath);
  const beganMs = world.simulation.queue.nowMs;
  world.world.delete(podsPath, "web");
  assert.is(world.phase("web"), "Running", "it is still there");
  world.until("the pod is gone", () => world.phase("web") === "absent");
  const tookMs = world.simulation.queue.nowMs - beganMs;
  assert.ok(tookMs >= 3_000 && tookMs < 3_500, `took ${tookMs} ms`);
  const last = JSON.parse(watch.events.filter(({ type }) => type === "MODIFIED").at(-1)?.object ?? "{}");
  assert.is(last.status.phase, "Failed");
  assert.is(last.status.containerStatuses[0].state.terminated.exitCode, 143);
  assert.is(world.driver !== undefined && world.charts().includes("default/web"), false, "no chart is left of it");
  world.until("the kill is told", () => world.events("web").some((event) => event === "Killing Stopping container main"));
});

test("a container that ignores SIGTERM is killed when the grace period is over", () => {
  const world = new KubeletWorld({ runtime: { rules: [{ onSigterm: "ignored" }] } });
  world.run("web", { ...oneContainer(), terminationGracePeriodSeconds: 5 });
  world.until("the pod runs", () => world.phase("web") === "Running");
  const watch = world.world.watch(podsPath);
  const beganMs = world.simulation.queue.nowMs;
  world.world.delete(podsPath, "web");
  world.until("the pod is gone", () => world.phase("web") === "absent");
  const tookMs = world.simulation.queue.nowMs - beganMs;
  assert.ok(tookMs >= 5_000 && tookMs < 5_500, `took ${tookMs} ms`);
  const last = JSON.parse(watch.events.filter(({ type }) => type === "MODIFIED").at(-1)?.object ?? "{}");
  assert.is(last.status.containerStatuses[0].state.terminated.exitCode, 137);
});

test("a pod that was deleted by force is killed soon", () => {
  const world = new KubeletWorld({ runtime: { rules: [{ onSigterm: "ignored" }] } });
  world.run("web", oneContainer());
  world.until("the pod runs", () => world.phase("web") === "Running");
  world.world.delete(podsPath, "web", { gracePeriodSeconds: 0 });
  assert.is(world.phase("web"), "absent");
  world.until("nothing of it is left", () => !world.charts().includes("default/web"), 4_000);
});

test("a crash loop backs off 10 s, then 20 s, and counts restarts", () => {
  const world = new KubeletWorld({ runtime: { rules: [{ exit: { afterMs: 500, exitCode: 1 } }] } });
  world.run("crash", oneContainer());
  world.until("it waits after its second crash", () => world.container("crash")?.state?.waiting?.reason === "CrashLoopBackOff");
  const waiting = world.container("crash");
  assert.is(waiting?.restartCount, 1, "the first restart is made at once");
  assert.match(waiting?.state?.waiting?.message ?? "", /^back-off 10s restarting failed container=main pod=crash_default\(.+\)$/);
  assert.is(waiting?.lastState?.terminated?.exitCode, 1);
  assert.is(waiting?.lastState?.terminated?.reason, "Error");
  const sinceMs = world.simulation.queue.nowMs;
  world.until("it is started again", () => world.container("crash")?.restartCount === 2);
  assert.ok(world.simulation.queue.nowMs - sinceMs > 9_000);
  world.until("the next wait is twice as long", () =>
    /back-off 20s/.test(world.container("crash")?.state?.waiting?.message ?? ""),
  );
  assert.ok(
    world.events("crash").some((event) => /^BackOff Back-off restarting failed container main in pod crash_default/.test(event)),
  );
  assert.is(condition(world, "crash", "Ready")?.reason, "ContainersNotReady");
  assert.is(condition(world, "crash", "Ready")?.message, "containers with unready status: [main]");
  world.world.delete(podsPath, "crash");
  world.until("a pod that backs off is deleted at once", () => world.phase("crash") === "absent", 1_000);
});

test("restart policies: what completes under OnFailure or Never is Succeeded, what fails under Never is Failed", () => {
  const world = new KubeletWorld({
    runtime: {
      rules: [
        { image: "done", exit: { afterMs: 500, exitCode: 0 } },
        { image: "fails", exit: { afterMs: 500, exitCode: 3 } },
        { image: "oom", exit: { afterMs: 500, exitCode: 137, oomKilled: true } },
      ],
    },
  });
  world.run("job", { ...oneContainer({}, "done:1"), restartPolicy: "OnFailure" });
  world.run("failed", { ...oneContainer({}, "fails:1"), restartPolicy: "Never" });
  world.run("hungry", { ...oneContainer({}, "oom:1"), restartPolicy: "Never" });
  world.until("all have ended", () =>
    ["job", "failed", "hungry"].every((name) => world.phase(name) !== "Pending" && world.phase(name) !== "Running"),
  );
  assert.is(world.phase("job"), "Succeeded");
  assert.is(world.container("job")?.state?.terminated?.reason, "Completed");
  assert.is(condition(world, "job", "Ready")?.reason, "PodCompleted");
  assert.is(world.phase("failed"), "Failed");
  assert.is(world.container("failed")?.state?.terminated?.exitCode, 3);
  assert.is(world.container("hungry")?.state?.terminated?.reason, "OOMKilled");
  world.simulation.kill("kubelet/node-1");
  world.until("it is back", () => world.nodeCondition("Ready")?.status === "True" && world.charts().includes("pod default/job"));
  world.simulation.run(1_000);
  assert.is(world.phase("job"), "Succeeded", "what has ended is not run again");
  world.world.delete(podsPath, "job");
  world.until("the pod is gone", () => world.phase("job") === "absent", 2_000);
});

test("an image that cannot be pulled: ErrImagePull, then ImagePullBackOff", () => {
  const world = new KubeletWorld({ runtime: { rules: [{ image: "missing", pullError: "not found" }] } });
  world.run("web", oneContainer({}, "missing:1"));
  world.until("the error shows", () => world.container("web")?.state?.waiting?.reason === "ErrImagePull");
  world.until("it backs off", () => world.container("web")?.state?.waiting?.reason === "ImagePullBackOff");
  assert.is(world.phase("web"), "Pending");
  assert.match(world.container("web")?.state?.waiting?.message ?? "", /^Back-off pulling image "missing:1": ErrImagePull: /);
  world.until("it is tried again", () => world.events("web").filter((event) => event.startsWith("Pulling")).length > 0, 15_000);
  world.world.delete(podsPath, "web");
  world.until("the pod is gone", () => world.phase("web") === "absent", 2_000);
});

test("configuration: a missing ConfigMap shows as CreateContainerConfigError until it is there", () => {
  const world = new KubeletWorld();
  world.run("web", oneContainer({ env: [{ name: "COLOR", valueFrom: { configMapKeyRef: { name: "colors", key: "main" } } }] }));
  world.until("the error shows", () => world.container("web")?.state?.waiting?.reason === "CreateContainerConfigError");
  assert.is(world.container("web")?.state?.waiting?.message, 'configmap "colors" not found');
  const configMaps = { group: "", version: "v1", resource: "configmaps", namespace: "default" };
  world.world.create(configMaps, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "colors" }, data: { main: "red" } });
  world.until("the pod runs", () => world.phase("web") === "Running", 12_000);
});

test("volumes: files of a ConfigMap, updated while the pod runs", () => {
  const world = new KubeletWorld();
  const configMaps = { group: "", version: "v1", resource: "configmaps", namespace: "default" };
  const files = () =>
    [...world.volumes.directories.values()].flatMap(({ files }) =>
      files.map(({ path, data }) => `${path}=${new TextDecoder().decode(data)}`),
    );
  world.run("web", {
    ...oneContainer({
      volumeMounts: [
        { name: "config", mountPath: "/etc/config" },
        { name: "scratch", mountPath: "/tmp" },
      ],
    }),
    volumes: [
      { name: "config", configMap: { name: "settings" } },
      { name: "scratch", emptyDir: {} },
    ],
  });
  world.until("the missing ConfigMap is told", () => world.events("web").some((event) => event.startsWith("FailedMount")));
  assert.ok(
    world.events("web").includes('FailedMount MountVolume.SetUp failed for volume "config" : configmap "settings" not found'),
  );
  world.world.create(configMaps, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "settings" },
    data: { "a.txt": "one" },
  });
  world.until("the pod runs", () => world.phase("web") === "Running");
  assert.equal(files(), ["a.txt=one"]);
  world.world.patch(configMaps, "settings", { data: { "a.txt": "two" } });
  world.until("the file changes", () => files().includes("a.txt=two"), 75_000);
  world.world.delete(podsPath, "web");
  world.until("the volumes are removed with the pod", () => world.volumes.directories.size === 0);
});

test("volumes: what a pod says of itself changes with it", () => {
  const world = new KubeletWorld();
  const shown = () =>
    [...world.volumes.directories.values()].flatMap(({ files }) => files.map(({ data }) => new TextDecoder().decode(data)));
  const items = [{ path: "labels", fieldRef: { fieldPath: "metadata.labels" } }];
  world.run("web", {
    ...oneContainer({
      volumeMounts: [{ name: "self", mountPath: "/etc/self", readOnly: true, recursiveReadOnly: "IfPossible" }],
    }),
    volumes: [{ name: "self", downwardAPI: { items } }],
  });
  world.until("the pod runs", () => world.phase("web") === "Running");
  const [status] = world.pod("web")?.status?.containerStatuses ?? [];
  assert.equal(status?.volumeMounts, [{ name: "self", mountPath: "/etc/self", readOnly: true, recursiveReadOnly: "Enabled" }]);
  world.world.patch(podsPath, "web", { metadata: { labels: { tier: "gold" } } });
  world.until("the file changes", () => shown().some((text) => text.includes('tier="gold"')), 2_000);
});

test.run();
