/** How many replicas metrics ask for and limits leave: the examples of the algorithm's page, and what it says of pods that tell nothing. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  firstMemory,
  limit,
  type Memory,
  withChange,
} from "../../actors/controller-manager/controllers/horizontal-pod-autoscaler/limits.js";
import {
  replicasByAverage,
  replicasByShare,
  replicasByUtilization,
  replicasByValue,
} from "../../actors/controller-manager/controllers/horizontal-pod-autoscaler/replicas.js";
import {
  resourceSamples,
  type Sample,
  valueSamples,
} from "../../actors/controller-manager/controllers/horizontal-pod-autoscaler/samples.js";
import type { HorizontalPodAutoscalerBehavior, Pod } from "../../src/api/types.js";

const nowMs = Date.parse("2025-01-01T01:00:00Z");
type How = "ready" | "unready" | "starting" | "pending" | "failed" | "going";

function pod(name: string, how: How): Pod {
  const startTime = how === "starting" ? "2025-01-01T00:59:00Z" : "2025-01-01T00:00:00Z";
  const status = how === "unready" || how === "starting" ? "False" : "True";
  const phase = how === "pending" ? "Pending" : how === "failed" ? "Failed" : "Running";
  const going = how === "going" ? { deletionTimestamp: "2025-01-01T00:59:59Z" } : {};
  return {
    metadata: { name, ...going },
    spec: { containers: [{ name: "main", resources: { requests: { cpu: "100m" } } }] },
    status: { phase, startTime, conditions: [{ type: "Ready", status, lastTransitionTime: "2025-01-01T00:00:10Z" }] },
  };
}

/** Pods by how they are and how many milli-CPUs they use; undefined for one that tells nothing. */
function world(...of: ReadonlyArray<readonly [How, number | undefined]>) {
  const pods = of.map(([how], index) => pod(`p${index}`, how));
  const samples = new Map<string, Sample>();
  for (const [index, [, milli]] of of.entries())
    if (milli !== undefined) samples.set(`p${index}`, { milli, atMs: nowMs, windowMs: 30_000 });
  return { pods, samples, currentReplicas: of.length, nowMs };
}

const cpu = { resource: "cpu", container: "", targetPercent: 50 };
for (const [title, pods, outcome] of [
  [
    "twice the target: twice as many",
    [
      ["ready", 100],
      ["ready", 100],
    ],
    "4 at 100 %",
  ],
  [
    "within a tenth of the target: as many",
    [
      ["ready", 54],
      ["ready", 54],
    ],
    "2 at 54 %",
  ],
  [
    "half of the target: half as many",
    [
      ["ready", 25],
      ["ready", 25],
    ],
    "1 at 25 %",
  ],
  [
    "one that tells nothing is taken to use nothing when there are to be more",
    [
      ["ready", 150],
      ["ready", undefined],
    ],
    "3 at 150 %",
  ],
  [
    "and all it asks for when there are to be fewer",
    [
      ["ready", 10],
      ["ready", 10],
      ["ready", undefined],
    ],
    "3 at 10 %",
  ],
  [
    "one that has never been ready does not count, and uses nothing when there are to be more",
    [
      ["ready", 150],
      ["unready", 300],
    ],
    "3 at 150 %",
  ],
  [
    "nor does one that starts",
    [
      ["ready", 25],
      ["starting", 300],
    ],
    "1 at 25 %",
  ],
  [
    "one that waits for its node",
    [
      ["ready", 100],
      ["pending", undefined],
    ],
    "2 at 100 %",
  ],
  [
    "those that go or have failed are no pods of it",
    [
      ["ready", 100],
      ["going", 100],
      ["failed", 100],
    ],
    "2 at 100 %",
  ],
  ["nobody tells anything", [["ready", undefined]], "did not receive metrics for any ready pods"],
  ["there are no pods", [], "no pods returned by selector while calculating replica count"],
] as ReadonlyArray<readonly [string, ReadonlyArray<readonly [How, number | undefined]>, string]>) {
  test(`utilization: ${title}`, () => {
    const proposed = replicasByUtilization(world(...pods), cpu);
    assert.is(proposed.ok ? `${proposed.value.replicas} at ${proposed.value.utilization} %` : proposed.problem, outcome);
  });
}

test("a container without a request has no utilization; sidecars count", () => {
  const of = world(["ready", 100]);
  of.pods[0]!.spec!.initContainers = [{ name: "proxy", restartPolicy: "Always" }];
  const proposed = replicasByUtilization(of, cpu);
  assert.is(proposed.ok ? "" : proposed.problem, "missing request for cpu in container proxy of Pod p0");
});

test("averages, values and shares", () => {
  const average = (...milli: number[]) => replicasByAverage(world(...milli.map((each) => ["ready", each] as const)), "", 100);
  assert.equal(average(300, 100), { ok: true, value: { replicas: 4, milli: 200 } });
  assert.equal(average(105, 100), { ok: true, value: { replicas: 2, milli: 102 } });
  const waiting = replicasByAverage(world(["ready", 50], ["ready", undefined]), "", 100);
  assert.equal(waiting, { ok: true, value: { replicas: 2, milli: 50 } }, "one that tells nothing is taken to be at its target");
  const { pods } = world(["ready", 1], ["ready", 1], ["unready", 1]);
  assert.equal(replicasByValue({ pods, currentReplicas: 3 }, 3_000, 1_000), { ok: true, value: { replicas: 6, milli: 3_000 } });
  assert.equal(replicasByValue({ pods, currentReplicas: 3 }, 1_050, 1_000), { ok: true, value: { replicas: 3, milli: 1_050 } });
  assert.equal(replicasByValue({ pods: [], currentReplicas: 0 }, 2_500, 1_000), {
    ok: true,
    value: { replicas: 3, milli: 2_500 },
  });
  assert.not(replicasByValue({ pods: [], currentReplicas: 1 }, 2_500, 1_000).ok);
  assert.equal(replicasByShare(2, 5_000, 1_000), { replicas: 5, milli: 2_500 });
  assert.equal(replicasByShare(5, 5_100, 1_000), { replicas: 5, milli: 1_020 });
});

test("samples of resources, of one container, of custom metrics", () => {
  const usage = (name: string, cpu?: string) => ({ name, ...(cpu === undefined ? {} : { usage: { cpu } }) });
  const items = [
    { metadata: { name: "a", namespace: "shop" }, window: "1m30s", containers: [usage("main", "250m"), usage("proxy", "1")] },
    { metadata: { name: "b", namespace: "shop" }, window: "30s", containers: [usage("main"), usage("proxy", "1")] },
  ];
  const milli = (container: string) => {
    const samples = resourceSamples(items, "cpu", container);
    return samples.ok ? [...samples.value].map(([name, sample]) => [name, sample.milli, sample.windowMs]) : samples.problem;
  };
  assert.equal(milli(""), [["a", 1_250, 90_000]], "a pod of which one container tells nothing has none");
  assert.equal(milli("proxy"), [
    ["a", 1_000, 90_000],
    ["b", 1_000, 30_000],
  ]);
  assert.is(milli("x"), "failed to get container metrics: container x not present in metrics for pod shop/a");
  const [first] = valueSamples([{ describedObject: { name: "a" }, value: "1500m", timestamp: "2025-01-01T01:00:00Z" }]);
  assert.equal(first, ["a", { milli: 1_500, atMs: nowMs, windowMs: 60_000 }]);
});

const memoryOf = (...recommended: ReadonlyArray<readonly [replicas: number, agoSeconds: number]>): Memory => ({
  ...firstMemory(0, 0),
  recommendations: recommended.map(([replicas, ago]) => ({ replicas, atMs: nowMs - ago * 1_000 })),
});
function limitedTo(current: number, desired: number, memory: Memory, behavior?: HorizontalPodAutoscalerBehavior): string {
  const { replicas, able, limited } = limit({ current, desired, least: 2, most: 20, behavior, nowMs }, memory);
  return `${replicas} ${able.reason} ${limited.reason}`;
}
const podsOf = (value: number) => [{ type: "Pods", value, periodSeconds: 60 }];
const both = (more: object = {}): HorizontalPodAutoscalerBehavior => ({
  scaleUp: {
    stabilizationWindowSeconds: 0,
    selectPolicy: "Max",
    policies: [...podsOf(4), { type: "Percent", value: 100, periodSeconds: 60 }],
    ...more,
  },
  scaleDown: { stabilizationWindowSeconds: 60, selectPolicy: "Max", policies: podsOf(2), ...more },
});

for (const [title, told, expected] of [
  ["more, at once", () => limitedTo(4, 6, memoryOf()), "6 ReadyForNewScale DesiredWithinRange"],
  ["no more than doubled", () => limitedTo(4, 12, memoryOf()), "8 ReadyForNewScale ScaleUpLimit"],
  ["no more than there may be", () => limitedTo(15, 25, memoryOf()), "20 ReadyForNewScale TooManyReplicas"],
  ["no fewer than there are to be", () => limitedTo(4, 1, memoryOf()), "2 ReadyForNewScale TooFewReplicas"],
  [
    "fewer only when nothing more was recommended for 5 minutes",
    () => limitedTo(6, 3, memoryOf([5, 200], [9, 400])),
    "5 ScaleDownStabilized DesiredWithinRange",
  ],
  ["policies: the one that lets most through", () => limitedTo(8, 20, memoryOf(), both()), "16 ReadyForNewScale ScaleUpLimit"],
  ["or least", () => limitedTo(8, 20, memoryOf(), both({ selectPolicy: "Min" })), "12 ReadyForNewScale ScaleUpLimit"],
  ["or none", () => limitedTo(8, 20, memoryOf(), both({ selectPolicy: "Disabled" })), "8 ReadyForNewScale ScaleUpLimit"],
  [
    "what was changed within a period counts",
    () => limitedTo(8, 20, withChange(memoryOf(), 4, 8, nowMs - 30_000), both()),
    "8 ReadyForNewScale ScaleUpLimit",
  ],
  ["fewer, by a policy", () => limitedTo(8, 3, memoryOf(), both()), "6 ReadyForNewScale ScaleDownLimit"],
  ["fewer, none", () => limitedTo(8, 3, memoryOf(), both({ selectPolicy: "Disabled" })), "8 ReadyForNewScale ScaleDownLimit"],
  [
    "fewer, what was taken away counts",
    () => limitedTo(6, 2, withChange(memoryOf(), 8, 6, nowMs - 30_000), both()),
    "6 ReadyForNewScale ScaleDownLimit",
  ],
  [
    "a window for more, too",
    () => limitedTo(4, 6, memoryOf([5, 30]), both({ stabilizationWindowSeconds: 60 })),
    "5 ScaleUpStabilized DesiredWithinRange",
  ],
] as ReadonlyArray<readonly [string, () => string, string]>) {
  test(`limits: ${title}`, () => assert.is(told(), expected));
}

test.run();
