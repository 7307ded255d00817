import { suite } from "uvu";
import * as assert from "uvu/assert";
import { orphanMachine } from "../../actors/kubelet/orphan/machine.js";
import { probeMachine } from "../../actors/kubelet/probe/machine.js";
import { statusMachine } from "../../actors/kubelet/status/machine.js";
import { StatusWriting } from "../../actors/kubelet/status/writing.js";
import { volumesMachine } from "../../actors/kubelet/volume/machine.js";
import { VolumeMounting } from "../../actors/kubelet/volume/mounting.js";
import { container, containerStatus, gone, KubeletHarness, sandboxStatus } from "./kubelet-harness.js";
import { PodHarness } from "./kubelet-pod-harness.js";

const test = suite("chart of a pod");

const deleted = { deletionTimestamp: "2025-01-01T00:00:00Z", deletionGracePeriodSeconds: 30 };

test("the runtime is asked only once the accepting write is acknowledged", () => {
  const harness = new PodHarness();
  assert.is(harness.now, "alive.accepting");
  assert.not(harness.asks("runPodSandbox"));
  harness.fail("patch pods/status", "unavailable");
  harness.run(200);
  assert.not(harness.asks("runPodSandbox"));
  harness.written();
  assert.is(harness.now, "alive.creatingSandbox");
});

test("a runtime that has nothing of a pod that ran: its containers run again, and that is counted", () => {
  const status = {
    phase: "Running",
    containerStatuses: [
      { name: "main", containerID: "runc://old", restartCount: 2, state: { running: { startedAt: "2025-01-01T00:00:00Z" } } },
    ],
  };
  const harness = new PodHarness({}, { status }).toInitializing();
  harness.answer("imageStatus", { image: { repoTags: [], id: "sha256:1", sizeBytes: 7, simulated: false } });
  const { config } = harness.answer("createContainer", { containerId: "new" }).request as { config: { attempt: number } };
  assert.is(config.attempt, 3);
  harness.answer("startContainer");
  const [record] = harness.handle.records;
  assert.equal([record?.restartCount, record?.last?.exitCode, record?.last?.reason], [3, 255, "Unknown"]);
});

test("a pod that is gone before it was accepted leaves nothing", () => {
  const harness = new PodHarness();
  harness.fail("patch pods/status", gone("pods"));
  assert.is(harness.now, "gone");
  assert.not(harness.asks("runPodSandbox"));
});

test("a pod that is deleted already when the kubelet first sees it is let go", () => {
  const harness = new PodHarness({}, { metadata: deleted });
  assert.is(harness.now, "ending.settling");
  harness.written();
  assert.is(harness.now, "ending.deleting");
  harness.fail("delete pods", "unavailable");
  assert.is(harness.now, "ending.waitingToDelete");
  harness.run(200);
  harness.answer("delete pods", { object: "{}" });
  assert.is(harness.now, "gone");
});

test("a pod that somebody else takes out of the API while it waits to be deleted is gone", () => {
  const harness = new PodHarness({}, { metadata: deleted });
  harness.written();
  harness.fail("delete pods", "unavailable");
  harness.tell({ type: "pod.deleted" });
  assert.is(harness.now, "gone");
});

test("a sandbox that is lost is replaced, and its containers run anew", () => {
  const harness = new PodHarness().toRunning();
  harness.tell({ type: "sandbox.lost" });
  assert.is(harness.now, "alive.replacingSandbox");
  harness.fail("removePodSandbox");
  assert.is(harness.now, "alive.waitingToReplace");
  harness.run(200);
  harness.answer("removePodSandbox");
  assert.is(harness.now, "alive.creatingSandbox");
  const { config } = harness.answer("runPodSandbox", { podSandboxId: "second" }).request as {
    config: { metadata: { attempt: number } };
  };
  assert.is(config.metadata.attempt, 1);
  harness.answer("podSandboxStatus", sandboxStatus({ id: "second" }));
  harness.runContainer("c-1");
  assert.equal([harness.handle.records[0]?.restartCount, harness.handle.records[0]?.last?.exitCode], [1, 137]);
});

test("a sandbox that is lost while init containers run", () => {
  const harness = new PodHarness({ initContainers: [{ name: "init", image: "setup:1" }] }).toInitializing();
  assert.is(harness.now, "alive.initializing");
  harness.tell({ type: "sandbox.lost" });
  assert.is(harness.now, "alive.replacingSandbox");
});

test("a sandbox that is found dead when the kubelet comes: replaced, or the pod ended when all its containers have", () => {
  const dead = sandboxStatus({ state: "SANDBOX_NOTREADY" });
  const find = (spec: object, containers: unknown[]) => {
    const harness = new PodHarness(spec, { runtime: dead });
    harness.answer("listPodSandbox", { items: [dead] });
    harness.answer("listContainers", { containers });
    return harness.now;
  };
  assert.is(find({}, [containerStatus("CONTAINER_EXITED")]), "alive.replacingSandbox");
  assert.is(find({ restartPolicy: "Never" }, [containerStatus("CONTAINER_EXITED")]), "ending.cleaningUp.stoppingSandbox");
});

test("a pod that is ready by gates reports when its conditions change", () => {
  const harness = new PodHarness({ readinessGates: [{ conditionType: "lb" }] }).toRunning();
  harness.written();
  harness.run(100);
  assert.is(harness.handle.status?.conditions?.find(({ type }) => type === "Ready")?.status, "False");
  const status = { conditions: [{ type: "lb", status: "True" }] };
  harness.tell({ type: "pod.updated", pod: { ...harness.handle.pod, status } });
  assert.is(harness.handle.status?.conditions?.find(({ type }) => type === "Ready")?.status, "True");
});

test("a pod that ends and is given less time hurries", () => {
  const harness = new PodHarness().toRunning();
  harness.update(deleted);
  assert.is(harness.take("stopContainer").request.timeoutSeconds, 30);
  harness.update({ deletionGracePeriodSeconds: 1 });
  assert.is(harness.take("stopContainer").request.timeoutSeconds, 1);
});

test("a pod that ended before this kubelet came waits to be deleted, whatever the runtime has of it", () => {
  const status = { phase: "Succeeded" };
  const harness = new PodHarness({ restartPolicy: "Never" }, { status });
  assert.is(harness.now, "findingRemains");
  harness.fail("listPodSandbox");
  assert.is(harness.now, "waitingForRemains");
  harness.update({ labels: { a: "b" } });
  harness.run(200);
  harness.update({ labels: { a: "c" } });
  harness.answer("listPodSandbox", { items: [] });
  assert.is(harness.now, "ending.over");
  assert.equal(harness.handle.pod.metadata.labels, { a: "c" });
  harness.update(deleted);
  assert.is(harness.now, "ending.deleting");

  for (const waits of [false, true]) {
    const other = new PodHarness({ restartPolicy: "Never" }, { status });
    if (waits) other.fail("listPodSandbox");
    other.tell({ type: "pod.deleted" });
    if (waits) other.run(200);
    other.answer("listPodSandbox", { items: [] });
    assert.is(other.now, "gone");
  }
});

const elsewhere = { nodeSelector: { disk: "ssd" } };
const labels = (disk: string) => ({ metadata: { name: "node-1", labels: { disk } } });

test("a pod for nodes with other labels: the node is read before it is turned away", () => {
  const harness = new PodHarness(elsewhere);
  assert.is(harness.now, "readingNode");
  harness.fail("get nodes", "unavailable");
  assert.is(harness.now, "waitingForNode");
  harness.update({ labels: { a: "b" } });
  harness.run(200);
  harness.update({ labels: { a: "c" } });
  harness.accept("get nodes", labels("ssd"));
  assert.is(harness.now, "alive.accepting");

  const away = new PodHarness(elsewhere);
  away.accept("get nodes", labels("hdd"));
  assert.is(away.now, "ending.settling");
  assert.is(away.handle.verdict?.reason, "NodeAffinity");

  const deletedWhile = new PodHarness(elsewhere);
  deletedWhile.tell({ type: "pod.deleted" });
  assert.is(deletedWhile.now, "gone");

  const deletedBetween = new PodHarness(elsewhere);
  deletedBetween.fail("get nodes", "unavailable");
  deletedBetween.tell({ type: "pod.deleted" });
  deletedBetween.run(200);
  assert.is(deletedBetween.now, "gone");
});

test("the end of a pod waits for a runtime that went away", () => {
  const harness = new PodHarness().toRunning();
  harness.written();
  harness.update(deleted);
  harness.answer("stopContainer");
  harness.answer("listContainers", { containers: [containerStatus("CONTAINER_EXITED")] });
  harness.fail("stopPodSandbox");
  assert.is(harness.now, "ending.cleaningUp.waitingForRuntime");
  harness.run(200);
  harness.answer("stopPodSandbox");
  assert.is(harness.now, "ending.settling");
  harness.run(100);
  while (harness.asks("patch pods/status")) harness.written();
  harness.answer("delete pods", { object: "{}" });
  harness.fail("removePodSandbox");
  assert.is(harness.now, "ending.waitingToRemove");
  harness.run(200);
  harness.answer("removePodSandbox");
  assert.is(harness.now, "gone");
});

test("a pod that ends and turns out to be gone from the API is not deleted there", () => {
  const harness = new PodHarness({}, { metadata: deleted });
  harness.fail("patch pods/status", gone("pods"));
  assert.is(harness.now, "gone");
  assert.not(harness.asks("delete pods"));
});

test("status: what is reported while a write waits or is tried again is written with it", () => {
  const harness = new KubeletHarness();
  const handle = harness.pod();
  const chart = harness.charts.start(statusMachine, {
    id: "status",
    input: { writing: new StatusWriting(harness.kubelet, handle) },
  });
  const report = (phase: string) => chart.send({ type: "report", status: { phase }, urgent: true });
  // All slots are taken, so that it has to wait for its turn.
  const { statusSlots } = harness.kubelet;
  for (let index = 0; index < 16; index++) statusSlots.take(`other ${index}`, () => undefined);
  report("Pending");
  report("Running");
  assert.is(harness.state("status"), "queued");
  statusSlots.release();
  assert.match(String(harness.take("patch pods/status").request.patch), /"phase":"Running"/);
  chart.send({ type: "written", outcome: { ok: false, error: { code: "unavailable", message: "" } } });
  assert.is(harness.state("status"), "retrying");
  report("Failed");
  harness.run(100);
  assert.match(String(harness.take("patch pods/status").request.patch), /"phase":"Failed"/);
  chart.send({ type: "written", outcome: { ok: false, error: gone("pods") } });
  assert.is(harness.state("status"), "gone");
  report("Running");
  assert.is(harness.state("status"), "gone");
  report("Running");
  chart.send({ type: "stop" });
  assert.is(harness.state("status"), "gone");
});

test("an orphaned sandbox is stopped and removed however often the runtime goes away", () => {
  const harness = new KubeletHarness();
  const input = { kubelet: harness.kubelet, sandboxId: "lost", podUid: "uid-9" };
  harness.charts.start(orphanMachine, { id: "orphan", input });
  harness.fail("stopPodSandbox");
  harness.run(200);
  harness.answer("stopPodSandbox");
  harness.fail("removePodSandbox");
  assert.is(harness.state("orphan"), "waitingToRemove");
  harness.run(200);
  harness.answer("removePodSandbox");
  assert.is(harness.state("orphan"), "gone");
});

test("a probe that could not be made says nothing; a probe can be stopped", () => {
  const harness = new KubeletHarness();
  const pod = harness.pod();
  const of = {
    kubelet: harness.kubelet,
    pod,
    record: pod.records[0]!,
    kind: "readiness",
    spec: { tcpSocket: { port: 80 }, failureThreshold: 1 },
  } as const;
  const verdicts: boolean[] = [];
  const chart = harness.charts.start(probeMachine, {
    id: "probe",
    input: { of, onVerdict: (healthy) => verdicts.push(healthy) },
  });
  harness.run(0);
  harness.fail("probe");
  assert.equal([harness.state("probe"), verdicts], ["resting", []]);
  harness.run(10_000);
  harness.answer("probe", { success: true, message: "" });
  assert.equal(verdicts, [true]);
  chart.send({ type: "stop" });
  assert.is(harness.state("probe"), "gone");
});

test("a volume that cannot be written is tried again", () => {
  const harness = new KubeletHarness();
  const failing = {
    ...harness.kubelet.io.volumes,
    makeDirectory: (_name: unknown, _fsGroup: unknown, onDone: (error?: string) => void) => onDone("disk full"),
  };
  const kubelet = Object.assign(Object.create(harness.kubelet), { io: { ...harness.kubelet.io, volumes: failing } });
  const pod = harness.pod({ ...container(), volumes: [{ name: "scratch", emptyDir: {} }] });
  harness.charts.start(volumesMachine, { id: "volumes", input: { mounting: new VolumeMounting(kubelet, pod) } });
  assert.is(harness.state("volumes"), "failing");
  assert.equal(harness.events(), ["FailedMount"]);
  failing.makeDirectory = (_name, _fsGroup, onDone) => onDone();
  harness.run(10_000);
  assert.is(harness.state("volumes"), "mounted.settled");
});

test.run();
