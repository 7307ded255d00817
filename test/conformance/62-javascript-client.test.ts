/**
 * The official JavaScript client's streams: port-forward, attach, copying into a pod, and metrics that nobody collects.
 * https://kubernetes.io/docs/reference/using-api/client-libraries/#officially-supported-kubernetes-client-libraries
 */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import {
  ApiException,
  Attach,
  CoreV1Api,
  Cp,
  Exec,
  KubeConfig,
  Metrics,
  PortForward,
  type V1Status,
} from "@kubernetes/client-node";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Cluster } from "../../src/cluster/cluster.js";
import { fetchText } from "../interop/kubectl-world.js";
import { until } from "../support/until.js";

const test = suite("client-node streams");
const namespace = "default";
let cluster: Cluster;
let config: KubeConfig;

test.before(async () => {
  cluster = await Cluster.start({ nodes: 1, memory: true, dataDir: mkdtempSync(join(tmpdir(), "chartroom-client-")) });
  await cluster.waitFor("serviceaccount/default", "exists");
  config = new KubeConfig();
  config.loadFromString(cluster.kubeconfig);
  await cluster.apply(`
apiVersion: v1
kind: Pod
metadata: { name: web }
spec: { containers: [{ name: web, image: nginx }] }
---
apiVersion: v1
kind: Pod
metadata: { name: asker }
spec:
  restartPolicy: Never
  containers: [{ name: asker, image: busybox, stdin: true, command: [sh, -c, "read line; echo heard $line"] }]
`);
  await cluster.waitFor("pod/web", "Ready");
  await cluster.waitFor("pod/asker", "Ready");
});
test.after(() => cluster?.stop());

/** Runs a command and gives what it wrote. */
async function run(command: string[]): Promise<string> {
  const output = new PassThrough();
  let text = "";
  output.on("data", (part: Buffer) => {
    text += part.toString("utf8");
  });
  const status = await new Promise<V1Status>((resolve, reject) => {
    new Exec(config).exec(namespace, "web", "web", command, output, output, null, false, resolve).catch(reject);
  });
  return status.status === "Success" ? text : "";
}

test("port-forward serves a pod's port at a socket", async () => {
  const forward = new PortForward(config);
  const server = createServer((socket) => void forward.portForward(namespace, "web", [80], socket, null, socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  assert.match(await fetchText(`http://127.0.0.1:${port}/`), /Welcome to nginx!/);
  server.close();
});

test("attach speaks to the first process", async () => {
  const output = new PassThrough();
  const input = new PassThrough();
  let heard = "";
  output.on("data", (part: Buffer) => {
    heard += part.toString("utf8");
  });
  await new Attach(config).attach(namespace, "asker", "asker", output, output, input, false);
  input.write("a word\n");
  await until("the answer is heard", () => heard.includes("heard a word\n"));
});

test("cp puts a directory into a pod", async () => {
  const directory = mkdtempSync(join(tmpdir(), "chartroom-copied-"));
  mkdirSync(join(directory, "deep"));
  writeFileSync(join(directory, "deep", "page.html"), "copied in\n");
  await new Cp(config).cpToPod(namespace, "web", "web", directory, "/tmp");
  await until("the copy is there", async () => (await run(["sh", "-c", "cat /tmp/deep/page.html || true"])) === "copied in\n");
});

test("a proxied path and the kubelet's pods", async () => {
  const core = config.makeApiClient(CoreV1Api);
  assert.match(await core.connectGetNamespacedPodProxy({ namespace, name: "web:80" }), /Welcome to nginx!/);
  const pods = await core.connectGetNodeProxyWithPath({ name: "node-1", path: "healthz" });
  assert.is(pods, "ok");
});

test("metrics are not there without a metrics server", async () => {
  const asked = await new Metrics(config).getPodMetrics(namespace).catch((error: unknown) => error);
  assert.instance(asked, ApiException);
});

test.run();
