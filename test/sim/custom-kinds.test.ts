import { suite } from "uvu";
import * as assert from "uvu/assert";
import { SimulatedCluster } from "../../src/sim/cluster.js";
import { widget, widgets } from "../custom/definitions.js";

const kinds = suite("controllers and custom kinds");

const widgetsPath = { group: "example.com", version: "v1", resource: "widgets", namespace: "default" };
const configMapsPath = { group: "", version: "v1", resource: "configmaps", namespace: "default" };

function clusterWithWidgets(): SimulatedCluster {
  const cluster = SimulatedCluster.started({ seed: "custom", nodes: 0 });
  cluster.apply([widgets as never, widget("owner") as never]);
  return cluster;
}

kinds("what a custom object owns goes with it", () => {
  const cluster = clusterWithWidgets();
  const { uid = "" } = cluster.get({ ...widgetsPath, name: "owner" })!.metadata;
  const ownerReferences = [{ apiVersion: "example.com/v1", kind: "Widget", name: "owner", uid }];
  cluster.apply([
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "owned", ownerReferences } },
    { ...widget("child"), metadata: { name: "child", ownerReferences } } as never,
  ]);
  cluster.run(5_000);
  assert.ok(cluster.get({ ...configMapsPath, name: "owned" }), "as long as the owner lives, so does what it owns");
  cluster.delete({ ...widgetsPath, name: "owner" });
  cluster.waitUntil("all that it owned is gone", () =>
    [
      { ...configMapsPath, name: "owned" },
      { ...widgetsPath, name: "child" },
    ].every((path) => cluster.get(path) === undefined),
  );
});

kinds("a custom object whose owner is orphaned forgets it", () => {
  const cluster = clusterWithWidgets();
  const { uid = "" } = cluster.get({ ...widgetsPath, name: "owner" })!.metadata;
  const ownerReferences = [{ apiVersion: "example.com/v1", kind: "Widget", name: "owner", uid }];
  cluster.apply([{ ...widget("child"), metadata: { name: "child", ownerReferences } } as never]);
  cluster.run(5_000);
  cluster.delete({ ...widgetsPath, name: "owner" }, { propagationPolicy: "Orphan" });
  cluster.waitUntil("the owner is gone", () => cluster.get({ ...widgetsPath, name: "owner" }) === undefined);
  assert.is(cluster.get({ ...widgetsPath, name: "child" })!.metadata.ownerReferences, undefined);
});

kinds("a namespace takes its custom objects along", () => {
  const cluster = clusterWithWidgets();
  cluster.apply([{ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } }]);
  cluster.apply([{ ...widget("sold"), metadata: { name: "sold", namespace: "shop" } } as never]);
  cluster.run(3_000);
  cluster.delete({ group: "", version: "v1", resource: "namespaces", name: "shop" });
  const namespace = { group: "", version: "v1", resource: "namespaces", name: "shop" };
  cluster.waitUntil("the namespace is gone", () => cluster.get(namespace) === undefined);
  assert.is(cluster.get({ ...widgetsPath, namespace: "shop", name: "sold" }), undefined);
});

kinds("when its definition goes, what it owned goes too", () => {
  const cluster = clusterWithWidgets();
  const { uid = "" } = cluster.get({ ...widgetsPath, name: "owner" })!.metadata;
  const ownerReferences = [{ apiVersion: "example.com/v1", kind: "Widget", name: "owner", uid }];
  cluster.apply([{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "owned", ownerReferences } }]);
  cluster.run(5_000);
  cluster.delete({
    group: "apiextensions.k8s.io",
    version: "v1",
    resource: "customresourcedefinitions",
    name: "widgets.example.com",
  });
  cluster.waitUntil("it is gone", () => cluster.get({ ...configMapsPath, name: "owned" }) === undefined);
});

kinds.run();
