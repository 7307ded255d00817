import { suite } from "uvu";
import * as assert from "uvu/assert";
import { podsPath } from "./apiserver-world.js";
import { KubeletWorld, oneContainer } from "./kubelet-world.js";

const test = suite("kubelet crashes");

const restarts = (world: KubeletWorld, pod: string) => world.container(pod)?.restartCount ?? -1;

const running = (options: ConstructorParameters<typeof KubeletWorld>[0] = {}, spec: object = oneContainer()): KubeletWorld => {
  const world = new KubeletWorld(options);
  world.run("web", spec);
  world.until("the pod runs", () => world.isReady("web"));
  return world;
};

test("a kubelet that comes back takes over what runs, without a restart", () => {
  const world = running();
  const before = world.container("web")?.containerID;
  world.simulation.kill("kubelet/node-1");
  world.until(
    "its chart is back",
    () => world.states("pod default/web").at(-1) === "alive.running" && world.charts().includes("pod default/web"),
  );
  world.simulation.run(5_000);
  assert.is(world.container("web")?.containerID, before);
  assert.is(restarts(world, "web"), 0);
  assert.ok(world.isReady("web"));
  assert.ok(world.states("pod default/web").includes("alive.findingSandbox"));
});

test("a container that ended while the kubelet was away is started again, and counted", () => {
  const world = running({ runtime: { rules: [{ attempts: 1, exit: { afterMs: 2_000, exitCode: 1 } }] } });
  world.simulation.run(1_950);
  world.simulation.kill("kubelet/node-1");
  world.until("it was started again", () => restarts(world, "web") === 1 && world.isReady("web"));
  assert.is(world.container("web")?.lastState?.terminated?.exitCode, 1);
});

test("a runtime that comes back is asked what it has: containers live on", () => {
  const world = running();
  const before = world.container("web")?.containerID;
  world.simulation.kill("runc/node-1");
  world.simulation.run(5_000);
  assert.is(world.container("web")?.containerID, before);
  assert.is(restarts(world, "web"), 0);
  assert.is(world.nodeCondition("Ready")?.status, "True", "a short absence is no reason to be not ready");
  assert.ok(world.states("kubelet").some((state) => state.includes("runtime.missed")));
  world.world.delete(podsPath, "web");
  world.until("the pod can be deleted", () => world.phase("web") === "absent");
});

test("an API server that dies and comes back: the pod runs on and its status is up to date", () => {
  const world = running({ runtime: { rules: [{ attempts: 1, exit: { afterMs: 3_000, exitCode: 1 } }] } });
  world.simulation.run(2_900);
  world.simulation.kill("apiserver/0");
  world.simulation.run(200);
  world.world.untilServing();
  world.until("the restart shows", () => restarts(world, "web") === 1 && world.isReady("web"));
});

test("a pod that was deleted by force while the kubelet was away leaves nothing behind", () => {
  const world = running();
  world.simulation.kill("kubelet/node-1");
  world.world.delete(podsPath, "web", { gracePeriodSeconds: 0 });
  world.until("the orphan is found", () =>
    world.trace.some((record) => record.kind === "transition" && record.chart.startsWith("orphan ")),
  );
  world.until("and removed", () => !world.charts().includes("orphan"));
  assert.is(world.volumes.directories.size, 0);
});

test("a pod that was asked to go while the kubelet was away goes in order", () => {
  const world = running();
  world.simulation.kill("kubelet/node-1");
  world.world.delete(podsPath, "web");
  world.until("the pod is gone", () => world.phase("web") === "absent");
  world.until("nothing is left of it", () => !world.charts().includes("default/web"));
});

test("a pod that is deleted and made again under its name runs, whatever of the old one is still there", () => {
  const world = running({ runtime: { rules: [{ onSigterm: { afterMs: 1_500, exitCode: 0 } }] } });
  const uid = world.pod("web")?.metadata.uid;
  world.world.delete(podsPath, "web", { gracePeriodSeconds: 0 });
  world.run("web", oneContainer());
  world.until("the new one runs", () => world.isReady("web") && world.pod("web")?.metadata.uid !== uid);
  world.until("the old one is gone", () => (world.charts().match(/^pod /gm) ?? []).length === 1);
});

for (const victim of ["kubelet/node-1", "runc/node-1", "apiserver/0"] as const) {
  test(`${victim} killed at any moment of a pod's way: it runs in the end, once, and can be deleted`, () => {
    for (let afterMs = 1; afterMs < 70; afterMs += 5) {
      const world = new KubeletWorld({ seed: `sweep ${afterMs}` });
      world.run("web", { ...oneContainer(), initContainers: [{ name: "first", image: "hello-world" }] });
      world.simulation.run(afterMs);
      world.simulation.kill(victim);
      world.simulation.run(100);
      world.world.untilServing();
      world.until(`the pod runs (killed after ${afterMs} ms)`, () => world.isReady("web"));
      world.simulation.run(2_000);
      assert.is(world.container("web", "first")?.state?.terminated?.exitCode, 0, `after ${afterMs} ms`);
      assert.is(restarts(world, "web"), 0, `after ${afterMs} ms: it was started once`);
      world.world.delete(podsPath, "web");
      world.until(`the pod is gone (killed after ${afterMs} ms)`, () => world.phase("web") === "absent");
      world.until("nothing is left of it", () => !world.charts().includes("default/web"));
    }
  });

  test(`${victim} killed at any moment of a pod's end: it is gone in the end`, () => {
    for (let afterMs = 1; afterMs < 50; afterMs += 6) {
      const world = running({ seed: `sweep ${afterMs}` });
      world.world.delete(podsPath, "web");
      world.simulation.run(afterMs);
      world.simulation.kill(victim);
      world.simulation.run(100);
      world.world.untilServing();
      world.until(`the pod is gone (killed after ${afterMs} ms)`, () => world.phase("web") === "absent");
      world.until(`nothing is left of it (killed after ${afterMs} ms)`, () => !world.charts().includes("default/web"));
    }
  });
}

test.run();
