/** A node dies: its heartbeats stop, its pods are given up after their toleration, and others take their place. */
import { openStage, say, status } from "./stage.js";

const stage = await openStage();
try {
  say(`A node that dies, on ${stage.world}.`);
  await stage.apply(`
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 6
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      tolerations:
        - { key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 2 }
      containers: [{ name: web, image: registry.k8s.io/pause:3.10 }]
`);
  const living = async () =>
    (await stage.list("pod", "app=web")).filter(
      (pod) => pod.metadata.deletionTimestamp === undefined && status<{ phase: string }>(pod).phase === "Running",
    );
  const places = async () => {
    const counts = new Map<string, number>();
    for (const pod of await living()) {
      const node = (pod.spec as { nodeName?: string }).nodeName ?? "nowhere";
      counts.set(node, (counts.get(node) ?? 0) + 1);
    }
    return [...counts]
      .sort()
      .map(([node, count]) => `${node}: ${count}`)
      .join(", ");
  };
  await stage.until("six pods run", async () => (await living()).length === 6);
  say(`  six pods run: ${await places()}`);
  say("  the kubelet of node-2 crashes again and again, until its supervisor gives it up");
  const ready = async () => {
    const { conditions = [] } = status<{ conditions: Array<{ type: string; status: string; reason?: string }> }>(
      await stage.get("node", "node-2"),
    );
    return conditions.find(({ type }) => type === "Ready");
  };
  let lastKillMs = 0;
  const started = Date.now();
  await stage.until(
    "the node is not heard of",
    async () => {
      // A supervisor gives up after eight crashes within a minute; killing goes on until then.
      if (stage.world !== "threads" || Date.now() - lastKillMs > 100) {
        lastKillMs = Date.now();
        if (Date.now() - started < 20_000) await stage.kill("kubelet/node-2");
      }
      return (await ready())?.status === "Unknown";
    },
    180_000,
  );
  say(`  node-2 is Ready=${(await ready())?.status}: ${(await ready())?.reason}`);
  await stage.until(
    "six pods run elsewhere",
    async () => {
      const pods = await living();
      return pods.length >= 6 && pods.filter((pod) => (pod.spec as { nodeName?: string }).nodeName !== "node-2").length >= 6;
    },
    180_000,
  );
  say(`  six pods run again: ${await places()}`);
} finally {
  await stage.end();
}
