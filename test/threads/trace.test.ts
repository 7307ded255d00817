/** `chartroom trace` against a running cluster. */
import { execFile } from "node:child_process";
import { get } from "node:https";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Cluster } from "../../src/cluster/cluster.js";
import { until } from "../support/until.js";

const main = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
const run = promisify(execFile);

const test = suite("chartroom trace");

test("shows the way of a pod, in order, and of no other", async () => {
  const cluster = await Cluster.start({ nodes: 1 });
  try {
    const pod = (name: string) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name },
      spec: { containers: [{ name: "main", image: "pause" }] },
    });
    await cluster.apply([pod("web"), pod("web-2")]);
    await cluster.waitFor("pod/web", "Ready");
    await cluster.waitFor("pod/web-2", "Ready");
    const trace = async () =>
      (await run(process.execPath, [main, "trace", "--kubeconfig", cluster.kubeconfigPath, "--pod", "web"])).stdout;
    const way = [
      "scheduler/0 → apiserver/0  create pods default/web/binding",
      "apiserver/0 → etcd/0  txn /registry/core/pods/default/web",
      "kubelet/node-1  [pod default/web] starts in alive.accepting",
      "kubelet/node-1 → apiserver/0  patch pods default/web/status",
      "kubelet/node-1 → runc/node-1  runPodSandbox default/web",
      "kubelet/node-1  [container default/web/main] starting ⇒ running",
    ];
    const inOrder = (text: string) => {
      let at = 0;
      return way.every((line) => {
        at = text.indexOf(line, at);
        return at !== -1;
      });
    };
    // Actors hand in what they traced ten times a second.
    await until("the whole way is shown", async () => inOrder(await trace()));
    assert.not.match(await trace(), "default/web-2");
  } finally {
    await cluster.stop();
  }
});

test("without credentials nobody reads it", async () => {
  const cluster = await Cluster.start({ nodes: 0 });
  try {
    const code = await new Promise((resolve, reject) => {
      get(`${cluster.url}/debug/chartroom/trace`, { rejectUnauthorized: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on("error", reject);
    });
    assert.ok(code === 401 || code === 403, `it answered ${String(code)}`);
  } finally {
    await cluster.stop();
  }
});

test.run();
