/** Workloads in a whole simulated cluster: what users see of controllers and scheduler over the real API server. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Deployment, EndpointSlice, Event, Node, Pod, UntypedObject } from "../../src/api/types.js";
import { SimulatedCluster } from "../../src/sim/cluster.js";
import { nodeOf } from "../../src/wire/address.js";

const apps = (resource: string) => ({ group: "apps", version: "v1", resource, namespace: "default" });
const core = (resource: string, namespace = "default") => ({ group: "", version: "v1", resource, namespace });
const web = { ...apps("deployments"), name: "web" };

const deployment = (replicas: number, image = "nginx:1", namespace = "default", resources: object = {}): UntypedObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace },
  spec: {
    replicas,
    selector: { matchLabels: { app: "web" } },
    template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "c", image, resources }] } },
  },
});

function started(seed: string, replicas: number) {
  const cluster = new SimulatedCluster({ seed, nodes: 3 });
  const isReady = (node: Node) =>
    node.spec?.taints === undefined && node.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True");
  const nodes = () => cluster.list({ group: "", version: "v1", resource: "nodes" }) as unknown as Node[];
  cluster.waitUntil("three nodes are ready", () => nodes().filter(isReady).length === 3);
  cluster.apply([deployment(replicas)]);
  const get = () => cluster.get(web) as unknown as Deployment;
  const settled = (count: number) => () => {
    const { status = {}, metadata } = get();
    const { updatedReplicas = 0, replicas: all = 0, availableReplicas = 0, observedGeneration } = status;
    return (
      updatedReplicas === count && all === count && availableReplicas === count && observedGeneration === metadata.generation
    );
  };
  cluster.waitUntil(`${replicas} replicas are available`, settled(replicas));
  const pods = () => cluster.list(core("pods")) as unknown as Pod[];
  const images = () => pods().map(({ spec }) => spec!.containers[0]!.image);
  const messages = (reason: string) =>
    (cluster.list(core("events")) as unknown as Event[]).flatMap((event) =>
      event.reason === reason ? [event.message ?? ""] : [],
    );
  return { cluster, get, settled, pods, images, messages };
}

test("a Deployment is spread over the nodes, scaled, rolled out and rolled back", () => {
  const { cluster, get, settled, pods, images } = started("workloads", 3);
  assert.equal(
    pods()
      .map(({ spec }) => spec!.nodeName)
      .sort(),
    ["node-1", "node-2", "node-3"],
  );
  cluster.patch(web, { spec: { replicas: 6 } });
  cluster.waitUntil("six are available", settled(6));
  cluster.patch(web, { spec: { template: { spec: { containers: [{ name: "c", image: "nginx:2" }] } } } });
  cluster.waitUntil("the new image is rolled out", settled(6));
  cluster.waitUntil("the old pods are gone", () => pods().length === 6);
  assert.equal(new Set(images()), new Set(["nginx:2"]));
  assert.is(get().metadata.annotations!["deployment.kubernetes.io/revision"], "2");
  cluster.patch(web, { spec: { template: { spec: { containers: [{ name: "c", image: "nginx:1" }] } } } });
  cluster.waitUntil("the old image is back", settled(6));
  cluster.waitUntil("the newer pods are gone", () => pods().length === 6);
  assert.equal(new Set(images()), new Set(["nginx:1"]));
  assert.is(get().metadata.annotations!["deployment.kubernetes.io/revision"], "3");
  assert.is(cluster.list(apps("replicasets")).length, 2, "the old ReplicaSet was taken up again");
});

test("a Service's endpoints are the ready pods, and follow a scale down", () => {
  const { cluster } = started("endpoints", 4);
  cluster.apply([
    { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: { selector: { app: "web" }, ports: [{ port: 80 }] } },
  ]);
  const ready = () =>
    (
      cluster.list(
        { group: "discovery.k8s.io", version: "v1", resource: "endpointslices", namespace: "default" },
        "kubernetes.io/service-name=web",
      ) as unknown as EndpointSlice[]
    )
      .flatMap(({ endpoints }) => endpoints)
      .filter(({ conditions }) => conditions?.ready).length;
  cluster.waitUntil("four endpoints are ready", () => ready() === 4);
  cluster.patch(web, { spec: { replicas: 1 } });
  cluster.waitUntil("one endpoint is left", () => ready() === 1);
});

for (const propagationPolicy of ["Background", "Foreground"] as const) {
  test(`a Deployment deleted in the ${propagationPolicy.toLowerCase()} leaves nothing`, () => {
    const { cluster, pods } = started(`delete ${propagationPolicy}`, 3);
    cluster.delete(web, { propagationPolicy });
    if (propagationPolicy === "Foreground") assert.ok(cluster.get(web), "it goes last");
    else assert.is(cluster.get(web), undefined, "it goes first");
    cluster.waitUntil("everything is gone", () => pods().length === 0 && cluster.list(apps("replicasets")).length === 0);
    cluster.waitUntil("the Deployment is gone", () => cluster.get(web) === undefined);
  });
}

test("a Deployment deleted with its dependents orphaned leaves them running", () => {
  const { cluster, pods } = started("orphan", 3);
  cluster.delete(web, { propagationPolicy: "Orphan" });
  cluster.waitUntil("the Deployment is gone", () => cluster.get(web) === undefined);
  cluster.simulation.run(5_000);
  const [set] = cluster.list(apps("replicasets"));
  assert.equal(set!.metadata.ownerReferences ?? [], []);
  assert.is(pods().length, 3);
  cluster.apply([deployment(3)]);
  cluster.waitUntil(
    "a new Deployment has adopted them",
    () => cluster.list(apps("replicasets"))[0]!.metadata.ownerReferences?.length === 1,
  );
  assert.is(cluster.list(apps("replicasets")).length, 1);
});

test("a namespace that is deleted takes everything along", () => {
  const cluster = new SimulatedCluster({ seed: "namespace", nodes: 3 });
  cluster.apply([{ apiVersion: "v1", kind: "Namespace", metadata: { name: "team" } }, deployment(3, "nginx:1", "team")]);
  const pods = () => cluster.list(core("pods", "team"));
  cluster.waitUntil(
    "its pods run",
    () => pods().length === 3 && pods().every((pod) => (pod.status as Pod["status"])!.phase === "Running"),
  );
  const path = { group: "", version: "v1", resource: "namespaces", name: "team" };
  cluster.delete(path);
  cluster.waitUntil("it is gone", () => cluster.get(path) === undefined);
  assert.equal([pods().length, cluster.list({ ...apps("deployments"), namespace: "team" }).length], [0, 0]);
});

test("a pod that fits nowhere says why, and is bound when there is room", () => {
  const { cluster, messages } = started("no room", 1);
  const big = deployment(1, "nginx:1", "default", { requests: { cpu: "1000" } });
  cluster.apply([{ ...big, metadata: { name: "big", namespace: "default" } }]);
  const expected =
    "0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.";
  cluster.waitUntil("the event is there", () => messages("FailedScheduling").includes(expected));
  const pending = (cluster.list(core("pods")) as unknown as Pod[]).find(({ metadata }) => metadata.name!.startsWith("big-"))!;
  const { status, reason, message } = pending.status!.conditions!.find(({ type }) => type === "PodScheduled")!;
  assert.equal([status, reason, message], ["False", "Unschedulable", expected]);
});

test("a node that is cut off is tainted, its pods are replaced elsewhere, and when it is back it has nothing left", () => {
  const { cluster, pods, settled } = started("lost node", 3);
  cluster.apply([
    {
      ...deployment(3),
      spec: {
        ...(deployment(3).spec as object),
        template: {
          metadata: { labels: { app: "web" } },
          spec: {
            containers: [{ name: "c", image: "nginx:1" }],
            tolerations: ["not-ready", "unreachable"].map((key) => ({
              key: `node.kubernetes.io/${key}`,
              operator: "Exists",
              effect: "NoExecute",
              tolerationSeconds: 5,
            })),
          },
        },
      },
    },
  ]);
  cluster.waitUntil("the tolerations are rolled out", () => settled(3)() && pods().length === 3);
  let cutOff = true;
  cluster.simulation.faults = {
    delayMs: (envelope, to) => (cutOff && (nodeOf(envelope.from) === "node-1" || nodeOf(to) === "node-1") ? 100_000 : 0),
  };
  const ready = () =>
    (cluster.get({ group: "", version: "v1", resource: "nodes", name: "node-1" }) as unknown as Node).status!.conditions!.find(
      ({ type }) => type === "Ready",
    )!;
  cluster.waitUntil("the node is unknown", () => ready().status === "Unknown", 60_000);
  assert.is(ready().message, "Kubelet stopped posting node status.");
  const elsewhere = () => pods().filter(({ spec, status }) => spec!.nodeName !== "node-1" && status!.phase === "Running").length;
  cluster.waitUntil("three run elsewhere", () => elsewhere() === 3, 30_000);
  cutOff = false;
  cluster.waitUntil("the node is ready again", () => ready().status === "True", 200_000);
  cluster.waitUntil("what it had left is gone", () => pods().length === 3, 60_000);
});

test.run();
