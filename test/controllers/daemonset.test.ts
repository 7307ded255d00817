import { test } from "uvu";
import * as assert from "uvu/assert";
import { daemonSetController } from "../../actors/controller-manager/controllers/daemonset/controller.js";
import { FailedPods } from "../../actors/controller-manager/controllers/daemonset/failed-pods.js";
import { nodeFit } from "../../actors/controller-manager/controllers/daemonset/node-fit.js";
import { reconcileDaemonSet } from "../../actors/controller-manager/controllers/daemonset/reconcile.js";
import { daemonPod, daemonTolerations, nodeOf } from "../../actors/controller-manager/controllers/daemonset/template.js";
import { historyOf } from "../../actors/controller-manager/controllers/workload/revision-history.js";
import type { ControllerRevision, DaemonSet, DaemonSetSpec, Node, Pod, PodSpec, Taint } from "../../src/api/types.js";
import { controllerWorld } from "./controller-world.js";

const second = 1_000;
const nowMs = Date.parse("2025-01-01T01:00:00Z");

const set = (spec: Partial<DaemonSetSpec> = {}, podSpec: Partial<PodSpec> = {}): DaemonSet => ({
  metadata: { name: "agent", namespace: "default", uid: "set-1", generation: 1 },
  spec: {
    selector: { matchLabels: { app: "agent" } },
    template: { metadata: { labels: { app: "agent" } }, spec: { containers: [{ name: "main", image: "agent:1" }], ...podSpec } },
    ...spec,
  },
});

const node = (name: string, taints: Taint[] = [], labels: Record<string, string> = {}): Node => ({
  metadata: { name, labels },
  spec: { taints },
});

interface PodParts {
  readonly hash?: string;
  readonly ready?: boolean;
  readonly phase?: string;
  readonly leaving?: boolean;
  readonly bound?: boolean;
  readonly minute?: number;
}
const pod = (name: string, on: string, parts: PodParts = {}): Pod => {
  const { hash = "new", ready = true, phase = "Running", leaving = false, bound = true, minute = 0 } = parts;
  const made = daemonPod(set(), on, hash);
  return {
    ...made,
    metadata: {
      ...made.metadata,
      name,
      uid: name,
      creationTimestamp: `2025-01-01T00:${String(minute).padStart(2, "0")}:00Z`,
      ...(leaving ? { deletionTimestamp: "2025-01-01T00:30:00Z" } : {}),
    },
    spec: { ...made.spec!, ...(bound ? { nodeName: on } : {}) },
    status: {
      phase,
      conditions: [{ type: "Ready", status: ready ? "True" : "False", lastTransitionTime: "2025-01-01T00:59:58Z" }],
    },
  };
};

const revision = (hash: string, number: number, of: DaemonSet): ControllerRevision => ({
  metadata: { name: `agent-${hash}`, uid: hash, labels: { app: "agent", "controller-revision-hash": hash } },
  data: { spec: { template: { ...of.spec?.template, $patch: "replace" } } },
  revision: number,
});

interface Of {
  readonly of?: DaemonSet;
  readonly nodes?: Node[];
  readonly pods?: Pod[];
  readonly old?: ControllerRevision[];
}
function plan({ of = set(), nodes = [], pods = [], old = [] }: Of) {
  const revisions = [...old, revision("new", 9, of)];
  const view = { set: of, nodes, owned: pods, orphans: [], revisions, revisionNamed: () => undefined, failed: new FailedPods() };
  return reconcileDaemonSet(view, { nowMs, monotonicMs: nowMs, answers: new Map() });
}
function done(of: Of): string[] {
  return (plan(of).writes ?? []).flatMap(({ request }) => {
    if (request.path.resource === "pods" && request.verb === "create") return [`create on ${nodeOf(request.object as Pod)}`];
    return request.verb === "delete" && "name" in request.path ? [`delete ${request.path.name}`] : [];
  });
}
const status = (of: Of): object => {
  const write = (plan(of).writes ?? []).find(
    ({ request }) => "subresource" in request.path && request.path.subresource === "status",
  );
  assert.ok(write !== undefined && write.request.verb === "update", "the status is written");
  return (write.request.object as { status?: object }).status ?? {};
};

test("a daemon tolerates what makes other pods leave", () => {
  const keys = (spec: PodSpec) => daemonTolerations(spec).map(({ key, effect }) => `${key}:${effect}`);
  const own = [
    "not-ready:NoExecute",
    "unreachable:NoExecute",
    "disk-pressure:NoSchedule",
    "memory-pressure:NoSchedule",
    "pid-pressure:NoSchedule",
    "unschedulable:NoSchedule",
  ].map((each) => `node.kubernetes.io/${each}`);
  assert.equal(keys({ containers: [] }), own);
  assert.equal(
    keys({ containers: [], hostNetwork: true, tolerations: [{ key: "mine", operator: "Exists", effect: "NoSchedule" }] }),
    ["mine:NoSchedule", ...own, "node.kubernetes.io/network-unavailable:NoSchedule"],
  );
});

test("the pod of a node can be bound to no other, and carries the revision's hash", () => {
  const preferred = [{ weight: 1, preference: {} }];
  const made = daemonPod(
    set(
      {},
      {
        affinity: {
          nodeAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: preferred,
            requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [] }] },
          },
        },
      },
    ),
    "n1",
    "abc",
  );
  assert.equal(made.metadata.labels, { app: "agent", "controller-revision-hash": "abc" });
  assert.is(made.metadata.generateName, "agent-");
  assert.equal(made.spec?.affinity?.nodeAffinity, {
    preferredDuringSchedulingIgnoredDuringExecution: preferred,
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchFields: [{ key: "metadata.name", operator: "In", values: ["n1"] }] }],
    },
  });
  assert.is(nodeOf(made), "n1");
});

const fitRows: Array<[string, DaemonSet, Node, [shouldRun: boolean, mayStay: boolean]]> = [
  ["a plain node", set(), node("n1"), [true, true]],
  ["a node that is not the one named", set({}, { nodeName: "n2" }), node("n1"), [false, false]],
  ["a node without the label", set({}, { nodeSelector: { disk: "ssd" } }), node("n1"), [false, false]],
  ["a node with the label", set({}, { nodeSelector: { disk: "ssd" } }), node("n1", [], { disk: "ssd" }), [true, true]],
  ["a node with a NoSchedule taint", set(), node("n1", [{ key: "a", effect: "NoSchedule" }]), [false, true]],
  ["a node with a NoExecute taint", set(), node("n1", [{ key: "a", effect: "NoExecute" }]), [false, false]],
  ["a node with a PreferNoSchedule taint", set(), node("n1", [{ key: "a", effect: "PreferNoSchedule" }]), [true, true]],
  ["an unreachable node", set(), node("n1", [{ key: "node.kubernetes.io/unreachable", effect: "NoExecute" }]), [true, true]],
  ["a cordoned node", set(), node("n1", [{ key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" }]), [true, true]],
  [
    "a tolerated taint",
    set({}, { tolerations: [{ key: "a", operator: "Exists" }] }),
    node("n1", [{ key: "a", effect: "NoExecute" }]),
    [true, true],
  ],
];
for (const [what, of, on, [shouldRun, mayStay]] of fitRows) {
  test(`${what}: ${shouldRun ? "a pod should run" : mayStay ? "no new pod, but one may stay" : "no pod"}`, () => {
    assert.equal(nodeFit(of, on), { shouldRun, mayStay });
  });
}

const nodes = [node("n1"), node("n2"), node("n3")];
const closed = node("n1", [{ key: "a", effect: "NoSchedule" }]);
const expelling = node("n1", [{ key: "a", effect: "NoExecute" }]);
const placementRows: Array<[string, Of, string[]]> = [
  ["each node without a pod gets one", { nodes, pods: [pod("a", "n2")] }, ["create on n1", "create on n3"]],
  ["a pod that is not bound yet counts for its node", { nodes: [node("n1")], pods: [pod("a", "n1", { bound: false })] }, []],
  ["a node waits until its pod on its way out is gone", { nodes: [node("n1")], pods: [pod("a", "n1", { leaving: true })] }, []],
  ["a failed pod is taken away", { nodes: [node("n1")], pods: [pod("a", "n1", { phase: "Failed" })] }, ["delete a"]],
  ["a succeeded pod is taken away", { nodes: [node("n1")], pods: [pod("a", "n1", { phase: "Succeeded" })] }, ["delete a"]],
  [
    "of two pods the older stays",
    { nodes: [node("n1")], pods: [pod("b", "n1", { minute: 2 }), pod("a", "n1", { minute: 1 })] },
    ["delete b"],
  ],
  ["a pod may stay where no new one would come", { nodes: [closed], pods: [pod("a", "n1")] }, []],
  ["a pod must leave a node that expels it", { nodes: [expelling], pods: [pod("a", "n1")] }, ["delete a"]],
  [
    "a pod waiting for a node that is gone is taken away",
    { nodes: [], pods: [pod("a", "gone", { bound: false }), pod("b", "gone")] },
    ["delete a"],
  ],
  [
    "a set on its way out does nothing",
    { of: { ...set(), metadata: { ...set().metadata, deletionTimestamp: "2025-01-01T00:00:00Z" } }, nodes },
    [],
  ],
];
for (const [what, of, expected] of placementRows) test(what, () => assert.equal(done(of), expected));

const rolling = (rollingUpdate: object, more: Partial<DaemonSetSpec> = {}) =>
  set({ updateStrategy: { type: "RollingUpdate", rollingUpdate }, ...more });
const old = (name: string, on: string, parts: PodParts = {}) => pod(name, on, { hash: "old", ...parts });
const updateRows: Array<[string, Of, string[]]> = [
  ["one node at a time by default", { nodes, pods: [old("a", "n1"), old("b", "n2"), old("c", "n3")] }, ["delete a"]],
  [
    "the next one waits until the new pod is available",
    { nodes, pods: [pod("a", "n1", { ready: false }), old("b", "n2"), old("c", "n3")] },
    [],
  ],
  [
    "pods that serve nobody go in any case",
    { nodes, pods: [pod("a", "n1", { ready: false }), old("b", "n2", { ready: false }), old("c", "n3")] },
    ["delete b"],
  ],
  [
    "maxUnavailable in percent, rounded up",
    { of: rolling({ maxUnavailable: "50%" }), nodes, pods: [old("a", "n1"), old("b", "n2"), old("c", "n3")] },
    ["delete a", "delete b"],
  ],
  [
    "minReadySeconds counts",
    {
      of: rolling({ maxUnavailable: 1 }, { minReadySeconds: 10 }),
      nodes: nodes.slice(0, 2),
      pods: [pod("a", "n1"), old("b", "n2")],
    },
    ["delete b"],
  ],
  [
    "with OnDelete nothing is replaced",
    { of: set({ updateStrategy: { type: "OnDelete" } }), nodes, pods: [old("a", "n1"), old("b", "n2"), old("c", "n3")] },
    [],
  ],
  [
    "with surge a second pod comes first",
    { of: rolling({ maxSurge: 1, maxUnavailable: 0 }), nodes, pods: [old("a", "n1"), old("b", "n2"), old("c", "n3")] },
    ["create on n1"],
  ],
  [
    "with surge both stay until the new one is available",
    {
      of: rolling({ maxSurge: 1, maxUnavailable: 0 }),
      nodes: nodes.slice(0, 2),
      pods: [old("a", "n1"), pod("new", "n1", { ready: false }), old("b", "n2")],
    },
    [],
  ],
  [
    "with surge the old one goes then",
    { of: rolling({ maxSurge: 1, maxUnavailable: 0 }), nodes: [node("n1")], pods: [old("a", "n1"), pod("new", "n1")] },
    ["delete a"],
  ],
  [
    "with surge an old one that is not ready goes at once",
    {
      of: rolling({ maxSurge: 1, maxUnavailable: 0 }),
      nodes: [node("n1")],
      pods: [old("a", "n1", { ready: false }), pod("new", "n1", { ready: false })],
    },
    ["delete a"],
  ],
];
for (const [what, of, expected] of updateRows) test(`rolling update: ${what}`, () => assert.equal(done(of), expected));

test("status counts the nodes", () => {
  const of = {
    nodes: [...nodes, { ...closed, metadata: { name: "n4" } }],
    pods: [pod("a", "n1"), old("b", "n2", { ready: false }), pod("d", "n4")],
  };
  assert.equal(status(of), {
    currentNumberScheduled: 2,
    numberMisscheduled: 1,
    desiredNumberScheduled: 3,
    numberReady: 1,
    observedGeneration: 1,
    updatedNumberScheduled: 1,
    numberAvailable: 1,
    numberUnavailable: 2,
  });
});

test("a ready pod is available after minReadySeconds, and that is waited for", () => {
  const of = { of: set({ minReadySeconds: 5 }), nodes: [node("n1")], pods: [pod("a", "n1")] };
  assert.is((status(of) as { numberAvailable?: number }).numberAvailable, undefined);
  assert.is(plan(of).requeueAfterMs, 3 * second);
});

test("a selector that selects everything is refused", () => {
  assert.equal(
    plan({ of: set({ selector: {} }) }).events?.map(({ reason, message }) => `${reason}: ${message}`),
    ["SelectingAll: This daemon set is selecting all pods. A non-empty selector is required."],
  );
});

test("failed pods are reported, and replaced ever more slowly", () => {
  const of = { nodes: [node("n1")], pods: [pod("a", "n1", { phase: "Failed" })] };
  assert.equal(
    plan(of).events?.map(({ message }) => message),
    ["Found failed daemon pod default/a on node n1, will try to kill it"],
  );
  const failed = new FailedPods();
  assert.equal(
    [0, 500, 1_000, 2_500, 3_000].map((ms) => failed.waitMs("n1", ms)),
    [0, 500, 0, 500, 0],
  );
});

const history = (of: DaemonSet, revisions: ControllerRevision[], named: string[] = []) =>
  historyOf({
    owner: of,
    reference: { apiVersion: "apps/v1", kind: "DaemonSet", name: "agent", uid: "set-1" },
    template: of.spec?.template ?? {},
    hashLabel: "controller-revision-hash",
    collisionCount: undefined,
    revisions,
    named: (name) => (named.includes(name) ? revision("x", 1, of) : undefined),
  });

test("a template becomes a revision; the next number; an earlier template becomes the newest again", () => {
  const [one, two] = [set(), set({}, { hostNetwork: true })];
  const first = history(one, []);
  const request = first.writes[0]?.request;
  assert.ok(request?.verb === "create");
  const made = request.object as ControllerRevision;
  const hash = made.metadata.labels?.["controller-revision-hash"];
  assert.is(made.metadata.name, `agent-${hash}`);
  assert.is(made.revision, 1);
  assert.equal((made.data as { spec: { template: { $patch: string } } }).spec.template.$patch, "replace");
  const collided = history(one, [], [`agent-${hash}`]);
  assert.is(collided.collisionCount, 1);
  const back = history(one, [revision("a", 1, one), revision("b", 2, two)]);
  assert.equal([back.current?.metadata.name, back.current?.revision, back.writes.length], ["agent-a", 3, 1]);
});

test("a revision keeps what its owner is annotated with, such as the cause of the change", () => {
  const annotations = { "kubernetes.io/change-cause": "a newer agent" };
  const request = history({ ...set(), metadata: { ...set().metadata, annotations } }, []).writes[0]?.request;
  assert.ok(request?.verb === "create");
  assert.equal((request.object as ControllerRevision).metadata.annotations, annotations);
});

test("old revisions without pods are forgotten beyond the limit, the oldest first", () => {
  const olds = [1, 2, 3, 4].map((number) => revision(`r${number}`, number, set({}, { hostname: `h${number}` })));
  assert.equal(
    done({
      of: set({ revisionHistoryLimit: 1 }),
      nodes: [node("n1")],
      pods: [pod("a", "n1", { hash: "r1", ready: true })],
      old: olds,
    }),
    ["delete a", "delete agent-r2", "delete agent-r3"],
  );
});

test("through the engine: a pod for every node, also for one that comes later, and a rollout to the end", () => {
  const world = controllerWorld(daemonSetController, (api) => {
    api.put("nodes", node("n1"));
    api.put("daemonsets", set(), "apps");
  });
  const { api, simulation } = world;
  const run = () => {
    for (const each of api.of("pods") as unknown as Pod[]) {
      if (each.status?.phase === undefined)
        api.put("pods", { ...each, spec: { ...each.spec, nodeName: nodeOf(each) }, status: pod("x", "n1").status });
    }
    simulation.run(200);
  };
  simulation.run(200);
  run();
  assert.equal((api.of("pods") as unknown as Pod[]).map(nodeOf), ["n1"]);
  api.put("nodes", node("n2"));
  simulation.run(200);
  run();
  assert.equal((api.of("pods") as unknown as Pod[]).map(nodeOf), ["n1", "n2"]);
  assert.is((api.get("daemonsets", "default/agent", "apps") as unknown as DaemonSet).status?.numberAvailable, 2);
  api.put("daemonsets", set({}, { containers: [{ name: "main", image: "agent:2" }] }), "apps");
  for (let round = 0; round < 6; round++) run();
  assert.equal(
    (api.of("pods") as unknown as Pod[]).map((each) => each.spec?.containers[0]?.image),
    ["agent:2", "agent:2"],
  );
  assert.equal(
    (api.of("controllerrevisions", "apps") as unknown as ControllerRevision[]).map((each) => each.revision),
    [1, 2],
  );
  assert.ok(api.of("events").some((event) => String(event.message).startsWith("Created pod: agent-")));
});

test.run();
