/** Images and sandboxes in runc. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type DriverEvent, driverFailed, driverOk } from "../../actors/runc/io/driver.js";
import type { SimulatedDriver } from "../../actors/runc/io/simulated-driver.js";
import type { PodSandboxStatus } from "../../actors/runc/messages.js";
import { eventTypes, RuncHarness, sandboxConfig, status } from "./runc-harness.js";

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
  const { podSandboxId } = harness.runSandbox(config).ok as { podSandboxId: string };
  assert.match(harness.runSandbox(config).error?.message ?? "", "no IP addresses available");
  harness.call("stopPodSandbox", { podSandboxId });
  assert.ok(harness.runSandbox(config).ok, "the address is free again");
  assert.match(harness.runSandbox(sandboxConfig({ podCidr: "x" })).error?.message ?? "", "invalid CIDR");
  assert.ok(harness.runSandbox(sandboxConfig({ podCidr: "x", hostNetwork: true })).ok);
});

test("a handler that the node does not have refuses the sandbox, and takes no address", () => {
  const harness = new RuncHarness();
  const config = sandboxConfig({ podCidr: "127.20.1.0/30" });
  const refusal = 'failed to get sandbox runtime: no runtime for "kata" is configured';
  for (let time = 0; time < 3; time++) assert.is(harness.runSandbox(config, "kata").error?.message, refusal);
  assert.ok(harness.runSandbox(config, "runc").ok);
});

test("a sandbox that the runtime cannot make is refused, and its address is free", () => {
  const harness = new RuncHarness();
  const refusing = {
    value: (_spec: unknown, onDone: (outcome: unknown) => void) => onDone(driverFailed("RuntimeUnavailable", "no")),
  };
  harness.start(Object.create(harness.driver, { runSandbox: refusing }) as SimulatedDriver);
  const config = sandboxConfig({ podCidr: "127.20.1.0/30" });
  for (let time = 0; time < 3; time++) assert.is(harness.runSandbox(config).error?.message, "no");
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

test.run();
