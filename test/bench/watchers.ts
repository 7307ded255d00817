/** Ten thousand watchers of one resource over a hundred HTTP/2 connections: all hear of everything, and what that takes. */
import { type ClientHttp2Session, connect } from "node:http2";
import { ChildCluster, pause, removeDirectory, temporaryDirectory } from "./child-cluster.js";
import type { Bench, Figure } from "./figure.js";
import { quantile, rounded } from "./figure.js";

const connections = 100;
const watchersEach = 100;
const events = 20;
const configMaps = "/api/v1/namespaces/default/configmaps";
/** Of each write, until the last watcher has heard of it. */
const withinMs = 30_000;

const opened = (cluster: ChildCluster): Promise<ClientHttp2Session> =>
  new Promise((resolve, reject) => {
    const session = connect(cluster.url, { rejectUnauthorized: false });
    session.once("error", reject);
    session.once("remoteSettings", () => resolve(session));
  });

/** Counts, by watcher, how many events it has heard of. */
class Watchers {
  readonly heard: number[] = [];
  ended = 0;
  private told = 0;
  private wanted = Number.POSITIVE_INFINITY;
  private reached: () => void = () => undefined;

  async add(cluster: ChildCluster, session: ClientHttp2Session): Promise<void> {
    const number = this.heard.push(0) - 1;
    const stream = session.request({
      ":path": `${configMaps}?watch=true&resourceVersion=0`,
      authorization: `Bearer ${cluster.token}`,
    });
    stream.on("data", (part: Buffer) => {
      for (const byte of part) if (byte === 0x0a) this.tell(number);
    });
    stream.on("error", () => undefined);
    stream.on("close", () => {
      this.ended += 1;
    });
    await new Promise((resolve) => stream.once("response", resolve));
  }

  /** Until so many events have been heard of by all together; false when that took too long. */
  until(count: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), withinMs);
      this.wanted = count;
      this.reached = () => {
        clearTimeout(timer);
        resolve(true);
      };
      if (this.told >= count) this.reached();
    });
  }

  private tell(number: number): void {
    this.heard[number]! += 1;
    this.told += 1;
    if (this.told >= this.wanted) this.reached();
  }
}

export const watchers: Bench = {
  name: "watchers",
  about: "10,000 watchers of one resource over 100 HTTP/2 connections",
  async run(): Promise<readonly Figure[]> {
    const directory = temporaryDirectory();
    const cluster = await ChildCluster.spawn(directory, ["--nodes", "0"]);
    const sessions: ClientHttp2Session[] = [];
    try {
      await cluster.ready(0);
      const before = cluster.residentMegabytes;
      // What every watch begins with: the ConfigMap of the cluster's CA.
      const existing = (JSON.parse(await cluster.insist("GET", configMaps)) as { items: unknown[] }).items.length;
      const all = new Watchers();
      for (let connection = 0; connection < connections; connection += 1) {
        const session = await opened(cluster);
        sessions.push(session);
        await Promise.all(Array.from({ length: watchersEach }, () => all.add(cluster, session)));
      }
      const count = connections * watchersEach;
      await all.until(count * existing);
      const latencies: number[] = [];
      for (let event = 0; event < events; event += 1) {
        const sentMs = performance.now();
        const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: `event-${event}` }, data: { a: "x".repeat(1000) } };
        await Promise.all([cluster.ask("POST", configMaps, body), all.until(count * (existing + event + 1))]);
        latencies.push(performance.now() - sentMs);
      }
      await pause(1_000);
      const complete = all.heard.filter((heard) => heard === existing + events).length;
      const includes = `${count} watches of ConfigMaps over ${connections} HTTP/2 connections, ${events} events of 1 KB; the cluster is a process of its own without nodes`;
      return [
        {
          name: "watchersThatHeardOfEverything",
          value: complete,
          unit: "watchers",
          target: { atLeast: count },
          includes: `${includes}; ${all.ended} watches ended`,
        },
        {
          name: "memoryWithAllWatchers",
          value: Math.round(cluster.residentMegabytes),
          unit: "MB",
          target: { atMost: 1024 },
          includes: `${includes}; RSS of the whole process, which was ${Math.round(before)} MB without watchers`,
        },
        {
          name: "writeToLastWatcherP50",
          value: rounded(quantile(latencies, 0.5), 0),
          unit: "ms",
          includes: `${includes}; from sending the write until the last of all watchers has the event, one write at a time`,
        },
      ];
    } finally {
      for (const session of sessions) session.destroy();
      await cluster.stop();
      removeDirectory(directory);
    }
  },
};
