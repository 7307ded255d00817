/** The official JavaScript client against a cluster on threads. */
import { PassThrough } from "node:stream";
import {
  AppsV1Api,
  CoreV1Api,
  Exec,
  KubeConfig,
  Log,
  makeInformer,
  type V1Pod,
  type V1Status,
  Watch,
} from "@kubernetes/client-node";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Cluster } from "../../src/cluster/cluster.js";
import { until } from "../support/until.js";

const namespace = "default";
const pod = (name: string, image = "nginx"): V1Pod => ({
  metadata: { name, labels: { app: "web" } },
  spec: { containers: [{ name: "main", image }] },
});

const test = suite<{ cluster: Cluster; config: KubeConfig; core: CoreV1Api }>("@kubernetes/client-node");

test.before(async (context) => {
  context.cluster = await Cluster.start({ nodes: 1 });
  context.config = new KubeConfig();
  context.config.loadFromString(context.cluster.kubeconfig);
  context.core = context.config.makeApiClient(CoreV1Api);
});
test.after(({ cluster }) => cluster.stop());

test("creates, lists, reads, scales and deletes", async ({ cluster, config, core }) => {
  const apps = config.makeApiClient(AppsV1Api);
  const labels = { app: "scaled" };
  const template = { metadata: { labels }, spec: { containers: [{ name: "main", image: "pause" }] } };
  await apps.createNamespacedDeployment({
    namespace,
    body: { metadata: { name: "scaled" }, spec: { replicas: 1, selector: { matchLabels: labels }, template } },
  });
  await cluster.waitFor("deployment/scaled", "Available");
  const scale = await apps.readNamespacedDeploymentScale({ name: "scaled", namespace });
  await apps.replaceNamespacedDeploymentScale({ name: "scaled", namespace, body: { ...scale, spec: { replicas: 2 } } });
  await until("two pods run", async () => {
    const { items } = await core.listNamespacedPod({
      namespace,
      labelSelector: "app=scaled",
      fieldSelector: "status.phase=Running",
    });
    return items.length === 2;
  });
  await apps.deleteNamespacedDeployment({ name: "scaled", namespace, propagationPolicy: "Foreground" });
  await cluster.waitFor("deployment/scaled", "deleted");
  assert.equal((await core.listNamespacedPod({ namespace, labelSelector: "app=scaled" })).items, []);
});

test("an error is a Status with its code", async ({ core }) => {
  try {
    await core.readNamespacedPod({ name: "nobody", namespace });
    assert.unreachable();
  } catch (error) {
    const { code, body } = error as { code: number; body: string };
    assert.is(code, 404);
    assert.match(body, 'pods \\"nobody\\" not found');
  }
});

test("an informer hears of what comes and goes, also after its API server was killed", async ({ cluster, config, core }) => {
  const heard: string[] = [];
  const informer = makeInformer(config, `/api/v1/namespaces/${namespace}/configmaps`, () =>
    core.listNamespacedConfigMap({ namespace }),
  );
  informer.on("add", (object) => heard.push(`add ${object.metadata?.name}`));
  informer.on("delete", (object) => heard.push(`delete ${object.metadata?.name}`));
  let over = false;
  informer.on("error", () => {
    if (!over) setTimeout(() => informer.start().catch(() => undefined), 20);
  });
  await informer.start();
  const create = (name: string) => core.createNamespacedConfigMap({ namespace, body: { metadata: { name } } });
  await create("one");
  await until("the first is heard of", () => heard.includes("add one"));
  await cluster.kill("apiserver/0");
  await until("another can be created", () =>
    create("two").then(
      () => true,
      (error: { code?: number }) => error.code === 409,
    ),
  );
  await core.deleteNamespacedConfigMap({ name: "one", namespace });
  await until("both are heard of", () => heard.includes("add two") && heard.includes("delete one"));
  over = true;
  await informer.stop();
});

test("a watch from a revision tells each change once, in order", async ({ config, core }) => {
  const { metadata } = await core.listNamespacedConfigMap({ namespace });
  const seen: string[] = [];
  const watch = new Watch(config);
  const controller = await watch.watch(
    `/api/v1/namespaces/${namespace}/configmaps`,
    { resourceVersion: metadata?.resourceVersion ?? "" },
    (type, object: { metadata: { name: string } }) => seen.push(`${type} ${object.metadata.name}`),
    () => undefined,
  );
  for (const name of ["a", "b"]) await core.createNamespacedConfigMap({ namespace, body: { metadata: { name } } });
  await core.deleteNamespacedConfigMap({ name: "a", namespace });
  await until("all are seen", () => seen.length >= 3);
  controller.abort();
  assert.equal(seen, ["ADDED a", "ADDED b", "DELETED a"]);
});

test("logs and exec", async ({ cluster, config, core }) => {
  await core.createNamespacedPod({ namespace, body: pod("web") });
  await cluster.waitFor("pod/web", "Ready");
  const output = new PassThrough();
  const status = new Promise<V1Status>((resolve, reject) => {
    new Exec(config).exec(namespace, "web", "main", ["cat", "/etc/hostname"], output, null, null, false, resolve).catch(reject);
  });
  assert.is((await status).status, "Success");
  assert.is(String(output.read()).trim(), "web");
  const log = new PassThrough();
  let text = "";
  log.on("data", (part: Buffer) => {
    text += part.toString();
  });
  const following = await new Log(config).log(namespace, "web", "main", log, { follow: true });
  await until("the log is there", () => text.includes("nginx"));
  following.abort();
});

test.run();
