/** How much faster than real time a simulated cluster lives. */
import { SimulatedCluster } from "../../src/sim/cluster.js";
import { type Bench, type Figure, medianOf, rounded } from "./figure.js";

const nodes = 5;
const pods = 50;
const settleMs = 60_000;
const measuredMs = 600_000;

const probe = { httpGet: { path: "/", port: 80 } };

const pod = (number: number) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: `probed-${number}` },
  spec: { containers: [{ name: "web", image: "nginx:1.27", readinessProbe: probe, livenessProbe: probe }] },
});

function measure(seed: string): { ratio: number; settleRatio: number; steps: number } {
  const cluster = SimulatedCluster.started({ seed, nodes });
  const { simulation } = cluster;
  const startedMs = performance.now();
  cluster.apply(Array.from({ length: pods }, (_, number) => pod(number + 1)));
  simulation.run(settleMs);
  const settledMs = performance.now();
  const ready = cluster
    .list({ group: "", version: "v1", resource: "pods" })
    .filter((each) => JSON.stringify(each.status).includes('"type":"Ready","status":"True"')).length;
  if (ready !== pods) throw new Error(`only ${ready} of ${pods} pods are ready after ${settleMs} ms of virtual time`);
  const { steps } = simulation.queue;
  const beganMs = performance.now();
  simulation.run(measuredMs);
  const tookMs = performance.now() - beganMs;
  return {
    ratio: measuredMs / tookMs,
    settleRatio: settleMs / (settledMs - startedMs),
    steps: simulation.queue.steps - steps,
  };
}

export const simulatedTime: Bench = {
  name: "simulated-time",
  about: "virtual time per real time, 5 nodes and 50 probed pods",
  async run(): Promise<readonly Figure[]> {
    const runs = ["1", "2", "3"].map(measure);
    return [
      medianOf(
        runs.map(({ ratio }) => ratio),
        {
          name: "simulatedTimePerRealTime",
          unit: "ratio",
          target: { atLeast: 500 },
          includes: `${measuredMs / 60_000} virtual minutes of 5 nodes and ${pods} ready pods, each with http readiness and liveness at the default period of 10 s, that is 10 probes a second through runc's network; node status and Lease heartbeats, leader elections, kubelets' views of the runtime, all charts and messages; no trace is kept; ${rounded((runs[0]?.steps ?? 0) / (measuredMs / 1000), 0)} steps a virtual second`,
        },
        0,
      ),
      medianOf(
        runs.map(({ settleRatio }) => settleRatio),
        {
          name: "simulatedStartOfPodsPerRealTime",
          unit: "ratio",
          includes: `the ${settleMs / 1000} virtual seconds before that, in which the ${pods} pods are created one by one, scheduled and started`,
        },
        0,
      ),
    ];
  },
};
