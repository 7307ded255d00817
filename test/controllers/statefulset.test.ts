import { test } from "uvu";
import * as assert from "uvu/assert";
import { statefulSetController } from "../../actors/controller-manager/controllers/statefulset/controller.js";
import { claimsOf, ordinalOf, statefulPod } from "../../actors/controller-manager/controllers/statefulset/identity.js";
import { reconcileStatefulSet } from "../../actors/controller-manager/controllers/statefulset/reconcile.js";
import type {
  ControllerRevision,
  OwnerReference,
  Pod,
  PodTemplateSpec,
  StatefulSet,
  StatefulSetSpec,
  StatefulSetStatus,
} from "../../src/api/types.js";
import { controllerWorld } from "./controller-world.js";

const nowMs = Date.parse("2025-01-01T01:00:00Z");
const template = (image = "db:2"): PodTemplateSpec => ({
  metadata: { labels: { app: "db" } },
  spec: { containers: [{ name: "main", image }] },
});
const data = [{ metadata: { name: "data" }, spec: { accessModes: ["ReadWriteOnce"] } }];

const set = (spec: Partial<StatefulSetSpec> = {}, status?: Partial<StatefulSetStatus>): StatefulSet => ({
  metadata: { name: "db", namespace: "default", uid: "set-1", generation: 1 },
  spec: { replicas: 3, serviceName: "db", selector: { matchLabels: { app: "db" } }, template: template(), ...spec },
  ...(status === undefined ? {} : { status: { replicas: 0, ...status } }),
});

interface PodParts {
  readonly revision?: string;
  readonly ready?: boolean;
  readonly phase?: string;
  readonly leaving?: boolean;
}
const pod = (ordinal: number, { revision = "db-new", ready = true, phase = "Running", leaving = false }: PodParts = {}): Pod => {
  const made = statefulPod(set(), template(), revision, ordinal);
  return {
    ...made,
    metadata: { ...made.metadata, uid: `uid-${ordinal}`, ...(leaving ? { deletionTimestamp: "2025-01-01T00:30:00Z" } : {}) },
    status: {
      phase,
      conditions: [{ type: "Ready", status: ready ? "True" : "False", lastTransitionTime: "2025-01-01T00:59:58Z" }],
    },
  };
};
const revision = (name: string, number: number, of: PodTemplateSpec): ControllerRevision => ({
  metadata: { name: `db-${name}`, uid: name, labels: { "controller.kubernetes.io/hash": name } },
  data: { spec: { template: { ...of, $patch: "replace" } } },
  revision: number,
});

interface Of {
  readonly of?: StatefulSet;
  readonly pods?: Pod[];
  readonly claims?: string[];
  /** Who owns the claims, when somebody does. */
  readonly owner?: OwnerReference;
}
function plan({ of = set(), pods = [], claims = [], owner }: Of) {
  const revisions = [revision("old", 1, template("db:1")), revision("new", 2, of.spec?.template ?? {})];
  const claimNamed = (name: string) =>
    claims.includes(name) ? { metadata: { name, ...(owner === undefined ? {} : { ownerReferences: [owner] }) } } : undefined;
  const view = { set: of, owned: pods, orphans: [], revisions, revisionNamed: () => undefined, claimNamed };
  return reconcileStatefulSet(view, { nowMs, monotonicMs: nowMs, answers: new Map() });
}
const done = (of: Of): string[] =>
  (plan(of).writes ?? []).flatMap(({ request }) => {
    if (request.verb === "create") return [`create ${request.object.metadata.name}`];
    if (request.verb === "update" && request.path.resource === "persistentvolumeclaims") {
      const owners = request.object.metadata.ownerReferences?.map(({ kind, name }) => `${kind} ${name}`) ?? [];
      return [`own ${request.path.name}: ${owners.join()}`];
    }
    return request.verb === "delete" && "name" in request.path && request.path.resource === "pods"
      ? [`delete ${request.path.name}`]
      : [];
  });
const statusOf = (of: Of) => {
  const write = (plan(of).writes ?? []).find(
    ({ request }) => "subresource" in request.path && request.path.subresource === "status",
  );
  const object = write?.request.verb === "update" ? write.request.object : {};
  return (object as { status?: Partial<StatefulSetStatus> }).status ?? {};
};

test("a pod has its name, host name, labels and claims", () => {
  const of = set({ volumeClaimTemplates: data });
  const made = statefulPod(
    of,
    {
      ...template(),
      spec: {
        containers: [],
        volumes: [
          { name: "data", emptyDir: {} },
          { name: "tmp", emptyDir: {} },
        ],
      },
    },
    "db-abc",
    2,
  );
  assert.is(made.metadata.name, "db-2");
  assert.equal(made.metadata.labels, {
    app: "db",
    "controller-revision-hash": "db-abc",
    "statefulset.kubernetes.io/pod-name": "db-2",
    "apps.kubernetes.io/pod-index": "2",
  });
  assert.equal([made.spec?.hostname, made.spec?.subdomain], ["db-2", "db"]);
  assert.equal(made.spec?.volumes, [
    { name: "data", persistentVolumeClaim: { claimName: "data-db-2" } },
    { name: "tmp", emptyDir: {} },
  ]);
  assert.equal(claimsOf(of, 2), [
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "data-db-2", namespace: "default", labels: { app: "db" } },
      spec: { accessModes: ["ReadWriteOnce"] },
    },
  ]);
  const [kept] = claimsOf({ ...of, spec: { ...of.spec!, persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete" } } }, 0);
  assert.equal(
    kept?.metadata.ownerReferences?.map(({ kind, name }) => `${kind} ${name}`),
    ["StatefulSet db"],
  );
});

test("only names of the set with a plain number are its ordinals", () => {
  const of = (name: string) => ordinalOf({ metadata: { name } }, set());
  assert.equal(["db-0", "db-12", "db-01", "db-x", "other-1", "db-a-1"].map(of), [
    0,
    12,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

const parallel = { podManagementPolicy: "Parallel" };
const rows: Array<[string, Of, string[]]> = [
  ["pods come one by one, from 0", {}, ["create db-0"]],
  ["the next one waits until the one before is ready", { pods: [pod(0, { ready: false })] }, []],
  ["and comes then", { pods: [pod(0)] }, ["create db-1"]],
  [
    "the next one waits until the one before has been ready for long enough",
    { of: set({ minReadySeconds: 10 }), pods: [pod(0)] },
    [],
  ],
  ["a hole is filled first", { pods: [pod(0), pod(2)] }, ["create db-1"]],
  ["in parallel all come at once", { of: set(parallel), pods: [pod(1, { ready: false })] }, ["create db-0", "create db-2"]],
  [
    "ordinals may start higher",
    { of: set({ ...parallel, replicas: 2, ordinals: { start: 5 } }) },
    ["create db-5", "create db-6"],
  ],
  ["a finished pod is taken away first", { pods: [pod(0, { phase: "Failed" })] }, ["delete db-0"]],
  ["nothing happens while a pod is on its way out", { pods: [pod(0, { leaving: true }), pod(1)] }, []],
  [
    "superfluous pods go one by one, from the highest",
    { of: set({ replicas: 1 }), pods: [pod(0), pod(1), pod(2)] },
    ["delete db-2"],
  ],
  [
    "the next one waits until the one before is gone",
    { of: set({ replicas: 1 }), pods: [pod(0), pod(1), pod(2, { leaving: true })] },
    [],
  ],
  ["none goes while a pod below is not well", { of: set({ replicas: 1 }), pods: [pod(0, { ready: false }), pod(1), pod(2)] }, []],
  [
    "a superfluous one that is not well waits for lower ones that are not well",
    { of: set({ replicas: 1 }), pods: [pod(0), pod(1, { ready: false }), pod(2, { ready: false })] },
    [],
  ],
  ["the lowest that is not well may go", { of: set({ replicas: 1 }), pods: [pod(0), pod(1, { ready: false })] }, ["delete db-1"]],
  [
    "in parallel all superfluous ones go at once",
    { of: set({ ...parallel, replicas: 1 }), pods: [pod(0), pod(1), pod(2)] },
    ["delete db-2", "delete db-1"],
  ],
  [
    "claims come before their pod, and only those that are missing",
    { of: set({ ...parallel, replicas: 2, volumeClaimTemplates: data }), claims: ["data-db-0"] },
    ["create db-0", "create data-db-1", "create db-1"],
  ],
  [
    "a pod that waits for its claim gets it",
    { of: set({ volumeClaimTemplates: data }), pods: [pod(0, { phase: "Pending", ready: false })] },
    ["create data-db-0"],
  ],
  [
    "a set on its way out does nothing",
    { of: { ...set(), metadata: { ...set().metadata, deletionTimestamp: "2025-01-01T00:00:00Z" } } },
    [],
  ],
];
for (const [what, of, expected] of rows) test(what, () => assert.equal(done(of), expected));

const keeping = (whenScaled: string, whenDeleted: string, replicas = 1) =>
  set({ replicas, volumeClaimTemplates: data, persistentVolumeClaimRetentionPolicy: { whenScaled, whenDeleted } });
const bySet: OwnerReference = { apiVersion: "apps/v1", kind: "StatefulSet", name: "db", uid: "set-1", controller: true };
const byPod: OwnerReference = { apiVersion: "v1", kind: "Pod", name: "db-0", uid: "before", controller: true };
const two = { pods: [pod(0), pod(1)], claims: ["data-db-0", "data-db-1"] };
const retentionRows: Array<[string, Of, string[]]> = [
  ["stay with everybody else", { of: keeping("Retain", "Retain"), ...two }, ["delete db-1"]],
  [
    "go with the pod that is not wanted any more",
    { of: keeping("Delete", "Retain"), ...two },
    ["own data-db-1: Pod db-1", "delete db-1"],
  ],
  [
    "go with the set",
    { of: keeping("Retain", "Delete"), ...two },
    ["own data-db-0: StatefulSet db", "own data-db-1: StatefulSet db", "delete db-1"],
  ],
  [
    "go with either",
    { of: keeping("Delete", "Delete"), ...two },
    ["own data-db-0: StatefulSet db", "own data-db-1: Pod db-1", "delete db-1"],
  ],
  [
    "stay when the set has thought better of it",
    { of: keeping("Delete", "Retain", 2), ...two, owner: { ...bySet, blockOwnerDeletion: true } },
    ["own data-db-0: ", "own data-db-1: "],
  ],
  [
    "are left to whatever else controls them",
    { of: keeping("Delete", "Delete"), ...two, owner: { ...bySet, kind: "Other", uid: "other" } },
    ["delete db-1"],
  ],
  [
    "that go with the last pod of a name keep the next one waiting",
    { of: keeping("Delete", "Retain"), claims: ["data-db-0"], owner: byPod },
    [],
  ],
];
for (const [what, of, expected] of retentionRows) test(`claims ${what}`, () => assert.equal(done(of), expected));

const old = (ordinal: number, parts: PodParts = {}) => pod(ordinal, { revision: "db-old", ...parts });
const updateRows: Array<[string, Of, string[]]> = [
  ["from the highest down", { pods: [old(0), old(1), old(2)] }, ["delete db-2"]],
  ["the next one waits until the new one is ready", { pods: [old(0), old(1), pod(2, { ready: false })] }, []],
  ["and goes then", { pods: [old(0), old(1), pod(2)] }, ["delete db-1"]],
  [
    "not below the partition",
    { of: set({ updateStrategy: { rollingUpdate: { partition: 2 } } }), pods: [old(0), old(1), pod(2)] },
    [],
  ],
  ["not with OnDelete", { of: set({ updateStrategy: { type: "OnDelete" } }), pods: [old(0), old(1), old(2)] }, []],
];
for (const [what, of, expected] of updateRows) test(`rolling update: ${what}`, () => assert.equal(done(of), expected));

test("a pod below the partition comes back with the revision that it had", () => {
  const images = (partition: number) => {
    const of = set({ updateStrategy: { rollingUpdate: { partition } } }, { currentRevision: "db-old" });
    const [request] = (plan({ of }).writes ?? []).flatMap((write) => (write.request.verb === "create" ? [write.request] : []));
    const made = request?.object as Pod;
    return [made.spec?.containers[0]?.image, made.metadata.labels?.["controller-revision-hash"]];
  };
  assert.equal(images(1), ["db:1", "db-old"]);
  assert.equal(images(0), ["db:2", "db-new"]);
});

test("status counts pods by revision; at the end of an update the current revision is the new one", () => {
  const before = set({}, { currentRevision: "db-old" });
  assert.equal(statusOf({ of: before, pods: [old(0), pod(1, { ready: false }), pod(2, { phase: "" })] }), {
    replicas: 2,
    observedGeneration: 1,
    availableReplicas: 1,
    readyReplicas: 1,
    currentReplicas: 1,
    updatedReplicas: 1,
    currentRevision: "db-old",
    updateRevision: "db-new",
  });
  const { currentRevision, currentReplicas } = statusOf({ of: before, pods: [pod(0), pod(1), pod(2)] });
  assert.equal([currentRevision, currentReplicas], ["db-new", 3]);
});

test("a ready pod is available after minReadySeconds, and that is waited for", () => {
  assert.is(plan({ of: set({ minReadySeconds: 5 }), pods: [pod(0)] }).requeueAfterMs, 3_000);
});

test("what is done is told in the controller's words", () => {
  const of = set({ replicas: 1, volumeClaimTemplates: data });
  const writes = plan({ of }).writes ?? [];
  const told = writes.flatMap(({ onSuccess, onFailure }) => [onSuccess?.({}), onFailure?.({ code: "rejected", message: "no" })]);
  assert.equal(
    told.flatMap((event) => (event === undefined ? [] : [`${event.reason}: ${event.message}`])),
    [
      "SuccessfulCreate: create Claim data-db-0 Pod db-0 in StatefulSet db success",
      "FailedCreate: create Claim data-db-0 for Pod db-0 in StatefulSet db failed error: no",
      "SuccessfulCreate: create Pod db-0 in StatefulSet db successful",
      "FailedCreate: create Pod db-0 in StatefulSet db failed error: no",
    ],
  );
  const [deletion] = (plan({ of: set({ replicas: 0 }), pods: [pod(0)] }).writes ?? []).filter(
    ({ request }) => request.verb === "delete",
  );
  assert.is(deletion?.onSuccess?.({}).message, "delete Pod db-0 in StatefulSet db successful");
});

test("through the engine: pods come in order, are replaced from the top, and go from the top", () => {
  const world = controllerWorld(statefulSetController, (api) => api.put("statefulsets", set(), "apps"));
  const { api, simulation } = world;
  const seen: string[] = [];
  const run = (rounds: number) => {
    for (let round = 0; round < rounds; round++) {
      for (const each of api.of("pods") as unknown as Pod[]) {
        if (each.status?.phase === undefined) api.put("pods", { ...each, status: pod(0).status });
      }
      simulation.run(200);
      seen.push(...world.writes().filter((each) => /^(create|delete) pods/.test(each)));
    }
  };
  const images = () =>
    (api.of("pods") as unknown as Pod[]).map(({ metadata, spec }) => `${metadata.name} ${spec?.containers[0]?.image}`).sort();
  run(6);
  assert.equal(images(), ["db-0 db:2", "db-1 db:2", "db-2 db:2"]);
  seen.splice(0);
  api.put("statefulsets", set({ template: template("db:3") }), "apps");
  run(10);
  assert.equal(images(), ["db-0 db:3", "db-1 db:3", "db-2 db:3"]);
  assert.equal(
    seen.filter((each) => each.startsWith("delete")),
    ["delete pods db-2", "delete pods db-1", "delete pods db-0"],
  );
  const { status } = api.get("statefulsets", "default/db", "apps") as unknown as StatefulSet;
  assert.is(status?.currentRevision, status?.updateRevision);
  assert.equal([status?.readyReplicas, status?.updatedReplicas], [3, 3]);
  api.put("statefulsets", set({ replicas: 1, template: template("db:3") }), "apps");
  run(4);
  assert.equal(images(), ["db-0 db:3"]);
});

test.run();
