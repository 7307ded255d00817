import { test } from "uvu";
import * as assert from "uvu/assert";
import { reconcileExpiry } from "../../actors/controller-manager/controllers/ttl-after-finished/reconcile.js";
import type { Answers } from "../../actors/controller-manager/engine/plan.js";
import type { Job, ObjectMeta } from "../../src/api/types.js";

const nowMs = Date.parse("2025-01-01T01:00:00Z");
const ended = (ttlSecondsAfterFinished?: number, more: ObjectMeta = {}): Job => ({
  metadata: { name: "pi", namespace: "default", uid: "job-1", ...more },
  spec: { ...(ttlSecondsAfterFinished === undefined ? {} : { ttlSecondsAfterFinished }), template: {} },
  status: { conditions: [{ type: "Complete", status: "True", lastTransitionTime: "2025-01-01T00:59:50Z" }] },
});
const plan = (job: Job, live?: Job) => {
  const answers: Answers = new Map(live === undefined ? [] : [["job", { object: live }]]);
  const { reads = [], writes = [], requeueAfterMs } = reconcileExpiry(job, { answers, nowMs, monotonicMs: 0 });
  return [...reads.map(({ name }) => `reads ${name}`), ...writes.map(({ request }) => request.verb), requeueAfterMs ?? "done"];
};

test("a finished Job is deleted when its time to live is over, if the API server says so too", () => {
  assert.equal(plan(ended()), ["done"]);
  assert.equal(plan({ ...ended(10), status: {} }), ["done"], "it has not ended");
  assert.equal(plan(ended(30)), [20_000]);
  assert.equal(plan(ended(10)), ["reads job", "done"]);
  assert.equal(plan(ended(10), ended(10)), ["delete", "done"]);
  assert.equal(plan(ended(10), ended(60)), ["done"], "it lives longer meanwhile");
  assert.equal(plan(ended(10), ended(10, { uid: "job-2" })), ["done"], "a namesake came later");
  assert.equal(plan(ended(10, { deletionTimestamp: "2025-01-01T00:59:55Z" })), ["done"], "it goes already");
});

test.run();
