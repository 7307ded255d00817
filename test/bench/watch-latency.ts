/** How soon a watcher hears of a write. */
import { ChildCluster, pause, removeDirectory, temporaryDirectory } from "./child-cluster.js";
import { type Bench, type Figure, quantile, rounded } from "./figure.js";

const configMaps = "/api/v1/namespaces/default/configmaps";
const samples = 500;
const warmUp = 200;

async function latencies(cluster: ChildCluster): Promise<number[]> {
  const all: number[] = [];
  let seen: (name: string) => void = () => undefined;
  let started: () => void = () => undefined;
  const watching = new Promise<void>((resolve) => {
    started = resolve;
  });
  const wanted = { name: "" };
  const watch = cluster.watch(
    `${configMaps}?watch=true`,
    (line) => {
      if (wanted.name !== "" && line.includes(`"name":"${wanted.name}"`)) seen(wanted.name);
      return all.length >= samples + warmUp;
    },
    started,
  );
  await watching;
  for (let number = 0; number < samples + warmUp; number += 1) {
    const heard = new Promise<void>((resolve) => {
      seen = () => resolve();
    });
    wanted.name = `latency-${number}`;
    const sentMs = performance.now();
    const answered = cluster.ask("POST", configMaps, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: wanted.name },
      data: { a: "x".repeat(1000) },
    });
    await heard;
    all.push(performance.now() - sentMs);
    await answered;
  }
  await cluster.ask("POST", configMaps, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "latency-end" } });
  await watch;
  return all.slice(warmUp);
}

export const watchLatency: Bench = {
  name: "watch-latency",
  about: "from a client's write to its watch's event",
  async run(): Promise<readonly Figure[]> {
    const directory = temporaryDirectory();
    const cluster = await ChildCluster.spawn(directory, ["--nodes", "3"]);
    try {
      await cluster.ready(3);
      await pause(1_000);
      const measured = await latencies(cluster);
      const includes = `from sending the POST of a ConfigMap of 1 KB over HTTPS to its event on one watch, one write at a time, ${samples} of them, durable; the client is a Node process on the same machine`;
      return [
        { name: "writeToWatchEventP50", value: rounded(quantile(measured, 0.5), 2), unit: "ms", includes },
        { name: "writeToWatchEventP99", value: rounded(quantile(measured, 0.99), 2), unit: "ms", includes },
      ];
    } finally {
      await cluster.stop();
      removeDirectory(directory);
    }
  },
};
