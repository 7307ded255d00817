/** What an idle cluster holds. */
import { ChildCluster, pause, removeDirectory, temporaryDirectory } from "./child-cluster.js";
import { type Bench, medianOf } from "./figure.js";

const settleMs = 15_000;

export const memory: Bench = {
  name: "memory",
  about: "resident memory of an idle cluster of 3 nodes",
  async run() {
    const runs: number[] = [];
    for (let run = 0; run < 3; run += 1) {
      const directory = temporaryDirectory();
      const cluster = await ChildCluster.spawn(directory, ["--nodes", "3"]);
      try {
        await cluster.ready(3);
        await pause(settleMs);
        runs.push(cluster.residentMegabytes);
      } finally {
        await cluster.stop();
        removeDirectory(directory);
      }
    }
    return [
      medianOf(
        runs,
        {
          name: "idleMemory",
          unit: "MB",
          target: { atMost: 300 },
          includes: `RSS of the whole process (main thread and every actor's thread) with 3 nodes and no pods, ${settleMs / 1000} s after the nodes are ready`,
        },
        0,
      ),
    ];
  },
};
