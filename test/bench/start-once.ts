/** Starts a cluster without nodes, prints how long it took as JSON, and ends. */
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Cluster } from "../../src/cluster/cluster.js";
import { freePort, pause } from "./child-cluster.js";

const isReady = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const sent = request(`${url}/readyz`, { rejectUnauthorized: false, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    sent.on("error", () => resolve(false));
    sent.end();
  });

const dataDir = mkdtempSync(join(tmpdir(), "chartroom-start-"));
const port = await freePort();
const beganMs = performance.now();
const sinceMs = (): number => performance.now() - beganMs;
const starting = Cluster.start({ nodes: 0, port, memory: process.argv[2] === "memory", dataDir }).then((cluster) => ({
  cluster,
  startedMs: sinceMs(),
}));
while (!(await isReady(`https://127.0.0.1:${port}`))) await pause(2);
const readyMs = sinceMs();
const { cluster, startedMs } = await starting;
process.stdout.write(`${JSON.stringify({ readyMs, startedMs })}\n`);
await cluster.stop();
rmSync(dataDir, { recursive: true, force: true });
