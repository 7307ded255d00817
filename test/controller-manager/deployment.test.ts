import { test } from "uvu";
import * as assert from "uvu/assert";
import { maxSurge, maxUnavailable } from "../../actors/controller-manager/deployment/bounds.js";
import { safeEncode, sameTemplate, templateHash } from "../../actors/controller-manager/deployment/template-hash.js";
import type { Deployment, IntOrString, PodTemplateSpec } from "../../src/api/types.js";
import { aDeployment, aReplicaSet, controllerWorld } from "./world.js";

const bounds: Array<[number, IntOrString, IntOrString, number, number]> = [
  [10, "25%", "25%", 3, 2],
  [3, "25%", "25%", 1, 0],
  [1, "25%", "25%", 1, 0],
  [4, 0, "10%", 0, 1],
  [4, 0, 0, 0, 1],
  [5, 2, 1, 2, 1],
  [2, 0, 5, 0, 2],
  [0, 1, 1, 1, 0],
];
for (const [replicas, surge, unavailable, expectedSurge, expectedUnavailable] of bounds) {
  test(`of ${replicas}, maxSurge ${surge} is ${expectedSurge} and maxUnavailable ${unavailable} is ${expectedUnavailable}`, () => {
    const strategy = { type: "RollingUpdate", rollingUpdate: { maxSurge: surge, maxUnavailable: unavailable } };
    const deployment = aDeployment("web", { replicas, strategy }) as unknown as Deployment;
    assert.equal([maxSurge(deployment), maxUnavailable(deployment)], [expectedSurge, expectedUnavailable]);
  });
}

test("a template's hash is safe in names, and does not depend on the order of fields", () => {
  const one = { metadata: { labels: { a: "1", b: "2" } }, spec: { containers: [{ name: "c", image: "i" }] } };
  const other = { spec: { containers: [{ image: "i", name: "c" }] }, metadata: { labels: { b: "2", a: "1" } } };
  assert.is(templateHash(one, undefined), templateHash(other, undefined));
  assert.match(templateHash(one, undefined), /^[bcdfghjklmnpqrstvwxz2456789]{1,10}$/);
  assert.is.not(templateHash(one, undefined), templateHash(one, 1));
  assert.is(safeEncode("2048"), "648d");
});

test("templates are the same whatever their hash label", () => {
  const template = (hash: string, image = "i"): PodTemplateSpec => ({
    metadata: { labels: { app: "web", "pod-template-hash": hash } },
    spec: { containers: [{ name: "c", image }] },
  });
  assert.ok(sameTemplate(template("a"), template("b")));
  assert.not(sameTemplate(template("a"), template("a", "j")));
});

const condition = (deployment: Deployment, type: string) => {
  const found = deployment.status?.conditions?.find((each) => each.type === type);
  return found && [found.status, found.reason, found.message];
};

test("a Deployment becomes available, and says so", () => {
  const { api, run, deployment, setsOf, messages, podsOf } = controllerWorld();
  api.put("deployments", aDeployment("web"), "apps");
  run(1_000);
  const [set, ...more] = setsOf("web");
  assert.is(more.length, 0);
  const name = set!.metadata.name!;
  assert.is(podsOf(name).length, 3);
  assert.match(podsOf(name)[0]!.metadata.name!, new RegExp(`^${name}-.....$`));
  assert.is(podsOf(name)[0]!.metadata.labels!["pod-template-hash"], set!.metadata.labels!["pod-template-hash"]);
  const { status, metadata } = deployment();
  assert.equal(
    [status!.replicas, status!.updatedReplicas, status!.readyReplicas, status!.availableReplicas, status!.unavailableReplicas],
    [3, 3, 3, 3, undefined],
  );
  assert.is(metadata.annotations!["deployment.kubernetes.io/revision"], "1");
  assert.equal(condition(deployment(), "Available"), [
    "True",
    "MinimumReplicasAvailable",
    "Deployment has minimum availability.",
  ]);
  assert.equal(condition(deployment(), "Progressing"), [
    "True",
    "NewReplicaSetAvailable",
    `ReplicaSet "${name}" has successfully progressed.`,
  ]);
  assert.equal(messages("ScalingReplicaSet"), [`Scaled up replica set ${name} from 0 to 3`]);
  assert.is(messages("SuccessfulCreate").length, 3);
});

test("a settled Deployment is written no more", () => {
  const { api, run } = controllerWorld();
  api.put("deployments", aDeployment("web"), "apps");
  run(2_000);
  const before = api.requests.filter(({ path }) => path.resource !== "leases" && path.resource !== "events").length;
  run(20_000);
  const after = api.requests.filter(({ path }) => path.resource !== "leases" && path.resource !== "events").length;
  assert.is(after, before);
});

test("an image change rolls out within its bounds, and back", () => {
  const { api, run, simulation, deployment, setsOf, live, messages } = controllerWorld();
  api.put("deployments", aDeployment("web", { replicas: 4 }), "apps");
  run(1_000);
  const first = setsOf("web")[0]!.metadata.name!;
  api.put("deployments", aDeployment("web", { replicas: 4 }, "nginx:2"), "apps");
  for (let step = 0; step < 60; step++) {
    simulation.run(30);
    const pods = api.of("pods");
    assert.ok(pods.length <= 5, `at most 4 + 1 pods: ${pods.length}`);
    const ready = pods.filter((pod) => (pod.status as { phase?: string } | undefined)?.phase === "Running").length;
    assert.ok(ready >= 3, `at least 4 - 1 available: ${ready}`);
    live();
  }
  const sizes = () => Object.fromEntries(setsOf("web").map(({ metadata, spec }) => [metadata.name, spec!.replicas]));
  const second = Object.keys(sizes()).find((name) => name !== first)!;
  assert.equal(sizes(), { [first]: 0, [second]: 4 });
  assert.is(deployment().metadata.annotations!["deployment.kubernetes.io/revision"], "2");
  assert.ok(
    messages("ScalingReplicaSet").includes(`Scaled down replica set ${first} from 4 to 3`),
    messages("ScalingReplicaSet").join("\n"),
  );
  api.put("deployments", aDeployment("web", { replicas: 4 }), "apps");
  run(2_000);
  assert.equal(sizes(), { [first]: 4, [second]: 0 });
  assert.is(deployment().metadata.annotations!["deployment.kubernetes.io/revision"], "3");
  const [set] = setsOf("web").filter(({ metadata }) => metadata.name === first);
  assert.is(set!.metadata.annotations!["deployment.kubernetes.io/revision"], "3");
  assert.is(set!.metadata.annotations!["deployment.kubernetes.io/revision-history"], "1");
});

test("an adopted ReplicaSet's revision goes on by one, whole numbers of 64 bits included", () => {
  const { api, run, deployment } = controllerWorld();
  const adopted = aReplicaSet("older", 1, { selector: { matchLabels: { app: "web" } } });
  const spec = { ...(adopted.spec as object), template: { metadata: { labels: { app: "web" } }, spec: { containers: [] } } };
  const metadata = {
    ...adopted.metadata,
    labels: { app: "web" },
    annotations: { "deployment.kubernetes.io/revision": "3546343826724305832" },
  };
  api.put("replicasets", { ...adopted, metadata, spec }, "apps");
  api.put("deployments", aDeployment("web"), "apps");
  run(1_000);
  assert.is(deployment().metadata.annotations!["deployment.kubernetes.io/revision"], "3546343826724305833");
});

test("Recreate lets the old pods go before the new ones come", () => {
  const { api, run, simulation, setsOf } = controllerWorld((api) => {
    api.gracefulPods = true;
  });
  const spec = { strategy: { type: "Recreate" } };
  api.put("deployments", aDeployment("web", spec), "apps");
  run(1_000);
  for (const pod of api.of("pods")) api.put("pods", { ...pod, spec: { ...(pod.spec as object), nodeName: "n" } });
  const first = setsOf("web")[0]!.metadata.name!;
  api.put("deployments", aDeployment("web", spec, "nginx:2"), "apps");
  simulation.run(1_000);
  assert.equal(
    api.of("pods").map(({ metadata }) => metadata.deletionTimestamp !== undefined),
    [true, true, true],
  );
  assert.is(setsOf("web").length, 1, "no new set while old pods are there");
  run(1_000);
  assert.equal(
    setsOf("web").map(({ metadata, spec }) => [metadata.name === first, spec!.replicas]),
    [
      [true, 0],
      [false, 3],
    ],
  );
});

test("a paused Deployment does not roll, but scales; resumed it rolls", () => {
  const { api, run, setsOf, deployment } = controllerWorld();
  api.put("deployments", aDeployment("web"), "apps");
  run(1_000);
  api.put("deployments", aDeployment("web", { paused: true, replicas: 5 }, "nginx:2"), "apps");
  run(1_000);
  assert.equal(
    setsOf("web").map(({ spec }) => spec!.replicas),
    [5],
  );
  assert.equal(condition(deployment(), "Progressing"), ["Unknown", "DeploymentPaused", "Deployment is paused"]);
  api.put("deployments", aDeployment("web", { replicas: 5 }, "nginx:2"), "apps");
  run(2_000);
  assert.equal(
    setsOf("web").map(({ spec }) => spec!.replicas),
    [0, 5],
  );
  assert.is(condition(deployment(), "Progressing")![1], "NewReplicaSetAvailable");
});

test("a rollout that stands still exceeds its deadline", () => {
  const { api, simulation, run, deployment } = controllerWorld();
  api.put("deployments", aDeployment("web", { progressDeadlineSeconds: 10 }), "apps");
  run(5_000, () => true);
  assert.equal(condition(deployment(), "Available"), [
    "False",
    "MinimumReplicasUnavailable",
    "Deployment does not have minimum availability.",
  ]);
  simulation.run(10_000);
  assert.is(condition(deployment(), "Progressing")![1], "ProgressDeadlineExceeded");
  assert.match(condition(deployment(), "Progressing")![2]!, /^ReplicaSet "web-.*" has timed out progressing\.$/);
  run(1_000);
  assert.is(condition(deployment(), "Progressing")![1], "NewReplicaSetAvailable");
});

test("a rollout that is scaled meanwhile grows in proportion", () => {
  const { api, run, setsOf } = controllerWorld();
  api.put("deployments", aDeployment("web", { replicas: 10 }), "apps");
  run(1_000);
  const stuck = (pod: { spec?: { containers: Array<{ image?: string }> } }) => pod.spec?.containers[0]?.image === "nginx:2";
  api.put("deployments", aDeployment("web", { replicas: 10 }, "nginx:2"), "apps");
  run(2_000, stuck);
  assert.equal(
    setsOf("web").map(({ spec }) => spec!.replicas),
    [8, 5],
  );
  api.put("deployments", aDeployment("web", { replicas: 20 }, "nginx:2"), "apps");
  run(1_000, stuck);
  assert.equal(
    setsOf("web").map(({ spec }) => spec!.replicas),
    [15, 10],
  );
});

test("old sets beyond the history limit go", () => {
  const { api, run, setsOf } = controllerWorld();
  for (const image of ["a", "b", "c", "d"]) {
    api.put("deployments", aDeployment("web", { revisionHistoryLimit: 1 }, image), "apps");
    run(2_000);
  }
  assert.is(setsOf("web").length, 2);
});

test("a set of the same name that is another's is a collision", () => {
  const { api, run, deployment, setsOf } = controllerWorld();
  const hash = templateHash((aDeployment("web").spec as { template: PodTemplateSpec }).template, undefined);
  api.put(
    "replicasets",
    {
      metadata: { name: `web-${hash}`, namespace: "default" },
      spec: { replicas: 0, selector: { matchLabels: { x: "y" } }, template: {} },
    },
    "apps",
  );
  api.put("deployments", aDeployment("web"), "apps");
  run(1_000);
  assert.is(deployment().status!.collisionCount, 1);
  assert.is(setsOf("web").length, 1);
});

test("an orphaned set that matches is adopted, one that no longer matches is released", () => {
  const { api, run, setsOf } = controllerWorld();
  api.put("deployments", aDeployment("web"), "apps");
  run(1_000);
  const set = setsOf("web")[0]!;
  api.put("replicasets", { ...set, metadata: { ...set.metadata, ownerReferences: [] } }, "apps");
  run(500);
  assert.is(setsOf("web").length, 1, "adopted again");
  const adopted = setsOf("web")[0]!;
  api.put("replicasets", { ...adopted, metadata: { ...adopted.metadata, labels: { app: "other" } } }, "apps");
  run(1_000);
  const names = setsOf("web").map(({ metadata }) => metadata.name);
  assert.is(names.length, 1);
  assert.is.not(names[0], adopted.metadata.name, "a new set, under another name");
});

test.run();
