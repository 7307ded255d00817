/** One pod: what becomes of a manifest. Run it: node dist/examples/01-one-pod.js threads, or: … sim 7 */
import { openStage, say, status } from "./stage.js";

const stage = await openStage({ nodes: 1 });
try {
  say(`One pod, on ${stage.world}.`);
  await stage.apply(`
apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  containers:
    - { name: web, image: "nginx:1.27", ports: [{ containerPort: 80 }] }
`);
  let phase = "";
  await stage.until("the pod runs", async () => {
    const pod = await stage.get("pod", "web");
    const now = status<{ phase: string }>(pod).phase ?? "";
    if (now !== phase) say(`  the pod is ${now}`);
    phase = now;
    return phase === "Running";
  });
  const pod = await stage.get("pod", "web");
  const {
    podIP,
    hostIP,
    conditions = [],
  } = status<{ podIP: string; hostIP: string; conditions: Array<{ type: string; status: string }> }>(pod);
  say(`  it has the address ${podIP} on node-1 (${hostIP})`);
  say(`  conditions: ${conditions.map(({ type, status: value }) => `${type}=${value}`).join(", ")}`);
} finally {
  await stage.end();
}
