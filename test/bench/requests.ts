/**
 * ConfigMaps over HTTPS with 64 connections: what wrk gets done with a bearer token; and, turn about in the same minutes, what it gets
 * done with Debian's etcd, which says how fast the machine is.
 */
import { execFile, execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { ChildCluster, removeDirectory, temporaryDirectory } from "./child-cluster.js";
import { type Bench, type Figure, median, medianOf, rounded } from "./figure.js";
import { RealEtcd } from "./real-etcd.js";

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

/** The same kilobyte into etcd, through the JSON gateway that it has beside gRPC. */
const puts = `
local n = 0
local value = string.rep("eHh4", 333)
local headers = { ["Content-Type"] = "application/json" }
request = function()
  n = n + 1
  return wrk.format("POST", "/v3/kv/put", headers, '{"key":"' .. string.format("%08d", n) .. '","value":"' .. value .. '"}')
end
`;

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

const over = `wrk with a bearer token of an administrator, ${connections} connections, TLS, RBAC on, ${seconds} s`;
const beside = "3 idle nodes in the same process, wrk on the same machine";

const createFigure = {
  name: "configMapCreatesPerSecond",
  unit: "1/s",
  target: { atLeast: 2_540 },
  includes: `${over}; each answered when it is on disk (fdatasync); 1 KB of data, generateName and managedFields; ${beside}`,
};
const getFigure = {
  name: "configMapGetsPerSecond",
  unit: "1/s",
  target: { atLeast: 7_750 },
  includes: `${over}; gets of one ConfigMap of 1 KB that are as new as etcd; ${beside}`,
};
const listsEach = 15;
const listFigure = (count: number, atMost: number) => ({
  name: `configMapList${count}Ms`,
  unit: "ms",
  target: { atMost },
  includes: `one client with a bearer token lists ${count} ConfigMaps of 1 KB over HTTPS, as new as etcd, one list at a time; median of ${listsEach}`,
});
const lists = [listFigure(1_000, 7), listFigure(5_000, 30)];

/** How long lists of a namespace with `count` ConfigMaps take. */
async function listing(cluster: ChildCluster, count: number): Promise<number[]> {
  const namespace = `list-${count}`;
  await cluster.insist("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const data = { a: "x".repeat(1000) };
  for (let made = 0; made < count; made += connections) {
    const some = Array.from({ length: Math.min(connections, count - made) }, () =>
      cluster.insist("POST", path, { apiVersion: "v1", kind: "ConfigMap", metadata: { generateName: "listed-" }, data }),
    );
    await Promise.all(some);
  }
  const took: number[] = [];
  for (let list = 0; list < listsEach; list += 1) {
    const askedMs = performance.now();
    await cluster.insist("GET", path);
    took.push(performance.now() - askedMs);
  }
  return took;
}

/** The figures that compare with etcd, when it is here. */
function yardstick(created: readonly number[], put: readonly number[]): Figure[] {
  const about = `real etcd (Debian's) beside it, turn about: wrk, ${connections} connections, puts of 1 KB through its JSON gateway, durable, no TLS`;
  if (put.length === 0) {
    const includes = "skipped: etcd is not installed (apt-get install etcd-server)";
    return [{ name: "realEtcdPutsPerSecond", value: undefined, unit: "1/s", includes }];
  }
  return [
    medianOf(put, { name: "realEtcdPutsPerSecond", unit: "1/s", includes: about }, 0),
    {
      name: "configMapCreatesPerRealEtcdPut",
      value: rounded(median(created) / median(put)),
      unit: "",
      includes: `creates of ConfigMaps for each put into ${about}`,
    },
  ];
}

export const requests: Bench = {
  name: "requests",
  about: "creates, gets and lists of ConfigMaps over HTTPS, with 64 connections by wrk, beside a real etcd",
  async run(): Promise<readonly Figure[]> {
    if (!hasWrk()) {
      const skipped = { value: undefined, includes: "skipped: wrk is not installed (apt-get install wrk)" };
      return [createFigure, getFigure, ...lists].map((figure) => ({ ...figure, ...skipped }));
    }
    const directory = temporaryDirectory();
    const cluster = await ChildCluster.spawn(directory, ["--nodes", "3"]);
    const etcd = await RealEtcd.start();
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
      const putting = script("puts", puts);
      await cluster.insist("POST", configMaps, {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "bench" },
        data: { a: "x".repeat(1000) },
      });
      const listed = [await listing(cluster, 1_000), await listing(cluster, 5_000)];
      const got: Load[] = [];
      const created: Load[] = [];
      const put: Load[] = [];
      for (let run = 0; run < runs; run += 1) got.push(await wrk(cluster.url, getting));
      for (let run = 0; run < runs; run += 1) {
        created.push(await wrk(cluster.url, creating));
        if (etcd !== undefined) put.push(await wrk(etcd.url, putting));
      }
      const refused = [...got, ...created, ...put].reduce((sum, each) => sum + each.refused, 0);
      if (refused > 0) throw new Error(`${refused} requests were not answered with success`);
      const perSecond = (loads: readonly Load[]) => loads.map((load) => load.perSecond);
      return [
        medianOf(perSecond(created), createFigure, 0),
        medianOf(perSecond(got), getFigure, 0),
        ...lists.map((figure, index) => ({ ...figure, value: rounded(median(listed[index] ?? []), 1) })),
        ...yardstick(perSecond(created), perSecond(put)),
      ];
    } finally {
      await etcd?.stop();
      await cluster.stop();
      removeDirectory(directory);
    }
  },
};
