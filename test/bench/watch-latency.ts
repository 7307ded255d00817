/** How soon watchers hear of a write: one watcher, and each of a hundred. */
import { ChildCluster, pause, removeDirectory, temporaryDirectory } from "./child-cluster.js";
import { type Bench, type Figure, quantile, rounded } from "./figure.js";

const configMaps = "/api/v1/namespaces/default/configmaps";
const warmUp = 200;

/** Milliseconds from each write to its event, on every watcher. */
async function latencies(cluster: ChildCluster, watchers: number, samples: number): Promise<number[]> {
  const run = `latency-${watchers}`;
  const all: number[] = [];
  const writes = samples + warmUp;
  let wanted = "";
  let sentMs = 0;
  let missing = 0;
  let heard: () => void = () => undefined;
  let over = false;
  const hear = (line: string): boolean => {
    if (over) return true;
    if (wanted === "" || !line.includes(wanted)) return false;
    all.push(performance.now() - sentMs);
    missing -= 1;
    if (missing === 0) heard();
    return false;
  };
  const watches: Promise<void>[] = [];
  for (let watcher = 0; watcher < watchers; watcher += 1) {
    await new Promise<void>((started) => {
      watches.push(cluster.watch(`${configMaps}?watch=true`, hear, started));
    });
  }
  for (let number = 0; number < writes; number += 1) {
    const name = `${run}-${number}`;
    const everybody = new Promise<void>((resolve) => {
      heard = resolve;
    });
    wanted = `"name":"${name}"`;
    missing = watchers;
    sentMs = performance.now();
    const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { a: "x".repeat(1000) } };
    const answered = cluster.ask("POST", configMaps, body);
    await everybody;
    await answered;
  }
  over = true;
  await cluster.ask("POST", configMaps, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: `${run}-end` } });
  await Promise.all(watches);
  return all.slice(warmUp * watchers);
}

export const watchLatency: Bench = {
  name: "watch-latency",
  about: "from a client's write to its event on one watch, and on each of a hundred",
  async run(): Promise<readonly Figure[]> {
    const directory = temporaryDirectory();
    const cluster = await ChildCluster.spawn(directory, ["--nodes", "3"]);
    try {
      await cluster.ready(3);
      await pause(1_000);
      const one = await latencies(cluster, 1, 500);
      const hundred = await latencies(cluster, 100, 100);
      const includes = (watchers: string, writes: number) =>
        `from sending the POST of a ConfigMap of 1 KB over HTTPS to its event on ${watchers}, one write at a time, ${writes} of them, durable; the client is a Node process on the same machine`;
      const hundreds = includes("each of a hundred watches, every one on a connection of its own to the same client", 100);
      return [
        {
          name: "writeToWatchEventP50",
          value: rounded(quantile(one, 0.5), 2),
          unit: "ms",
          target: { atMost: 1.5 },
          includes: includes("one watch", 500),
        },
        {
          name: "writeToWatchEventP99",
          value: rounded(quantile(one, 0.99), 2),
          unit: "ms",
          includes: includes("one watch", 500),
        },
        {
          name: "writeToHundredWatchEventsP50",
          value: rounded(quantile(hundred, 0.5), 2),
          unit: "ms",
          target: { atMost: 3 },
          includes: hundreds,
        },
        { name: "writeToHundredWatchEventsP99", value: rounded(quantile(hundred, 0.99), 2), unit: "ms", includes: hundreds },
      ];
    } finally {
      await cluster.stop();
      removeDirectory(directory);
    }
  },
};
