import { test } from "uvu";
import * as assert from "uvu/assert";
import { account } from "../../actors/controller-manager/controllers/job/accounting.js";
import { jobController } from "../../actors/controller-manager/controllers/job/controller.js";
import { indexesText, parseIndexes, pendingIndexes } from "../../actors/controller-manager/controllers/job/indexes.js";
import { backoffMs } from "../../actors/controller-manager/controllers/job/pods-to-change.js";
import { reconcileJob } from "../../actors/controller-manager/controllers/job/reconcile.js";
import { jobPod } from "../../actors/controller-manager/controllers/job/template.js";
import type { Answers } from "../../actors/controller-manager/engine/plan.js";
import type { Job, JobSpec, JobStatus, Pod } from "../../src/api/types.js";
import { controllerWorld } from "./controller-world.js";

const nowMs = Date.parse("2025-01-01T01:00:00Z");
const started = "2025-01-01T00:59:50Z";

const job = (spec: Partial<JobSpec> = {}, status: JobStatus = { startTime: started }): Job => ({
  metadata: { name: "pi", namespace: "default", uid: "job-1" },
  spec: {
    completions: 1,
    parallelism: 1,
    backoffLimit: 6,
    podReplacementPolicy: "TerminatingOrFailed",
    selector: { matchLabels: { job: "pi" } },
    template: { metadata: { labels: { job: "pi" } }, spec: { containers: [{ name: "main" }], restartPolicy: "Never" } },
    ...spec,
  },
  status,
});

interface PodParts {
  readonly phase?: string;
  readonly index?: number;
  readonly leaving?: boolean;
  readonly tracked?: boolean;
  readonly restarts?: number;
  readonly endedAt?: string;
  readonly ready?: boolean;
}
const pod = (name: string, parts: PodParts = {}): Pod => {
  const { phase = "Running", index, leaving = false, tracked = true, restarts = 0, endedAt, ready = false } = parts;
  const made = jobPod(job(), index);
  const terminated = endedAt === undefined ? {} : { state: { terminated: { exitCode: 1, finishedAt: endedAt } } };
  const container = { name: "main", image: "", imageID: "", ready: false, restartCount: restarts, ...terminated };
  return {
    ...made,
    metadata: {
      ...made.metadata,
      name,
      uid: name,
      ...(tracked ? {} : { finalizers: [] }),
      ...(leaving ? { deletionTimestamp: started } : {}),
    },
    status: { phase, containerStatuses: [container], conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
  };
};

interface Of {
  readonly of?: Job;
  readonly pods?: Pod[];
  readonly answers?: Answers;
}
const plan = ({ of = job(), pods = [], answers = new Map() }: Of) =>
  reconcileJob({ job: of, owned: pods, orphans: [] }, { nowMs, monotonicMs: nowMs, answers });

const done = (of: Of): string[] =>
  (plan(of).writes ?? []).flatMap(({ request }) => {
    if (request.verb === "create") {
      const { generateName = "", labels } = request.object.metadata;
      return [`create ${generateName}${labels?.["batch.kubernetes.io/job-completion-index"] === undefined ? "" : " indexed"}`];
    }
    if (!("name" in request.path)) return [];
    if (request.verb === "patch") return [`release ${request.path.name}`];
    return request.verb === "delete" ? [`delete ${request.path.name}`] : [];
  });
const statusOf = (of: Of): JobStatus => {
  const write = (plan(of).writes ?? []).find(({ request }) => request.verb === "update");
  return write?.request.verb === "update" ? ((write.request.object as Job).status ?? {}) : (of.of ?? job()).status!;
};
const conditions = (of: Of): string[] =>
  (statusOf(of).conditions ?? []).map(({ type, status, reason }) => `${type} ${status} ${reason}`);
const told = (of: Of): string[] =>
  (plan(of).writes ?? []).flatMap(({ request, onSuccess }) => {
    const event = request.verb === "update" ? onSuccess?.({}) : undefined;
    return event === undefined ? [] : [`${event.type} ${event.reason}: ${event.message}`];
  });

const indexRows: Array<[string, number[]]> = [
  ["", []],
  ["3", [3]],
  ["1,2", [1, 2]],
  ["0-2,4", [0, 1, 2, 4]],
  ["0,2,4-6,8,9", [0, 2, 4, 5, 6, 8, 9]],
];
for (const [text, indexes] of indexRows) {
  test(`indexes "${text}"`, () => {
    assert.is(indexesText(new Set(indexes)), text);
    assert.equal([...parseIndexes(text, 100)], indexes);
  });
}
test("indexes beyond the completions do not count; the lowest that are missing come next", () => {
  assert.equal([...parseIndexes("0-9", 2)], [0, 1]);
  assert.equal(pendingIndexes(2, 5, new Set([0, 2])), [1, 3]);
});

test("a pod is kept to be counted, and an indexed one knows its index", () => {
  const plain = jobPod(job(), undefined);
  assert.equal([plain.metadata.generateName, plain.metadata.finalizers], ["pi-", ["batch.kubernetes.io/job-tracking"]]);
  const third = jobPod(job({ completionMode: "Indexed" }), 3);
  assert.is(third.metadata.generateName, "pi-3-");
  assert.is(third.metadata.labels?.["batch.kubernetes.io/job-completion-index"], "3");
  assert.is(third.metadata.annotations?.["batch.kubernetes.io/job-completion-index"], "3");
  assert.is(third.spec?.hostname, "pi-3");
  assert.equal(third.spec?.containers[0]?.env, [
    {
      name: "JOB_COMPLETION_INDEX",
      valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "metadata.labels['batch.kubernetes.io/job-completion-index']" } },
    },
  ]);
});

test("a finished pod is first noted, then let go, then counted", () => {
  const finished = pod("a", { phase: "Succeeded" });
  const noted = account(job(), [finished]);
  assert.equal([noted.uncounted.succeeded, noted.succeeded, noted.release], [["a"], 0, []]);
  const status = { startTime: started, uncountedTerminatedPods: { succeeded: ["a"] } };
  const letGo = account(job({}, status), [finished]);
  assert.equal(
    [letGo.uncounted.succeeded, letGo.succeeded, letGo.release.map(({ metadata }) => metadata.name)],
    [["a"], 0, ["a"]],
  );
  const counted = account(job({}, status), [pod("a", { phase: "Succeeded", tracked: false })]);
  assert.equal([counted.uncounted.succeeded, counted.succeeded], [[], 1]);
  const gone = account(job({}, status), []);
  assert.is(gone.succeeded, 1);
  assert.is(account(job({}, { succeeded: 1 }), [pod("a", { phase: "Succeeded", tracked: false })]).succeeded, 1);
});

const three = { completions: 3, parallelism: 2 };
const { completions: _, ...withoutCompletions } = job({ parallelism: 2 }).spec!;
const endless: Job = { ...job(), spec: withoutCompletions };
const indexed: Partial<JobSpec> = { completionMode: "Indexed", completions: 3, parallelism: 3 };
const failedNow = { phase: "Failed", tracked: false, endedAt: "2025-01-01T00:59:55Z" };
const rows: Array<[string, Of, string[]]> = [
  ["a pod is started", {}, ["create pi-"]],
  ["not more than parallelism at once", { of: job(three), pods: [pod("a")] }, ["create pi-"]],
  ["not more than completions remain", { of: job(three, { startTime: started, succeeded: 2 }), pods: [pod("a")] }, []],
  [
    "only failed pods are replaced, if so wished",
    { of: job({ podReplacementPolicy: "Failed" }), pods: [pod("a", { leaving: true })] },
    [],
  ],
  [
    "too many pods: the ones that are not ready go first, uncounted",
    { of: job({ completions: 3, parallelism: 1 }), pods: [pod("a", { ready: true }), pod("b")] },
    ["release b", "delete b"],
  ],
  ["without completions: parallelism until one has succeeded", { of: endless }, ["create pi-", "create pi-"]],
  ["after a failure the next pod waits", { of: job({}, { startTime: started, failed: 1 }), pods: [pod("a", failedNow)] }, []],
  ["while suspended the pods are stopped", { of: job({ suspend: true }), pods: [pod("a")] }, ["release a", "delete a"]],
  ["every index has a pod", { of: job(indexed) }, ["create pi-0- indexed", "create pi-1- indexed", "create pi-2- indexed"]],
  [
    "an index that is done has none",
    { of: job(indexed, { startTime: started, completedIndexes: "1" }), pods: [pod("a", { index: 0 })] },
    ["create pi-2- indexed"],
  ],
  [
    "two pods of an index: one goes",
    { of: job(indexed), pods: [pod("a", { index: 0 }), pod("b", { index: 0 }), pod("c", { index: 1 })] },
    ["release b", "delete b"],
  ],
  [
    "past the backoff limit all pods go",
    { of: job({ completions: 3, parallelism: 2, backoffLimit: 0 }, { startTime: started, failed: 1 }), pods: [pod("a")] },
    ["delete a"],
  ],
  ["managed by somebody else", { of: job({ managedBy: "example.com/other" }) }, []],
  [
    "a Job on its way out keeps no pods",
    { of: { ...job(), metadata: { ...job().metadata, deletionTimestamp: started } }, pods: [pod("a")] },
    ["release a"],
  ],
];
for (const [what, of, expected] of rows) {
  test(what, () => assert.equal(done(of), expected));
}

test("a pod on its way out counts as failed, and is replaced after the wait for failures", () => {
  const of = { pods: [pod("a", { leaving: true })] };
  assert.equal(statusOf(of).uncountedTerminatedPods, { failed: ["a"] });
  assert.equal(
    done({
      of: job({}, { startTime: started, failed: 1 }),
      pods: [
        {
          ...pod("a", { leaving: true, tracked: false }),
          metadata: { ...pod("a").metadata, finalizers: [], deletionTimestamp: "2025-01-01T00:59:00Z" },
        },
      ],
    }),
    ["create pi-"],
  );
});

const verdictRows: Array<[string, Of, string[]]> = [
  ["running", { pods: [pod("a")] }, []],
  [
    "succeeded, not all counted yet",
    { pods: [pod("a", { phase: "Succeeded" })] },
    ["SuccessCriteriaMet True CompletionsReached"],
  ],
  [
    "succeeded",
    { of: job({}, { startTime: started, succeeded: 1 }) },
    ["SuccessCriteriaMet True CompletionsReached", "Complete True CompletionsReached"],
  ],
  [
    "failed too often",
    { of: job({ backoffLimit: 1 }, { startTime: started, failed: 2 }) },
    ["FailureTarget True BackoffLimitExceeded", "Failed True BackoffLimitExceeded"],
  ],
  [
    "failed too often, a pod still there",
    { of: job({ backoffLimit: 1 }, { startTime: started, failed: 2 }), pods: [pod("a")] },
    ["FailureTarget True BackoffLimitExceeded"],
  ],
  [
    "restarted too often",
    {
      of: job({ backoffLimit: 2, template: { ...job().spec!.template, spec: { containers: [], restartPolicy: "OnFailure" } } }),
      pods: [pod("a", { restarts: 2 })],
    },
    ["FailureTarget True BackoffLimitExceeded"],
  ],
  [
    "past its deadline",
    { of: job({ activeDeadlineSeconds: 10 }) },
    ["FailureTarget True DeadlineExceeded", "Failed True DeadlineExceeded"],
  ],
  ["suspended", { of: job({ suspend: true }) }, ["Suspended True JobSuspended"]],
  [
    "resumed",
    {
      of: job({}, { conditions: [{ type: "Suspended", status: "True", reason: "JobSuspended", message: "Job suspended" }] }),
      pods: [pod("a")],
    },
    ["Suspended False JobResumed"],
  ],
];
for (const [what, of, expected] of verdictRows)
  test(`conditions of a Job that is ${what}`, () => assert.equal(conditions(of), expected));

test("the end is told", () => {
  assert.equal(told({ of: job({}, { startTime: started, succeeded: 1 }) }), ["Normal Completed: Job completed"]);
  assert.equal(told({ of: job({ activeDeadlineSeconds: 10 }) }), [
    "Warning DeadlineExceeded: Job was active longer than specified deadline",
  ]);
  assert.equal(told({ of: job({ backoffLimit: 0 }, { startTime: started, failed: 1 }) }), [
    "Warning BackoffLimitExceeded: Job has reached the specified backoff limit",
  ]);
  assert.equal(told({ of: job({ suspend: true }) }), ["Normal Suspended: Job suspended"]);
});

test("a Job without start time gets one; a suspended one does not, and a resumed one gets a new one", () => {
  assert.is(statusOf({ of: job({}, {}) }).startTime, "2025-01-01T01:00:00Z");
  assert.is(statusOf({ of: job({ suspend: true }, {}) }).startTime, undefined);
  const resumed = job({}, { startTime: started, conditions: [{ type: "Suspended", status: "True" }] });
  assert.is(statusOf({ of: resumed }).startTime, "2025-01-01T01:00:00Z");
});

test("failures in a row double the wait, a success ends it", () => {
  const failed = (name: string, endedAt: string) => pod(name, { phase: "Failed", endedAt });
  const pods = [failed("a", "2025-01-01T00:59:30Z"), failed("b", "2025-01-01T00:59:55Z")];
  assert.is(backoffMs(job(), pods, nowMs), 15_000);
  assert.is(backoffMs(job(), [...pods, pod("c", { phase: "Succeeded", endedAt: "2025-01-01T00:59:58Z" })], nowMs), 0);
  assert.is(
    plan({
      of: job({}, { startTime: started, failed: 2 }),
      pods: pods.map((each) => ({ ...each, metadata: { ...each.metadata, finalizers: [] } })),
    }).requeueAfterMs,
    15_000,
  );
});

test("a finished Job lets its pods go", () => {
  const ended = job({}, { conditions: [{ type: "Complete", status: "True", lastTransitionTime: started }] });
  assert.equal(done({ of: ended, pods: [pod("a", { phase: "Succeeded" })] }), ["release a"]);
});

test("through the engine: three completions, two at a time, one of them failing once", () => {
  const world = controllerWorld(jobController, (api) => api.put("jobs", { ...job(three), status: {} }, "batch"));
  const { api, simulation } = world;
  let failures = 0;
  const finish = () => {
    for (const each of api.of("pods") as unknown as Pod[]) {
      if (each.status?.phase !== undefined) continue;
      const phase = failures === 0 ? "Failed" : "Succeeded";
      failures += 1;
      api.put("pods", { ...each, status: { phase } });
    }
  };
  assert.is(api.of("pods").length, 2);
  for (let round = 0; round < 10; round++) {
    finish();
    simulation.run(5_000);
  }
  const { status } = api.get("jobs", "default/pi", "batch") as unknown as Job;
  assert.equal(
    status?.conditions?.map(({ type }) => type),
    ["SuccessCriteriaMet", "Complete"],
  );
  assert.equal([status?.succeeded, status?.failed, status?.active], [3, 1, undefined]);
  assert.equal(status?.uncountedTerminatedPods, {});
  assert.equal(
    (api.of("pods") as unknown as Pod[]).flatMap(({ metadata }) => metadata.finalizers ?? []),
    [],
  );
  assert.ok(api.of("events").some(({ message }) => message === "Job completed"));
});

test("through the engine: pods of a Job that is gone are not kept", () => {
  const world = controllerWorld(jobController, (api) => api.put("jobs", { ...job(), status: {} }, "batch"));
  const { api, simulation } = world;
  assert.is(api.of("pods")[0]?.metadata.finalizers?.length, 1);
  api.remove("jobs", "default/pi", "batch");
  simulation.run(500);
  assert.equal(api.of("pods")[0]?.metadata.finalizers, []);
});

test.run();
