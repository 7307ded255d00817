/**
 * Jobs that count by index, and what they make of pods that fail, are evicted or suffice.
 * https://kubernetes.io/docs/concepts/workloads/controllers/job/#completion-mode
 * https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-failure-policy
 * https://kubernetes.io/docs/concepts/workloads/controllers/job/#success-policy
 * https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/
 */
import { mkdtempSync } from "node:fs";
import { Agent } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ApiFront } from "../support/api-front.js";
import { until } from "../support/until.js";

const test = suite("jobs");

let front: ApiFront;
const agent = new Agent({ keepAlive: true });
test.before(async () => {
  front = await ApiFront.start({ nodes: 1 });
  await front.cluster.waitFor("serviceaccount/default", "exists");
});
test.after(async () => {
  agent.destroy();
  await front?.stop();
});

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
}
interface Job {
  readonly status: {
    readonly conditions?: readonly Condition[];
    readonly completedIndexes?: string;
    readonly failedIndexes?: string;
    readonly succeeded?: number;
    readonly failed?: number;
  };
}
interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly annotations: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly spec: { readonly hostname: string };
  readonly status: { readonly phase: string };
}

const jobs = "/apis/batch/v1/namespaces/default/jobs";
const pods = "/api/v1/namespaces/default/pods";
async function ask<Answered>(method: string, path: string, code: number, body?: object): Promise<Answered> {
  const asked = body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const answer = await front.ask(method, path, asked, { agent });
  assert.is(answer.code, code, answer.text);
  return JSON.parse(answer.text) as Answered;
}

const left = mkdtempSync(join(tmpdir(), "chartroom-jobs-"));
/** Runs a Job whose pods run `command`, and find in /data what others have left there. */
async function run(name: string, command: string, spec: object): Promise<void> {
  const containers = [
    {
      name: "main",
      image: "busybox",
      command: ["sh", "-c", command],
      volumeMounts: [{ name: "data", mountPath: "/data" }],
    },
  ];
  const volumes = [{ name: "data", hostPath: { path: left } }];
  const template = { spec: { restartPolicy: "Never", terminationGracePeriodSeconds: 1, containers, volumes } };
  await ask("POST", jobs, 201, { metadata: { name }, spec: { completionMode: "Indexed", ...spec, template } });
}
const podsOf = async (name: string): Promise<readonly Pod[]> =>
  (await ask<{ items: readonly Pod[] }>("GET", `${pods}?labelSelector=job-name%3D${name}`, 200)).items;
/** The Job's status as soon as it has all of these conditions, each with the reason. */
async function ended(name: string, reason: string | undefined, ...types: readonly string[]): Promise<Job["status"]> {
  let status: Job["status"] = {};
  await until(`${name} is ${types.join(" and ")}`, async () => {
    ({ status } = await ask<Job>("GET", `${jobs}/${name}`, 200));
    return types.every((type) =>
      status.conditions?.some((one) => one.type === type && one.status === "True" && one.reason === reason),
    );
  });
  return status;
}

const failOdd = "exit $(expr $JOB_COMPLETION_INDEX % 2)";
const firstEnds = "if [ $JOB_COMPLETION_INDEX -eq 0 ]; then exit 0; fi; sleep 10000";
const onExit = (action: string) => ({ rules: [{ action, onExitCodes: { operator: "In", values: [1] } }] });

test("each index of an indexed Job has a pod, which is told it by annotation and hostname", async () => {
  await run("indexed", "exit 0", { parallelism: 2, completions: 4 });
  assert.is((await ended("indexed", "CompletionsReached", "SuccessCriteriaMet", "Complete")).completedIndexes, "0-3");
  const hosts = (await podsOf("indexed")).map(
    ({ metadata, spec }) => `${spec.hostname} ${metadata.annotations["batch.kubernetes.io/job-completion-index"]}`,
  );
  assert.equal(hosts.toSorted(), ["indexed-0 0", "indexed-1 1", "indexed-2 2", "indexed-3 3"]);
});

test("an exit code fails the Job at once where its policy says so", async () => {
  await run("failed-early", "exit 1", { parallelism: 2, completions: 4, podFailurePolicy: onExit("FailJob") });
  await ended("failed-early", "PodFailurePolicy", "FailureTarget", "Failed");
});

test("an evicted pod is no failure where the policy ignores disruptions", async () => {
  const once = "if [ -r /data/$JOB_COMPLETION_INDEX ]; then exit 0; fi; touch /data/$JOB_COMPLETION_INDEX; sleep 10000";
  const ignoring = { rules: [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] }] };
  await run("evicted", once, { completions: 1, backoffLimit: 0, podFailurePolicy: ignoring });
  const running = async (): Promise<Pod | undefined> =>
    (await podsOf("evicted")).find(
      ({ metadata, status }) => status.phase === "Running" && metadata.deletionTimestamp === undefined,
    );
  await until("the pod runs", async () => (await running()) !== undefined);
  const name = (await running())?.metadata.name ?? "";
  await ask("POST", `${pods}/${name}/eviction`, 201, { apiVersion: "policy/v1", kind: "Eviction", metadata: { name } });
  const status = await ended("evicted", "CompletionsReached", "Complete");
  assert.equal([status.succeeded, status.failed], [1, undefined]);
});

test("an index fails for itself, without another try where the policy says so", async () => {
  await run("fail-index", failOdd, {
    parallelism: 2,
    completions: 2,
    backoffLimitPerIndex: 1,
    podFailurePolicy: onExit("FailIndex"),
  });
  const { completedIndexes, failedIndexes, succeeded, failed } = await ended(
    "fail-index",
    "FailedIndexes",
    "FailureTarget",
    "Failed",
  );
  assert.equal([completedIndexes, failedIndexes, succeeded, failed], ["0", "1", 1, 1]);
});

test("a Job in which too many indexes have failed ends", async () => {
  await run("most-failed", "exit 1", { parallelism: 1, completions: 4, backoffLimitPerIndex: 0, maxFailedIndexes: 0 });
  const { failedIndexes, failed } = await ended("most-failed", "MaxFailedIndexesExceeded", "FailureTarget", "Failed");
  assert.equal([failedIndexes, failed], ["0", 1]);
});

for (const [title, rule] of [
  ["the indexes that suffice", { succeededIndexes: "0" }],
  ["as many indexes as suffice", { succeededCount: 1 }],
] as const)
  test(`a Job has succeeded when ${title} have`, async () => {
    const name = `suffices-${Object.keys(rule)[0]?.toLowerCase()}`;
    await run(name, firstEnds, { parallelism: 5, completions: 5, successPolicy: { rules: [rule] } });
    assert.is((await ended(name, "SuccessPolicy", "SuccessCriteriaMet", "Complete")).completedIndexes, "0");
  });

test("a finished Job goes with its pods when its time to live is over", async () => {
  await run("short-lived", "exit 0", { completions: 1, ttlSecondsAfterFinished: 0 });
  const left = async () =>
    (await ask<{ items: object[] }>("GET", `${jobs}?fieldSelector=metadata.name%3Dshort-lived`, 200)).items;
  await until("the Job is gone", async () => (await left()).length === 0);
  assert.equal(await podsOf("short-lived"), []);
});

test.run();
