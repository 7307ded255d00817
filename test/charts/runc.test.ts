/** Containers in runc, from created to removed. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { driverFailed, driverOk } from "../../actors/runc/io/driver.js";
import { SimulatedDriver } from "../../actors/runc/io/simulated-driver.js";
import type { PodSandboxStatus } from "../../actors/runc/messages.js";
import { containerConfig, eventTypes, RuncHarness, status } from "./runc-harness.js";

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
  const { podSandboxId } = harness.runSandbox().ok as { podSandboxId: string };
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

test.run();
