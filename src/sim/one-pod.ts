/** One pod in a small simulated cluster: the story of the golden trace and of the diagram in the README. */
import type { TraceRecord } from "../actor/trace.js";
import { SimulatedCluster } from "./cluster.js";

export const onePod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web" },
  spec: { containers: [{ name: "web", image: "nginx:1.27" }] },
} as const;

/** Everything that happened until the pod runs. */
export function traceOnePod(seed: string): TraceRecord[] {
  const records: TraceRecord[] = [];
  const cluster = SimulatedCluster.started({ seed, nodes: 1, trace: (record) => records.push(record) });
  cluster.apply(onePod);
  const pod = { group: "", version: "v1", resource: "pods", namespace: "default", name: "web" };
  cluster.waitUntil("the pod runs", () => (cluster.get(pod)?.status as { phase?: string } | undefined)?.phase === "Running");
  return records;
}
