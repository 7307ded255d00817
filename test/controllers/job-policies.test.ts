/** Jobs that say what failures and successes mean: pod failure policies, limits per index, success policies. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { meaningOf } from "../../actors/controller-manager/controllers/job/failure-policy.js";
import { reconcileJob } from "../../actors/controller-manager/controllers/job/reconcile.js";
import { metRule } from "../../actors/controller-manager/controllers/job/success-policy.js";
import { jobPod } from "../../actors/controller-manager/controllers/job/template.js";
import type { Job, JobSpec, JobStatus, Pod, PodCondition, PodFailurePolicyRule } from "../../src/api/types.js";

const nowMs = Date.parse("2025-01-01T01:00:00Z");
const longAgo = "2025-01-01T00:30:00Z";

const aJob = (spec: Partial<JobSpec> = {}, status: JobStatus = {}): Job => ({
  metadata: { name: "pi", namespace: "default", uid: "job-1" },
  spec: {
    completions: 3,
    parallelism: 3,
    completionMode: "Indexed",
    backoffLimit: 6,
    selector: { matchLabels: { job: "pi" } },
    template: { metadata: { labels: { job: "pi" } }, spec: { containers: [{ name: "main" }], restartPolicy: "Never" } },
    ...spec,
  },
  status: { startTime: longAgo, ...status },
});

interface PodParts {
  readonly of?: Job;
  readonly index?: number;
  readonly phase?: string;
  readonly exitCode?: number;
  readonly finishedAt?: string;
  readonly conditions?: PodCondition[];
  /** Whose place it takes. */
  readonly after?: Pod;
}
function aPod(name: string, { of = aJob(), index, phase = "Failed", exitCode = 1, ...more }: PodParts = {}): Pod {
  const { finishedAt = longAgo, conditions = [], after } = more;
  const made = jobPod(of, index, after === undefined || index === undefined ? undefined : new Map([[index, after]]));
  const state = phase === "Running" ? { running: {} } : { terminated: { exitCode, finishedAt } };
  const container = { name: "main", image: "", imageID: "", ready: false, restartCount: 0, state };
  return {
    ...made,
    metadata: { ...made.metadata, name, uid: name },
    status: { phase, containerStatuses: [container], conditions },
  };
}

const plan = (job: Job, ...pods: Pod[]) =>
  reconcileJob({ job, owned: pods, orphans: [] }, { nowMs, monotonicMs: nowMs, answers: new Map() });
const done = (job: Job, ...pods: Pod[]): string[] =>
  (plan(job, ...pods).writes ?? []).flatMap(({ request }) => {
    if (request.verb === "create") {
      const { annotations = {} } = request.object.metadata;
      const counts = ["completion-index", "index-failure-count", "index-ignored-failure-count"].map(
        (key) => annotations[`batch.kubernetes.io/job-${key}`] ?? "-",
      );
      return [`create ${counts.join(" ")}`];
    }
    if (request.verb === "update" || !("name" in request.path)) return [];
    return [`${request.verb === "patch" ? "release" : request.verb} ${request.path.name}`];
  });
function statusOf(job: Job, ...pods: Pod[]): JobStatus {
  const write = (plan(job, ...pods).writes ?? []).find(({ request }) => request.verb === "update");
  return write?.request.verb === "update" ? ((write.request.object as Job).status ?? {}) : (job.status ?? {});
}
const conditionsOf = (status: JobStatus): string[] =>
  (status.conditions ?? []).map(({ type, reason, message }) => `${type} ${reason}: ${message}`);

const rule = (action: string, more: Partial<PodFailurePolicyRule>): PodFailurePolicyRule => ({ action, ...more });
const onExit = (operator: string, values: number[], containerName?: string) => ({
  onExitCodes: { operator, values, ...(containerName === undefined ? {} : { containerName }) },
});
const evicted = { type: "DisruptionTarget", status: "True" };

const meanings: Array<[string, PodFailurePolicyRule[], PodParts, string]> = [
  ["without a rule", [], {}, "Count"],
  ["an exit code that is listed", [rule("FailJob", onExit("In", [2, 42]))], { exitCode: 42 }, "FailJob"],
  ["one that is not", [rule("FailJob", onExit("In", [2, 42]))], { exitCode: 3 }, "Count"],
  ["any but those", [rule("Ignore", onExit("NotIn", [42]))], { exitCode: 3 }, "Ignore"],
  ["0 is no failure of a container", [rule("Ignore", onExit("NotIn", [42]))], { exitCode: 0 }, "Count"],
  ["another container's exit code", [rule("Ignore", onExit("In", [1], "sidecar"))], {}, "Count"],
  ["a condition", [rule("Ignore", { onPodConditions: [evicted] })], { conditions: [evicted] }, "Ignore"],
  [
    "a condition that is False",
    [rule("Ignore", { onPodConditions: [evicted] })],
    { conditions: [{ ...evicted, status: "False" }] },
    "Count",
  ],
  ["the first rule", [rule("Count", onExit("In", [1])), rule("FailJob", onExit("In", [1]))], {}, "Count"],
];
for (const [what, rules, parts, expected] of meanings) {
  test(`a pod failure policy, ${what}: ${expected}`, () => {
    const job = aJob({ podFailurePolicy: { rules } });
    assert.is(meaningOf(job, aPod("a", { ...parts, of: job, index: 0 })).action, expected);
  });
}

test("a failure that fails the Job says which container, which code and which rule", () => {
  const job = aJob({ podFailurePolicy: { rules: [rule("FailJob", onExit("In", [42]))] } });
  const status = statusOf(
    job,
    aPod("a", { of: job, index: 0, exitCode: 42 }),
    aPod("b", { of: job, index: 1, phase: "Running" }),
  );
  assert.equal(conditionsOf(status), [
    "FailureTarget PodFailurePolicy: Container main for pod default/a failed with exit code 42 matching FailJob rule at index 0",
  ]);
  assert.ok(
    done(job, aPod("a", { of: job, index: 0, exitCode: 42 }), aPod("b", { of: job, index: 1, phase: "Running" })).includes(
      "delete b",
    ),
  );
});

test("a condition that fails the Job is named", () => {
  const job = aJob({ podFailurePolicy: { rules: [rule("FailJob", { onPodConditions: [evicted] })] } });
  assert.equal(conditionsOf(statusOf(job, aPod("a", { of: job, index: 0, conditions: [evicted] }))), [
    "FailureTarget PodFailurePolicy: Pod default/a has condition DisruptionTarget matching FailJob rule at index 0",
  ]);
});

test("a failure that is ignored is not counted, the pod is let go, and its index is tried again at once", () => {
  const rules = [rule("Ignore", { onPodConditions: [evicted] })];
  const job = aJob({ podFailurePolicy: { rules }, backoffLimit: 0, completions: 1, parallelism: 1 });
  const pod = aPod("a", { of: job, index: 0, conditions: [evicted], finishedAt: "2025-01-01T00:59:59Z" });
  assert.equal(done(job, pod), ["release a", "create 0 - -"]);
  assert.is(statusOf(job, pod).failed, undefined);
  assert.equal(statusOf(job, pod).uncountedTerminatedPods?.failed, undefined);
});

test("with a pod failure policy a pod on its way out has not failed before it has ended", () => {
  const job = aJob({
    podFailurePolicy: { rules: [rule("FailJob", onExit("In", [42]))] },
    completions: 1,
    podReplacementPolicy: "Failed",
  });
  const pod = aPod("a", { of: job, index: 0, phase: "Running" });
  const leaving = { ...pod, metadata: { ...pod.metadata, deletionTimestamp: longAgo } };
  assert.equal(done(job, leaving), []);
  assert.equal([statusOf(job, leaving).terminating, statusOf(job, leaving).failed], [1, undefined]);
});

const perIndex = (more: Partial<JobSpec> = {}, status: JobStatus = {}): Job => aJob({ backoffLimitPerIndex: 1, ...more }, status);

test("pods of Jobs with a limit per index begin to count at 0", () => {
  assert.equal(done(perIndex()), ["create 0 0 -", "create 1 0 -", "create 2 0 -"]);
});

test("a failed index is tried again, by a pod that counts on, and the failed pod is kept until then", () => {
  const job = perIndex({ completions: 1, parallelism: 1 }, { uncountedTerminatedPods: { failed: ["a"] } });
  const failed = aPod("a", { of: job, index: 0 });
  assert.equal(done(job, failed), ["create 0 1 -"]);
  const again = aPod("b", { of: job, index: 0, phase: "Running", after: failed });
  assert.equal(done(job, failed, again), ["release a"]);
});

test("each index waits for itself: the one that failed a moment ago, and longer the more often it did", () => {
  const job = perIndex({ backoffLimitPerIndex: 9, completions: 2, parallelism: 2 });
  const old = aPod("a", { of: job, index: 0 });
  const young = aPod("b", { of: job, index: 1, finishedAt: "2025-01-01T00:59:55Z" });
  assert.equal(done(job, old, young), ["create 0 1 -"]);
  assert.is(plan(job, young, aPod("c", { of: job, index: 0, phase: "Running" })).requeueAfterMs, 5_000);
  const second = aPod("d", { of: job, index: 1, after: young, finishedAt: "2025-01-01T00:59:55Z" });
  assert.is(plan(job, second, aPod("c", { of: job, index: 0, phase: "Running" })).requeueAfterMs, 15_000);
});

test("a failure that is ignored is counted apart", () => {
  const job = perIndex({ podFailurePolicy: { rules: [rule("Ignore", { onPodConditions: [evicted] })] }, completions: 1 });
  assert.equal(done(job, aPod("a", { of: job, index: 0, conditions: [evicted] })), ["create 0 0 1"]);
});

test("an index that has failed too often is one of the failed indexes, and the others go on", () => {
  const job = perIndex();
  const first = aPod("a", { of: job, index: 1 });
  const second = aPod("b", { of: job, index: 1, after: first });
  const status = statusOf(job, first, second, aPod("c", { of: job, index: 0, phase: "Running" }));
  assert.is(status.failedIndexes, "1");
  assert.equal(conditionsOf(status), []);
  assert.equal(done({ ...job, status }, aPod("c", { of: job, index: 0, phase: "Running" })), ["create 2 0 -"]);
});

test("FailIndex fails an index at its first failure", () => {
  const job = perIndex({ backoffLimitPerIndex: 5, podFailurePolicy: { rules: [rule("FailIndex", onExit("In", [7]))] } });
  assert.is(statusOf(job, aPod("a", { of: job, index: 2, exitCode: 7 })).failedIndexes, "2");
});

test("when every index has ended and some have failed, the Job has", () => {
  const job = perIndex({}, { completedIndexes: "0,1", succeeded: 2 });
  const first = aPod("a", { of: job, index: 2 });
  assert.equal(conditionsOf(statusOf(job, first, aPod("b", { of: job, index: 2, after: first }))), [
    "FailureTarget FailedIndexes: Job has failed indexes",
  ]);
});

test("more failed indexes than there may be fail the Job at once", () => {
  const job = perIndex({ maxFailedIndexes: 0, backoffLimitPerIndex: 0 });
  assert.equal(conditionsOf(statusOf(job, aPod("a", { of: job, index: 0 }))), [
    "FailureTarget MaxFailedIndexesExceeded: Job has exceeded the specified maximal number of failed indexes",
  ]);
});

const rules: Array<[string, NonNullable<JobSpec["successPolicy"]>["rules"], number[], number | undefined]> = [
  ["all of some indexes", [{ succeededIndexes: "0,2" }], [0, 2], 0],
  ["not all of them", [{ succeededIndexes: "0,2" }], [0, 1], undefined],
  ["as many as are asked for", [{ succeededCount: 2 }], [1, 2], 0],
  ["so many of some indexes", [{ succeededIndexes: "0-3", succeededCount: 2 }], [0, 3], 0],
  ["the second rule", [{ succeededIndexes: "4" }, { succeededCount: 1 }], [0], 1],
];
for (const [what, successRules, succeeded, expected] of rules) {
  test(`a success policy, ${what}: ${expected === undefined ? "not met" : `rule ${expected}`}`, () =>
    assert.is(metRule(aJob({ completions: 5, successPolicy: { rules: successRules } }), new Set(succeeded)), expected));
}

test("a success policy that is met ends the Job, and the pods that still run are stopped", () => {
  const job = aJob({ successPolicy: { rules: [{ succeededIndexes: "0" }] } });
  const leader = aPod("a", { of: job, index: 0, phase: "Succeeded", exitCode: 0 });
  const worker = aPod("b", { of: job, index: 1, phase: "Running" });
  const status = statusOf(job, leader, worker);
  assert.equal(conditionsOf(status), ["SuccessCriteriaMet SuccessPolicy: Matched rules at index 0"]);
  assert.ok(done(job, leader, worker).includes("delete b"));
  assert.equal(conditionsOf(statusOf({ ...job, status })), [
    "SuccessCriteriaMet SuccessPolicy: Matched rules at index 0",
    "Complete SuccessPolicy: Matched rules at index 0",
  ]);
});

test.run();
