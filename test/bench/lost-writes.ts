/** Whether anything that was acknowledged is gone after the process was killed under load. */
import { ChildCluster, pause, removeDirectory, temporaryDirectory } from "./child-cluster.js";
import type { Bench, Figure } from "./figure.js";

const kills = 50;
const writers = 16;
const nodes = 1;
const configMaps = "/api/v1/namespaces/default/configmaps";
const pageLimit = 1_000;

/** What a ConfigMap of that name was written with. */
const dataOf = (name: string): string => `${name}-${"x".repeat(500)}`;

/** Writes until the process is gone; puts what was acknowledged into `acknowledged`. */
async function writer(cluster: ChildCluster, prefix: string, acknowledged: Set<string>): Promise<void> {
  for (let number = 0; ; number += 1) {
    const name = `${prefix}-${number}`;
    try {
      const { code } = await cluster.ask("POST", configMaps, {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name },
        data: { value: dataOf(name) },
      });
      if (code === 201) acknowledged.add(name);
    } catch {
      // The process is gone: this write's fate is not known, and nobody said that it was done.
      return;
    }
  }
}

async function stored(cluster: ChildCluster): Promise<Map<string, string>> {
  const all = new Map<string, string>();
  let more = "";
  do {
    const page = JSON.parse(await cluster.insist("GET", `${configMaps}?limit=${pageLimit}${more}`)) as {
      metadata: { continue?: string };
      items: Array<{ metadata: { name: string }; data?: { value?: string } }>;
    };
    for (const { metadata, data } of page.items) all.set(metadata.name, data?.value ?? "");
    more = page.metadata.continue === undefined ? "" : `&continue=${encodeURIComponent(page.metadata.continue)}`;
  } while (more !== "");
  return all;
}

const missing = (acknowledged: ReadonlySet<string>, found: ReadonlyMap<string, string>): string[] =>
  [...acknowledged].filter((name) => found.get(name) !== dataOf(name));

export const lostWrites: Bench = {
  name: "lost-writes",
  about: "acknowledged writes lost over 50 kill -9 of the process under load",
  async run(): Promise<readonly Figure[]> {
    const directory = temporaryDirectory();
    const acknowledged = new Set<string>();
    const lost = new Set<string>();
    try {
      for (let kill = 0; kill <= kills; kill += 1) {
        const cluster = await ChildCluster.spawn(directory, ["--nodes", String(nodes)]);
        await cluster.insist("GET", "/readyz");
        for (const name of missing(acknowledged, await stored(cluster))) lost.add(name);
        if (kill === kills) {
          await cluster.stop();
          break;
        }
        const writing = Array.from({ length: writers }, (_, number) => writer(cluster, `w-${kill}-${number}`, acknowledged));
        // At another moment each time, in the thick of it.
        await pause(100 + ((kill * 137) % 400));
        await cluster.murder();
        await Promise.all(writing);
      }
    } finally {
      removeDirectory(directory);
    }
    return [
      {
        name: "acknowledgedWritesLost",
        value: lost.size,
        unit: "writes",
        target: { atMost: 0 },
        includes: `${kills} times kill -9 of the whole process while ${writers} connections create ConfigMaps, restarted on the same data directory; all ${acknowledged.size} acknowledged ConfigMaps are read and compared after every restart`,
      },
    ];
  },
};
