/** ConfigMaps over HTTPS with 64 connections: what wrk gets done with a bearer token. */
import { execFile, execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { ChildCluster, removeDirectory, temporaryDirectory } from "./child-cluster.js";
import { type Bench, type Figure, medianOf } from "./figure.js";

const connections = 64;
const seconds = 5;
const runs = 3;
const configMaps = "/api/v1/namespaces/default/configmaps";

const creates = (token: string) => `
local threads = 0
function setup(thread) thread:set("id", threads); threads = threads + 1 end
local n = 0
local pad = string.rep("x", 1000)
local headers = { ["Authorization"] = "Bearer ${token}", ["Content-Type"] = "application/json" }
request = function()
  n = n + 1
  return wrk.format("POST", "${configMaps}", headers,
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"generateName":"bench-' .. id .. '-"},"data":{"a":"' .. pad .. '"}}')
end
`;

const gets = (token: string) => `
local headers = { ["Authorization"] = "Bearer ${token}" }
request = function() return wrk.format("GET", "${configMaps}/bench", headers) end
`;

const hasWrk = (): boolean => {
  try {
    execFileSync("wrk", ["--version"], { stdio: "ignore" });
    return true;
  } catch (error) {
    // It prints its version and exits with 1; only its absence is an error of its own.
    return (error as NodeJS.ErrnoException).code !== "ENOENT";
  }
};

interface Load {
  readonly perSecond: number;
  readonly refused: number;
}

async function wrk(url: string, script: string): Promise<Load> {
  const { stdout } = await promisify(execFile)("wrk", ["-t1", `-c${connections}`, `-d${seconds}s`, "-s", script, url]);
  const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
  const refused = Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0);
  if (!Number.isFinite(perSecond)) throw new Error(`wrk said: ${stdout}`);
  return { perSecond, refused };
}

export const requests: Bench = {
  name: "requests",
  about: "creates and gets of ConfigMaps over HTTPS with 64 connections, by wrk",
  async run(): Promise<readonly Figure[]> {
    const createFigure = {
      name: "configMapCreatesPerSecond",
      unit: "1/s",
      target: { atLeast: 2_500 },
      includes: `wrk with a bearer token, ${connections} connections, TLS, ${seconds} s; each answered when it is on disk (fdatasync); 1 KB of data and generateName; 3 idle nodes in the same process, wrk on the same machine`,
    };
    const getFigure = {
      name: "configMapGetsPerSecond",
      unit: "1/s",
      target: { atLeast: 6_000 },
      includes: `wrk with a bearer token, ${connections} connections, TLS, ${seconds} s; gets of one ConfigMap of 1 KB that are as new as etcd; 3 idle nodes in the same process, wrk on the same machine`,
    };
    if (!hasWrk()) {
      const skipped = { value: undefined, includes: "skipped: wrk is not installed (apt-get install wrk)" };
      return [createFigure, getFigure].map((figure) => ({ ...figure, ...skipped }));
    }
    const directory = temporaryDirectory();
    const cluster = await ChildCluster.spawn(directory, ["--nodes", "3"]);
    try {
      await cluster.ready(3);
      const token = cluster.token ?? "";
      const script = (name: string, text: string) => {
        const path = join(directory, `${name}.lua`);
        writeFileSync(path, text);
        return path;
      };
      const getting = script("gets", gets(token));
      const creating = script("creates", creates(token));
      await cluster.insist("POST", configMaps, {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "bench" },
        data: { a: "x".repeat(1000) },
      });
      const got: Load[] = [];
      const created: Load[] = [];
      for (let run = 0; run < runs; run += 1) got.push(await wrk(cluster.url, getting));
      for (let run = 0; run < runs; run += 1) created.push(await wrk(cluster.url, creating));
      const refused = [...got, ...created].reduce((sum, each) => sum + each.refused, 0);
      if (refused > 0) throw new Error(`${refused} requests were not answered with success`);
      const perSecond = (loads: readonly Load[]) => loads.map((load) => load.perSecond);
      return [medianOf(perSecond(created), createFigure, 0), medianOf(perSecond(got), getFigure, 0)];
    } finally {
      await cluster.stop();
      removeDirectory(directory);
    }
  },
};
