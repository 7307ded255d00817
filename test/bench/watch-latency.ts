/** How soon watchers hear of a write: one watcher, and each of a hundred. */
import { ChildCluster, removeDirectory, temporaryDirectory } from "./child-cluster.js";
import { Connection, makeConfigMaps, makeNamespace, type Target } from "./connection.js";
import { type Bench, type Figure, quantile, rounded } from "./figure.js";

/** So many writes come first: a server in JavaScript, unlike one in Go, is compiled as it goes. */
export const warmUpWrites = 5_000;

/** Milliseconds from sending each write to its event, on every watcher of a namespace that is made for it. */
export async function latencies(target: Target, namespace: string, watchers: number, writes: number): Promise<number[]> {
  const configMaps = `/api/v1/namespaces/${namespace}/configmaps`;
  const took: number[] = [];
  let wanted = "";
  let sentMs = 0;
  let missing = 0;
  let heard: () => void = () => undefined;
  const hear = (event: string) => {
    if (wanted === "" || !event.includes(wanted)) return;
    took.push(performance.now() - sentMs);
    missing -= 1;
    if (missing === 0) heard();
  };
  const writer = await Connection.open(target);
  await makeNamespace(target, namespace);
  const watching: Connection[] = [];
  for (let watcher = 0; watcher < watchers; watcher += 1) {
    const connection = await Connection.open(target);
    watching.push(connection);
    await connection.watch(`${configMaps}?watch=true`, hear);
  }
  for (let number = 0; number < writes; number += 1) {
    const name = `written-${number}`;
    const everybody = new Promise<void>((resolve) => {
      heard = resolve;
    });
    wanted = `"name":"${name}"`;
    missing = watchers;
    const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { a: "x".repeat(1000) } };
    sentMs = performance.now();
    const answered = writer.ask("POST", configMaps, body);
    await everybody;
    await answered;
  }
  for (const connection of [...watching, writer]) connection.close();
  return took;
}

const includes = (watchers: string, writes: number) =>
  `from sending the POST of a ConfigMap of 1 KB over HTTPS to its event on ${watchers}, one write at a time, ${writes} of them after ${warmUpWrites} others, durable; the client is a Node process with bare TLS connections on the same machine`;

export const watchLatency: Bench = {
  name: "watch-latency",
  about: "from a client's write to its event on one watch, and on each of a hundred",
  async run(): Promise<readonly Figure[]> {
    const directory = temporaryDirectory();
    const cluster = await ChildCluster.spawn(directory, ["--nodes", "3"]);
    try {
      await cluster.ready(3);
      const [coldWrites, oneWrites, hundredWrites] = [500, 500, 100];
      const cold = await latencies(cluster, "cold", 1, coldWrites);
      await makeConfigMaps(cluster, "kube-public", warmUpWrites);
      const one = await latencies(cluster, "one", 1, oneWrites);
      const hundred = await latencies(cluster, "hundred", 100, hundredWrites);
      const hundreds = includes(
        "each of a hundred watches, every one on a connection of its own to the same client",
        hundredWrites,
      );
      return [
        {
          name: "writeToWatchEventP50",
          value: rounded(quantile(one, 0.5), 2),
          unit: "ms",
          target: { atMost: 1.5 },
          includes: includes("one watch", oneWrites),
        },
        {
          name: "writeToWatchEventP99",
          value: rounded(quantile(one, 0.99), 2),
          unit: "ms",
          includes: includes("one watch", oneWrites),
        },
        {
          name: "coldWriteToWatchEventP50",
          value: rounded(quantile(cold, 0.5), 2),
          unit: "ms",
          includes: `the same, of the first ${coldWrites} writes after the start`,
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
