/**
 * Chartroom and a real kube-apiserver, turn about on the same machine in the same minutes: a machine's speed changes by the hour, the
 * ratio does not. The real one alone, without a scheduler, controllers or nodes; ours as its user starts it.
 */
import { ChildCluster, removeDirectory, temporaryDirectory } from "./child-cluster.js";
import { Connection, makeConfigMaps, type Target } from "./connection.js";
import { type Bench, type Figure, median, rounded } from "./figure.js";
import { listing } from "./lists.js";
import { RealApiserver } from "./real-apiserver.js";
import { latencies, warmUpWrites } from "./watch-latency.js";
import { configMaps, connections, hasWrk, Load, wrkIsMissing } from "./wrk.js";

const runs = 3;

interface Measured {
  readonly creates: number[];
  readonly gets: number[];
  readonly list1000: number[];
  readonly list5000: number[];
  readonly watch1: number[];
  readonly watch100: number[];
}

/** One thing after another, each of both servers before the next. */
async function measure(targets: readonly Target[], directory: string): Promise<readonly Measured[]> {
  const measured = targets.map((): Measured => ({ creates: [], gets: [], list1000: [], list5000: [], watch1: [], watch100: [] }));
  const each = async (step: (target: Target, into: Measured) => Promise<void>) => {
    for (const [index, target] of targets.entries()) await step(target, measured[index]!);
  };
  await each(async (target) => {
    const connection = await Connection.open(target);
    await connection.ask("POST", configMaps, { metadata: { name: "bench" }, data: { a: "x".repeat(1000) } });
    connection.close();
    await makeConfigMaps(target, "kube-public", warmUpWrites);
  });
  await each(async (target, into) => void into.list1000.push(...(await listing(target, 1_000))));
  await each(async (target, into) => void into.list5000.push(...(await listing(target, 5_000))));
  await each(async (target, into) => void into.watch1.push(...(await latencies(target, "watch-1", 1, 500))));
  await each(async (target, into) => void into.watch100.push(...(await latencies(target, "watch-100", 100, 100))));
  const loads = targets.map((target) => new Load(target, directory));
  for (let run = 0; run < runs; run += 1) {
    for (const [index, load] of loads.entries()) measured[index]!.gets.push((await load.gets()).perSecond);
    for (const [index, load] of loads.entries()) measured[index]!.creates.push((await load.creates()).perSecond);
  }
  return measured;
}

const things = [
  {
    key: "creates",
    unit: "1/s",
    what: `creates of ConfigMaps of 1 KB with generated names, ${connections} connections, durable, without those whose names were taken`,
    atLeast: 2,
  },
  { key: "gets", unit: "1/s", what: `gets of a ConfigMap of 1 KB, ${connections} connections`, atLeast: 2.5 },
  { key: "list1000", unit: "ms", what: "a list of 1,000 ConfigMaps of 1 KB", atLeast: 2 },
  { key: "list5000", unit: "ms", what: "a list of 5,000 ConfigMaps of 1 KB", atLeast: 2 },
  { key: "watch1", unit: "ms", what: "from a write to its event on one watch", atLeast: 2 },
  { key: "watch100", unit: "ms", what: "from a write to its event on each of a hundred watches", atLeast: 2 },
] as const;

export const sideBySide: Bench = {
  name: "side-by-side",
  about: "Chartroom beside a real kube-apiserver, from the folder that KUBEBUILDER_ASSETS names",
  async run(): Promise<readonly Figure[]> {
    const skipped = (why: string) => [
      { name: "timesRealKubernetes", value: undefined, unit: "times", includes: `skipped: ${why}` },
    ];
    if (!hasWrk()) return skipped(wrkIsMissing);
    const real = await RealApiserver.start();
    if (real === undefined) return skipped("KUBEBUILDER_ASSETS names no folder with kube-apiserver and etcd");
    const directory = temporaryDirectory();
    const ours = await ChildCluster.spawn(directory, ["--nodes", "3"]);
    try {
      await ours.ready(3);
      const [mine, theirs] = await measure([ours, real], directory);
      return things.flatMap(({ key, unit, what, atLeast }): Figure[] => {
        const [own, other] = [median(mine![key]), median(theirs![key])];
        const times = unit === "ms" ? other / own : own / other;
        return [
          { name: `${key}Own`, value: rounded(own), unit, includes: what },
          { name: `${key}Real`, value: rounded(other), unit, includes: `${what}, by the real kube-apiserver` },
          {
            name: `${key}Times`,
            value: rounded(times),
            unit: "times",
            target: { atLeast },
            includes: `${what}: how many times as good`,
          },
        ];
      });
    } finally {
      await real.stop();
      await ours.stop();
      removeDirectory(directory);
    }
  },
};
