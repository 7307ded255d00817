import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ContainerEvent, Kill } from "../../actors/kubelet/container/events.js";
import { containerMachine } from "../../actors/kubelet/container/machine.js";
import { ContainerWork } from "../../actors/kubelet/container/work.js";
import type { Container } from "../../src/api/types.js";
import { container, containerStatus, KubeletHarness, refused } from "./kubelet-harness.js";

const test = suite("chart of a container");

const chart = "container default/web/main";
const kill = (afterwards: Kill["afterwards"] = "ends", graceSeconds = 30): Kill => ({
  message: "Stopping",
  graceSeconds,
  afterwards,
});

class ContainerHarness extends KubeletHarness {
  readonly work: ContainerWork;
  private readonly actor;

  constructor(spec: Partial<Container> = {}, pod: object = {}) {
    super();
    const handle = this.pod({ ...container(spec), ...pod });
    this.work = new ContainerWork(this.kubelet, handle, handle.records[0]!);
    this.actor = this.charts.start(containerMachine, { id: chart, input: { work: this.work } });
  }

  tell(event: ContainerEvent): this {
    this.actor.send(event);
    return this;
  }

  get now(): string {
    return this.state(chart);
  }

  get record() {
    return this.work.record;
  }

  present(): void {
    this.answer("imageStatus", { image: { repoTags: [], id: "sha256:1", sizeBytes: 7, simulated: false } });
  }

  toStarting(): this {
    this.tell({ type: "start" });
    this.present();
    this.answer("createContainer", { containerId: "c-0" });
    return this;
  }

  toRunning(): this {
    this.toStarting();
    this.answer("startContainer");
    return this;
  }
}

test("an image that is present, a container that starts", () => {
  const harness = new ContainerHarness().toRunning();
  assert.is(harness.now, "running.up");
  assert.equal([harness.record.ready, harness.record.started, harness.record.containerId], [true, true, "c-0"]);
  assert.equal(harness.events(), ["Pulled", "Created", "Started"]);
});

test("a container that asks for what no kernel enforces here is told so", () => {
  const securityContext = { seccompProfile: { type: "Localhost", localhostProfile: "audit.json" } };
  const harness = new ContainerHarness({ securityContext }).toRunning();
  assert.match(harness.messages().join("\n"), "Container main asks for the seccomp profile audit.json: no kernel stands between");
});

test("an image name that is none: shown until the spec changes", () => {
  const harness = new ContainerHarness({ image: "Not an image" });
  harness.tell({ type: "start" });
  assert.is(harness.now, "invalidImageName");
  assert.equal(harness.record.state.kind === "waiting" && harness.record.state.reason, "InvalidImageName");
  harness.record.spec = { ...harness.record.spec, image: "nginx:1" };
  harness.tell({ type: "spec.changed", kill: kill("restarts") });
  assert.is(harness.now, "checkingImage");
});

for (const [name, image, lead] of [
  [
    "errImageNeverPull",
    { imagePullPolicy: "Never" },
    (harness: ContainerHarness) => harness.answer("imageStatus", { image: undefined }),
  ],
  [
    "errImagePull",
    { imagePullPolicy: "Always" },
    (harness: ContainerHarness) => harness.fail("pullImage", refused("no such image")),
  ],
  [
    "imagePullBackOff",
    { imagePullPolicy: "Always" },
    (harness: ContainerHarness) => {
      harness.fail("pullImage", refused("no such image"));
      harness.run(1_000);
    },
  ],
  [
    "createContainerError",
    {},
    (harness: ContainerHarness) => {
      harness.present();
      harness.fail("createContainer", refused("no room"));
    },
  ],
] as const) {
  test(`${name}: a changed spec is tried at once, and the end ends it`, () => {
    const harness = new ContainerHarness(image as Partial<Container>);
    harness.tell({ type: "start" });
    lead(harness);
    assert.is(harness.now, name);
    harness.record.spec = { ...harness.record.spec, imagePullPolicy: "IfNotPresent" };
    harness.tell({ type: "spec.changed", kill: kill("restarts") });
    assert.is(harness.now, "checkingImage");
    harness.tell({ type: "terminate", kill: kill() });
    assert.is(harness.now, "gone");
  });
}

test("an image is pulled again after 10 s, then 20 s", () => {
  const harness = new ContainerHarness({ imagePullPolicy: "Always" });
  harness.tell({ type: "start" });
  harness.fail("pullImage", refused("not there", { reason: "ErrImagePull" }));
  harness.run(9_990);
  assert.is(harness.now, "imagePullBackOff");
  harness.run(20);
  assert.is(harness.now, "pulling");
  harness.fail("pullImage", refused("not there"));
  harness.run(19_990);
  assert.is(harness.now, "imagePullBackOff");
  harness.run(20);
  harness.answer("pullImage", { imageRef: "ref", simulated: true });
  harness.answer("imageStatus", { image: undefined });
  assert.is(harness.record.imageId, "ref");
  assert.is(harness.now, "creating");
  assert.is(harness.events().at(-1), "Simulated");
});

test("a container that cannot be created is tried again", () => {
  const harness = new ContainerHarness();
  harness.tell({ type: "start" });
  harness.present();
  harness.fail("createContainer", refused("no room"));
  assert.equal(harness.record.state, { kind: "waiting", reason: "CreateContainerError", message: "no room" });
  harness.run(5_000);
  assert.is(harness.now, "checkingImage");
});

test("configuration that is not complete is tried again, at once with a changed spec", () => {
  const harness = new ContainerHarness({ env: [{ name: "A", valueFrom: { configMapKeyRef: { name: "cm", key: "k" } } }] });
  harness.tell({ type: "start" });
  harness.present();
  harness.fail("get configmaps", "unavailable");
  assert.is(harness.now, "createContainerConfigError");
  assert.match(
    harness.record.state.kind === "waiting" ? (harness.record.state.message ?? "") : "",
    /failed to read configmaps "cm"/,
  );
  harness.record.spec = { ...harness.record.spec, env: [] };
  harness.tell({ type: "spec.changed", kill: kill("restarts") });
  assert.is(harness.now, "checkingImage");
});

test("a start that is refused ends the attempt with exit code 128", () => {
  const harness = new ContainerHarness().toStarting();
  harness.fail("startContainer", refused("exec: not found"));
  assert.is(harness.record.state.kind === "terminated" && harness.record.state.exitCode, 128);
  assert.is(harness.now, "checkingImage", "the first restart is made at once");
});

test("told to end while it starts, it is stopped", () => {
  const harness = new ContainerHarness().toStarting().tell({ type: "terminate", kill: kill() });
  assert.is(harness.now, "stopping.killing");
  harness.answer("stopContainer");
  assert.is(harness.now, "stopping.readingExit");
  harness.answer("listContainers", { containers: [containerStatus("CONTAINER_EXITED", { exitCode: 143 })] });
  assert.is(harness.now, "gone");
  assert.is(harness.record.state.kind === "terminated" && harness.record.state.exitCode, 143);
});

test("gone from the runtime when its exit is read: unknown, 137", () => {
  const harness = new ContainerHarness().toRunning().tell({ type: "terminate", kill: kill() });
  harness.answer("stopContainer");
  harness.answer("listContainers", { containers: [] });
  assert.is(harness.record.state.kind === "terminated" && harness.record.state.reason, "ContainerStatusUnknown");
});

test("less grace while it stops: it is told again", () => {
  const harness = new ContainerHarness().toRunning().tell({ type: "terminate", kill: kill() });
  assert.is(harness.take("stopContainer").request.timeoutSeconds, 30);
  harness.tell({ type: "terminate", kill: kill("ends", 1) });
  assert.is(harness.take("stopContainer").request.timeoutSeconds, 1);
});

test("a preStop hook that takes all of the grace period is given up", () => {
  const harness = new ContainerHarness({ lifecycle: { preStop: { exec: { command: ["slow"] } } } }).toRunning();
  harness.tell({ type: "terminate", kill: kill("ends", 5) });
  assert.is(harness.now, "stopping.preStop");
  harness.run(5_001);
  assert.is(harness.now, "stopping.killing");
  assert.is(harness.take("stopContainer").request.timeoutSeconds, 2, "it gets two seconds at least");
});

test("it exits, or is told to end, while its postStart hook runs", () => {
  const lifecycle = { postStart: { exec: { command: ["x"] } } };
  const exits = new ContainerHarness({ lifecycle }).toRunning();
  assert.is(exits.now, "postStart");
  exits.tell({ type: "exited", status: containerStatus("CONTAINER_EXITED") });
  assert.is(exits.now, "checkingImage");
  const ends = new ContainerHarness({ lifecycle }).toRunning().tell({ type: "terminate", kill: kill() });
  assert.is(ends.now, "stopping.killing");
});

test("crash loop: a changed spec is started at once; the end leaves the last exit", () => {
  const harness = new ContainerHarness().toRunning();
  harness.tell({ type: "exited", status: containerStatus("CONTAINER_EXITED") });
  harness.present();
  harness.answer("createContainer", { containerId: "c-1" });
  harness.answer("startContainer");
  assert.is(harness.record.restartCount, 1);
  harness.tell({
    type: "exited",
    status: containerStatus("CONTAINER_EXITED", {
      id: "c-1",
      startedAtMs: harness.host.clock.nowMs() - 5,
      finishedAtMs: harness.host.clock.nowMs(),
    }),
  });
  assert.is(harness.now, "crashLoopBackOff");
  harness.tell({ type: "spec.changed", kill: kill("restarts") });
  assert.is(harness.now, "checkingImage");
  harness.present();
  harness.answer("createContainer", { containerId: "c-2" });
  assert.is(harness.take("removeContainer").request.containerId, "c-0", "only the last dead attempt is kept");
});

for (const [name, lead] of [
  ["the image is looked for", (harness: ContainerHarness) => harness.fail("imageStatus")],
  [
    "it is created",
    (harness: ContainerHarness) => {
      harness.present();
      harness.fail("createContainer");
    },
  ],
  [
    "it is started",
    (harness: ContainerHarness) => {
      harness.present();
      harness.answer("createContainer", { containerId: "c-0" });
      harness.fail("startContainer");
    },
  ],
] as const) {
  test(`the runtime goes away while ${name}: it is asked what it has`, () => {
    const harness = new ContainerHarness().tell({ type: "start" });
    lead(harness);
    assert.is(harness.now, "waitingForRuntime");
    harness.run(200);
    harness.fail("listContainers");
    harness.run(200);
    assert.is(harness.now, "inspecting");
    harness.answer("listContainers", { containers: [containerStatus("CONTAINER_CREATED")] });
    assert.is(harness.now, "starting");
    assert.is(harness.record.containerId, "c-0");
  });
}

const found: ReadonlyArray<readonly [string, Parameters<typeof containerStatus>[0] | undefined, string]> = [
  ["running: it goes on", "CONTAINER_RUNNING", "running.up"],
  ["ended: it is started again", "CONTAINER_EXITED", "checkingImage"],
  ["not at all: it is made again", undefined, "checkingImage"],
];
for (const [name, state, expected] of found) {
  test(`after the runtime was away it is found ${name}`, () => {
    const harness = new ContainerHarness().toStarting();
    harness.fail("startContainer");
    harness.run(200);
    harness.answer("listContainers", { containers: state === undefined ? [] : [containerStatus(state)] });
    assert.is(harness.now, expected);
    if (state === "CONTAINER_EXITED") assert.is(harness.record.state.kind === "terminated" && harness.record.state.exitCode, 1);
  });
}

const toEnd: ReadonlyArray<readonly [string, Parameters<typeof containerStatus>[0] | undefined, string]> = [
  ["running: it is stopped", "CONTAINER_RUNNING", "stopping.killing"],
  ["ended", "CONTAINER_EXITED", "gone"],
  ["created: it is left to the end of its sandbox", "CONTAINER_CREATED", "gone"],
  ["not at all", undefined, "gone"],
];
for (const [name, state, expected] of toEnd) {
  test(`told to end while the runtime is away, it is found ${name}`, () => {
    const harness = new ContainerHarness().toStarting();
    harness.fail("startContainer");
    harness.tell({ type: "terminate", kill: kill() });
    harness.run(200);
    harness.tell({ type: "terminate", kill: kill("ends", 1) });
    harness.answer("listContainers", { containers: state === undefined ? [] : [containerStatus(state)] });
    assert.is(harness.now, expected);
  });
}

test("the runtime goes away while it stops: it is asked, and told to stop again; vanished is ended", () => {
  const harness = new ContainerHarness().toRunning().tell({ type: "terminate", kill: kill() });
  harness.fail("stopContainer");
  harness.run(200);
  harness.answer("listContainers", { containers: [containerStatus("CONTAINER_RUNNING")] });
  assert.is(harness.now, "stopping.killing");
  harness.fail("stopContainer");
  harness.run(200);
  harness.answer("listContainers", { containers: [] });
  assert.is(harness.now, "gone");
  assert.is(harness.record.state.kind === "terminated" && harness.record.state.exitCode, 137);
});

const adopted: ReadonlyArray<readonly [string, Parameters<typeof containerStatus>[0] | undefined, string]> = [
  ["running", "CONTAINER_RUNNING", "running.up"],
  ["created", "CONTAINER_CREATED", "starting"],
  ["ended", "CONTAINER_EXITED", "checkingImage"],
  ["nowhere", undefined, "checkingImage"],
];
for (const [name, state, expected] of adopted) {
  test(`taken over ${name}`, () => {
    const harness = new ContainerHarness();
    const before = containerStatus("CONTAINER_EXITED", { id: "c-0" });
    const attempts = state === undefined ? [] : [before, containerStatus(state, { id: "c-1", attempt: 1 })];
    harness.tell({ type: "adopt", attempts });
    assert.is(harness.now, expected);
    assert.is(harness.record.restartCount, state === undefined ? 0 : 1);
    if (state !== undefined) assert.ok(harness.record.last !== undefined || harness.record.state.kind === "terminated");
  });
}

test("the runtime goes away while it pulls an image", () => {
  const harness = new ContainerHarness({ imagePullPolicy: "Always" }).tell({ type: "start" });
  harness.fail("pullImage");
  harness.run(200);
  harness.answer("listContainers", { containers: [] });
  assert.is(harness.now, "pulling");
});

test("a container that ran for ten minutes is not counted as crashing any more", () => {
  const harness = new ContainerHarness().toRunning();
  const crash = (ranMs: number) =>
    harness.tell({
      type: "exited",
      status: containerStatus("CONTAINER_EXITED", { id: harness.record.containerId, startedAtMs: 1, finishedAtMs: 1 + ranMs }),
    });
  const again = (id: string) => {
    harness.present();
    harness.answer("createContainer", { containerId: id });
    harness.answer("startContainer");
  };
  crash(100);
  again("c-1");
  crash(100);
  assert.is(harness.now, "crashLoopBackOff");
  harness.run(10_000);
  again("c-2");
  crash(600_000);
  assert.is(harness.now, "checkingImage", "it is started again at once");
});

test.run();
