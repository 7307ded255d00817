import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  type ConnectionReader,
  type DriverError,
  type DriverEvent,
  driverFailed,
  driverOk,
  noProcess,
  type ProbeResult,
} from "../../actors/runc/io/driver.js";
import { SimulatedDriver } from "../../actors/runc/io/simulated-driver.js";
import type { ContainerStatus, PodSandboxStatus } from "../../actors/runc/messages.js";
import { containerConfig, eventTypes, RuncHarness, type StreamListener, sandboxConfig } from "./runc-harness.js";

const status = (harness: RuncHarness, containerId: string): ContainerStatus =>
  harness.call("containerStatus", { containerId }).ok as ContainerStatus;

test("a container goes through created, running and stopped, and each is told", () => {
  const harness = new RuncHarness();
  const events = harness.open("getContainerEvents", {});
  const { container } = harness.pod();
  assert.is(status(harness, container).state, "CONTAINER_CREATED");
  assert.equal(harness.call("startContainer", { containerId: container }).ok, {});
  assert.is(status(harness, container).state, "CONTAINER_RUNNING");
  const stopped = harness.call("stopContainer", { containerId: container, timeoutSeconds: 30 });
  harness.run(0);
  assert.equal(stopped.ok, {});
  assert.is(status(harness, container).state, "CONTAINER_EXITED");
  assert.is(status(harness, container).reason, "Completed");
  assert.equal(harness.call("removeContainer", { containerId: container }).ok, {});
  assert.is(harness.stateOf("container"), "gone");
  assert.equal(eventTypes(events), [
    "CONTAINER_CREATED_EVENT",
    "CONTAINER_STARTED_EVENT",
    "CONTAINER_STOPPED_EVENT",
    "CONTAINER_DELETED_EVENT",
  ]);
});

test("what ignores SIGTERM is killed after its grace period, with 137", () => {
  const harness = new RuncHarness({ rules: [{ onSigterm: "ignored" }] });
  const { container } = harness.pod();
  harness.call("startContainer", { containerId: container });
  const stopped = harness.call("stopContainer", { containerId: container, timeoutSeconds: 30 });
  harness.run(29_000);
  assert.is(harness.stateOf("container"), "running.terminating");
  assert.is(stopped.ok, undefined);
  harness.run(1_000);
  assert.equal(stopped.ok, {});
  assert.is(status(harness, container).exitCode, 137);
});

test("a second stop shortens the grace period; one with none kills at once", () => {
  const harness = new RuncHarness({ rules: [{ onSigterm: "ignored" }] });
  const { container } = harness.pod();
  harness.call("startContainer", { containerId: container });
  const first = harness.call("stopContainer", { containerId: container, timeoutSeconds: 30 });
  harness.call("stopContainer", { containerId: container, timeoutSeconds: 60 });
  harness.call("stopContainer", { containerId: container, timeoutSeconds: 2 });
  harness.run(2_000);
  assert.equal(first.ok, {}, "the shorter of the two grace periods counts");
  const { container: other } = harness.pod();
  harness.call("startContainer", { containerId: other });
  const slow = harness.call("stopContainer", { containerId: other, timeoutSeconds: 30 });
  const now = harness.call("stopContainer", { containerId: other, timeoutSeconds: 0 });
  assert.equal([slow.ok, now.ok], [{}, {}]);
});

test("stops that come while it is being killed are answered when it has ended", () => {
  const harness = new RuncHarness();
  const { container } = harness.pod();
  harness.call("startContainer", { containerId: container });
  const kills: string[] = [];
  const kill = { value: (_id: string, signal: string) => kills.push(signal) };
  const slow = Object.create(harness.driver, { kill }) as SimulatedDriver;
  harness.start(slow);
  const answers = [0, 5].map((timeoutSeconds) => harness.call("stopContainer", { containerId: container, timeoutSeconds }));
  assert.is(harness.stateOf("container"), "running.killing");
  assert.equal(kills, ["SIGKILL"]);
  SimulatedDriver.prototype.kill.call(slow, container, "SIGKILL", () => {});
  assert.equal([answers[0]?.ok, answers[1]?.ok], [{}, {}]);
});

test("a container that exits by itself says how", () => {
  const harness = new RuncHarness();
  const { container } = harness.pod({ image: "busybox", command: ["sh", "-c", "echo hi; sleep 2; exit 3"] });
  harness.call("startContainer", { containerId: container });
  harness.run(1_999);
  assert.is(status(harness, container).state, "CONTAINER_RUNNING");
  harness.run(1);
  const { state, exitCode, reason } = status(harness, container);
  assert.equal({ state, exitCode, reason }, { state: "CONTAINER_EXITED", exitCode: 3, reason: "Error" });
});

test("a start that fails leaves a stopped container that says why", () => {
  const message = 'exec: "nope": executable file not found in $PATH: unknown';
  const harness = new RuncHarness({ rules: [{ startError: message }] });
  const { container } = harness.pod();
  const answer = harness.call("startContainer", { containerId: container });
  assert.equal(answer.error, { code: "rejected", message, details: { reason: "StartError", exitCode: 128 } });
  assert.is(status(harness, container).exitCode, 128);
  assert.is(harness.call("startContainer", { containerId: container }).error?.code, "rejected", "it cannot be started again");
});

test("a container that is asked to stop while it starts is stopped once it runs", () => {
  const harness = new RuncHarness({ rules: [{ startDelayMs: 500 }] });
  const { container } = harness.pod();
  const started = harness.call("startContainer", { containerId: container });
  const again = harness.call("startContainer", { containerId: container });
  assert.ok(harness.call("removeContainer", { containerId: container }).error, "removed while it starts");
  const stopped = harness.call("stopContainer", { containerId: container, timeoutSeconds: 30 });
  harness.run(500);
  assert.equal([started.ok, again.ok, stopped.ok], [{}, {}, {}], "asked twice, started once, and both are told");
  assert.is(harness.stateOf("container"), "stopped");
});

test("a running container is not removed; asked for again, its start is what is there", () => {
  const harness = new RuncHarness();
  const { container } = harness.pod();
  harness.call("startContainer", { containerId: container });
  assert.match(harness.call("removeContainer", { containerId: container }).error?.message ?? "", "is running");
  assert.equal(harness.call("startContainer", { containerId: container }).ok, {});
});

test("a created container can be stopped and removed without ever running", () => {
  const harness = new RuncHarness();
  const { container } = harness.pod();
  assert.equal(harness.call("stopContainer", { containerId: container, timeoutSeconds: 1 }).ok, {});
  assert.equal(harness.call("removeContainer", { containerId: container }).ok, {});
  assert.equal(harness.call("removeContainer", { containerId: container }).ok, {}, "removing what is gone is fine");
  assert.equal(harness.call("stopContainer", { containerId: container, timeoutSeconds: 1 }).ok, {});
});

test("a container of an image that is not there is refused", () => {
  const harness = new RuncHarness();
  const { sandbox } = harness.pod();
  const answer = harness.call("createContainer", { podSandboxId: sandbox, config: containerConfig({ image: "httpd" }) });
  assert.is(answer.error?.code, "rejected");
  assert.equal(answer.error?.details, { reason: "ImageNotFound" });
});

test("when runc comes back it takes over what still runs, created and stopped", () => {
  const harness = new RuncHarness({ rules: [{ container: "short", exit: { afterMs: 10, exitCode: 0 } }] });
  const running = harness.pod();
  const created = harness.pod();
  const short = harness.pod({ name: "short" });
  harness.call("startContainer", { containerId: running.container });
  harness.call("startContainer", { containerId: short.container });
  harness.run(100);
  harness.call("stopPodSandbox", { podSandboxId: short.sandbox });
  harness.start();
  assert.is(status(harness, running.container).state, "CONTAINER_RUNNING");
  assert.is(status(harness, created.container).state, "CONTAINER_CREATED");
  assert.is(status(harness, short.container).state, "CONTAINER_EXITED");
  const { items } = harness.call("listPodSandbox", {}).ok as { items: PodSandboxStatus[] };
  assert.equal(
    items.map((item) => item.state),
    ["SANDBOX_READY", "SANDBOX_READY", "SANDBOX_NOTREADY"],
  );
  const { podSandboxId } = harness.call("runPodSandbox", { config: sandboxConfig() }).ok as { podSandboxId: string };
  const { ip } = harness.call("podSandboxStatus", { podSandboxId }).ok as PodSandboxStatus;
  const taken = items.filter((item) => item.state === "SANDBOX_READY").map((item) => item.ip);
  assert.not.ok(taken.includes(ip), "an address in use is given out only once");
  assert.equal(harness.call("stopContainer", { containerId: running.container, timeoutSeconds: 5 }).ok, {});
  assert.is(status(harness, running.container).state, "CONTAINER_EXITED");
});

test("runc asks a runtime that does not answer again, and refuses the kubelet meanwhile", () => {
  const harness = new RuncHarness();
  let silent = true;
  class Silent extends SimulatedDriver {
    override listImages(onDone: Parameters<SimulatedDriver["listImages"]>[0]): void {
      if (silent) onDone(driverFailed("RuntimeUnavailable", "the runtime does not answer"));
      else onDone(driverOk([]));
    }
  }
  const { driver } = harness;
  const flaky = Object.create(driver, { listImages: { value: Silent.prototype.listImages } }) as SimulatedDriver;
  harness.start(flaky);
  assert.is(harness.stateOf("runc"), "adopting.unanswered");
  assert.is(harness.call("listContainers", {}).error?.code, "unavailable");
  assert.is(harness.open("getContainerEvents", {}).error?.code, "unavailable");
  assert.match(harness.notes[0] ?? "", "does not answer");
  silent = false;
  harness.run(1_000);
  assert.is(harness.stateOf("runc"), "serving");
  harness.send({ type: "stop" });
  assert.is(harness.stateOf("runc"), "gone");
});

test("runc can be stopped before it serves", () => {
  const harness = new RuncHarness();
  harness.start(Object.create(harness.driver, { listSandboxes: { value: () => {} } }) as SimulatedDriver);
  assert.is(harness.stateOf("runc"), "adopting.sandboxes");
  harness.send({ type: "stop" });
  assert.is(harness.stateOf("runc"), "gone");
});

test("pulls of one image at once are one pull; a failure is told to all, and kept for a while", () => {
  const error = 'failed to pull and unpack image "docker.io/library/x:1": not found';
  const harness = new RuncHarness({ rules: [{ image: "x", pullDelayMs: 100, pullError: error }] });
  const answers = [harness.call("pullImage", { image: "x:1" }), harness.call("pullImage", { image: "docker.io/library/x:1" })];
  assert.equal(harness.call("removeImage", { image: "x:1" }).ok, {});
  harness.run(100);
  for (const answer of answers) assert.is(answer.error?.message, error);
  assert.is(harness.stateOf("image docker.io/library/x:1"), "failed");
  harness.call("pullImage", { image: "x:1" });
  assert.is(harness.stateOf("image"), "pulling");
  harness.run(100);
  assert.equal(harness.call("removeImage", { image: "x:1" }).ok, {});
  assert.is(harness.stateOf("image"), "gone");
  harness.call("pullImage", { image: "x:1" });
  harness.run(100 + 60_000);
  assert.is(harness.stateOf("image"), "gone");
});

test("images are listed, pulled again and removed, and found when runc comes back", () => {
  const harness = new RuncHarness();
  const pulled = harness.call("pullImage", { image: "nginx:1.27" });
  assert.equal(pulled.ok, { imageRef: "simulated://docker.io/library/nginx:1.27", simulated: true });
  assert.ok(harness.call("pullImage", { image: "nginx:1.27" }).ok);
  harness.start();
  const { images } = harness.call("listImages", {}).ok as { images: Array<{ repoTags: string[] }> };
  assert.equal(
    images.map((image) => image.repoTags),
    [["docker.io/library/nginx:1.27"]],
  );
  assert.ok((harness.call("imageStatus", { image: "nginx:1.27" }).ok as { image: unknown }).image);
  harness.call("removeImage", { image: "nginx:1.27" });
  assert.is((harness.call("imageStatus", { image: "nginx:1.27" }).ok as { image: unknown }).image, undefined);
  assert.equal(harness.call("pullImage", { image: "No Image" }).error?.details, { reason: "InvalidImageName" });
});

test("an image that is removed while it is wanted is pulled again", () => {
  const harness = new RuncHarness();
  let finish = () => {};
  harness.call("pullImage", { image: "nginx" });
  const slow = Object.create(harness.driver, {
    removeImage: {
      value: (_image: string, onDone: (outcome: ReturnType<typeof driverOk<void>>) => void) => {
        finish = () => onDone(driverOk(undefined));
      },
    },
  }) as SimulatedDriver;
  harness.start(slow);
  const removed = harness.call("removeImage", { image: "nginx" });
  const again = harness.call("removeImage", { image: "nginx" });
  assert.equal([removed.ok, again.ok], [undefined, {}]);
  const pulled = harness.call("pullImage", { image: "nginx" });
  finish();
  assert.equal(removed.ok, {});
  assert.ok(pulled.ok, "the pull that came meanwhile is made");
  harness.call("removeImage", { image: "nginx" });
  finish();
  assert.is(harness.stateOf("image"), "gone");
});

test("a sandbox has an address of the node's range, frees it when stopped, and takes its containers along", () => {
  const harness = new RuncHarness();
  const { sandbox, container } = harness.pod();
  harness.call("startContainer", { containerId: container });
  const { ip } = harness.call("podSandboxStatus", { podSandboxId: sandbox }).ok as PodSandboxStatus;
  assert.is(ip, "127.20.1.2");
  assert.equal(harness.call("removePodSandbox", { podSandboxId: sandbox }).ok, {});
  assert.is(harness.stateOf("container"), "gone");
  assert.is(harness.stateOf("sandbox"), "gone");
  assert.equal(harness.call("stopPodSandbox", { podSandboxId: sandbox }).ok, {}, "stopping what is gone is fine");
  assert.is(harness.call("podSandboxStatus", { podSandboxId: sandbox }).error?.code, "rejected");
});

test("a sandbox may be stopped twice and then removed", () => {
  const harness = new RuncHarness();
  const { sandbox } = harness.pod();
  for (let time = 0; time < 2; time++) assert.equal(harness.call("stopPodSandbox", { podSandboxId: sandbox }).ok, {});
  assert.is(harness.stateOf("sandbox"), "notready");
  assert.equal(harness.call("removePodSandbox", { podSandboxId: sandbox }).ok, {});
});

test("stops and removes that come while a sandbox is being stopped or removed are answered with it", () => {
  const harness = new RuncHarness();
  const { sandbox } = harness.pod();
  const waiting: Array<() => void> = [];
  const later = (_id: string, onDone: (outcome: ReturnType<typeof driverOk<void>>) => void) =>
    waiting.push(() => onDone(driverOk(undefined)));
  harness.start(
    Object.create(harness.driver, { stopSandbox: { value: later }, removeSandbox: { value: later } }) as SimulatedDriver,
  );
  const answers = [
    harness.call("stopPodSandbox", { podSandboxId: sandbox }),
    harness.call("stopPodSandbox", { podSandboxId: sandbox }),
    harness.call("removePodSandbox", { podSandboxId: sandbox }),
  ];
  waiting.shift()?.();
  assert.is(harness.stateOf("sandbox"), "removing");
  answers.push(
    harness.call("removePodSandbox", { podSandboxId: sandbox }),
    harness.call("stopPodSandbox", { podSandboxId: sandbox }),
  );
  waiting.shift()?.();
  for (const answer of answers) assert.equal(answer.ok, {});
});

test("a range without a free address refuses the sandbox, and says so", () => {
  const harness = new RuncHarness();
  const config = sandboxConfig({ podCidr: "127.20.1.0/30" });
  const { podSandboxId } = harness.call("runPodSandbox", { config }).ok as { podSandboxId: string };
  assert.match(harness.call("runPodSandbox", { config }).error?.message ?? "", "no IP addresses available");
  harness.call("stopPodSandbox", { podSandboxId });
  assert.ok(harness.call("runPodSandbox", { config }).ok, "the address is free again");
  assert.match(harness.call("runPodSandbox", { config: sandboxConfig({ podCidr: "x" }) }).error?.message ?? "", "invalid CIDR");
  assert.ok(harness.call("runPodSandbox", { config: sandboxConfig({ podCidr: "x", hostNetwork: true }) }).ok);
});

test("a sandbox that the runtime cannot make is refused, and its address is free", () => {
  const harness = new RuncHarness();
  const refusing = {
    value: (_spec: unknown, onDone: (outcome: unknown) => void) => onDone(driverFailed("RuntimeUnavailable", "no")),
  };
  harness.start(Object.create(harness.driver, { runSandbox: refusing }) as SimulatedDriver);
  const config = sandboxConfig({ podCidr: "127.20.1.0/30" });
  for (let time = 0; time < 3; time++) assert.is(harness.call("runPodSandbox", { config }).error?.message, "no");
});

test("a container that the runtime fails to remove stays", () => {
  const harness = new RuncHarness();
  const { container } = harness.pod();
  const pending: Array<(outcome: unknown) => void> = [];
  const deletes = { value: (_id: string, onDone: (outcome: unknown) => void) => pending.push(onDone) };
  harness.start(Object.create(harness.driver, { delete: deletes }) as SimulatedDriver);
  const removed = harness.call("removeContainer", { containerId: container });
  assert.equal(harness.call("removeContainer", { containerId: container }).ok, {});
  assert.equal(harness.call("stopContainer", { containerId: container, timeoutSeconds: 1 }).ok, {});
  pending.shift()?.(driverFailed("RuntimeUnavailable", "busy"));
  assert.is(removed.error?.message, "busy");
  assert.is(harness.stateOf("container"), "stopped");
  assert.equal(harness.call("stopContainer", { containerId: container, timeoutSeconds: 1 }).ok, {});
});

test("a mapped port is told, and is part of the status", () => {
  const harness = new RuncHarness();
  const { container } = harness.pod();
  harness.call("startContainer", { containerId: container });
  let say: (event: DriverEvent) => void = () => {};
  const listen = { value: (onEvent: typeof say) => (say = onEvent) };
  harness.start(Object.create(harness.driver, { listen }) as SimulatedDriver);
  const mapping = { podIP: "127.20.1.2", port: 80, address: "127.20.1.2", mappedPort: 64592 };
  const events = harness.open("getContainerEvents", {});
  say({ type: "portOpened", id: container, mapping });
  assert.equal(status(harness, container).mappedPorts, [{ containerPort: 80, hostPort: 64592 }]);
  assert.is(eventTypes(events).at(-1), "CONTAINER_PORT_MAPPED_EVENT");
  say({ type: "notice", id: container, reason: "Simulated", message: "says so" });
  assert.equal(harness.notes, ["Simulated: says so"]);
});

const text = (chunks: unknown[]): string =>
  (chunks as Array<{ data: Uint8Array }>).map((chunk) => new TextDecoder().decode(chunk.data)).join("");

test("a log is read, its tail, and what is added while it is followed", () => {
  const harness = new RuncHarness();
  const { container } = harness.pod({ image: "busybox", command: ["sh", "-c", "echo one; sleep 1; echo two; sleep 1"] });
  harness.call("startContainer", { containerId: container });
  const request = { containerId: container, follow: false, timestamps: false };
  assert.match(text(harness.open("containerLog", request).chunks), /simulated container.*\none\n$/s);
  const followed = harness.open("containerLog", { ...request, follow: true, tailLines: 1 });
  assert.is(text(followed.chunks), "one\n");
  harness.run(1_000);
  assert.is(text(followed.chunks), "one\ntwo\n");
  harness.run(2_000);
  assert.ok(followed.ended);
  const stamped = harness.open("containerLog", { ...request, timestamps: true, tailLines: 1 });
  assert.is(text(stamped.chunks), "2025-01-01T00:00:01.000000000Z two\n");
  assert.is(text(harness.open("containerLog", { ...request, limitBytes: 9 }).chunks), "chartroom");
  assert.is(harness.open("containerLog", { ...request, containerId: "none" }).error?.code, "rejected");
});

test("a log waits for a slow reader, and ends with it", () => {
  const harness = new RuncHarness();
  const { container } = harness.pod({ image: "busybox", command: ["sh", "-c", "echo one; sleep 100"] });
  harness.call("startContainer", { containerId: container });
  const control: { backlog: number; listener?: StreamListener } = { backlog: 1 };
  const followed = harness.open("containerLog", { containerId: container, follow: true, timestamps: false }, control);
  assert.is(harness.stateOf("log"), "waiting");
  control.backlog = 0;
  control.listener?.onDrain?.();
  assert.is(harness.stateOf("log"), "reading");
  control.listener?.onClosed?.({ code: "cancelled", message: "" });
  assert.is(harness.stateOf("log"), "gone");
  assert.not.ok(followed.ended);
  const other: { backlog: number; listener?: StreamListener } = { backlog: 1 };
  harness.open("containerLog", { containerId: container, follow: true, timestamps: false }, other);
  other.listener?.onClosed?.({ code: "cancelled", message: "" });
  assert.is(harness.stateOf("log"), "gone");
});

test("a command is run for a probe, and given up at its deadline", () => {
  const rules = [
    {
      exec: [
        { command: "slow", exitCode: 0, delayMs: 5_000 },
        { command: "sick", exitCode: 1, stdout: "no\n" },
      ],
    },
  ];
  const harness = new RuncHarness({ rules });
  const { container } = harness.pod();
  const request = { containerId: container, command: ["sick"], timeoutMs: 1_000 };
  assert.is(harness.call("execSync", request).error?.code, "rejected", "it does not run yet");
  harness.call("startContainer", { containerId: container });
  assert.equal(harness.call("execSync", request).ok, { exitCode: 1, stdout: "no\n", stderr: "" });
  const slow = harness.call("execSync", { ...request, command: ["slow"] });
  harness.run(1_000);
  assert.equal(slow.error, { code: "rejected", message: 'command "slow" timed out', details: { reason: "DeadlineExceeded" } });
  assert.ok(harness.call("execSync", { ...request, timeoutMs: 0 }).ok, "no deadline");
});

test("exec streams its output and its exit code; whoever asked may go away", () => {
  const harness = new RuncHarness({ rules: [{ exec: [{ exitCode: 4, stdout: "out", stderr: "err", delayMs: 100 }] }] });
  const { container } = harness.pod();
  harness.call("startContainer", { containerId: container });
  const request = { containerId: container, command: ["cat"], stdin: true, tty: false };
  const control: { backlog: number; listener?: StreamListener } = { backlog: 0 };
  const heard = harness.open("exec", request, control);
  control.listener?.onChunk?.({ stdin: new Uint8Array([65]) });
  control.listener?.onChunk?.({ resize: { width: 80, height: 24 } });
  control.listener?.onHalfClose?.();
  assert.is(harness.stateOf("exec"), "inputClosed");
  harness.run(100);
  assert.equal(
    (heard.chunks as Array<{ stream: string }>).map((chunk) => chunk.stream),
    ["stdout", "stderr", "exit"],
  );
  assert.ok(heard.ended);
  for (const halfClosed of [false, true]) {
    harness.open("exec", request, control);
    if (halfClosed) control.listener?.onHalfClose?.();
    control.listener?.onClosed?.({ code: "cancelled", message: "" });
    assert.is(harness.stateOf("exec"), "gone");
  }
  const plain = harness.open("exec", request);
  harness.run(100);
  assert.equal(plain.chunks.at(-1), { stream: "exit", exitCode: 4 });
  assert.is(harness.open("exec", { ...request, containerId: "none" }).error?.code, "rejected");
});

test("a command whose container goes away ends with an error, also when its input was closed", () => {
  const harness = new RuncHarness();
  const { container } = harness.pod();
  harness.call("startContainer", { containerId: container });
  let fail: (error: DriverError) => void = () => {};
  const exec = {
    value: (_id: string, _request: unknown, reader: { onError: typeof fail }) => {
      fail = reader.onError;
      return noProcess;
    },
  };
  harness.start(Object.create(harness.driver, { exec }) as SimulatedDriver);
  const control: { backlog: number; listener?: StreamListener } = { backlog: 0 };
  const heard = harness.open("exec", { containerId: container, command: ["cat"], stdin: true, tty: false }, control);
  control.listener?.onHalfClose?.();
  fail({ reason: "RuntimeUnavailable", message: "gone" });
  assert.equal(heard.error, { code: "rejected", message: "gone", details: { reason: "RuntimeUnavailable" } });
});

test("what a command writes while its reader has no room comes later, joined, and before its exit code", () => {
  const harness = new RuncHarness();
  const { container } = harness.pod({
    image: "busybox",
    command: ["sh", "-c", "sleep 1; echo a; echo b; sleep 1; echo c; exit 5"],
  });
  const control: { backlog: number; listener?: StreamListener } = { backlog: 1 };
  harness.call("startContainer", { containerId: container });
  const heard = harness.open("attach", { containerId: container, stdin: false, tty: false }, control);
  harness.run(1500);
  assert.equal(heard.chunks, [], "nothing is sent to who takes nothing");
  control.backlog = 0;
  control.listener?.onDrain?.();
  const told = () =>
    (heard.chunks as Array<{ stream: string; data?: Uint8Array }>).map(({ stream, data }) =>
      data === undefined ? stream : `${stream} ${new TextDecoder().decode(data)}`,
    );
  assert.equal(told(), ["stdout a\nb\n"]);
  control.backlog = 1;
  harness.run(1000);
  assert.equal(told(), ["stdout a\nb\n", "stdout c\n", "exit"]);
});

test("attach follows the main process until it ends", () => {
  const harness = new RuncHarness();
  const { container } = harness.pod({ image: "busybox", command: ["sh", "-c", "sleep 1; echo late; exit 5"] });
  harness.call("startContainer", { containerId: container });
  const heard = harness.open("attach", { containerId: container, stdin: false, tty: false });
  harness.run(3_000);
  assert.match(text(heard.chunks.slice(0, -1)), "late\n");
  assert.equal(heard.chunks.at(-1), { stream: "exit", exitCode: 5 });
});

/** What came over a forwarded connection: bytes as text, everything else by its name. */
const forwarded = (chunks: unknown[]) =>
  (chunks as Array<{ stream: string; data?: Uint8Array }>).map(({ stream, data }) =>
    data === undefined ? stream : new TextDecoder().decode(data),
  );

test("a port of a pod is connected to, written to at its pace, read and closed", () => {
  const harness = new RuncHarness({ rules: [{ http: [{ path: "/hello", status: 200, body: "hi" }] }] });
  const { sandbox, container } = harness.pod();
  harness.call("startContainer", { containerId: container });
  const control: { backlog: number; listener?: StreamListener; consumed?: number } = { backlog: 0 };
  const heard = harness.open("portForward", { podSandboxId: sandbox, port: 80 }, control);
  assert.equal(forwarded(heard.chunks), ["accepted"]);
  const ask = (text: string) => control.listener?.onChunk?.({ data: new TextEncoder().encode(text) });
  ask("GET /hello HTTP/1.1\r\n");
  ask("Host: pod\r\n\r\n");
  assert.match(forwarded(heard.chunks)[1] ?? "", /^HTTP\/1\.1 200 .*\r\n\r\nhi$/s);
  assert.is(control.consumed, 2, "each chunk is credited when it has gone on its way");
  control.listener?.onDrain?.();
  control.listener?.onHalfClose?.();
  assert.equal([forwarded(heard.chunks).at(-1), heard.ended, heard.error], ["end", true, undefined]);
});

test("a port on which nothing listens is refused, one of no sandbox too; a connection is given up and breaks", () => {
  const harness = new RuncHarness();
  const { sandbox } = harness.pod();
  const refused = harness.open("portForward", { podSandboxId: sandbox, port: 81 });
  assert.is(refused.error?.message, "dial tcp 127.20.1.2:81: connect: connection refused");
  assert.is(harness.open("portForward", { podSandboxId: "none", port: 80 }).error?.code, "rejected");
  const done: string[] = [];
  let reader: ConnectionReader | undefined;
  const connect = {
    value: (_target: unknown, given: ConnectionReader) => {
      reader = given;
      const note = (what: string) => () => done.push(what);
      return { write: note("write"), end: note("end"), taken: note("taken"), cancel: note("cancel") };
    },
  };
  harness.start(Object.create(harness.driver, { connect }) as SimulatedDriver);
  const control: { backlog: number; listener?: StreamListener } = { backlog: 0 };
  const dial = () => harness.open("portForward", { podSandboxId: sandbox, port: 80 }, control);
  dial();
  control.listener?.onHalfClose?.();
  control.listener?.onClosed?.({ code: "cancelled", message: "" });
  assert.equal(done.splice(0), ["end", "cancel"], "input may end before the connection is there");
  const broken = dial();
  reader?.onOpen();
  control.listener?.onHalfClose?.();
  reader?.onClosed({ reason: "RuntimeUnavailable", message: "connection reset by peer" });
  assert.equal([done.splice(0), broken.error?.message], [["end"], "connection reset by peer"]);
  const over = dial();
  reader?.onOpen();
  control.backlog = 1;
  reader?.onData(Uint8Array.of(1));
  assert.equal(done, [], "a server waits while its reader is behind");
  reader?.onClosed();
  assert.equal([over.ended, over.error], [true, undefined]);
  for (const when of ["open", "half closed"]) {
    dial();
    reader?.onOpen();
    if (when === "half closed") control.listener?.onHalfClose?.();
    control.listener?.onClosed?.({ code: "cancelled", message: "" });
    assert.is(done.at(-1), "cancel", when);
  }
  const early = dial();
  reader?.onClosed();
  assert.ok(early.ended, "a server may close before it is heard to be there");
  dial();
  reader?.onOpen();
  control.listener?.onHalfClose?.();
  reader?.onClosed();
  const lost = dial();
  reader?.onOpen();
  reader?.onClosed({ reason: "RuntimeUnavailable", message: "gone" });
  assert.is(lost.error?.message, "gone");
});

test("probes answer as the rules say", () => {
  const rules = [
    {
      http: [
        { path: "/healthz", status: 200 },
        { path: "/healthz", status: 500, fromMs: 1_000 },
      ],
    },
  ];
  const harness = new RuncHarness({ rules });
  const { sandbox, container } = harness.pod();
  const http = {
    podSandboxId: sandbox,
    timeoutMs: 1_000,
    kind: "http",
    scheme: "HTTP",
    host: "",
    port: 80,
    path: "/healthz",
    headers: [],
  };
  const tcp = { podSandboxId: sandbox, timeoutMs: 1_000, kind: "tcp", host: "", port: 80 };
  const refused = "dial tcp 127.20.1.2:80: connect: connection refused";
  assert.equal(harness.call("probe", tcp).ok, { success: false, message: refused });
  assert.is((harness.call("probe", http).ok as ProbeResult).message, `Get "http://127.20.1.2:80/healthz": ${refused}`);
  harness.call("startContainer", { containerId: container });
  assert.equal(harness.call("probe", tcp).ok, { success: true, message: "" });
  assert.equal(harness.call("probe", http).ok, { success: true, message: "" });
  harness.run(1_000);
  assert.equal(harness.call("probe", http).ok, { success: false, message: "HTTP probe failed with statuscode: 500" });
  assert.is(harness.call("probe", { ...tcp, podSandboxId: "none" }).error?.code, "rejected");
});

test.run();
