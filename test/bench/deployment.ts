/** A Deployment of 1,000 on ten nodes. */
import { ChildCluster, removeDirectory, temporaryDirectory } from "./child-cluster.js";
import { type Bench, type Figure, medianOf } from "./figure.js";

const replicas = 1_000;
const nodes = 10;
const runs = 3;

const deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "many" },
  spec: {
    replicas,
    selector: { matchLabels: { app: "many" } },
    template: {
      metadata: { labels: { app: "many" } },
      spec: { containers: [{ name: "many", image: "registry.k8s.io/pause:3.10" }] },
    },
  },
};

interface Rollout {
  readonly boundSeconds: number;
  readonly runningSeconds: number;
  readonly availableSeconds: number;
}

/** The name of the pod of a watch's line: nothing else in it is named after the Deployment, its ReplicaSet and five characters. */
const nameIn = (line: string): string => /"name":"(many-[^"-]+-[^"-]{5})"/.exec(line)?.[1] ?? line;

async function rollout(): Promise<Rollout> {
  const directory = temporaryDirectory();
  const cluster = await ChildCluster.spawn(directory, ["--nodes", String(nodes), "--runtime", "simulated"]);
  try {
    await cluster.ready(nodes);
    const bound = new Set<string>();
    const running = new Set<string>();
    let startedMs = 0;
    let boundMs = 0;
    const since = () => performance.now() - startedMs;
    let watching: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => {
      watching = resolve;
    });
    const allRunning = cluster.watch(
      "/api/v1/namespaces/default/pods?watch=true",
      (line) => {
        if (!line.includes('"nodeName":"')) return false;
        const name = nameIn(line);
        bound.add(name);
        if (bound.size === replicas && boundMs === 0) boundMs = since();
        if (line.includes('"phase":"Running"')) running.add(name);
        return running.size === replicas;
      },
      watching,
    );
    await begun;
    startedMs = performance.now();
    await cluster.insist("POST", "/apis/apps/v1/namespaces/default/deployments", deployment);
    await allRunning;
    const runningMs = since();
    while (
      !(await cluster.insist("GET", "/apis/apps/v1/namespaces/default/deployments/many")).includes(
        `"availableReplicas":${replicas}`,
      )
    );
    return { boundSeconds: boundMs / 1000, runningSeconds: runningMs / 1000, availableSeconds: since() / 1000 };
  } finally {
    await cluster.stop();
    removeDirectory(directory);
  }
}

export const deploymentOf1000: Bench = {
  name: "deployment",
  about: "a Deployment of 1,000 on 10 nodes with the simulated runtime",
  async run(): Promise<readonly Figure[]> {
    const all: Rollout[] = [];
    for (let run = 0; run < runs; run += 1) all.push(await rollout());
    const includes =
      "from the POST of a Deployment of 1,000 replicas, 10 nodes, simulated runtime, durable etcd, all threads of one process, events and everything else on";
    return [
      medianOf(
        all.map(({ boundSeconds }) => boundSeconds),
        {
          name: "deployment1000Bound",
          unit: "s",
          target: { atMost: 2.5 },
          includes: `${includes}, until a watch has shown every pod bound`,
        },
      ),
      medianOf(
        all.map(({ runningSeconds }) => runningSeconds),
        {
          name: "deployment1000Running",
          unit: "s",
          target: { atMost: 8 },
          includes: `${includes}, until a watch has shown every pod Running`,
        },
      ),
      medianOf(
        all.map(({ availableSeconds }) => availableSeconds),
        { name: "deployment1000Available", unit: "s", includes: `${includes}, until the Deployment's status says so` },
      ),
    ];
  },
};
