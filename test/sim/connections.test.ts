/** Connections through the API server to a pod or its kubelet, in the simulation: commands, forwarded ports, the kubelet's own API. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ApiError, ConnectHandle, ConnectOutput, ConnectRequest } from "../../actors/apiserver/request.js";
import { KubeletWorld, oneContainer } from "./kubelet-world.js";

const connections = suite("connections");

const user = { name: "kubernetes-admin", groups: ["system:masters", "system:authenticated"] };
const textOf = (outputs: readonly ConnectOutput[]): string =>
  outputs.map((output) => ("data" in output ? new TextDecoder().decode(output.data) : "")).join("");

class Told {
  readonly outputs: ConnectOutput[] = [];
  handle!: ConnectHandle;
  started = false;
  ended = false;
  error: ApiError | undefined;

  get streams(): string[] {
    return this.outputs.map(({ stream }) => stream);
  }
  get message(): string | undefined {
    return this.error?.status.message;
  }
}

function connect(world: KubeletWorld, path: object, options: ConnectRequest["options"]): Told {
  const told = new Told();
  const request = { path: { group: "", version: "v1", ...path } as ConnectRequest["path"], user, options };
  told.handle = world.world.server(0).connect(request, {
    started: () => {
      told.started = true;
    },
    refused: (error) => {
      told.error = error;
    },
    output: (output) => {
      told.outputs.push(output);
      told.handle.consumed(1);
    },
    ended: (error) => {
      told.ended = true;
      told.error = error;
    },
  });
  return told;
}

const toPod = (name: string, subresource: "exec" | "portforward") => ({
  resource: "pods",
  namespace: "default",
  name,
  subresource,
});
const toNode = { resource: "nodes", name: "node-1", subresource: "proxy" };

function withPod(): KubeletWorld {
  const world = new KubeletWorld({ runtime: { rules: [{ http: [{ path: "/hello", status: 200, body: "hi" }] }] } });
  world.run("web", oneContainer({ ports: [{ containerPort: 80 }] }));
  world.until("the pod runs", () => world.isReady("web"));
  return world;
}

connections("a forwarded port carries bytes both ways; one that nothing listens on is refused", () => {
  const world = withPod();
  const told = connect(world, toPod("web", "portforward"), { port: 80 });
  world.until("the connection is there", () => told.streams.includes("accepted"));
  told.handle.input({ data: new TextEncoder().encode("GET /hello HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n") });
  world.until("the answer and the end", () => told.ended);
  assert.match(textOf(told.outputs), /^HTTP\/1\.1 200 .*hi$/s);
  assert.equal(told.streams, ["accepted", "data", "end"]);
  const refused = connect(world, toPod("web", "portforward"), { port: 81 });
  world.until("the refusal", () => refused.ended);
  assert.match(refused.message ?? "", /dial tcp 10\.244\.0\.\d+:81: connect: connection refused$/);
});

connections("whether ports could be forwarded is asked without connecting", () => {
  const world = withPod();
  const possible = connect(world, toPod("web", "portforward"), {});
  world.until("the answer", () => possible.ended);
  assert.equal([possible.streams, possible.error], [["accepted"], undefined]);
  const absent = connect(world, toPod("none", "portforward"), {});
  world.until("the refusal", () => absent.error !== undefined);
  assert.equal([absent.started, absent.message], [false, 'pods "none" not found']);
});

connections("a command is taken on by the kubelet before it says anything", () => {
  const world = withPod();
  const told = connect(world, toPod("web", "exec"), { command: ["hostname"], stdout: true });
  world.until("its end", () => told.ended);
  assert.equal([told.streams, textOf(told.outputs)], [["accepted", "stdout", "exit"], "chartroom: simulated: hostname\n"]);
});

connections("a node's kubelet says how it is, what runs there, and nothing that it does not know", () => {
  const world = withPod();
  const ask = (kubeletPath: string) => {
    const told = connect(world, toNode, { kubeletPath });
    world.until(`the answer to ${kubeletPath}`, () => told.ended);
    const [head] = told.outputs;
    return { code: head?.stream === "head" ? head.code : 0, text: textOf(told.outputs) };
  };
  assert.equal(ask("/healthz"), { code: 200, text: "ok" });
  const pods = JSON.parse(ask("/pods/").text) as {
    kind: string;
    items: Array<{ metadata: { name: string }; status: { phase: string } }>;
  };
  assert.equal([pods.kind, pods.items.map((pod) => [pod.metadata.name, pod.status.phase])], ["PodList", [["web", "Running"]]]);
  assert.is((JSON.parse(ask("/runningpods/").text) as typeof pods).items.length, 1);
  const summary = JSON.parse(ask("/stats/summary?only_cpu_and_memory=true").text) as {
    node: object & { nodeName: string };
    pods: Array<{ podRef: { name: string }; containers: Array<{ name: string }> }>;
  };
  assert.equal(
    [summary.node.nodeName, summary.pods[0]?.podRef.name, summary.pods[0]?.containers[0]?.name, "cpu" in summary.node],
    ["node-1", "web", "main", false],
  );
  const metrics = ask("/metrics").text;
  assert.match(metrics, /^kubelet_running_pods 1$/m);
  assert.match(metrics, /^kubelet_running_containers\{container_state="running"\} 1$/m);
  assert.match(ask("/logs/").text, "<pre>", "a directory of logs, of which there are none");
  assert.match(
    ask("/metrics/resource").text,
    /^container_start_time_seconds\{container="main",namespace="default",pod="web"\} \d/m,
  );
  assert.is((JSON.parse(ask("/configz").text) as { kubeletconfig: { maxPods: number } }).kubeletconfig.maxPods, 110);
  assert.equal(ask("/nothing"), { code: 404, text: "404 page not found\n" });
});

connections.run();
