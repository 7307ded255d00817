/**
 * A test of a controller: it is written against the official client, and its test starts the Kubernetes that it needs.
 * Run it: node --test dist/examples/06-in-your-tests.js
 */
import { strict as assert } from "node:assert";
import { after, before, test } from "node:test";
import { ApiException, CoreV1Api, KubeConfig, makeInformer, type V1Namespace } from "@kubernetes/client-node";
import { Cluster } from "chartroom";

/** The controller under test: every namespace with a label `team` gets a ConfigMap that names its team. */
function teamController(config: KubeConfig): { start(): Promise<void>; stop(): Promise<void> } {
  const core = config.makeApiClient(CoreV1Api);
  const informer = makeInformer(config, "/api/v1/namespaces", () => core.listNamespace());
  const reconcile = async ({ metadata }: V1Namespace) => {
    const team = metadata?.labels?.["team"];
    if (team === undefined || metadata?.name === undefined) return;
    const body = { metadata: { name: "team" }, data: { team } };
    try {
      await core.createNamespacedConfigMap({ namespace: metadata.name, body });
    } catch (error) {
      if (!(error instanceof ApiException) || error.code !== 409) throw error;
      await core.replaceNamespacedConfigMap({ namespace: metadata.name, name: "team", body });
    }
  };
  informer.on("add", reconcile);
  informer.on("update", reconcile);
  return { start: () => informer.start(), stop: () => informer.stop() };
}

let cluster: Cluster;
let controller: ReturnType<typeof teamController>;

before(async () => {
  // Without nodes there is an API server with its controllers, and nothing else to wait for.
  cluster = await Cluster.start({ nodes: 0 });
  const config = new KubeConfig();
  config.loadFromString(cluster.kubeconfig);
  controller = teamController(config);
  await controller.start();
});

after(async () => {
  await controller?.stop();
  await cluster?.stop();
});

const namespaceOf = (team: string) => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: "shop", labels: { team } },
});

test("a namespace of a team gets a ConfigMap that names it", async () => {
  await cluster.apply([namespaceOf("blue")]);
  const made = await cluster.waitFor("configmap/team", "exists", { namespace: "shop" });
  assert.deepEqual(made?.["data"], { team: "blue" });
});

test("which follows when the namespace changes teams", async () => {
  await cluster.apply([namespaceOf("green")]);
  await cluster.waitFor("configmap/team", ({ data }) => data.team === "green", { namespace: "shop" });
});
