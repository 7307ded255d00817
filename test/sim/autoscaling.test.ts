/** An autoscaler, its target and an extension API server that tells what pods use: the controller manager beside a real API server. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { controllerManagerDefinition } from "../../actors/controller-manager/definition.js";
import { simulatedControllerManagerIo } from "../../actors/controller-manager/io/simulated.js";
import type { ActorDefinition } from "../../src/actor/define.js";
import type { Deployment, HorizontalPodAutoscaler, Pod, UntypedObject } from "../../src/api/types.js";
import { ApiServerWorld, deployment, deployments, podsPath } from "./apiserver-world.js";

const test = suite("horizontal pod autoscaling");

const autoscalers = { group: "autoscaling", version: "v2", resource: "horizontalpodautoscalers", namespace: "default" };
const apiServices = { group: "apiregistration.k8s.io", version: "v1", resource: "apiservices" };
const cpu = { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } } };

const autoscaler = (metrics: object[] = [cpu], more: object = {}) => ({
  apiVersion: "autoscaling/v2",
  kind: "HorizontalPodAutoscaler",
  metadata: { name: "web" },
  spec: {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
    minReplicas: 1,
    maxReplicas: 10,
    metrics,
    ...more,
  },
});

class AutoscalingWorld {
  readonly world: ApiServerWorld;
  /** The names of pods that extensions tell of: nobody asks a simulated API server while it asks. */
  running: readonly string[] = [];

  constructor() {
    const io = simulatedControllerManagerIo({ clusterCidr: "10.244.0.0/16", clusterCa: "simulated" });
    const definition = controllerManagerDefinition as ActorDefinition<unknown>;
    const manager = { address: "controller-manager/0", definition, surroundings: () => ({ io: () => io }) } as const;
    this.world = new ApiServerWorld({ seed: "autoscaling", more: [manager] }).untilServing();
    this.world.run(2_000);
  }

  /** A metrics API of that group: what it answers below its version. */
  serve(group: string, version: string, answers: ReadonlyMap<string, () => [code: number, body: object] | undefined>): void {
    const name = group.split(".")[0]!;
    const { world } = this;
    const service = { metadata: { name }, spec: { ports: [{ port: 443, protocol: "TCP" }] } };
    assert.is(world.create({ group: "", version: "v1", resource: "services", namespace: "default" }, service).error, undefined);
    const slices = { group: "discovery.k8s.io", version: "v1", resource: "endpointslices", namespace: "default" };
    const slice = {
      metadata: { name: `${name}-1`, labels: { "kubernetes.io/service-name": name } },
      addressType: "IPv4",
      endpoints: [{ addresses: ["10.244.0.9"], conditions: { ready: true } }],
      ports: [{ name: "", port: 8_443, protocol: "TCP" }],
    };
    assert.is(world.create(slices, slice).error, undefined);
    const at = `https://${name}.default.svc:443/apis/${group}/${version}`;
    const list = { kind: "APIResourceList", groupVersion: `${group}/${version}`, resources: [] };
    world.webhooks.serve(at, () => ({ afterMs: 5, answer: { ok: true, code: 200, body: JSON.stringify(list) } }));
    for (const [path, answer] of answers)
      world.webhooks.serve(at + path, () => {
        const [code, body] = answer() ?? [];
        return code === undefined ? undefined : { afterMs: 5, answer: { ok: true, code, body: JSON.stringify(body) } };
      });
    const spec = { group, version, groupPriorityMinimum: 100, versionPriority: 10, insecureSkipTLSVerify: true };
    const registered = { metadata: { name: `${version}.${group}` }, spec: { ...spec, service: { namespace: "default", name } } };
    assert.is(world.create(apiServices, registered).error, undefined);
    world.run(500);
  }

  /** What pods use of CPU, each as much. */
  serveUsage(milliOf: () => number | undefined): void {
    const items = () =>
      this.running.map((name) => ({
        metadata: { name, namespace: "default" },
        timestamp: new Date(this.world.simulation.queue.nowMs + 1).toISOString(),
        window: "30s",
        containers: [{ name: "main", usage: { cpu: `${milliOf()}m` } }],
      }));
    const answer = (): [number, object] | undefined =>
      milliOf() === undefined ? undefined : [200, { kind: "PodMetricsList", metadata: {}, items: items() }];
    this.serve("metrics.k8s.io", "v1beta1", new Map([["/namespaces/default/pods", answer]]));
  }

  target(replicas: number): void {
    const object = deployment("web", replicas) as unknown as Deployment;
    object.spec!.template.spec!.containers[0]!.resources = { requests: { cpu: "100m" } };
    assert.is(this.world.create(deployments, object).error, undefined);
    this.settle();
  }

  pods(): Pod[] {
    return this.world.list(podsPath).items as unknown as Pod[];
  }

  /** Lets pods come, and has them run as if a node ran them. */
  settle(): void {
    this.world.run(1_500);
    const since = new Date(this.world.simulation.queue.nowMs - 3_600_000).toISOString();
    const status = {
      phase: "Running",
      startTime: since,
      conditions: [{ type: "Ready", status: "True", lastTransitionTime: since }],
    };
    for (const { metadata, status: now } of this.pods())
      if (now?.phase !== "Running")
        this.world.patch(podsPath, metadata.name!, { status }, "application/merge-patch+json", "status");
    this.world.run(500);
    this.running = this.pods().map(({ metadata }) => metadata.name ?? "");
  }

  get(): HorizontalPodAutoscaler {
    return this.world.get(autoscalers, "web").object as unknown as HorizontalPodAutoscaler;
  }

  condition(type: string): string {
    const found = this.get().status?.conditions?.find((condition) => condition.type === type);
    return found === undefined ? "" : `${found.status} ${found.reason}: ${found.message}`;
  }

  events(): string[] {
    const { items } = this.world.list({ group: "", version: "v1", resource: "events", namespace: "default" });
    return (items as Array<UntypedObject & { reason: string; message: string; involvedObject: { kind: string } }>)
      .filter(({ involvedObject }) => involvedObject.kind === "HorizontalPodAutoscaler")
      .map(({ reason, message }) => `${reason} ${message}`)
      .sort();
  }

  replicas(): number | undefined {
    return (this.world.get(deployments, "web").object as unknown as Deployment).spec?.replicas;
  }
}

const unserved =
  "unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)";

test("without a metrics API an autoscaler says that it cannot know, and leaves its target alone", () => {
  const world = new AutoscalingWorld();
  world.target(2);
  world.world.create(autoscalers, autoscaler());
  world.world.run(1_000);
  const why = `failed to get cpu utilization: unable to get metrics for resource cpu: ${unserved}`;
  assert.is(
    world.condition("AbleToScale"),
    "True SucceededGetScale: the HPA controller was able to get the target's current scale",
  );
  assert.is(
    world.condition("ScalingActive"),
    `False FailedGetResourceMetric: the HPA was unable to compute the replica count: ${why}`,
  );
  assert.equal([world.replicas(), world.get().status?.currentReplicas], [2, 2]);
  const first = `failed to get cpu resource metric value: ${why}`;
  assert.equal(world.events(), [
    `FailedComputeMetricsReplicas invalid metrics (1 invalid out of 1), first error is: ${first}`,
    `FailedGetResourceMetric ${why}`,
  ]);
});

test("a target that is not there, or of no kind, cannot be scaled", () => {
  const world = new AutoscalingWorld();
  world.world.create(autoscalers, autoscaler());
  world.world.run(1_000);
  const unable = "False FailedGetScale: the HPA controller was unable to get the target's current scale";
  assert.is(world.condition("AbleToScale"), `${unable}: deployments.apps "web" not found`);
  const scaleTargetRef = { apiVersion: "example.com/v1", kind: "Widget", name: "web" };
  world.world.patch(autoscalers, "web", { spec: { scaleTargetRef } });
  world.world.run(1_000);
  assert.is(world.condition("AbleToScale"), `${unable}: no matches for kind "Widget" in group "example.com"`);
});

test("by what its pods use a target grows at once, and shrinks when nothing more was wanted for five minutes", () => {
  const world = new AutoscalingWorld();
  let milli = 100;
  world.serveUsage(() => milli);
  world.target(2);
  world.world.create(autoscalers, autoscaler());
  world.world.run(1_000);
  assert.is(world.replicas(), 4, "twice what they are to use");
  const { currentReplicas, desiredReplicas, currentMetrics, lastScaleTime } = world.get().status!;
  assert.equal([currentReplicas, desiredReplicas, typeof lastScaleTime], [2, 4, "string"]);
  assert.equal(currentMetrics, [
    { type: "Resource", resource: { name: "cpu", current: { averageUtilization: 100, averageValue: "100m" } } },
  ]);
  assert.is(world.condition("AbleToScale"), "True SucceededRescale: the HPA controller was able to update the target scale to 4");
  const metric = "cpu resource utilization (percentage of request)";
  const valid = `True ValidMetricFound: the HPA was able to successfully calculate a replica count from ${metric}`;
  assert.is(world.condition("ScalingActive"), valid);
  assert.equal(world.events(), [`SuccessfulRescale New size: 4; reason: ${metric} above target`]);
  world.settle();
  milli = 10;
  world.world.run(20_000);
  assert.is(world.replicas(), 4);
  assert.ok(world.condition("AbleToScale").startsWith("True ScaleDownStabilized"), world.condition("AbleToScale"));
  world.world.run(320_000);
  assert.is(world.replicas(), 1);
  assert.ok(world.events().includes("SuccessfulRescale New size: 1; reason: All metrics below target"));
});

test("bounds come before metrics, and a target of none is left alone", () => {
  const world = new AutoscalingWorld();
  world.target(12);
  world.world.create(autoscalers, autoscaler());
  world.world.run(1_000);
  assert.is(world.replicas(), 10);
  assert.equal(world.events(), ["SuccessfulRescale New size: 10; reason: Current number of replicas above Spec.MaxReplicas"]);
  world.world.patch(deployments, "web", { spec: { replicas: 0 } });
  world.world.run(20_000);
  assert.is(world.replicas(), 0);
  assert.ok(world.condition("ScalingActive").startsWith("False ScalingDisabled"), world.condition("ScalingActive"));
});

const value = (more: object) => ({ kind: "MetricValueList", metadata: {}, items: [more] });

test("custom and external metrics; an extension that has only the older version is asked in that", () => {
  const world = new AutoscalingWorld();
  const perPod = (): [number, object] => [
    200,
    {
      kind: "MetricValueList",
      metadata: {},
      items: world.running.map((name) => ({ describedObject: { name }, value: "30" })),
    },
  ];
  const paths = new Map<string, () => [number, object]>([
    ["/namespaces/default/pods/*/requests", perPod],
    ["/namespaces/default/ingresses.networking.k8s.io/front/requests", () => [200, value({ value: "100" })]],
  ]);
  world.serve("custom.metrics.k8s.io", "v1beta1", paths);
  world.serve(
    "external.metrics.k8s.io",
    "v1beta1",
    new Map([["/namespaces/default/queue", () => [200, value({ value: "35" })]]]),
  );
  world.target(1);
  const ingress = { apiVersion: "networking.k8s.io/v1", kind: "Ingress", name: "front" };
  const metrics = [
    { type: "Pods", pods: { metric: { name: "requests" }, target: { type: "AverageValue", averageValue: "10" } } },
    {
      type: "Object",
      object: { describedObject: ingress, metric: { name: "requests" }, target: { type: "Value", value: "50" } },
    },
    { type: "External", external: { metric: { name: "queue" }, target: { type: "AverageValue", averageValue: "10" } } },
  ];
  world.world.create(autoscalers, autoscaler(metrics));
  world.world.run(1_000);
  assert.is(world.replicas(), 4, "the metric that wants most decides");
  const current = world.get().status?.currentMetrics?.map(({ pods, object, external }) => (pods ?? object ?? external)?.current);
  assert.equal(current, [{ averageValue: "30" }, { value: "100" }, { averageValue: "35" }]);
  assert.ok(world.events()[0]?.endsWith("external metric queue(nil) above target"), world.events()[0]);
});

test("while some metrics cannot be known there are not to be fewer", () => {
  const world = new AutoscalingWorld();
  world.serveUsage(() => 10);
  world.target(4);
  const requests = { type: "Pods", pods: { metric: { name: "requests" }, target: { type: "AverageValue", averageValue: "10" } } };
  world.world.create(autoscalers, autoscaler([requests, cpu]));
  world.world.run(400_000);
  assert.is(world.replicas(), 4);
  assert.ok(world.condition("ScalingActive").startsWith("False FailedGetPodsMetric"), world.condition("ScalingActive"));
});

test("an extension that does not answer in time, refuses or is gone is told of", () => {
  const world = new AutoscalingWorld();
  let answers: number | undefined;
  const refusing = (): [number, object] | undefined =>
    answers === undefined
      ? undefined
      : [answers, { kind: "Status", message: "no metrics today", reason: "InternalError", code: answers }];
  world.serve("metrics.k8s.io", "v1beta1", new Map([["/namespaces/default/pods", refusing]]));
  world.target(1);
  world.world.create(autoscalers, autoscaler());
  const told = () => world.condition("ScalingActive").split("resource metrics API: ")[1];
  world.world.run(60_000);
  assert.match(told() ?? "", /did not answer in time|deadline/);
  answers = 500;
  world.world.run(60_000);
  assert.is(told(), "no metrics today");
  world.world.delete({ group: "", version: "v1", resource: "services", namespace: "default" }, "metrics");
  world.world.run(60_000);
  assert.is(told(), "the server is currently unable to handle the request (get pods.metrics.k8s.io)");
});

test("two autoscalers of the same pods: neither scales them", () => {
  const world = new AutoscalingWorld();
  world.serveUsage(() => 100);
  world.target(2);
  const idle = { selectPolicy: "Disabled" };
  world.world.create(autoscalers, autoscaler([cpu], { behavior: { scaleUp: idle, scaleDown: idle } }));
  world.world.run(1_000);
  const other = autoscaler();
  world.world.create(autoscalers, { ...other, metadata: { name: "web-2" } });
  world.world.run(20_000);
  const why = "pods by selector app=web are controlled by multiple HPAs: [default/web default/web-2]";
  assert.is(world.condition("ScalingActive"), `False AmbiguousSelector: ${why}`);
  assert.is(world.replicas(), 2);
});

test.run();
