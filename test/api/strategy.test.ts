import { test } from "uvu";
import * as assert from "uvu/assert";
import { builtinResources } from "../../src/api/kinds.js";
import { deletionGraceSeconds, qosClassOf } from "../../src/api/strategy/pod.js";
import {
  allowsUnconditionalUpdate,
  createsOnUpdate,
  prepareForCreate,
  prepareForUpdate,
} from "../../src/api/strategy/strategy.js";
import type * as k from "../../src/api/types.js";

const of = (apiVersion: string, kind: string) => builtinResources().byObject(apiVersion, kind)!;
const birth = { creationTimestamp: "2026-01-01T00:00:00Z", uid: "u-1", requester: { name: "jane", groups: [] } };
const untyped = (object: k.KubernetesObject): k.UntypedObject => object as k.UntypedObject;
const container = { name: "c", image: "nginx" };

test("a new object gets its birth from the server, and loses what only the server may set", () => {
  const made = prepareForCreate(
    of("v1", "ConfigMap"),
    untyped({
      metadata: { name: "a", uid: "mine", deletionTimestamp: "x", selfLink: "/x", creationTimestamp: "y", generation: 7 },
    }),
    birth,
  );
  assert.equal(made, { metadata: { name: "a", uid: "u-1", creationTimestamp: "2026-01-01T00:00:00Z" } });
});

test("a new pod is Pending with its quality of service, generation 1", () => {
  const made = prepareForCreate(
    of("v1", "Pod"),
    untyped({ metadata: { name: "a" }, spec: { containers: [container] }, status: { phase: "Running" } } as k.Pod),
    birth,
  );
  assert.equal(made.status, { phase: "Pending", qosClass: "BestEffort" });
  assert.is(made.metadata.generation, 1);
});

test("a new pod that is held back from its scheduling says so", () => {
  const schedulingGates = [{ name: "example.com/quota" }];
  const pod = { metadata: { name: "a" }, spec: { containers: [container], schedulingGates } } as k.Pod;
  const made = prepareForCreate(of("v1", "Pod"), untyped(pod), birth);
  const message = "Scheduling is blocked due to non-empty scheduling gates";
  assert.equal((made.status as k.PodStatus).conditions, [
    { type: "PodScheduled", status: "False", reason: "SchedulingGated", message },
  ]);
});

test("status is dropped on create, but a node brings its own", () => {
  const deployment = prepareForCreate(
    of("apps/v1", "Deployment"),
    untyped({ metadata: { name: "a" }, status: { replicas: 3 } } as k.KubernetesObject),
    birth,
  );
  assert.equal(deployment.status, {});
  const node = prepareForCreate(
    of("v1", "Node"),
    untyped({ metadata: { name: "a" }, status: { conditions: [] } } as k.KubernetesObject),
    birth,
  );
  assert.equal(node.status, { conditions: [] });
});

test("a namespace is Active and kept by kubernetes until it is empty", () => {
  const made = prepareForCreate(of("v1", "Namespace"), untyped({ metadata: { name: "shop" } }), birth);
  assert.equal(made.status, { phase: "Active" });
  assert.equal(made.spec, { finalizers: ["kubernetes"] });
});

test("a Job selects its pods by its own UID", () => {
  const made = prepareForCreate(
    of("batch/v1", "Job"),
    untyped({ metadata: { name: "j" }, spec: { template: { spec: { containers: [container] } } } } as k.Job),
    birth,
  ) as unknown as k.Job;
  assert.equal(made.spec?.selector, { matchLabels: { "batch.kubernetes.io/controller-uid": "u-1" } });
  assert.is(made.spec?.template.metadata?.labels?.["job-name"], "j");
});

const stored = (): k.UntypedObject =>
  untyped({
    metadata: { name: "a", uid: "u-1", creationTimestamp: "t", generation: 3, labels: { l: "1" } },
    spec: { replicas: 1 },
    status: { replicas: 1 },
  } as k.KubernetesObject);

const updates: Array<[title: string, subresource: string | undefined, change: object, expected: object]> = [
  [
    "a new spec is a new generation, the status stays",
    undefined,
    { spec: { replicas: 2 }, status: { replicas: 9 } },
    { generation: 4, replicas: 2, status: 1 },
  ],
  ["the same spec is the same generation", undefined, { spec: { replicas: 1 } }, { generation: 3, replicas: 1, status: 1 }],
  [
    "annotations count for a Deployment",
    undefined,
    { metadata: { name: "a", annotations: { x: "y" } }, spec: { replicas: 1 } },
    { generation: 4, replicas: 1, status: 1 },
  ],
  [
    "a status write leaves the spec",
    "status",
    { spec: { replicas: 5 }, status: { replicas: 2 } },
    { generation: 3, replicas: 1, status: 2 },
  ],
];
for (const [title, subresource, change, expected] of updates) {
  test(title, () => {
    const old = stored();
    const text = JSON.stringify(old);
    const made = prepareForUpdate(of("apps/v1", "Deployment"), subresource, { ...stored(), ...change }, old);
    const seen = {
      generation: made.metadata.generation,
      replicas: (made.spec as { replicas: number }).replicas,
      status: (made.status as { replicas: number }).replicas,
    };
    assert.equal(seen, expected);
    assert.is(JSON.stringify(old), text, "what is stored is not changed");
  });
}

test("an update cannot undo a deletion or rewrite a birth", () => {
  const old = untyped({
    metadata: { name: "a", uid: "u", creationTimestamp: "t", deletionTimestamp: "d", deletionGracePeriodSeconds: 30 },
  });
  const made = prepareForUpdate(
    of("v1", "ConfigMap"),
    undefined,
    untyped({ metadata: { name: "a", creationTimestamp: "now" } }),
    old,
  );
  assert.equal(made.metadata, {
    name: "a",
    creationTimestamp: "t",
    uid: "u",
    deletionTimestamp: "d",
    deletionGracePeriodSeconds: 30,
  });
});

test("a status of a pod that names no class of service keeps the one that was found", () => {
  const old = untyped({ metadata: { name: "a" }, status: { phase: "Pending", qosClass: "BestEffort" } } as k.Pod);
  const write = (status: k.PodStatus) =>
    prepareForUpdate(of("v1", "Pod"), "status", untyped({ metadata: { name: "a" }, status } as k.Pod), old).status;
  assert.equal(write({ phase: "Running" }), { phase: "Running", qosClass: "BestEffort" });
  assert.equal(write({ qosClass: "Burstable" }), { qosClass: "Burstable" });
});

test("a Service keeps its address and its node ports when an update does not name them", () => {
  const old = untyped({
    metadata: { name: "s" },
    spec: {
      type: "NodePort",
      clusterIP: "10.0.0.1",
      clusterIPs: ["10.0.0.1"],
      ports: [{ port: 80, protocol: "TCP", nodePort: 30001 }],
    },
  } as k.Service);
  const made = prepareForUpdate(
    of("v1", "Service"),
    undefined,
    untyped({ metadata: { name: "s" }, spec: { type: "NodePort", ports: [{ port: 80, protocol: "TCP" }] } } as k.Service),
    old,
  );
  assert.equal(made.spec, {
    type: "NodePort",
    clusterIP: "10.0.0.1",
    clusterIPs: ["10.0.0.1"],
    ports: [{ port: 80, protocol: "TCP", nodePort: 30001 }],
  });
  const internal = prepareForUpdate(
    of("v1", "Service"),
    undefined,
    untyped({ metadata: { name: "s" }, spec: { ...(old.spec as object), type: "ClusterIP" } } as k.Service),
    old,
  );
  assert.equal((internal.spec as k.ServiceSpec).ports, [{ port: 80, protocol: "TCP" }]);
});

test("an old client's clusterIP becomes clusterIPs", () => {
  const made = prepareForCreate(
    of("v1", "Service"),
    untyped({ metadata: { name: "s" }, spec: { clusterIP: "None" } } as k.Service),
    birth,
  );
  assert.equal(made.spec, { clusterIP: "None", clusterIPs: ["None"] });
});

const qos: Array<[resources: k.ResourceRequirements[], expected: string]> = [
  [[{}], "BestEffort"],
  [[{ limits: { cpu: "1", memory: "1Gi" }, requests: { cpu: "1", memory: "1024Mi" } }], "Guaranteed"],
  [[{ limits: { cpu: "1", memory: "1Gi" }, requests: { cpu: "500m", memory: "1Gi" } }], "Burstable"],
  [[{ requests: { cpu: "1" } }], "Burstable"],
  [[{ limits: { cpu: "1", memory: "1Gi" } }, {}], "Burstable"],
];
for (const [resources, expected] of qos) {
  test(`${JSON.stringify(resources)} is ${expected}`, () => {
    assert.is(qosClassOf({ containers: resources.map((of, index) => ({ name: `c${index}`, resources: of })) }), expected);
  });
}

test("a pod that runs nowhere, or has ended, needs no grace", () => {
  const pod = (nodeName: string | undefined, phase: string): k.Pod => ({
    metadata: {},
    spec: { containers: [], ...(nodeName === undefined ? {} : { nodeName }) },
    status: { phase },
  });
  assert.is(deletionGraceSeconds(pod("n", "Running"), undefined), 30);
  assert.is(deletionGraceSeconds(pod("n", "Running"), 5), 5);
  assert.is(deletionGraceSeconds(pod("n", "Running"), -1), 1);
  assert.is(deletionGraceSeconds(pod(undefined, "Pending"), 30), 0);
  assert.is(deletionGraceSeconds(pod("n", "Succeeded"), 30), 0);
});

test("which kinds a PUT may create, and which need a resourceVersion", () => {
  assert.is(createsOnUpdate(of("coordination.k8s.io/v1", "Lease")), true);
  assert.is(createsOnUpdate(of("v1", "Pod")), false);
  assert.is(allowsUnconditionalUpdate(of("coordination.k8s.io/v1", "Lease")), false);
  assert.is(allowsUnconditionalUpdate(of("v1", "Pod")), true);
});

test("what annotations say of AppArmor becomes fields of a new pod", () => {
  const prefix = "container.apparmor.security.beta.kubernetes.io/";
  const pod = (annotation: string, spec: object = {}): k.UntypedObject => ({
    metadata: { name: "a", annotations: { [`${prefix}main`]: annotation, [`${prefix}first`]: annotation } },
    spec: { initContainers: [{ name: "first" }], containers: [{ name: "main" }, { name: "side" }], ...spec },
  });
  const profiles = (object: k.UntypedObject): unknown[] => {
    const { initContainers = [], containers } = prepareForCreate(of("v1", "Pod"), object, birth).spec as k.PodSpec;
    return [...initContainers, ...containers].map(({ securityContext }) => securityContext?.appArmorProfile);
  };
  const local = { type: "Localhost", localhostProfile: "mine" };
  assert.equal(profiles(pod("localhost/mine")), [local, local, undefined]);
  assert.equal(profiles(pod("runtime/default"))[1], { type: "RuntimeDefault" });
  assert.equal(profiles(pod("unconfined"))[1], { type: "Unconfined" });
  for (const odd of ["", "localhost/", "localhost/ x", `localhost/${"x".repeat(4_096)}`])
    assert.is(profiles(pod(odd))[1], undefined);
  const securityContext = { appArmorProfile: local };
  assert.is(profiles(pod("localhost/mine", { securityContext }))[1], undefined, "the pod says it already");
  const own = [{ name: "main", securityContext: { appArmorProfile: { type: "Unconfined" } } }];
  assert.equal(profiles(pod("localhost/mine", { containers: own }))[1], { type: "Unconfined" });
  assert.is(profiles(pod("unconfined", { os: { name: "windows" } }))[1], undefined);
});

test.run();
