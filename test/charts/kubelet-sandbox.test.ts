import { suite } from "uvu";
import * as assert from "uvu/assert";
import { container, gone, refused, sandboxStatus } from "./kubelet-harness.js";
import { PodHarness } from "./kubelet-pod-harness.js";

const test = suite("a pod's sandbox is made");

test("a sandbox that is refused is tried again", () => {
  const harness = new PodHarness().toSandbox();
  harness.fail("runPodSandbox", refused("no address is left"));
  assert.is(harness.now, "alive.sandboxRefused");
  assert.ok(harness.events().includes("FailedCreatePodSandBox"));
  harness.run(2_000);
  assert.is(harness.now, "alive.creatingSandbox");
});

test("a runtime that goes away while it makes a sandbox is asked what it has", () => {
  const harness = new PodHarness().toSandbox();
  harness.fail("runPodSandbox");
  harness.run(200);
  harness.fail("listPodSandbox");
  assert.is(harness.now, "alive.waitingForRuntime");
  harness.run(200);
  harness.answer("listPodSandbox", { items: [sandboxStatus({ id: "made" })] });
  harness.answer("listContainers", { containers: [] });
  assert.is(harness.handle.sandboxId, "made");
  assert.is(harness.now, "alive.running");
});

test("a runtime that goes away before it told the address, and has nothing: the sandbox is made again", () => {
  const harness = new PodHarness().toSandbox();
  harness.answer("runPodSandbox", { podSandboxId: "sandbox" });
  harness.fail("podSandboxStatus");
  harness.run(200);
  harness.answer("listPodSandbox", { items: [] });
  assert.is(harness.now, "alive.creatingSandbox", "what was written need not be written again");
});

test("volumes that are mounted already are not waited for again when a sandbox has to be made anew", () => {
  const harness = new PodHarness({ ...container(), volumes: [{ name: "scratch", emptyDir: {} }] }).toSandbox();
  assert.is(harness.now, "alive.mountingVolumes");
  harness.run(10);
  harness.fail("runPodSandbox");
  harness.run(200);
  harness.answer("listPodSandbox", { items: [] });
  assert.is(harness.now, "alive.creatingSandbox");
  assert.equal([...harness.handle.volumes.keys()], ["scratch"]);
});

for (const [title, spec, hostname] of [
  ["its own name", {}, "web"],
  ["the one that it says", { hostname: "front", subdomain: "shop" }, "front"],
  ["that of its node, on whose network it is", { hostNetwork: true, hostname: "front" }, "node-1"],
] as const) {
  test(`a pod's host name is ${title}`, () => {
    const { config } = new PodHarness(spec).toSandbox().take("runPodSandbox").request as { config: { hostname: string } };
    assert.is(config.hostname, hostname);
  });
}

const ofClass = { runtimeClassName: "fast" };
const fast = { metadata: { name: "fast" }, handler: "runc" };

test("the handler that a pod's RuntimeClass names is asked for", () => {
  const harness = new PodHarness(ofClass).toSandbox();
  assert.is(harness.now, "alive.readingRuntimeClass");
  harness.fail("get runtimeclasses", "unavailable");
  assert.is(harness.now, "alive.waitingForRuntimeClass");
  harness.run(200);
  harness.accept("get runtimeclasses", fast);
  assert.is(harness.now, "alive.creatingSandbox");
  assert.is(harness.take("runPodSandbox").request.runtimeHandler, "runc");
});

test("a RuntimeClass that is gone by then: the sandbox fails, and the class is read again", () => {
  const harness = new PodHarness(ofClass).toSandbox();
  harness.fail("get runtimeclasses", gone("runtimeclasses"));
  assert.is(harness.now, "alive.sandboxRefused");
  assert.equal(harness.messages(), ['Failed to create pod sandbox: runtimeclass.node.k8s.io "fast" not found']);
  harness.run(2_000);
  harness.accept("get runtimeclasses", fast);
  assert.is(harness.now, "alive.creatingSandbox");
});

test("a handler that the node does not have: the sandbox fails in the runtime's words, and the class may be another the next time", () => {
  const harness = new PodHarness(ofClass).toSandbox();
  harness.accept("get runtimeclasses", { ...fast, handler: "kata" });
  harness.fail("runPodSandbox", refused('failed to get sandbox runtime: no runtime for "kata" is configured'));
  assert.is(harness.now, "alive.sandboxRefused");
  const runtimeSays = 'rpc error: code = Unknown desc = failed to get sandbox runtime: no runtime for "kata" is configured';
  assert.equal(harness.messages(), [`Failed to create pod sandbox: ${runtimeSays}`]);
  harness.run(2_000);
  assert.is(harness.now, "alive.readingRuntimeClass");
});

test("the class is read after the volumes are mounted, and again when the sandbox is lost", () => {
  const harness = new PodHarness({ ...container(), ...ofClass, volumes: [{ name: "scratch", emptyDir: {} }] }).toSandbox();
  harness.run(10);
  assert.is(harness.now, "alive.readingRuntimeClass");
  harness.accept("get runtimeclasses", fast);
  harness.answer("runPodSandbox", { podSandboxId: "sandbox" });
  harness.answer("podSandboxStatus", sandboxStatus());
  harness.tell({ type: "sandbox.lost" });
  harness.answer("removePodSandbox");
  assert.is(harness.now, "alive.readingRuntimeClass");
});

test("a pod without a RuntimeClass takes the runtime's own handler", () => {
  const harness = new PodHarness().toSandbox();
  assert.is(harness.take("runPodSandbox").request.runtimeHandler, "");
});

test.run();
