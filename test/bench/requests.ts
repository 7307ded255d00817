/**
 * ConfigMaps over HTTPS with 64 connections: what wrk gets done with a bearer token; and, turn about in the same minutes, what it gets
 * done with Debian's etcd, which says how fast the machine is.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ChildCluster, removeDirectory, temporaryDirectory } from "./child-cluster.js";
import { type Bench, type Figure, median, medianOf, rounded } from "./figure.js";
import { listing, listsEach } from "./lists.js";
import { RealEtcd } from "./real-etcd.js";
import { configMaps, connections, type Done, hasWrk, Load, seconds, wrk, wrkIsMissing } from "./wrk.js";

const runs = 3;

/** How many a second; one that was refused is no measurement. */
function perSecond({ perSecond, refused }: Done): number {
  if (refused > 0) throw new Error(`${refused} requests were not answered with success`);
  return perSecond;
}

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
const listFigure = (count: number, atMost: number) => ({
  name: `configMapList${count}Ms`,
  unit: "ms",
  target: { atMost },
  includes: `one client with a bearer token lists ${count} ConfigMaps of 1 KB over HTTPS, as new as etcd, one list at a time, to the last byte; median of ${listsEach}`,
});
const lists = [listFigure(1_000, 7), listFigure(5_000, 30)];

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
      const skipped = { value: undefined, includes: wrkIsMissing };
      return [createFigure, getFigure, ...lists].map((figure) => ({ ...figure, ...skipped }));
    }
    const directory = temporaryDirectory();
    const cluster = await ChildCluster.spawn(directory, ["--nodes", "3"]);
    const etcd = await RealEtcd.start();
    try {
      await cluster.ready(3);
      const putting = join(directory, "puts.lua");
      writeFileSync(putting, puts);
      await cluster.insist("POST", configMaps, {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "bench" },
        data: { a: "x".repeat(1000) },
      });
      const listed = [await listing(cluster, 1_000), await listing(cluster, 5_000)];
      const load = new Load(cluster, directory);
      const got: number[] = [];
      const created: number[] = [];
      const put: number[] = [];
      for (let run = 0; run < runs; run += 1) got.push(perSecond(await load.gets()));
      for (let run = 0; run < runs; run += 1) {
        created.push(perSecond(await load.creates()));
        if (etcd !== undefined) put.push(perSecond(await wrk(etcd.url, putting)));
      }
      return [
        medianOf(created, createFigure, 0),
        medianOf(got, getFigure, 0),
        ...lists.map((figure, index) => ({ ...figure, value: rounded(median(listed[index] ?? []), 1) })),
        ...yardstick(created, put),
      ];
    } finally {
      await etcd?.stop();
      await cluster.stop();
      removeDirectory(directory);
    }
  },
};
