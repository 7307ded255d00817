/**
 * DaemonSets, StatefulSets, Jobs and Services while the control plane is killed again and again: in the end everything is
 * as it was asked for, and nothing was done twice.
 */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { between, integerBelow, seededRandom } from "../../src/actor/random.js";
import type { DaemonSet, EndpointSlice, Job, Pod, StatefulSet, UntypedObject } from "../../src/api/types.js";
import { SimulatedCluster } from "../../src/sim/cluster.js";
import type { Address } from "../../src/wire/address.js";

const template = (app: string, spec: object = {}) => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: "main", image: app === "sum" ? "hello-world" : "nginx" }], ...spec },
});
const manifests: UntypedObject[] = [
  {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "agent" },
    spec: { selector: { matchLabels: { app: "agent" } }, template: template("agent") },
  },
  {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "db" },
    spec: { serviceName: "db", replicas: 3, selector: { matchLabels: { app: "db" } }, template: template("db") },
  },
  {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "sum" },
    spec: { completions: 6, parallelism: 3, completionMode: "Indexed", template: template("sum", { restartPolicy: "Never" }) },
  },
  {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "plain" },
    spec: { completions: 5, parallelism: 2, template: template("sum", { restartPolicy: "Never" }) },
  },
  { apiVersion: "v1", kind: "Service", metadata: { name: "agent" }, spec: { selector: { app: "agent" }, ports: [{ port: 80 }] } },
];
const victims: readonly Address[] = ["controller-manager/0", "controller-manager/0", "apiserver/0", "etcd/0", "scheduler/0"];
const everywhere = (group: string, resource: string) => ({ group, version: "v1", resource, namespace: "default" });

function story(seed: string) {
  const cluster = SimulatedCluster.started({ seed, nodes: 3 });
  const random = seededRandom(`victims of ${seed}`);
  cluster.apply(manifests);
  for (let kills = 0; kills < 6; kills++) {
    cluster.run(between(random, 5, 600));
    cluster.kill(victims[integerBelow(random, victims.length)]!);
  }
  const get = <T>(group: string, resource: string, name: string) =>
    cluster.get({ ...everywhere(group, resource), name }) as unknown as T;
  const isOver = (name: string) =>
    get<Job>("batch", "jobs", name).status?.conditions?.some(({ type, status }) => type === "Complete" && status === "True");
  cluster.waitUntil(
    "a daemon is available on each node",
    () => get<DaemonSet>("apps", "daemonsets", "agent").status?.numberAvailable === 3,
    120_000,
  );
  cluster.waitUntil(
    "the StatefulSet is complete",
    () => get<StatefulSet>("apps", "statefulsets", "db").status?.availableReplicas === 3,
    120_000,
  );
  cluster.waitUntil("the Jobs are complete", () => isOver("sum") === true && isOver("plain") === true, 120_000);
  cluster.run(5_000);
  const pods = cluster.list(everywhere("", "pods")) as unknown as Pod[];
  const slices = cluster.list(
    everywhere("discovery.k8s.io", "endpointslices"),
    "kubernetes.io/service-name=agent",
  ) as unknown as EndpointSlice[];
  const named = (prefix: string) => pods.filter(({ metadata }) => metadata.name?.startsWith(`${prefix}-`));
  return {
    named,
    slices,
    job: (name: string) => get<Job>("batch", "jobs", name),
    revisions: cluster.list(everywhere("apps", "controllerrevisions")),
  };
}

for (const seed of ["1", "2", "3", "4"]) {
  test(`seed ${seed}: workloads heal, and nothing is done twice`, () => {
    const { named, slices, job, revisions } = story(seed);
    assert.equal(
      named("agent")
        .map(({ spec }) => spec?.nodeName)
        .sort(),
      ["node-1", "node-2", "node-3"],
    );
    assert.equal(
      named("db")
        .map(({ metadata }) => metadata.name)
        .sort(),
      ["db-0", "db-1", "db-2"],
    );
    assert.is(revisions.length, 2, "one revision each");
    assert.equal(
      [job("sum").status?.succeeded, job("sum").status?.completedIndexes, job("sum").status?.failed],
      [6, "0-5", undefined],
    );
    assert.equal([job("plain").status?.succeeded, job("plain").status?.failed], [5, undefined]);
    assert.equal([named("sum").length, named("plain").length], [6, 5], "no pod was started in vain");
    assert.equal(
      [...named("sum"), ...named("plain")].flatMap(({ metadata }) => metadata.finalizers ?? []),
      [],
      "none is kept to be counted",
    );
    assert.is(slices.length, 1, "one slice is enough");
    assert.equal(
      new Set(slices[0]?.endpoints.flatMap(({ addresses }) => addresses)),
      new Set(named("agent").map(({ status }) => status?.podIP ?? "")),
    );
  });
}

test.run();
