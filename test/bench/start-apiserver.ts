/** How soon a program that starts a cluster without nodes has an API server that is ready. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Bench, medianOf } from "./figure.js";

const runs = 7;
const program = fileURLToPath(new URL("./start-once.js", import.meta.url));

interface Started {
  /** Milliseconds from the call of `Cluster.start` to the first 200 of /readyz. */
  readonly readyMs: number;
  /** To where `Cluster.start` gives the cluster to the program. */
  readonly startedMs: number;
}

/** Each start in a process of its own, as a test has it. */
function startOnce(mode: "memory" | "disk"): Promise<Started> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, mode], { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.on("data", (part: Buffer) => {
      text += part.toString("utf8");
    });
    child.once("error", reject);
    child.once("exit", (code) => {
      if (code === 0) resolve(JSON.parse(text) as Started);
      else reject(new Error(`a cluster did not start: ${text}`));
    });
  });
}

export const startApiserver: Bench = {
  name: "start-apiserver",
  about: "Cluster.start({ nodes: 0 }) to /readyz",
  async run() {
    const memory: Started[] = [];
    const disk: Started[] = [];
    for (let run = 0; run < runs; run += 1) {
      memory.push(await startOnce("memory"));
      disk.push(await startOnce("disk"));
    }
    const seconds = (of: readonly Started[], which: keyof Started) => of.map((each) => each[which] / 1_000);
    const includes =
      "from the call of Cluster.start({ nodes: 0 }) until /readyz has answered 200 over HTTPS: etcd, API server, controller manager and scheduler, keys and certificates made anew; each start in a process of its own, whose imports are not in it";
    return [
      medianOf(
        seconds(memory, "readyMs"),
        { name: "startToReadyzInMemory", unit: "s", target: { atMost: 0.35 }, includes: `${includes}; memory: true` },
        3,
      ),
      medianOf(
        seconds(disk, "readyMs"),
        { name: "startToReadyzOnDisk", unit: "s", target: { atMost: 0.35 }, includes: `${includes}; an empty data directory` },
        3,
      ),
      medianOf(
        seconds(memory, "startedMs"),
        { name: "startToClusterInMemory", unit: "s", includes: "the same until Cluster.start gives the cluster to the program" },
        3,
      ),
    ];
  },
};
