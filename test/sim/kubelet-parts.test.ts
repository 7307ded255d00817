import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Pod } from "../../src/api/types.js";
import { podsPath } from "./apiserver-world.js";
import { KubeletWorld, oneContainer } from "./kubelet-world.js";

const test = suite("kubelet: ephemeral containers, and resources that change while a pod runs");

const strategic = "application/strategic-merge-patch+json";

const debug = (world: KubeletWorld, container: object) =>
  world.world.patch(podsPath, "web", { spec: { ephemeralContainers: [container] } }, strategic, "ephemeralcontainers");

const ephemeral = (world: KubeletWorld, name: string) =>
  world.pod("web")?.status?.ephemeralContainerStatuses?.find((status) => status.name === name);

const running = (more: object = {}): KubeletWorld => {
  const world = new KubeletWorld({ runtime: { rules: [{ container: "once", exit: { afterMs: 200, exitCode: 3 } }] } });
  world.run("web", oneContainer({ resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { memory: "1Gi" } }, ...more }));
  world.until("the pod is ready", () => world.isReady("web"));
  return world;
};

test("an ephemeral container runs beside the others, and is not started again", () => {
  const world = running();
  const { error } = debug(world, { name: "debug", image: "busybox", targetContainerName: "main" });
  assert.is(error, undefined);
  world.until("it runs", () => ephemeral(world, "debug")?.state?.running !== undefined);
  assert.ok(world.isReady("web"), "the pod is as ready as before");
  assert.ok(world.events("web").includes("Started Started container debug"));
  debug(world, { name: "once", image: "busybox" });
  world.until("the second has ended", () => ephemeral(world, "once")?.state?.terminated?.exitCode === 3);
  world.simulation.run(30_000);
  assert.is(ephemeral(world, "once")?.restartCount, 0);
  assert.is(world.phase("web"), "Running");
  world.world.delete(podsPath, "web");
  world.until("the pod is gone, and the ephemeral container with it", () => world.phase("web") === "absent");
});

test("an ephemeral container is still there after its kubelet was replaced", () => {
  const world = running();
  debug(world, { name: "debug", image: "busybox" });
  world.until("it runs", () => ephemeral(world, "debug")?.state?.running !== undefined);
  const before = ephemeral(world, "debug")?.containerID;
  world.simulation.kill("kubelet/node-1");
  world.simulation.run(10_000);
  assert.is(ephemeral(world, "debug")?.containerID, before);
  assert.is(ephemeral(world, "debug")?.restartCount, 0);
});

test("what an ephemeral container may not be", () => {
  const world = running();
  const said = (container: object): string => debug(world, container).error?.message ?? "";
  assert.match(said({ name: "main", image: "busybox" }), /spec\.ephemeralContainers\[0\]\.name: Duplicate value: "main"/);
  assert.match(
    said({ name: "d", image: "busybox", ports: [{ containerPort: 80 }] }),
    /spec\.ephemeralContainers\[0\]\.ports: Forbidden: cannot be set for an Ephemeral Container/,
  );
  assert.match(
    said({ name: "d", image: "busybox", targetContainerName: "other" }),
    /spec\.ephemeralContainers\[0\]\.targetContainerName: Not found: "other"/,
  );
  assert.is(said({ name: "d", image: "busybox" }), "");
  assert.match(said({ name: "d", image: "other" }), /existing ephemeral containers "d" may not be changed/);
  const { object } = world.world.get(podsPath, "web");
  const without = structuredClone(object) as unknown as Pod;
  delete without.spec!.ephemeralContainers;
  const gone = world.world.update(podsPath, without as never, { subresource: "ephemeralcontainers" });
  assert.match(gone.error?.message ?? "", /existing ephemeral containers "d" may not be removed/);
  assert.match(
    world.world.update(podsPath, without as never).error?.message ?? "",
    /pod updates may not change fields other than/,
  );
});

const resize = (world: KubeletWorld, resources: object) =>
  world.world.patch(podsPath, "web", { spec: { containers: [{ name: "main", resources }] } }, strategic, "resize");

const condition = (world: KubeletWorld, type: string) => world.pod("web")?.status?.conditions?.find((each) => each.type === type);

test("CPU changes while a container runs on", () => {
  const world = running();
  assert.is(resize(world, { requests: { cpu: "2" } }).error, undefined);
  world.until("it has it", () => world.container("web")?.resources?.requests?.cpu === "2");
  assert.equal(world.container("web")?.allocatedResources, { cpu: "2", memory: "1Gi" });
  assert.is(world.container("web")?.restartCount, 0);
  world.until("nothing is said of it any more", () => condition(world, "PodResizeInProgress") === undefined);
});

test("a memory limit changes in a container that starts anew, and in no other", () => {
  const fixed = running();
  assert.is(resize(fixed, { limits: { memory: "2Gi" } }).error, undefined);
  fixed.until("it is told that this cannot be", () => condition(fixed, "PodResizePending")?.reason === "Infeasible");
  assert.is(fixed.container("web")?.resources?.limits?.memory, "1Gi");
});

test("a container that starts anew for its memory has it then", () => {
  const world = running({ resizePolicy: [{ resourceName: "memory", restartPolicy: "RestartContainer" }] });
  assert.is(resize(world, { limits: { memory: "2Gi" } }).error, undefined);
  world.until("it started anew", () => world.container("web")?.restartCount === 1);
  world.until("it has it", () => world.container("web")?.resources?.limits?.memory === "2Gi");
  world.until("nothing is said of it any more", () => condition(world, "PodResizeInProgress") === undefined);
  assert.ok(world.events("web").includes("Killing Container main resize requires restart"));
});

test("more than the node has is infeasible; more than is left waits until others go", () => {
  const world = running();
  world.run("other", oneContainer({ resources: { requests: { cpu: "2" } } }));
  world.until("the other is ready", () => world.isReady("other"));
  resize(world, { requests: { cpu: "9" } });
  world.until("it is told", () => condition(world, "PodResizePending")?.reason === "Infeasible");
  assert.is(
    condition(world, "PodResizePending")?.message,
    "Node didn't have enough capacity: cpu, requested: 9000, capacity: 4000",
  );
  resize(world, { requests: { cpu: "3" } });
  world.until("it waits", () => condition(world, "PodResizePending")?.reason === "Deferred");
  assert.is(
    condition(world, "PodResizePending")?.message,
    "Node didn't have enough resource: cpu, requested: 3000, used: 2000, capacity: 4000",
  );
  world.world.delete(podsPath, "other");
  world.until("it has it", () => world.container("web")?.allocatedResources?.cpu === "3");
});

test("what a resize may not be", () => {
  const world = running();
  const said = (resources: object): string => resize(world, resources).error?.message ?? "";
  assert.match(said({ limits: { memory: "512Mi" } }), /spec\.containers\[0\]\.resources\.requests: Invalid value/);
  assert.match(
    said({ limits: { memory: "512Mi" }, requests: { memory: "512Mi" } }),
    /limits\[memory\]: Forbidden: memory limits cannot be decreased unless resizePolicy is RestartContainer/,
  );
  assert.match(said({ limits: { memory: null } }), /resources\.limits: Forbidden: resource limits cannot be removed/);
  assert.match(said({ requests: { "ephemeral-storage": "1Gi" } }), /spec: Forbidden: only cpu and memory resources are mutable/);
  assert.match(
    said({ requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "1", memory: "1Gi" } }),
    /spec: Invalid value: "Burstable": Pod QOS Class may not change as a result of resizing/,
  );
  const image = world.world.patch(
    podsPath,
    "web",
    { spec: { containers: [{ name: "main", image: "other" }] } },
    strategic,
    "resize",
  );
  assert.is(image.error, undefined, "what is not of a resize is left out");
  assert.is(world.pod("web")?.spec?.containers[0]?.image, "nginx:1.27");
});

test.run();
