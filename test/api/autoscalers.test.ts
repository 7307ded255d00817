/**
 * Autoscalers in both of their versions, and their defaults.
 * https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#api-object
 */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { conversionOf } from "../../actors/apiserver/convert.js";
import { defaulterFor } from "../../src/api/defaults/defaults.js";
import type { UntypedObject } from "../../src/api/types.js";

const versions = conversionOf("autoscaling", "v1", "horizontalpodautoscalers")!;
const annotation = (name: string): string => `autoscaling.alpha.kubernetes.io/${name}`;
const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "web" };
const autoscaler = (spec: object, annotations?: Record<string, string>, status?: object): UntypedObject => ({
  apiVersion: "autoscaling/v1",
  kind: "HorizontalPodAutoscaler",
  metadata: { name: "web", ...(annotations === undefined ? {} : { annotations }) },
  spec: { scaleTargetRef, maxReplicas: 3, ...spec },
  ...(status === undefined ? {} : { status }),
});
const cpu = (averageUtilization: number) => ({
  type: "Resource",
  resource: { name: "cpu", target: { type: "Utilization", averageUtilization } },
});
const aims = (object: UntypedObject): unknown => (object.spec as { metrics?: unknown }).metrics;

test("version 1 aims at a utilization of the CPU, at 80 % when it says nothing", () => {
  assert.equal(aims(versions.toStored(autoscaler({ targetCPUUtilizationPercentage: 70 }))), [cpu(70)]);
  assert.equal(aims(versions.toStored(autoscaler({}))), [cpu(80)]);
});

/** A metric of version 2, and what version 1's annotation says of it. */
const metrics: Array<[title: string, v2: object, v1: object]> = [
  [
    "of pods",
    { type: "Pods", pods: { metric: { name: "hits" }, target: { type: "AverageValue", averageValue: "10" } } },
    { type: "Pods", pods: { metricName: "hits", targetAverageValue: "10" } },
  ],
  [
    "of an object",
    {
      type: "Object",
      object: {
        describedObject: { kind: "Ingress", name: "main" },
        metric: { name: "hits", selector: { matchLabels: { verb: "GET" } } },
        target: { type: "Value", value: "2k" },
      },
    },
    {
      type: "Object",
      object: {
        target: { kind: "Ingress", name: "main" },
        metricName: "hits",
        selector: { matchLabels: { verb: "GET" } },
        targetValue: "2k",
      },
    },
  ],
  [
    "of what is outside",
    {
      type: "External",
      external: { metric: { name: "queue", selector: {} }, target: { type: "AverageValue", averageValue: "30" } },
    },
    { type: "External", external: { metricName: "queue", metricSelector: {}, targetAverageValue: "30" } },
  ],
  [
    "of memory",
    { type: "Resource", resource: { name: "memory", target: { type: "Utilization", averageUtilization: 60 } } },
    { type: "Resource", resource: { name: "memory", targetAverageUtilization: 60 } },
  ],
  [
    "of one container",
    {
      type: "ContainerResource",
      containerResource: { name: "cpu", container: "app", target: { type: "AverageValue", averageValue: "100m" } },
    },
    { type: "ContainerResource", containerResource: { name: "cpu", container: "app", targetAverageValue: "100m" } },
  ],
];
for (const [title, v2, v1] of metrics) {
  test(`a metric ${title} is an annotation in version 1, and comes back from it`, () => {
    const stored = autoscaler({ metrics: [v2, cpu(50)] });
    const shown = versions.fromStored(stored);
    assert.equal(shown.spec, { scaleTargetRef, maxReplicas: 3, targetCPUUtilizationPercentage: 50 });
    assert.equal(JSON.parse(shown.metadata.annotations![annotation("metrics")]!), [v1]);
    assert.equal(versions.toStored(shown), stored);
  });
}

test("behavior, conditions and what was measured are annotations in version 1, and come back from them", () => {
  const policies = [{ type: "Pods", value: 2, periodSeconds: 60 }];
  const behavior = { scaleUp: { stabilizationWindowSeconds: 5, selectPolicy: "Max", policies } };
  const currentMetrics = [
    { type: "Resource", resource: { name: "cpu", current: { averageUtilization: 12, averageValue: "6m" } } },
  ];
  const conditions = [{ type: "AbleToScale", status: "True", reason: "ReadyForNewScale", message: "it may" }];
  const status = { currentReplicas: 1, desiredReplicas: 1, currentMetrics, conditions };
  const stored = autoscaler({ metrics: [cpu(50)], behavior }, { note: "kept" }, status);
  const shown = versions.fromStored(stored);
  assert.equal(shown.status, { currentReplicas: 1, desiredReplicas: 1, currentCPUUtilizationPercentage: 12 });
  const { note, ...told } = shown.metadata.annotations!;
  assert.is(note, "kept");
  assert.equal(Object.keys(told).sort(), ["behavior", "conditions", "current-metrics"].map(annotation));
  assert.equal(JSON.parse(told[annotation("behavior")]!), {
    ScaleUp: {
      StabilizationWindowSeconds: 5,
      SelectPolicy: "Max",
      Policies: [{ Type: "Pods", Value: 2, PeriodSeconds: 60 }],
    },
  });
  assert.equal(versions.toStored(shown), stored);
});

test("annotations that tell nothing that fits are dropped", () => {
  for (const text of ["no JSON", "{}", '[{"type":1}]', '"a"']) {
    const stored = versions.toStored(autoscaler({}, { [annotation("metrics")]: text, [annotation("behavior")]: text }));
    assert.equal([stored.metadata, aims(stored)], [{ name: "web" }, [cpu(80)]], text);
  }
});

test("defaults: one replica at least in both versions; rules of a behavior that says only part of them", () => {
  const defaulted = (version: string, spec: object) =>
    (defaulterFor("autoscaling", version, "HorizontalPodAutoscaler")(autoscaler(spec)).spec ?? {}) as Record<string, unknown>;
  assert.is(defaulted("v1", {}).minReplicas, 1);
  assert.equal(Object.keys(defaulted("v1", {})), ["scaleTargetRef", "maxReplicas", "minReplicas"]);
  const percent = { type: "Percent", value: 100, periodSeconds: 15 };
  assert.equal(defaulted("v2", { behavior: { scaleDown: { stabilizationWindowSeconds: 60 } } }), {
    scaleTargetRef,
    maxReplicas: 3,
    minReplicas: 1,
    metrics: [cpu(80)],
    behavior: {
      scaleDown: { stabilizationWindowSeconds: 60, selectPolicy: "Max", policies: [percent] },
      scaleUp: {
        stabilizationWindowSeconds: 0,
        selectPolicy: "Max",
        policies: [{ type: "Pods", value: 4, periodSeconds: 15 }, percent],
      },
    },
  });
});

test.run();
