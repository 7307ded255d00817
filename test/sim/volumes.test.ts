/** Persistent storage in a whole simulated cluster: claims, volumes, and the pods that use them. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Event, PersistentVolume, PersistentVolumeClaim, Pod } from "../../src/api/types.js";
import { SimulatedCluster } from "../../src/sim/cluster.js";

const core = (resource: string) => ({ group: "", version: "v1", resource, namespace: "default" });
const volumesPath = { group: "", version: "v1", resource: "persistentvolumes" };

const claim = (name: string, spec: object = {}): object => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name, namespace: "default" },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, ...spec },
});
const user = (name: string, claimName: string): object => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "default" },
  spec: {
    containers: [{ name: "c", image: "nginx", volumeMounts: [{ name: "data", mountPath: "/data" }] }],
    volumes: [{ name: "data", persistentVolumeClaim: { claimName } }],
  },
});
const localVolume = (name: string, node: string, spec: object = {}): object => ({
  apiVersion: "v1",
  kind: "PersistentVolume",
  metadata: { name },
  spec: {
    accessModes: ["ReadWriteOnce"],
    capacity: { storage: "2Gi" },
    local: { path: "/mnt/disk" },
    storageClassName: "",
    nodeAffinity: {
      required: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [node] }] }],
      },
    },
    ...spec,
  },
});

function started(seed: string) {
  const cluster = SimulatedCluster.started({ seed, nodes: 3 });
  const claims = () => cluster.list(core("persistentvolumeclaims")) as unknown as PersistentVolumeClaim[];
  const volumes = () => cluster.list(volumesPath) as unknown as PersistentVolume[];
  const pods = () => cluster.list(core("pods")) as unknown as Pod[];
  const pod = (name: string) => pods().find(({ metadata }) => metadata.name === name);
  const running = (name: string) => () => pod(name)?.status?.phase === "Running";
  const bound = (name: string) => () => claims().find(({ metadata }) => metadata.name === name)?.status?.phase === "Bound";
  const messages = (reason: string) =>
    (cluster.list(core("events")) as unknown as Event[]).flatMap((event) =>
      event.reason === reason ? [event.message ?? ""] : [],
    );
  return { cluster, claims, volumes, pods, pod, running, bound, messages };
}

test("a StatefulSet with claims comes up at the first try; its volumes outlive its pods and go with its claims", () => {
  const { cluster, claims, volumes, pods, pod, running, messages } = started("stateful");
  cluster.apply([
    {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { name: "db", namespace: "default" },
      spec: {
        replicas: 2,
        serviceName: "db",
        selector: { matchLabels: { app: "db" } },
        template: {
          metadata: { labels: { app: "db" } },
          spec: { containers: [{ name: "c", image: "nginx", volumeMounts: [{ name: "data", mountPath: "/data" }] }] },
        },
        volumeClaimTemplates: [
          { metadata: { name: "data" }, spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } } },
        ],
      },
    },
  ]);
  cluster.waitUntil("both pods run", () => running("db-0")() && running("db-1")());
  assert.equal(
    claims().map(({ metadata, status }) => [metadata.name, status?.phase, status?.capacity?.storage]),
    [
      ["data-db-0", "Bound", "1Gi"],
      ["data-db-1", "Bound", "1Gi"],
    ],
  );
  cluster.waitUntil("the volumes are told to be bound", () => volumes().every(({ status }) => status?.phase === "Bound"));
  for (const volume of volumes()) {
    const terms = volume.spec?.nodeAffinity?.required?.nodeSelectorTerms;
    const user = pod(volume.spec?.claimRef?.name?.replace("data-", "") ?? "");
    assert.equal(terms?.[0]?.matchExpressions?.[0]?.values, [user?.spec?.nodeName], "it is where its pod is");
    assert.is(volume.spec?.storageClassName, "standard");
    assert.ok(volume.status?.lastPhaseTransitionTime);
  }
  assert.ok(messages("ProvisioningSucceeded").length >= 2);
  const before = volumes().map(({ metadata }) => metadata.name);
  const [home, uid] = [pod("db-0")?.spec?.nodeName, pod("db-0")?.metadata.uid];
  cluster.delete({ ...core("pods"), name: "db-0" });
  cluster.waitUntil("another pod has its place", () => running("db-0")() && pod("db-0")?.metadata.uid !== uid);
  assert.is(pod("db-0")?.spec?.nodeName, home);
  assert.equal(
    volumes().map(({ metadata }) => metadata.name),
    before,
  );
  cluster.delete({ ...core("persistentvolumeclaims"), name: "data-db-0" });
  cluster.run(2_000);
  assert.is(claims().length, 2, "a claim that is used stays");
  cluster.delete({ group: "apps", version: "v1", resource: "statefulsets", namespace: "default", name: "db" });
  cluster.waitUntil("the pods are gone", () => pods().length === 0);
  cluster.delete({ ...core("persistentvolumeclaims"), name: "data-db-1" });
  cluster.waitUntil("claims and volumes are gone", () => claims().length === 0 && volumes().length === 0);
});

test("a claim is bound to the smallest volume that fulfils it, at once; a released volume that is retained stays", () => {
  const { cluster, volumes, bound, pod, running, messages } = started("static");
  cluster.apply([
    localVolume("large", "node-1", { capacity: { storage: "10Gi" } }),
    localVolume("small", "node-2"),
    localVolume("tiny", "node-3", { capacity: { storage: "1Mi" } }),
  ]);
  const phases = () => volumes().map(({ metadata, status }) => `${metadata.name} ${status?.phase}`);
  cluster.waitUntil("the volumes are available", () => phases().join() === "large Available,small Available,tiny Available");
  cluster.apply([claim("data", { storageClassName: "" }), user("web", "data")]);
  cluster.waitUntil("the claim is bound", bound("data"));
  cluster.waitUntil("the pod runs", running("web"));
  assert.is(pod("web")?.spec?.nodeName, "node-2", "the pod is where its volume is reached");
  cluster.waitUntil("the phases are told", () => phases().join() === "large Available,small Bound,tiny Available");
  cluster.apply([claim("more", { storageClassName: "", resources: { requests: { storage: "50Gi" } } })]);
  cluster.waitUntil("nothing fulfils a claim", () => messages("FailedBinding").length > 0);
  assert.is(messages("FailedBinding")[0], "no persistent volumes available for this claim and no storage class is set");
  cluster.apply([user("idle", "more")]);
  cluster.waitUntil("the pod waits for it", () => messages("FailedScheduling").length > 0);
  assert.is(
    messages("FailedScheduling")[0],
    "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
  );
  cluster.apply([localVolume("huge", "node-3", { capacity: { storage: "60Gi" } })]);
  cluster.waitUntil("a volume comes, and the pod runs", running("idle"));
  cluster.delete({ ...core("pods"), name: "web" });
  cluster.delete({ ...core("persistentvolumeclaims"), name: "data" });
  cluster.waitUntil("the volume is released", () => phases().includes("small Released"));
  cluster.run(2_000);
  assert.ok(phases().includes("small Released"));
});

test("a claim that waits for its first consumer is bound to a volume that the pod's node reaches", () => {
  const { cluster, bound, pod, running, messages, volumes } = started("consumer");
  cluster.apply([
    {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: "disks" },
      provisioner: "kubernetes.io/no-provisioner",
      volumeBindingMode: "WaitForFirstConsumer",
    },
    localVolume("disk-2", "node-2", { storageClassName: "disks" }),
    claim("data", { storageClassName: "disks" }),
  ]);
  cluster.waitUntil("it waits", () => messages("WaitForFirstConsumer").length > 0);
  assert.is(messages("WaitForFirstConsumer")[0], "waiting for first consumer to be created before binding");
  assert.not(bound("data")());
  cluster.apply([user("web", "data")]);
  cluster.waitUntil("the pod runs", running("web"));
  assert.is(pod("web")?.spec?.nodeName, "node-2");
  assert.is(volumes()[0]?.spec?.claimRef?.name, "data");
  cluster.apply([claim("second", { storageClassName: "disks" }), user("late", "second")]);
  cluster.waitUntil("another finds none", () => messages("FailedScheduling").length > 0);
  assert.is(
    messages("FailedScheduling")[0],
    "0/3 nodes are available: 3 node(s) didn't find available persistent volumes to bind. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
  );
});

test("a generic ephemeral volume comes and goes with its pod", () => {
  const { cluster, claims, volumes, running } = started("ephemeral");
  const volumeClaimTemplate = {
    metadata: { labels: { kind: "scratch" } },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  };
  cluster.apply([
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "web", namespace: "default" },
      spec: {
        containers: [{ name: "c", image: "nginx", volumeMounts: [{ name: "scratch", mountPath: "/scratch" }] }],
        volumes: [{ name: "scratch", ephemeral: { volumeClaimTemplate } }],
      },
    },
  ]);
  cluster.waitUntil("the pod runs", running("web"));
  assert.equal(
    claims().map(({ metadata }) => [metadata.name, metadata.labels]),
    [["web-scratch", { kind: "scratch" }]],
  );
  cluster.delete({ ...core("pods"), name: "web" });
  cluster.waitUntil("claim and volume are gone", () => claims().length === 0 && volumes().length === 0);
});

test("a claim of the built-in class grows when it asks for more", () => {
  const { cluster, claims, running, messages, volumes } = started("growth");
  cluster.apply([claim("data"), user("web", "data")]);
  cluster.waitUntil("the pod runs", running("web"));
  cluster.patch({ ...core("persistentvolumeclaims"), name: "data" }, { spec: { resources: { requests: { storage: "3Gi" } } } });
  cluster.waitUntil("it has more", () => claims()[0]?.status?.capacity?.storage === "3Gi");
  assert.is(volumes()[0]?.spec?.capacity?.storage, "3Gi");
  cluster.waitUntil("that is told", () => messages("VolumeResizeSuccessful").length > 0);
});

test.run();
