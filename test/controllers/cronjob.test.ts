import { test } from "uvu";
import * as assert from "uvu/assert";
import { cronJobController } from "../../actors/controller-manager/controllers/cronjob/controller.js";
import { startDue } from "../../actors/controller-manager/controllers/cronjob/due.js";
import { pastHistory, reconcileCronJob } from "../../actors/controller-manager/controllers/cronjob/reconcile.js";
import { rfc3339 } from "../../src/actor/host.js";
import { parseSchedule } from "../../src/api/cron.js";
import { timeZone } from "../../src/api/time-zones/zone.js";
import type { CronJob, CronJobSpec, CronJobStatus, Job } from "../../src/api/types.js";
import { inZone } from "../../src/api/zoned-schedule.js";
import { epochMs } from "../../src/sim/clock.js";
import { controllerWorld } from "./controller-world.js";

const at = (text: string): number => Date.parse(`${text}Z`);

const nextRows: Array<[schedule: string, after: string, next: string | undefined]> = [
  ["* * * * *", "2025-01-01T00:00:00", "2025-01-01T00:01:00"],
  ["* * * * *", "2025-01-01T00:00:59", "2025-01-01T00:01:00"],
  ["*/15 * * * *", "2025-01-01T00:07:00", "2025-01-01T00:15:00"],
  ["5/20 * * * *", "2025-01-01T00:26:00", "2025-01-01T00:45:00"],
  ["0 0 * * *", "2025-12-31T12:00:00", "2026-01-01T00:00:00"],
  ["30 4 1,15 * *", "2025-01-02T00:00:00", "2025-01-15T04:30:00"],
  ["0 9-17/4 * * MON-FRI", "2025-01-03T17:00:00", "2025-01-06T09:00:00"],
  ["0 0 13 * fri", "2025-01-01T00:00:00", "2025-01-03T00:00:00"],
  ["0 0 29 feb *", "2025-01-01T00:00:00", "2028-02-29T00:00:00"],
  ["0 0 31 2 *", "2025-01-01T00:00:00", undefined],
  ["0 0 ? * 0", "2025-01-01T00:00:00", "2025-01-05T00:00:00"],
  ["@hourly", "2025-01-01T00:00:00", "2025-01-01T01:00:00"],
  ["@weekly", "2025-01-01T00:00:00", "2025-01-05T00:00:00"],
  ["@every 1h30m", "2025-01-01T00:00:10", "2025-01-01T01:30:10"],
];
for (const [text, after, next] of nextRows) {
  test(`"${text}" after ${after} is ${next ?? "never"}`, () => {
    const parsed = parseSchedule(text);
    assert.ok(parsed.ok, "it is a schedule");
    const ms = parsed.schedule.nextMs(at(after));
    assert.is(ms === undefined ? undefined : rfc3339(ms).slice(0, 19), next);
  });
}

const zonedRows: Array<[zone: string, schedule: string, after: string, next: string]> = [
  ["Europe/Berlin", "0 9 * * *", "2025-01-01T00:00:00", "2025-01-01T08:00:00"],
  ["Europe/Berlin", "0 9 * * *", "2025-07-01T00:00:00", "2025-07-01T07:00:00"],
  ["Asia/Kolkata", "30 0 * * *", "2025-01-01T00:00:00", "2025-01-01T19:00:00"],
  ["America/New_York", "0 0 1 1 *", "2025-02-01T00:00:00", "2026-01-01T05:00:00"],
  // On 30 March 2025 there was no 02:30 in Berlin.
  ["Europe/Berlin", "30 2 * * *", "2025-03-29T12:00:00", "2025-03-31T00:30:00"],
  // On 26 October 2025 there were two.
  ["Europe/Berlin", "30 2 * * *", "2025-10-25T12:00:00", "2025-10-26T00:30:00"],
  ["Europe/Berlin", "30 2 * * *", "2025-10-26T00:30:00", "2025-10-26T01:30:00"],
  ["UTC", "0 9 * * *", "2025-07-01T00:00:00", "2025-07-01T09:00:00"],
];
for (const [zone, text, after, next] of zonedRows) {
  test(`"${text}" in ${zone} after ${after} is ${next}`, () => {
    const [parsed, known] = [parseSchedule(text), timeZone(zone)];
    assert.ok(parsed.ok && known !== undefined);
    const ms = inZone(parsed.schedule, known).nextMs(at(after));
    assert.is(rfc3339(ms ?? 0).slice(0, 19), next);
  });
}
const wrong: Array<[string, string]> = [
  ["* * *", "expected exactly 5 fields, found 3: [* * *]"],
  ["60 * * * *", "end of range (60) above maximum (59): 60"],
  ["* * 0 * *", "beginning of range (0) below minimum (1): 0"],
  ["5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"],
  ["*/0 * * * *", "step of range should be a positive number: */0"],
  ["1-2-3 * * * *", "too many hyphens: 1-2-3"],
  ["1/2/3 * * * *", "too many slashes: 1/2/3"],
  ["x * * * *", 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
  ["@sometimes", "unrecognized descriptor: @sometimes"],
  ["@every soon", 'failed to parse duration @every soon: time: invalid duration "soon"'],
];
for (const [text, message] of wrong)
  test(`"${text}" is no schedule`, () => assert.equal(parseSchedule(text), { ok: false, message }));

const cronJob = (spec: Partial<CronJobSpec> = {}, status: CronJobStatus = {}): CronJob => ({
  metadata: { name: "tidy", namespace: "default", uid: "cron-1", creationTimestamp: "2025-01-01T00:00:30Z" },
  spec: {
    schedule: "*/10 * * * *",
    concurrencyPolicy: "Allow",
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
    jobTemplate: { metadata: { labels: { app: "tidy" } }, spec: { template: { spec: { containers: [] } } } },
    ...spec,
  },
  status,
});

const job = (name: string, how?: "Complete" | "Failed", minute = 0): Job => {
  const time = `2025-01-01T00:${String(minute).padStart(2, "0")}:00Z`;
  return {
    metadata: { name, namespace: "default", uid: name, resourceVersion: "7" },
    status: {
      startTime: time,
      ...(how === "Complete" ? { completionTime: time } : {}),
      ...(how === undefined ? {} : { conditions: [{ type: how, status: "True" }] }),
    },
  };
};

const dueRows: Array<[what: string, CronJob, now: string, scheduled: string | undefined, missed: number]> = [
  ["before the first time", cronJob(), "00:09:59", undefined, 0],
  ["at the first time", cronJob(), "00:10:00", "00:10:00", 0],
  ["once it was started", cronJob({}, { lastScheduleTime: "2025-01-01T00:10:00Z" }), "00:19:59", undefined, 0],
  ["after some were missed the last counts", cronJob(), "00:45:00", "00:40:00", 4],
  ["with a deadline, only what is within it", cronJob({ startingDeadlineSeconds: 120 }), "00:45:00", undefined, 0],
  ["with a deadline, in time", cronJob({ startingDeadlineSeconds: 120 }), "00:41:00", "00:40:00", 0],
];
for (const [what, of, now, scheduled, missed] of dueRows) {
  test(`what is due ${what}`, () => {
    const parsed = parseSchedule(of.spec?.schedule ?? "");
    assert.ok(parsed.ok);
    const due = startDue(of, parsed.schedule, at(`2025-01-01T${now}`));
    assert.is(due.scheduledMs === undefined ? undefined : rfc3339(due.scheduledMs).slice(11, 19), scheduled);
    assert.is(due.missed, missed);
  });
}

const plan = (of: CronJob, jobs: Job[] = [], now = "00:10:01") => {
  const nowMs = at(`2025-01-01T${now}`);
  return reconcileCronJob(of, jobs, { nowMs, monotonicMs: nowMs, answers: new Map() });
};
const done = (...of: Parameters<typeof plan>): string[] =>
  (plan(...of).writes ?? []).flatMap(({ request }) => {
    if (request.verb === "create") return [`create ${request.object.metadata.name}`];
    return request.verb === "delete" ? [`delete ${request.path.name}`] : [];
  });
const told = (...of: Parameters<typeof plan>) =>
  (plan(...of).events ?? []).map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
const minutes = at("2025-01-01T00:10:00") / 60_000;

test("a Job is made of the template, named by its time, and that is written down after it", () => {
  const { writes = [], inOrder, requeueAfterMs } = plan(cronJob());
  const [first, second] = writes.map(({ request }) => request);
  assert.ok(first?.verb === "create" && second?.verb === "update");
  const { metadata } = first.object;
  assert.equal(
    [metadata.name, metadata.labels, metadata.annotations],
    [`tidy-${minutes}`, { app: "tidy" }, { "batch.kubernetes.io/cronjob-scheduled-timestamp": "2025-01-01T00:10:00Z" }],
  );
  assert.equal(
    metadata.ownerReferences?.map(({ kind, controller }) => [kind, controller]),
    [["CronJob", true]],
  );
  assert.equal((second.object as CronJob).status, { lastScheduleTime: "2025-01-01T00:10:00Z" });
  assert.equal([inOrder, requeueAfterMs], [true, 599_100]);
});

const rows: Array<[string, Parameters<typeof plan>, string[], string[]]> = [
  ["not while it is suspended", [cronJob({ suspend: true })], [], []],
  ["not twice", [cronJob(), [job(`tidy-${minutes}`)]], [], []],
  ["beside one that still runs", [cronJob(), [job("tidy-1")]], [`create tidy-${minutes}`], []],
  [
    "not beside one that still runs, if forbidden",
    [cronJob({ concurrencyPolicy: "Forbid" }), [job("tidy-1")]],
    [],
    ["Normal JobAlreadyActive: Not starting job because prior execution is running and concurrency policy is Forbid"],
  ],
  [
    "in place of one that still runs, if so wished",
    [cronJob({ concurrencyPolicy: "Replace" }), [job("tidy-1")]],
    ["delete tidy-1", `create tidy-${minutes}`],
    [],
  ],
  [
    "with a schedule that cannot be read",
    [cronJob({ schedule: "x" })],
    [],
    ['Warning UnparseableSchedule: unparseable schedule: "x" : expected exactly 5 fields, found 1: [x]'],
  ],
  [
    "in a time zone that is not known",
    [cronJob({ timeZone: "Mars/Base" })],
    [],
    ['Warning UnknownTimeZone: invalid timeZone: "Mars/Base": unknown time zone Mars/Base'],
  ],
  [
    "after too many missed starts",
    [cronJob({ schedule: "* * * * *" }), [], "03:00:00"],
    [`create tidy-${at("2025-01-01T03:00:00") / 60_000}`],
    [
      "Warning TooManyMissedTimes: too many missed start times: 180. Set or decrease .spec.startingDeadlineSeconds or check clock skew",
    ],
  ],
];
for (const [what, of, writes, events] of rows) {
  test(`a start ${what}`, () => {
    assert.equal(done(...of), writes);
    assert.equal(told(...of), events);
  });
}

test("Jobs that have ended are told, and the last success is remembered", () => {
  const active = ["a", "b", "gone"].map((name) => ({ kind: "Job", name, uid: name }));
  const of = cronJob({ suspend: true }, { active, lastSuccessfulTime: "2025-01-01T00:01:00Z" });
  const jobs = [job("a", "Complete", 5), job("b", "Failed", 6), job("c")];
  assert.equal(told(of, jobs), [
    "Normal SawCompletedJob: Saw completed job: a, condition: Complete",
    "Normal SawCompletedJob: Saw completed job: b, condition: Failed",
    "Normal MissingJob: Active job went missing: gone",
  ]);
  const [status] = (plan(of, jobs).writes ?? []).flatMap(({ request }) => (request.verb === "update" ? [request.object] : []));
  assert.equal((status as CronJob).status, {
    active: [{ apiVersion: "batch/v1", kind: "Job", namespace: "default", name: "c", uid: "c", resourceVersion: "7" }],
    lastSuccessfulTime: "2025-01-01T00:05:00Z",
  });
});

test("of finished Jobs the newest are kept", () => {
  const jobs = [1, 2, 3, 4, 5].map((minute) => job(`good-${minute}`, "Complete", minute));
  const bad = [6, 7].map((minute) => job(`bad-${minute}`, "Failed", minute));
  assert.equal(
    pastHistory(cronJob(), [...jobs, ...bad, job("runs")]).map(({ metadata }) => metadata.name),
    ["good-1", "good-2", "bad-6"],
  );
  assert.equal(done(cronJob({ suspend: true }), jobs), ["delete good-1", "delete good-2"]);
});

test("through the engine: a Job at each time of the schedule, and only the last ones are kept", () => {
  const world = controllerWorld(cronJobController, (api) => {
    const { metadata, spec } = cronJob({ schedule: "* * * * *", successfulJobsHistoryLimit: 1 });
    api.put("cronjobs", { metadata: { ...metadata, creationTimestamp: rfc3339(epochMs) }, spec }, "batch");
  });
  const { api, simulation } = world;
  for (let minute = 0; minute < 4; minute++) {
    simulation.run(60_000);
    for (const each of api.of("jobs", "batch")) {
      if (each.status === undefined)
        api.put(
          "jobs",
          {
            ...each,
            status: {
              startTime: each.metadata.creationTimestamp,
              completionTime: each.metadata.creationTimestamp,
              conditions: [{ type: "Complete", status: "True" }],
            },
          },
          "batch",
        );
    }
    simulation.run(200);
  }
  assert.is(world.writes().filter((each) => each === "create jobs").length, 4);
  assert.is(api.of("jobs", "batch").length, 1);
  const { status } = api.get("cronjobs", "default/tidy", "batch") as unknown as CronJob;
  assert.is(status?.active, undefined);
  assert.ok(status?.lastSuccessfulTime);
});

test.run();
