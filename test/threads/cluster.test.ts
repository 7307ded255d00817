import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { KubernetesError } from "../../src/cluster/api-client.js";
import { Cluster } from "../../src/cluster/cluster.js";
import { until } from "../support/until.js";

interface PodStatus {
  readonly podIP: string;
  readonly containerStatuses: ReadonlyArray<{ readonly containerID: string; readonly restartCount: number }>;
}

const pod = (name: string, image = "pause") => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name },
  spec: { containers: [{ name: "main", image }] },
});
const configMap = (name: string, data: Record<string, string>) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name },
  data,
});

/** Applies until an API server takes it: one may be away just now. */
const applied = (cluster: Cluster, object: object) =>
  until(`${JSON.stringify(object)} is applied`, async () => {
    try {
      await cluster.apply(object);
      return true;
    } catch (error) {
      if (error instanceof KubernetesError && error.code < 500) throw error;
      return false;
    }
  });

const test = suite("a cluster on threads");

test("a Deployment behind a Service answers over HTTP", async () => {
  const cluster = await Cluster.start({ nodes: 2 });
  try {
    await cluster.apply(`
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: nginx, image: nginx:1.27, ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 8080, targetPort: 80}]}
`);
    await cluster.waitFor("deployment/web", "Available");
    const service = (await cluster.get("service/web")) as unknown as { spec: { clusterIP: string } };
    await until("the Service answers", async () => {
      const answer = await fetch(`http://${service.spec.clusterIP}:8080/`).catch(() => undefined);
      return (await answer?.text())?.includes("Welcome to nginx") ?? false;
    });
    const pods = await cluster.list("pods", { namespace: "default", labelSelector: "app=web" });
    const nodes = pods.map((each) => (each.spec as { nodeName: string }).nodeName).sort();
    assert.equal(nodes, ["node-1", "node-2"], "the scheduler spreads them");
    const logs = await Promise.all(pods.map((each) => cluster.logs(each.metadata.name as string)));
    assert.match(logs.join(""), "GET / HTTP/1.1");
  } finally {
    await cluster.stop();
  }
});

test("every actor is killed in turn: each comes back, no container is lost, no acknowledged write either", async () => {
  const cluster = await Cluster.start({ nodes: 2, apiservers: 2 });
  try {
    await cluster.apply(pod("witness", "nginx"));
    const before = (await cluster.waitFor("pod/witness", "Ready"))?.status as PodStatus;
    const killed: string[] = [];
    for (const actor of cluster.actors) {
      await cluster.kill(actor);
      killed.push(actor);
      const name = `after-${killed.length}`;
      await applied(cluster, configMap(name, { killed: actor }));
      await applied(cluster, pod(name));
      await cluster.waitFor(`pod/${name}`, "Ready", { timeoutMs: 20_000 });
    }
    await until("every actor runs again and is linked", async () =>
      (await cluster.inspect()).every(
        ({ state, incarnation, inside }) => state === "running" && incarnation > 1 && inside!.peers.length > 0,
      ),
    );
    const after = (await cluster.get("pod/witness"))?.status as PodStatus;
    assert.equal(
      after.containerStatuses[0]?.containerID,
      before.containerStatuses[0]?.containerID,
      "the container was re-adopted",
    );
    assert.is(after.containerStatuses[0]?.restartCount, 0);
    const kept = await cluster.list("configmaps", { namespace: "default" });
    const told = kept.map((each) => (each.data as { killed?: string }).killed).filter((each) => each !== undefined);
    assert.equal(told.sort(), [...killed].sort(), "what was acknowledged is there");
    assert.equal(cluster.failures(), []);
  } finally {
    await cluster.stop();
  }
});

test("a second start on the same data directory goes on where the first was", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "chartroom-test-"));
  try {
    const first = await Cluster.start({ nodes: 1, dataDir });
    const { kubeconfigPath, kubeconfig } = first;
    let uid: string | undefined;
    try {
      await first.apply([configMap("kept", { a: "1" }), pod("web")]);
      uid = (await first.waitFor("pod/web", "Ready"))?.metadata.uid;
      assert.is(readFileSync(kubeconfigPath, "utf8"), kubeconfig);
    } finally {
      await first.stop();
    }
    assert.not.ok(existsSync(join(dataDir, "lock")));

    const second = await Cluster.start({ nodes: 1, dataDir });
    try {
      assert.equal((await second.get("configmap/kept"))?.data, { a: "1" });
      assert.is((await second.waitFor("pod/web", "Ready"))?.metadata.uid, uid);
      const inKubeconfig = (text: string) => /certificate-authority-data: (.*)/.exec(text)?.[1];
      assert.is(inKubeconfig(second.kubeconfig), inKubeconfig(kubeconfig), "clients still trust it");
    } finally {
      await second.stop();
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});

test("several clusters run side by side, each with its own ranges", async () => {
  const clusters = await Promise.all([Cluster.start({ nodes: 1 }), Cluster.start({ nodes: 1, runtime: "simulated" })]);
  try {
    const addresses = await Promise.all(
      clusters.map(async (cluster) => {
        await cluster.apply(pod("web", "nginx"));
        const ready = await cluster.waitFor("pod/web", "Ready");
        return (ready?.status as PodStatus | undefined)?.podIP;
      }),
    );
    assert.is.not(addresses[0], addresses[1]);
  } finally {
    await Promise.all(clusters.map((cluster) => cluster.stop()));
  }
});

test("waiting in vain tells how it was instead; wrong names and manifests are refused in Kubernetes' words", async () => {
  const cluster = await Cluster.start({ nodes: 0 });
  try {
    await cluster.apply(pod("web"));
    const refused = async (work: () => Promise<unknown>, expected: RegExp) => {
      try {
        await work();
        assert.unreachable(`${expected} was expected`);
      } catch (error) {
        assert.match(String(error), expected);
      }
    };
    await refused(
      () => cluster.waitFor("pod/web", "Ready", { timeoutMs: 300 }),
      /pod default\/web was not Ready within 300 ms; it is Pending/,
    );
    await refused(() => cluster.waitFor("pod/other", "Ready", { timeoutMs: 100 }), /it does not exist/);
    await refused(
      () => cluster.apply({ apiVersion: "v1", kind: "Nonsense", metadata: { name: "x" } }),
      /no matches for kind "Nonsense"/,
    );
    await refused(() => cluster.apply(pod("Not A Name")), /metadata\.name: Invalid value: "Not A Name"/);
    await refused(async () => cluster.kill("kubelet/node-9"), /no actor "kubelet\/node-9"/);
  } finally {
    await cluster.stop();
  }
});

test("stopping takes less than five seconds, with pods running, and leaves nothing behind", async () => {
  const cluster = await Cluster.start({ nodes: 2 });
  await cluster.apply(pod("web", "nginx"));
  await cluster.waitFor("pod/web", "Ready");
  const groups: string[] = [];
  const startedMs = performance.now();
  await cluster.stop((roles) => groups.push(...roles));
  assert.ok(performance.now() - startedMs < 5_000);
  assert.equal(groups, ["kubelet", "kube-proxy", "runc", "scheduler", "controller-manager", "apiserver", "etcd"]);
  assert.not.ok(existsSync(cluster.kubeconfigPath));
});

test.run();
