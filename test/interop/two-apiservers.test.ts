/** Two API servers on threads over one etcd: what is written on one is read on the other, and one may die. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CoreV1Api, KubeConfig, type V1ConfigMap, Watch } from "@kubernetes/client-node";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Cluster } from "../../src/cluster/cluster.js";

const test = suite("two API servers");
const namespace = "default";
let cluster: Cluster;
const configs: KubeConfig[] = [];
const apis: CoreV1Api[] = [];

test.before(async () => {
  cluster = await Cluster.start({
    nodes: 2,
    apiservers: 2,
    memory: true,
    dataDir: mkdtempSync(join(tmpdir(), "chartroom-two-")),
  });
  await cluster.waitFor("serviceaccount/default", "exists");
  for (const url of cluster.urls) {
    const config = new KubeConfig();
    config.loadFromString(cluster.kubeconfig.replaceAll(cluster.url, url));
    configs.push(config);
    apis.push(config.makeApiClient(CoreV1Api));
  }
});
test.after(() => cluster?.stop());

const [first, second] = [0, 1];
const at = (server: number): CoreV1Api => apis[server] as CoreV1Api;
const body = (name: string, data: Record<string, string> = {}): V1ConfigMap => ({ metadata: { name }, data });

async function until(what: string, holds: () => boolean | Promise<boolean>, withinMs = 30_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    assert.ok(performance.now() < deadline, `${what} did not come`);
    await new Promise((wake) => setTimeout(wake, 10));
  }
}

test("a write on one is read at once on the other, whichever is asked", async () => {
  assert.is(cluster.urls.length, 2);
  for (const [writer, reader] of [
    [first, second],
    [second, first],
  ] as const) {
    for (let round = 0; round < 20; round++) {
      const name = `shared-${writer}-${round}`;
      const written = await at(writer).createNamespacedConfigMap({ namespace, body: body(name, { round: `${round}` }) });
      // Without a resourceVersion a read is of the newest there is.
      const read = await at(reader).readNamespacedConfigMap({ namespace, name });
      assert.equal([read.data?.round, read.metadata?.uid], [`${round}`, written.metadata?.uid]);
      const { items } = await at(reader).listNamespacedConfigMap({ namespace });
      assert.ok(items.some((item) => item.metadata?.name === name));
    }
  }
});

test("of two writers of one version, one is told of the conflict", async () => {
  const name = "contested";
  const read = await at(first).createNamespacedConfigMap({ namespace, body: body(name) });
  const outcomes = await Promise.allSettled(
    [first, second].map((server) =>
      at(server).replaceNamespacedConfigMap({ namespace, name, body: { ...read, data: { by: `${server}` } } }),
    ),
  );
  assert.equal(outcomes.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
  const lost = outcomes.find((outcome) => outcome.status === "rejected");
  assert.is((lost?.reason as { code: number } | undefined)?.code, 409);
});

test("a watch on each tells the same, in the order of etcd's revisions", async () => {
  const { metadata } = await at(first).listNamespacedConfigMap({ namespace });
  const heard: string[][] = [[], []];
  const watches = await Promise.all(
    configs.map((config, server) =>
      new Watch(config).watch(
        `/api/v1/namespaces/${namespace}/configmaps`,
        { resourceVersion: metadata?.resourceVersion },
        (type: string, object: V1ConfigMap) =>
          heard[server]?.push(`${type} ${object.metadata?.name} ${object.metadata?.resourceVersion}`),
        () => undefined,
      ),
    ),
  );
  for (let index = 0; index < 10; index++)
    await at(index % 2).createNamespacedConfigMap({ namespace, body: body(`watched-${index}`) });
  for (let index = 0; index < 10; index++)
    await at((index + 1) % 2).deleteNamespacedConfigMap({ namespace, name: `watched-${index}` });
  await until("every event on both", () => heard.every((events) => events.length >= 20));
  for (const watch of watches) watch.abort();
  assert.equal(heard[0], heard[1]);
  assert.is(heard[0]?.length, 20);
  const revisions = heard[0]?.map((event) => Number(event.split(" ")[2])) ?? [];
  assert.equal(
    revisions,
    [...revisions].sort((one, other) => one - other),
  );
});

test("one dies and comes back: the other serves meanwhile, pods run on, and a new one is started", async () => {
  const container = { name: "web", image: "nginx" };
  const pod = (name: string) => ({ metadata: { name }, spec: { containers: [container] } });
  await at(first).createNamespacedPod({ namespace, body: pod("before") });
  await cluster.waitFor("pod/before", "Ready");
  const started = (await at(second).readNamespacedPod({ namespace, name: "before" })).status?.containerStatuses?.[0]?.containerID;
  await cluster.kill("apiserver/0");
  await at(second).createNamespacedPod({ namespace, body: pod("after") });
  const ready = async () => {
    const { status } = await at(second).readNamespacedPod({ namespace, name: "after" });
    return status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") ?? false;
  };
  await until("a pod that was made while the first was away", ready, 60_000);
  await until("the first API server's return", () =>
    at(first)
      .readNamespacedPod({ namespace, name: "after" })
      .then(() => true)
      .catch(() => false),
  );
  const now = await at(first).readNamespacedPod({ namespace, name: "before" });
  const [status] = now.status?.containerStatuses ?? [];
  assert.equal([status?.containerID, status?.restartCount], [started, 0], "its container was not touched");
  const nodes = (await at(first).listNode()).items;
  assert.is(nodes.length, 2);
  assert.equal(cluster.failures(), []);
});

test.run();
