import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { KubeletContext } from "../../actors/kubelet/machine.js";
import { kubeletMachine } from "../../actors/kubelet/machine.js";
import { PodHandle } from "../../actors/kubelet/pod/handle.js";
import { notFound } from "../../src/api/status.js";
import type { Node } from "../../src/api/types.js";
import { wireError } from "../../src/wire/errors.js";
import { gone, KubeletHarness, refused, sandboxStatus } from "./kubelet-harness.js";

const test = suite("chart of the kubelet");

class RootHarness extends KubeletHarness {
  readonly root = this.charts.start(kubeletMachine, { id: "kubelet", input: { host: this.host, io: this.io } });

  constructor() {
    super();
    this.root.send({ type: "link.up", peer: "apiserver/0", peerIncarnation: 1 });
  }

  get work() {
    return (this.root.getSnapshot().context as KubeletContext).work;
  }

  /** The state of one region. */
  region(name: "node" | "lease" | "runtime" | "pods" | "proxy"): string {
    const { value } = this.root.getSnapshot();
    const state = (value as { running: Record<string, unknown> }).running[name];
    return typeof state === "string"
      ? state
      : Object.entries(state as object)
          .flat()
          .join(".");
  }

  listed(): this {
    this.answer("listPodSandbox", { items: [] });
    this.answer("listContainers", { containers: [] });
    return this;
  }

  listApi(): this {
    for (let index = 0; index < 3; index++) {
      const resource = ["pods", "services", "nodes"].find((each) => this.asks(`list ${each}`))!;
      this.answer(`list ${resource}`, { items: [], resourceVersion: "1" });
    }
    return this;
  }
}

const node = (conditions: object[] = []): Node => ({
  metadata: { name: "node-1", uid: "n-1" },
  status: { conditions: conditions as never },
});

test("registration: refused, tried again; known already, brought up to date", () => {
  const harness = new RootHarness();
  harness.fail("create nodes", "unavailable");
  assert.is(harness.region("node"), "waitingToRegister");
  harness.run(200);
  harness.fail("create nodes", refused("exists", { code: 409 }));
  assert.is(harness.region("node"), "registeringAgain");
  harness.fail("patch nodes", "unavailable");
  harness.run(200);
  harness.fail("create nodes", refused("exists", { code: 409 }));
  harness.accept("patch nodes", node());
  assert.is(harness.region("node"), "posting");
  harness.fail("patch nodes/status", "unavailable");
  assert.is(harness.region("node"), "waitingToPost");
  harness.run(200);
  harness.fail("patch nodes/status", gone("nodes"));
  assert.is(harness.region("node"), "registering", "somebody deleted it");
  harness.accept("create nodes", node());
  harness.accept("patch nodes/status", node());
  assert.is(harness.region("node"), "posted");
});

test("a node whose readiness changed while its status was written writes again", () => {
  const harness = new RootHarness();
  harness.accept("create nodes", node());
  harness.listed();
  assert.is(harness.region("node"), "posting");
  harness.accept("patch nodes/status", node());
  assert.is(harness.region("node"), "waitingToPost");
  harness.run(200);
  harness.accept("patch nodes/status", node());
  assert.is(harness.region("node"), "posted");
  harness.run(10_000);
  assert.not(harness.asks("patch nodes/status"), "nothing new, nothing written");
  harness.run(290_000);
  assert.ok(harness.asks("patch nodes/status"), "every five minutes all the same");
});

test("the Lease: made once the node is known, renewed every ten seconds, made again when it is missing", () => {
  const harness = new RootHarness();
  assert.is(harness.region("lease"), "unregistered");
  harness.accept("create nodes", node());
  assert.match(
    String(harness.calls.find(({ name }) => name === "create")?.request.object),
    /"ownerReferences":\[\{[^\]]*"uid":"n-1"/,
  );
  harness.fail("create leases", "unavailable");
  harness.run(200);
  harness.fail("create leases", refused("exists", { code: 409 }));
  harness.fail("patch leases", "unavailable");
  assert.is(harness.region("lease"), "waitingToRenew");
  harness.run(200);
  harness.accept("patch leases");
  assert.is(harness.region("lease"), "renewed");
  harness.run(10_000);
  harness.fail("patch leases", gone("leases"));
  assert.is(harness.region("lease"), "creating");
  harness.accept("create leases");
  assert.is(harness.region("lease"), "renewed");
});

test("a runtime that goes away: missed at first, down after thirty seconds, ready when it answers", () => {
  const harness = new RootHarness();
  harness.fail("listPodSandbox");
  harness.run(200);
  harness.answer("listPodSandbox", { items: [] });
  harness.fail("listContainers");
  assert.is(harness.region("runtime"), "down.waiting");
  harness.run(200);
  harness.listed();
  assert.is(harness.region("runtime"), "ready.listening");
  harness.streams.find(({ name }) => name === "getContainerEvents")?.reader.onEnd(wireError("linkLost", "gone"));
  assert.is(harness.region("runtime"), "ready.relisting");
  harness.fail("listPodSandbox");
  assert.is(harness.region("runtime"), "missed.waiting");
  harness.run(200);
  harness.fail("listPodSandbox");
  assert.is(harness.region("runtime"), "missed.waiting");
  for (let waitedMs = 0; waitedMs < 30_000; waitedMs += 200) {
    harness.run(200);
    if (harness.asks("listPodSandbox")) harness.fail("listPodSandbox");
  }
  assert.match(harness.region("runtime"), /^down/);
  harness.run(200);
  harness.listed();
  assert.is(harness.region("runtime"), "ready.listening");
  harness.run(60_000);
  assert.is(harness.region("runtime"), "ready.relisting", "events may have been missed");
});

test("a runtime that cannot be reached because no API server is there is not down", () => {
  const harness = new RootHarness().listed();
  harness.streams.find(({ name }) => name === "getContainerEvents")?.reader.onEnd(wireError("linkLost", "gone"));
  harness.linked = false;
  for (let waitedMs = 0; waitedMs < 40_000; waitedMs += 200) {
    if (harness.asks("listPodSandbox")) harness.fail("listPodSandbox");
    harness.run(200);
  }
  assert.match(harness.region("runtime"), /^missed/);
  harness.linked = true;
  harness.listed();
  assert.is(harness.region("runtime"), "ready.listening");
});

test("pods are started once the API and the runtime have both said what there is, whichever is first", () => {
  const runtimeFirst = new RootHarness().listed();
  assert.is(runtimeFirst.region("pods"), "waitingForApi");
  assert.is(runtimeFirst.listApi().region("pods"), "synced");
  const apiFirst = new RootHarness().listApi();
  assert.is(apiFirst.region("pods"), "waitingForRuntime");
  assert.is(apiFirst.listed().region("pods"), "synced");
});

test("kube-proxy is asked how it is, and sooner again when it does not answer", () => {
  const harness = new RootHarness();
  harness.fail("health", "unreachable");
  assert.is(harness.region("proxy"), "silent");
  harness.run(2_000);
  harness.answer("health", { synced: true, services: 1, endpoints: 1, problems: [] });
  assert.is(harness.region("proxy"), "answered");
  harness.run(9_000);
  assert.not(harness.asks("health"));
  harness.run(1_000);
  assert.ok(harness.asks("health"));
});

test("volumes of pods that are no more are removed when the kubelet comes", () => {
  const harness = new RootHarness();
  harness.io.volumes.makeDirectory({ podUid: "old", plugin: "p", volume: "v" }, undefined, () => undefined);
  harness.listApi().listed();
  harness.run(10);
  assert.is(harness.volumes.directories.size, 0);
});

test("a sandbox that the runtime has lost is told to its pod", () => {
  const harness = new RootHarness();
  const told: string[] = [];
  const pod = new PodHandle(
    harness.work.kubelet,
    { metadata: { name: "web", namespace: "default", uid: "u" }, spec: { containers: [] } },
    "default/web",
  );
  pod.sandboxId = "sandbox";
  pod.sandboxReady = true;
  pod.tell = (event) => told.push(event.type);
  harness.work.kubelet.pods.set("u", pod);
  harness.answer("listPodSandbox", { items: [sandboxStatus({ id: "sandbox" })] });
  assert.equal(told, []);
  harness.work.pods.sandboxesListed([sandboxStatus({ id: "sandbox", state: "SANDBOX_NOTREADY" })]);
  assert.equal(told, ["sandbox.lost"]);
});

interface Down {
  chunks: unknown[];
  error: { code: string; message: string; details?: unknown } | undefined;
  listener: { onChunk?(chunk: unknown): void; onHalfClose?(): void; onClosed?(error: object): void; onDrain?(): void };
  backlog: number;
  consumed: number;
}
function stream(): { down: Down; stream: never } {
  const down: Down = { chunks: [], error: undefined, listener: {}, backlog: 0, consumed: 0 };
  const made = {
    open: true,
    get backlog() {
      return down.backlog;
    },
    send: (chunk: unknown) => down.chunks.push(chunk),
    consumed: (count: number) => {
      down.consumed += count;
    },
    end: (error?: Down["error"]) => {
      down.error = error ?? { code: "", message: "ended" };
    },
    listen: (listener: Down["listener"]) => {
      down.listener = listener;
    },
  };
  return { down, stream: made as never };
}
const received = { from: "apiserver/0", fromIncarnation: 1 } as const;

function withContainer(): RootHarness {
  const harness = new RootHarness();
  const pod = new PodHandle(
    harness.work.kubelet,
    { metadata: { name: "web", namespace: "default", uid: "u" }, spec: { containers: [{ name: "main", image: "nginx" }] } },
    "default/web",
  );
  harness.work.kubelet.pods.set("u", pod);
  const record = pod.records[0]!;
  record.containerId = "c-0";
  record.runs(1);
  return harness;
}

test("logs: of which container, from when, at the reader's pace", () => {
  const harness = withContainer();
  const { down, stream: out } = stream();
  const request = {
    namespace: "default",
    pod: "web",
    follow: true,
    sinceTime: "1970-01-01T00:00:05Z",
    tailLines: 3,
    limitBytes: 9,
  };
  harness.root.send({ type: "containerLogs", ...received, request, stream: out });
  const source = harness.streams.find(({ name }) => name === "containerLog")!;
  assert.equal(source.request, {
    containerId: "c-0",
    follow: true,
    timestamps: false,
    tailLines: 3,
    limitBytes: 9,
    sinceMs: 5_000,
  });
  source.reader.onChunk("one");
  down.backlog = 1;
  source.reader.onChunk("two");
  assert.equal(source.sent, ["consumed 1"], "the second waits until the reader has taken it");
  down.backlog = 0;
  down.listener.onDrain?.();
  assert.equal(
    [down.chunks, source.sent],
    [
      ["one", "two"],
      ["consumed 1", "consumed 1"],
    ],
  );
  down.listener.onClosed?.({});
  assert.ok(source.cancelled);
  source.reader.onEnd();
  assert.is(down.error?.message, "ended");
});

test("logs and exec of what is not there are refused in Kubernetes' words", () => {
  const harness = withContainer();
  const refusedWith = (type: "containerLogs" | "exec" | "attach", request: object) => {
    const { down, stream: out } = stream();
    harness.root.send({ type, ...received, request, stream: out } as never);
    return down.error?.message;
  };
  assert.is(
    refusedWith("containerLogs", { namespace: "default", pod: "none" }),
    notFound({ group: "", resource: "pods" }, "none").status.message,
  );
  assert.is(
    refusedWith("containerLogs", { namespace: "default", pod: "web", previous: true }),
    'previous terminated container "main" in pod "web" not found',
  );
  assert.is(
    refusedWith("exec", { namespace: "default", pod: "web", container: "side", command: ["ls"] }),
    "container side is not valid for pod web",
  );
  harness.work.kubelet.pods.get("u")?.records[0]?.waits("ContainerCreating");
  assert.is(refusedWith("attach", { namespace: "default", pod: "web" }), 'container not found ("main")');
});

test("exec and attach join both directions", () => {
  for (const type of ["exec", "attach"] as const) {
    const harness = withContainer();
    const { down, stream: out } = stream();
    const request = { namespace: "default", pod: "web", command: ["sh"], stdin: true, stdout: true, stderr: true, tty: false };
    harness.root.send({ type, ...received, request, stream: out });
    const source = harness.streams.find(({ name }) => name === type)!;
    assert.equal(source.request, {
      containerId: "c-0",
      ...(type === "exec" ? { command: ["sh"] } : {}),
      stdin: true,
      tty: false,
    });
    down.listener.onChunk?.({ stdin: "x" });
    down.listener.onHalfClose?.();
    assert.equal(source.sent, [{ stdin: "x" }, "half-close"]);
    source.backlog = 1;
    down.listener.onChunk?.({ stdin: "y" });
    assert.is(down.consumed, 1, "who types is held up while the runtime is behind");
    source.backlog = 0;
    source.reader.onDrain?.();
    assert.is(down.consumed, 2);
    source.reader.onChunk({ stream: "exit", exitCode: 0 });
    down.listener.onDrain?.();
    assert.equal(down.chunks, [{ stream: "accepted" }, { stream: "exit", exitCode: 0 }]);
    down.listener.onClosed?.({});
    assert.ok(source.cancelled);
  }
});

test("a port is forwarded to the pod's sandbox, once it is there", () => {
  const harness = withContainer();
  const forward = (request: object) => {
    const { down, stream: out } = stream();
    const about = { namespace: "default", pod: "web", ...request };
    harness.root.send({ type: "portForward", ...received, request: about, stream: out });
    return down;
  };
  assert.is(forward({ pod: "none" }).error?.message, 'pod not found ("none_default")');
  assert.is(forward({ port: 80 }).error?.message, 'failed to find sandbox for pod "web"');
  const pod = harness.work.kubelet.pods.get("u") as PodHandle;
  pod.sandboxId = "s-0";
  assert.is(forward({ port: 80 }).error?.message, 'sandbox container "s-0" is not running');
  pod.sandboxReady = true;
  const asked = forward({});
  assert.equal([asked.chunks, asked.error?.message], [[{ stream: "accepted" }], "ended"]);
  const down = forward({ port: 80 });
  const source = harness.streams.find(({ name }) => name === "portForward")!;
  assert.equal(source.request, { podSandboxId: "s-0", port: 80 });
  down.listener.onChunk?.({ data: "x" });
  source.reader.onChunk({ stream: "end" });
  assert.equal([source.sent, down.chunks], [[{ data: "x" }, "consumed 1"], [{ stream: "end" }]]);
});

test("it says that it lives, and stops in order", () => {
  const harness = withContainer();
  const answers: unknown[] = [];
  const respond = { ok: (reply: unknown) => void answers.push(reply), error: () => undefined };
  harness.root.send({ type: "healthz", ...received, request: {}, respond, deadlineMs: 1_000 });
  assert.equal(answers, [{ podsRunning: 0 }]);
  harness.root.send({ type: "stop" });
  assert.is(harness.state("kubelet"), "gone");
});

test.run();
