import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ResourceQuota, UntypedObject } from "../../src/api/types.js";
import { SimulatedCluster } from "../../src/sim/cluster.js";
import { ApiServerWorld, configMap, configMaps, podOf, podsPath } from "./apiserver-world.js";

const quotasPath = { group: "", version: "v1", resource: "resourcequotas", namespace: "default" };

/** A world with a quota that has been counted, as the controller would have. */
function worldWithQuota(hard: Record<string, string>, apiservers = 1): ApiServerWorld {
  const world = new ApiServerWorld({ apiservers }).untilServing();
  world.account();
  const made = world.create(quotasPath, { kind: "ResourceQuota", apiVersion: "v1", metadata: { name: "q" }, spec: { hard } });
  const used = Object.fromEntries(Object.keys(hard).map((name) => [name, "0"]));
  world.update(quotasPath, { ...made.object, status: { hard, used } } as UntypedObject, { subresource: "status" });
  return world;
}

const usedOf = (world: ApiServerWorld) => (world.get(quotasPath, "q").object as unknown as ResourceQuota).status?.used;

test("what is written is charged, and more than is left is refused", () => {
  const world = worldWithQuota({ pods: "2" });
  assert.is(world.create(podsPath, podOf("a")).error, undefined);
  assert.is(world.create(podsPath, podOf("b")).error, undefined);
  assert.equal(usedOf(world), { pods: "2" });
  const { error } = world.create(podsPath, podOf("c"));
  assert.is(error?.code, 403);
  assert.is(error?.message, 'pods "c" is forbidden: exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2');
  assert.is(world.get(podsPath, "c").error?.code, 404);
});

test("a dry run costs nothing", () => {
  const world = worldWithQuota({ configmaps: "1" });
  assert.is(world.create(configMaps, configMap("a"), 0, true).error, undefined);
  assert.equal(usedOf(world), { configmaps: "0" });
});

test("writers at once, at two API servers, together spend no more than there is, and all of it", () => {
  const world = worldWithQuota({ configmaps: "190" }, 2);
  for (let index = 0; index < 200; index += 1) world.createUnheard(configMaps, configMap(`c-${index}`), index % 2);
  world.run(20_000);
  const made = world.list(configMaps).items.filter(({ metadata }) => metadata.name?.startsWith("c-"));
  assert.is(made.length, 190);
  assert.equal(usedOf(world), { configmaps: "190" });
});

const quota = `
apiVersion: v1
kind: ResourceQuota
metadata: { name: q }
spec: { hard: { pods: "2", "count/configmaps": "5", "requests.cpu": "1" } }
`;

const replicaSet = `
apiVersion: apps/v1
kind: ReplicaSet
metadata: { name: web }
spec:
  replicas: 4
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: c, image: nginx, resources: { requests: { cpu: 100m } } }] }
`;

test("the controller counts what is there, and gives back what goes", () => {
  const cluster = SimulatedCluster.started({ seed: "quota", nodes: 1 });
  cluster.apply(quota);
  cluster.run(2_000);
  cluster.apply(replicaSet);
  cluster.run(10_000);
  const used = () => (cluster.get({ ...quotasPath, name: "q" }) as unknown as ResourceQuota).status?.used;
  assert.equal(used(), { "count/configmaps": "1", pods: "2", "requests.cpu": "200m" });
  cluster.delete({ group: "apps", version: "v1", resource: "replicasets", namespace: "default", name: "web" });
  cluster.run(60_000);
  assert.equal(used(), { "count/configmaps": "1", pods: "0", "requests.cpu": "0" });
});

test.run();
