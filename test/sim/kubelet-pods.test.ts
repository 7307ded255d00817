import { suite } from "uvu";
import * as assert from "uvu/assert";
import { configMap, configMaps, podsPath } from "./apiserver-world.js";
import { KubeletWorld, oneContainer } from "./kubelet-world.js";

const test = suite("kubelet: probes, init containers, sidecars, hooks");

const http = (more: object = {}) => ({ httpGet: { path: "/ready", port: 8080 }, periodSeconds: 1, ...more });
const serving = (http: Array<{ path?: string; status: number; body?: string; fromMs?: number }>) => ({
  rules: [
    {
      ports: [8080],
      onSigterm: { afterMs: 50, exitCode: 143 },
      // The last answer that applies is the one that is given.
      http: http.toReversed().map((each) => ({ port: 8080, ...each })),
    },
  ],
});

const startedAt = (world: KubeletWorld, pod: string, name: string) =>
  world.trace.findIndex(
    (record) =>
      record.kind === "transition" && record.chart === `container default/${pod}/${name}` && record.to.startsWith("running"),
  );
const endedAt = (world: KubeletWorld, pod: string, name: string) =>
  world.trace.findIndex(
    (record) => record.kind === "transition" && record.chart === `container default/${pod}/${name}` && record.to === "terminated",
  );

test("readiness: a pod is ready when its probe says so, and not any more when it fails three times", () => {
  const world = new KubeletWorld({
    runtime: serving([
      { path: "/ready", status: 503, fromMs: 20_000 },
      { path: "/ready", status: 200, fromMs: 4_000 },
      { path: "/ready", status: 503 },
    ]),
  });
  world.run("web", oneContainer({ readinessProbe: http({ initialDelaySeconds: 2 }) }));
  world.until("the container runs", () => world.phase("web") === "Running");
  assert.not(world.isReady("web"));
  assert.is(world.container("web")?.ready, false);
  world.until("the pod is ready", () => world.isReady("web"), 8_000);
  world.until("a failed probe is told", () =>
    world.events("web").some((event) => event === "Unhealthy Readiness probe failed: HTTP probe failed with statuscode: 503"),
  );
  world.until("the pod is not ready any more", () => !world.isReady("web"), 25_000);
  assert.is(world.container("web")?.restartCount, 0);
});

test("a probe that is redirected elsewhere succeeds, with a warning", () => {
  const world = new KubeletWorld({ runtime: serving([{ path: "/ready", status: 302, body: "there" }]) });
  world.run("web", oneContainer({ readinessProbe: http() }));
  world.until("the pod is ready", () => world.isReady("web"), 8_000);
  const warning = "ProbeWarning Readiness probe warning: Probe terminated redirects, Response body: there";
  world.until("the warning is told", () => world.events("web").includes(warning), 8_000);
});

test("liveness: a container whose probe fails is killed and started again", () => {
  const world = new KubeletWorld({
    runtime: serving([
      { path: "/ready", status: 500, fromMs: 3_000 },
      { path: "/ready", status: 200 },
    ]),
  });
  world.run("web", oneContainer({ livenessProbe: http() }));
  world.until("it was restarted", () => world.container("web")?.restartCount === 1, 20_000);
  world.until("why is told", () =>
    world.events("web").includes("Killing Container main failed liveness probe, will be restarted"),
  );
});

test("liveness under restart policy Never: the pod fails", () => {
  const world = new KubeletWorld({ runtime: serving([{ path: "/ready", status: 500 }]) });
  world.run("web", { ...oneContainer({ livenessProbe: http() }), restartPolicy: "Never" });
  world.until("the pod failed", () => world.phase("web") === "Failed", 20_000);
});

test("startup: other probes wait until it succeeds; a container that does not start up is killed", () => {
  const world = new KubeletWorld({
    runtime: serving([
      { path: "/ready", status: 200, fromMs: 5_000 },
      { path: "/ready", status: 500 },
    ]),
  });
  world.run("slow", oneContainer({ startupProbe: http({ failureThreshold: 10 }), livenessProbe: http({ failureThreshold: 1 }) }));
  world.run("never", oneContainer({ startupProbe: http({ failureThreshold: 2 }) }));
  world.until("the slow one is started", () => world.container("slow")?.started === true, 10_000);
  assert.is(world.container("slow")?.restartCount, 0, "its liveness was not asked meanwhile");
  world.until(
    "the other one was killed",
    () => world.events("never").includes("Killing Container main failed startup probe, will be restarted"),
    10_000,
  );
});

test("exec, tcp and grpc probes", () => {
  const world = new KubeletWorld({
    runtime: {
      rules: [
        {
          ports: [8080],
          exec: [
            { command: "check", exitCode: 0 },
            { command: "check", exitCode: 1, stderr: "no", fromMs: 4_000 },
          ],
        },
      ],
    },
  });
  world.run(
    "both",
    oneContainer({
      ports: [{ name: "web", containerPort: 8080 }],
      readinessProbe: { tcpSocket: { port: "web" }, periodSeconds: 1 },
      livenessProbe: { exec: { command: ["check", "it"] }, periodSeconds: 1 },
    }),
  );
  world.run(
    "grpc",
    oneContainer({ ports: [{ containerPort: 8080 }], readinessProbe: { grpc: { port: 8080 }, periodSeconds: 1 } }),
  );
  world.run("mute", oneContainer({ readinessProbe: { grpc: { port: 8081 }, periodSeconds: 1 } }));
  world.until("the tcp probe succeeds", () => world.isReady("both"));
  world.until("the exec probe fails", () => world.events("both").includes("Unhealthy Liveness probe failed: no"), 10_000);
  world.until("the restart", () => world.container("both")?.restartCount === 1, 45_000);
  world.until("the grpc probe succeeds", () => world.isReady("grpc"));
  const unreachable = /Readiness probe failed: timeout: failed to connect service "10\.244\.0\.\d+:8081" within 1s/;
  world.until("the other one fails", () => world.events("mute").some((event) => unreachable.test(event)));
});

test("a container's last words are in its status: from the file that it names, or from the end of its log", () => {
  const rules = [
    { container: "said", exit: { afterMs: 10, exitCode: 0 }, terminationMessage: "all is well" },
    { container: "logged", exit: { afterMs: 10, exitCode: 3 }, output: ["first", "last"] },
    { container: "silent", exit: { afterMs: 10, exitCode: 3 }, output: ["not asked for"] },
  ];
  const world = new KubeletWorld({ runtime: { rules } });
  const container = (name: string, terminationMessagePolicy: string) => ({ name, image: "job", terminationMessagePolicy });
  world.run("job", {
    restartPolicy: "Never",
    containers: [container("said", "File"), container("logged", "FallbackToLogsOnError"), container("silent", "File")],
  });
  world.until("the pod has ended", () => world.phase("job") === "Failed");
  const message = (name: string) => world.container("job", name)?.state?.terminated?.message;
  assert.equal([message("said"), message("logged"), message("silent")], ["all is well", "first\nlast\n", undefined]);
});

test("init containers run one after the other, and the main ones after them", () => {
  const world = new KubeletWorld({ runtime: { rules: [{ image: "setup", exit: { afterMs: 1_000, exitCode: 0 } }] } });
  world.run("web", {
    ...oneContainer(),
    initContainers: [
      { name: "one", image: "setup:1" },
      { name: "two", image: "setup:1" },
    ],
  });
  world.until("the first one runs", () => world.container("web", "one")?.state?.running !== undefined);
  assert.is(world.phase("web"), "Pending");
  assert.is(world.container("web", "two")?.state?.waiting?.reason, "PodInitializing");
  assert.is(world.container("web")?.state?.waiting?.reason, "PodInitializing");
  const initialized = () => world.pod("web")?.status?.conditions?.find(({ type }) => type === "Initialized");
  assert.is(initialized()?.reason, "ContainersNotInitialized");
  assert.is(initialized()?.message, "containers with incomplete status: [one two]");
  world.until("the pod runs", () => world.isReady("web"));
  assert.ok(endedAt(world, "web", "one") < startedAt(world, "web", "two"));
  assert.ok(endedAt(world, "web", "two") < startedAt(world, "web", "main"));
  assert.is(initialized()?.status, "True");
  assert.is(world.container("web", "two")?.state?.terminated?.reason, "Completed");
});

test("an init container that fails is tried again; under Never the pod fails", () => {
  const world = new KubeletWorld({ runtime: { rules: [{ image: "setup", exit: { afterMs: 100, exitCode: 1 } }] } });
  const spec = { ...oneContainer(), initContainers: [{ name: "one", image: "setup:1" }] };
  world.run("again", spec);
  world.run("never", { ...spec, restartPolicy: "Never" });
  world.until("it backs off", () => world.container("again", "one")?.state?.waiting?.reason === "CrashLoopBackOff");
  assert.is(world.phase("again"), "Pending");
  world.until("the pod fails", () => world.phase("never") === "Failed");
  assert.is(world.container("never")?.state?.waiting?.reason, "PodInitializing", "its main container never began");
});

test("sidecars start first and in order, and end last and in the reverse order", () => {
  const world = new KubeletWorld({
    runtime: {
      rules: [
        { image: "log", ports: [8080], listensAfterMs: 2_000, onSigterm: { afterMs: 100, exitCode: 0 } },
        { image: "nginx", ports: [80], onSigterm: { afterMs: 500, exitCode: 0 } },
      ],
    },
  });
  const sidecar = (name: string) => ({
    name,
    image: "log:1",
    restartPolicy: "Always",
    startupProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
  });
  world.run("web", { ...oneContainer(), initContainers: [sidecar("a"), sidecar("b")] });
  world.until("the pod is ready", () => world.isReady("web"));
  const up = (name: string) =>
    world.trace.findIndex(
      (record) => record.kind === "transition" && record.chart === `container default/web/${name}` && record.to === "running.up",
    );
  assert.ok(up("a") < startedAt(world, "web", "b"), "the second waits for the first to be started");
  assert.ok(up("b") < startedAt(world, "web", "main"));
  world.world.delete(podsPath, "web");
  world.until("the pod is gone", () => world.phase("web") === "absent");
  assert.ok(endedAt(world, "web", "main") < endedAt(world, "web", "b"));
  assert.ok(endedAt(world, "web", "b") < endedAt(world, "web", "a"));
});

test("a sidecar does not keep a pod from completing, and is started again when it ends", () => {
  const world = new KubeletWorld({
    runtime: {
      rules: [
        { image: "log", attempts: 1, exit: { afterMs: 500, exitCode: 1 } },
        { image: "job", exit: { afterMs: 5_000, exitCode: 0 } },
      ],
    },
  });
  world.run("job", {
    ...oneContainer({}, "job:1"),
    restartPolicy: "Never",
    initContainers: [{ name: "log", image: "log:1", restartPolicy: "Always" }],
  });
  world.until("the sidecar was restarted", () => world.container("job", "log")?.restartCount === 1);
  world.until("the pod succeeded", () => world.phase("job") === "Succeeded");
  assert.ok(world.container("job", "log")?.state?.terminated !== undefined);
});

test("hooks: postStart holds the pod back, preStop runs within the grace period", () => {
  const world = new KubeletWorld({
    runtime: { rules: [{ onSigterm: { afterMs: 100, exitCode: 0 }, exec: [{ command: "bad", exitCode: 1 }] }] },
  });
  world.run("web", oneContainer({ lifecycle: { postStart: { sleep: { seconds: 3 } }, preStop: { sleep: { seconds: 4 } } } }));
  world.until("it runs", () => world.phase("web") === "Running");
  world.simulation.run(2_000);
  assert.not(world.isReady("web"));
  world.until("the hook returned", () => world.isReady("web"), 2_000);
  const beganMs = world.simulation.queue.nowMs;
  world.world.delete(podsPath, "web");
  world.until("the pod is gone", () => world.phase("web") === "absent");
  const tookMs = world.simulation.queue.nowMs - beganMs;
  assert.ok(tookMs >= 4_000 && tookMs < 5_000, `took ${tookMs} ms`);
  assert.ok(world.states("container default/web/main").includes("stopping.preStop"));

  world.run("bad", oneContainer({ lifecycle: { postStart: { exec: { command: ["bad"] } } } }));
  world.until("the failed hook is told", () => world.events("bad").includes("FailedPostStartHook PostStartHook failed"));
  world.until("the container was killed and started again", () => world.container("bad")?.restartCount === 1);
  world.run("bye", oneContainer({ lifecycle: { preStop: { exec: { command: ["bad"] } } } }));
  world.until("it runs", () => world.isReady("bye"));
  world.world.delete(podsPath, "bye");
  world.until("the pod is gone", () => world.phase("bye") === "absent");
  world.until("its failed hook is told", () => world.events("bye").includes("FailedPreStopHook PreStopHook failed"));
});

test("another image for a running container restarts it with that image", () => {
  const world = new KubeletWorld();
  world.run("web", oneContainer());
  world.until("the pod runs", () => world.isReady("web"));
  world.world.patch(
    podsPath,
    "web",
    { spec: { containers: [{ name: "main", image: "httpd:2" }] } },
    "application/strategic-merge-patch+json",
  );
  world.until("it runs the new image", () => world.container("web")?.imageID.includes("httpd") === true && world.isReady("web"));
  assert.is(world.container("web")?.restartCount, 1);
  assert.ok(world.events("web").includes("Killing Container main definition changed, will be restarted"));
});

test("a pod that the node cannot take fails, and says why", () => {
  const world = new KubeletWorld({ node: { cpu: "2", pods: 2 } });
  world.run("big", oneContainer({ resources: { requests: { cpu: "3" } } }));
  world.until("it failed", () => world.phase("big") === "Failed");
  assert.is(world.pod("big")?.status?.reason, "OutOfcpu");
  assert.is(
    world.pod("big")?.status?.message,
    "Pod was rejected: Node didn't have enough resource: cpu, requested: 3000, used: 0, capacity: 2000",
  );
  world.run("elsewhere", { ...oneContainer(), nodeSelector: { disk: "ssd" } });
  world.until("it failed", () => world.phase("elsewhere") === "Failed");
  assert.is(world.pod("elsewhere")?.status?.reason, "NodeAffinity");
  world.world.patch({ group: "", version: "v1", resource: "nodes" }, "node-1", { metadata: { labels: { disk: "ssd" } } });
  world.run("here", { ...oneContainer(), nodeSelector: { disk: "ssd" } });
  world.until("a label that the node has just got counts", () => world.phase("here") === "Running");
  world.run("second", oneContainer());
  world.until("it runs", () => world.phase("second") === "Running");
  world.run("third", oneContainer());
  world.until("there is no room for a third", () => world.phase("third") === "Failed");
  assert.is(world.pod("third")?.status?.reason, "OutOfpods");
  world.world.delete(podsPath, "third");
  world.until("it is deleted", () => world.phase("third") === "absent", 2_000);
});

test("a handler that the node does not have: the pod waits and says why, until its RuntimeClass names one that there is", () => {
  const world = new KubeletWorld();
  const classes = { group: "node.k8s.io", version: "v1", resource: "runtimeclasses" };
  const define = (handler: string) =>
    world.world.create(classes, { apiVersion: "node.k8s.io/v1", kind: "RuntimeClass", metadata: { name: "fast" }, handler });
  define("kata");
  world.run("web", { ...oneContainer(), runtimeClassName: "fast" });
  const event = (why: string) => `FailedCreatePodSandBox Failed to create pod sandbox: ${why}`;
  const unknown = 'rpc error: code = Unknown desc = failed to get sandbox runtime: no runtime for "kata" is configured';
  world.until("the runtime's refusal is told", () => world.events("web").includes(event(unknown)));
  assert.is(world.container("web")?.state?.waiting?.reason, "ContainerCreating");
  world.world.delete(classes, "fast");
  const absent = 'runtimeclass.node.k8s.io "fast" not found';
  world.until("that the class is gone is told", () => world.events("web").includes(event(absent)));
  define("runc");
  world.until("it runs", () => world.phase("web") === "Running");
  const handlers = world.node().status?.runtimeHandlers?.map(({ name }) => name);
  assert.equal(handlers, ["", "runc"], "the node says what it has");
});

test("activeDeadlineSeconds ends a pod", () => {
  const world = new KubeletWorld();
  world.run("late", { ...oneContainer(), activeDeadlineSeconds: 5 });
  world.until("the pod failed", () => world.phase("late") === "Failed", 8_000);
  assert.is(world.pod("late")?.status?.reason, "DeadlineExceeded");
  assert.ok(world.container("late")?.state?.terminated !== undefined);
});

test("activeDeadlineSeconds may be set on a pod that runs", () => {
  const world = new KubeletWorld();
  world.run("late", oneContainer());
  world.until("the pod runs", () => world.phase("late") === "Running");
  world.world.patch(podsPath, "late", { spec: { activeDeadlineSeconds: 5 } });
  world.until("the pod failed", () => world.phase("late") === "Failed", 8_000);
  assert.is(world.pod("late")?.status?.reason, "DeadlineExceeded");
});

test("pull policies: Always pulls each time, Never does not pull, IfNotPresent pulls once", () => {
  const world = new KubeletWorld();
  world.run("never", oneContainer({ imagePullPolicy: "Never" }, "rare:1"));
  world.until("it is refused", () => world.container("never")?.state?.waiting?.reason === "ErrImageNeverPull");
  assert.is(
    world.container("never")?.state?.waiting?.message,
    'Container image "rare:1" is not present with pull policy of Never',
  );
  world.run("first", oneContainer({ imagePullPolicy: "IfNotPresent" }, "rare:1"));
  world.until("it runs", () => world.isReady("first"));
  world.run("second", oneContainer({ imagePullPolicy: "IfNotPresent" }, "rare:1"));
  world.run("always", oneContainer({ imagePullPolicy: "Always" }, "rare:1"));
  world.until("both run", () => world.isReady("second") && world.isReady("always"));
  world.until("the other one finds the image", () => world.isReady("never"), 10_000);
  assert.ok(world.events("second").includes('Pulled Container image "rare:1" already present on machine'));
  assert.ok(world.events("always").includes('Pulling Pulling image "rare:1"'));
});

test("a container that cannot be started ends with exit code 128 and is tried again", () => {
  const world = new KubeletWorld({ runtime: { rules: [{ image: "broken", startError: "exec: no such file" }] } });
  world.run("broken", oneContainer({}, "broken:1"));
  world.until("it backs off", () => world.container("broken")?.state?.waiting?.reason === "CrashLoopBackOff");
  assert.is(world.container("broken")?.lastState?.terminated?.exitCode, 128);
  world.until("it is told", () => world.events("broken").some((event) => event.startsWith("Failed Error: ")));
});

test("a container that crashes finds its ConfigMap as it is by the time it starts again", () => {
  const world = new KubeletWorld({ runtime: { rules: [{ exit: { afterMs: 3_000, exitCode: 1 } }] } });
  world.world.create(configMaps, configMap("settings", { mode: "old" }));
  const volumes = [{ name: "settings", configMap: { name: "settings" } }];
  world.run("web", { ...oneContainer({ volumeMounts: [{ name: "settings", mountPath: "/etc/settings" }] }), volumes });
  world.until("it runs", () => world.phase("web") === "Running");
  world.world.patch(configMaps, "settings", { data: { mode: "new" } });
  const shown = () =>
    [...world.volumes.directories.values()].flatMap(({ files }) => files.map(({ data }) => new TextDecoder().decode(data)));
  world.until(
    "it waits to be started again",
    () => world.container("web")?.state?.waiting?.reason === "CrashLoopBackOff",
    40_000,
  );
  world.until("long before it would be looked at by itself the volume has what is new", () => shown().join() === "new", 2_000);
});

test.run();
