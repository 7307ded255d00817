/** Pods with claims: which nodes they may go to, and how their volumes are bound before they are. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { judgeVolumes, type VolumesKnown } from "../../actors/scheduler/volumes/judge.js";
import type { PersistentVolume, PersistentVolumeClaim, Pod, StorageClass, UntypedObject } from "../../src/api/types.js";
import { wireError } from "../../src/wire/errors.js";
import type { StubRequest } from "../support/stub-apiserver.js";
import { aNode, aPod, info, type NodeLike, nodeWith } from "./fixtures.js";
import { schedulerWorld } from "./world.js";

const completed = { "pv.kubernetes.io/bind-completed": "yes" };

interface ClaimParts {
  readonly storageClass?: string;
  readonly volume?: string;
  readonly size?: string;
  readonly modes?: string[];
  readonly metadata?: object;
  readonly phase?: string;
}
const aClaim = (name: string, parts: ClaimParts = {}): PersistentVolumeClaim => {
  const { storageClass = "wait", volume, size = "1Gi", modes = ["ReadWriteOnce"], metadata = {}, phase = "Pending" } = parts;
  const bound = volume === undefined ? {} : { annotations: completed };
  return {
    metadata: { name, namespace: "default", uid: `uid-${name}`, ...bound, ...metadata },
    spec: {
      accessModes: modes,
      storageClassName: storageClass,
      resources: { requests: { storage: size } },
      ...(volume === undefined ? {} : { volumeName: volume }),
    },
    status: { phase },
  };
};
const onNode = (node: string) => ({
  required: { nodeSelectorTerms: [{ matchExpressions: [{ key: "host", operator: "In", values: [node] }] }] },
});
const aVolume = (name: string, spec: object = {}, metadata: object = {}): PersistentVolume => ({
  metadata: { name, ...metadata },
  spec: {
    accessModes: ["ReadWriteOnce"],
    capacity: { storage: "2Gi" },
    storageClassName: "wait",
    local: { path: "/d" },
    ...spec,
  },
  status: { phase: "Available" },
});
const classes: readonly StorageClass[] = [
  { metadata: { name: "wait" }, provisioner: "example.com/disks", volumeBindingMode: "WaitForFirstConsumer" },
  { metadata: { name: "static" }, provisioner: "kubernetes.io/no-provisioner", volumeBindingMode: "WaitForFirstConsumer" },
  { metadata: { name: "now" }, provisioner: "example.com/disks", volumeBindingMode: "Immediate" },
  {
    metadata: { name: "in-a" },
    provisioner: "example.com/disks",
    volumeBindingMode: "WaitForFirstConsumer",
    allowedTopologies: [{ matchLabelExpressions: [{ key: "host", values: ["a"] }] }],
  },
];
const using = (name: string, ...claims: string[]): Pod =>
  aPod(name, { volumes: claims.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } })) });

interface Known {
  readonly claims?: readonly PersistentVolumeClaim[];
  readonly volumes?: readonly PersistentVolume[];
  readonly promised?: readonly string[];
  readonly chosen?: string;
  /** Pods that run on node a. */
  readonly running?: readonly Pod[];
}

const a: NodeLike = { labels: { host: "a", "topology.kubernetes.io/zone": "east" } };
const b: NodeLike = { labels: { host: "b", "topology.kubernetes.io/zone": "west" } };

/** What is said of two nodes; or why neither will do. */
function judged(pod: Pod, { claims = [], volumes = [], promised = [], chosen, running = [] }: Known): unknown {
  const nodes = [nodeWith("a", a, ...running), nodeWith("b", b)];
  const known: VolumesKnown = {
    claimNamed: (key) => claims.find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === key),
    volumeNamed: (name) => volumes.find(({ metadata }) => metadata.name === name),
    classNamed: (name) => classes.find(({ metadata }) => metadata.name === name),
    volumes: () => volumes,
    promised: new Set(promised),
    nodeChosenFor: () => chosen,
  };
  const judgement = judgeVolumes(info(pod), nodes, known);
  if (!judgement.ok) return judgement.reason;
  return nodes.map((node) => {
    const rejections = judgement.filters.flatMap((filter) => filter.rejects(info(pod), node)?.reasons ?? []);
    if (rejections.length > 0) return rejections.join();
    const decision = judgement.decisionFor(node);
    const bindings = (decision?.bindings ?? []).map(({ claim, volume }) => `${claim.metadata.name} to ${volume.metadata.name}`);
    const provisions = (decision?.provisions ?? []).map(({ metadata }) => `provision ${metadata.name}`);
    return [...bindings, ...provisions].join() || "fits";
  });
}

const none = "node(s) didn't find available persistent volumes to bind";
const elsewhere = "node(s) had volume node affinity conflict";
const onePod = "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode";
const ephemeral = aPod("web", { volumes: [{ name: "own", ephemeral: {} }] });
const owner = (uid: string) => ({ ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: "web", uid, controller: true }] });
const single = { modes: ["ReadWriteOncePod"], volume: "pv" };

const cases: ReadonlyArray<readonly [string, Pod, Known, unknown]> = [
  ["a claim that is not there", using("web", "data"), {}, 'persistentvolumeclaim "data" not found'],
  [
    "a claim that is being deleted",
    using("web", "data"),
    { claims: [aClaim("data", { metadata: { deletionTimestamp: "2025-01-01T00:00:00Z" } })] },
    'persistentvolumeclaim "data" is being deleted',
  ],
  [
    "a claim that has lost its volume",
    using("web", "data"),
    { claims: [aClaim("data", { volume: "pv", phase: "Lost" })] },
    'persistentvolumeclaim "data" bound to non-existent persistentvolume "pv"',
  ],
  [
    "an ephemeral volume whose claim is not made yet",
    ephemeral,
    {},
    'waiting for ephemeral volume controller to create the persistentvolumeclaim "web-own"',
  ],
  [
    "an ephemeral volume by the name of another's claim",
    ephemeral,
    { claims: [aClaim("web-own", { metadata: owner("another") })] },
    "PVC default/web-own was not created for pod default/web (pod is not owner)",
  ],
  [
    "an ephemeral volume",
    ephemeral,
    { claims: [aClaim("web-own", { metadata: owner("uid-web") })] },
    ["provision web-own", "provision web-own"],
  ],
  [
    "a claim that is to be bound without the pod",
    using("web", "data"),
    { claims: [aClaim("data", { storageClass: "now" })] },
    "pod has unbound immediate PersistentVolumeClaims",
  ],
  [
    "a bound claim",
    using("web", "data"),
    { claims: [aClaim("data", { volume: "pv" })], volumes: [aVolume("pv", { nodeAffinity: onNode("b") })] },
    [elsewhere, "fits"],
  ],
  [
    "a bound claim whose volume is gone",
    using("web", "data"),
    { claims: [aClaim("data", { volume: "pv" })] },
    Array(2).fill("node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)"),
  ],
  [
    "a volume of a zone",
    using("web", "data"),
    {
      claims: [aClaim("data", { volume: "pv" })],
      volumes: [aVolume("pv", {}, { labels: { "topology.kubernetes.io/zone": "north__west" } })],
    },
    ["node(s) had no available volume zone", "fits"],
  ],
  [
    "a volume for its first pod, where it is reached; elsewhere one is provisioned",
    using("web", "data"),
    { claims: [aClaim("data")], volumes: [aVolume("pv", { nodeAffinity: onNode("a") })] },
    ["data to pv", "provision data"],
  ],
  [
    "a class that does not provision",
    using("web", "data"),
    {
      claims: [aClaim("data", { storageClass: "static" })],
      volumes: [aVolume("pv", { nodeAffinity: onNode("a"), storageClassName: "static" })],
    },
    ["data to pv", none],
  ],
  [
    "a class that provisions in some places",
    using("web", "data"),
    { claims: [aClaim("data", { storageClass: "in-a" })] },
    ["provision data", none],
  ],
  [
    "two claims, the smaller one first",
    using("web", "large", "small"),
    {
      claims: [aClaim("large", { storageClass: "static", size: "2Gi" }), aClaim("small", { storageClass: "static" })],
      volumes: [
        aVolume("two", { storageClassName: "static" }),
        aVolume("one", { storageClassName: "static", capacity: { storage: "1Gi" }, nodeAffinity: onNode("a") }),
      ],
    },
    ["small to one,large to two", none],
  ],
  [
    "a volume that another pod was promised",
    using("web", "data"),
    {
      claims: [aClaim("data", { storageClass: "static" })],
      volumes: [aVolume("pv", { storageClassName: "static" })],
      promised: ["pv"],
    },
    [none, none],
  ],
  ["a node was chosen for the claim", using("web", "data"), { claims: [aClaim("data")], chosen: "b" }, [none, "provision data"]],
  [
    "a claim for one pod alone that another uses",
    using("web", "data"),
    { claims: [aClaim("data", single)], volumes: [aVolume("pv")], running: [using("other", "data")] },
    [onePod, onePod],
  ],
  [
    "a claim for one pod alone that nobody uses",
    using("web", "data"),
    { claims: [aClaim("data", single)], volumes: [aVolume("pv")], running: [using("other", "more")] },
    ["fits", "fits"],
  ],
];
for (const [name, pod, known, expected] of cases) test(name, () => assert.equal(judged(pod, known), expected));

const isUpdate = ({ verb, path }: StubRequest): boolean => verb === "update" && path.resource === "persistentvolumeclaims";

/** A pod whose claim waits for it, up to where the scheduler has decided. */
function decided(...volumes: PersistentVolume[]) {
  const world = schedulerWorld((api) => {
    api.put("nodes", aNode("a", a));
    for (const each of classes) api.put("storageclasses", each, "storage.k8s.io");
    for (const each of volumes) api.put("persistentvolumes", each);
    api.put("persistentvolumeclaims", aClaim("data"));
  });
  const { api, simulation } = world;
  const claim = () => api.get("persistentvolumeclaims", "default/data") as unknown as PersistentVolumeClaim;
  const create = () => api.put("pods", using("web", "data"));
  /** As the controllers do. */
  const bind = (): UntypedObject => {
    const { metadata, spec } = claim();
    const annotations = { ...metadata.annotations, ...completed };
    return api.put("persistentvolumeclaims", {
      ...claim(),
      metadata: { ...metadata, annotations },
      spec: { ...spec, volumeName: "pv" },
    });
  };
  const states = () => world.statesOf("volumes default/web");
  simulation.run(1_000);
  return { ...world, claim, create, bind, states };
}

test("a pod is bound when its claim is, whose volume was provisioned for the node", () => {
  const { simulation, create, claim, bind, nodeOf, api, states } = decided();
  create();
  simulation.run(1_000);
  assert.is(claim().metadata.annotations?.["volume.kubernetes.io/selected-node"], "a");
  assert.is(nodeOf("web"), undefined);
  api.put("persistentvolumes", aVolume("pv"));
  simulation.run(1_000);
  assert.is(nodeOf("web"), undefined, "there is a volume, and it is not bound");
  bind();
  simulation.run(1_000);
  assert.is(nodeOf("web"), "a");
  assert.equal(states(), ["awaiting", "bound"]);
});

test("a volume that is there is given to the claim", () => {
  const { simulation, create, bind, nodeOf, api } = decided(aVolume("pv"));
  create();
  simulation.run(1_000);
  const { claimRef } = (api.get("persistentvolumes", "pv") as unknown as PersistentVolume).spec ?? {};
  assert.equal([claimRef?.namespace, claimRef?.name, claimRef?.uid], ["default", "data", "uid-data"]);
  bind();
  simulation.run(1_000);
  assert.is(nodeOf("web"), "a");
});

test("a claim that somebody else changes meanwhile is written again as it is then", () => {
  const { simulation, create, bind, nodeOf, api, states } = decided();
  let conflicts = 0;
  api.fault = (request) => {
    if (!isUpdate(request) || conflicts === 2) return undefined;
    conflicts += 1;
    if (conflicts === 2) bind();
    return wireError("rejected", "the object has been modified", {
      code: 409,
      reason: "Conflict",
      message: "the object has been modified",
    });
  };
  create();
  simulation.run(2_000);
  assert.is(nodeOf("web"), "a");
  assert.equal(states(), ["outdated", "writing", "outdated", "writing", "awaiting", "bound"]);
});

const failures: ReadonlyArray<readonly [string, (world: ReturnType<typeof decided>) => void, number, string]> = [
  [
    "claims that keep changing",
    ({ api }) => {
      api.fault = (request) =>
        isUpdate(request) ? wireError("rejected", "changed", { code: 409, reason: "Conflict", message: "changed" }) : undefined;
    },
    2_000,
    "the claims and volumes keep changing",
  ],
  [
    "a write that is refused",
    ({ api }) => {
      api.fault = (request) =>
        isUpdate(request)
          ? wireError("rejected", "no right", { code: 403, reason: "Forbidden", message: "no right" })
          : undefined;
    },
    1_000,
    "no right",
  ],
  ["nobody who provisions", () => undefined, 601_000, "context deadline exceeded"],
  [
    "a claim that goes away",
    ({ api, simulation }) => {
      simulation.run(500);
      api.remove("persistentvolumeclaims", "default/data");
    },
    500,
    'persistentvolumeclaim "data" not found',
  ],
];
for (const [name, happens, afterMs, why] of failures) {
  test(`the pod is tried again after ${name}`, () => {
    const world = decided();
    if (!name.startsWith("a claim")) happens(world);
    world.create();
    if (name.startsWith("a claim")) happens(world);
    world.simulation.run(afterMs);
    assert.is(world.messages("FailedScheduling")[0], `running PreBind plugin "VolumeBinding": binding volumes: ${why}`);
    assert.is(world.nodeOf("web"), undefined);
  });
}

test("a pod that is deleted while its volumes are bound makes way for its namesake", () => {
  const { simulation, create, api, states, bind, nodeOf } = decided();
  create();
  simulation.run(1_000);
  api.remove("pods", "default/web");
  simulation.run(100);
  assert.equal(states(), ["awaiting", "gone"]);
  create();
  simulation.run(1_000);
  bind();
  simulation.run(1_000);
  assert.is(nodeOf("web"), "a");
});

test.run();
