/** A whole cluster whose administrator deletes every binding: who goes on, who does not, and what brings the others back. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { UntypedObject } from "../../src/api/types.js";
import { SimulatedCluster } from "../../src/sim/cluster.js";

const bindings = { group: "rbac.authorization.k8s.io", version: "v1", resource: "clusterrolebindings" };
const web = { group: "apps", version: "v1", resource: "deployments", namespace: "default", name: "web" };

const deployment: UntypedObject = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "default" },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: "web" } },
    template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "c", image: "nginx:1" }] } },
  },
};

test("without bindings nothing is reconciled, nodes and administrators go on, and a restart of the API server repairs it", () => {
  const cluster = SimulatedCluster.started({ seed: "bindings", nodes: 1 });
  const availableReplicas = () =>
    (cluster.get(web)?.status as { availableReplicas?: number } | undefined)?.availableReplicas ?? 0;
  const all = cluster.list(bindings);
  for (const { metadata } of all) cluster.delete({ ...bindings, name: metadata.name ?? "" });
  assert.is(cluster.list(bindings).length, 0, "whoever is in system:masters needs no binding");
  cluster.apply([deployment]);
  cluster.run(20_000);
  assert.is(availableReplicas(), 0, "controllers have no rights");
  cluster.kill("apiserver/0");
  cluster.waitUntil("the bindings are back", () => cluster.list(bindings).length === all.length);
  cluster.waitUntil("the Deployment is available", () => availableReplicas() === 2, 180_000);
  assert.is(cluster.readyNodes(), 1);
});

test.run();
