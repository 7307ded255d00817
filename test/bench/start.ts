/** From nothing to the first pod that runs. */
import { ChildCluster, removeDirectory, temporaryDirectory } from "./child-cluster.js";
import { type Bench, medianOf } from "./figure.js";

const runsEach = 5;
const pods = "/api/v1/namespaces/default/pods";

const pod = (image: string) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { generateName: "first-" },
  spec: { terminationGracePeriodSeconds: 0, containers: [{ name: "first", image }] },
});

interface Start {
  readonly runningMs: number;
  readonly acceptedMs: number;
}

async function startIn(directory: string, image: string): Promise<Start> {
  const cluster = await ChildCluster.spawn(directory, ["--nodes", "3"]);
  try {
    const created = JSON.parse(await cluster.insist("POST", pods, pod(image))) as {
      metadata: { name: string; resourceVersion: string };
    };
    const acceptedMs = cluster.ageMs;
    const { name, resourceVersion } = created.metadata;
    const selector = `fieldSelector=metadata.name%3D${name}&resourceVersion=${resourceVersion}`;
    await cluster.watch(`${pods}?watch=true&${selector}`, (line) => line.includes('"phase":"Running"'));
    const runningMs = cluster.ageMs;
    await cluster.ask("DELETE", `${pods}/${name}?gracePeriodSeconds=0`);
    return { runningMs, acceptedMs };
  } finally {
    await cluster.stop();
  }
}

export const start: Bench = {
  name: "start",
  about: "process start to the first pod Running, 3 nodes, cold and warm data directory",
  async run() {
    const cold: Start[] = [];
    const warm: Start[] = [];
    const nginx: Start[] = [];
    for (let run = 0; run < runsEach; run += 1) {
      const directory = temporaryDirectory();
      const other = temporaryDirectory();
      try {
        cold.push(await startIn(directory, "registry.k8s.io/pause:3.10"));
        warm.push(await startIn(directory, "registry.k8s.io/pause:3.10"));
        nginx.push(await startIn(other, "nginx:1.27"));
      } finally {
        removeDirectory(directory);
        removeDirectory(other);
      }
    }
    const seconds = (starts: readonly Start[], which: keyof Start) => starts.map((each) => each[which] / 1000);
    const includes =
      "spawn of `chartroom up --nodes 3` (Node's own start, 12 threads), a pod posted over HTTPS as soon as it is accepted, until a watch shows it Running";
    return [
      medianOf(
        seconds(cold, "runningMs"),
        {
          name: "startToFirstPodRunningCold",
          unit: "s",
          target: { atMost: 0.8 },
          includes: `${includes}; an empty data directory: keys and certificates are made; image pause`,
        },
        3,
      ),
      medianOf(
        seconds(warm, "runningMs"),
        {
          name: "startToFirstPodRunningWarm",
          unit: "s",
          includes: `${includes}; the data directory of an earlier run; image pause`,
        },
        3,
      ),
      medianOf(
        seconds(nginx, "runningMs"),
        {
          name: "startToFirstNginxRunningCold",
          unit: "s",
          includes: `${includes}; an empty data directory; image nginx, which listens`,
        },
        3,
      ),
      medianOf(
        seconds(cold, "acceptedMs"),
        { name: "startToFirstPodAcceptedCold", unit: "s", includes: "the same until the pod is created" },
        3,
      ),
    ];
  },
};
